#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "app/cli/column.h"
#include "geo/density.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

struct Arguments {
  LayerArguments data;
  std::string out, kernel = "quartic", weight, clip, per = "km2";
  double radius = 0, cell = 0;
  bool cellGiven = false, conserve = false;
};

struct AreaUnit {
  std::string_view name, sign;
  double squareMetres;
};
constexpr std::array<AreaUnit, 4> areaUnits{
    {{"km2", "per km²", 1e6}, {"ha", "per ha", 1e4}, {"m2", "per m²", 1}, {"mu", "per mu", 10000.0 / 15}}};

// The CRS itself where its plane is true to scale, else one in metres that suits the place: degrees, feet and
// Mercator's world are no plane to measure in.
geo::Result<geo::Crs> metricCrs(const geo::Layer& layer) {
  const std::string& text = layer.crs.text();
  const bool mercator = text == "EPSG:3857" || text == "EPSG:900913" || text == "EPSG:3395" ||
                        text == "ESRI:102100" || layer.crs.name().find("Mercator") == 0 ||
                        layer.crs.name().find("Pseudo-Mercator") != text.npos;
  if (!layer.crs.geographic() && layer.crs.metresPerUnit() == 1 && !mercator) return layer.crs;
  const auto toDegrees = geo::Transform::make(layer.crs, geo::Crs::lonLat());
  if (!toDegrees) return tl::unexpected(toDegrees.error());
  const geo::Box box = geo::transformBox(*toDegrees, layer.bounds);
  if (box.empty())
    return geo::fail(fmt::format("The places of {} cannot be turned into degrees.", layer.source.path),
                     "Check its CRS, or give the right one: --crs EPSG:4490.");
  return geo::metricCrsFor(box);
}

geo::Result<std::vector<geo::Point>> pointsIn(const geo::Layer& layer, const geo::Crs& crs) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto transform = geo::Transform::make(layer.crs, crs);
  if (!transform) return tl::unexpected(transform.error());
  std::vector<geo::Point> points;
  for (size_t row = 0; row < layer.shapes.rows(); ++row) {
    if (!layer.shapes.has(row)) points.push_back({none, none});
    else points.push_back(layer.shapes.part(layer.shapes.rowStart[row])[0]);
  }
  if (!transform->identity()) transform->apply(points);
  return points;
}

std::optional<geo::Error> notPoints(const geo::Layer& layer) {
  using Kind = geo::ShapeKind;
  const std::string& path = layer.source.path;
  switch (layer.shapes.kind) {
    case Kind::point:
      break;
    case Kind::line:
      return geo::Error{path + " has lines, and density is made from points.", "Give a layer of points."};
    case Kind::polygon:
      return geo::Error{path + " has polygons, and density is made from points.", "Give a layer of points."};
    case Kind::none:
      return geo::Error{path + " has no places.",
                        "Give a layer of points, or a table with columns of coordinates."};
  }
  if (!layer.crs.known())
    return geo::Error{path + " has no known coordinate system, so its places are in no metres.",
                      "Give one: --crs EPSG:4490."};
  for (size_t row = 0; row < layer.shapes.rows(); ++row)
    if (layer.shapes.rowStart[row + 1] - layer.shapes.rowStart[row] > 1)
      return geo::Error{fmt::format("Row {} of {} has several points.", row, path),
                        "Split them into rows of their own."};
  return std::nullopt;
}

int makeDensity(const Arguments& a, const Common& common) {
  const auto kernel = geo::kernelNamed(a.kernel);
  if (!kernel) {
    complain(kernel.error());
    return badUsage;
  }
  const auto unit = std::ranges::find(areaUnits, a.per, &AreaUnit::name);
  if (unit == areaUnits.end()) {
    complain({fmt::format("There is no unit of area \"{}\".", a.per), "There are: km2, ha, m2, mu."});
    return badUsage;
  }
  if (!a.out.ends_with(".tif") && !a.out.ends_with(".tiff"))
    return complain({fmt::format("{} does not end in .tif, and density is written as a GeoTIFF.", a.out),
                     "Use -o density.tif."});

  const auto layer = loadLayer(a.data, common);
  if (!layer) return complain(layer.error());
  if (const auto error = notPoints(**layer)) return complain(*error);
  std::vector<double> weights;
  if (!a.weight.empty()) {
    auto numbers = numbersOf(**layer, a.weight);
    if (!numbers) return complain(numbers.error());
    weights = std::move(*numbers);
  }
  const auto crs = metricCrs(**layer);
  if (!crs) return complain(crs.error());
  const auto points = pointsIn(**layer, *crs);
  if (!points) return complain(points.error());

  geo::LayerPtr clip;
  if (!a.clip.empty()) {
    geo::LoadOptions options;
    options.reprojectTo = *crs;
    auto loaded = geo::load(a.clip, options);
    if (!loaded) return complain(loaded.error());
    clip = loaded->layer;
    if (clip->shapes.kind != geo::ShapeKind::polygon)
      return complain({a.clip + " has no polygons to clip by.", "Give a layer of polygons."});
  }
  geo::DensityOptions options;
  options.kernel = *kernel;
  options.radiusMetres = a.radius;
  options.cellMetres = a.cellGiven ? a.cell : a.radius / 10;
  options.unitArea = unit->squareMetres;
  options.clip = clip ? &clip->shapes : nullptr;
  options.conserve = a.conserve;
  auto density = withBar(word(common, "密度", "Density"), [&](geo::Progress& progress) {
    return geo::kernelDensity(*points, weights, options, &progress);
  });
  if (!density)
    return complain({fmt::format("{}: {}", a.data.path, density.error().what), density.error().remedy});
  for (const geo::Problem& p : density->report.problems)
    note(p.rows.empty() ? p.message : fmt::format("{} ({})", p.message, p.rows.size()));
  density->grid.crs = *crs;
  if (const auto written = geo::writeGeoTiff(density->grid, a.out, std::string(unit->sign)); !written)
    return complain(written.error());

  if (common.json) {
    const Json out = {{"rows", points->size()},
                      {"sum_of_weights", density->sumOfWeights},
                      {"integral", density->integral},
                      {"unit", unit->sign},
                      {"crs", crs->text()},
                      {"max", density->max},
                      {"width", density->grid.width},
                      {"height", density->grid.height}};
    fmt::print("{}\n", out.dump());
  } else {
    const auto line = [&](const char* zh, const char* en, const std::string& text) {
      fmt::print("{:<16}{}\n", word(common, zh, en), text);
    };
    const geo::Grid& g = density->grid;
    fmt::print("{}: {} × {} {}, {}\n", a.out, g.width, g.height,
               fmt::format(fmt::runtime(word(common, "格，边长 {:g} 米", "cells of {:g} m")), g.cell),
               crs->text());
    line("核", "kernel",
         fmt::format(fmt::runtime(word(common, "{}，半径 {:g} 米", "{}, radius {:g} m")), geo::name(*kernel),
                     a.radius));
    line("点数", "points",
         density->rows == points->size()
             ? fmt::format("{}", points->size())
             : fmt::format(fmt::runtime(word(common, "{}，共 {} 行", "{} of {} rows")), density->rows,
                           points->size()));
    line("权重和", "sum of weights", fmt::format("{:.10g}", density->sumOfWeights));
    line("积分", "integral", fmt::format("{:.10g}", density->integral));
    line("最大", "max", fmt::format("{:.6g} {}", density->max, unit->sign));
  }
  return done;
}

}  // namespace

void addDensity(CLI::App& app, Common& common, Action& action) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("density", "Kernel density in real units, as a GeoTIFF");
  a->data.addTo(*verb);
  verb->add_option("-o,--output", a->out, "GeoTIFF to write")->required();
  verb->add_option("--radius", a->radius,
                   "Where the kernel ends, in metres (gaussian: its standard deviation)")
      ->required();
  verb->add_option("--cell", a->cell, "Edge of a cell, in metres (default: a tenth of the radius)")
      ->each([a](const std::string&) { a->cellGiven = true; });
  verb->add_option("--kernel", a->kernel, "quartic (default), gaussian, uniform, triangular, epanechnikov");
  verb->add_option("--weight", a->weight, "Column of weights (default: every point counts 1)");
  verb->add_option("--clip", a->clip, "Polygons: no data outside of them");
  verb->add_flag("--conserve", a->conserve, "With --clip: each polygon keeps its own points' weight inside");
  verb->add_option("--per", a->per, "Unit of area: km2 (default), ha, m2, mu");
  verb->footer(
      "Places in degrees are turned into a CRS in metres first.\n"
      "Example: parkscope density stations.geojson -o heat.tif --radius 5000 --cell 250 --clip counties.gpkg "
      "--conserve");
  verb->callback([a, &common, &action] { action = [a, &common] { return makeDensity(*a, common); }; });
}

}  // namespace cli
