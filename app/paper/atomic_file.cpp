#include "app/paper/atomic_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace paper {

namespace fs = std::filesystem;

geo::Result<AtomicFile> AtomicFile::create(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return geo::fail(path + " is a folder.", "Give the name of a file.");
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty() && !fs::is_directory(folder, ignored))
    return geo::fail("There is no folder " + folder.string() + ".",
                     "Make it first, or choose another place.");
  AtomicFile made;
  made.path_ = path;
  made.part_ = fmt::format("{}.part-{}", path, getpid());
  errno = 0;
  made.file_ = std::fopen(made.part_.c_str(), "wb+");
  if (!made.file_) {
    made.part_.clear();
    return made.failed();
  }
  return made;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      part_(std::exchange(other.part_, {})),
      file_(std::exchange(other.file_, nullptr)) {}

AtomicFile::~AtomicFile() {
  if (file_) std::fclose(file_);
  if (!part_.empty()) unlink(part_.c_str());
}

tl::unexpected<geo::Error> AtomicFile::failed() const {
  const int code = errno;
  const char* remedy = "Choose another place.";
  if (code == ENOSPC || code == EDQUOT || code == EFBIG) remedy = "Free some space, or choose another disk.";
  else if (code == EACCES || code == EPERM || code == EROFS)
    remedy = "Choose a folder that you may write to.";
  return geo::fail(
      fmt::format("{} cannot be written: {}.", path_, code ? std::strerror(code) : "the disk refused it"),
      remedy);
}

geo::Result<void> AtomicFile::write(const void* bytes, size_t count) {
  errno = 0;
  if (std::fwrite(bytes, 1, count, file_) != count) return failed();
  return {};
}

geo::Result<void> AtomicFile::close() {
  if (!file_) return {};
  errno = 0;
  const bool ok = std::fflush(file_) == 0 && !std::ferror(file_);
  const int code = errno;
  if (std::fclose(std::exchange(file_, nullptr)) == 0 && ok) return {};
  if (!ok) errno = code;
  return failed();
}

geo::Result<void> AtomicFile::commit() {
  if (auto ok = close(); !ok) return ok;
  errno = 0;
  if (std::rename(part_.c_str(), path_.c_str()) != 0) return failed();
  part_.clear();
  return {};
}

tl::unexpected<geo::Error> cancelled(const std::string& path) {
  return geo::fail("Writing " + path + " was cancelled.", "Nothing was written.");
}

}  // namespace paper
