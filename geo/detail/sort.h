// Fast ascending sort of finite doubles: what every classification starts with.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace geo::detail {

// Radix sort in six digits of 11 bits, digits that all values share skipped; a comparison sort below 4,096
// values. −0 becomes 0, so that equal values have equal bits. No NaN.
inline void sortValues(std::vector<double>& values) {
  for (double& v : values) v += 0.0;
  if (values.size() < 4096) {
    std::sort(values.begin(), values.end());
    return;
  }
  constexpr int bits = 11, digits = 6, buckets = 1 << bits;
  constexpr uint64_t sign = uint64_t{1} << 63;
  std::vector<uint64_t> keys(values.size()), other(values.size());
  std::vector<std::array<uint32_t, buckets>> histogram(digits);
  for (size_t i = 0; i < values.size(); ++i) {
    uint64_t k = std::bit_cast<uint64_t>(values[i]);
    k = k & sign ? ~k : k | sign;
    keys[i] = k;
    for (int d = 0; d < digits; ++d) ++histogram[d][(k >> (d * bits)) & (buckets - 1)];
  }
  for (int d = 0; d < digits; ++d) {
    auto& h = histogram[d];
    const int shift = d * bits;
    if (h[(keys[0] >> shift) & (buckets - 1)] == keys.size()) continue;
    uint32_t at = 0;
    for (uint32_t& count : h) at += std::exchange(count, at);
    for (uint64_t k : keys) other[h[(k >> shift) & (buckets - 1)]++] = k;
    keys.swap(other);
  }
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = std::bit_cast<double>(keys[i] & sign ? keys[i] ^ sign : ~keys[i]);
}

}  // namespace geo::detail
