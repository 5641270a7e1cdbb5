// Rows of one table matched to rows of another by key; says what did not match, and by what way of writing
// the rest did.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "geo/place_name.h"
#include "geo/report.h"
#include "geo/table.h"

namespace geo {

// A right key that is not written as the left one is and yet is the same place.
struct AliasMatch {
  std::string left, right, how;  // how: "code", "space", "superior", "title", "alias", "accepted"
  bool operator==(const AliasMatch&) const = default;
};

// Left keys that an unmatched right key may mean, the likeliest first; nothing is taken until a person
// accepts it.
struct Suggestion {
  std::string right;
  struct Candidate {
    std::string left;
    double likeness = 0;  // 0…1
    bool free = true;     // no other right row has it
    bool operator==(const Candidate&) const = default;
  };
  std::vector<Candidate> candidates;
  bool ambiguous = false;  // several left keys are this name, so none was taken
  bool operator==(const Suggestion&) const = default;
};

struct Join {
  std::vector<long> rowOf;                  // per left row: the right row, or −1
  std::vector<std::string> unmatchedLeft;   // keys on the left without a partner, in order
  std::vector<std::string> unmatchedRight;  // keys on the right that nobody asked for, in order, once each
  std::vector<AliasMatch> byAlias;          // in the order of the left rows
  std::vector<Suggestion> suggestions;      // one for each of unmatchedRight that resembles something
  Report report;                            // duplicate keys: the first one counts
};

struct JoinOptions {
  bool places = true;        // codes and names of administrative areas in all their ways of writing
  const Aliases* aliases{};  // former and short names of places
  std::vector<std::pair<std::string, std::string>>
      accepted{};          // right key → left key, as a person has decided
  size_t suggestions = 3;  // for each key
};

// Keys are compared as text (an integer 441802 equals the text "441802"), trimmed of white space. What that
// leaves is compared as codes, as names without spaces, without province and city, without titles, by
// aliases, in this order; each only where one key on either side has that form.
Join join(const Column& left, const Column& right, const JoinOptions& options = {});

// The left rows have several keys (a code and a name): what one leaves the next may match. The first names
// the rows in messages.
Join join(std::span<const Column* const> left, const Column& right, const JoinOptions& options = {});

}  // namespace geo
