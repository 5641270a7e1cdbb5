#include "app/paper/deflate.h"

#include <isa-l/igzip_lib.h>

#include <new>

#include "app/paper/raster_painter.h"

namespace paper {

Deflater::Deflater(int level) {
  ok_ = deflateInit2(&stream_, level, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) == Z_OK;
}
Deflater::~Deflater() { deflateEnd(&stream_); }

bool Deflater::run(std::span<const uint8_t> in, bool last, std::vector<uint8_t>& out) {
  if (!ok_ || deflateReset(&stream_) != Z_OK) return false;
  buffer_.resize(std::max<size_t>(buffer_.size(), deflateBound(&stream_, in.size()) + 16));
  stream_.next_in = const_cast<uint8_t*>(in.data()), stream_.avail_in = static_cast<uInt>(in.size());
  stream_.next_out = buffer_.data(), stream_.avail_out = static_cast<uInt>(buffer_.size());
  const int result = deflate(&stream_, last ? Z_FINISH : Z_FULL_FLUSH);
  out.assign(buffer_.data(), stream_.next_out);
  return result == (last ? Z_STREAM_END : Z_OK) && stream_.avail_in == 0;
}

struct FastDeflater::State {
  isal_zstream stream;
  std::vector<uint8_t> work = std::vector<uint8_t>(ISAL_DEF_LVL2_DEFAULT), packed;
};

FastDeflater::FastDeflater() : state_(std::make_unique<State>()) {}
FastDeflater::~FastDeflater() = default;

bool FastDeflater::run(std::span<const uint8_t> in, bool last, std::vector<uint8_t>& out) {
  isal_zstream& stream = state_->stream;
  isal_deflate_stateless_init(&stream);
  stream.level = 2, stream.level_buf = state_->work.data();
  stream.level_buf_size = static_cast<uint32_t>(state_->work.size());
  stream.end_of_stream = last, stream.flush = last ? NO_FLUSH : FULL_FLUSH;
  stream.next_in = const_cast<uint8_t*>(in.data()), stream.avail_in = static_cast<uint32_t>(in.size());
  // What does not deflate is stored, with five bytes to a block of 64 KiB.
  state_->packed.resize(std::max(state_->packed.size(), in.size() + in.size() / 1024 + 4096));
  stream.next_out = state_->packed.data(), stream.avail_out = static_cast<uint32_t>(state_->packed.size());
  const bool whole = isal_deflate_stateless(&stream) == COMP_OK && stream.avail_in == 0;
  out.assign(state_->packed.data(), stream.next_out);
  return whole;
}

std::string deflatedStrips(int strips, int level, bool parallel,
                           const std::function<void(int, std::vector<uint8_t>&)>& make) {
  struct Strip {
    std::vector<uint8_t> packed;
    size_t length = 0;
    uint32_t adler = 1;
  };
  std::vector<Strip> made(static_cast<size_t>(std::max(strips, 0)));
  bool ok = true;
  std::string out("\x78\x01", 2);
  uint32_t adler = 1;
  const auto makeWork = [&]() -> std::function<void(int)> {
    auto deflater = std::make_shared<Deflater>(level);
    auto bytes = std::make_shared<std::vector<uint8_t>>();
    return [&, deflater, bytes](int i) {
      bytes->clear();
      make(i, *bytes);
      Strip& strip = made[static_cast<size_t>(i)];
      strip.length = bytes->size();
      strip.adler = static_cast<uint32_t>(adler32_z(1, bytes->data(), bytes->size()));
      if (!deflater->run(*bytes, i + 1 == strips, strip.packed)) strip.packed.clear();
    };
  };
  const auto take = [&](int i) {
    Strip& strip = made[static_cast<size_t>(i)];
    if (strip.packed.empty()) return ok = false;
    out.append(reinterpret_cast<const char*>(strip.packed.data()), strip.packed.size());
    adler = static_cast<uint32_t>(adler32_combine(adler, strip.adler, static_cast<z_off_t>(strip.length)));
    strip = {};
    return true;
  };
  if (parallel) {
    inOrder(strips, 16, makeWork, take);
  } else {
    const auto work = makeWork();
    for (int i = 0; i < strips && ok; ++i) work(i), take(i);
  }
  if (!ok) throw std::bad_alloc();
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(adler >> shift & 0xFF);
  return out;
}

}  // namespace paper
