// Runs the real binary on files that a test writes: exit code, stdout and stderr apart.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace cli_test {

// The embedded project, for a shell.
inline const std::string embedded = "'" SOURCE_DIR "/assets/qingyuan/qingyuan.parkscope.toml'";

inline size_t lines(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

// What a shell command says on stdout.
inline std::string outputOf(const std::string& command) {
  std::string out;
  if (FILE* pipe = popen(command.c_str(), "r")) {
    char buffer[4096];
    while (const size_t n = fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, n);
    pclose(pipe);
  }
  return out;
}

struct Outcome {
  int code = -1;
  std::string out, err;
};

// A folder of its own for each test, gone afterwards. Its name has Chinese characters and a space.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("parkscope 测试 " + std::to_string(getpid()) + "-" + std::to_string(next()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
  }

  Outcome run(const std::string& arguments) const {
    const std::string command = "cd '" + path_.string() + "' && LC_ALL=en_US.UTF-8 '" PARKSCOPE_BINARY "' " +
                                arguments + " >'" + file(".out") + "' 2>'" + file(".err") + "'";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(".out"), read(".err")};
  }

 private:
  static int next() {
    static int n = 0;
    return n++;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::filesystem::path path_;
};

// Squares of a w × h grid as GeoJSON, in degrees from a corner; each has "row", "name" and "v" (NaN: null).
inline std::string squaresGeoJson(int w, int h, double west, double south, double size,
                                  const std::vector<double>& v) {
  std::string text = R"({"type":"FeatureCollection","features":[)";
  for (int i = 0; i < w * h; ++i) {
    const double x0 = west + i % w * size, y0 = south + i / w * size;
    const double x1 = west + (i % w + 1) * size, y1 = south + (i / w + 1) * size;
    text += fmt::format(
        R"({}{{"type":"Feature","properties":{{"row":{},"name":"n{}","v":{}}},)"
        R"("geometry":{{"type":"Polygon","coordinates":[[[{},{}],[{},{}],[{},{}],[{},{}],[{},{}]]]}}}})",
        i ? "," : "", i, i, std::isnan(v[i]) ? std::string("null") : fmt::format("{}", v[i]), x0, y0, x1, y0,
        x1, y1, x0, y1, x0, y0);
  }
  return text + "]}";
}

}  // namespace cli_test
