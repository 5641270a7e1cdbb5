// What a file's bytes really are: UTF-8, or an older encoding by evidence. Knows nothing of files.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "geo/result.h"

namespace geo {

struct EncodingGuess {
  std::string name = "UTF-8";  // "UTF-8", "GB18030", "Big5", "Shift_JIS", "EUC-KR", "windows-1252"
  double confidence = 1;       // 0…1
  bool ascii = true;           // nothing but ASCII was seen: any of these would read it
};

// Judges many short texts together (the cells of a table). Texts may be cut off inside a character, as DBF
// does.
class EncodingEvidence {
 public:
  EncodingEvidence();
  ~EncodingEvidence();
  void add(std::string_view bytes);
  EncodingGuess guess() const;
  // Share of the non-ASCII texts that this encoding can read at all.
  double readable(const std::string& encoding) const;

 private:
  size_t texts_ = 0, notUtf8_ = 0, cutUtf8_ = 0;
  std::vector<std::string> samples_;
};

bool isUtf8(std::string_view bytes);

// One name for each encoding, however it was written: "GBK", "936", "CP936", "LDID/77", "ANSI 936" →
// "GB18030". Empty when the name is unknown to us; then iconv may still know it as it stands.
std::string canonicalEncoding(std::string_view declared);

// Bytes of one encoding → UTF-8. One object per thread.
class Decoder {
 public:
  // Fails with a line that names the encoding when the system cannot read it.
  static Result<Decoder> make(const std::string& encoding);
  // What cannot be read becomes U+FFFD and is counted; a character cut off at the end is dropped and counted
  // apart.
  std::string operator()(std::string_view bytes);
  size_t unreadable() const { return unreadable_; }
  size_t cutOff() const { return cutOff_; }

  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

 private:
  Decoder();
  struct Impl;
  std::unique_ptr<Impl> impl_;
  size_t unreadable_ = 0, cutOff_ = 0;
};

}  // namespace geo
