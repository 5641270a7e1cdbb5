// Many megabytes at a time: the system hands them out in small pages, each at the first touch, which can cost
// more than all the work on them (13 µs a page on a virtual machine: 30 ms for a grid of 2 million cells).
// Asked to, it gives pages of 2 MiB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace geo {

// To be called before the memory is touched. Does nothing where there is nothing to gain.
inline void inLargePages([[maybe_unused]] void* data, [[maybe_unused]] size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr uintptr_t page = 2u << 20;
  const uintptr_t start = reinterpret_cast<uintptr_t>(data);
  const uintptr_t first = (start + page - 1) / page * page, last = (start + bytes) / page * page;
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
}

template <class T>
std::vector<T> largeVector(size_t count, T value = {}) {
  std::vector<T> v;
  v.reserve(count);
  inLargePages(v.data(), count * sizeof(T));
  v.resize(count, value);
  return v;
}

}  // namespace geo
