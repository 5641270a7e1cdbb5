// Where a row stands that gives no coordinates but a name: of a county, of a town, or an address that holds
// one. Says how far the row may be from there.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "geo/join.h"
#include "geo/layer.h"
#include "geo/progress.h"
#include "geo/result.h"

namespace geo {

// A layer of polygons or points that have names, in a metric CRS.
struct NamedLayer {
  LayerPtr layer;
  std::vector<std::string> names;  // columns: codes, names, names in another language; the first is told
  std::string within;              // column with what is written in another layer's names; empty: none
  std::vector<std::pair<std::string, std::string>> accepted;  // as JoinOptions::accepted
};

struct Gazetteer {
  std::vector<NamedLayer> layers;
  const Aliases* aliases = nullptr;
  LayerPtr areas;  // polygons that tell how large a town is, of which only its point is known; null: nothing
};

struct NamedPlace {
  Point at;
  // Of a polygon: its farthest vertex, so the row is surely within. Of a point, whose outline nobody gave:
  // the circle of the mean area of such places in their common polygon, else half the way to the next one.
  double uncertaintyMetres = 0;
  bool area = false;  // a polygon's visual centre
  size_t layer = 0, row = 0;
  std::string name;
};

struct PlacedByName {
  std::vector<long> placeOf;  // per row: index into places, or −1
  std::vector<NamedPlace> places;
  std::vector<std::string> unmatched;  // texts that name nothing or several places, in order, once each
  std::vector<AliasMatch> byAlias;     // also those found in an address, once each
  std::vector<Suggestion> suggestions;
};

// `within` is the rows' own column of what the place lies in, or null: it decides between places of one name.
// A whole name counts before one that stands in a longer text; of several in a text, the one that lies in the
// others.
PlacedByName placeByName(const Column& names, const Column* within, const Gazetteer& gazetteer,
                         Progress* progress = nullptr);

}  // namespace geo
