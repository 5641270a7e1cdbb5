#include "app/panels/sort_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace panels {
namespace {

struct Keyed {
  uint64_t key;
  uint32_t row;
};

// Least significant digit first: stable, and linear in the rows. Digits that all keys share are skipped.
void radixSort(std::vector<Keyed>& items) {
  constexpr int bits = 11, digits = 6;
  constexpr size_t size = size_t{1} << bits;
  if (items.size() < 2 * size) {
    std::stable_sort(items.begin(), items.end(),
                     [](const Keyed& a, const Keyed& b) { return a.key < b.key; });
    return;
  }
  std::vector<std::array<uint32_t, size>> counts(digits);
  for (auto& c : counts) c.fill(0);
  for (const Keyed& i : items)
    for (int d = 0; d < digits; ++d) ++counts[static_cast<size_t>(d)][(i.key >> (d * bits)) & (size - 1)];
  std::vector<Keyed> other(items.size());
  for (int d = 0; d < digits; ++d) {
    auto& count = counts[static_cast<size_t>(d)];
    if (count[(items[0].key >> (d * bits)) & (size - 1)] == items.size()) continue;
    uint32_t start = 0;
    for (uint32_t& c : count) start += std::exchange(c, start);
    for (const Keyed& i : items) other[count[(i.key >> (d * bits)) & (size - 1)]++] = i;
    items.swap(other);
  }
}

// The missing ones last.
void put(std::vector<uint32_t>& rows, const std::vector<Keyed>& present,
         const std::vector<uint32_t>& missing) {
  size_t at = 0;
  for (const Keyed& i : present) rows[at++] = i.row;
  for (uint32_t r : missing) rows[at++] = r;
}

}  // namespace

void sortByNumber(std::vector<uint32_t>& rows, std::span<const double> values, bool descending) {
  std::vector<Keyed> present;
  std::vector<uint32_t> missing;
  present.reserve(rows.size());
  for (uint32_t r : rows) {
    const double v = values[r] == 0 ? 0 : values[r];  // −0 is 0
    if (std::isnan(v)) {
      missing.push_back(r);
      continue;
    }
    // Bits of a double in the order of its value.
    uint64_t key = std::bit_cast<uint64_t>(v);
    key = key >> 63 ? ~key : key | (uint64_t{1} << 63);
    present.push_back({descending ? ~key : key, r});
  }
  radixSort(present);
  put(rows, present, missing);
}

void sortByText(std::vector<uint32_t>& rows, std::span<const std::string> texts,
                std::span<const uint8_t> present, bool descending) {
  std::vector<Keyed> there;
  std::vector<uint32_t> missing;
  there.reserve(rows.size());
  for (uint32_t r : rows) {
    if (!present.empty() && !present[r]) {
      missing.push_back(r);
      continue;
    }
    uint64_t key = 0;  // the first eight bytes decide most of it
    const std::string& t = texts[r];
    for (size_t i = 0; i < 8; ++i) key = key << 8 | (i < t.size() ? static_cast<unsigned char>(t[i]) : 0);
    there.push_back({descending ? ~key : key, r});
  }
  radixSort(there);
  for (size_t from = 0; from < there.size();) {
    size_t to = from + 1;
    while (to < there.size() && there[to].key == there[from].key) ++to;
    if (to - from > 1)
      std::stable_sort(there.begin() + static_cast<long>(from), there.begin() + static_cast<long>(to),
                       [&](const Keyed& a, const Keyed& b) {
                         return descending ? texts[b.row] < texts[a.row] : texts[a.row] < texts[b.row];
                       });
    from = to;
  }
  put(rows, there, missing);
}

}  // namespace panels
