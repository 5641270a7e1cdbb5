// What was skipped, repaired or left unmatched on the way to a value. Travels beside the value; never thrown
// away.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "geo/geometry.h"

namespace geo {

struct Problem {
  std::string kind;          // stable, machine-readable: "ring-self-intersection"
  std::vector<size_t> rows;  // rows of the source, ascending; empty when it concerns the whole source
  std::string message;       // one line for people
  std::string fix;           // name of the mend that applies, or empty
  bool harmless = false;     // nothing is wrong: something was understood or changed on the way in
  std::vector<Point> at{};   // where, in the layer's own system; empty: all over, or not looked for
  bool operator==(const Problem&) const = default;
};

struct Report {
  static constexpr size_t mostPlaces = 1000;
  std::vector<Problem> problems;

  bool empty() const { return problems.empty(); }
  // Adds a row to the problem of that kind, making it on first use.
  void note(const std::string& kind, size_t row, const std::string& message, const std::string& fix = {},
            std::optional<Point> at = {}) {
    auto p = std::find_if(problems.begin(), problems.end(), [&](const Problem& q) { return q.kind == kind; });
    if (p == problems.end()) p = problems.insert(problems.end(), {kind, {}, message, fix});
    p->rows.push_back(row);
    if (at && p->at.size() < mostPlaces) p->at.push_back(*at);
  }
  void add(Problem p) { problems.push_back(std::move(p)); }
  void merge(const Report& other) {
    problems.insert(problems.end(), other.problems.begin(), other.problems.end());
  }
};

}  // namespace geo
