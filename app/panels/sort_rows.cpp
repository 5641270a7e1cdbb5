#include "app/panels/sort_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace panels {
namespace {

template <class Key>
struct Keyed {
  Key key;
  uint32_t row;
};

// Least significant digit first: stable, and linear in the rows. Digits that all keys share are skipped.
template <class Key>
void radixSort(std::span<Keyed<Key>> items) {
  constexpr int bits = 11, digits = (static_cast<int>(sizeof(Key)) * 8 + bits - 1) / bits;
  constexpr size_t size = size_t{1} << bits;
  if (items.size() < 2 * size) {
    std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    return;
  }
  std::vector<std::array<uint32_t, size>> counts(digits);
  for (auto& c : counts) c.fill(0);
  for (const auto& i : items)
    for (int d = 0; d < digits; ++d) ++counts[static_cast<size_t>(d)][(i.key >> (d * bits)) & (size - 1)];
  std::vector<Keyed<Key>> other(items.size());
  std::span<Keyed<Key>> from = items, to = other;
  for (int d = 0; d < digits; ++d) {
    auto& count = counts[static_cast<size_t>(d)];
    if (count[(from[0].key >> (d * bits)) & (size - 1)] == items.size()) continue;
    uint32_t start = 0;
    for (uint32_t& c : count) start += std::exchange(c, start);
    for (const auto& i : from) to[count[(i.key >> (d * bits)) & (size - 1)]++] = i;
    std::swap(from, to);
  }
  if (from.data() != items.data()) std::copy(from.begin(), from.end(), items.begin());
}

// Calls f(from, to) for every run of two or more equal keys.
template <class Key, class F>
void eachRun(std::span<Keyed<Key>> items, F f) {
  for (size_t from = 0; from < items.size();) {
    size_t to = from + 1;
    while (to < items.size() && items[to].key == items[from].key) ++to;
    if (to - from > 1) f(items.subspan(from, to - from));
    from = to;
  }
}

// The missing ones last.
template <class Key>
void put(std::vector<uint32_t>& rows, const std::vector<Keyed<Key>>& present,
         const std::vector<uint32_t>& missing) {
  size_t at = 0;
  for (const auto& i : present) rows[at++] = i.row;
  for (uint32_t r : missing) rows[at++] = r;
}

uint64_t eightBytes(std::string_view t, size_t from) {
  uint64_t key = 0;
  for (size_t i = from; i < from + 8; ++i)
    key = key << 8 | (i < t.size() ? static_cast<unsigned char>(t[i]) : 0);
  return key;
}

// Eight bytes at a time: rows whose keys are equal are told apart by what follows.
template <class Texts>
void sortTexts(std::span<Keyed<uint64_t>> items, const Texts& texts, size_t from, bool descending) {
  if (items.size() < 64) {
    std::stable_sort(items.begin(), items.end(), [&](const auto& a, const auto& b) {
      return descending ? texts[b.row] < texts[a.row] : texts[a.row] < texts[b.row];
    });
    return;
  }
  for (auto& i : items) {
    const uint64_t key = eightBytes(texts[i.row], from);
    i.key = descending ? ~key : key;
  }
  radixSort(items);
  eachRun(items, [&](std::span<Keyed<uint64_t>> run) {
    const uint64_t key = descending ? ~run[0].key : run[0].key;
    if ((key & 0xFF) == 0) {  // they end here, unless bytes of 0 stand in them
      if (std::all_of(run.begin(), run.end(), [&](const auto& i) { return texts[i.row].size() < from + 8; }))
        return;
    }
    sortTexts(run, texts, from + 8, descending);
  });
}

}  // namespace

void sortByNumber(std::vector<uint32_t>& rows, std::span<const double> values, bool descending) {
  // The upper half of a double's bits orders nearly all; what it leaves equal is put right afterwards.
  std::vector<Keyed<uint32_t>> present;
  std::vector<uint32_t> missing;
  present.reserve(rows.size());
  for (uint32_t r : rows) {
    const double v = values[r] == 0 ? 0 : values[r];  // −0 is 0
    if (std::isnan(v)) {
      missing.push_back(r);
      continue;
    }
    uint64_t key = std::bit_cast<uint64_t>(v);  // in the order of the values:
    key = key >> 63 ? ~key : key | (uint64_t{1} << 63);
    const auto upper = static_cast<uint32_t>(key >> 32);
    present.push_back({descending ? ~upper : upper, r});
  }
  radixSort(std::span(present));
  eachRun(std::span(present), [&](std::span<Keyed<uint32_t>> run) {
    const auto less = [&](const auto& a, const auto& b) {
      return descending ? values[b.row] < values[a.row] : values[a.row] < values[b.row];
    };
    if (!std::is_sorted(run.begin(), run.end(), less)) std::stable_sort(run.begin(), run.end(), less);
  });
  put(rows, present, missing);
}

namespace {

template <class Texts>
void sortAnyText(std::vector<uint32_t>& rows, const Texts& texts, std::span<const uint8_t> present,
                 bool descending) {
  std::vector<Keyed<uint64_t>> there;
  std::vector<uint32_t> missing;
  there.reserve(rows.size());
  for (uint32_t r : rows) {
    if (!present.empty() && !present[r]) missing.push_back(r);
    else there.push_back({0, r});
  }
  sortTexts(there, texts, 0, descending);
  put(rows, there, missing);
}

}  // namespace

void sortByText(std::vector<uint32_t>& rows, std::span<const std::string> texts,
                std::span<const uint8_t> present, bool descending) {
  sortAnyText(rows, texts, present, descending);
}

void sortByText(std::vector<uint32_t>& rows, const geo::Texts& texts, std::span<const uint8_t> present,
                bool descending) {
  sortAnyText(rows, texts, present, descending);
}

}  // namespace panels
