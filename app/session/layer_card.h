// The card of a layer: what its file is, what was understood of it, how it could be read otherwise.
#pragma once

#include "app/session/session.h"
#include "geo/inspect.h"

namespace session {

// What a layer is read as, over what its file says and what its bytes and numbers show; empty: by these.
struct Reading {
  std::string encoding, crs, datum;
  bool repair = false;  // with its shapes put right
  bool operator==(const Reading&) const = default;
};
Reading readingOf(const LayerSpec& layer);

struct LayerCard {
  std::string layer;  // id
  Reading reading;    // that the file was looked at with
  bool done = false;  // else it is being looked at
  std::string path, driver;
  geo::LayerFacts facts;
  geo::Error error;                   // then there are no facts
  bool filtered = false;              // the map's layer has some of the file's rows only
  std::vector<geo::Problem> repairs;  // what was put right as the map's layer was read; rows are the file's
};

// Rows of the layer that these rows of its file are: as many are before them, less those that a repair took
// away. None where the layer is filtered as it is read.
std::vector<uint32_t> layerRows(const LayerCard& card, const std::vector<size_t>& fileRows);
// Is there anything that a repair would put right?
bool repairable(const LayerCard& card);

// What would mend the layer's place: the datum that the numbers turned out to be of. Nothing: it is read
// right, as far as can be told.
std::optional<Reading> betterReading(const LayerCard& card);
// The reading that the map can be held against: the better one, or what it was before it was mended.
std::optional<Reading> otherReading(const LayerCard& card);

// One line in that language, without its rows.
std::string problemText(const geo::Problem& problem, scene::Language language);
std::string fixText(const std::string& fix, scene::Language language);

}  // namespace session
