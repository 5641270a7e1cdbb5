#include "geo/web.h"

#include <cpl_http.h>
#include <cpl_string.h>
#include <cpl_time.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>
#include <ctime>

#include "geo/detail/gdal.h"

namespace geo {
namespace {

using namespace detail;

struct Received {
  std::string body;
  size_t most = 0;
  bool tooLarge = false;
};

size_t take(void* data, size_t size, size_t count, void* to) {
  auto& r = *static_cast<Received*>(to);
  if (r.body.size() + size * count > r.most) {
    r.tooLarge = true;
    return 0;
  }
  r.body.append(static_cast<const char*>(data), size * count);
  return size * count;
}

int CPL_STDCALL ask(double, const char*, void* progress) {
  return !progress || !static_cast<Progress*>(progress)->cancelled();
}

// Each thread keeps its connection: a handshake for every tile is slow, and a burden on the server.
struct Connection {
  std::string name;
  Connection() {
    static std::atomic<int> count{0};
    name = fmt::format("parkscope {}", ++count);
  }
  ~Connection() {
    CPLStringList close;
    close.SetNameValue("CLOSE_PERSISTENT", name.c_str());
    CPLHTTPDestroyResult(CPLHTTPFetch("", close.List()));
  }
};

std::string header(const CPLHTTPResult& r, const char* name) {
  const char* v = CSLFetchNameValue(r.papszHeaders, name);
  std::string out(v ? v : "");
  while (!out.empty() && static_cast<unsigned char>(out.back()) <= ' ') out.pop_back();
  return out;
}

std::optional<double> number(std::string_view text) {
  double v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  return error == std::errc() && end != text.data() ? std::optional(v) : std::nullopt;
}

// Seconds, or a date.
std::optional<double> retryAfter(const std::string& text) {
  if (text.empty()) return {};
  if (const auto seconds = number(text)) return std::clamp(*seconds, 0.0, 86400.0);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zone = 0, week = 0;
  if (!CPLParseRFC822DateTime(text.c_str(), &year, &month, &day, &hour, &minute, &second, &zone, &week))
    return {};
  std::tm t{};
  t.tm_year = year - 1900, t.tm_mon = month - 1, t.tm_mday = day;
  t.tm_hour = hour, t.tm_min = minute, t.tm_sec = std::max(0, second);
  return std::clamp(static_cast<double>(timegm(&t) - std::time(nullptr)), 0.0, 86400.0);
}

std::optional<double> maxAge(const std::string& control) {
  const size_t at = control.find("max-age=");
  return at == control.npos ? std::nullopt : number(std::string_view(control).substr(at + 8));
}

int statusIn(const CPLHTTPResult& r) {
  constexpr std::string_view words = "HTTP error code : ";
  const std::string_view text(r.pszErrBuf ? r.pszErrBuf : "");
  const size_t at = text.find(words);
  if (at == text.npos) return 0;
  return static_cast<int>(number(text.substr(at + words.size())).value_or(0));
}

// libcurl's own words name the host at most.
std::string reason(const CPLHTTPResult& r) {
  const std::string_view text(r.pszErrBuf ? r.pszErrBuf : "");
  if (text.find("timed out") != text.npos || text.find("timeout") != text.npos) return "it does not answer";
  if (text.find("resolve") != text.npos) return "there is no network, or no such host";
  if (text.find("refused") != text.npos) return "nothing listens there";
  if (text.find("SSL") != text.npos || text.find("certificate") != text.npos)
    return "its certificate is not trusted";
  return "the connection broke";
}

}  // namespace

bool isWebAddress(const std::string& text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

std::string hostOf(const std::string& url) {
  if (!isWebAddress(url)) return {};
  const size_t from = url.find("://") + 3;
  const std::string authority = url.substr(from, url.find_first_of("/?#\\", from) - from);
  const size_t at = authority.rfind('@');
  return at == authority.npos ? authority : authority.substr(at + 1);
}

std::string withoutPort(const std::string& host) {
  const size_t colon = host.rfind(':');
  return colon != host.npos && host.find_first_not_of("0123456789", colon + 1) == host.npos
             ? host.substr(0, colon)
             : host;
}

WebAnswer fetchWeb(const std::string& url, const WebOptions& options, Progress* progress) {
  WebAnswer out;
  if (!isWebAddress(url)) {
    out.why = "it is no address of the web";
    return out;
  }
  thread_local const Connection connection;
  const GdalErrors errors;
  CPLStringList list;
  list.SetNameValue("TIMEOUT", fmt::format("{}", options.timeoutSeconds).c_str());
  list.SetNameValue("CONNECTTIMEOUT", fmt::format("{}", options.timeoutSeconds).c_str());
  list.SetNameValue("LOW_SPEED_TIME", fmt::format("{}", static_cast<int>(options.timeoutSeconds)).c_str());
  list.SetNameValue("LOW_SPEED_LIMIT", "1");
  list.SetNameValue("MAX_RETRY", "0");
  list.SetNameValue("PERSISTENT", connection.name.c_str());
  if (!options.agent.empty()) list.SetNameValue("USERAGENT", options.agent.c_str());
  Received received;
  received.most = options.mostBytes;
  const std::unique_ptr<CPLHTTPResult, void (*)(CPLHTTPResult*)> result(
      CPLHTTPFetchEx(url.c_str(), list.List(), ask, progress, take, &received), CPLHTTPDestroyResult);
  using Kind = WebAnswer::Kind;
  if (progress && progress->cancelled()) {
    out.kind = Kind::cancelled;
    return out;
  }
  if (!result) {
    out.why = "the connection broke";
    return out;
  }
  out.type = result->pszContentType ? result->pszContentType : "";
  out.retryAfterSeconds = retryAfter(header(*result, "Retry-After"));
  out.maxAgeSeconds = maxAge(header(*result, "Cache-Control"));
  out.status = statusIn(*result);
  if (received.tooLarge) out.kind = Kind::tooLarge;
  else if (out.status == 404 || out.status == 410) out.kind = Kind::absent;
  else if (out.status == 429 || out.status >= 500) out.kind = Kind::busy;
  else if (out.status >= 400) out.kind = Kind::refused;
  else if (result->nStatus != 0 || result->pszErrBuf) out.why = reason(*result);
  else out.kind = received.body.empty() ? Kind::absent : Kind::good, out.status = 200;
  if (out.kind == Kind::good) out.body = std::move(received.body);
  return out;
}

}  // namespace geo
