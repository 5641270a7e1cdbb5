// The bare form of a PDF: objects, streams, cross references. Knows nothing of drawings. What is no stream
// goes into streams of objects, deflated together (PDF 1.5).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/paper/atomic_file.h"

namespace paper {

// Objects of one page, numbered from 1 among themselves until they go into a file: so pages are made on any
// thread, in any order.
class PdfObjects {
 public:
  static std::string ref(int number);  // to one of these, within a dictionary of these
  int object(std::string body);
  // The dictionary comes without its brackets.
  int stream(std::string dictionary, std::string_view bytes);
  // Shared: what another page has already stands for both.
  int streamOfDeflated(std::string dictionary, std::string deflated, bool shared = false);
  int streamOfJpeg(std::string dictionary, std::string jpeg, bool shared = false);

 private:
  int streamOf(const char* filter, std::string dictionary, std::string bytes, bool shared);
  friend class PdfFile;
  struct Object {
    std::string body, deflated;
    bool isStream = false;
    std::string digest;  // of what is shared
    const char* filter = "FlateDecode";
  };
  std::vector<Object> objects_;
};

// By libdeflate: at its middling level faster than zlib and smaller; at its last one an eighth smaller than
// zlib's best, in four times the time.
inline constexpr int quick = 6, smallest = 12;

class PdfFile {
 public:
  // level: of what is deflated here.
  PdfFile(AtomicFile& file, int level);
  int reserve();  // the number of an object to be written later
  void object(int number, std::string_view body);
  int object(std::string_view body);
  int stream(std::string_view dictionary, std::string_view bytes);
  void streamOfDeflated(int number, std::string_view dictionary, std::string_view deflated,
                        const char* filter = "FlateDecode");
  int add(PdfObjects objects);  // the number of the last one
  const geo::Result<void>& result() const { return result_; }
  geo::Result<void> finish(int catalog, int info);

 private:
  void put(std::string_view bytes);
  void packObjects();
  AtomicFile& file_;
  int level_;
  geo::Result<void> result_;
  size_t written_ = 0;
  uint64_t hash_[2];
  struct Place {
    size_t offset = 0;  // or the number within the stream of objects
    int within = 0;     // that stream's number; 0: none
  };
  std::vector<Place> places_{{}};
  std::vector<std::pair<int, std::string>> packed_;  // objects that are not written yet
  std::map<std::string, int> shared_;                // by digest
};

std::string deflated(std::string_view bytes, int level = quick);
std::string pdfText(std::string_view utf8);   // as a string object: <FEFF…>
std::string utf16Hex(std::string_view utf8);  // without mark or brackets

// Numbers with at most two decimals, without what can be left out.
void pdfNumber(std::string& out, double v);

}  // namespace paper
