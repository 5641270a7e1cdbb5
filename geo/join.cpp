#include "geo/join.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>

namespace geo {
namespace {

std::string key(const Column& c, size_t row) {
  std::string text = c.text(row);
  std::string_view s = text;
  constexpr std::string_view wide = "\xe3\x80\x80";  // ideographic space
  while (!s.empty() && (static_cast<unsigned char>(s.front()) <= ' ' || s.starts_with(wide)))
    s.remove_prefix(s.starts_with(wide) ? wide.size() : 1);
  while (!s.empty() && (static_cast<unsigned char>(s.back()) <= ' ' || s.ends_with(wide)))
    s.remove_suffix(s.ends_with(wide) ? wide.size() : 1);
  return std::string(s);
}

}  // namespace

Join join(const Column& left, const Column& right) {
  Join out;
  std::unordered_map<std::string, size_t> rowOfKey;
  rowOfKey.reserve(right.rows());
  std::vector<std::string> order;  // the right keys, once each
  std::vector<size_t> repeated;
  std::string firstRepeated;
  for (size_t r = 0; r < right.rows(); ++r) {
    std::string k = key(right, r);
    if (k.empty()) continue;
    if (rowOfKey.try_emplace(k, r).second) {
      order.push_back(std::move(k));
    } else {
      if (repeated.empty()) firstRepeated = k;
      repeated.push_back(r);
    }
  }
  if (!repeated.empty())
    out.report.add(
        {"duplicate-key", repeated,
         fmt::format("Keys stand more than once in \"{}\", first \"{}\"; the first row of each counts.",
                     right.name, firstRepeated),
         "remove-duplicates"});

  out.rowOf.reserve(left.rows());
  std::vector<uint8_t> used(right.rows());
  std::vector<size_t> keyless;
  for (size_t l = 0; l < left.rows(); ++l) {
    std::string k = key(left, l);
    const auto found = k.empty() ? rowOfKey.end() : rowOfKey.find(k);
    if (found == rowOfKey.end()) {
      out.rowOf.push_back(-1);
      if (k.empty()) keyless.push_back(l);
      else out.unmatchedLeft.push_back(std::move(k));
      continue;
    }
    out.rowOf.push_back(static_cast<long>(found->second));
    used[found->second] = 1;
  }
  if (!keyless.empty())
    out.report.add({"missing-key", keyless,
                    fmt::format("Rows have nothing in \"{}\" and cannot be matched.", left.name),
                    "fill-key"});
  for (std::string& k : order)
    if (!used[rowOfKey.at(k)]) out.unmatchedRight.push_back(std::move(k));
  return out;
}

}  // namespace geo
