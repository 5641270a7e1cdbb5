// PNG without holding the picture: strips are painted, filtered and deflated on all cores and joined into one
// stream, as pigz does. Each strip starts with an empty window, so the last one can be read back alone.
#include <isa-l/igzip_lib.h>

#include <cstring>

#include "app/paper/atomic_file.h"
#include "app/paper/deflate.h"
#include "app/paper/pictures.h"
#include "app/paper/png_bytes.h"
#include "app/paper/seal.h"
#include "app/paper/write.h"

namespace paper {

namespace {

using Bytes = std::vector<uint8_t>;

void push32(Bytes& out, uint32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(v >> shift));
}

Bytes chunk(const char* type, std::span<const uint8_t> data) {
  Bytes out;
  out.reserve(data.size() + 12);
  push32(out, static_cast<uint32_t>(data.size()));
  out.insert(out.end(), type, type + 4);
  out.insert(out.end(), data.begin(), data.end());
  push32(out, static_cast<uint32_t>(crc32_z(crc32_z(0, nullptr, 0), out.data() + 4, data.size() + 4)));
  return out;
}

Bytes textChunk(std::string_view key, std::string_view text) {
  Bytes data(key.begin(), key.end());
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c >= 32 && c < 127; });
  data.insert(data.end(), ascii ? 1 : 5, 0);  // iTXt: not compressed, no language, no translated key
  data.insert(data.end(), text.begin(), text.end());
  return chunk(ascii ? "tEXt" : "iTXt", data);
}

Bytes header(const scene::Drawing& drawing, int width, int height, double dpi, const Meta& meta) {
  Bytes out{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  const auto add = [&](const Bytes& c) { out.insert(out.end(), c.begin(), c.end()); };
  Bytes ihdr;
  push32(ihdr, static_cast<uint32_t>(width)), push32(ihdr, static_cast<uint32_t>(height));
  const uint8_t colourType = drawing.background.a == 255 ? 2 : 6;
  ihdr.insert(ihdr.end(), {8, colourType, 0, 0, 0});
  add(chunk("IHDR", ihdr));
  add(chunk("sRGB", Bytes{0}));
  if (dpi > 0) {
    Bytes phys;
    const auto perMetre = static_cast<uint32_t>(dpi / 0.0254 + 0.5);
    push32(phys, perMetre), push32(phys, perMetre), phys.push_back(1);
    add(chunk("pHYs", phys));
  }
  for (const auto& [key, text] : {std::pair{"Title", &meta.title},
                                  {"Author", &meta.author},
                                  {"Description", &meta.subject},
                                  {"Keywords", &meta.keywords},
                                  {"Software", &meta.software}})
    if (!text->empty()) add(textChunk(key, *text));
  if (!meta.recipe.empty()) {
    constexpr std::string_view key("parkscope\0\0\0\0\0",
                                   14);  // not compressed, no language, no translated key
    Bytes data(key.begin(), key.end());
    data.insert(data.end(), meta.recipe.begin(), meta.recipe.end());
    add(chunk("iTXt", data));
  }
  return out;
}

struct Strip {
  Bytes deflated;
  size_t length = 0;  // before deflating
  uint32_t adler = 1;
};

// Of one thread, kept from strip to strip: fresh pages cost more than what is done in them.
struct Workplace {
  RasterPainter::Brush brush;
  FastDeflater deflater;
  Bytes pixels, filtered;
};

// Flat maps deflate best unfiltered: a filter only breaks up the runs.
void filter(const uint8_t* rgba, int width, int rows, bool alpha, Bytes& out) {
  out.resize((static_cast<size_t>(width) * (alpha ? 4 : 3) + 1) * rows);
  uint8_t* to = out.data();
  for (int y = 0; y < rows; ++y) {
    *to++ = 0;
    if (alpha) {
      to = std::copy(rgba, rgba + static_cast<size_t>(width) * 4, to);
      rgba += static_cast<size_t>(width) * 4;
      continue;
    }
    // Four bytes at once, of which the next three overwrite the last; but for the row's last pixel.
    for (int x = 0; x + 1 < width; ++x, rgba += 4, to += 3) std::memcpy(to, rgba, 4);
    for (int c = 0; c < 3; ++c) *to++ = rgba[c];
    rgba += 4;
  }
}

}  // namespace

void filterRow(const Bytes& row, const Bytes* above, int channels, bool smooth, Bytes& out) {
  if (!smooth) {
    out.push_back(0);
    out.insert(out.end(), row.begin(), row.end());
    return;
  }
  const auto before = static_cast<size_t>(channels);
  const auto differences = [&](auto&& predicted) {
    for (size_t i = 0; i < row.size(); ++i) out.push_back(static_cast<uint8_t>(row[i] - predicted(i)));
  };
  const auto left = [&](size_t i) { return i < before ? 0 : row[i - before]; };
  const auto up = [&](size_t i) { return above ? (*above)[i] : 0; };
  size_t across = 0, down = 0;
  for (size_t i = 0; i < row.size(); ++i) {
    across += static_cast<size_t>(std::abs(static_cast<int8_t>(row[i] - left(i))));
    down += static_cast<size_t>(std::abs(static_cast<int8_t>(row[i] - up(i))));
  }
  out.push_back(down <= across ? 2 : 1);
  if (down <= across) differences(up);
  else differences(left);
}

std::string pngBytes(int columns, int rows, bool smooth, const std::function<void(int, scene::Rgba*)>& fill) {
  static_assert(sizeof(scene::Rgba) == 4);
  const int perStrip = std::max(1, (1 << 18) / columns), strips = (rows + perStrip - 1) / perStrip;
  const std::string packed = deflatedStrips(strips, 6, true, [&](int strip, Bytes& out) {
    std::vector<scene::Rgba> pixels(static_cast<size_t>(columns));
    Bytes row(pixels.size() * 4), above(row.size());
    const int from = strip * perStrip, to = std::min(rows, from + perStrip);
    for (int y = std::max(0, from - 1); y < to; ++y) {
      fill(y, pixels.data());
      row.swap(above);
      std::memcpy(row.data(), pixels.data(), row.size());
      if (y >= from) filterRow(row, y ? &above : nullptr, 4, smooth, out);
    }
  });
  std::string out("\x89PNG\r\n\x1a\n", 8);
  Bytes ihdr;
  push32(ihdr, static_cast<uint32_t>(columns)), push32(ihdr, static_cast<uint32_t>(rows));
  ihdr.insert(ihdr.end(), {8, 6, 0, 0, 0});
  const std::span<const uint8_t> data(reinterpret_cast<const uint8_t*>(packed.data()), packed.size());
  for (const Bytes& c : {chunk("IHDR", ihdr), chunk("IDAT", data), chunk("IEND", {})})
    out.append(reinterpret_cast<const char*>(c.data()), c.size());
  return out;
}

namespace {

// Reads the last strip back from the disk and compares it with what was painted.
bool lastStripArrived(std::FILE* file, long at, const Bytes& packed, const Bytes& painted) {
  Bytes deflated(packed.size()), pixels(painted.size());
  if (std::fflush(file) != 0 || std::fseek(file, at, SEEK_SET) != 0) return false;
  if (std::fread(deflated.data(), 1, deflated.size(), file) != deflated.size()) return false;
  z_stream stream{};
  if (inflateInit2(&stream, -15) != Z_OK) return false;
  stream.next_in = deflated.data(), stream.avail_in = static_cast<uInt>(deflated.size());
  stream.next_out = pixels.data(), stream.avail_out = static_cast<uInt>(pixels.size());
  const bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  return whole && pixels == painted;
}

}  // namespace

geo::Result<void> writePng(const scene::Drawing& drawing, const std::string& path, int width, int height,
                           double pixelsPerUnit, double dpi, const Meta& meta, geo::Progress* progress) {
  if (auto ok = checkSize(width, height); !ok) return ok;
  auto file = AtomicFile::create(path, meta.beside);
  if (!file) return tl::unexpected(file.error());
  auto painter = RasterPainter::make(drawing, width, height, pixelsPerUnit);
  if (!painter) return tl::unexpected(painter.error());
  if (auto ok =
          [&] {
            const Bytes h = header(drawing, width, height, dpi, meta);
            return file->write(h.data(), h.size());
          }();
      !ok)
    return ok;

  const bool alpha = drawing.background.a != 255;
  const int perStrip = stripRows(width), count = (height + perStrip - 1) / perStrip;
  std::vector<Strip> strips(count);
  Bytes lastStrip;
  const auto makeWork = [&]() -> std::function<void(int)> {
    auto place = std::make_shared<Workplace>();
    return [&, place](int i) {
      if (progress && progress->cancelled()) return;
      Strip& strip = strips[i];
      const int y0 = i * perStrip, rows = std::min(height - y0, perStrip);
      const size_t pixels = static_cast<size_t>(rows) * width;
      place->pixels.resize(std::max(place->pixels.size(), pixels * 4));
      (*painter)->paint({place->pixels.data(), width, y0, y0 + rows}, place->brush);
      if (alpha) unpremultiply(place->pixels.data(), pixels);
      filter(place->pixels.data(), width, rows, alpha, place->filtered);
      strip.length = place->filtered.size();
      strip.adler = isal_adler32(1, place->filtered.data(), strip.length);
      if (!place->deflater.run(place->filtered, i + 1 == count, strip.deflated)) strip.deflated.clear();
      if (i + 1 == count) lastStrip = place->filtered;
    };
  };
  geo::Result<void> result;
  uint32_t adler = 1;
  long lastAt = 0;
  bool lastArrived = true;
  const bool whole = inOrder(count, 8, makeWork, [&](int i) {
    Strip& strip = strips[i];
    if (progress && !progress->keepGoing(static_cast<double>(i) / count)) return false;
    if (strip.deflated.empty()) {
      result = geo::fail("The picture could not be packed.", "Is memory short?");
      return false;
    }
    adler = static_cast<uint32_t>(adler32_combine(adler, strip.adler, static_cast<z_off_t>(strip.length)));
    const Bytes plain = i + 1 == count ? strip.deflated : Bytes();
    if (i == 0) strip.deflated.insert(strip.deflated.begin(), {0x78, 0x01});
    if (i + 1 == count) push32(strip.deflated, adler);
    const Bytes idat = chunk("IDAT", strip.deflated);
    if (i + 1 == count) lastAt = std::ftell(file->file()) + 8 + (i == 0 ? 2 : 0);
    result = file->write(idat.data(), idat.size());
    if (result && i + 1 == count) {
      const Bytes end = chunk("IEND", {});
      result = file->write(end.data(), end.size());
      if (result) lastArrived = lastStripArrived(file->file(), lastAt, plain, lastStrip);
    }
    strip = {};
    return result.has_value();
  });
  if (!result) return result;
  if (!whole) return cancelled(path);
  if (!lastArrived) return file->failed();
  return commitSealed(*file);
}

}  // namespace paper
