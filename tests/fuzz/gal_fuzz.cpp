// Any bytes as a GAL file: refused with one line, or weights that keep their promises.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "geo/autocorrelation.h"
#include "geo/weights.h"

namespace {

void insist(bool holds, const char* what) {
  if (holds) return;
  fmt::print(stderr, "gal_fuzz: {}\n", what);
  std::abort();
}

geo::Table table() {
  geo::Table t;
  t.rowCount = 5;
  t.columns.push_back({"CODE",
                       geo::ColumnType::text,
                       {},
                       std::vector<std::string>{"a", "b", "c", "d", "e"},
                       {1, 1, 1, 1, 1}});
  t.columns.push_back({"v", geo::ColumnType::integer, {3, 1, 4, 1, 5}, {}, {}});
  return t;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const geo::Table rows = table();
  const auto w = geo::weightsFromGal({reinterpret_cast<const char*>(data), size}, rows);
  if (!w) {
    insist(!w.error().what.empty() && !w.error().remedy.empty(), "an error that does not say what to do");
    return 0;
  }
  insist(w->rows() == rows.rows(), "rows are lost");
  for (uint32_t row = 0; row < w->rows(); ++row) {
    const auto n = w->neighbours(row);
    insist(std::is_sorted(n.begin(), n.end()) && std::adjacent_find(n.begin(), n.end()) == n.end(),
           "neighbours do not ascend");
    for (uint32_t other : n) insist(other < w->rows() && other != row, "a neighbour that is none");
  }
  const auto a = geo::autocorrelation(rows.columns[1].numbers, *w, {.permutations = 19});
  if (a) insist(a->links == w->links() && a->local.size() == rows.rows(), "links are lost");
  return 0;
}
