#include "geo/detail/database_read.h"

#include <fmt/format.h>

#include "geo/database.h"

namespace geo::detail {
namespace {

constexpr size_t mostRows = 5'000'000;
constexpr DatabaseLimits patient{8, 120};

}  // namespace

Result<Reading> readDatabase(const std::string& source, const LoadOptions& o, Progress* progress) {
  auto database = Database::open(source, patient, progress);
  if (!database) return tl::unexpected(database.error());
  auto table = (*database)->describe(o.layer.empty() ? tableNamedBy(source) : o.layer, {}, progress);
  if (!table) return tl::unexpected(table.error());
  RowsWanted wanted;
  wanted.most = mostRows, wanted.geometry = !table->geometry.empty();
  wanted.fields = o.fields;
  auto rows = (*database)->rows(*table, wanted, progress);
  if (!rows) return tl::unexpected(rows.error());
  Reading r;
  r.layer = *rows->layer;
  r.report = std::move(rows->report);
  if (rows->cut)
    r.report.add({"cut",
                  {},
                  fmt::format("{} has more than {} rows; the rest was not read.", table->text(), mostRows),
                  "filter"});
  if (o.geometryOnly) r.layer.table.columns.clear();
  r.encodingDeclared = "UTF-8", r.crsDeclared = table->crs;
  return r;
}

}  // namespace geo::detail
