// WebP without loss. The format's encoder wants the whole picture at once, so memory grows with it; its
// largest is 16,383 pixels a side.
#include <webp/encode.h>

#include <cstring>

#include "app/paper/atomic_file.h"
#include "app/paper/pictures.h"
#include "app/paper/seal.h"
#include "app/paper/write.h"
#include "app/paper/xmp.h"

namespace paper {

namespace {

struct Picture {
  WebPPicture webp;
  WebPMemoryWriter written;
  Picture() { WebPPictureInit(&webp), WebPMemoryWriterInit(&written); }
  ~Picture() { WebPPictureFree(&webp), WebPMemoryWriterClear(&written); }
  Picture(const Picture&) = delete;
};

void little(std::string& out, uint32_t v, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(v >> (8 * i) & 0xFF);
}
void chunk(std::string& out, std::string_view name, std::string_view data) {
  out += name;
  little(out, static_cast<uint32_t>(data.size()), 4);
  out += data;
  if (data.size() % 2) out += '\0';
}

// The encoder gives "RIFF size WEBP" and one chunk with the picture; what speaks of it needs the extended
// form.
std::string container(std::string_view encoded, int width, int height, bool alpha, const std::string& xmp) {
  std::string head;
  little(head, 4u | (alpha ? 16u : 0u), 4);  // XMP, alpha
  little(head, static_cast<uint32_t>(width - 1), 3), little(head, static_cast<uint32_t>(height - 1), 3);
  std::string body = "WEBP";
  chunk(body, "VP8X", head);
  body += encoded.substr(12);
  chunk(body, "XMP ", xmp);
  std::string out = "RIFF";
  little(out, static_cast<uint32_t>(body.size()), 4);
  return out + body;
}

struct Watch {
  geo::Progress* progress;
  static int goOn(int percent, const WebPPicture* picture) {
    const auto* watch = static_cast<const Watch*>(picture->user_data);
    return !watch->progress || watch->progress->keepGoing(0.5 + percent / 200.0);
  }
};

}  // namespace

geo::Result<void> checkWebpSize(int width, int height) {
  if (width <= WEBP_MAX_DIMENSION && height <= WEBP_MAX_DIMENSION) return {};
  return geo::fail(
      fmt::format("A WebP holds at most {} pixels a side, not {} × {}.", WEBP_MAX_DIMENSION, width, height),
      "Write a PNG or a TIFF, or ask for fewer dots per inch.");
}

geo::Result<void> writeWebp(const scene::Drawing& drawing, const std::string& path, int width, int height,
                            double pixelsPerUnit, double dpi, const Meta& meta, geo::Progress* progress) {
  if (auto ok = checkSize(width, height); !ok) return ok;
  if (auto ok = checkWebpSize(width, height); !ok) return ok;
  auto file = AtomicFile::create(path, meta.beside);
  if (!file) return tl::unexpected(file.error());
  auto painter = RasterPainter::make(drawing, width, height, pixelsPerUnit);
  if (!painter) return tl::unexpected(painter.error());
  const auto shortMemory = [] {
    return geo::fail("Memory is too short for a WebP of this size.", "Write a PNG, which is made in bands.");
  };
  Picture picture;
  picture.webp.use_argb = 1, picture.webp.width = width, picture.webp.height = height;
  if (!WebPPictureAlloc(&picture.webp)) return shortMemory();
  int rows = 0;
  const bool whole =
      paintInOrder(**painter, width, height, progress, [&](int y0, int y1, const uint8_t* rgba) {
        for (int y = y0; y < y1; ++y, ++rows) {
          uint32_t* to = picture.webp.argb + static_cast<size_t>(y) * picture.webp.argb_stride;
          for (int x = 0; x < width; ++x, rgba += 4)
            to[x] = uint32_t{rgba[3]} << 24 | uint32_t{rgba[0]} << 16 | uint32_t{rgba[1]} << 8 | rgba[2];
        }
        return !progress || progress->keepGoing(0.5 * y1 / height);
      });
  if (!whole || rows != height) return cancelled(path);
  WebPConfig config;
  // Flat maps gain next to nothing from more effort, which takes ten times as long.
  if (!WebPConfigInit(&config) || !WebPConfigLosslessPreset(&config, 2)) return shortMemory();
  config.thread_level = 1, config.exact = 0;
  Watch watch{progress};
  picture.webp.writer = WebPMemoryWrite, picture.webp.custom_ptr = &picture.written;
  picture.webp.progress_hook = Watch::goOn, picture.webp.user_data = &watch;
  if (!WebPEncode(&config, &picture.webp)) {
    if (picture.webp.error_code == VP8_ENC_ERROR_USER_ABORT) return cancelled(path);
    return shortMemory();
  }
  const std::string bytes =
      container({reinterpret_cast<const char*>(picture.written.mem), picture.written.size}, width, height,
                drawing.background.a != 255, xmpPacket(meta, "image/webp", dpi));
  if (auto ok = file->write(bytes.data(), bytes.size()); !ok) return ok;
  return commitSealed(*file);
}

}  // namespace paper
