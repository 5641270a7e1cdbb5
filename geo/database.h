// PostgreSQL with PostGIS as a source: tables and views of a server, read only. Asked by libpq itself, not
// through GDAL, whose driver can neither stop a query nor leave a server that no longer answers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "geo/layer.h"
#include "geo/progress.h"
#include "geo/report.h"
#include "geo/result.h"

namespace geo {

// "PG:service=gis", "PG:host=… dbname=… tables=schema.table", "postgresql://host/db", "postgres://…".
bool isDatabase(std::string_view source);
// Words of a connection text that nobody else may read: of what is saved, printed or logged.
bool holdsPassword(std::string_view source);
std::string withoutPassword(std::string_view source);  // "password=…" and ":…@" are left out
// The table that the text itself names (tables=…); empty: none.
std::string tableNamedBy(std::string_view source);
std::string quotedName(std::string_view name);  // "a""b"
std::string quotedText(std::string_view text);  // 'it''s'

// A password that a person typed: used for that source from now on, kept in memory alone, never written.
void rememberPassword(std::string_view source, const std::string& password);

struct DatabaseLimits {
  double connectSeconds = 8;
  double querySeconds = 20;
};

struct DatabaseTable {
  std::string schema, name;
  Table columns;                // without rows: names and types
  std::vector<std::string> as;  // per column: how it is asked for
  std::string geometry;         // its column, quoted and cast; empty: a plain table
  std::string key;              // what tells rows apart; empty: nothing does
  ShapeKind kind = ShapeKind::none;
  bool single = true;  // points are single ones
  int srid = 0;
  Crs crs;
  double estimatedRows = 0;  // by the server's statistics
  Box extent;                // in crs; likewise
  std::string text() const;  // schema.name
};

struct DatabaseEntry {   // what a list of tables says
  std::string table;     // schema.table
  std::string geometry;  // "MultiPolygon", "Point"…, as the server declares it; "Geometry": any
  int srid = 0;
  double estimatedRows = 0;  // by the server's statistics; −1: it has none
  bool view = false;
};

struct RowsWanted {
  std::optional<Box> box{};  // in the table's CRS: what touches it
  bool ownPoints = false;    // of points: only those inside, without the upper and right edge
  std::string where{};       // SQL
  double tolerance = 0;      // shapes are simplified so far, in the CRS's unit; smaller ones are left out
  size_t most = 1'000'000;   // rows
  bool geometry = true;
  bool placesOnly = false;            // shapes as one point each
  std::vector<std::string> fields{};  // empty: all
};

struct DatabaseRows {
  LayerPtr layer;
  Report report;
  std::vector<std::string> keys;  // per row; empty where nothing tells rows apart
  bool cut = false;               // there are more than `most`
};

// One connection. Every call ends when `progress` is cancelled or the time is over, also when the server is
// silent.
class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const std::string& source, const DatabaseLimits& limits = {},
                                                Progress* progress = nullptr);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  bool lost() const;  // no query will be answered any more

  Result<std::vector<std::string>> tables(Progress* progress = nullptr);       // with shapes: schema.table
  Result<std::vector<DatabaseEntry>> catalogue(Progress* progress = nullptr);  // likewise, 1,000 at most
  // name: schema.table or table; empty: the only one with shapes.
  Result<DatabaseTable> describe(const std::string& name, const std::string& where = {},
                                 Progress* progress = nullptr);
  Result<DatabaseRows> rows(const DatabaseTable& table, const RowsWanted& wanted,
                            Progress* progress = nullptr);
  // Points counted in the server by cells of a grid through 0,0: one row each, at their mean place, with
  // their number in the column `countColumn`; the table's own columns are missing.
  Result<DatabaseRows> counts(const DatabaseTable& table, const Box& box, double cell,
                              const std::string& where, Progress* progress = nullptr);
  // How many rows the server expects.
  Result<double> expectedRows(const DatabaseTable& table, const std::optional<Box>& box,
                              const std::string& where, Progress* progress = nullptr);

 private:
  Database();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

inline constexpr const char* countColumn = "count_in_cell";

}  // namespace geo
