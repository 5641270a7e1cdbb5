#include "app/session/places.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "app/session/autosave.h"
#include "app/session/drawings.h"
#include "app/session/recipe.h"
#include "app/session/snapshot.h"
#include "geo/load.h"
#include "tests/session/support.h"

namespace session {
namespace {

using session_test::Folder;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

struct City {
  Folder folder;
  Session session;
  City() { open(); }
  void open() {
    session_test::writeSmallCity(folder);
    const auto opened = session.open(file());
    ASSERT_TRUE(opened) << opened.error().text();
    session.wait();
  }
  std::string file() const { return folder.file("city.parkscope.toml"); }
  long row(const std::string& layer, const std::string& key) {
    const auto& table = session.layer(layer).shape->layer->table;
    const LayerSpec* spec = nullptr;
    for (const LayerSpec& l : session.project().layers)
      if (l.id == layer) spec = &l;
    for (size_t r = 0; spec && r < table.rows(); ++r)
      if (placeKey(table, *spec, r) == key) return static_cast<long>(r);
    return -1;
  }
  const scene::SceneLayer& layer(const std::string& id) { return *scene::findLayer(session.scene(), id); }
  geo::Result<void> act(const Command& c) {
    const auto done = apply(session, c);
    session.wait();
    return done;
  }
  std::string lastMessage() { return session.messages().empty() ? "" : session.messages().back().text; }
};

std::string textOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

PlaceSpec nowhere() { return {"nodes", "n3", 113.8, 24.2, 2.5, "市科技局", "2026-11-29", "电话询问"}; }

TEST(Places, PutARowThatHasNoPlaceOnTheMapAsAnEstimateWithItsDoubt) {
  City c;
  ASSERT_EQ(c.session.scene().unplaced.size(), 1u);
  const std::string source = textOf(c.folder.file("parks.csv"));
  const auto done = c.act(PlaceObject{nowhere()});
  ASSERT_TRUE(done) << done.error().text();

  EXPECT_TRUE(c.session.scene().unplaced.empty());
  const auto r = static_cast<size_t>(c.row("nodes", "n3"));
  const geo::Layer& layer = *c.session.layer("nodes").shape->layer;
  ASSERT_TRUE(layer.shapes.has(r));
  const auto toDegrees = geo::Transform::make(c.session.worldCrs(), geo::Crs::lonLat());
  const geo::Point at = (*toDegrees)(layer.shapes.part(layer.shapes.rowStart[r])[0]);
  EXPECT_NEAR(at.x, 113.8, 1e-8);
  EXPECT_NEAR(at.y, 24.2, 1e-8);
  EXPECT_EQ(c.layer("nodes").uncertaintyMetres[r], 2500);
  EXPECT_EQ(c.layer("nodes").certainty[r], scene::Certainty::known);  // no longer hollow
  EXPECT_THAT(c.layer("nodes").sublabels[r], HasSubstr("估计位置"));  // the map itself says so
  EXPECT_EQ(c.layer("nodes").countyRow[r], 1);                        // 乙: by where it stands
  EXPECT_THAT(c.session.scene().notes, Contains(HasSubstr("市科技局（2026-11-29）：无址小镇 ±2.5 km")));
  // The arc to what is led is drawn now.
  const auto& leads = c.session.scene().leads;
  EXPECT_TRUE(std::any_of(leads.begin(), leads.end(), [&](const auto& l) { return l.toRow == r; }));
  EXPECT_EQ(textOf(c.folder.file("parks.csv")), source);  // the data are nobody's to write

  ASSERT_TRUE(c.act(Undo{}));
  EXPECT_EQ(c.session.scene().unplaced.size(), 1u);
  EXPECT_FALSE(c.session.layer("nodes").shape->layer->shapes.has(r));
  EXPECT_THAT(c.session.scene().notes, Not(Contains(HasSubstr("市科技局"))));
  ASSERT_TRUE(c.act(Redo{}));
  EXPECT_TRUE(c.session.scene().unplaced.empty());
}

TEST(Places, MoveARowElsewhereAndBack) {
  City c;
  const auto r = static_cast<size_t>(c.row("nodes", "n1"));
  const auto where = [&] {
    const auto& s = c.session.layer("nodes").shape->layer->shapes;
    return s.part(s.rowStart[r])[0];
  };
  const geo::Point before = where();
  ASSERT_TRUE(c.act(PlaceObject{{"nodes", "n1", 113.31, 24.41, 0, "园区办", "", ""}}));
  EXPECT_GT(std::hypot(where().x - before.x, where().y - before.y), 1000);
  EXPECT_EQ(c.layer("nodes").uncertaintyMetres[r], 0);  // nobody said how sure
  // Once more: one place, not two.
  ASSERT_TRUE(c.act(PlaceObject{{"nodes", "n1", 113.32, 24.41, 1, "园区办", "", ""}}));
  EXPECT_EQ(c.session.project().places.size(), 1u);
  ASSERT_TRUE(c.act(UnplaceObject{"nodes", "n1"}));
  EXPECT_EQ(where(), before);
  EXPECT_EQ(c.layer("nodes").uncertaintyMetres[r], 5000);  // the source's own again
  EXPECT_FALSE(apply(c.session, UnplaceObject{"nodes", "n1"}));
}

TEST(Places, RefuseWhatNobodySaidAndWhatCannotBe) {
  City c;
  const auto refused = [&](PlaceSpec p) {
    const auto done = canApply(c.session, PlaceObject{p});
    return done ? std::string() : done.error().text();
  };
  PlaceSpec p = nowhere();
  EXPECT_EQ(refused(p), "");
  p.by = "  ";
  EXPECT_THAT(refused(p), HasSubstr("谁说"));
  p = nowhere(), p.lat = 91;
  EXPECT_THAT(refused(p), HasSubstr("纬度"));
  p = nowhere(), p.uncertaintyKm = -1;
  EXPECT_THAT(refused(p), HasSubstr("不确定"));
  p = nowhere(), p.key = "n9";
  EXPECT_THAT(refused(p), HasSubstr("n9"));
  p = nowhere(), p.layer = "nothing";
  EXPECT_THAT(refused(p), HasSubstr("nothing"));
  p = nowhere(), p.on = "29.11.2026";
  EXPECT_THAT(refused(p), HasSubstr("2026-11-29"));
  p = nowhere(), p.layer = "counties", p.key = "1";
  EXPECT_THAT(refused(p), HasSubstr("点"));
}

TEST(Places, AKeyOfTwoRowsNamesNeither) {
  Folder f;
  f.write("p.csv", "name,lon,lat\n甲,113,24\n甲,113.1,24.1\n乙,113.2,24.2\n");
  f.write("p.parkscope.toml",
          "format = 1\ncrs = \"EPSG:4547\"\n\n[[layers]]\nid = \"p\"\nrole = \"node\"\nsource = "
          "\"p.csv\"\ncrs = \"EPSG:4490\"\nlabel = \"name\"\n\n[[places]]\nlayer = \"p\"\nkey = "
          "\"甲\"\nlon = 114\nlat = 25\nby = \"某人\"\n");
  Session s;
  ASSERT_TRUE(s.open(f.file("p.parkscope.toml")));
  s.wait();
  EXPECT_THAT(s.messages().back().text, HasSubstr("甲"));  // told, not guessed
  EXPECT_FALSE(placeableKey(s, {"p", 0}));
  EXPECT_TRUE(placeableKey(s, {"p", 2}));
}

TEST(Places, AreKeptInTheProjectFileAsTheyAre) {
  City c;
  ASSERT_TRUE(c.act(PlaceObject{nowhere()}));
  ASSERT_TRUE(c.act(PlaceObject{{"cores", "c2", 113.75, 24.35, 0.4, "发改局", "2026-11-28", ""}}));
  ASSERT_TRUE(c.act(SaveProject{}));
  EXPECT_FALSE(c.session.changed());
  const std::string text = textOf(c.file());
  EXPECT_THAT(text, HasSubstr("[[places]]\nlayer = \"cores\"\nkey = \"c2\"\nlon = 113.75\nlat = 24.35\n"
                              "uncertainty_km = 0.4\nby = \"发改局\"\non = \"2026-11-28\"\n\n[[places]]\n"
                              "layer = \"nodes\"\nkey = \"n3\"\nlon = 113.8\n"));
  const auto again = readProject(c.file());
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(*again, c.session.project());
  EXPECT_EQ(formatProject(*again), text);
}

TEST(Places, WhatAFileSaysWrongIsToldWithItsLine) {
  const std::string head =
      "format = 1\n[[layers]]\nid = \"a\"\nsource = \"a.csv\"\n[[places]]\nlayer = \"a\"\nkey = \"k\"\n";
  const auto wrong = [&](const std::string& rest) {
    const auto p = parseProject(head + rest, "x.toml");
    return p ? std::string() : p.error().text();
  };
  EXPECT_EQ(wrong("lon = 113\nlat = 24\nby = \"某人\"\n"), "");
  EXPECT_THAT(wrong("lon = 113\nby = \"某人\"\n"), HasSubstr("x.toml:5: the place of \"k\" has no position"));
  EXPECT_THAT(wrong("lon = 113\nlat = 24\n"), HasSubstr("has no \"by\""));
  EXPECT_THAT(wrong("lon = 113\nlat = 240\nby = \"某人\"\n"), HasSubstr("x.toml:9"));
  EXPECT_THAT(wrong("lon = 113\nlat = 24\nby = \"某人\"\nwho = \"x\"\n"), HasSubstr("unknown key \"who\""));
}

TEST(Places, GoOutWithTheDataAndSayWhoSaidSo) {
  City c;
  ASSERT_TRUE(c.act(PlaceObject{nowhere()}));
  ASSERT_TRUE(c.act(ExportRows{c.folder.file("out.csv"), "nodes", false}));
  const std::string csv = textOf(c.folder.file("out.csv"));
  EXPECT_THAT(csv, HasSubstr("placed_lon,placed_lat,placed_uncertainty_km,placed_by,placed_on,placed_note"));
  EXPECT_THAT(csv, HasSubstr("113.8,24.2,2.5,市科技局,2026-11-29,电话询问"));
}

TEST(Places, GoWithTheirLayer) {
  City c;
  ASSERT_TRUE(c.act(PlaceObject{nowhere()}));
  ASSERT_TRUE(c.act(RemoveLayer{"nodes"}));
  EXPECT_TRUE(c.session.project().places.empty());
  ASSERT_TRUE(c.act(Undo{}));
  EXPECT_EQ(c.session.project().places.size(), 1u);
  EXPECT_TRUE(c.session.scene().unplaced.empty());
}

// Drawing
// -----------------------------------------------------------------------------------------------------------

std::vector<geo::Point> squareAt(const Session& s, double lon, double lat, double side = 0.05) {
  std::vector<geo::Point> ring{{lon, lat}, {lon + side, lat}, {lon + side, lat + side}, {lon, lat + side}};
  const auto toWorld = geo::Transform::make(geo::Crs::lonLat(), s.worldCrs());
  toWorld->apply(ring);
  return ring;
}

AddFeature area(const Session& s, double lon, const std::string& name, const std::string& layer = {}) {
  return {layer, geo::ShapeKind::polygon, squareAt(s, lon, 24.2), name, layer.empty() ? "拟建范围" : "", ""};
}

TEST(Drawings, AreAGeoPackageOnceTheProjectIsSaved) {
  City c;
  const auto added = c.act(area(c.session, 113.2, "一期"));
  ASSERT_TRUE(added) << added.error().text();
  const LayerSpec spec = c.session.project().layers.back();
  EXPECT_TRUE(spec.drawn);
  EXPECT_EQ(spec.source, "拟建范围.gpkg");
  EXPECT_EQ(c.layer(spec.id).labels, std::vector<std::string>{"一期"});
  ASSERT_TRUE(c.act(area(c.session, 113.4, "二期", spec.id)));
  EXPECT_FALSE(std::filesystem::exists(c.folder.file("拟建范围.gpkg")));
  const auto saved = c.act(SaveProject{});
  ASSERT_TRUE(saved) << saved.error().text();
  EXPECT_FALSE(c.session.changed());

  const auto read = geo::load(c.folder.file("拟建范围.gpkg"));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->layer->rows(), 2u);
  EXPECT_EQ(read->layer->crs.text(), "EPSG:4547");  // the map's
  EXPECT_EQ(read->layer->table.find("name")->texts, (std::vector<std::string>{"一期", "二期"}));
  EXPECT_EQ(read->layer->shapes.part(0).size(), 4u);

  Session again;
  ASSERT_TRUE(again.open(c.file()));
  again.wait();
  EXPECT_EQ(scene::findLayer(again.scene(), spec.id)->labels, (std::vector<std::string>{"一期", "二期"}));
}

TEST(Drawings, AVertexIsPutInAndTakenOutAndTheShapeStaysSound) {
  City c;
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  const std::string id = c.session.project().layers.back().id;
  const auto ring = [&] {
    const auto part = c.session.layer(id).shape->layer->shapes.part(0);
    return std::vector<geo::Point>(part.begin(), part.end());
  };
  const auto before = ring();
  const geo::Point mid{(before[0].x + before[1].x) / 2, before[0].y - 500};
  ASSERT_TRUE(c.act(AddVertex{id, 0, 1, mid}));
  ASSERT_EQ(ring().size(), 5u);
  EXPECT_EQ(ring()[1], mid);
  EXPECT_EQ(ring()[2], before[1]);
  ASSERT_TRUE(
      c.act(AddVertex{id, 0, 0, {before[0].x - 400, before[0].y + 900}}));  // on the edge that closes it
  EXPECT_EQ(ring().size(), 6u);
  EXPECT_FALSE(c.act(AddVertex{id, 0, 9, mid}));
  EXPECT_FALSE(c.act(AddVertex{id, 1, 0, mid}));
  EXPECT_FALSE(c.act(AddVertex{id, 0, 4, before[0]}));  // it would cross itself
  ASSERT_TRUE(c.act(RemoveVertex{id, 0, 0}));
  ASSERT_TRUE(c.act(RemoveVertex{id, 0, 1}));
  EXPECT_EQ(ring(), before);
  ASSERT_TRUE(c.act(RemoveVertex{id, 0, 3}));
  EXPECT_FALSE(c.act(RemoveVertex{id, 0, 0}));  // three are the least
  ASSERT_TRUE(c.act(Undo{}));
  EXPECT_EQ(ring(), before);
  EXPECT_FALSE(c.act(RemoveVertex{"counties", 0, 0}));  // a file's shapes are not ours
}

TEST(Drawings, HaveAColourOfTheirOwnThatCanBeChanged) {
  City c;
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  const std::string first = c.session.project().layers.back().id;
  EXPECT_TRUE(c.session.project().layers.back().style.colour);
  EXPECT_LT(c.session.project().layers.back().opacity, 1);
  AddFeature other = area(c.session, 113.4, "二期");
  other.layerName = "另一个";
  ASSERT_TRUE(c.act(other));
  EXPECT_NE(c.session.project().layers.back().style.colour,
            (c.session.project().layers.end() - 2)->style.colour);
  StyleSpec style;
  style.colour = "#CF4A61", style.width = 3;
  ASSERT_TRUE(c.act(SetLayerStyle{first, style}));
  EXPECT_EQ(c.layer(first).colour, scene::parseColour("#CF4A61"));
  EXPECT_EQ(c.layer(first).width, 3);
  ASSERT_TRUE(c.act(Undo{}));
  EXPECT_NE(c.layer(first).colour, scene::parseColour("#CF4A61"));
  style.colour = "red";
  EXPECT_FALSE(c.act(SetLayerStyle{first, style}));
  style = {}, style.width = -1;
  EXPECT_FALSE(c.act(SetLayerStyle{first, style}));
  EXPECT_FALSE(c.act(SetLayerStyle{"nowhere", {}}));
}

TEST(Drawings, ThatNoFileHoldsAreMarkedInAPicturesRecipe) {
  City c;
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  const auto unsaved = [&] {
    std::map<std::string, bool> out;
    for (const auto& d : recipeDraft(c.session, {}).data) out[d.source] = d.unsaved;
    return out;
  };
  EXPECT_TRUE(unsaved().at("拟建范围.gpkg"));
  EXPECT_FALSE(unsaved().at("counties.geojson"));
  ASSERT_TRUE(c.act(SaveProject{}));
  EXPECT_FALSE(unsaved().at("拟建范围.gpkg"));
}

TEST(Sources, LeadNowhereOutOfTheProjectsFolder) {
  Folder outside;
  outside.write("secret.csv", "name,lon,lat\n甲,113,24\n");
  City c;
  std::filesystem::create_directories(c.folder.file("maps"));
  c.folder.write("own.csv", "name,lon,lat\n乙,113.2,24.2\n");
  const auto vrt = [&](const char* name, const std::string& to) {
    c.folder.write(name,
                   fmt::format("<OGRVRTDataSource><OGRVRTLayer name=\"l\"><SrcDataSource>{}</SrcDataSource>"
                               "<SrcLayer>{}</SrcLayer><GeometryType>wkbPoint</GeometryType>"
                               "<GeometryField encoding=\"PointFromColumns\" x=\"lon\" y=\"lat\"/>"
                               "</OGRVRTLayer></OGRVRTDataSource>",
                               to, std::filesystem::path(to).stem().string()));
  };
  vrt("maps/out.vrt", outside.file("secret.csv"));
  vrt("maps/in.vrt", c.folder.file("own.csv"));  // beside the project, not beside itself
  Project p = c.session.project();
  for (const char* name : {"in", "out"}) {
    LayerSpec l;
    l.id = name, l.source = fmt::format("maps/{}.vrt", name), l.crs = "EPSG:4490";
    p.layers.push_back(l);
  }
  c.session.open(p, c.folder.path());
  c.session.wait();
  EXPECT_EQ(c.session.layer("in").stage, LayerState::Stage::ready) << c.session.layer("in").error.text();
  EXPECT_EQ(c.session.layer("out").stage, LayerState::Stage::failed);
}

// What a project may open it may add: a VRT in a folder of its own names data beside the project.
TEST(Sources, ThatLeadOutOfTheirOwnFolderButNotOfTheProjectsAreAdded) {
  Folder outside;
  outside.write("secret.csv", "name,lon,lat\n甲,113,24\n");
  City c;
  std::filesystem::create_directories(c.folder.file("maps"));
  c.folder.write("own.csv", "name,lon,lat\n乙,113.2,24.2\n");
  const auto vrt = [&](const std::string& name, const std::string& to) {
    return c.folder.write(
        name, fmt::format(
                  "<OGRVRTDataSource><OGRVRTLayer name=\"l\"><SrcDataSource>{}</SrcDataSource>"
                  "<SrcLayer>{}</SrcLayer><LayerSRS>EPSG:4326</LayerSRS><GeometryType>wkbPoint</GeometryType>"
                  "<GeometryField encoding=\"PointFromColumns\" x=\"lon\" y=\"lat\"/>"
                  "</OGRVRTLayer></OGRVRTDataSource>",
                  to, std::filesystem::path(to).stem().string()));
  };
  const size_t before = c.session.project().layers.size();
  ASSERT_TRUE(c.act(AddData{{vrt("maps/in.vrt", c.folder.file("own.csv"))}}));
  ASSERT_EQ(c.session.project().layers.size(), before + 1) << c.session.messages().back().text;
  EXPECT_EQ(c.session.layer("in").stage, LayerState::Stage::ready) << c.session.layer("in").error.text();
  ASSERT_TRUE(c.act(AddData{{vrt("maps/out.vrt", outside.file("secret.csv"))}}));
  EXPECT_EQ(c.session.project().layers.size(), before + 1);
  EXPECT_THAT(c.session.messages().back().text, HasSubstr("leads out of its folder"));
  // One elsewhere is bound to its own folder, wherever the project lies.
  ASSERT_TRUE(c.act(AddData{{outside.write("far.vrt", textOf(c.folder.file("maps/in.vrt")))}}));
  EXPECT_EQ(c.session.project().layers.size(), before + 1);

  // A raster likewise.
  std::filesystem::copy_file(TEST_DATA "/ground/fields.tif", c.folder.file("fields.tif"));
  const auto raster = [&](const std::string& name, const std::string& to) {
    return c.folder.write(
        name, fmt::format("<VRTDataset rasterXSize=\"480\" rasterYSize=\"456\"><SRS>EPSG:4326</SRS>"
                          "<GeoTransform>112,0.0041666666667,0,25.3,0,-0.0041666666667</GeoTransform>"
                          "<VRTRasterBand dataType=\"Byte\" band=\"1\"><SimpleSource><SourceFilename "
                          "relativeToVRT=\"1\">{}</SourceFilename><SourceBand>1</SourceBand></SimpleSource>"
                          "</VRTRasterBand></VRTDataset>",
                          to));
  };
  ASSERT_TRUE(c.act(AddData{{raster("maps/photo.vrt", "../fields.tif")}}));
  ASSERT_EQ(c.session.project().basemaps.size(), 1u) << c.session.messages().back().text;
  const size_t told = c.session.messages().size();
  (void)c.session.scene();
  c.session.wait();
  for (size_t i = told; i < c.session.messages().size(); ++i)
    EXPECT_NE(c.session.messages()[i].level, Message::Level::warning) << c.session.messages()[i].text;
  std::filesystem::copy_file(TEST_DATA "/ground/fields.tif", outside.file("fields.tif"));
  ASSERT_TRUE(c.act(AddData{{raster("maps/away.vrt", outside.file("fields.tif"))}}));
  EXPECT_EQ(c.session.project().basemaps.size(), 1u);
}

TEST(Drawings, EachChangeIsOneStepAlsoOverASave) {
  City c;
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  const std::string id = c.session.project().layers.back().id;
  ASSERT_TRUE(c.act(SaveProject{}));
  {  // opened anew: what is changed now comes from the file
    ASSERT_TRUE(c.session.open(c.file()));
    c.session.wait();
  }
  const auto rows = [&] { return c.session.layer(id).shape->layer->rows(); };
  const auto inFile = [&] {
    const auto read = geo::load(c.folder.file("拟建范围.gpkg"));
    return read ? read->layer->rows() : 99;
  };
  ASSERT_TRUE(c.act(area(c.session, 113.4, "二期", id)));
  EXPECT_EQ(rows(), 2u);
  ASSERT_TRUE(c.act(SaveProject{}));
  EXPECT_EQ(inFile(), 2u);
  ASSERT_TRUE(c.act(Undo{}));
  EXPECT_EQ(rows(), 1u);
  EXPECT_TRUE(c.session.changed());
  ASSERT_TRUE(c.act(SaveProject{}));
  EXPECT_EQ(inFile(), 1u);
  ASSERT_TRUE(c.act(Redo{}));
  EXPECT_EQ(rows(), 2u);
  ASSERT_TRUE(c.act(SaveProject{}));
  EXPECT_EQ(inFile(), 2u);

  const geo::Point to{c.session.layer(id).shape->layer->shapes.part(0)[0].x - 500,
                      c.session.layer(id).shape->layer->shapes.part(0)[0].y - 300};
  ASSERT_TRUE(c.act(MoveVertex{id, 0, 0, to}));
  EXPECT_EQ(c.session.layer(id).shape->layer->shapes.part(0)[0], to);
  ASSERT_TRUE(c.act(RenameFeature{id, 1, "远期"}));
  EXPECT_EQ(c.layer(id).labels[1], "远期");
  ASSERT_TRUE(c.act(RemoveFeatures{id, {0}}));
  EXPECT_EQ(c.layer(id).labels, std::vector<std::string>{"远期"});
  ASSERT_TRUE(c.act(Undo{}));
  ASSERT_TRUE(c.act(Undo{}));
  ASSERT_TRUE(c.act(Undo{}));
  EXPECT_NE(c.session.layer(id).shape->layer->shapes.part(0)[0], to);
  EXPECT_FALSE(c.session.changed());  // all the way back to what the file has
}

TEST(Drawings, AnEmptyLayerIsALayerStill) {
  City c;
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  const std::string id = c.session.project().layers.back().id;
  ASSERT_TRUE(c.act(RemoveFeatures{id, {0}}));
  ASSERT_TRUE(c.act(SaveProject{}));
  Session again;
  ASSERT_TRUE(again.open(c.file()));
  again.wait();
  EXPECT_EQ(again.layer(id).stage, LayerState::Stage::ready) << again.layer(id).error.text();
  const auto added = apply(again, area(again, 113.4, "二期", id));
  ASSERT_TRUE(added) << added.error().text();
  again.wait();
  EXPECT_EQ(again.layer(id).shape->layer->rows(), 1u);
}

TEST(Drawings, RefuseOutlinesThatAreNone) {
  const auto refused = [](geo::ShapeKind kind, std::vector<geo::Point> v) {
    const auto sound = soundOutline(kind, v, Language::zh);
    return sound ? std::string() : sound.error().text();
  };
  using geo::ShapeKind;
  EXPECT_EQ(refused(ShapeKind::polygon, {{0, 0}, {1, 0}, {1, 1}}), "");
  EXPECT_THAT(refused(ShapeKind::polygon, {{0, 0}, {1, 0}}), HasSubstr("三个"));
  EXPECT_THAT(refused(ShapeKind::polygon, {{0, 0}, {1, 1}, {1, 0}, {0, 1}}), HasSubstr("自相交"));
  EXPECT_THAT(refused(ShapeKind::polygon, {{0, 0}, {1, 0}, {2, 0}}), Not(""));
  EXPECT_THAT(refused(ShapeKind::line, {{0, 0}}), HasSubstr("两个"));
  EXPECT_THAT(refused(ShapeKind::line, {{0, 0}, {0, 0}}), HasSubstr("同一处"));
  EXPECT_EQ(refused(ShapeKind::line, {{0, 0}, {1, 1}, {1, 0}, {0, 1}}), "");
  EXPECT_THAT(refused(ShapeKind::point, {{NAN, 0}}), HasSubstr("坐标"));
}

TEST(Drawings, DoNotTouchAFileThatIsNotTheirs) {
  City c;
  c.folder.write("拟建范围.gpkg", "somebody else's");
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  ASSERT_TRUE(c.act(SaveProject{}));
  EXPECT_EQ(textOf(c.folder.file("拟建范围.gpkg")), "somebody else's");
  EXPECT_EQ(c.session.project().layers.back().source, "拟建范围-2.gpkg");
  EXPECT_TRUE(geo::load(c.folder.file("拟建范围-2.gpkg")));
  EXPECT_FALSE(apply(c.session, RemoveFeatures{"counties", {0}}));  // a file of the user's
  // Another program wrote ours since.
  c.folder.write("拟建范围-2.gpkg", "changed outside, and longer than before");
  const std::string id = c.session.project().layers.back().id;
  ASSERT_TRUE(c.act(area(c.session, 113.4, "二期", id)));
  ASSERT_TRUE(c.act(SaveProject{}));
  EXPECT_EQ(textOf(c.folder.file("拟建范围-2.gpkg")), "changed outside, and longer than before");
  EXPECT_EQ(geo::load(c.folder.file("拟建范围-2-2.gpkg"))->layer->rows(), 2u);
}

// A save is on its way until the session collects its job, whatever the worker has done meanwhile.
TEST(Saving, TwiceQuicklyAndChangedMeanwhileLosesNothing) {
  City c;
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  const std::string id = c.session.project().layers.back().id;
  ASSERT_TRUE(apply(c.session, SaveProject{}));
  EXPECT_TRUE(c.session.saving());
  EXPECT_TRUE(c.session.changed());  // not yet there
  ASSERT_TRUE(apply(c.session, area(c.session, 113.4, "二期", id)));
  EXPECT_TRUE(apply(c.session, SaveProject{}));
  EXPECT_TRUE(apply(c.session, SaveProject{}));
  c.session.wait();
  EXPECT_FALSE(c.session.saving());
  EXPECT_FALSE(c.session.changed());
  EXPECT_EQ(geo::load(c.folder.file("拟建范围.gpkg"))->layer->rows(), 2u);
  EXPECT_FALSE(
      std::filesystem::exists(c.folder.file("拟建范围-2.gpkg")));  // the second knew the first's file
}

TEST(Saving, WhatIsUndoneMeanwhileIsAChangeAgain) {
  City c;
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  const std::string id = c.session.project().layers.back().id;
  ASSERT_TRUE(c.act(area(c.session, 113.4, "二期", id)));
  ASSERT_TRUE(apply(c.session, SaveProject{}));
  ASSERT_TRUE(apply(c.session, Undo{}));
  c.session.wait();
  EXPECT_TRUE(c.session.changed());
  EXPECT_EQ(geo::load(c.folder.file("拟建范围.gpkg"))->layer->rows(), 2u);
  ASSERT_TRUE(c.act(Redo{}));
  EXPECT_FALSE(c.session.changed());
}

TEST(Saving, WhoLeavesMeanwhileLeavesOnceItIsThere) {
  City c;
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  EXPECT_FALSE(apply(c.session, Quit{}));  // not saved
  ASSERT_TRUE(apply(c.session, SaveProject{}));
  ASSERT_TRUE(apply(c.session, Quit{}));
  EXPECT_FALSE(c.session.view().quit);
  c.session.wait();
  EXPECT_TRUE(c.session.view().quit);
  EXPECT_TRUE(std::filesystem::exists(c.folder.file("拟建范围.gpkg")));

  City other;
  ASSERT_TRUE(other.act(area(other.session, 113.2, "一期")));
  ASSERT_TRUE(apply(other.session, SaveProject{}));
  ASSERT_TRUE(apply(other.session, NewProject{true}));  // nor does this one lose what was asked for before
  other.session.wait();
  EXPECT_TRUE(other.session.project().layers.empty());
  EXPECT_TRUE(geo::load(other.folder.file("拟建范围.gpkg")));
}

TEST(Saving, EndsBeforeTheSessionDoesAndIsNotStoppedByStop) {
  session_test::Folder folder;
  session_test::writeSmallCity(folder);
  {
    Session s;
    ASSERT_TRUE(s.open(folder.file("city.parkscope.toml")));
    s.wait();
    ASSERT_TRUE(apply(s, area(s, 113.2, "一期")));
    s.wait();
    ASSERT_TRUE(apply(s, SaveProject{}));
    s.jobs().cancelAll();
  }
  EXPECT_TRUE(geo::load(folder.file("拟建范围.gpkg")));
  EXPECT_THAT(textOf(folder.file("city.parkscope.toml")), HasSubstr("拟建范围.gpkg"));
}

TEST(Saving, ThatFailsKeepsTheDrawingAndTheWindowAndCanBeTriedAgain) {
  City c;
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  const std::string id = c.session.project().layers.back().id;
  const std::string away = c.folder.path() + " away";
  std::filesystem::rename(c.folder.path(), away);  // a disk that was pulled out
  const size_t told = c.session.messages().size();
  ASSERT_TRUE(apply(c.session, SaveProject{}));
  ASSERT_TRUE(apply(c.session, Quit{}));
  c.session.wait();
  EXPECT_FALSE(c.session.view().quit);
  EXPECT_TRUE(c.session.changed());
  ASSERT_EQ(c.session.messages().size(), told + 1);
  EXPECT_EQ(c.session.messages().back().level, Message::Level::error);
  EXPECT_THAT(c.session.messages().back().text, HasSubstr("拟建范围.gpkg"));
  EXPECT_EQ(c.session.layer(id).shape->layer->rows(), 1u);
  std::filesystem::rename(away, c.folder.path());
  ASSERT_TRUE(c.act(SaveProject{}));
  EXPECT_FALSE(c.session.changed());
  EXPECT_EQ(geo::load(c.folder.file("拟建范围.gpkg"))->layer->rows(), 1u);
}

TEST(Saving, ElsewhereThatFailsLeavesTheProjectWhereItIsAndNoStrayFiles) {
  City c;
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  ASSERT_TRUE(c.act(SaveProject{}));
  session_test::Folder other;
  std::filesystem::create_directory(other.file("x.parkscope.toml"));  // a folder has its name
  const Project before = c.session.project();
  ASSERT_TRUE(c.act(SaveProjectAs{other.file("x.parkscope.toml")}));
  EXPECT_EQ(c.session.messages().back().level, Message::Level::error);
  EXPECT_EQ(c.session.path(), c.file());
  EXPECT_EQ(c.session.project(), before);
  EXPECT_FALSE(c.session.changed());
  EXPECT_FALSE(std::filesystem::exists(other.file("拟建范围.gpkg")));
}

// A disk without room, by a limit on how large a file may become.
TEST(Saving, OnAFullDiskKeepsTheDrawingAndTheFileThatWasThere) {
  City c;
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  ASSERT_TRUE(c.act(SaveProject{}));
  const std::string id = c.session.project().layers.back().id;
  ASSERT_TRUE(c.act(area(c.session, 113.4, "二期", id)));
  const std::string file = textOf(c.folder.file("拟建范围.gpkg")), project = textOf(c.file());
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit room{};
  getrlimit(RLIMIT_FSIZE, &room);
  rlimit none = room;
  none.rlim_cur = 20'000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  ASSERT_TRUE(c.act(SaveProject{}));
  setrlimit(RLIMIT_FSIZE, &room);
  std::signal(SIGXFSZ, before);
  EXPECT_EQ(c.session.messages().back().level, Message::Level::error) << c.session.messages().back().text;
  EXPECT_TRUE(c.session.changed());
  EXPECT_EQ(textOf(c.folder.file("拟建范围.gpkg")), file);
  EXPECT_EQ(textOf(c.file()), project);
  ASSERT_TRUE(c.act(SaveProject{}));
  EXPECT_FALSE(c.session.changed());
  EXPECT_EQ(geo::load(c.folder.file("拟建范围.gpkg"))->layer->rows(), 2u);
}

TEST(Drawings, SavedAsAnotherProjectTheyAreItsOwn) {
  City c;
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  ASSERT_TRUE(c.act(SaveProject{}));
  const std::string id = c.session.project().layers.back().id;
  const std::string before = textOf(c.folder.file("拟建范围.gpkg"));
  ASSERT_TRUE(c.act(SaveProjectAs{c.folder.file("copy.parkscope.toml")}));
  EXPECT_EQ(c.session.project().layers.back().source, "拟建范围-2.gpkg");
  ASSERT_TRUE(c.act(area(c.session, 113.4, "二期", id)));
  ASSERT_TRUE(c.act(SaveProject{}));
  EXPECT_EQ(textOf(c.folder.file("拟建范围.gpkg")), before);
  EXPECT_EQ(geo::load(c.folder.file("拟建范围-2.gpkg"))->layer->rows(), 2u);
}

// Autosave
// ----------------------------------------------------------------------------------------------------------

void dying(const std::string& file) {  // as if written by a run that is no more
  std::string text = textOf(file);
  text.replace(0, text.find('\n'), "# pid 999999999");
  std::ofstream(file, std::ios::binary) << text;
}

TEST(AutosaveFile, HoldsWhatIsNotSavedAndIsGoneOnceItIs) {
  City c;
  c.session.autosave({c.folder.path(), 10});
  const std::string file = c.file() + ".autosave";
  const auto tick = [&](double now) { c.session.tick(now), c.session.wait(); };
  tick(1);
  EXPECT_EQ(c.session.autosaveIn(1), 86400);
  ASSERT_TRUE(c.act(PlaceObject{nowhere()}));
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  tick(2);
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_NEAR(c.session.autosaveIn(4), 8, 1e-9);
  tick(13);
  ASSERT_TRUE(std::filesystem::exists(file));
  EXPECT_EQ(c.session.autosaveIn(13), 86400);  // nothing new
  EXPECT_TRUE(c.session.changed());            // the project's own file is as it was
  EXPECT_THAT(textOf(c.file()), Not(HasSubstr("[[places]]")));

  // The program dies here. The next run offers what was not saved, and the first file stays until then.
  dying(file);
  Session next;
  next.autosave({c.folder.path(), 10});
  ASSERT_TRUE(next.open(c.file()));
  next.wait();
  ASSERT_TRUE(next.view().recovery);
  EXPECT_EQ(next.project().places.size(), 0u);
  next.tick(100), next.wait();
  EXPECT_TRUE(std::filesystem::exists(file));
  const auto taken = apply(next, Recover{true});
  ASSERT_TRUE(taken) << taken.error().text();
  next.wait();
  EXPECT_FALSE(next.view().recovery);
  EXPECT_TRUE(next.changed());
  EXPECT_EQ(next.project().places, c.session.project().places);
  const std::string id = next.project().layers.back().id;
  ASSERT_TRUE(next.layer(id).shape);
  EXPECT_EQ(next.layer(id).shape->layer->rows(), 1u);  // the drawing too
  ASSERT_TRUE(apply(next, Undo{}));                    // one step
  EXPECT_FALSE(next.changed());
  ASSERT_TRUE(apply(next, Redo{}));
  next.wait();
  ASSERT_TRUE(apply(next, SaveProject{}));
  next.wait(), next.tick(101);
  EXPECT_FALSE(std::filesystem::exists(file));
  for (const auto& entry : std::filesystem::directory_iterator(c.folder.path()))
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("autosave")));
  EXPECT_THAT(textOf(c.file()), HasSubstr("[[places]]"));
}

// Until the drawings have been read again, nothing is written over their files, nor saved without them.
TEST(AutosaveFile, IsNotWrittenOverBeforeItsDrawingsAreRead) {
  City c;
  c.session.autosave({c.folder.path(), 0});
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  c.session.tick(1), c.session.tick(2), c.session.wait();
  const std::string file = c.file() + ".autosave";
  ASSERT_TRUE(std::filesystem::exists(file));
  dying(file);
  Session next;
  next.autosave({c.folder.path(), 0});
  ASSERT_TRUE(next.open(c.file()));
  next.wait();
  ASSERT_TRUE(next.view().recovery);
  // Both workers are busy: the drawing has to wait.
  std::atomic<bool> go = false;
  for (const char* key : {"a", "b"})
    next.jobs().start(key, [&](geo::Progress&) -> Jobs::Finish {
      while (!go) std::this_thread::yield();
      return {};
    });
  ASSERT_TRUE(apply(next, Recover{true}));
  EXPECT_FALSE(apply(next, SaveProject{}));
  next.tick(10), next.tick(20);
  EXPECT_FALSE(next.jobs().running("autosave"));
  go = true;
  next.wait();
  EXPECT_EQ(next.layer(next.project().layers.back().id).shape->layer->rows(), 1u);
  ASSERT_TRUE(apply(next, SaveProject{}));
  next.wait();
  EXPECT_TRUE(geo::load(c.folder.file("拟建范围.gpkg")));
}

// It is being written while the project is saved, and ends after it.
TEST(AutosaveFile, ThatComesAfterTheSaveIsRemoved) {
  City c;
  c.session.autosave({c.folder.path(), 0});
  ASSERT_TRUE(c.act(area(c.session, 113.2, "一期")));
  std::atomic<bool> go = false;
  c.session.jobs().start("busy", [&](geo::Progress&) -> Jobs::Finish {  // one of the two workers is left
    while (!go) std::this_thread::yield();
    return {};
  });
  ASSERT_TRUE(apply(c.session, SaveProject{}));
  c.session.tick(1), c.session.tick(2);  // the autosave stands behind the save
  for (int i = 0; i < 2000 && c.session.saving(); ++i)
    c.session.tick(3), std::this_thread::sleep_for(std::chrono::milliseconds(1));
  go = true;
  c.session.wait();
  c.session.tick(4), c.session.wait();
  EXPECT_FALSE(c.session.changed());
  EXPECT_FALSE(std::filesystem::exists(c.file() + ".autosave"));
}

TEST(AutosaveFile, IsNotOfferedWhileItsProgramLivesNorWhenItSaysNothingNew) {
  City c;
  c.session.autosave({c.folder.path(), 0});
  const std::string file = c.file() + ".autosave";
  ASSERT_TRUE(c.act(SetTitle{"改名"}));
  c.session.tick(1), c.session.wait();
  ASSERT_TRUE(std::filesystem::exists(file));
  Session other;  // of this process, which lives
  other.autosave({c.folder.path(), 10});
  ASSERT_TRUE(other.open(c.file()));
  EXPECT_FALSE(other.view().recovery);
  std::ofstream(file) << "# pid 999999999\n" << formatProject(other.project());
  ASSERT_TRUE(other.open(c.file()));
  EXPECT_FALSE(other.view().recovery);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(AutosaveFile, IsGoneWhenTheUserDoesNotWantIt) {
  City c;
  c.session.autosave({c.folder.path(), 0});
  const std::string file = c.file() + ".autosave";
  ASSERT_TRUE(c.act(SetTitle{"改名"}));
  c.session.tick(1), c.session.wait();
  dying(file);
  Session next;
  next.autosave({c.folder.path(), 10});
  ASSERT_TRUE(next.open(c.file()));
  ASSERT_TRUE(next.view().recovery);
  ASSERT_TRUE(apply(next, Recover{false}));
  EXPECT_FALSE(next.view().recovery);
  EXPECT_FALSE(next.changed());
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_FALSE(apply(next, Recover{true}));
}

TEST(AutosaveFile, OfAProjectWithoutAFileLiesWhereItIsTold) {
  Folder state, data;
  data.write("a.csv", "name,lon,lat\n甲,113,24\n");
  {
    Session s;
    s.autosave({state.path(), 0});
    Project p;
    LayerSpec l;
    l.id = "a", l.source = "a.csv", l.crs = "EPSG:4490", l.label = "name";
    p.layers.push_back(l);
    s.open(p, data.path());
    s.wait();
    ASSERT_TRUE(apply(s, SetTitle{"草图"}));
    s.tick(1), s.wait();
    EXPECT_TRUE(std::filesystem::exists(state.file("untitled.parkscope.toml.autosave")));
    ASSERT_TRUE(apply(s, Quit{true}));  // thrown away
  }
  EXPECT_FALSE(std::filesystem::exists(state.file("untitled.parkscope.toml.autosave")));
}

}  // namespace
}  // namespace session
