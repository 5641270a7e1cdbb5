// Owning handles for GDAL and its errors as values. Only geo/*.cpp include this.
#pragma once

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace geo::detail {

struct DatasetCloser {
  void operator()(void* dataset) const { GDALClose(dataset); }
};
using DatasetPtr = std::unique_ptr<void, DatasetCloser>;

inline void registerGdal() {
  static std::once_flag once;
  std::call_once(once, [] { GDALAllRegister(); });
}

// While it lives, what GDAL says on this thread is kept here instead of going to stderr.
class GdalErrors {
 public:
  GdalErrors() { CPLPushErrorHandlerEx(&GdalErrors::hear, this); }
  ~GdalErrors() {
    CPLPopErrorHandler();
    CPLErrorReset();
  }
  GdalErrors(const GdalErrors&) = delete;
  GdalErrors& operator=(const GdalErrors&) = delete;

  bool failed() const { return failures_ > 0; }
  const std::string& firstFailure() const { return first_; }
  const std::vector<std::string>& warnings() const { return warnings_; }
  // What was said on another thread.
  void add(size_t failures, const std::string& first) {
    if (failures_ == 0) first_ = first;
    failures_ += failures;
  }
  size_t failures() const { return failures_; }
  void reset() { failures_ = 0, first_.clear(), warnings_.clear(); }

 private:
  static void CPL_STDCALL hear(CPLErr level, CPLErrorNum, const char* message) {
    auto* self = static_cast<GdalErrors*>(CPLGetErrorHandlerUserData());
    if (level == CE_Failure || level == CE_Fatal) {
      if (self->failures_++ == 0) self->first_ = oneLine(message);
    } else if (level == CE_Warning && self->warnings_.size() < 20) {
      self->warnings_.push_back(oneLine(message));
    }
  }
  static std::string oneLine(const char* message) {
    std::string out(message ? message : "");
    for (char& c : out)
      if (c == '\n' || c == '\r') c = ' ';
    while (!out.empty() && (out.back() == ' ' || out.back() == '.')) out.pop_back();
    return out;
  }

  size_t failures_ = 0;
  std::string first_;
  std::vector<std::string> warnings_;
};

// A GDAL setting for this thread only, put back at the end.
class GdalSetting {
 public:
  GdalSetting(const std::string& key, const char* value) : key_(key) {
    if (const char* before = CPLGetThreadLocalConfigOption(key_.c_str(), nullptr))
      before_ = before, had_ = true;
    CPLSetThreadLocalConfigOption(key_.c_str(), value);
  }
  ~GdalSetting() { CPLSetThreadLocalConfigOption(key_.c_str(), had_ ? before_.c_str() : nullptr); }
  GdalSetting(const GdalSetting&) = delete;
  GdalSetting& operator=(const GdalSetting&) = delete;

 private:
  std::string key_;
  std::string before_;
  bool had_ = false;
};

}  // namespace geo::detail
