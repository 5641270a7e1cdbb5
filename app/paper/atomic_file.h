// A file that appears whole or not at all: written without a name where the system can (so that a killed
// process leaves nothing), else under another name beside its place, then put there in one step.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "geo/result.h"

namespace paper {

// A small file that belongs to a picture: both appear, or neither.
struct SideFile {
  std::string path, text;
};

class AtomicFile {
 public:
  // The folder must exist and take files; nothing may be a folder where a file is to go.
  static geo::Result<AtomicFile> create(const std::string& path, std::vector<SideFile> beside = {});
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();  // what was not committed is removed

  std::FILE* file() const { return file_; }
  geo::Result<void> write(const void* bytes, size_t count);
  // Ends writing here; libraries that open files themselves go on by the part's path. Fails when not all that
  // was written has arrived.
  geo::Result<void> close();
  const std::string& partPath() const { return part_; }
  geo::Result<void> commit();
  // What went wrong, from errno.
  tl::unexpected<geo::Error> failed() const;

 private:
  AtomicFile() = default;
  tl::unexpected<geo::Error> failed(const std::string& path, int code) const;
  std::string path_, part_, name_;  // name_: under which the part can be found in its folder, if it can
  std::vector<SideFile> beside_;
  std::FILE* file_ = nullptr;
  int hold_ = -1;  // keeps a part without a name alive
  unsigned long long written_ = 0;
};

tl::unexpected<geo::Error> cancelled(const std::string& path);

}  // namespace paper
