#include <gdal.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

namespace cli_test {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;

struct Raster {
  int width = 0, height = 0;
  double transform[6] = {};
  std::vector<float> values;
  std::string crs;
  double sum() const {
    double s = 0;
    for (float v : values) s += std::isnan(v) ? 0 : v;
    return s * transform[1] * transform[1] / 1e6;
  }
};

Raster read(const std::string& path) {
  GDALAllRegister();
  Raster r;
  GDALDatasetH dataset = GDALOpen(path.c_str(), GA_ReadOnly);
  if (!dataset) return r;
  r.width = GDALGetRasterXSize(dataset), r.height = GDALGetRasterYSize(dataset);
  GDALGetGeoTransform(dataset, r.transform);
  r.crs = GDALGetProjectionRef(dataset);
  r.values.resize(size_t(r.width) * r.height);
  if (GDALRasterIO(GDALGetRasterBand(dataset, 1), GF_Read, 0, 0, r.width, r.height, r.values.data(), r.width,
                   r.height, GDT_Float32, 0, 0) != CE_None)
    r.values.clear();
  GDALClose(dataset);
  return r;
}

const char* const points =
    "lon,lat,w,t\n113.1,23.6,1,a\n113.2,23.7,2,b\n113.15,23.65,3.5,c\n113.3,23.6,0.5,d\n";

TEST(DensityVerb, WritesWhatItPrints) {
  Folder folder;
  folder.write("p.csv", points);
  const Outcome o = folder.run("density p.csv -o heat.tif --radius 3000 --cell 200 --weight w --json");
  ASSERT_EQ(o.code, 0) << o.err;
  const Json j = Json::parse(o.out);
  std::vector<std::string> keys;
  for (auto& [key, value] : j.items()) keys.push_back(key);
  EXPECT_THAT(keys,
              ElementsAre("rows", "sum_of_weights", "integral", "unit", "crs", "max", "width", "height"));
  EXPECT_EQ(j["rows"], 4);
  EXPECT_EQ(j["sum_of_weights"], 7.0);
  EXPECT_NEAR(j["integral"].get<double>(), 7, 7e-3);
  EXPECT_EQ(j["unit"], "per km²");
  EXPECT_THAT(j["crs"].get<std::string>(), HasSubstr("EPSG:"));
  const Raster r = read(folder.file("heat.tif"));
  EXPECT_EQ(r.width, j["width"]);
  EXPECT_EQ(r.height, j["height"]);
  EXPECT_NEAR(r.sum(), 7, 7e-3);
  EXPECT_EQ(r.transform[1], 200);
  EXPECT_NE(r.crs, "");
}

TEST(DensityVerb, KeepsEachPolygonsOwnWeight) {
  Folder folder;
  folder.write("p.csv", points);
  folder.write("c.geojson",
               squaresGeoJson(2, 1, 113, 23.5, 0.25, {0, 0}));  // the fourth point lies in the second
  const Outcome o = folder.run(
      "density p.csv -o heat.tif --radius 5000 --cell 250 --weight w --clip c.geojson --conserve --json");
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NEAR(Json::parse(o.out)["integral"].get<double>(), 7, 7e-3);
  EXPECT_NEAR(read(folder.file("heat.tif")).sum(), 7, 7e-3);
}

TEST(DensityVerb, SaysWhatIsOddAndStillAnswers) {
  Folder folder;
  folder.write("p.csv",
               "lon,lat,w,z\n113.1,23.6,1,0\n113.2,23.7,inf,0\n113.15,23.65,NaN,0\n113.3,23.6,0.5,0\n");
  folder.write("gap.csv", "lon,lat\n113.1,inf\n113.2,23.7\n113.3,nan\n");
  const auto expect = [&](const std::string& arguments, const char* text, double sum) {
    const Outcome o = folder.run("density " + arguments + " -o x.tif --json");
    ASSERT_EQ(o.code, 0) << arguments << "\n" << o.err;
    EXPECT_THAT(o.err, HasSubstr(text)) << arguments;
    const Json j = Json::parse(o.out);
    EXPECT_EQ(j["sum_of_weights"], sum);
    EXPECT_NEAR(j["integral"].get<double>(), sum, 1e-3 * sum);
  };
  expect("p.csv --radius 30000", "larger than the whole map", 4);
  expect("p.csv --radius 3000 --weight w", "2 values of \"w\" are no finite number", 1.5);
  expect("p.csv --radius 3000 --weight z", "All weights are 0", 0);
  expect("gap.csv --radius 3000", "without a place are left out. (2)", 1);
}

TEST(DensityVerb, RefusesPointsThatLieInNoPolygon) {
  Folder folder;
  folder.write("p.csv", points);
  folder.write("c.geojson", squaresGeoJson(2, 1, 117, 23.5, 0.25, {0, 0}));
  const Outcome o = folder.run("density p.csv -o x.tif --radius 3000 --clip c.geojson --conserve --json");
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("None of the points lies in a polygon"));
  EXPECT_EQ(o.out, "");
  EXPECT_FALSE(std::filesystem::exists(folder.file("x.tif")));
}

TEST(DensityVerb, PrintsWhatItIsForPeople) {
  Folder folder;
  folder.write("p.csv", points);
  const Outcome o = folder.run("density p.csv -o x.tif --radius 3000 --cell 200");
  ASSERT_EQ(o.code, 0) << o.err;
  for (const char* text : {"cells of 200 m", "quartic, radius 3000 m", "sum of weights  4\n", "per km²"})
    EXPECT_THAT(o.out, HasSubstr(text));
}

TEST(DensityVerb, ComplainsInOneLineAndWritesNothing) {
  Folder folder;
  folder.write("p.csv", points);
  folder.write("c.geojson", squaresGeoJson(2, 1, 113, 23.5, 0.25, {0, 0}));
  folder.write("t.csv", "a,b\n1,2\n");
  const auto expect = [&](const std::string& arguments, const char* text, int code = 1) {
    const Outcome o = folder.run("density " + arguments);
    EXPECT_EQ(o.code, code) << arguments << "\n" << o.err;
    EXPECT_THAT(o.err, HasSubstr(text));
    EXPECT_EQ(std::ranges::count(o.err, '\n'), 1) << o.err;
    EXPECT_FALSE(std::filesystem::exists(folder.file("x.tif")));
  };
  expect("p.csv -o x.tif --radius 0", "radius of 0");
  expect("p.csv -o x.tif --radius -5", "radius of -5");
  expect("p.csv -o x.tif --radius nan", "radius of nan");
  folder.write("five.csv", std::string(points) + "113.2,23.6,1,e\n");
  expect("five.csv -o x.tif --radius 9e9", "larger than the whole map");
  expect("p.csv -o x.tif --radius 100 --cell 0", "cell of 0");
  expect("p.csv -o x.tif --radius 100 --cell 0.001", "--cell");
  expect("c.geojson -o x.tif --radius 100", "polygons");
  expect("t.csv -o x.tif --radius 100", "no places");
  expect("p.csv -o x.tif --radius 1000 --weight nope", "lon, lat, w, t");
  expect("p.csv -o x.tif --radius 1000 --weight t", "texts");
  expect("p.csv -o x.tif --radius 1000 --conserve", "--clip");
  expect("p.csv -o x.tif --radius 1000 --clip p.csv", "no polygons");
  expect("p.csv -o x.png --radius 1000", ".tif");
  expect("p.csv -o 'no folder/x.tif' --radius 1000", "no folder");
  expect("p.csv -o x.tif --radius 1000 --kernel cosine", "quartic", 2);
  expect("p.csv -o x.tif --radius 1000 --per acre", "km2", 2);
}

}  // namespace
}  // namespace cli_test
