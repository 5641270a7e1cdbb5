// A file that appears whole or not at all: written beside its place under another name, then renamed.
#pragma once

#include <cstdio>
#include <span>
#include <string>

#include "geo/result.h"

namespace paper {

class AtomicFile {
 public:
  // The folder must exist and take files; nothing may be a folder where the file is to go.
  static geo::Result<AtomicFile> create(const std::string& path);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();  // what was not committed is removed

  const std::string& partPath() const { return part_; }
  std::FILE* file() const { return file_; }
  // For libraries that open files themselves by name.
  geo::Result<void> close();
  geo::Result<void> write(const void* bytes, size_t count);
  geo::Result<void> commit();
  // What went wrong, from errno.
  tl::unexpected<geo::Error> failed() const;

 private:
  AtomicFile() = default;
  std::string path_, part_;
  std::FILE* file_ = nullptr;
};

tl::unexpected<geo::Error> cancelled(const std::string& path);

}  // namespace paper
