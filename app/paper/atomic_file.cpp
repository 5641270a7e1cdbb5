#include "app/paper/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace paper {

namespace fs = std::filesystem;

namespace {

std::string partName(const std::string& path) { return fmt::format("{}.part-{}", path, getpid()); }

// −1 where the file system knows no files without a name, or there is no /proc to name them by later.
int openNameless(const fs::path& folder) {
#ifdef O_TMPFILE
  const int fd = open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0) return -1;
  if (access(fmt::format("/proc/self/fd/{}", fd).c_str(), F_OK) == 0) return fd;
  close(fd);
#endif
  return -1;
}

}  // namespace

geo::Result<AtomicFile> AtomicFile::create(const std::string& path, std::vector<SideFile> beside) {
  std::error_code ignored;
  const auto isFolder = [&](const std::string& p) { return fs::is_directory(p, ignored); };
  if (isFolder(path)) return geo::fail(path + " is a folder.", "Give the name of a file.");
  for (const SideFile& side : beside)
    if (isFolder(side.path))
      return geo::fail(side.path + " is a folder.",
                       "A file of that name belongs to the picture: move it away.");
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty() && !isFolder(folder))
    return geo::fail("There is no folder " + folder.string() + ".",
                     "Make it first, or choose another place.");
  AtomicFile made;
  made.path_ = path;
  made.beside_ = std::move(beside);
  errno = 0;
  if (made.hold_ = openNameless(folder); made.hold_ >= 0) {
    made.part_ = fmt::format("/proc/self/fd/{}", made.hold_);
    made.file_ = fdopen(dup(made.hold_), "wb+");
  } else {
    made.part_ = made.name_ = partName(path);
    errno = 0;
    made.file_ = std::fopen(made.part_.c_str(), "wb+");
  }
  if (!made.file_) {
    const int code = errno;
    made.name_.clear();
    return made.failed(path, code);
  }
  return made;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      part_(std::move(other.part_)),
      name_(std::exchange(other.name_, {})),
      beside_(std::move(other.beside_)),
      file_(std::exchange(other.file_, nullptr)),
      hold_(std::exchange(other.hold_, -1)),
      written_(other.written_) {}

AtomicFile::~AtomicFile() {
  if (file_) std::fclose(file_);
  if (hold_ >= 0) ::close(hold_);
  if (!name_.empty()) unlink(name_.c_str());
}

tl::unexpected<geo::Error> AtomicFile::failed() const { return failed(path_, errno); }

tl::unexpected<geo::Error> AtomicFile::failed(const std::string& path, int code) const {
  const char* remedy = "Choose another place.";
  if (code == ENOSPC || code == EDQUOT || code == EFBIG) remedy = "Free some space, or choose another disk.";
  else if (code == EACCES || code == EPERM || code == EROFS)
    remedy = "Choose a folder that you may write to.";
  return geo::fail(
      fmt::format("{} cannot be written: {}.", path, code ? std::strerror(code) : "the disk refused it"),
      remedy);
}

geo::Result<void> AtomicFile::write(const void* bytes, size_t count) {
  errno = 0;
  if (std::fwrite(bytes, 1, count, file_) != count) return failed();
  written_ += count;
  return {};
}

geo::Result<void> AtomicFile::close() {
  if (!file_) return {};
  errno = 0;
  const bool flushed = std::fflush(file_) == 0 && !std::ferror(file_);
  int code = errno;
  struct stat status {};
  const bool whole = flushed && fstat(fileno(file_), &status) == 0 &&
                     static_cast<unsigned long long>(status.st_size) >= written_;
  if (std::fclose(std::exchange(file_, nullptr)) == 0 && whole) return {};
  return failed(path_, code ? code : errno);
}

geo::Result<void> AtomicFile::commit() {
  if (auto ok = close(); !ok) return ok;
  // All under their other names first: what fails, fails before anything is in its place.
  std::vector<std::pair<std::string, std::string>> waiting;
  const auto giveUp = [&](const std::string& path, int code) {
    for (const auto& [from, to] : waiting) unlink(from.c_str());
    return failed(path, code);
  };
  for (const SideFile& side : beside_) {
    waiting.emplace_back(partName(side.path), side.path);
    errno = 0;
    std::FILE* f = std::fopen(waiting.back().first.c_str(), "wb");
    bool ok = f && std::fwrite(side.text.data(), 1, side.text.size(), f) == side.text.size();
    int code = errno;
    if (f && std::fclose(f) != 0) ok = false, code = code ? code : errno;
    if (!ok) return giveUp(side.path, code);
  }
  errno = 0;
  if (hold_ >= 0) {
    const std::string name = partName(path_);
    unlink(name.c_str());  // of a dead process that had our number
    errno = 0;
    if (linkat(AT_FDCWD, part_.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0)
      return giveUp(path_, errno);
    name_ = name;
  }
  // The picture comes last: where a new one stands, all that belongs to it stands too.
  for (size_t i = 0; i < waiting.size(); ++i)
    if (std::rename(waiting[i].first.c_str(), waiting[i].second.c_str()) != 0) {
      const int code = errno;
      for (size_t k = 0; k < i; ++k) unlink(waiting[k].second.c_str());
      return giveUp(waiting[i].second, code);
    }
  if (std::rename(name_.c_str(), path_.c_str()) != 0) {
    const int code = errno;
    for (const auto& [from, to] : waiting) unlink(to.c_str());
    return failed(path_, code);
  }
  name_.clear();
  return {};
}

tl::unexpected<geo::Error> cancelled(const std::string& path) {
  return geo::fail("Writing " + path + " was cancelled.", "Nothing was written.");
}

}  // namespace paper
