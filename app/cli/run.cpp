#include "app/cli/run.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace cli {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

int complain(const geo::Error& error) {
  fmt::print(stderr, "parkscope: {}\n", error.text());
  return badInput;
}

ProgressBar::ProgressBar(std::string label) : label_(std::move(label)), start_(now()) {}

void ProgressBar::show(double fraction) {
  const double t = now();
  if (t - start_ < 2 || t - last_ < 0.1 || !isatty(STDERR_FILENO)) return;
  last_ = t, shown_ = true;
  const int full = static_cast<int>(fraction * 30);
  fmt::print(stderr, "\r{} [{}{}] {:3.0f} %", label_, std::string(full, '#'), std::string(30 - full, ' '),
             fraction * 100);
  std::fflush(stderr);
}

ProgressBar::~ProgressBar() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

scene::Language languageOfLocale() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value && *value) return std::string_view(value).starts_with("en") ? scene::Language::en : scene::Language::zh;
  }
  return scene::Language::zh;
}

}  // namespace cli
