// Names and codes of administrative areas as Chinese tables write them: one form for all ways of writing,
// what a name is without its title, and names that changed. Pure text work.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace geo {

// "441802.0", "441802000000" (12 digits), "４４１８０２" → 441802; a town's "441802001000" → 441802001. Empty
// when it is no such code.
std::string plainCode(std::string_view text);

// Half width, without white space and middle dots: " 清　城 区 " → 清城区.
std::string plainName(std::string_view text);

// Without what the province and the city are called in front of it: 广东省清远市清城区 → 清城区. The name
// itself when nothing stands in front.
std::string withoutSuperiors(std::string_view plain);

// Without its title: 清城区 → 清城, 连山壮族瑶族自治县 → 连山, 凤城街道办事处 → 凤城. A name of one character
// keeps it: 赵县.
std::string withoutTitle(std::string_view plain);

// 县, 区, 市, 自治县, 镇…: the title itself; empty when there is none.
std::string titleOf(std::string_view plain);

// Names that are one place, with its code: "441803;清新区;清新县;…" a line, "#" begins a comment.
class Aliases {
 public:
  Aliases() = default;
  // Lines that hold less than two fields are left out.
  static Aliases parse(std::string_view text);
  void add(const std::vector<std::string>& same);
  // All ways of writing a place share one number; −1: unknown, or a name of several places.
  int placeOf(std::string_view text) const;
  // All ways of writing that place, in their plain form; empty: unknown.
  std::vector<std::string> sameAs(std::string_view text) const;
  bool empty() const { return names_.empty(); }

 private:
  std::vector<std::pair<std::string, int>> names_;  // plain name or code → place; sorted
  int places_ = 0;
};

// 0 nothing alike … 1 the same: edit distance over characters, or one inside the other.
double likeness(std::string_view a, std::string_view b);

}  // namespace geo
