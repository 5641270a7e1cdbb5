#include "app/panels/sort_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace {

std::vector<uint32_t> all(size_t n) {
  std::vector<uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

TEST(SortRows, OrdersNumbersAsComparingThemDoesForAnySize) {
  std::mt19937 random(7);
  for (size_t n : {0u, 1u, 100u, 5000u, 60'000u}) {
    std::vector<double> values(n);
    for (double& v : values) {
      const auto kind = random() % 10;
      v = kind == 0   ? std::nan("")
          : kind == 1 ? 0.0
          : kind == 2 ? -0.0
          : kind == 3 ? -INFINITY
          : kind == 4 ? INFINITY
                      : (static_cast<double>(random() % 2000) - 1000) / 8;
    }
    for (bool descending : {false, true}) {
      auto expected = all(n), rows = expected;
      std::stable_sort(expected.begin(), expected.end(), [&](uint32_t a, uint32_t b) {
        const bool ma = std::isnan(values[a]), mb = std::isnan(values[b]);
        if (ma || mb) return !ma && mb;
        return descending ? values[b] < values[a] : values[a] < values[b];
      });
      panels::sortByNumber(rows, values, descending);
      EXPECT_EQ(rows, expected) << n << descending;
    }
  }
}

TEST(SortRows, OrdersTextsByCodePointWithMissingOnesLast) {
  std::mt19937 random(3);
  const std::string words[] = {"", "英德市", "英德市东华镇", "英德市东华", "a", "abcdefgh", "abcdefghi", "Z"};
  for (size_t n : {8u, 9000u}) {
    std::vector<std::string> texts(n);
    std::vector<uint8_t> present(n, 1);
    for (size_t i = 0; i < n; ++i) texts[i] = words[random() % 8], present[i] = random() % 7 != 0;
    for (bool descending : {false, true}) {
      auto expected = all(n), rows = expected;
      std::stable_sort(expected.begin(), expected.end(), [&](uint32_t a, uint32_t b) {
        if (!present[a] || !present[b]) return present[a] > present[b];
        return descending ? texts[b] < texts[a] : texts[a] < texts[b];
      });
      panels::sortByText(rows, std::span<const std::string>(texts), present, descending);
      EXPECT_EQ(rows, expected) << n << descending;
      rows = all(n);
      panels::sortByText(rows, geo::Texts(texts), present, descending);
      EXPECT_EQ(rows, expected) << n << descending;
    }
  }
}

TEST(SortRows, TouchesOnlyTheRowsItIsGiven) {
  const std::vector<double> values{5, 1, std::nan(""), 3, 2};
  std::vector<uint32_t> rows{4, 2, 0};
  panels::sortByNumber(rows, values, false);
  EXPECT_EQ(rows, (std::vector<uint32_t>{4, 0, 2}));
}

}  // namespace
