// The bare form of a PDF: objects, streams, cross references. Knows nothing of drawings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/paper/atomic_file.h"

namespace paper {

class PdfFile {
 public:
  explicit PdfFile(AtomicFile& file);
  int reserve();  // the number of an object to be written later
  void object(int number, std::string_view body);
  int object(std::string_view body);
  // dictionary without its brackets; the bytes are deflated here unless they are already.
  void stream(int number, std::string_view dictionary, std::string_view bytes, bool deflated = false);
  int stream(std::string_view dictionary, std::string_view bytes, bool deflated = false);
  geo::Result<void> finish(int catalog, int info);

 private:
  void put(std::string_view bytes);
  AtomicFile& file_;
  geo::Result<void> result_;
  size_t written_ = 0;
  uint64_t hash_[2];
  std::vector<size_t> offset_{0};
};

std::string deflated(std::string_view bytes);
std::string pdfText(std::string_view utf8);   // as a string object: <FEFF…>
std::string utf16Hex(std::string_view utf8);  // without mark or brackets

// Numbers with at most two decimals, without what can be left out.
void pdfNumber(std::string& out, double v);

}  // namespace paper
