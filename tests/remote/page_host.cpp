// Serves the presenter's page with a show that is not there, for the browser's test and for looking at it:
//   remote_page_host [PORT [CODE]]      prints its address; obeys lines on standard input:
//   lang en | left SECONDS | warn TEXT | notes TEXT | new-code | crowd | quit
// Each order that came in is printed as a line.
#include <atomic>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <thread>

#include "app/remote/server.h"

namespace {

std::string bytesOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Show {
  std::string language = "zh", notes;
  std::vector<std::string> warnings;
  size_t at = 0;
  double left = 95, elapsed = 754;
  bool black = false, held = false, flat = false, crowd = false;

  remote::State state() const {
    const bool zh = language == "zh";
    remote::State s;
    s.title = zh ? "清远市科创产业布局" : "Qingyuan innovation layout";
    s.language = language;
    const std::vector<std::pair<const char*, const char*>> names{
        {"总体布局", "Overall layout"},
        {"两核引领", "Two cores lead"},
        {"人口分布", "Population"},
        {"城镇化", "Urbanisation"},
        {"农业科技与服务站", "Agriculture and service stations"},
        {"尚缺的数据", "What is missing"},
        {"人口变化", "Population change"}};
    for (const auto& [z, e] : names) s.stops.push_back({zh ? z : e, 120});
    if (crowd)
      for (int i = 8; i <= 30; ++i) s.stops.push_back({(zh ? "场景 " : "Scene ") + std::to_string(i), 60});
    s.current = static_cast<int>(at);
    s.next = at + 1 < s.stops.size() ? s.current + 1 : -1;
    s.notes =
        !notes.empty() ? notes
        : zh           ? "先指两个核心：清远高新区在南，英德高新区在北。\n\n再说六个节点怎样分工：广清、广佛、空港物流"
                         "承接广州外溢，广德、民族工业园带动英西。\n\n提醒：2022 "
                         "年只有三个县（市、区）公布了地区生产总值。"
                       : "Point out the two cores first: Qingyuan High-tech Zone in the south, Yingde in the "
                         "north.\n\nThen "
                         "how the six nodes share the work.\n\nMind: only three counties published their GDP for 2022.";
    s.showSeconds = elapsed, s.sceneSeconds = 120 - left, s.leftSeconds = left;
    s.black = black, s.held = held, s.flat = flat, s.warnings = warnings;
    return s;
  }
  void obey(const remote::Order& o) {
    const size_t count = state().stops.size();
    using remote::Verb;
    const auto go = [&](size_t to) {
      if (to < count) at = to, left = 120;
    };
    if (o.verb == Verb::next) go(at + 1);
    if (o.verb == Verb::previous && at) go(at - 1);
    if (o.verb == Verb::jump) go(static_cast<size_t>(o.number - 1));
    if (o.verb == Verb::black) black = !black;
    if (o.verb == Verb::hold) held = !held;
    if (o.verb == Verb::flat) flat = !flat;
    if (o.verb == Verb::restartClock) elapsed = 0;
    std::printf("order %d %d\n", static_cast<int>(o.verb), o.number);
    std::fflush(stdout);
  }
};

}  // namespace

int main(int argc, char** argv) {
  std::atomic<bool> over{false};
  std::mutex mutex;
  Show show;
  remote::Options options;
  options.address = "127.0.0.1";
  if (argc > 1) options.port = std::stoi(argv[1]);
  if (argc > 2) options.code = argv[2];
  auto started = remote::Server::start(options);
  if (!started) {
    std::fprintf(stderr, "%s\n", started.error().text().c_str());
    return 1;
  }
  auto& server = **started;
  const std::string golden = SOURCE_DIR "/tests/golden/";
  const std::vector<std::string> pictures{bytesOf(golden + "wall-zh-dark.png"),
                                          bytesOf(golden + "heat-zh-dark.png")};
  const auto publish = [&] {
    server.publish(show.state());
    server.publishPicture(remote::Picture::wall, pictures[show.at % 2]);
    server.publishPicture(remote::Picture::next, show.state().next < 0 ? "" : pictures[(show.at + 1) % 2]);
  };
  publish();
  std::printf("%s %s\n", server.status().url.c_str(), server.status().code.c_str());
  std::fflush(stdout);
  std::thread main([&] {
    while (!over) {
      {
        const std::lock_guard lock(mutex);
        const auto orders = server.take();
        for (const auto& o : orders) show.obey(o);
        if (!orders.empty()) publish();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  for (std::string line; std::getline(std::cin, line) && line != "quit";) {
    const std::lock_guard lock(mutex);
    const size_t blank = std::min(line.find(' '), line.size());
    const std::string verb = line.substr(0, blank), rest = line.substr(std::min(blank + 1, line.size()));
    if (verb == "lang") show.language = rest;
    if (verb == "left") show.left = std::stod(rest);
    if (verb == "warn") show.warnings.push_back(rest);
    if (verb == "notes") show.notes = rest;
    if (verb == "crowd") show.crowd = true;
    if (verb == "new-code")
      server.newCode(), std::printf("code %s\n", server.status().code.c_str()), std::fflush(stdout);
    publish();
  }
  over = true;
  main.join();
  return 0;
}
