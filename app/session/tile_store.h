// Tiles of servers: asked for politely, kept on disk, used from there while the network is gone. Safe from
// any thread: the one place of basemaps with a mutex, since several workers share what they fetch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "app/scene/scene.h"
#include "geo/progress.h"
#include "geo/tiles.h"

namespace session {

// Why there is no tile.
struct TileTrouble {
  enum class Kind : uint8_t {
    none,
    absent,       // the server has none there
    notAsked,     // not on disk, and the server was not to be asked
    unreachable,  // no network, nobody listens, no answer in time
    busy,         // 429 or 5xx
    refused,      // 4xx
    wrong,        // an answer that is no picture
    cancelled
  } kind = Kind::none;
  std::string host, what;  // what: it is instead, or why
  int status = 0;
  double retrySeconds = 0;
  bool operator==(const TileTrouble&) const = default;
};
// One line: what, where, what to do.
std::string troubleText(const TileTrouble& trouble, scene::Language language);

class TileStore {
 public:
  struct Options {
    std::string folder;  // empty: nothing is kept
    uint64_t mostBytes = 512ull << 20;
    double timeoutSeconds = 10;
    int atOnce = 4;                   // requests to one host
    double freshSeconds = 7 * 86400;  // where the server says nothing
    double shortPause = 5;            // after the first failure; doubled with each
  };
  explicit TileStore(Options options);
  ~TileStore();
  // Of this user, shared by all sessions of the program: $XDG_CACHE_HOME/parkscope/tiles.
  static std::shared_ptr<TileStore> ofUser();

  struct Wish {
    std::string address;   // with its keys: never shown, never written
    std::string identity;  // names the tile on disk: without keys
    bool picture = true;   // else a description: text
  };
  struct Answer {
    geo::PixelsPtr pixels;  // null: trouble
    std::string text;
    bool old = false;  // from disk although the server should have been asked again
    TileTrouble trouble;
  };
  Answer get(const Wish& wish, geo::Progress* progress = nullptr, bool askServer = true);
  bool has(const std::string& identity) const;  // on disk, however old
  uint64_t bytesOnDisk() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace session
