// Adobe's technical notes 5176 (the format) and 5177 (Type 2 charstrings).
#include "app/paper/cff.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <span>

namespace paper {

namespace {

enum Operator : uint8_t {
  vmoveto = 4,
  rlineto,
  hlineto,
  vlineto,
  rrcurveto,
  endchar = 14,
  rmoveto = 21,
  hmoveto,
  rcurveline = 24,
  rlinecurve,
  vvcurveto,
  hhcurveto,
  vhcurveto = 30,
  hvcurveto
};
constexpr int mostOperands = 48;

int sizeOf(int v) { return std::abs(v) <= 107 ? 1 : std::abs(v) <= 1131 ? 2 : 3; }

void operand(std::string& out, int v) {
  const auto byte = [&](int b) { out += static_cast<char>(b & 0xFF); };
  if (std::abs(v) <= 107) return byte(v + 139);
  if (v >= 108 && v <= 1131) return byte(247 + (v - 108) / 256), byte((v - 108) % 256);
  if (v <= -108 && v >= -1131) return byte(251 + (-v - 108) / 256), byte((-v - 108) % 256);
  byte(28), byte(v >> 8), byte(v);
}

// The shortest way to say the steps: for each place, from the last one backwards, the operator that leaves
// least to say from there on.
class Charstring {
 public:
  explicit Charstring(std::span<const CffStep> steps) : steps_(steps), best_(steps.size() + 1) {
    best_.back().cost = 0;
    for (at_ = steps.size(); at_-- > 0;) {
      if (steps_[at_].kind == CffStep::move) moves();
      else if (steps_[at_].kind == CffStep::line) lines();
      else curves();
    }
  }
  std::string bytes(const int* width) const {
    std::string out;
    if (width) operand(out, *width);
    for (size_t i = 0; i < steps_.size(); i = best_[i].next) {
      for (int v : best_[i].operands) operand(out, v);
      out += static_cast<char>(best_[i].op);
    }
    return out += static_cast<char>(endchar);
  }

 private:
  struct Choice {
    int cost = std::numeric_limits<int>::max();
    Operator op = endchar;
    size_t next = 0;
    std::vector<int> operands;
  };
  void clear() { operands_.clear(), cost_ = 0; }
  void put(std::initializer_list<int> values) {
    for (int v : values) operands_.push_back(v), cost_ += sizeOf(v);
  }
  void take(std::span<const int> values) {
    for (int v : values) operands_.push_back(v), cost_ += sizeOf(v);
  }
  bool room(int more) const { return static_cast<int>(operands_.size()) + more <= mostOperands; }
  bool is(size_t i, CffStep::Kind kind) const { return i < steps_.size() && steps_[i].kind == kind; }
  void offer(Operator op, size_t next) {
    const int cost = cost_ + 1 + best_[next].cost;
    Choice& best = best_[at_];
    if (cost < best.cost) best = {cost, op, next, operands_};
  }

  void moves() {
    const auto& by = steps_[at_].by;
    clear();
    if (by[1] == 0) put({by[0]}), offer(hmoveto, at_ + 1);
    else if (by[0] == 0) put({by[1]}), offer(vmoveto, at_ + 1);
    else put({by[0], by[1]}), offer(rmoveto, at_ + 1);
  }
  void lines() {
    clear();
    for (size_t i = at_; is(i, CffStep::line) && room(2);) {
      put({steps_[i].by[0], steps_[i].by[1]});
      offer(rlineto, ++i);
      if (!is(i, CffStep::curve) || !room(6)) continue;
      const auto kept = operands_;
      const int cost = cost_;
      take(steps_[i].by), offer(rlinecurve, i + 1);
      operands_ = kept, cost_ = cost;
    }
    for (const bool startsFlat : {true, false}) {
      clear();
      bool flat = startsFlat;
      for (size_t i = at_; is(i, CffStep::line) && room(1) && steps_[i].by[flat] == 0; flat = !flat) {
        put({steps_[i].by[!flat]});
        offer(startsFlat ? hlineto : vlineto, ++i);
      }
    }
  }
  void curves() {
    clear();
    for (size_t i = at_; is(i, CffStep::curve) && room(6);) {
      take(steps_[i].by);
      offer(rrcurveto, ++i);
      if (!is(i, CffStep::line) || !room(2)) continue;
      const auto kept = operands_;
      const int cost = cost_;
      put({steps_[i].by[0], steps_[i].by[1]}), offer(rcurveline, i + 1);
      operands_ = kept, cost_ = cost;
    }
    for (const int along : {0, 1}) {  // both ends run along x, or along y
      clear();
      for (size_t i = at_; is(i, CffStep::curve) && room(5);) {
        const auto& by = steps_[i].by;
        if (by[5 - along] != 0 || (by[1 - along] != 0 && i > at_)) break;
        if (by[1 - along] != 0) put({by[1 - along]});
        put({by[along], by[2], by[3], by[4 + along]});
        offer(along ? vvcurveto : hhcurveto, ++i);
      }
    }
    for (const int first : {0, 1}) {  // ends run along x and y in turn
      clear();
      int along = first;
      for (size_t i = at_; is(i, CffStep::curve) && room(5); along = 1 - along) {
        const auto& by = steps_[i].by;
        if (by[1 - along] != 0) break;
        const int rest = by[4 + along];
        put({by[along], by[2], by[3], by[5 - along]});
        if (rest) put({rest});
        offer(first ? vhcurveto : hvcurveto, ++i);
        if (rest) break;
      }
    }
  }

  std::span<const CffStep> steps_;
  std::vector<Choice> best_;
  std::vector<int> operands_;
  int cost_ = 0;
  size_t at_ = 0;
};

std::string index(const std::vector<std::string>& items) {
  std::string out{static_cast<char>(items.size() >> 8), static_cast<char>(items.size())};
  if (items.empty()) return out;
  size_t end = 1;
  for (const auto& item : items) end += item.size();
  const int width = end < 256 ? 1 : end < 65536 ? 2 : end < 1 << 24 ? 3 : 4;
  out += static_cast<char>(width);
  const auto offset = [&](size_t v) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) out += static_cast<char>(v >> shift & 0xFF);
  };
  offset(end = 1);
  for (const auto& item : items) offset(end += item.size());
  for (const auto& item : items) out += item;
  return out;
}

void real(std::string& out, double v) {  // in the dictionary's half bytes
  std::string digits = fmt::format("{:.8g}", v);
  std::vector<int> nibbles;
  for (size_t i = 0; i < digits.size(); ++i) {
    const char c = digits[i];
    if (c == 'e' && digits[i + 1] == '-') nibbles.push_back(12), ++i;
    else if (c >= '0' && c <= '9') nibbles.push_back(c - '0');
    else if (c == '.') nibbles.push_back(10);
    else if (c == '-') nibbles.push_back(14);
  }
  nibbles.push_back(15);
  if (nibbles.size() % 2) nibbles.push_back(15);
  out += static_cast<char>(30);
  for (size_t i = 0; i < nibbles.size(); i += 2) out += static_cast<char>(nibbles[i] << 4 | nibbles[i + 1]);
}

void offsetOperand(std::string& out, size_t v) {  // of five bytes, whatever it is
  out += static_cast<char>(29);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(v >> shift & 0xFF);
}

}  // namespace

std::string cffProgram(std::string_view name, const std::vector<CffGlyph>& glyphs, int unitsPerEm,
                       const std::array<int, 4>& box) {
  std::map<int, int> widths;
  for (const auto& glyph : glyphs) ++widths[glyph.width];
  int usual = unitsPerEm, most = 0;
  for (const auto& [width, count] : widths)
    if (count > most) usual = width, most = count;

  std::vector<std::string> strings{std::string(1, static_cast<char>(endchar))};  // what is missing
  std::string charset(1, '\0');
  for (const auto& glyph : glyphs) {
    const int width = glyph.width - usual;
    strings.push_back(Charstring(glyph.steps).bytes(width ? &width : nullptr));
    charset += static_cast<char>(glyph.code >> 8), charset += static_cast<char>(glyph.code);
  }
  const std::string charStrings = index(strings);
  const auto count = static_cast<int>(strings.size());
  // All glyphs are of one dictionary: format 3, one range.
  const std::string select{3, 0, 1, 0, 0, 0, static_cast<char>(count >> 8), static_cast<char>(count)};
  std::string usualWidths;
  operand(usualWidths, usual), usualWidths += static_cast<char>(20);
  operand(usualWidths, usual), usualWidths += static_cast<char>(21);

  const std::string head = std::string("\x01\x00\x04\x04", 4) + index({std::string(name)});
  const std::string after = index({"Adobe", "Identity"}) + index({});
  const auto top = [&](size_t charsetAt, size_t selectAt, size_t stringsAt, size_t fontsAt) {
    std::string out;
    operand(out, 391), operand(out, 392), operand(out, 0), out += "\x0C\x1E";  // ROS
    if (unitsPerEm != 1000) {
      for (const double v : {1.0 / unitsPerEm, 0.0, 0.0, 1.0 / unitsPerEm, 0.0, 0.0})
        if (v == 0) operand(out, 0);
        else real(out, v);
      out += "\x0C\x07";
    }
    for (int v : box) operand(out, v);
    out += '\x05';
    offsetOperand(out, 65536), out += "\x0C\x22";  // CIDCount
    offsetOperand(out, charsetAt), out += '\x0F';
    offsetOperand(out, selectAt), out += "\x0C\x25";
    offsetOperand(out, stringsAt), out += '\x11';
    offsetOperand(out, fontsAt), out += "\x0C\x24";
    return index({out});
  };
  const auto font = [&](size_t privateAt) {
    std::string out;
    operand(out, static_cast<int>(usualWidths.size()));
    offsetOperand(out, privateAt), out += '\x12';
    return index({out});
  };
  const size_t start = head.size() + top(0, 0, 0, 0).size() + after.size(), selectAt = start + charset.size(),
               stringsAt = selectAt + select.size(), fontsAt = stringsAt + charStrings.size(),
               privateAt = fontsAt + font(0).size();
  return head + top(start, selectAt, stringsAt, fontsAt) + after + charset + select + charStrings +
         font(privateAt) + usualWidths;
}

}  // namespace paper
