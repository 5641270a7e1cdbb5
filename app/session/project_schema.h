// The keys of the project file, in their canonical order: read and written by the same list, so that the two
// cannot drift. Io is the reader or the writer of project_file.cpp.
#pragma once

#include <cmath>

#include "app/session/project.h"

namespace session::schema {

template <class Io>
void fields(Io& io, StyleSpec& s) {
  io.colour("colour", s.colour);
  io.real("width", s.width, 0, 100);
  io.real("radius", s.radius, 0, 100);
}

template <class Io>
void fields(Io& io, MapSpec& m) {
  const MapSpec standard;
  io.word("kind", m.kind, standard.kind);
  io.text("second", m.second);
  io.integer("grid", m.grid, standard.grid, 3, 4);
  io.word("change", m.change, standard.change);
  io.integer("since", m.since);
  io.flag("smoothed", m.smoothed, standard.smoothed);
  io.flag("flannery", m.flannery, standard.flannery);
  io.text("weights", m.weights, standard.weights);
  io.integer("permutations", m.permutations, standard.permutations, 0, 999999);
  io.integer("seed", m.seed, standard.seed, 0, 1000000000);
  io.real("significance", m.significance, standard.significance, 0.0001, 0.5);
  io.flag("false_discovery_rate", m.falseDiscoveryRate, standard.falseDiscoveryRate);
  io.flag("links", m.links, standard.links);
  io.text("target", m.target);
}

template <class Io>
void fields(Io& io, HeatSpec& h) {
  const HeatSpec standard;
  io.text("layer", h.layer);
  io.flag("visible", h.visible, standard.visible);
  io.word("show", h.show, standard.show);
  io.text("weight", h.weight);
  io.text("minus", h.minus);
  io.word("kernel", h.kernel, standard.kernel);
  io.real("radius", h.radiusMetres, standard.radiusMetres, 0, 1e7);
  io.real("bin", h.binMetres, standard.binMetres, 0, 1e7);
  io.word("statistic", h.statistic, standard.statistic);
  io.text("base", h.base);
  io.text("clip", h.clip);
  io.flag("per_area", h.perArea, standard.perArea);
  io.real("per_km2", h.perKm2, standard.perKm2, 1e-6, 1e9);
  io.real("top", h.top, 1e-12, 1e18);
  io.flag("contours", h.contours, standard.contours);
  io.real("opacity", h.opacity, standard.opacity, 0, 1);
}

template <class Io>
void fields(Io& io, geo::CellOptions& c) {
  io.text("separator", c.separator);
  io.integer("header_row", c.headerRow, 0, -1, 1000);
  io.words("text", c.text);
  io.words("numbers", c.numbers);
  io.words("dates", c.dates);
  io.words("missing", c.missing);
}

template <class Io>
void fields(Io& io, BasemapSpec& b) {
  const BasemapSpec standard;
  io.id("id", b.id);
  io.name("name", b.name);
  io.always("kind", b.kind);
  io.required("source", b.source);
  io.text("subdomains", b.subdomains);
  io.text("layer", b.layer);
  io.text("style", b.style);
  io.text("matrix_set", b.matrixSet);
  io.text("crs", b.crs);
  io.text("datum", b.datum);
  io.name("attribution", b.attribution);
  io.integer("min_zoom", b.minZoom, standard.minZoom, 0, 24);
  io.integer("max_zoom", b.maxZoom, standard.maxZoom, 0, 24);
  io.integer("tile_size", b.tileSize, standard.tileSize, 128, 1024);
  io.real("detail", b.detail, standard.detail, 0.25, 2);
  io.real("opacity", b.opacity, standard.opacity, 0, 1);
  io.word("tone", b.tone, standard.tone);
  io.flag("visible", b.visible, standard.visible);
  io.real("azimuth", b.azimuth, standard.azimuth, 0, 360);
  io.real("altitude", b.altitude, standard.altitude, 1, 90);
  io.real("exaggeration", b.exaggeration, standard.exaggeration, 0.1, 100);
  io.flag("multidirectional", b.multidirectional, standard.multidirectional);
}

template <class Io>
void fields(Io& io, LayerSpec& l) {
  const LayerSpec standard;
  io.id("id", l.id);
  io.name("name", l.name);
  io.role("role", l.role, standard.role);
  io.required("source", l.source);
  io.text("source_layer", l.sourceLayer);
  io.text("encoding", l.encoding);
  io.text("crs", l.crs);
  io.text("datum", l.datum);
  io.flag("repair", l.repair, standard.repair);
  io.text("x", l.x);
  io.text("y", l.y);
  io.table("cells", l.cells);
  io.text("place_by", l.placeBy);
  io.text("place_in", l.placeIn);
  io.text("filter", l.filter);
  io.text("show", l.show);
  io.text("key", l.key);
  io.text("label", l.label);
  io.text("label_en", l.labelEn);
  io.text("level", l.level);
  io.text("county", l.county);
  io.text("uncertainty_km", l.uncertaintyKm);
  io.text("precision", l.precision);
  io.text("status_column", l.status);
  io.status("status", l.defaultStatus, standard.defaultStatus);
  io.text("led_by", l.ledBy);
  io.text("lead_layer", l.leadLayer);
  io.flag("visible", l.visible, standard.visible);
  io.real("opacity", l.opacity, standard.opacity, 0, 1);
  io.real("min_scale", l.minScale, standard.minScale, 0, 1e12);
  io.real("max_scale", l.maxScale, standard.maxScale, 0, 1e12);
  io.flag("drawn", l.drawn, standard.drawn);
  io.table("style", l.style);
}

template <class Io>
void fields(Io& io, PlaceSpec& p) {
  const PlaceSpec standard;
  io.required("layer", p.layer);
  io.required("key", p.key);
  io.real("lon", p.lon, standard.lon, -180, 180);
  io.real("lat", p.lat, standard.lat, -90, 90);
  io.real("uncertainty_km", p.uncertaintyKm, standard.uncertaintyKm, 0, 1000);
  io.required("by", p.by);
  io.text("on", p.on);
  io.text("note", p.note);
}

template <class Io>
void fields(Io& io, TableSpec& t) {
  io.id("id", t.id);
  io.required("source", t.source);
  io.text("source_layer", t.sourceLayer);
  io.text("encoding", t.encoding);
  io.table("cells", t.cells);
}

template <class Io>
void fields(Io& io, AcceptedSpec& a) {
  io.required("layer", a.layer);
  io.required("key", a.key);
  io.required("means", a.means);
}

template <class Io>
void fields(Io& io, FigureSpec& f) {
  io.text("column", f.column);
  io.flag("years", f.years, false);
  io.name("name", f.name);
  io.name("unit", f.unit);
  io.integer("decimals", f.decimals, 0, 0, 9);
}

template <class Io>
void fields(Io& io, ImportSpec& i) {
  const ImportSpec standard;
  io.words("columns", i.columns);
  io.always("as", i.as);
  io.text("source_layer", i.sourceLayer);
  io.text("encoding", i.encoding);
  io.table("cells", i.cells);
  if (i.as != ImportSpec::As::figures) io.role("role", i.role, standard.role);
  io.text("key", i.key);
  io.text("label", i.label);
  io.text("x", i.x);
  io.text("y", i.y);
  io.text("crs", i.crs);
  io.text("datum", i.datum);
  io.text("place_by", i.placeBy);
  io.text("place_in", i.placeIn);
  io.text("county", i.county);
  io.text("of", i.of);
  io.text("year", i.year);
  io.text("whole", i.whole);
  io.tables("figures", i.figures);
}

template <class Io>
void fields(Io& io, IndicatorSpec& i) {
  const IndicatorSpec standard;
  io.id("id", i.id);
  io.name("name", i.name);
  io.name("unit", i.unit);
  io.integer("decimals", i.decimals, standard.decimals, 0, 9);
  io.text("table", i.table);
  io.text("key", i.key);
  io.text("value", i.value);
  io.text("year", i.year);
  io.flag("year_columns", i.yearColumns, standard.yearColumns);
  io.text("status_column", i.statusColumn);
  io.text("source_column", i.sourceColumn);
  io.text("filter", i.filter);
  io.text("numerator", i.numerator);
  io.text("denominator", i.denominator);
  io.real("per", i.per, standard.per, -1e15, 1e15);
  io.text("count_of", i.countOf);
  io.text("distance_to", i.distanceTo);
  io.text("divided_by_count_of", i.dividedByCountOf);
  io.text("index_of", i.indexOf);
  io.reals("weights", i.weights);
  io.word("normalise", i.normalise, standard.normalise);
  io.text("share_of", i.shareOf);
  io.text("of", i.of, standard.of);
  io.text("whole_key", i.wholeKey);
  io.flag("more_is_better", i.moreIsBetter, standard.moreIsBetter);
  io.method("method", i.method, standard.method);
  io.integer("classes", i.classes, standard.classes, 1, 12);
  io.reals("breaks", i.breaks);
  io.flag("locked", i.locked, standard.locked);
  io.palette("palette", i.palette, standard.palette);
  io.status("status", i.defaultStatus, standard.defaultStatus);
  io.name("source", i.source);
}

template <class Io>
void fields(Io& io, TargetSpec& t) {
  const TargetSpec standard;
  io.id("id", t.id);
  io.name("name", t.name);
  io.name("unit", t.unit);
  io.text("indicator", t.indicator);
  io.text("count_of", t.countOf);
  io.text("count_filter", t.countFilter);
  io.text("area", t.area);
  io.integer("baseline_year", t.baselineYear);
  io.real("baseline", t.baseline, -1e18, 1e18);
  io.flag("baseline_estimated", t.baselineEstimated, standard.baselineEstimated);
  io.integer("actual_year", t.actualYear);
  io.real("actual", t.actual, -1e18, 1e18);
  io.text("actual_source", t.actualSource);
  io.integer("target_year", t.targetYear, standard.targetYear, 1, 9999);
  io.real("target", t.target, -1e18, 1e18);
  io.flag("more_is_better", t.moreIsBetter, standard.moreIsBetter);
  io.text("section", t.section);
  io.flag("featured", t.featured, standard.featured);
}

template <class Io>
void fields(Io& io, TiltSpec& t) {
  const TiltSpec standard;
  io.real("degrees", t.degrees, standard.degrees, 0, 70);
  io.real("bearing", t.bearing, standard.bearing, -360, 360);
  io.word("heights", t.heights, standard.heights);
  io.text("indicator", t.indicator);
  io.real("share", t.share, standard.share, 0.02, 0.6);
}

template <class Io>
void fields(Io& io, ShowSpec& s) {
  const ShowSpec standard;
  io.real("audience_metres", s.audienceMetres, standard.audienceMetres, 0, 1000);
  io.real("screen_cm", s.screenCm, standard.screenCm, 0, 100000);
  io.flag("automatic", s.automatic, standard.automatic);
  io.flag("loop", s.loop, standard.loop);
  io.real("idle_seconds", s.idleSeconds, standard.idleSeconds, 0, 86400);
  io.word("beads", s.beads, standard.beads);
  io.flag("reduced_motion", s.reducedMotion, standard.reducedMotion);
  io.flag("captions", s.captions, standard.captions);
}

template <class Io>
void fields(Io& io, SceneSpec& s) {
  const SceneSpec standard;
  io.id("id", s.id);
  io.name("name", s.name);
  io.name("text", s.text);
  io.name("notes", s.notes);
  io.extent("extent", s.camera.extentLonLat);
  io.words("layers", s.layers);
  io.text("basemap", s.basemap);
  io.text("indicator", s.indicator);
  io.integer("year", s.year);
  io.word("composition", s.composition, standard.composition);
  io.table("map", s.map);
  io.table("heat", s.heat);
  io.real("duration", s.durationSeconds, standard.durationSeconds, 0, 86400);
  io.real("transition", s.transitionSeconds, standard.transitionSeconds, 0, 60);
  io.words("emphasis", s.emphasis);
  io.table("tilt", s.tilt);
  io.word("side", s.side, standard.side);
}

template <class Io>
void fields(Io& io, FrameSpec& f) {
  const FrameSpec standard;
  io.always("part", f.part);
  io.real("x", f.x, NAN, -5000, 5000);
  io.real("y", f.y, NAN, -5000, 5000);
  io.real("width", f.width, NAN, 1, 5000);
  io.real("height", f.height, NAN, 1, 5000);
  io.name("text", f.text);
}

template <class Io>
void layoutFields(Io& io, LayoutSpec& l) {
  const LayoutSpec standard;
  io.paper("paper", l.paper, standard.paper);
  io.flag("landscape", l.landscape, standard.landscape);
  io.word("template", l.style, standard.style);
  io.real("scale", l.scale, 1, 1e9);
  io.word("grid", l.grid, standard.grid);
  io.text("logo", l.logo);
  io.tables("frames", l.frames);
  io.words("hidden", l.hidden);
}

template <class Io>
void fields(Io& io, TemplateSpec& t) {
  io.id("id", t.id);
  io.name("name", t.name);
  layoutFields(io, t.layout);
}

template <class Io>
void fields(Io& io, PageSpec& p) {
  const PageSpec standard;
  layoutFields(io, p);
  io.text("review_number", p.reviewNumber);
  io.flag("public", p.isPublic, standard.isPublic);
  io.names("credits", p.credits);
  io.names("notes", p.notes);
}

// The tables of the file follow these keys: [page], [[basemaps]], [[layers]], [[places]], [[tables]],
// [[accepted]],
// [[indicators]], [[targets]], [[scenes]], [[templates]], [[imports]].
template <class Io>
void fields(Io& io, Project& p) {
  const Project standard;
  io.name("title", p.title);
  io.name("subtitle", p.subtitle);
  io.name("period", p.period);
  io.text("crs", p.crs);
  io.theme("theme", p.theme, standard.theme);
  io.text("indicator", p.indicator);
  io.integer("year", p.year);
  io.text("trend", p.trend);
  io.text("target_table", p.targetTable);
  io.text("share_base", p.shareBase);
}

}  // namespace session::schema
