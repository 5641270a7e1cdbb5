// Some hundred files as a planning office gets them, made here from the embedded outlines: each encoding ×
// system × label × format. How many does `inspect` understand? Prints the share and each miss.
#include <gtest/gtest.h>
#include <iconv.h>
#include <ogrsf_frmts.h>

#include <array>
#include <bit>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>

#include "geo/datum.h"
#include "geo/inspect.h"

namespace geo {
namespace {

namespace fs = std::filesystem;

struct System {
  const char* name;
  int epsg;           // what the coordinates are in, before the datum
  const char* datum;  // shifted: GCJ-02…
  bool swapped;
  std::vector<std::string> accepted;          // of crs.used; what has the same numbers is no mistake
  std::vector<const char*> labels;            // "": none; the first is the right one where there is one
  std::vector<std::string> alsoUnlabelled{};  // what cannot be told without a label
};

const std::vector<System>& systems() {
  const std::vector<std::string> degrees = {"EPSG:4326", "EPSG:4490", "OGC:CRS84"};
  static const std::vector<System> all = {
      {"WGS 84", 4326, "", false, degrees, {"EPSG:4326", "", "EPSG:4547"}},
      {"CGCS2000", 4490, "", false, degrees, {"EPSG:4490", "", "EPSG:3857"}},
      {"swapped degrees", 4326, "", true, degrees, {"EPSG:4326", ""}},
      {"GCJ-02", 4326, "GCJ-02", false, {"GCJ-02"}, {"EPSG:4326", "EPSG:4490", ""}},
      {"BD-09", 4326, "BD-09", false, {"BD-09"}, {"EPSG:4326", "EPSG:4490", ""}},
      {"BD-09 Mercator", 0, "BD-09MC", false, {"BD-09MC"}, {"EPSG:3857", "", "EPSG:4326"}},
      {"Web Mercator", 3857, "", false, {"EPSG:3857"}, {"EPSG:3857", "", "EPSG:4326"}},
      {"CM 111", 4546, "", false, {"EPSG:4546", "EPSG:4508"}, {"EPSG:4546", "", "EPSG:4547", "EPSG:4326"}},
      {"CM 114", 4547, "", false, {"EPSG:4547"}, {"EPSG:4547", "", "EPSG:4546", "EPSG:4526"}},
      {"zone 37", 4525, "", false, {"EPSG:4525"}, {"EPSG:4525", "", "EPSG:4546", "EPSG:4526"}},
      {"zone 38", 4526, "", false, {"EPSG:4526"}, {"EPSG:4526", "", "EPSG:4547", "EPSG:4326"}},
      {"6° zone 19", 4497, "", false, {"EPSG:4497"}, {"EPSG:4497", "", "EPSG:4508"}},
      {"6° CM 111", 4508, "", false, {"EPSG:4546", "EPSG:4508"}, {"EPSG:4508", ""}},
      {"CM 114 swapped", 4547, "", true, {"EPSG:4547"}, {"EPSG:4547", ""}},
      {"zone 38 swapped", 4526, "", true, {"EPSG:4526"}, {"EPSG:4526", ""}},
      {"Xian 80 CM 114", 2383, "", false, {"EPSG:2383"}, {"EPSG:2383", "", "EPSG:4326"}, {"EPSG:4547"}},
      {"Xian 80 zone 38", 2362, "", false, {"EPSG:2362"}, {"EPSG:2362", "EPSG:2383", ""}, {"EPSG:4526"}},
      {"Xian 80 6° zone 19", 2333, "", false, {"EPSG:2333"}, {"EPSG:2333", ""}, {"EPSG:4497"}},
      {"Beijing 54 CM 114", 2435, "", false, {"EPSG:2435"}, {"EPSG:2435", ""}, {"EPSG:4547"}},
      {"Beijing 54 zone 38", 2414, "", false, {"EPSG:2414"}, {"EPSG:2414", "EPSG:2435", ""}, {"EPSG:4526"}},
      {"Beijing 54 6° zone 19", 21419, "", false, {"EPSG:21419"}, {"EPSG:21419", ""}, {"EPSG:4497"}},
  };
  return all;
}

const std::map<std::string, std::string>& traditional() {
  static const std::map<std::string, std::string> names = {{"清城区", "清城區"},
                                                           {"清新区", "清新區"},
                                                           {"佛冈县", "佛岡縣"},
                                                           {"阳山县", "陽山縣"},
                                                           {"连山壮族瑶族自治县", "連山壯族瑤族自治縣"},
                                                           {"连南瑶族自治县", "連南瑤族自治縣"},
                                                           {"英德市", "英德市"},
                                                           {"连州市", "連州市"}};
  return names;
}

std::string encoded(const std::string& utf8, const std::string& encoding) {
  if (encoding == "UTF-8") return utf8;
  const iconv_t handle = iconv_open(encoding == "Big5" ? "CP950" : encoding.c_str(), "UTF-8");
  std::string out(utf8.size() * 4 + 16, '\0');
  char *in = const_cast<char*>(utf8.data()), *to = out.data();
  size_t left = utf8.size(), room = out.size();
  EXPECT_NE(iconv(handle, &in, &left, &to, &room), static_cast<size_t>(-1)) << utf8 << " in " << encoding;
  iconv_close(handle);
  out.resize(out.size() - room);
  return out;
}

struct Row {
  std::string name, kind;
  std::vector<std::vector<Point>> rings;  // outer ones of a county; a single point of a town
};

struct Made {
  std::string path, what, encoding;
  const System* system;
  bool labelled;  // rightly
  Box truth;
};

class Corpus {
 public:
  Corpus() : random_(20240517) {
    GDALAllRegister();
    char name[] = "/tmp/parkscope-corpus-XXXXXX";
    folder_ = mkdtemp(name);
    for (const char* file : {"counties.geojson", "towns.csv"})
      references.push_back(load(std::string(SOURCE_DIR "/assets/qingyuan/") + file).value().layer);
  }
  ~Corpus() { fs::remove_all(folder_); }

  std::vector<LayerPtr> references;
  std::vector<Made> files;

  // What is harder: few counties, whose borders wind between the vertices of the generalised outlines and are
  // surveyed anew.
  void makeHard() {
    winding_ = true;
    for (const System& s : systems())
      for (const char* label : s.labels)
        for (const uint32_t few : {1u, 2u}) {
          few_ = few;
          withGdal(s, label, "GPKG", "gpkg");
        }
  }

  void make() {
    struct Bytes {
      const char *encoding, *label;
    };
    const Bytes dbf[] = {{"UTF-8", "UTF-8"},   {"GB18030", "GBK"}, {"GB18030", ""},
                         {"GB18030", "UTF-8"}, {"UTF-8", ""},      {"UTF-8", "GBK"},
                         {"Big5", "Big5"},     {"Big5", ""},       {"Big5", "GBK"}};
    const char* csv[] = {"UTF-8",        "UTF-8 BOM",    "GB18030",  "Big5",
                         "UTF-16LE BOM", "UTF-16BE BOM", "UTF-16LE", "GB18030"};
    size_t k = 0;
    for (const System& s : systems()) {
      for (size_t l = 0; l < s.labels.size(); ++l) {
        for (int copy = 0; copy < 2; ++copy) {
          const Bytes& b = dbf[k++ % std::size(dbf)];
          shapefile(s, s.labels[l], b.encoding, b.label);
        }
        withGdal(s, s.labels[l], "GPKG", "gpkg");
        if (std::string(s.labels[l]).empty() || l == 0) withGdal(s, s.labels[l], "GeoJSON", "geojson");
      }
      for (int copy = 0; copy < 3; ++copy) table(s, csv[k++ % std::size(csv)], copy == 0);
    }
    // All encodings and labels of both formats, whatever the system.
    for (const Bytes& b : dbf)
      for (int copy = 0; copy < 3; ++copy) shapefile(systems()[k++ % 2], "EPSG:4490", b.encoding, b.label);
    for (const char* e : csv)
      for (int copy = 0; copy < 2; ++copy) table(systems()[0], e, false);
  }

 private:
  double gauss(double metres) { return std::normal_distribution<double>(0, metres / 111'195)(random_); }

  // Between two vertices, three more that leave the straight line, as a real border does.
  void wind(std::vector<Point>& ring, Point a, Point b) {
    const double length = std::hypot((b.x - a.x) * 101'800, (b.y - a.y) * 110'900);
    for (const double t : {0.25, 0.5, 0.75}) {
      const double off = std::min(0.12 * length, 200.0);
      ring.push_back({a.x + t * (b.x - a.x) + gauss(off), a.y + t * (b.y - a.y) + gauss(off)});
    }
  }

  // Some counties, each vertex a little elsewhere, as another survey has it.
  std::vector<Row> counties() {
    const Layer& l = *references[0];
    std::vector<Row> out;
    uint32_t keep = random_() | (1u << random_() % 8) | (1u << random_() % 8);
    if (few_ > 0)
      for (keep = 0; static_cast<uint32_t>(std::popcount(keep)) < few_;) keep |= 1u << random_() % 8;
    for (size_t r = 0; r < l.rows(); ++r) {
      if (!(keep >> r & 1)) continue;
      Row row{l.table.find("name")->text(r), "县级", {}};
      for (size_t p = l.shapes.rowStart[r]; p < l.shapes.rowStart[r + 1]; ++p) {
        std::vector<Point> ring;
        const auto part = l.shapes.part(p);
        for (size_t i = 0; i < part.size(); ++i) {
          const double noise = winding_ ? 40 : 15;
          ring.push_back({part[i].x + gauss(noise), part[i].y + gauss(noise)});
          if (winding_) wind(ring, part[i], part[(i + 1) % part.size()]);
        }
        ring.push_back(ring.front());
        row.rings.push_back(std::move(ring));
      }
      out.push_back(std::move(row));
    }
    return out;
  }
  std::vector<Row> towns(bool big5) {
    const Layer& l = *references[1];
    std::vector<Row> out;
    const std::string county = "county";
    for (size_t r = 0; r < l.rows(); ++r) {
      if (!l.shapes.has(r) || random_() % 4 == 0) continue;
      const Point p = l.shapes.part(l.shapes.rowStart[r])[0];
      const std::string in = l.table.find(county)->text(r);
      out.push_back({big5 ? traditional().at(in) : l.table.find("name")->text(r),
                     big5 ? traditional().at(in) : in,
                     {{{p.x + gauss(30), p.y + gauss(30)}}}});
    }
    return out;
  }

  // From degrees into the system; gives the box in degrees.
  Box moved(std::vector<Row>& rows, const System& s) {
    Box box;
    std::optional<Transform> t;
    if (s.epsg != 0)
      t = Transform::make(Crs::lonLat(), Crs::parse(fmt::format("EPSG:{}", s.epsg)).value()).value();
    const std::string datum = s.datum;
    for (Row& row : rows)
      for (auto& ring : row.rings)
        for (Point& p : ring) {
          box.add(p);
          if (!datum.empty()) p = gcj02FromWgs84(p);
          if (datum.starts_with("BD-09")) p = bd09FromGcj02(p);
          if (datum == "BD-09MC") p = bd09mcFromBd09(p);
          else p = (*t)(p);
          if (s.swapped) std::swap(p.x, p.y);
        }
    return box;
  }

  std::string next(const std::string& ending) {
    return fmt::format("{}/{:03}.{}", folder_, files.size(), ending);
  }

  void note(const std::string& path, const System& s, const std::string& label, const std::string& encoding,
            const std::string& declared, const Box& truth) {
    const bool labelled = s.epsg != 0 && label == fmt::format("EPSG:{}", s.epsg);
    files.push_back(
        {path,
         fmt::format("{} {}, called {}; {} called {}", path.substr(path.rfind('.') + 1), s.name,
                     label.empty() ? "nothing" : label, encoding, declared.empty() ? "nothing" : declared),
         encoding.substr(0, encoding.find(' ')), &s, labelled, truth});
  }

  void write(const std::string& path, const std::string& driver, const std::vector<Row>& rows,
             const std::string& label, const std::string& encoding) {
    char** options = nullptr;
    if (driver == "ESRI Shapefile") options = CSLAddNameValue(options, "ENCODING", "");
    GDALDataset* d = GetGDALDriverManager()
                         ->GetDriverByName(driver.c_str())
                         ->Create(path.c_str(), 0, 0, 0, GDT_Unknown, nullptr);
    OGRSpatialReference srs;
    if (!label.empty()) srs.SetFromUserInput(label.c_str());
    srs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    if (driver == "GeoJSON") options = CSLAddNameValue(options, "COORDINATE_PRECISION", "9");
    OGRLayer* layer = d->CreateLayer("layer", label.empty() ? nullptr : &srs, wkbMultiPolygon, options);
    CSLDestroy(options);
    for (const char* field : encoding == "Big5" ? std::array{"名稱", "類別"} : std::array{"名称", "类别"}) {
      OGRFieldDefn f(encoded(field, encoding).c_str(), OFTString);
      f.SetWidth(60);
      layer->CreateField(&f);
    }
    for (const Row& row : rows) {
      OGRFeature f(layer->GetLayerDefn());
      const std::string name = encoding == "Big5" ? traditional().at(row.name) : row.name;
      f.SetField(0, encoded(name, encoding).c_str());
      f.SetField(1, encoded(encoding == "Big5" ? "縣級" : row.kind, encoding).c_str());
      auto* many = new OGRMultiPolygon;
      for (const auto& ring : row.rings) {
        auto* line = new OGRLinearRing;
        for (const Point p : ring) line->addPoint(p.x, p.y);
        auto* polygon = new OGRPolygon;
        polygon->addRingDirectly(line);
        many->addGeometryDirectly(polygon);
      }
      f.SetGeometryDirectly(many);
      EXPECT_EQ(layer->CreateFeature(&f), OGRERR_NONE);
    }
    GDALClose(d);
  }

  void shapefile(const System& s, const std::string& label, const std::string& encoding,
                 const std::string& declared) {
    std::vector<Row> rows = counties();
    const Box truth = moved(rows, s);
    const std::string path = next("shp"), stem = path.substr(0, path.size() - 3);
    CPLPushErrorHandler(CPLQuietErrorHandler);
    write(path, "ESRI Shapefile", rows, label, encoding);
    CPLPopErrorHandler();
    fs::remove(stem + "cpg");
    std::fstream table(stem + "dbf", std::ios::in | std::ios::out | std::ios::binary);
    table.seekp(29), table.put('\0');  // the language byte inside
    if (!declared.empty()) std::ofstream(stem + "cpg") << declared;
    note(path, s, label, encoding, declared, truth);
  }

  void withGdal(const System& s, const std::string& label, const std::string& driver,
                const std::string& ending) {
    std::vector<Row> rows = counties();
    const Box truth = moved(rows, s);
    const std::string path = next(ending);
    write(path, driver, rows, label, "UTF-8");
    note(path, s, label, "UTF-8", "UTF-8", truth);
  }

  void table(const System& s, const std::string& encoding, bool plainNames) {
    std::vector<Row> rows = towns(encoding == "Big5");
    const Box truth = moved(rows, s);
    const bool degrees = s.epsg == 4326 || s.epsg == 4490;
    const bool big5 = encoding == "Big5";
    std::string text = fmt::format("名{},所屬,{}\n", big5 ? "稱" : "称",
                                   plainNames || !degrees ? "x,y"
                                   : big5                 ? "經度,緯度"
                                                          : "经度,纬度");
    if (big5 && degrees && !plainNames) text = "名稱,所屬,lon,lat\n";
    if (!big5) text.replace(text.find("所屬"), 6, "所属");
    for (const Row& row : rows) {
      const Point p = row.rings[0][0];
      text += degrees ? fmt::format("{},{},{:.7f},{:.7f}\n", row.name, row.kind, p.x, p.y)
                      : fmt::format("{},{},{:.2f},{:.2f}\n", row.name, row.kind, p.x, p.y);
    }
    const std::string bare = encoding.substr(0, encoding.find(' '));
    std::string bytes = encoded(text, bare);
    if (encoding == "UTF-8 BOM") bytes = "\xef\xbb\xbf" + bytes;
    if (encoding == "UTF-16LE BOM") bytes = "\xff\xfe" + bytes;
    if (encoding == "UTF-16BE BOM") bytes = "\xfe\xff" + bytes;
    const std::string path = next("csv");
    std::ofstream(path, std::ios::binary) << bytes;
    note(path, s, "", encoding, "", truth);
  }

  std::mt19937 random_;
  std::string folder_;
  bool winding_ = false;
  uint32_t few_ = 0;
};

struct Score {
  double encodings = 0, systems = 0, both = 0;
};

Score scoreOf(const Corpus& corpus, double tolerance) {
  size_t encodings = 0, systems = 0, both = 0;
  std::string misses;
  double surest = 0;
  for (const Made& m : corpus.files) {
    InspectOptions options;
    options.references = corpus.references;
    const SourceFacts facts = inspect(m.path, options);
    if (facts.error || facts.layers.size() != 1) {
      misses += fmt::format("  {}: {}\n", m.what, facts.error ? facts.error->text() : "no layer");
      continue;
    }
    const LayerFacts& l = facts.layers[0];
    std::vector<std::string> accepted = m.system->accepted;
    if (!m.labelled)
      accepted.insert(accepted.end(), m.system->alsoUnlabelled.begin(), m.system->alsoUnlabelled.end());
    const bool encoding = l.encoding.used == m.encoding;
    bool place = l.lonLat && std::find(accepted.begin(), accepted.end(), l.crs.used) != accepted.end();
    double off = -1;
    if (l.lonLat) {
      const Point a = l.lonLat->centre(), b = m.truth.centre();
      off = std::hypot((a.x - b.x) * 101'800, (a.y - b.y) * 110'900);
      place = place && off < tolerance;
    }
    encodings += encoding, systems += place, both += encoding && place;
    if (!encoding)
      misses += fmt::format("  {}: encoding {} ({:.2f})\n", m.what, l.encoding.used, l.encoding.confidence);
    if (!place) {
      misses += fmt::format("  {}: {} ({:.2f}), {:.0f} m off\n", m.what,
                            l.crs.used.empty() ? "unknown" : l.crs.used, l.crs.confidence, off);
      surest = std::max(surest, l.crs.confidence);
    }
  }
  const auto n = static_cast<double>(corpus.files.size());
  const Score score{static_cast<double>(encodings) / n, static_cast<double>(systems) / n,
                    static_cast<double>(both) / n};
  std::cout << fmt::format(
      "{} files: encoding right {:.1f} %, system and place right {:.1f} %, both {:.1f} %; surest miss "
      "{:.2f}\n{}",
      corpus.files.size(), 100 * score.encodings, 100 * score.systems, 100 * score.both, surest, misses);
  return score;
}

TEST(Corpus, IsUnderstood) {
  Corpus corpus;
  corpus.make();
  ASSERT_GE(corpus.files.size(), 300u);
  const Score score = scoreOf(corpus, 250);
  EXPECT_GE(score.encodings, 0.99);
  EXPECT_GE(score.systems, 0.98);
}

TEST(Corpus, OfFewCountiesWithWindingBordersIsUnderstoodToo) {
  Corpus corpus;
  corpus.makeHard();
  ASSERT_GE(corpus.files.size(), 100u);
  EXPECT_GE(scoreOf(corpus, 250).systems, 0.9);
}

}  // namespace
}  // namespace geo
