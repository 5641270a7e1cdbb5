#include "geo/join.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "geo/cell_text.h"

namespace geo {
namespace {

std::string key(const Column& c, size_t row) { return std::string(trimmedCell(c.text(row))); }

// A key's forms, from the strictest to the loosest; empty where it has none.
struct Form {
  const char* how;
  std::string (*of)(const std::string& key, const JoinOptions& options);
};

std::string nameOf(const std::string& key) { return plainCode(key).empty() ? plainName(key) : std::string(); }

constexpr Form forms[] = {
    {"", [](const std::string& k,
            const JoinOptions&) { return k; }},  // a second column of keys, as it is written
    {"code", [](const std::string& k, const JoinOptions&) { return plainCode(k); }},
    {"space", [](const std::string& k, const JoinOptions&) { return nameOf(k); }},
    {"superior",
     [](const std::string& k, const JoinOptions&) {
       const std::string n = nameOf(k);
       return n.empty() ? n : withoutSuperiors(n);
     }},
    {"alias",
     [](const std::string& k, const JoinOptions& o) {
       const int place = o.aliases ? o.aliases->placeOf(k) : -1;
       return place < 0 ? std::string() : fmt::format("{}", place);
     }},
    {"title",
     [](const std::string& k, const JoinOptions&) {
       const std::string n = nameOf(k);
       return n.empty() ? n : withoutTitle(withoutSuperiors(n));
     }},
};

// The right keys, once each, and what became of them.
struct Right {
  std::vector<std::string> keys;
  std::vector<size_t> row;
  std::vector<uint8_t> used;
  std::unordered_map<std::string, size_t> index;
};

Right rightKeys(const Column& right, Report& report) {
  Right out;
  std::vector<size_t> repeated;
  std::string firstRepeated;
  for (size_t r = 0; r < right.rows(); ++r) {
    std::string k = key(right, r);
    if (k.empty()) continue;
    if (out.index.try_emplace(k, out.keys.size()).second) {
      out.keys.push_back(std::move(k)), out.row.push_back(r);
    } else {
      if (repeated.empty()) firstRepeated = k;
      repeated.push_back(r);
    }
  }
  out.used.resize(out.keys.size());
  if (!repeated.empty())
    report.add(
        {"duplicate-key", repeated,
         fmt::format("Keys stand more than once in \"{}\", first \"{}\"; the first row of each counts.",
                     right.name, firstRepeated),
         "remove-duplicates"});
  return out;
}

class Matching {
 public:
  Matching(std::span<const Column* const> left, const Column& right, const JoinOptions& o)
      : left_(left), o_(o) {
    right_ = rightKeys(right, out_.report);
    out_.rowOf.assign(left[0]->rows(), -1);
    how_.resize(out_.rowOf.size());
  }

  Join result() {
    exactly(*left_[0]);
    accepted();
    if (o_.places)
      for (const Form& f : forms) byForm(f);
    tell();
    return std::move(out_);
  }

 private:
  void take(size_t row, size_t right, const char* how, const std::string& left) {
    out_.rowOf[row] = static_cast<long>(right_.row[right]);
    right_.used[right] = 1;
    if (*how) how_[row] = {left, right_.keys[right], how};
  }

  void exactly(const Column& c) {
    for (size_t row = 0; row < out_.rowOf.size(); ++row) {
      if (out_.rowOf[row] >= 0) continue;
      const std::string k = key(c, row);
      const auto found = k.empty() ? right_.index.end() : right_.index.find(k);
      if (found != right_.index.end()) take(row, found->second, "", k);
    }
  }

  void accepted() {
    for (const auto& [right, left] : o_.accepted) {
      const auto found = right_.index.find(right);
      if (found == right_.index.end()) continue;
      for (size_t row = 0; row < out_.rowOf.size(); ++row)
        for (const Column* c : left_)
          if (out_.rowOf[row] < 0 && key(*c, row) == left) take(row, found->second, "accepted", left);
    }
  }

  void byForm(const Form& form) {
    if (std::all_of(right_.used.begin(), right_.used.end(), [](uint8_t u) { return u != 0; })) return;
    struct Class {
      std::vector<size_t> right;       // keys still free
      std::vector<size_t> rows;        // rows still free, and what they are called
      std::vector<std::string> names;  // distinct keys of all rows, matched or not
      std::string called;
      size_t rightKeys = 0;
    };
    std::map<std::string, Class> classes;
    for (size_t i = 0; i < right_.keys.size(); ++i) {
      const std::string f = form.of(right_.keys[i], o_);
      if (f.empty()) continue;
      Class& c = classes[f];
      ++c.rightKeys;
      if (!right_.used[i]) c.right.push_back(i);
    }
    for (const Column* column : left_)
      for (size_t row = 0; row < out_.rowOf.size(); ++row) {
        const std::string k = key(*column, row), f = k.empty() ? k : form.of(k, o_);
        const auto found = f.empty() ? classes.end() : classes.find(f);
        if (found == classes.end()) continue;
        Class& c = found->second;
        const std::string place = key(*left_[0], row).empty() ? k : key(*left_[0], row);
        if (std::find(c.names.begin(), c.names.end(), place) == c.names.end()) c.names.push_back(place);
        if (out_.rowOf[row] < 0 && std::find(c.rows.begin(), c.rows.end(), row) == c.rows.end()) {
          c.rows.push_back(row);
          if (c.called.empty()) c.called = k;
        }
      }
    for (const auto& [f, c] : classes) {
      if (c.right.empty() || c.rows.empty()) continue;
      if (c.names.size() > 1 || c.right.size() > 1) {
        for (const size_t i : c.right) ambiguous_.insert(i);
        continue;
      }
      for (const size_t row : c.rows) take(row, c.right[0], form.how, c.called);
      ambiguous_.erase(c.right[0]);
    }
  }

  void tell() {
    std::vector<size_t> keyless, changed;
    std::vector<std::string> names;  // of all left rows, once each, and whether a right row has them
    std::unordered_map<std::string, bool> free;
    for (size_t row = 0; row < out_.rowOf.size(); ++row) {
      std::string k = key(*left_[0], row);
      bool any = !k.empty();
      for (const Column* c : left_) {
        const std::string name = key(*c, row);
        any |= !name.empty();
        if (name.empty()) continue;
        const bool taken = out_.rowOf[row] >= 0;
        if (free.try_emplace(name, !taken).second) names.push_back(name);
      }
      if (out_.rowOf[row] >= 0) {
        if (!how_[row].how.empty()) out_.byAlias.push_back(how_[row]), changed.push_back(row);
      } else if (!any) {
        keyless.push_back(row);
      } else {
        out_.unmatchedLeft.push_back(std::move(k));
      }
    }
    if (!keyless.empty())
      out_.report.add({"missing-key", keyless,
                       fmt::format("Rows have nothing in \"{}\" and cannot be matched.", left_[0]->name),
                       "fill-key"});
    tellAliases(changed);
    for (size_t i = 0; i < right_.keys.size(); ++i)
      if (!right_.used[i]) {
        out_.unmatchedRight.push_back(right_.keys[i]);
        suggest(i, names, free);
      }
  }

  void tellAliases(const std::vector<size_t>& rows) {
    std::string pairs;
    size_t told = 0;
    for (const AliasMatch& a : out_.byAlias) {
      const std::string pair = fmt::format("{} = {}", a.right, a.left);
      if (pairs.find(pair) != pairs.npos || told == 12) continue;
      pairs += (pairs.empty() ? "" : ", ") + pair, ++told;
    }
    if (!rows.empty())
      out_.report.add({"matched-by-alias", rows,
                       fmt::format("Keys that are written differently were matched: {}.", pairs), "", true});
  }

  void suggest(size_t right, const std::vector<std::string>& names,
               const std::unordered_map<std::string, bool>& free) {
    // Thousands against thousands would take minutes, and nobody accepts thousands one by one.
    if (out_.suggestions.size() >= 200 || names.size() > 5000 || o_.suggestions == 0) return;
    Suggestion s{right_.keys[right], {}, ambiguous_.count(right) > 0};
    for (const std::string& name : names) {
      const double l = likeness(name, s.right);
      if (l >= 0.5) s.candidates.push_back({name, l, free.at(name)});
    }
    std::stable_sort(s.candidates.begin(), s.candidates.end(), [](const auto& a, const auto& b) {
      return a.free != b.free ? a.free : a.likeness > b.likeness;
    });
    if (s.candidates.size() > o_.suggestions) s.candidates.resize(o_.suggestions);
    if (!s.candidates.empty()) out_.suggestions.push_back(std::move(s));
  }

  std::span<const Column* const> left_;
  const JoinOptions& o_;
  Right right_;
  std::vector<AliasMatch> how_;
  std::set<size_t> ambiguous_;
  Join out_;
};

}  // namespace

Join join(const Column& left, const Column& right, const JoinOptions& options) {
  const Column* const one[] = {&left};
  return join(std::span<const Column* const>(one), right, options);
}

Join join(std::span<const Column* const> left, const Column& right, const JoinOptions& options) {
  return Matching(left, right, options).result();
}

}  // namespace geo
