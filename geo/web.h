// One answer of a web server, through GDAL's own client: proxies and certificates are as that finds them. An
// address may hold a key, so no text made here repeats more of it than the host.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "geo/progress.h"

namespace geo {

struct WebAnswer {
  enum class Kind : uint8_t {
    good,
    absent,   // 404, 410, 204
    refused,  // any other 4xx
    busy,     // 429 and 5xx
    unreachable,
    tooLarge,
    cancelled
  };
  Kind kind = Kind::unreachable;
  int status = 0;  // of HTTP; 0: none came
  std::string body, type;
  std::optional<double> retryAfterSeconds, maxAgeSeconds;
  std::string why;  // of an unreachable one, without the address
};

struct WebOptions {
  double timeoutSeconds = 10;
  size_t mostBytes = 8u << 20;
  std::string agent{};
};

// Waits for it, at most the timeout; `progress` stops it between two pieces of an answer (GDAL's client does
// not ask before the first).
WebAnswer fetchWeb(const std::string& url, const WebOptions& options, Progress* progress = nullptr);

bool isWebAddress(const std::string& text);  // http:// or https://
std::string hostOf(const std::string& url);  // "tiles.example.com:8080"; empty: there is none
std::string withoutPort(const std::string& host);

}  // namespace geo
