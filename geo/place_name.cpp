#include "geo/place_name.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "geo/cell_text.h"

namespace geo {
namespace {

size_t characters(std::string_view s) {
  return static_cast<size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::u32string decoded(std::string_view s) {
  std::u32string out;
  for (size_t i = 0; i < s.size();) {
    const auto b = static_cast<unsigned char>(s[i]);
    const size_t n = b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
    char32_t c = n == 1 ? b : b & (0xff >> (n + 1));
    for (size_t k = 1; k < n && i + k < s.size(); ++k)
      c = (c << 6) | (static_cast<unsigned char>(s[i + k]) & 0x3f);
    out.push_back(c);
    i += n;
  }
  return out;
}

// Longest first.
constexpr std::string_view titles[] = {"街道办事处",
                                       "特别行政区",
                                       "高新技术产业开发区",
                                       "经济技术开发区",
                                       "自治区",
                                       "自治州",
                                       "自治县",
                                       "自治旗",
                                       "街道办",
                                       "街道",
                                       "林区",
                                       "特区",
                                       "地区",
                                       "新区",
                                       "矿区",
                                       "省",
                                       "市",
                                       "县",
                                       "区",
                                       "州",
                                       "盟",
                                       "旗",
                                       "镇",
                                       "乡",
                                       "苏木"};

// Peoples that stand between a name and 自治县, as the 56 are called.
constexpr std::string_view peoples[] = {
    "蒙古族",   "回族",   "藏族",     "维吾尔族", "维吾尔",   "苗族",     "彝族",   "壮族",       "布依族",
    "朝鲜族",   "满族",   "侗族",     "瑶族",     "白族",     "土家族",   "哈尼族", "哈萨克族",   "哈萨克",
    "傣族",     "黎族",   "傈僳族",   "佤族",     "畲族",     "高山族",   "拉祜族", "水族",       "东乡族",
    "纳西族",   "景颇族", "柯尔克孜", "土族",     "达斡尔族", "仫佬族",   "羌族",   "布朗族",     "撒拉族",
    "毛南族",   "仡佬族", "锡伯族",   "阿昌族",   "普米族",   "塔吉克",   "怒族",   "乌孜别克族", "俄罗斯族",
    "鄂温克族", "德昂族", "保安族",   "裕固族",   "京族",     "塔塔尔族", "独龙族", "鄂伦春族",   "赫哲族",
    "门巴族",   "珞巴族", "基诺族",   "各族",     "蒙古",     "回",       "朝鲜",   "达斡尔"};

}  // namespace

std::string plainCode(std::string_view text) {
  std::string s = plainName(text);
  if (const size_t point = s.find('.'); point != s.npos && s.find_first_not_of('0', point + 1) == s.npos)
    s.resize(point);
  if (s.find_first_not_of("0123456789") != s.npos) return {};
  if (s.size() == 12 && s.ends_with("000000")) s.resize(6);
  else if (s.size() == 12 && s.ends_with("000")) s.resize(9);
  else if (s.size() == 9 && s.ends_with("000")) s.resize(6);
  return s.size() == 6 || s.size() == 9 || s.size() == 12 ? s : std::string();
}

std::string plainName(std::string_view text) {
  std::string half = halfWidth(text);
  std::string out;
  out.reserve(half.size());
  const std::string_view h = half;
  for (size_t i = 0; i < h.size();) {
    const std::string_view rest = h.substr(i);
    bool dropped = static_cast<unsigned char>(h[i]) <= ' ';
    size_t n = 1;
    for (const std::string_view dot : {"·", "•", "・", "‧"})
      if (rest.starts_with(dot)) dropped = true, n = dot.size();
    if (!dropped) out.append(rest.substr(0, n));
    i += n;
  }
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string withoutSuperiors(std::string_view plain) {
  std::string_view s = plain;
  for (const std::string_view title : {"省", "自治区", "市", "自治州"}) {
    // The first place where it can end a name of two characters and leave two.
    for (size_t at = s.find(title); at != s.npos; at = s.find(title, at + title.size())) {
      const std::string_view front = s.substr(0, at), rest = s.substr(at + title.size());
      if (characters(front) < 2 || characters(rest) < 2) continue;
      // 市中区 and 市北区 are districts; 清远市区 is none of them.
      if (title == "市" && (rest.starts_with("区") || rest.starts_with("辖"))) continue;
      s = rest;
      break;
    }
  }
  return std::string(s);
}

std::string titleOf(std::string_view plain) {
  for (const std::string_view title : titles)
    if (plain.ends_with(title) && plain.size() > title.size()) return std::string(title);
  return {};
}

std::string withoutTitle(std::string_view plain) {
  for (const std::string_view title : titles) {
    if (!plain.ends_with(title)) continue;
    std::string_view s = plain.substr(0, plain.size() - title.size());
    for (bool again = title.starts_with("自治"); again;) {
      again = false;
      for (const std::string_view people : peoples)
        if (s.ends_with(people) && characters(s) > characters(people) + 1) {
          s.remove_suffix(people.size());
          again = true;
          break;
        }
    }
    // 清新区 is no 新区 called 清.
    if (characters(s) >= 2) return std::string(s);
  }
  return std::string(plain);
}

Aliases Aliases::parse(std::string_view text) {
  Aliases out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmedCell(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    std::vector<std::string> same;
    while (!line.empty()) {
      const size_t semicolon = std::min(line.find(';'), line.size());
      if (const std::string_view one = trimmedCell(line.substr(0, semicolon)); !one.empty())
        same.emplace_back(one);
      line.remove_prefix(std::min(semicolon + 1, line.size()));
    }
    if (same.size() > 1) out.add(same);
  }
  return out;
}

void Aliases::add(const std::vector<std::string>& same) {
  const int place = places_++;
  for (const std::string& s : same) {
    const std::string code = plainCode(s), name = code.empty() ? plainName(s) : code;
    const auto at = std::lower_bound(names_.begin(), names_.end(), name,
                                     [](const auto& a, const std::string& b) { return a.first < b; });
    if (at != names_.end() && at->first == name) {
      if (at->second != place) at->second = -1;
    } else {
      names_.insert(at, {name, place});
    }
  }
}

int Aliases::placeOf(std::string_view text) const {
  if (names_.empty()) return -1;
  const std::string code = plainCode(text), whole = code.empty() ? plainName(text) : code;
  const auto find = [&](const std::string& name) {
    const auto at = std::lower_bound(names_.begin(), names_.end(), name,
                                     [](const auto& a, const std::string& b) { return a.first < b; });
    return at != names_.end() && at->first == name ? at->second : -1;
  };
  const int direct = find(whole);
  return direct >= 0 || !code.empty() ? direct : find(withoutSuperiors(whole));
}

std::vector<std::string> Aliases::sameAs(std::string_view text) const {
  std::vector<std::string> out;
  const int place = placeOf(text);
  for (const auto& [name, of] : names_)
    if (place >= 0 && of == place) out.push_back(name);
  return out;
}

double likeness(std::string_view a, std::string_view b) {
  const std::u32string x = decoded(plainName(a)), y = decoded(plainName(b));
  if (x.empty() || y.empty()) return 0;
  if (x == y) return 1;
  if (x.size() > 60 || y.size() > 60) return 0;
  std::vector<size_t> row(y.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < x.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < y.size(); ++j) {
      const size_t replaced = diagonal + (x[i] != y[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  const double distance = static_cast<double>(row[y.size()]),
               longest = static_cast<double>(std::max(x.size(), y.size()));
  double score = 1 - distance / longest;
  const bool inside = x.find(y) != x.npos || y.find(x) != y.npos;
  if (inside && std::min(x.size(), y.size()) >= 2)
    score = std::max(score, 0.6 + 0.3 * static_cast<double>(std::min(x.size(), y.size())) / longest);
  // Titles are alike everywhere: what they name decides.
  const std::string coreX = withoutTitle(withoutSuperiors(plainName(a))),
                    coreY = withoutTitle(withoutSuperiors(plainName(b)));
  if (coreX == coreY) return std::max(score, 0.95);
  const std::u32string u = decoded(coreX), v = decoded(coreY);
  size_t shared = 0;
  for (const char32_t c : u) shared += v.find(c) != v.npos;
  return shared == 0 ? score * 0.5 : score;
}

}  // namespace geo
