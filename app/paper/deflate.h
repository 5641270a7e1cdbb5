// Bytes deflated in strips that know nothing of each other, joined into one zlib stream, as pigz does: all
// cores work, memory holds a few strips, and the bytes never depend on how many threads there were.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace paper {

// Of one thread, kept from strip to strip.
class Deflater {
 public:
  explicit Deflater(int level);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  // A strip without header; the last one ends the stream. False: memory is short.
  bool run(std::span<const uint8_t> in, bool last, std::vector<uint8_t>& out);

 private:
  std::vector<uint8_t> buffer_;
  z_stream stream_{};
  bool ok_ = false;
};

// The same by ISA-L: a few hundredths larger than zlib's level 1, in an eighth of the time.
class FastDeflater {
 public:
  FastDeflater();
  ~FastDeflater();
  FastDeflater(const FastDeflater&) = delete;
  bool run(std::span<const uint8_t> in, bool last, std::vector<uint8_t>& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// make(strip, bytes) fills one strip, called from many threads (from this one alone where not parallel).
std::string deflatedStrips(int strips, int level, bool parallel,
                           const std::function<void(int, std::vector<uint8_t>&)>& make);

}  // namespace paper
