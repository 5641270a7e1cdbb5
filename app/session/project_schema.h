// The keys of the project file, in their canonical order: read and written by the same list, so that the two
// cannot drift. Io is the reader or the writer of project_file.cpp.
#pragma once

#include "app/session/project.h"

namespace session::schema {

template <class Io>
void fields(Io& io, StyleSpec& s) {
  io.colour("colour", s.colour);
  io.real("width", s.width, 0, 100);
  io.real("radius", s.radius, 0, 100);
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
  io.text("x", l.x);
  io.text("y", l.y);
  io.text("filter", l.filter);
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
  io.table("style", l.style);
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
  io.text("status_column", i.statusColumn);
  io.text("source_column", i.sourceColumn);
  io.text("filter", i.filter);
  io.text("numerator", i.numerator);
  io.text("denominator", i.denominator);
  io.real("per", i.per, standard.per, -1e15, 1e15);
  io.text("count_of", i.countOf);
  io.text("distance_to", i.distanceTo);
  io.text("divided_by_count_of", i.dividedByCountOf);
  io.text("share_of", i.shareOf);
  io.text("of", i.of, standard.of);
  io.text("whole_key", i.wholeKey);
  io.flag("more_is_better", i.moreIsBetter, standard.moreIsBetter);
  io.method("method", i.method, standard.method);
  io.integer("classes", i.classes, standard.classes, 1, 12);
  io.reals("breaks", i.breaks);
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
  io.text("area", t.area);
  io.integer("baseline_year", t.baselineYear);
  io.real("baseline", t.baseline, -1e18, 1e18);
  io.flag("baseline_estimated", t.baselineEstimated, standard.baselineEstimated);
  io.integer("target_year", t.targetYear, standard.targetYear, 1, 9999);
  io.requiredReal("target", t.target);
  io.flag("more_is_better", t.moreIsBetter, standard.moreIsBetter);
  io.text("section", t.section);
  io.flag("featured", t.featured, standard.featured);
}

template <class Io>
void fields(Io& io, SceneSpec& s) {
  const SceneSpec standard;
  io.id("id", s.id);
  io.name("name", s.name);
  io.name("text", s.text);
  io.extent("extent", s.camera.extentLonLat);
  io.words("layers", s.layers);
  io.text("indicator", s.indicator);
  io.integer("year", s.year);
  io.real("duration", s.durationSeconds, standard.durationSeconds, 0, 86400);
  io.real("transition", s.transitionSeconds, standard.transitionSeconds, 0, 60);
  io.words("emphasis", s.emphasis);
}

template <class Io>
void fields(Io& io, PageSpec& p) {
  const PageSpec standard;
  io.paper("paper", p.paper, standard.paper);
  io.flag("landscape", p.landscape, standard.landscape);
  io.text("review_number", p.reviewNumber);
  io.flag("public", p.isPublic, standard.isPublic);
  io.names("credits", p.credits);
  io.names("notes", p.notes);
}

// The tables of the file follow these keys: [page], [[layers]], [[indicators]], [[targets]], [[scenes]].
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
}

}  // namespace session::schema
