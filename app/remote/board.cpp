#include "app/remote/board.h"

#include <nlohmann/json.hpp>

namespace remote {
namespace {

constexpr size_t mostOrders = 64;

double secondsSince(std::chrono::steady_clock::time_point t) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - t).count();
}

}  // namespace

void Board::publish(const State& state) {
  const std::lock_guard lock(mutex_);
  // Times that merely ran on are no news.
  const double gone = secondsSince(since_);
  const auto ran = [&](double before, double now) { return std::abs(before - now) < 0.4; };
  State same = state_;
  const bool onTime = ran(state_.showSeconds + gone, state.showSeconds) &&
                      ran(state_.sceneSeconds + gone, state.sceneSeconds) &&
                      ran(state_.leftSeconds - gone, state.leftSeconds);
  same.showSeconds = state.showSeconds, same.sceneSeconds = state.sceneSeconds,
  same.leftSeconds = state.leftSeconds;
  if (onTime && same == state) return;
  state_ = state, since_ = std::chrono::steady_clock::now();
  ++version_;
  changed_.notify_all();
}

void Board::publishPicture(Picture which, std::string bytes) {
  auto fresh = bytes.empty() ? nullptr : std::make_shared<const std::string>(std::move(bytes));
  const std::lock_guard lock(mutex_);
  const auto i = static_cast<size_t>(which);
  const bool same = fresh && pictures_[i] ? *fresh == *pictures_[i] : !fresh && !pictures_[i];
  if (same) return;
  pictures_[i] = std::move(fresh);
  pictureVersions_[i] = ++version_;
  changed_.notify_all();
}

std::vector<Order> Board::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(orders_, {});
}

bool Board::post(const Order& order) {
  const std::lock_guard lock(mutex_);
  if (orders_.size() >= mostOrders) return false;
  orders_.push_back(order);
  return true;
}

std::string Board::language() const {
  const std::lock_guard lock(mutex_);
  return state_.language;
}

size_t Board::stops() const {
  const std::lock_guard lock(mutex_);
  return state_.stops.size();
}

std::pair<Board::Bytes, std::string> Board::picture(Picture which) const {
  const std::lock_guard lock(mutex_);
  const auto i = static_cast<size_t>(which);
  return {pictures_[i], std::to_string(pictureVersions_[i])};
}

std::string Board::state(uint64_t seen, double seconds, const std::function<bool()>& left) const {
  std::unique_lock lock(mutex_);
  const auto until =
      std::chrono::steady_clock::now() +
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
  while (version_ == seen && !closed_) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= until || left()) break;
    changed_.wait_until(lock, std::min(until, now + std::chrono::milliseconds(250)));
  }
  return json();
}

void Board::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

std::string Board::json() const {
  const double gone = secondsSince(since_);
  auto stops = nlohmann::json::array();
  for (const auto& s : state_.stops) stops.push_back({{"name", s.name}, {"seconds", s.seconds}});
  const auto tag = [&](Picture p) {
    const auto i = static_cast<size_t>(p);
    return pictures_[i] ? nlohmann::json(std::to_string(pictureVersions_[i])) : nlohmann::json(nullptr);
  };
  const nlohmann::json j = {{"version", version_},
                            {"title", state_.title},
                            {"language", state_.language},
                            {"theme", state_.theme},
                            {"stops", stops},
                            {"current", state_.current},
                            {"next", state_.next},
                            {"notes", state_.notes},
                            {"showSeconds", state_.showSeconds + gone},
                            {"sceneSeconds", state_.sceneSeconds + gone},
                            {"leftSeconds", state_.leftSeconds - gone},
                            {"black", state_.black},
                            {"held", state_.held},
                            {"flat", state_.flat},
                            {"idle", state_.idle},
                            {"warnings", state_.warnings},
                            {"wall", tag(Picture::wall)},
                            {"nextPicture", tag(Picture::next)}};
  // Names come from projects: what is not UTF-8 is replaced, not thrown at.
  return j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace remote
