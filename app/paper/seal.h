// What a written picture says of itself: its recipe, and a seal that tells whether a byte of the file was
// changed since. The seal is the SHA-256 of the file with the seal's own digits as noughts. It guards
// against accidents and quiet edits; somebody who forges both must be told by the data's own digests.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/paper/atomic_file.h"
#include "geo/progress.h"
#include "geo/result.h"

namespace paper {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  void add(const void* bytes, size_t count);
  std::string hex();  // ends it

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
// Of a file's bytes; fails where it cannot be read.
geo::Result<std::string> sha256OfFile(const std::string& path, geo::Progress* progress = nullptr);

// Stands once in the recipe's text: a mark and 64 noughts, until the file is sealed.
std::string unsealed();

// As one zlib stream in which an open seal stands plain, to be found and filled in.
std::string deflatedAroundSeal(std::string_view text);

// Closes the file, seals it where it holds an open seal, and puts it in its place.
geo::Result<void> commitSealed(AtomicFile& file);

struct Proof {
  std::string recipe;  // as written; empty: the picture has none
  bool sealed = false, intact = false;
};
// Of a PNG, JPEG, WebP, TIFF, PDF or SVG. Fails on what cannot be read or is none of them.
geo::Result<Proof> readProof(const std::string& path);

// The recipe within XML: only what must be escaped is.
std::string xmlEscaped(std::string_view text);
std::string xmlUnescaped(std::string_view text);

}  // namespace paper
