// Rows of one table matched to rows of another by key; says what did not match.
#pragma once

#include <string>
#include <vector>

#include "geo/report.h"
#include "geo/table.h"

namespace geo {

struct Join {
  std::vector<long> rowOf;                  // per left row: the right row, or −1
  std::vector<std::string> unmatchedLeft;   // keys on the left without a partner, in order
  std::vector<std::string> unmatchedRight;  // keys on the right that nobody asked for, in order, once each
  Report report;                            // duplicate keys: the first one counts
};

// Keys are compared as text (an integer 441802 equals the text "441802"), trimmed of white space.
Join join(const Column& left, const Column& right);

}  // namespace geo
