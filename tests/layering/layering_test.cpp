// The stack of docs/design.md, read from the sources: a file includes only from rows below its own.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

struct Rule {
  std::set<std::string> folders;              // of ours that may be included
  std::vector<std::string> forbiddenHeaders;  // prefixes of library headers
};

const std::vector<std::string> gdal = {"gdal", "ogr", "cpl_", "proj.h", "geodesic.h", "geos", "Cbc", "Osi"};
const std::vector<std::string> gl = {"epoxy/", "GL/", "EGL/"};

std::vector<std::string> join(std::initializer_list<std::vector<std::string>> lists) {
  std::vector<std::string> all;
  for (const auto& l : lists) all.insert(all.end(), l.begin(), l.end());
  return all;
}

const std::map<std::string, Rule> rules = {
    {"geo", {{"geo"}, join({gl, {"imgui", "GLFW", "cairo"}})}},
    {"app/scene", {{"geo", "app/scene"}, join({gl, gdal, {"imgui", "GLFW", "cairo"}})}},
    {"app/render", {{"geo", "app/scene", "app/render"}, join({gdal, {"imgui", "GLFW", "cairo"}})}},
    {"app/paper", {{"geo", "app/scene", "app/paper"}, join({gl, {"imgui", "GLFW"}})}},
    {"app/session",
     {{"geo", "app/scene", "app/paper", "app/session"}, join({gl, {"imgui", "GLFW", "cairo"}})}},
    {"app/remote", {{"geo", "app/remote"}, join({gl, gdal, {"imgui", "GLFW", "cairo"}})}},
    {"app/panels", {{"geo", "app/scene", "app/session", "app/panels"}, join({gl, gdal, {"GLFW", "cairo"}})}},
    {"app/window",
     {{"geo", "app/scene", "app/render", "app/session", "app/remote", "app/panels", "app/window"}, gdal}},
    {"app/cli",
     {{"geo", "app/scene", "app/render", "app/paper", "app/session", "app/cli"},
      join({gl, gdal, {"imgui", "GLFW"}})}},
};

struct Include {
  std::string file, header;
  int line = 0;
};

std::vector<Include> includesOf(const fs::path& file) {
  static const std::regex pattern("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]");
  std::vector<Include> found;
  std::ifstream in(file);
  std::string text;
  std::smatch match;
  for (int line = 1; std::getline(in, text); ++line)
    if (std::regex_search(text, match, pattern))
      found.push_back({fs::relative(file, SOURCE_DIR).string(), match[1], line});
  return found;
}

std::vector<Include> includesUnder(const std::string& folder) {
  std::vector<Include> all;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOURCE_DIR) / folder))
    if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp") {
      const auto found = includesOf(entry.path());
      all.insert(all.end(), found.begin(), found.end());
    }
  return all;
}

bool startsWithAny(const std::string& text, const std::vector<std::string>& prefixes) {
  for (const auto& p : prefixes)
    if (text.rfind(p, 0) == 0) return true;
  return false;
}

std::string folderOf(const std::string& header) {
  const auto slash = header.rfind('/');
  return slash == std::string::npos ? "" : header.substr(0, slash);
}

}  // namespace

TEST(Layering, EachFolderIncludesOnlyFromRowsBelow) {
  for (const auto& [folder, rule] : rules)
    for (const auto& i : includesUnder(folder)) {
      const std::string from = folderOf(i.header);
      if (from.rfind("geo", 0) == 0 || from.rfind("app", 0) == 0) {
        const std::string top = from == "geo/detail" ? "geo" : from;
        EXPECT_TRUE(rule.folders.count(top)) << i.file << ":" << i.line << " must not include " << i.header;
      }
      if (i.file == "geo/triangulate.cpp" && i.header == "GL/glu.h") continue;  // its tesselator needs no GL
      EXPECT_FALSE(startsWithAny(i.header, rule.forbiddenHeaders))
          << i.file << ":" << i.line << " must not include " << i.header;
    }
}

TEST(Layering, GdalProjAndGeosTypesNeverReachACaller) {
  for (const auto& i : includesUnder("geo")) {
    if (!i.file.ends_with(".h") || i.file.rfind("geo/detail/", 0) == 0) continue;
    EXPECT_FALSE(startsWithAny(i.header, gdal)) << i.file << ":" << i.line << " leaks " << i.header;
  }
}

TEST(Layering, OnlyOneFileIncludesEpoxy) {
  for (const auto& i : includesUnder("app")) {
    if (i.header.rfind("epoxy/", 0) != 0) continue;
    const bool allowed = i.file == "app/render/gl.h" || i.file == "app/render/offscreen.cpp" ||
                         i.file.rfind("app/window/", 0) == 0;
    EXPECT_TRUE(allowed) << i.file << ":" << i.line;
  }
}
