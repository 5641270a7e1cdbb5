// File → what it is, what is wrong with it, what would mend it. Changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "geo/load.h"
#include "geo/raster.h"
#include "geo/report.h"

namespace geo {

struct FieldFacts {
  std::string name, type;  // "string", "integer", "real", "date"
  std::string unit{};      // of the numbers; empty: the file does not say
};

struct EncodingFacts {
  std::string declared, used;  // declared empty: the file does not say
  double confidence = 1;
};

struct CrsFacts {
  std::string declared;  // empty: the file does not say
  std::string used;      // an authority code (else WKT), or GCJ-02, BD-09, BD-09MC; empty: unknown
  std::string evidence;  // one line: why that one; empty when it is as declared
  double confidence = 1;
  double shiftMetres = 0;  // how far the coordinates lie from where they belong
};

struct LayerFacts {
  std::string name;
  size_t features = 0, vertices = 0;
  std::string geometry;  // "MultiPolygon", "Polygon", "MultiLineString"… or "None"
  std::vector<FieldFacts> fields;
  EncodingFacts encoding;
  CrsFacts crs;
  std::optional<Box> lonLat;
  std::vector<Problem> problems;  // `at` in degrees, as the coordinates were read
};

struct SourceFacts {
  std::string path, driver;
  std::vector<LayerFacts> layers;
  std::optional<RasterFacts> raster;
  std::optional<Box> rasterLonLat;
  std::vector<Problem> rasterProblems;
  std::optional<Error> error;  // it cannot be read
};

struct InspectOptions {
  std::string encoding{};  // declared by the user
  std::optional<Crs> crs{};
  std::string datum{};  // declared by the user: GCJ-02, BD-09, BD-09MC
  std::string layer{};  // only that one of the file; empty: all
  std::string xField{}, yField{};
  CellOptions cells{};
  // Trusted outlines and places (degrees) to hold the coordinates against; the first that tells counts. None:
  // no such test.
  std::vector<LayerPtr> references{};
  bool trusted = false;  // may lead out of its folder and to the network
};

SourceFacts inspect(const std::string& path, const InspectOptions& options = {},
                    Progress* progress = nullptr);

// What is wrong with the shapes themselves: crossing rings, repeated vertices, equal shapes, holes outside…
// (GEOS).
std::vector<Problem> shapeProblems(const Layer& layer, Progress* progress = nullptr);

}  // namespace geo
