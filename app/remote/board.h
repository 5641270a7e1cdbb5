// Between the main thread and the server's: the state and pictures one way, orders the other.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/remote/state.h"

namespace remote {

class Board {
 public:
  using Bytes = std::shared_ptr<const std::string>;

  void publish(const State& state);
  void publishPicture(Picture which, std::string bytes);
  std::vector<Order> take();

  bool post(const Order& order);  // false: too many wait already
  std::string language() const;
  size_t stops() const;
  std::pair<Bytes, std::string> picture(Picture which) const;  // with its tag; none: null
  // JSON, once the version is another than `seen`; after so many seconds, or when `left` says so, as it is.
  std::string state(uint64_t seen, double seconds, const std::function<bool()>& left) const;
  void close();  // wakes all that wait

 private:
  std::string json() const;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  State state_;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  uint64_t version_ = 1;
  std::array<Bytes, 2> pictures_;
  std::array<uint64_t, 2> pictureVersions_{};
  std::vector<Order> orders_;
  bool closed_ = false;
};

}  // namespace remote
