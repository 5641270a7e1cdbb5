#include "app/paper/seal.h"

#include <cpl_error.h>
#include <fmt/format.h>
#include <gdal.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <span>
#include <vector>

#include "app/paper/deflate.h"
#include "app/paper/write.h"

namespace paper {

namespace {

constexpr std::string_view mark = "parkscope-seal-";
constexpr size_t digits = 64;

struct File {
  explicit File(const std::string& path, const char* mode) : f(std::fopen(path.c_str(), mode)) {}
  ~File() {
    if (f) std::fclose(f);
  }
  File(const File&) = delete;
  std::FILE* f;
};

tl::unexpected<geo::Error> unreadable(const std::string& path) {
  return geo::fail(fmt::format("{} cannot be read: {}.", path, std::strerror(errno)), "Check the path.");
}

// Where the mark begins; −1: nowhere.
long long findMark(std::FILE* f) {
  std::vector<char> buffer(1 << 20);
  std::rewind(f);
  size_t kept = 0;
  long long base = 0;
  for (;;) {
    const size_t n = std::fread(buffer.data() + kept, 1, buffer.size() - kept, f);
    if (n == 0) return -1;
    const size_t all = kept + n;
    const auto at = std::search(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(all),
                                mark.begin(), mark.end());
    if (at != buffer.begin() + static_cast<std::ptrdiff_t>(all)) return base + (at - buffer.begin());
    kept = std::min(all, mark.size() - 1);
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(all - kept),
              buffer.begin() + static_cast<std::ptrdiff_t>(all), buffer.begin());
    base += static_cast<long long>(all - kept);
  }
}

uint32_t big32(const uint8_t* p) {
  return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3];
}

bool read(std::FILE* f, long long at, void* to, size_t count) {
  return std::fseek(f, static_cast<long>(at), SEEK_SET) == 0 && std::fread(to, 1, count, f) == count;
}
bool write(std::FILE* f, long long at, const void* from, size_t count) {
  return std::fseek(f, static_cast<long>(at), SEEK_SET) == 0 && std::fwrite(from, 1, count, f) == count;
}

// What the seal stands in keeps a checksum of its own that the seal changes: the chunk of a PNG, from its
// type on, and the deflated metadata of a PDF.
struct Chunk {
  long long start = -1;
  size_t length = 0;  // without the checksum of four bytes that follows
  bool isDeflated = false;
  long long sumAt() const { return start + static_cast<long long>(length); }
};
Chunk metadataWith(std::FILE* f, long long at) {
  const long long from = std::max(0LL, at - (1 << 20));
  std::string before(static_cast<size_t>(at - from), '\0');
  if (!read(f, from, before.data(), before.size())) return {};
  constexpr std::string_view key = "/Metadata/Subtype/XML/Filter/FlateDecode/Length ", end = ">>stream\n";
  const size_t head = before.rfind(key);
  if (head == before.npos) return {};
  size_t length = 0;
  const char* digits = before.data() + head + key.size();
  const auto [after, error] = std::from_chars(digits, before.data() + before.size(), length);
  const auto start = static_cast<size_t>(after - before.data()) + end.size();
  if (error != std::errc() || length < 8 || length > 64u << 20 ||
      std::string_view(before).substr(start - end.size(), end.size()) != end)
    return {};
  return {from + static_cast<long long>(start), length - 4, true};
}
Chunk chunkWith(std::FILE* f, long long at) {
  uint8_t head[8];
  std::rewind(f);
  static constexpr uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  if (std::fread(head, 1, 8, f) != 8) return {};
  if (std::equal(head, head + 4, "%PDF")) return metadataWith(f, at);
  if (!std::equal(head, head + 8, png)) return {};
  long long place = 8;
  while (std::fseek(f, static_cast<long>(place), SEEK_SET) == 0 && std::fread(head, 1, 8, f) == 8) {
    const uint32_t length = big32(head);
    if (at >= place + 8 && at < place + 8 + static_cast<long long>(length)) return {place + 4, length + 4};
    place += 12 + static_cast<long long>(length);
  }
  return {};
}

// As far as the bytes make sense.
std::string inflated(std::span<const uint8_t> bytes) {
  z_stream stream{};
  std::string out;
  if (inflateInit(&stream) != Z_OK) return out;
  std::vector<char> buffer(1 << 16);
  stream.next_in = const_cast<uint8_t*>(bytes.data()), stream.avail_in = static_cast<uInt>(bytes.size());
  for (int state = Z_OK; state == Z_OK && out.size() < 256u << 20;) {
    stream.next_out = reinterpret_cast<uint8_t*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  return out;
}

std::array<uint8_t, 4> checksum(std::span<const uint8_t> bytes, bool isDeflated) {
  uLong sum;
  if (isDeflated) {
    const std::string text = inflated(bytes);
    sum = adler32_z(1, reinterpret_cast<const uint8_t*>(text.data()), text.size());
  } else {
    sum = crc32_z(crc32_z(0, nullptr, 0), bytes.data(), bytes.size());
  }
  return {static_cast<uint8_t>(sum >> 24), static_cast<uint8_t>(sum >> 16), static_cast<uint8_t>(sum >> 8),
          static_cast<uint8_t>(sum)};
}

// The digest of the file as it was before it was sealed.
std::optional<std::string> digest(std::FILE* f, long long sealAt, const Chunk& chunk) {
  std::array<uint8_t, 4> open{};
  if (chunk.start >= 0) {
    std::vector<uint8_t> bytes(chunk.length);
    if (sealAt + static_cast<long long>(digits) > chunk.sumAt() ||
        !read(f, chunk.start, bytes.data(), bytes.size()))
      return std::nullopt;
    std::fill_n(bytes.begin() + (sealAt - chunk.start), digits, uint8_t{'0'});
    open = checksum(bytes, chunk.isDeflated);
  }
  std::rewind(f);
  Sha256 sha;
  std::vector<uint8_t> buffer(1 << 20);
  long long base = 0;
  for (size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), f)) > 0;
       base += static_cast<long long>(n)) {
    const auto put = [&](long long at, auto&& value, size_t count) {
      for (size_t i = 0; i < count; ++i) {
        const long long place = at + static_cast<long long>(i) - base;
        if (place >= 0 && place < static_cast<long long>(n)) buffer[static_cast<size_t>(place)] = value(i);
      }
    };
    put(
        sealAt, [](size_t) { return uint8_t{'0'}; }, digits);
    if (chunk.start >= 0)
      put(
          chunk.sumAt(), [&](size_t i) { return open[i]; }, 4);
    sha.add(buffer.data(), n);
  }
  return sha.hex();
}

std::string wholeFile(std::FILE* f) {
  std::string text;
  std::vector<char> buffer(1 << 20);
  std::rewind(f);
  for (size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), f)) > 0;) text.append(buffer.data(), n);
  return text;
}

// Within XML, plain in the file.
std::string between(std::string_view text, std::string_view open, std::string_view close) {
  const size_t a = text.find(open);
  if (a == text.npos) return {};
  const size_t b = text.find(close, a + open.size());
  return b == text.npos ? std::string() : xmlUnescaped(text.substr(a + open.size(), b - a - open.size()));
}

std::string fromPdf(std::FILE* f) {
  constexpr std::string_view open = "<parkscope:recipe>", close = "</parkscope:recipe>";
  if (const long long at = findMark(f); at >= 0)
    if (const Chunk chunk = metadataWith(f, at); chunk.start >= 0) {
      std::vector<uint8_t> bytes(chunk.length + 4);
      if (!read(f, chunk.start, bytes.data(), bytes.size())) return {};
      // Of a damaged one, what there is: it had a recipe.
      return between(inflated(bytes).append(close), open, close);
    }
  return between(wholeFile(f), open, close);  // of a file from before the metadata were deflated
}

std::string fromPng(std::FILE* f) {
  uint8_t head[8];
  std::string recipe;
  long long at = 8;
  constexpr std::string_view key("parkscope\0\0\0\0\0", 14);  // iTXt: keyword, not compressed, no language
  while (read(f, at, head, 8)) {
    const uint32_t length = big32(head);
    if (std::equal(head + 4, head + 8, "iTXt") && length >= key.size() && length < (64u << 20)) {
      std::string data(length, 0);
      if (!read(f, at + 8, data.data(), length)) return {};
      if (data.starts_with(key)) return data.substr(key.size());
    }
    at += 12 + static_cast<long long>(length);
  }
  return {};
}

std::string fromJpeg(std::FILE* f) {
  std::string recipe;
  constexpr std::string_view key("parkscope\0", 10);
  uint8_t head[4];
  long long at = 2;
  while (read(f, at, head, 4) && head[0] == 0xFF && head[1] != 0xDA) {
    const size_t length = static_cast<size_t>(head[2]) << 8 | head[3];
    if (length < 2) break;
    if (head[1] == 0xEB) {  // APP11, one after the other
      std::string data(length - 2, 0);
      if (!read(f, at + 4, data.data(), data.size())) break;
      if (data.starts_with(key)) recipe += data.substr(key.size());
    }
    at += 2 + static_cast<long long>(length);
  }
  return recipe;
}

std::string fromWebp(std::FILE* f) {
  uint8_t head[8];
  for (long long at = 12; read(f, at, head, 8);) {
    const uint32_t length =
        uint32_t{head[7]} << 24 | uint32_t{head[6]} << 16 | uint32_t{head[5]} << 8 | head[4];
    if (std::equal(head, head + 4, "XMP ") && length < (64u << 20)) {
      std::string data(length, 0);
      if (!read(f, at + 8, data.data(), length)) return {};
      return between(data, "<parkscope:recipe>", "</parkscope:recipe>");
    }
    at += 8 + static_cast<long long>(length) + length % 2;
  }
  return {};
}

std::string fromTiff(const std::string& path) {
  GDALAllRegister();
  CPLPushErrorHandler(CPLQuietErrorHandler);
  GDALDatasetH dataset = GDALOpen(path.c_str(), GA_ReadOnly);
  std::string recipe;
  if (dataset) {
    if (const char* text = GDALGetMetadataItem(dataset, "PARKSCOPE_RECIPE", nullptr)) recipe = text;
    GDALClose(dataset);
  }
  CPLPopErrorHandler();
  return recipe;
}

}  // namespace

struct Sha256::Impl {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Impl() { EVP_DigestInit_ex(context, EVP_sha256(), nullptr); }
  ~Impl() { EVP_MD_CTX_free(context); }
};
Sha256::Sha256() : impl_(std::make_unique<Impl>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
void Sha256::add(const void* bytes, size_t count) { EVP_DigestUpdate(impl_->context, bytes, count); }
std::string Sha256::hex() {
  uint8_t bytes[EVP_MAX_MD_SIZE];
  unsigned count = 0;
  EVP_DigestFinal_ex(impl_->context, bytes, &count);
  std::string text;
  for (unsigned i = 0; i < count; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

geo::Result<std::string> sha256OfFile(const std::string& path, geo::Progress* progress) {
  File file(path, "rb");
  if (!file.f) return unreadable(path);
  Sha256 sha;
  std::vector<char> buffer(1 << 20);
  size_t n;
  errno = 0;
  while ((n = std::fread(buffer.data(), 1, buffer.size(), file.f)) > 0) {
    if (progress && progress->cancelled()) return cancelled(path);
    sha.add(buffer.data(), n);
  }
  if (std::ferror(file.f)) return unreadable(path);
  return sha.hex();
}

std::string unsealed() {
  std::string text(mark);
  text.append(digits, '0');
  return text;
}

std::string deflatedAroundSeal(std::string_view text) {
  const size_t seal = std::min(text.find(mark), text.size()),
               after = seal < text.size() ? seal + mark.size() + digits : seal;
  std::string out("\x78\xDA", 2);
  std::vector<uint8_t> packed;
  const auto pack = [&](std::string_view part, bool last) {
    Deflater deflater(9);
    if (!deflater.run({reinterpret_cast<const uint8_t*>(part.data()), part.size()}, last, packed))
      throw std::bad_alloc();
    out.append(reinterpret_cast<const char*>(packed.data()), packed.size());
  };
  pack(text.substr(0, seal), seal == text.size());
  if (seal < text.size()) {  // stored, as it is
    const auto size = static_cast<uint16_t>(after - seal);
    out += '\0';
    for (const uint16_t v : {size, static_cast<uint16_t>(~size)})
      out += static_cast<char>(v & 0xFF), out += static_cast<char>(v >> 8);
    out += text.substr(seal, size);
    pack(text.substr(after), true);
  }
  const uLong sum = adler32_z(1, reinterpret_cast<const uint8_t*>(text.data()), text.size());
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(sum >> shift & 0xFF);
  return out;
}

geo::Result<void> commitSealed(AtomicFile& file) {
  if (auto closed = file.close(); !closed) return closed;
  {
    File f(file.partPath(), "rb+");
    if (!f.f) return file.failed();
    const long long at = findMark(f.f);
    if (at >= 0) {
      const long long sealAt = at + static_cast<long long>(mark.size());
      const Chunk chunk = chunkWith(f.f, at);
      const auto sum = digest(f.f, sealAt, chunk);
      bool ok = sum && write(f.f, sealAt, sum->data(), digits);
      if (ok && chunk.start >= 0) {
        std::vector<uint8_t> bytes(chunk.length);
        ok = std::fflush(f.f) == 0 && read(f.f, chunk.start, bytes.data(), bytes.size());
        const auto sum = checksum(bytes, chunk.isDeflated);
        ok = ok && write(f.f, chunk.sumAt(), sum.data(), 4);
      }
      if (!ok || std::fflush(f.f) != 0) return file.failed();
    }
  }
  return file.commit();
}

geo::Result<Proof> readProof(const std::string& path) {
  File file(path, "rb");
  if (!file.f) return unreadable(path);
  std::array<uint8_t, 8> head{};
  if (!read(file.f, 0, head.data(), 4))
    return geo::fail(path + " is empty or cut off.", "It holds no picture.");
  Proof proof;
  const std::string_view start(reinterpret_cast<const char*>(head.data()), 4);
  if (start == "\x89PNG") proof.recipe = fromPng(file.f);
  else if (start.starts_with("\xFF\xD8\xFF")) proof.recipe = fromJpeg(file.f);
  else if (start.starts_with("II") || start.starts_with("MM")) proof.recipe = fromTiff(path);
  else if (start == "RIFF") proof.recipe = fromWebp(file.f);
  else if (start == "%PDF") proof.recipe = fromPdf(file.f);
  else if (start.starts_with("<"))
    proof.recipe = between(wholeFile(file.f), "<parkscope:recipe>", "</parkscope:recipe>");
  else
    return geo::fail(path + " is no picture that Parkscope writes.",
                     "It reads .png .jpg .webp .tif .pdf and .svg.");
  const long long at = findMark(file.f);
  if (at < 0) return proof;
  std::string seal(digits, 0);
  const long long sealAt = at + static_cast<long long>(mark.size());
  if (!read(file.f, sealAt, seal.data(), digits)) return proof;
  proof.sealed = true;
  const auto sum = digest(file.f, sealAt, chunkWith(file.f, at));
  proof.intact = sum && *sum == seal && proof.recipe.find(std::string(mark) + seal) != std::string::npos;
  return proof;
}

std::string xmlEscaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else out += c;
  return out;
}

std::string xmlUnescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const auto is = [&](std::string_view entity) { return text.substr(i).starts_with(entity); };
    if (is("&amp;")) out += '&', i += 5;
    else if (is("&lt;")) out += '<', i += 4;
    else if (is("&gt;")) out += '>', i += 4;
    else out += text[i++];
  }
  return out;
}

}  // namespace paper
