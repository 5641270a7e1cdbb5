// Tables of a server. A small one is read whole, as a file would be; of a large one only what the window
// shows, tile by tile at the detail that can be seen, while the map keeps what it has. Internal to the
// session.
#pragma once

#include <map>

#include "app/session/derived.h"
#include "geo/database.h"

namespace session {

struct DatabaseTile {  // of a grid through 0,0 of the table's CRS: side tilePixels × 2^level units
  int level = 0;
  long x = 0, y = 0;
  auto operator<=>(const DatabaseTile&) const = default;
};

struct DatabaseRowsInTile {
  geo::LayerPtr layer;  // in the map's CRS
  std::vector<std::string> keys;
  bool counted = false, cut = false;
  size_t bytes = 0;
};
using DatabaseRowsPtr = std::shared_ptr<const DatabaseRowsInTile>;

struct DatabaseState {
  std::shared_ptr<const geo::DatabaseTable> table;
  std::string where;                    // SQL of the layer's filter
  bool byView = false;                  // else it was read whole
  std::shared_ptr<geo::Database> idle;  // the connection, while no job has it
  std::unique_ptr<geo::Transform> toWorld;

  struct Kept {
    DatabaseRowsPtr rows;
    uint64_t used = 0;
  };
  std::map<DatabaseTile, Kept> tiles;
  size_t bytes = 0;
  uint64_t uses = 0;
  std::optional<DatabaseTile> fetching;
  std::vector<DatabaseTile> merged;  // that the layer is made from
  bool merging = false;
  bool behind = false;  // the layer is not yet what the window wants of it

  bool away = false;  // the server does not answer
  double retryAt = 0, pause = 0;

  geo::LayerPtr whole;  // every row with a place, for figures; null until they ask
  bool wholeAsked = false, wholeUnderWay = false;
};

struct DatabaseStates {
  std::map<SourceKey, DatabaseState> all;
};

// What a server said to AskDatabase.
struct DatabaseAnswer {
  std::string source;  // without a password
  bool done = false;   // else it is being asked
  geo::Error error;
  std::vector<geo::DatabaseEntry> tables;
};
void startListing(Session& session, const std::string& source);

// Instead of reading a file: describes the table, and reads it when it is small.
void startAsking(Session& session, const SourceKey& key);
void deriveDatabases(Session& session);
// A layer whose rows are those in view; the filter has been applied by the server.
bool shownByView(const Session& session, const SourceKey& key);
// What figures count of such a layer: all its rows, as points. Null: not there yet.
geo::LayerPtr wholeOf(const Session& session, const SourceKey& key);
bool databasesBehind(const Session& session);
bool wholeUnderWay(const Session& session, const SourceKey& key);

}  // namespace session
