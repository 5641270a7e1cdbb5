#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

#include "app/paper/atomic_file.h"
#include "app/paper/pictures.h"
#include "app/paper/seal.h"
#include "app/paper/write.h"

namespace paper {

namespace {

constexpr int quality = 92;

struct Failure {
  jpeg_error_mgr base;
  std::jmp_buf back;
  char text[JMSG_LENGTH_MAX] = "";
};

void leave(j_common_ptr common) {
  auto* failure = reinterpret_cast<Failure*>(common->err);
  common->err->format_message(common, failure->text);
  std::longjmp(failure->back, 1);
}
void stayQuiet(j_common_ptr, int) {}

// libjpeg leaves by longjmp: between setjmp and its calls lives nothing that needs a destructor.
class JpegStream {
 public:
  JpegStream() {
    stream_.err = jpeg_std_error(&failure_.base);
    failure_.base.error_exit = leave;
    failure_.base.emit_message = stayQuiet;
  }
  ~JpegStream() { jpeg_destroy_compress(&stream_); }
  JpegStream(const JpegStream&) = delete;

  bool start(std::FILE* file, int width, int height, int dpi, const std::string& comment,
             const std::vector<std::string>& recipe) {
    if (setjmp(failure_.back)) return false;
    jpeg_create_compress(&stream_);
    jpeg_stdio_dest(&stream_, file);
    stream_.image_width = static_cast<JDIMENSION>(width),
    stream_.image_height = static_cast<JDIMENSION>(height);
    stream_.input_components = 3, stream_.in_color_space = JCS_RGB;
    jpeg_set_defaults(&stream_);
    jpeg_set_quality(&stream_, quality, TRUE);
    // 4:4:4: thin coloured lines and small text do not survive halved chroma.
    stream_.comp_info[0].h_samp_factor = stream_.comp_info[0].v_samp_factor = 1;
    if (dpi > 0 && dpi < 65536)
      stream_.density_unit = 1, stream_.X_density = stream_.Y_density = static_cast<UINT16>(dpi);
    stream_.optimize_coding = FALSE;  // it would hold the whole picture
    jpeg_start_compress(&stream_, TRUE);
    if (!comment.empty())
      jpeg_write_marker(&stream_, JPEG_COM, reinterpret_cast<const JOCTET*>(comment.data()),
                        static_cast<unsigned>(std::min<size_t>(comment.size(), 65000)));
    for (const std::string& part : recipe)
      jpeg_write_marker(&stream_, JPEG_APP0 + 11, reinterpret_cast<const JOCTET*>(part.data()),
                        static_cast<unsigned>(part.size()));
    return true;
  }
  bool start(unsigned char** bytes, unsigned long* size, int width, int height, int channels) {
    if (setjmp(failure_.back)) return false;
    jpeg_create_compress(&stream_);
    jpeg_mem_dest(&stream_, bytes, size);
    stream_.image_width = static_cast<JDIMENSION>(width),
    stream_.image_height = static_cast<JDIMENSION>(height);
    stream_.input_components = channels, stream_.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&stream_);
    jpeg_set_quality(&stream_, quality, TRUE);
    stream_.comp_info[0].h_samp_factor = stream_.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&stream_, TRUE);
    return true;
  }
  bool row(const uint8_t* rgb) {
    if (setjmp(failure_.back)) return false;
    JSAMPROW line = const_cast<uint8_t*>(rgb);
    return jpeg_write_scanlines(&stream_, &line, 1) == 1;
  }
  bool finish() {
    if (setjmp(failure_.back)) return false;
    jpeg_finish_compress(&stream_);
    return true;
  }

 private:
  jpeg_compress_struct stream_{};
  Failure failure_{};
};

}  // namespace

std::string jpegBytes(int width, int height, int channels, const std::function<void(int, uint8_t*)>& row) {
  if (width < 1 || height < 1 || width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION) return {};
  struct Buffer {  // libjpeg's own, by malloc
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    ~Buffer() { std::free(bytes); }
  } buffer;
  JpegStream jpeg;
  std::vector<uint8_t> line(static_cast<size_t>(width) * static_cast<size_t>(channels));
  bool ok = jpeg.start(&buffer.bytes, &buffer.size, width, height, channels);
  for (int y = 0; y < height && ok; ++y) row(y, line.data()), ok = jpeg.row(line.data());
  if (!ok || !jpeg.finish()) return {};
  return {reinterpret_cast<const char*>(buffer.bytes), buffer.size};
}

geo::Result<void> writeJpeg(const scene::Drawing& drawing, const std::string& path, int width, int height,
                            double pixelsPerUnit, double dpi, const Meta& meta, geo::Progress* progress) {
  if (auto ok = checkSize(width, height); !ok) return ok;
  if (width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION)
    return geo::fail(
        fmt::format("A JPEG holds at most {} pixels a side, not {} × {}.", JPEG_MAX_DIMENSION, width, height),
        "Write a PNG or a TIFF.");
  auto file = AtomicFile::create(path, meta.beside);
  if (!file) return tl::unexpected(file.error());
  auto painter = RasterPainter::make(drawing, width, height, pixelsPerUnit);
  if (!painter) return tl::unexpected(painter.error());
  JpegStream jpeg;
  std::string comment = meta.title;
  for (const auto* more : {&meta.author, &meta.subject, &meta.software})
    if (!more->empty()) comment += (comment.empty() ? "" : "\n") + *more;
  // A marker holds 64 KiB at most; the seal stands at the recipe's head, so it is never torn.
  std::vector<std::string> recipe;
  for (size_t at = 0; at < meta.recipe.size(); at += 60000)
    recipe.push_back(std::string("parkscope\0", 10) + meta.recipe.substr(at, 60000));
  bool ok = jpeg.start(file->file(), width, height, static_cast<int>(dpi + 0.5), comment, recipe);
  std::vector<uint8_t> line(static_cast<size_t>(width) * 3);
  const bool whole =
      ok && paintInOrder(**painter, width, height, progress, [&](int y0, int y1, const uint8_t* rgba) {
        for (int y = y0; y < y1 && ok; ++y) {
          for (int x = 0; x < width; ++x, rgba += 4) {
            // JPEG knows no transparency: what is clear lies on white.
            const int a = rgba[3];
            for (int c = 0; c < 3; ++c)
              line[static_cast<size_t>(x) * 3 + c] =
                  static_cast<uint8_t>((rgba[c] * a + 255 * (255 - a) + 127) / 255);
          }
          ok = jpeg.row(line.data());
        }
        return ok;
      });
  if (!ok) return file->failed();
  if (!whole) return cancelled(path);
  if (!jpeg.finish()) return file->failed();
  return commitSealed(*file);
}

}  // namespace paper
