#include "geo/table.h"

#include <charconv>

namespace geo {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool sameButCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && static_cast<unsigned char>(s.front()) <= ' ') s.remove_prefix(1);
  while (!s.empty() && static_cast<unsigned char>(s.back()) <= ' ') s.remove_suffix(1);
  return s;
}

// "1,234,567.8" without its commas; empty when the groups are not all of three digits.
std::string withoutThousands(std::string_view s) {
  const std::string_view whole = s.substr(0, s.find('.'));
  const size_t sign = !whole.empty() && (whole[0] == '-' || whole[0] == '+') ? 1 : 0;
  const size_t first = whole.find(',');
  if (first == whole.npos || first == sign || first > sign + 3) return {};
  for (size_t i = sign; i < whole.size(); ++i)
    if ((whole[i] == ',') != (i >= first && (i - first) % 4 == 0)) return {};
  if ((whole.size() - first) % 4 != 0 || s.find(',', whole.size()) != s.npos) return {};
  std::string out(s);
  std::erase(out, ',');
  return out;
}

double parsed(std::string_view s) {
  if (!s.empty() && s.front() == '+') s.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error != std::errc() || end != s.data() + s.size() || !std::isfinite(value)) return missing;
  return value;
}

}  // namespace

std::string Column::text(size_t row) const {
  if (!has(row)) return {};
  if (!numeric()) return texts[row];
  const double value = numbers[row];
  char buffer[64];
  // Integers beyond 2^53 never get here (they are loaded as text), so fixed notation prints every digit as it
  // is.
  const double size = std::abs(value);
  const auto form =
      value == 0 || (size >= 1e-5 && size < 1e17) ? std::chars_format::fixed : std::chars_format::general;
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value == 0 ? 0.0 : value, form);
  return {buffer, result.ptr};
}

double Column::number(size_t row) const {
  if (!has(row)) return missing;
  if (numeric()) return numbers[row];
  if (type == ColumnType::date) return missing;
  const std::string_view s = trimmed(texts[row]);
  if (s.find(',') == s.npos) return parsed(s);
  return parsed(withoutThousands(s));
}

const Column* Table::find(std::string_view name) const {
  for (const Column& c : columns)
    if (c.name == name) return &c;
  for (const Column& c : columns)
    if (sameButCase(c.name, name)) return &c;
  return nullptr;
}

std::string Table::columnNames() const {
  std::string out;
  for (const Column& c : columns) out += (out.empty() ? "" : ", ") + c.name;
  return out;
}

}  // namespace geo
