// A loop over independent items on a few threads. What an item yields must depend on its number alone: then
// the result is the same on any number of threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace geo::detail {

inline size_t threadCount() { return std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8); }

// Calls body(first, last) for runs of at most `grain` items that cover [0, count). body must not throw.
template <class Body>
void parallelFor(size_t count, size_t grain, Body&& body) {
  const size_t runs = (count + grain - 1) / grain, helpers = std::min(threadCount(), runs);
  std::atomic<size_t> turn{0};
  const auto work = [&] {
    for (size_t t; (t = turn.fetch_add(1, std::memory_order_relaxed)) < runs;)
      body(t * grain, std::min(count, (t + 1) * grain));
  };
  std::vector<std::jthread> threads;
  for (size_t i = 1; i < helpers; ++i) threads.emplace_back(work);
  work();
}

}  // namespace geo::detail
