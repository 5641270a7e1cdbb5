#include "app/window/photo.h"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

namespace window {
namespace {

struct Failure {
  jpeg_error_mgr manager;
  jmp_buf back;
};

[[noreturn]] void fail(j_common_ptr c) { longjmp(reinterpret_cast<Failure*>(c->err)->back, 1); }

}  // namespace

std::string jpegOf(const render::Pixels& p, int quality) {
  if (p.width < 1 || p.height < 1) return {};
  jpeg_compress_struct stream{};
  Failure failure{};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  std::vector<uint8_t> line(static_cast<size_t>(p.width) * 3);
  stream.err = jpeg_std_error(&failure.manager);
  failure.manager.error_exit = fail;
  if (setjmp(failure.back)) {
    jpeg_destroy_compress(&stream);
    std::free(bytes);
    return {};
  }
  jpeg_create_compress(&stream);
  jpeg_mem_dest(&stream, &bytes, &size);
  stream.image_width = static_cast<JDIMENSION>(p.width),
  stream.image_height = static_cast<JDIMENSION>(p.height);
  stream.input_components = 3, stream.in_color_space = JCS_RGB;
  jpeg_set_defaults(&stream);
  jpeg_set_quality(&stream, quality, TRUE);
  jpeg_start_compress(&stream, TRUE);
  for (int y = 0; y < p.height; ++y) {
    const uint8_t* from = p.rgba.data() + static_cast<size_t>(y) * p.width * 4;
    for (int x = 0; x < p.width; ++x)
      for (int c = 0; c < 3; ++c) line[static_cast<size_t>(x) * 3 + c] = from[static_cast<size_t>(x) * 4 + c];
    JSAMPROW row = line.data();
    jpeg_write_scanlines(&stream, &row, 1);
  }
  jpeg_finish_compress(&stream);
  jpeg_destroy_compress(&stream);
  std::string made(reinterpret_cast<char*>(bytes), size);
  std::free(bytes);
  return made;
}

}  // namespace window
