#include "app/paper/pdf_file.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include <charconv>
#include <cmath>

#include "app/paper/seal.h"

namespace paper {

namespace {
constexpr char reference = 1;  // brackets a number that is the page's own
}

std::string deflated(std::string_view bytes, int level) {
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(
      libdeflate_alloc_compressor(level), libdeflate_free_compressor);
  if (!compressor) throw std::bad_alloc();
  std::string out(libdeflate_zlib_compress_bound(compressor.get(), bytes.size()), '\0');
  const size_t size =
      libdeflate_zlib_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size());
  if (size == 0) throw std::bad_alloc();
  out.resize(size);
  return out;
}

std::string utf16Hex(std::string_view utf8) {
  std::string out;
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const size_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    char32_t c = lead < 0x80 ? lead : lead & (0x3F >> more);
    for (size_t k = 1; k <= more && i + k < utf8.size(); ++k)
      c = c << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3F);
    i += more + 1;
    if (c >= 0x10000)
      out += fmt::format("{:04X}{:04X}", 0xD800 + ((c - 0x10000) >> 10 & 0x3FF),
                         0xDC00 + ((c - 0x10000) & 0x3FF));
    else out += fmt::format("{:04X}", static_cast<uint32_t>(c));
  }
  return out;
}

std::string pdfText(std::string_view utf8) { return "<FEFF" + utf16Hex(utf8) + ">"; }

void pdfNumber(std::string& out, double v) {
  auto hundredths = static_cast<long long>(std::llround(std::clamp(v, -1e9, 1e9) * 100));
  if (hundredths < 0) out += '-', hundredths = -hundredths;
  const int rest = static_cast<int>(hundredths % 100);
  char digits[24];
  if (hundredths >= 100 || rest == 0)
    out.append(digits, std::to_chars(digits, digits + sizeof digits, hundredths / 100).ptr);
  if (rest == 0) return;
  out += '.';
  out += static_cast<char>('0' + rest / 10);
  if (rest % 10) out += static_cast<char>('0' + rest % 10);
}

PdfFile::PdfFile(AtomicFile& file, int level)
    : file_(file), level_(level), hash_{0xcbf29ce484222325ull, 0x84222325cbf29ce4ull} {
  put("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
}

void PdfFile::put(std::string_view bytes) {
  if (!result_) return;
  result_ = file_.write(bytes.data(), bytes.size());
  written_ += bytes.size();
  for (unsigned char c : bytes)
    hash_[0] = (hash_[0] ^ c) * 0x100000001b3ull, hash_[1] = (hash_[1] ^ (c + 1)) * 0x100000001b3ull;
}

int PdfFile::reserve() {
  places_.emplace_back();
  return static_cast<int>(places_.size()) - 1;
}

void PdfFile::object(int number, std::string_view body) {
  packed_.emplace_back(number, body);
  if (packed_.size() >= 200) packObjects();
}

void PdfFile::packObjects() {
  if (packed_.empty()) return;
  const int within = reserve();
  std::string head, bodies;
  for (size_t i = 0; i < packed_.size(); ++i) {
    const auto& [number, body] = packed_[i];
    places_[static_cast<size_t>(number)] = {i, within};
    head += fmt::format("{} {} ", number, bodies.size());
    bodies += body, bodies += '\n';
  }
  streamOfDeflated(within, fmt::format("/Type/ObjStm/N {}/First {}", packed_.size(), head.size()),
                   deflated(head + bodies, level_));
  packed_.clear();
}

int PdfFile::object(std::string_view body) {
  const int number = reserve();
  object(number, body);
  return number;
}

void PdfFile::streamOfDeflated(int number, std::string_view dictionary, std::string_view packed,
                               const char* filter) {
  places_[static_cast<size_t>(number)] = {written_, 0};
  put(fmt::format("{} 0 obj\n<<{}/Filter/{}/Length {}>>stream\n", number, dictionary, filter, packed.size()));
  put(packed), put("\nendstream\nendobj\n");
}

int PdfFile::stream(std::string_view dictionary, std::string_view bytes) {
  const int number = reserve();
  streamOfDeflated(number, dictionary, deflated(bytes, level_));
  return number;
}

int PdfFile::add(PdfObjects objects) {
  std::vector<int> numbers{0};
  const auto placed = [&](std::string_view body) {
    std::string out;
    for (size_t i = 0; i < body.size(); ++i) {
      if (body[i] != reference) {
        out += body[i];
        continue;
      }
      size_t own = 0;
      while (body[++i] != reference) own = own * 10 + static_cast<size_t>(body[i] - '0');
      out += fmt::format("{}", numbers.at(own));
    }
    return out;
  };
  for (auto& made : objects.objects_) {
    if (!made.digest.empty()) {
      const auto [known, isNew] = shared_.try_emplace(made.digest, static_cast<int>(places_.size()));
      if (!isNew) {
        numbers.push_back(known->second);
        continue;
      }
    }
    numbers.push_back(reserve());
    if (made.isStream) streamOfDeflated(numbers.back(), placed(made.body), made.deflated, made.filter);
    else object(numbers.back(), placed(made.body));
    made = {};
  }
  return numbers.back();
}

std::string PdfObjects::ref(int number) { return fmt::format("{0}{1}{0} 0 R", reference, number); }

int PdfObjects::object(std::string body) {
  objects_.push_back({std::move(body), {}, false, {}, ""});
  return static_cast<int>(objects_.size());
}

int PdfObjects::stream(std::string dictionary, std::string_view bytes) {
  return streamOfDeflated(std::move(dictionary), deflated(bytes));
}

int PdfObjects::streamOfDeflated(std::string dictionary, std::string packed, bool shared) {
  return streamOf("FlateDecode", std::move(dictionary), std::move(packed), shared);
}

int PdfObjects::streamOfJpeg(std::string dictionary, std::string jpeg, bool shared) {
  return streamOf("DCTDecode", std::move(dictionary), std::move(jpeg), shared);
}

int PdfObjects::streamOf(const char* filter, std::string dictionary, std::string packed, bool shared) {
  std::string digest;
  if (shared) {
    Sha256 sha;
    // References are numbered page by page: what another page shares is told by its own digest.
    std::string body;
    for (size_t i = 0; i < dictionary.size(); ++i) {
      if (dictionary[i] != reference) {
        body += dictionary[i];
        continue;
      }
      size_t own = 0;
      while (dictionary[++i] != reference) own = own * 10 + static_cast<size_t>(dictionary[i] - '0');
      body += objects_.at(own - 1).digest;
    }
    sha.add(body.data(), body.size()), sha.add(packed.data(), packed.size());
    digest = sha.hex();
  }
  objects_.push_back({std::move(dictionary), std::move(packed), true, std::move(digest), filter});
  return static_cast<int>(objects_.size());
}

geo::Result<void> PdfFile::finish(int catalog, int info) {
  packObjects();
  const std::string id = fmt::format("<{:016X}{:016X}>", hash_[0], hash_[1]);
  const int number = reserve();
  const size_t start = written_;
  places_.back() = {start, 0};
  const int width = start < 1u << 16 ? 2 : start < 1u << 24 ? 3 : start < 1ull << 32 ? 4 : 8;
  std::string table;
  const auto field = [&](size_t v, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) table += static_cast<char>(v >> shift & 0xFF);
  };
  for (size_t i = 0; i < places_.size(); ++i) {
    const Place& p = places_[i];
    if (i == 0) field(0, 1), field(0, width), field(255, 1);
    else if (p.within) field(2, 1), field(static_cast<size_t>(p.within), width), field(p.offset, 1);
    else field(1, 1), field(p.offset, width), field(0, 1);
  }
  streamOfDeflated(number,
                   fmt::format("/Type/XRef/Size {}/W[1 {} 1]/Root {} 0 R/Info {} 0 R/ID[{}{}]",
                               places_.size(), width, catalog, info, id, id),
                   deflated(table, level_));
  put(fmt::format("startxref\n{}\n%%EOF\n", start));
  return result_;
}

}  // namespace paper
