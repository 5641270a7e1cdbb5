// A fraction done and a wish to stop, passed into long calls. Thread-safe.
#pragma once

#include <atomic>

namespace geo {

class Progress {
 public:
  // Called by the worker: notes the fraction (0…1) and says whether to go on.
  bool keepGoing(double fraction) {
    fraction_.store(fraction, std::memory_order_relaxed);
    return !cancelled_.load(std::memory_order_relaxed);
  }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  double fraction() const { return fraction_.load(std::memory_order_relaxed); }
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }

 private:
  std::atomic<double> fraction_{0};
  std::atomic<bool> cancelled_{false};
};

}  // namespace geo
