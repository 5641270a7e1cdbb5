// What was skipped, repaired or left unmatched on the way to a value. Travels beside the value; never thrown
// away.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace geo {

struct Problem {
  std::string kind;          // stable, machine-readable: "ring-self-intersection"
  std::vector<size_t> rows;  // rows of the source, ascending; empty when it concerns the whole source
  std::string message;       // one line for people
  std::string fix;           // name of the mend that applies, or empty
  bool harmless = false;     // nothing is wrong: something was understood or changed on the way in
  bool operator==(const Problem&) const = default;
};

struct Report {
  std::vector<Problem> problems;

  bool empty() const { return problems.empty(); }
  // Adds a row to the problem of that kind, making it on first use.
  void note(const std::string& kind, size_t row, const std::string& message, const std::string& fix = {}) {
    for (auto& p : problems)
      if (p.kind == kind) {
        p.rows.push_back(row);
        return;
      }
    problems.push_back({kind, {row}, message, fix});
  }
  void add(Problem p) { problems.push_back(std::move(p)); }
  void merge(const Report& other) {
    problems.insert(problems.end(), other.problems.begin(), other.problems.end());
  }
};

}  // namespace geo
