// Small projects written into a folder of their own.
#pragma once

#include <gtest/gtest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "app/session/project_file.h"
#include "app/session/session.h"

namespace session_test {

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              fmt::format("parkscope 会话 {}-{}", getpid(), next())) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
  }
  std::string path() const { return path_.string(); }

 private:
  static int next() {
    static int n = 0;
    return n++;
  }
  std::filesystem::path path_;
};

inline std::string square(double x, double y, const std::string& properties) {
  return fmt::format(
      R"({{"type":"Feature","properties":{{{}}},"geometry":{{"type":"Polygon","coordinates":[[[{},{}],[{},{}],[{},{}],[{},{}],[{},{}]]]}}}})",
      properties, x, y, x + 0.5, y, x + 0.5, y + 0.5, x, y + 0.5, x, y);
}

// Three counties in a row, a table of figures, two cores and three nodes of which one has no place.
inline void writeSmallCity(const Folder& f) {
  f.write("counties.geojson", R"({"type":"FeatureCollection","features":[)" +
                                  square(113, 24, R"("code":"1","name":"甲县","name_en":"Jia")") + "," +
                                  square(113.5, 24, R"("code":"2","name":"乙瑶族自治县","name_en":"Yi")") +
                                  "," + square(114, 24, R"("code":"3","name":"丙市","name_en":"Bing")") +
                                  "]}");
  f.write(
      "figures.csv",
      "code,what,year,value,status,source\n"
      "1,people,2020,1000,official,普查\n2,people,2020,2000,official,普查\n3,people,2020,3000,official,普查\n"
      "0,people,2020,6000,official,普查\n"
      "1,people,2023,1100,official,公报\n3,people,2023,3300,official,公报\n"
      "1,area,2024,10,estimated,量算\n2,area,2024,20,estimated,量算\n3,area,2024,40,estimated,量算\n"
      "9,people,2020,5,official,别处\n");
  f.write("parks.csv",
          "id,role,level,name,name_en,code,lon,lat,km,precision,led_by\n"
          "c1,core,national,甲高新区,Jia Zone,1,113.2,24.2,6,area,\n"
          "c2,core,provincial,乙高新区,Yi Zone,2,113.7,24.3,30,county,\n"
          "n1,node,park,甲产业园,Jia Park,1,113.3,24.4,5,town,c1\n"
          "n2,node,park,丙产业园,Bing Park,3,114.2,24.1,5,town,c2\n"
          "n3,node,town,无址小镇,No Place,,,,,unknown,c1\n");
  f.write("stations.csv",
          "id,name,lon,lat,status\ns1,甲站,113.1,24.1,illustrative\ns2,乙站,113.6,24.1,illustrative\ns3,"
          "甲二站,113.2,24.1,illustrative\n");
  f.write("city.parkscope.toml", R"(format = 1
title = { zh = "小城", en = "Small City" }
crs = "EPSG:4547"
indicator = "density"
year = 2020
trend = "people"

[[layers]]
id = "counties"
name = { zh = "县", en = "Counties" }
role = "county"
source = "counties.geojson"
key = "code"
label = "name"
label_en = "name_en"

[[layers]]
id = "stations"
name = { zh = "站", en = "Stations" }
role = "station"
source = "stations.csv"
crs = "EPSG:4490"
label = "name"
status_column = "status"

[[layers]]
id = "nodes"
name = { zh = "节点", en = "Nodes" }
role = "node"
source = "parks.csv"
crs = "EPSG:4490"
filter = "role = node"
key = "id"
label = "name"
label_en = "name_en"
level = "level"
county = "code"
uncertainty_km = "km"
precision = "precision"
led_by = "led_by"
lead_layer = "cores"

[[layers]]
id = "cores"
name = { zh = "核心", en = "Cores" }
role = "core"
source = "parks.csv"
crs = "EPSG:4490"
filter = "role = core"
key = "id"
label = "name"
label_en = "name_en"
level = "level"
county = "code"
uncertainty_km = "km"
precision = "precision"

[[indicators]]
id = "density"
name = { zh = "密度", en = "Density" }
numerator = "people"
denominator = "area"
classes = 2

[[indicators]]
id = "people"
name = { zh = "人口", en = "People" }
table = "figures.csv"
key = "code"
value = "value"
year = "year"
status_column = "status"
source_column = "source"
filter = "what = people"
whole_key = "0"

[[indicators]]
id = "area"
table = "figures.csv"
key = "code"
value = "value"
year = "year"
status_column = "status"
filter = "what = area"

[[indicators]]
id = "share"
share_of = "people"

[[indicators]]
id = "places"
count_of = "cores, nodes"

[[indicators]]
id = "per_station"
numerator = "people"
divided_by_count_of = "stations"

[[indicators]]
id = "distance"
distance_to = "cores"
status = "estimated"

[[targets]]
id = "firms"
name = { zh = "企业", en = "Firms" }
baseline_year = 2020
baseline = 380
target = 500

[[targets]]
id = "stations"
name = { zh = "服务站", en = "Stations" }
count_of = "stations"
target = 100

[[scenes]]
id = "first"
name = { zh = "一", en = "One" }
layers = ["counties", "cores"]
indicator = "people"
year = 2023

[[scenes]]
id = "second"
name = { zh = "二", en = "Two" }
layers = ["counties", "nodes", "cores"]
extent = [113.1, 24.1, 113.6, 24.4]
)");
}

inline std::string allMessages(const session::Session& s) {
  std::string text;
  for (const auto& m : s.messages()) text += m.text + "\n";
  return text;
}

// The small city, loaded.
class SmallCity : public testing::Test {
 protected:
  void SetUp() override {
    writeSmallCity(folder);
    const auto opened = city.open(folder.file("city.parkscope.toml"));
    ASSERT_TRUE(opened) << opened.error().text();
    city.wait();
  }
  double value(const std::string& indicator, int year, size_t row) const {
    return city.indicator(indicator).byYear.at(year).at(row).value;
  }
  scene::Status status(const std::string& indicator, int year, size_t row) const {
    return city.indicator(indicator).byYear.at(year).at(row).status;
  }
  bool does(const session::Command& c) { return apply(city, c).has_value(); }

  Folder folder;
  session::Session city;
};

}  // namespace session_test
