// Random numbers that depend on a seed and a stream number only, the same on every machine and library.
#pragma once

#include <cstdint>

namespace geo::detail {

// SplitMix64 (Steele, Lea, Flood 2014): one stream per permutation or row, so the order of work does not
// matter.
class Random {
 public:
  Random(uint64_t seed, uint64_t stream)
      : state_(mixed(seed + 0x9e3779b97f4a7c15u) ^ mixed(stream * 0xd1342543de82ef95u + 1)) {}

  uint64_t next() { return mixed(state_ += 0x9e3779b97f4a7c15u); }

  // Uniform in [0, 1), in steps of 2⁻⁵³.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  // Uniform in [0, bound), without bias (Lemire 2019).
  uint32_t below(uint32_t bound) {
    uint64_t product = (next() >> 32) * bound;
    if (static_cast<uint32_t>(product) < bound) {
      const uint32_t threshold = -bound % bound;
      while (static_cast<uint32_t>(product) < threshold) product = (next() >> 32) * bound;
    }
    return static_cast<uint32_t>(product >> 32);
  }

 private:
  static uint64_t mixed(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  uint64_t state_;
};

}  // namespace geo::detail
