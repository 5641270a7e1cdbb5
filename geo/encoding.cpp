#include "geo/encoding.h"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <unordered_set>

namespace geo {
namespace {

using Byte = unsigned char;

Byte at(std::string_view s, size_t i) { return static_cast<Byte>(s[i]); }

bool isAscii(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<Byte>(c) < 0x80; });
}

// Length of the character that starts at s[i]: 0 when it is not UTF-8, −1 when the text ends inside it.
int utf8Length(std::string_view s, size_t i) {
  const Byte b = at(s, i);
  if (b < 0x80) return 1;
  const int n = b >= 0xc2 && b <= 0xdf ? 2 : (b & 0xf0) == 0xe0 ? 3 : b >= 0xf0 && b <= 0xf4 ? 4 : 0;
  for (int k = 1; k < n; ++k) {
    if (i + k >= s.size()) return -1;
    const Byte c = at(s, i + k);
    Byte low = 0x80, high = 0xbf;  // overlong forms, surrogates and what lies beyond U+10FFFF are no UTF-8
    if (k == 1) {
      if (b == 0xe0) low = 0xa0;
      if (b == 0xed) high = 0x9f;
      if (b == 0xf0) low = 0x90;
      if (b == 0xf4) high = 0x8f;
    }
    if (c < low || c > high) return 0;
  }
  return n;
}

enum class Utf8 : uint8_t { ascii, valid, cut, invalid };

Utf8 utf8Form(std::string_view s) {
  bool ascii = true;
  for (size_t i = 0; i < s.size();) {
    const int n = utf8Length(s, i);
    if (n == 0) return Utf8::invalid;
    if (n < 0) return Utf8::cut;
    if (n > 1) ascii = false;
    i += n;
  }
  return ascii ? Utf8::ascii : Utf8::valid;
}

// Characters that Chinese tables of places are full of; in both scripts.
const std::unordered_set<std::string_view>& common() {
  static const std::unordered_set<std::string_view> set = [] {
    constexpr std::string_view text =
        "省市县区镇乡村街道办事处社委会路街号山水河江湖州城南北东西中大小新高上下园工业技术科学院校医所站点名"
        "称类型编码地址"
        "面积人口年月日万元单位经纬度清远英德连阳佛冈平黄白石龙金安长广国家有限公司企业农林牧渔田田土坪塘岗坑"
        "洞围口头寨桥"
        "縣區鎮鄉辦會號東園業術學醫類編碼積萬單經緯遠連陽龍長廣國農漁崗圍頭橋臺灣里的是一在不了人和我他這为以"
        "到说時要就出"
        "与及其它无数据缺失备注序等级合计总数量率值比例生产总收入支出教育文化卫生服务中心";
    std::unordered_set<std::string_view> out;
    for (size_t i = 0; i < text.size();) {
      const auto n = static_cast<size_t>(utf8Length(text, i));
      out.insert(text.substr(i, n));
      i += n;
    }
    return out;
  }();
  return set;
}

constexpr double impossible = -1e9;

// Log of how likely one text is as Chinese (or whatever) in an encoding: the share of its frequent characters
// against how many of those there are. Returns impossible when the bytes break the encoding's rules.
double likelihood(std::string_view s, const char* encoding) {
  const std::string_view e = encoding;
  double sum = 0;
  for (size_t i = 0; i < s.size();) {
    const Byte b = at(s, i);
    if (b < 0x80) {
      // In a pair of bytes the second may look like ASCII, so ASCII must cost what it costs in any other
      // reading.
      sum += std::log(1.0 / 40), ++i;
      continue;
    }
    if (e == "windows-1252") {
      if (b == 0x81 || b == 0x8d || b == 0x8f || b == 0x90 || b == 0x9d) return impossible;
      sum += std::log(b >= 0xc0 ? 0.8 / 64 : 0.05 / 64);
      // Western words rarely have two accented letters in a row.
      if (i > 0 && at(s, i - 1) >= 0x80) sum += std::log(0.05);
      ++i;
      continue;
    }
    if (e == "Shift_JIS" && b >= 0xa1 && b <= 0xdf) {
      sum += std::log(0.02 / 63), ++i;
      continue;
    }
    if (b == 0x80 || b == 0xff) return impossible;
    if (i + 1 >= s.size()) break;  // cut off: no evidence
    const Byte c = at(s, i + 1);
    if (e == "GB18030") {
      if (c >= 0x30 && c <= 0x39) {
        if (i + 3 >= s.size()) break;
        if (at(s, i + 2) < 0x81 || at(s, i + 2) == 0xff || at(s, i + 3) < 0x30 || at(s, i + 3) > 0x39)
          return impossible;
        sum += std::log(0.001 / 60000), i += 4;
        continue;
      }
      if (c < 0x40 || c == 0x7f || c == 0xff) return impossible;
      if (c >= 0xa1 && b >= 0xb0 && b <= 0xd7) sum += std::log(0.90 / 3755);
      else if (c >= 0xa1 && b >= 0xd8 && b <= 0xf7) sum += std::log(0.04 / 3008);
      else if (c >= 0xa1 && b >= 0xa1 && b <= 0xa3) sum += std::log(0.05 / 282);
      else sum += std::log(0.005 / 15000);
    } else if (e == "Big5") {
      if (c < 0x40 || (c > 0x7e && c < 0xa1) || c == 0xff) return impossible;
      if (b >= 0xa4 && b <= 0xc6) sum += std::log(0.93 / 5401);
      else if (b >= 0xc9 && b <= 0xf9) sum += std::log(0.03 / 7652);
      else if (b >= 0xa1 && b <= 0xa3) sum += std::log(0.035 / 408);
      else sum += std::log(0.0005 / 6000);
    } else if (e == "Shift_JIS") {
      if (c < 0x40 || c == 0x7f || c > 0xfc || b == 0xa0 || b > 0xfc) return impossible;
      if (b == 0x82 && c >= 0x9f) sum += std::log(0.35 / 83);
      else if (b == 0x83 && c <= 0x96) sum += std::log(0.15 / 86);
      else if (b >= 0x88 && b <= 0x97) sum += std::log(0.40 / 2965);
      else if (b >= 0x98 && b <= 0xea) sum += std::log(0.02 / 3390);
      else if (b == 0x81) sum += std::log(0.05 / 147);
      else sum += std::log(0.001 / 3000);
    } else {  // EUC-KR
      if (c < 0xa1 || b < 0xa1) return impossible;
      if (b >= 0xb0 && b <= 0xc8) sum += std::log(0.92 / 2350);
      else if (b >= 0xca && b <= 0xfd) sum += std::log(0.03 / 4888);
      else sum += std::log(0.05 / 986);
    }
    i += 2;
  }
  return sum;
}

struct Candidate {
  const char* name;
  double prior;
};
// Chinese tables are the rule here; Korean shares its whole code space with Chinese and must be overwhelming.
constexpr Candidate candidates[] = {
    {"GB18030", 0.93}, {"Big5", 0.04}, {"Shift_JIS", 0.01}, {"EUC-KR", 1e-5}, {"windows-1252", 0.02}};

constexpr size_t enoughSamples = 4000;

}  // namespace

bool isUtf8(std::string_view bytes) {
  const Utf8 form = utf8Form(bytes);
  return form == Utf8::ascii || form == Utf8::valid;
}

EncodingEvidence::EncodingEvidence() = default;
EncodingEvidence::~EncodingEvidence() = default;

void EncodingEvidence::add(std::string_view bytes) {
  if (isAscii(bytes)) return;
  ++texts_;
  const Utf8 form = utf8Form(bytes);
  if (form == Utf8::invalid) ++notUtf8_;
  if (form == Utf8::cut) ++cutUtf8_;
  // Past the first samples only texts that speak against UTF-8 can still change the answer.
  if (samples_.size() < enoughSamples) samples_.emplace_back(bytes.substr(0, 400));
}

double EncodingEvidence::readable(const std::string& encoding) const {
  if (texts_ == 0) return 1;
  if (encoding == "UTF-8") return 1 - static_cast<double>(notUtf8_) / static_cast<double>(texts_);
  auto decoder = Decoder::make(encoding);
  if (!decoder) return 0;
  size_t good = 0;
  for (const std::string& s : samples_) {
    const size_t before = decoder->unreadable();
    (*decoder)(s);
    if (decoder->unreadable() == before) ++good;
  }
  return static_cast<double>(good) / static_cast<double>(samples_.size());
}

EncodingGuess EncodingEvidence::guess() const {
  if (texts_ == 0) return {};
  const double cut = static_cast<double>(cutUtf8_) / static_cast<double>(texts_);
  if (notUtf8_ == 0 && (cut <= 0.5 || texts_ > cutUtf8_)) {
    // Each valid sequence is a coincidence of at most one in four in any other encoding; two-byte ones are
    // the weakest, since many pairs of Chinese characters in GB18030 form them.
    size_t two = 0, more = 0;
    for (const std::string& s : samples_)
      for (size_t i = 0; i < s.size();) {
        const int n = utf8Length(s, i);
        if (n == 2) ++two;
        if (n > 2) ++more;
        i += n > 0 ? static_cast<size_t>(n) : s.size();
      }
    const double doubt = std::pow(0.5, static_cast<double>(two)) * std::pow(0.05, static_cast<double>(more));
    return {"UTF-8", 1 - doubt, false};
  }
  if (static_cast<double>(notUtf8_) < 0.02 * static_cast<double>(texts_) && texts_ >= 50)
    return {"UTF-8", 1 - static_cast<double>(notUtf8_) / static_cast<double>(texts_), false};

  std::array<double, std::size(candidates)> score{};
  for (size_t k = 0; k < std::size(candidates); ++k) {
    score[k] = std::log(candidates[k].prior);
    auto decoder = Decoder::make(candidates[k].name);
    if (!decoder) {
      score[k] = impossible;
      continue;
    }
    const bool chinese = k < 2;
    for (const std::string& s : samples_) {
      const double l = likelihood(s, candidates[k].name);
      // A damaged text speaks against an encoding, yet one among thousands must not rule it out.
      score[k] += l == impossible ? -6.0 * static_cast<double>(s.size()) : l;
      if (!chinese || l == impossible) continue;
      const std::string text = (*decoder)(s);
      for (size_t i = 0; i < text.size();) {
        const int n = std::max(1, utf8Length(text, i));
        if (n == 3 && common().contains(std::string_view(text).substr(i, 3))) score[k] += 1.5;
        i += static_cast<size_t>(n);
      }
    }
  }
  const size_t best = static_cast<size_t>(std::max_element(score.begin(), score.end()) - score.begin());
  double others = 0;
  for (const double s : score) others += std::exp(s - score[best]);
  return {candidates[best].name, readable(candidates[best].name) / others, false};
}

std::string canonicalEncoding(std::string_view declared) {
  std::string n;
  for (const char c : declared)
    if (std::isalnum(static_cast<Byte>(c)))
      n.push_back(static_cast<char>(std::toupper(static_cast<Byte>(c))));
  for (const char* prefix : {"LDID", "ANSI", "WINDOWS", "MS", "CP", "IBM", "OEM"})
    if (n.starts_with(prefix) && n.size() > std::string_view(prefix).size()) {
      const bool ldid = std::string_view(prefix) == "LDID";
      n.erase(0, std::string_view(prefix).size());
      if (ldid)
        n = n == "77"                 ? "936"
            : n == "79"               ? "950"
            : n == "19" || n == "123" ? "932"
            : n == "78"               ? "949"
            : n == "87" || n == "3"   ? "1252"
                                      : n;
      break;
    }
  struct Alias {
    const char *name, *canonical;
  };
  static constexpr Alias aliases[] = {
      {"UTF8", "UTF-8"},          {"65001", "UTF-8"},        {"UNICODE", "UTF-8"},
      {"GB18030", "GB18030"},     {"GBK", "GB18030"},        {"GB2312", "GB18030"},
      {"936", "GB18030"},         {"54936", "GB18030"},      {"EUCCN", "GB18030"},
      {"BIG5", "Big5"},           {"950", "Big5"},           {"BIG5HKSCS", "Big5"},
      {"SHIFTJIS", "Shift_JIS"},  {"SJIS", "Shift_JIS"},     {"932", "Shift_JIS"},
      {"EUCKR", "EUC-KR"},        {"949", "EUC-KR"},         {"UHC", "EUC-KR"},
      {"1252", "windows-1252"},   {"88591", "windows-1252"}, {"ISO88591", "windows-1252"},
      {"LATIN1", "windows-1252"}, {"USASCII", "UTF-8"},      {"ASCII", "UTF-8"},
      {"UTF16LE", "UTF-16LE"},    {"UTF16BE", "UTF-16BE"},   {"UTF16", "UTF-16"}};
  for (const Alias& a : aliases)
    if (n == a.name) return a.canonical;
  return {};
}

struct Decoder::Impl {
  iconv_t handle = reinterpret_cast<iconv_t>(-1);
  bool utf8 = false, asciiAlike = true;
  ~Impl() {
    if (handle != reinterpret_cast<iconv_t>(-1)) iconv_close(handle);
  }
};

Decoder::Decoder() : impl_(std::make_unique<Impl>()) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

Result<Decoder> Decoder::make(const std::string& encoding) {
  Decoder d;
  const std::string known = canonicalEncoding(encoding);
  d.impl_->utf8 = known == "UTF-8";
  // The vendors' supersets of the standards: what is written as Big5 or Shift_JIS mostly holds a few of their
  // characters.
  const std::string name = known == "Big5"        ? "CP950"
                           : known == "Shift_JIS" ? "CP932"
                           : known == "EUC-KR"    ? "CP949"
                           : known.empty()        ? encoding
                                                  : known;
  d.impl_->asciiAlike = !known.starts_with("UTF-16");
  if (!d.impl_->utf8) d.impl_->handle = iconv_open("UTF-8", name.c_str());
  if (!d.impl_->utf8 && d.impl_->handle == reinterpret_cast<iconv_t>(-1))
    return fail(fmt::format("There is no encoding \"{}\" on this system.", encoding),
                "Known are UTF-8, GB18030, Big5 and all that `iconv -l` lists.");
  return d;
}

std::string Decoder::operator()(std::string_view bytes) {
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  if (impl_->utf8) {
    if (isUtf8(bytes)) return std::string(bytes);
    std::string out;
    for (size_t i = 0; i < bytes.size();) {
      const int n = utf8Length(bytes, i);
      if (n < 0) {
        ++cutOff_;
        break;
      }
      if (n == 0) ++unreadable_, out += replacement, ++i;
      else out += bytes.substr(i, static_cast<size_t>(n)), i += static_cast<size_t>(n);
    }
    return out;
  }
  if (impl_->asciiAlike && isAscii(bytes)) return std::string(bytes);
  std::string out;
  std::array<char, 1024> buffer;
  iconv(impl_->handle, nullptr, nullptr, nullptr, nullptr);
  char* in = const_cast<char*>(bytes.data());
  size_t left = bytes.size();
  while (left > 0) {
    char* to = buffer.data();
    size_t room = buffer.size();
    const size_t done = iconv(impl_->handle, &in, &left, &to, &room);
    out.append(buffer.data(), static_cast<size_t>(to - buffer.data()));
    if (done != static_cast<size_t>(-1) || errno == E2BIG) continue;
    if (errno == EINVAL) {
      ++cutOff_;
      break;
    }
    ++unreadable_;
    out += replacement, ++in, --left;
  }
  return out;
}

}  // namespace geo
