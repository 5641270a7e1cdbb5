#include "app/scene/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "app/scene/area_label.h"
#include "app/scene/furniture.h"
#include "app/scene/map_thematic.h"
#include "app/scene/sheet_parts.h"

namespace scene {

CellGrid mapGrid(size_t count, Rect area, float aspect, float strip, float gap) {
  CellGrid best;
  float largest = -1;
  for (int columns = 1; columns <= static_cast<int>(std::max<size_t>(count, 1)); ++columns) {
    const int rows = (static_cast<int>(count) + columns - 1) / columns;
    const float w = (area.w - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns),
                h = (area.h - gap * static_cast<float>(rows - 1)) / static_cast<float>(rows);
    const float size = std::min(w / aspect, h - strip);
    if (size > largest) largest = size, best = {columns, rows, w, h};
  }
  return best;
}

CellGrid cardGrid(size_t count, Rect area, float narrowest, float lowest, float gap) {
  CellGrid best;
  float most = -1;
  for (int columns = 1; columns <= 12; ++columns) {
    const int rows = std::max(1, (static_cast<int>(count) + columns - 1) / columns);
    const float w = (area.w - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns),
                h = (area.h - gap * static_cast<float>(rows - 1)) / static_cast<float>(rows);
    // What is short of the least counts much more than what is beyond it.
    const float wide = w / narrowest, high = h / lowest;
    const float worth = std::min({wide, high, 1.f}) * 10 + std::min({wide, high * 1.1f, 1.5f});
    if (worth > most + 1e-4f) most = worth, best = {columns, rows, w, h};
  }
  return best;
}

namespace {

// Several small maps
// ---------------------------------------------------------------------------------------------------

bool sameClasses(const std::vector<Multiple>& maps) {
  for (const Multiple& m : maps) {
    const Choropleth &a = maps.front().map, &b = m.map;
    if (b.second || a.breaks.upperBounds != b.breaks.upperBounds || a.palette != b.palette ||
        a.centre != b.centre || a.categories.size() != b.categories.size())
      return false;
  }
  return !maps.empty();
}

class Multiples : public SheetPart {
 public:
  using SheetPart::SheetPart;

  void draw() {
    if (s_.multiples.empty()) return;
    const bool shared = sameClasses(s_.multiples);
    const Choropleth& first = s_.multiples.front().map;
    Rect body = header(first.name.empty() ? s_.title : first.name, subtitle(first));
    const float foot = l_.body * 2.6f;
    const Rect legend{body.x, body.bottom() - foot, body.w, foot};
    body.h -= foot + l_.gap * 0.5f;
    const geo::Box home = s_.home;
    const float aspect = home.empty() || !(home.height() > 0)
                             ? 1.2f
                             : static_cast<float>(std::clamp(home.width() / home.height(), 0.4, 2.5));
    const float strip = l_.body * 1.7f + (shared ? 0 : l_.small * 2.6f);
    const CellGrid grid = mapGrid(s_.multiples.size(), body, aspect, strip, l_.gap);
    const float drawn = std::min(grid.height, grid.width / aspect + 12 * u_ + strip);
    // What they leave free lies below and above them, a little more below.
    const auto rows = static_cast<float>(grid.rows);
    body.y += std::max(0.f, body.h - rows * drawn - (rows - 1) * l_.gap) * 0.42f;
    double metresPerUnit = 0;
    for (size_t i = 0; i < s_.multiples.size(); ++i) {
      const auto column = static_cast<float>(i % static_cast<size_t>(grid.columns)),
                 row = static_cast<float>(i / static_cast<size_t>(grid.columns));
      const Rect cell{body.x + column * (grid.width + l_.gap), body.y + row * (drawn + l_.gap), grid.width,
                      drawn};
      metresPerUnit = one(s_.multiples[i], cell, shared);
    }
    if (shared) sharedLegend(legend);
    else
      b_.textWithin(legend.x, legend.bottom() - l_.body * 0.5f, s_.words.ownRanges, l_.body, t_.text2,
                    legend.w * 0.5f);
    const float most = std::min(legend.w * 0.16f, 170 * u_);
    drawScaleBar(b_, metresPerUnit * stretch(),
                 {legend.right() - most - l_.small * 2.2f, legend.bottom() - l_.body * 0.9f}, most, l_.small);
    footer(first.sourceText);
  }

 private:
  std::string subtitle(const Choropleth& c) const {
    std::string words = c.unit;
    for (const std::string& part : {c.methodText, s_.title})
      if (!part.empty()) words += (words.empty() ? "" : " · ") + part;
    return words;
  }

  double stretch() const {
    return groundMetresPerUnit(s_, d_.cameras.back()) / d_.cameras.back().metresPerUnit;
  }

  double one(const Multiple& m, Rect cell, bool shared) {
    b_.textWithin(cell.x, cell.y + l_.body, m.title, l_.body, t_.text1, cell.w, Align::left, Face::sansBold);
    const float top = l_.body * 1.7f, own = shared ? 0 : l_.small * 2.6f;
    const Rect frame{cell.x, cell.y + top, cell.w, cell.h - top - own};
    const Camera camera = smallMap(m.map, frame, s_.selected);
    values(m.map, camera);
    if (!shared) ownLegend(m.map, {cell.x, frame.bottom(), cell.w, own});
    return camera.metresPerUnit;
  }

  // A value in every area that has room for it; with its name on large maps.
  void values(const Choropleth& c, const Camera& camera) {
    const SceneLayer* layer = findLayer(s_, c.layer);
    if (!layer || !layer->shape || layer->shape->layer->shapes.kind != geo::ShapeKind::polygon) return;
    const geo::Shapes& shapes = layer->shape->layer->shapes;
    const bool named = camera.frame.w > 30 * l_.body;
    const float size = named ? l_.body : l_.small;
    Surroundings around;
    for (size_t r = 0; r < shapes.rows() && r < layer->shape->anchors.size(); ++r) {
      const std::string value = valueText(c, r);
      if (value.empty() || !shapes.has(r) || !isShown(*layer, r)) continue;
      const std::string name = named && r < c.areaNames.size() ? c.areaNames[r] : "";
      const float w = std::max(b_.width(value, size),
                               name.empty() ? 0 : b_.width(name, size, Face::sansBold)),
                  line = size * 1.1f, h = name.empty() ? line : 2 * line;
      double cost = 0;
      const auto spot = spotInside(shapes, r, layer->shape->anchors[r], camera, w, h, around, {}, 0, &cost);
      if (!spot || cost > 30) continue;
      around.boxes.push_back({spot->x - w / 2, spot->y - h / 2, w, h});
      float y = spot->y - h / 2 + size * 0.9f;
      if (!name.empty()) {
        b_.text(spot->x, y, name, size, t_.text1, Align::centre, Face::sansBold, 0, 2.4f * u_);
        y += line;
      }
      b_.text(spot->x, y, value, size, t_.text1, Align::centre, Face::sans, 0, 2.4f * u_);
    }
  }

  // Classes of all maps together: the range is that of every year's figures in the class.
  std::vector<LegendClass> pooled() const {
    Choropleth c = s_.multiples.front().map;
    for (size_t k = 0; k < c.breaks.classes(); ++k)
      for (const Multiple& m : s_.multiples) {
        const double lo = m.map.breaks.lowest[k], hi = m.map.breaks.highest[k];
        if (std::isnan(lo)) continue;
        c.breaks.lowest[k] = std::isnan(c.breaks.lowest[k]) ? lo : std::min(c.breaks.lowest[k], lo);
        c.breaks.highest[k] = std::isnan(c.breaks.highest[k]) ? hi : std::max(c.breaks.highest[k], hi);
      }
    auto rows = legendClasses(s_, c, t_, classColours(c, t_.dark));
    if (c.categories.empty()) std::reverse(rows.begin(), rows.end() - 1);
    return rows;
  }

  void sharedLegend(Rect r) {
    const auto rows = pooled();
    const float swatch = l_.body * 1.9f, tall = l_.body * 0.95f, gap = l_.body * 0.5f,
                base = r.bottom() - l_.body * 0.5f, room = r.w * 0.78f;
    float needs = 0;
    for (const auto& row : rows) needs += swatch + gap * 3 + b_.width(row.range, l_.body);
    const float shrink = std::min(1.f, room / needs);
    float x = r.x;
    for (const auto& row : rows) {
      const Rect box{x, base - l_.body * 0.36f - tall / 2, swatch * shrink, tall};
      paint(row, box);
      x = box.right() + gap * shrink;
      x +=
          b_.textWithin(x, base, row.range, l_.body, t_.text1, b_.width(row.range, l_.body) * shrink + 0.1f) +
          2 * gap * shrink;
    }
  }

  void ownLegend(const Choropleth& c, Rect r) {
    auto rows = legendClasses(s_, c, t_, classColours(c, t_.dark));
    if (c.categories.empty()) std::reverse(rows.begin(), rows.end() - 1);
    if (rows.back().rows.empty() && rows.size() > 4)
      rows.pop_back();  // the missing row gives way where none is
    const float w = r.w / static_cast<float>(rows.size());
    // Where the ranges find no room, the upper end of each class says enough.
    if (std::any_of(rows.begin(), rows.end(),
                    [&](const LegendClass& row) { return b_.width(row.range, l_.small) > w - 3 * u_; }))
      for (LegendClass& row : rows)
        if (const size_t dash = row.range.rfind("– "); dash != row.range.npos)
          row.range = "≤ " + row.range.substr(dash + std::string_view("– ").size());
    for (size_t k = 0; k < rows.size(); ++k) {
      const float x = r.x + w * static_cast<float>(k);
      paint(rows[k], {x, r.y + l_.small * 0.35f, w - 2 * u_, l_.small * 0.7f});
      b_.textWithin(x, r.y + l_.small * 2.1f, rows[k].range, l_.small, t_.text2, w - 3 * u_);
    }
  }

  void paint(const LegendClass& row, Rect box) {
    if (row.missing) b_.drawing.add(HatchedRect{box, {t_.hatchLine, t_.hatchGround, 6 * u_, 1.2f * u_}});
    else b_.fill(box, row.colour);
    b_.frame(box, row.missing ? t_.hatchLine : t_.rule, u_);
  }
};

// The plan's ledger
// ----------------------------------------------------------------------------------------------------

class Ledger : public SheetPart {
 public:
  using SheetPart::SheetPart;

  void draw() {
    const std::vector<LedgerRow>& rows = s_.wholeLedger.empty() ? s_.ledger : s_.wholeLedger;
    Rect body = header(s_.words.ledger, s_.title);
    summary(rows, body);
    body.y += l_.body * 2.4f, body.h -= l_.body * 2.4f;
    if (!rows.empty()) {
      const CellGrid grid = cardGrid(rows.size(), body, 19 * l_.body, 9.2f * l_.body, l_.gap * 0.6f);
      // Where there is room the type grows with its card.
      k_ = std::clamp(std::min(grid.width / (19 * l_.body), grid.height / (9.6f * l_.body)), 1.f, 1.3f);
      const float pitch = std::min(grid.height, 10.6f * l_.body * k_) + l_.gap * 0.6f;
      for (size_t i = 0; i < rows.size(); ++i) {
        const auto column = static_cast<float>(i % static_cast<size_t>(grid.columns)),
                   line = static_cast<float>(i / static_cast<size_t>(grid.columns));
        const Rect card{body.x + column * (grid.width + l_.gap * 0.6f), body.y + line * pitch, grid.width,
                        pitch - l_.gap * 0.6f};
        one(rows[i], card, i);
      }
    }
    footer({});
  }

 private:
  struct Look {
    std::string word;
    Rgba colour;
  };
  Look lookOf(Verdict v) const {
    switch (v) {
      case Verdict::reached:
        return {s_.words.reached, t_.accent};
      case Verdict::onTrack:
        return {s_.words.onTrack, t_.accent};
      case Verdict::behind:
        return {s_.words.behind, t_.core};
      case Verdict::unknown:
        return {s_.words.notPublished, t_.text3};
      case Verdict::illustrative:
        return {s_.words.noVerdict, t_.warning};
    }
    return {};
  }

  // A sign of its own for every verdict: it reads without colour.
  void sign(Verdict v, Vec c, float r, Rgba colour) const {
    const Pen pen{colour, r * 0.34f, {}, true};
    switch (v) {
      case Verdict::reached:
        d_.add(Fill{Path::circle(c, r), colour});
        d_.add(Stroke{Path::polyline(std::vector<Vec>{{c.x - r * 0.45f, c.y},
                                                      {c.x - r * 0.1f, c.y + r * 0.38f},
                                                      {c.x + r * 0.5f, c.y - r * 0.36f}}),
                      Pen{t_.background, r * 0.3f, {}, true}, -1});
        break;
      case Verdict::onTrack:
        d_.add(Fill{Path::polygon({{c.x, c.y - r}, {c.x + r, c.y + r * 0.8f}, {c.x - r, c.y + r * 0.8f}}),
                    colour});
        break;
      case Verdict::behind:
        d_.add(Stroke{Path::polygon({{c.x - r * 0.85f, c.y - r * 0.65f},
                                     {c.x + r * 0.85f, c.y - r * 0.65f},
                                     {c.x, c.y + r * 0.85f}}),
                      pen, -1});
        break;
      case Verdict::unknown: {
        const Rect box{c.x - r * 0.9f, c.y - r * 0.9f, r * 1.8f, r * 1.8f};
        d_.add(HatchedRect{box, {t_.hatchLine, t_.hatchGround, 4 * u_, 1.1f * u_}});
        b_.frame(box, t_.text3, u_);
        break;
      }
      case Verdict::illustrative:
        d_.add(Stroke{Path::circle(c, r * 0.8f), Pen{colour, r * 0.3f, {r * 0.6f, r * 0.45f}, false}, -1});
        break;
    }
  }

  void summary(const std::vector<LedgerRow>& rows, Rect body) const {
    std::array<size_t, 5> counts{};
    for (const LedgerRow& row : rows) ++counts[static_cast<size_t>(row.verdict)];
    const bool zh = s_.language == Language::zh;
    const float base = body.y + l_.body * 1.1f;
    float x = body.x + b_.text(body.x, base, fmt::format("{}{}", rows.size(), zh ? " 项目标" : " targets"),
                               l_.body, t_.text1, Align::left, Face::sansBold);
    for (const Verdict v :
         {Verdict::reached, Verdict::onTrack, Verdict::behind, Verdict::unknown, Verdict::illustrative}) {
      const Look look = lookOf(v);
      const std::string words = fmt::format("{} {}", look.word, counts[static_cast<size_t>(v)]);
      const float needs = l_.body * 2.6f + b_.width(words, l_.body);
      if (x + needs > body.right()) break;
      sign(v, {x + l_.body * 1.7f, base - l_.body * 0.36f}, l_.body * 0.42f, look.colour);
      x += l_.body * 2.5f;
      x += b_.text(x, base, words, l_.body, t_.text2);
    }
    b_.line({body.x, base + l_.body * 0.7f}, {body.right(), base + l_.body * 0.7f}, t_.rule, u_);
  }

  std::string number(double v) const {
    return std::abs(v) >= 10000 ? withMinus(formatNumber(v, 0)) : withMinus(formatShort(v));
  }

  void one(const LedgerRow& row, Rect card, size_t index) {
    const float pad = l_.body * 0.6f, body = l_.body * k_, small = l_.small * k_;
    d_.add(Fill{Path::roundedRect(card, 4 * u_), t_.dark ? t_.panel : mix(t_.background, t_.bar, 0.35)});
    const bool selected = s_.selected == ObjectRef{"targets", static_cast<long>(index)};
    d_.add(Stroke{Path::roundedRect(card, 4 * u_),
                  Pen{selected ? t_.accent : t_.rule, (selected ? 2 : 1) * u_, {}, false}, -1});
    Rect in = card.grown(-pad);
    const bool mapped =
        std::any_of(row.gapShare.begin(), row.gapShare.end(), [](double v) { return !std::isnan(v); });
    if (mapped && in.w > 15 * body) {
      const float side = std::min(in.h * 0.95f, in.w * 0.3f);
      gapMap(row, {in.right() - side, in.y, side, in.h});
      in.w -= side + pad;
    }
    // Name and unit; section and verdict.
    const Look look = lookOf(row.verdict);
    const bool zh = s_.language == Language::zh;
    float y = in.y + body * 0.85f;
    const float unit =
        row.unit.empty() ? 0 : b_.text(in.right(), y, row.unit, small, t_.text3, Align::right) + small * 0.6f;
    b_.textWithin(in.x, y, row.name, body, t_.text1, in.w - unit, Align::left, Face::sansBold);
    y += small * 1.5f;
    const float signAt = body * 0.38f, word = std::min(b_.width(look.word, small), in.w * 0.6f);
    b_.textWithin(in.right(), y, look.word, small, look.colour == t_.text3 ? t_.text2 : look.colour,
                  word + 0.1f, Align::right);
    sign(row.verdict, {in.right() - word - signAt - small * 0.35f, y - small * 0.36f}, signAt, look.colour);
    b_.textWithin(in.x, y, row.section, small, t_.text3, in.w - word - body * 1.5f);
    // What stands at the foot: basis, then pace above it.
    const bool noActual = std::isnan(row.actual);
    std::string basis;
    if (noActual) {
      // That there is no baseline stands in its own place.
      basis = row.note.empty() || row.note == s_.words.baselineUnknown ? s_.words.noLaterFigures : row.note;
    } else {
      basis = row.actualText;
      if (!row.note.empty()) basis += (basis.empty() ? "" : zh ? "；" : "; ") + row.note;
    }
    if (row.shownIllustrative) basis += (basis.empty() ? "" : zh ? "；" : "; ") + s_.words.onMapIllustrative;
    const bool roomy = in.h > body + small * 6.7f + body * 1.9f;
    float foot = in.bottom() - small * 0.12f;
    const bool said =
        basis == s_.words.noLaterFigures && b_.width(basis, small) * 0.8f > in.w;  // by its verdict
    const bool showBasis = (roomy || pace(row).empty()) && !said;
    if (showBasis) {
      b_.textWithin(in.x, foot, basis, small,
                    row.actualStatus == Status::illustrative || row.shownIllustrative ? t_.warning : t_.text3,
                    in.w);
      foot -= small * 1.4f;
    }
    if (const std::string words = pace(row); !words.empty()) {
      b_.textWithin(in.x, foot, words, small, t_.text2, in.w);
      foot -= small * 1.4f;
    }
    // Between them figures over their track.
    const float trackTall = std::max(5 * u_, body * 0.5f), trackY = foot + small * 0.2f - trackTall;
    const float figures = trackY - body * 0.55f;
    track(row, index, {in.x, trackY, in.w, trackTall});
    figuresOf(row, in, figures, std::clamp(figures - y - small * 0.25f, small, body * 1.6f), small);
    d_.hits.push_back({card, {"targets", static_cast<long>(index)}});
  }

  // Baseline → latest … target. Where there is no room for all, the years go first, then the baseline; latest
  // and target never.
  void figuresOf(const LedgerRow& row, Rect in, float base, float big, float small) const {
    const bool zh = s_.language == Language::zh, noActual = std::isnan(row.actual);
    const std::string from = std::isnan(row.baseline) ? "" : number(row.baseline),
                      now = noActual ? "" : number(row.actual), to = number(row.target);
    std::string then = from.empty() ? "" : fmt::format("{}", row.baselineYear);
    if (row.baselineEstimated) then += zh ? " 估" : " est.";
    std::string when = noActual ? "" : row.actualYear ? fmt::format("{}", row.actualYear) : s_.words.latest;
    std::string until = fmt::format("{} {}", row.targetYear, s_.words.target);
    bool first = !from.empty(), arrow = first && !noActual;
    const auto needs = [&](float size) {
      float w =
          b_.width(to, size, Face::sansBold) + (until.empty() ? 0 : b_.width(until, small) + small * 0.35f);
      if (first)
        w += b_.width(from, size * 0.86f) + (then.empty() ? 0 : b_.width(then, small) + small * 0.3f);
      if (arrow) w += small * 2.2f;
      if (!noActual)
        w += b_.width(now, size * 0.92f, Face::sansBold) +
             (when.empty() ? 0 : b_.width(when, small) + small * 0.3f);
      if (!first && noActual) w += b_.width(s_.words.baselineUnknown, small);
      return w + small;
    };
    const float least = small * 1.1f;
    const auto fits = [&] { return needs(least) <= in.w; };
    if (!fits()) until = fmt::format("{}", row.targetYear);
    if (!fits()) then.clear();
    if (!fits()) when.clear();
    if (!fits()) until.clear();
    if (!fits() && !noActual) first = arrow = false;
    while (big > least && needs(big) > in.w) big = std::max(least, big * 0.94f);
    const float w = b_.text(in.right(), base, to, big, t_.text1, Align::right, Face::sansBold);
    if (!until.empty()) b_.text(in.right() - w - small * 0.35f, base, until, small, t_.text3, Align::right);
    float x = in.x;
    if (first) {
      x += b_.text(x, base, from, big * 0.86f, t_.text2);
      if (!then.empty()) x += small * 0.3f + b_.text(x + small * 0.3f, base, then, small, t_.text3);
    } else if (noActual) {
      b_.textWithin(x, base, s_.words.baselineUnknown, small, t_.text3, in.w * 0.5f);
    }
    if (arrow) b_.text(x + small * 1.1f, base, "→", small, t_.text3, Align::centre), x += small * 2.2f;
    if (noActual) return;
    x += b_.text(x, base, now, big * 0.92f, row.actualStatus == Status::illustrative ? t_.warning : t_.text1,
                 Align::left, Face::sansBold);
    if (!when.empty()) b_.text(x + small * 0.3f, base, when, small, t_.text3);
  }

  std::string pace(const LedgerRow& row) const {
    std::string words;
    const auto add = [&](const std::string& name, double v) {
      if (std::isnan(v)) return;
      const int decimals = std::abs(v) >= 100 ? 0 : std::abs(v) >= 10 ? 1 : 2;
      std::string figure = formatSigned(v, decimals);
      if (figure.find('.') != std::string::npos) {
        while (figure.ends_with('0')) figure.pop_back();
        if (figure.ends_with('.')) figure.pop_back();
      }
      words += (words.empty() ? "" : " · ") + name + " " + figure;
    };
    add(s_.words.paceSoFar, row.paceSoFar);
    add(s_.words.paceNeeded, row.paceNeeded);
    return words;
  }

  // From nought to whatever is farthest; hatched where nothing is published.
  void track(const LedgerRow& row, size_t index, Rect r) const {
    double low = 0, high = row.target;
    for (const double v : {row.baseline, row.actual})
      if (!std::isnan(v)) low = std::min(low, v), high = std::max(high, v);
    low = std::min(low, row.target);
    const auto at = [&](double v) {
      return r.x + (high > low ? static_cast<float>((v - low) / (high - low)) : 0.f) * r.w;
    };
    d_.add(HatchedRect{r, {t_.hatchLine, t_.hatchGround, 6 * u_, 1.2f * u_}});
    const double known = std::isnan(row.actual) ? row.baseline : row.actual;
    if (!std::isnan(known)) {
      const float w = at(known) - at(std::min(0.0, low) < 0 ? 0 : low), from = at(low < 0 ? 0 : low);
      const Rect bar{std::min(from, from + w), r.y, std::abs(w), r.h};
      if (row.actualStatus == Status::illustrative && !std::isnan(row.actual)) {
        b_.fill(bar, t_.background);
        b_.frame(bar, t_.warning, 1.2f * u_);
      } else {
        if (!std::isnan(row.actual))
          b_.fill({at(low), r.y, at(high) - at(low), r.h}, mix(t_.background, t_.rule, 0.6));
        d_.part("track", index);  // fills up when it comes; see show.cpp
        b_.fill(bar, t_.measured);
        d_.part({});
      }
    }
    const auto tick = [&](double v, Rgba colour, float reach) {
      if (std::isnan(v)) return;
      const float x = std::clamp(at(v) - u_, r.x, r.right() - 2 * u_);
      b_.fill({x, r.y - reach, 2 * u_, r.h + 2 * reach}, colour);
    };
    tick(row.baseline, t_.text2, 2 * u_);
    tick(row.actual, t_.text1, 3 * u_);
    tick(row.target, t_.text1, 4 * u_);
  }

  // Who has most of the gap still to close.
  void gapMap(const LedgerRow& row, Rect r) {
    const float small = l_.small * k_;
    Choropleth c;
    c.layer = s_.cityLayer;
    size_t largest = 0;
    std::vector<double> values;
    for (size_t i = 0; i < row.gapShare.size(); ++i) {
      const double v = row.gapShare[i];
      c.figures.push_back({v, std::isnan(v) ? Status::missing : Status::estimated, ""});
      if (!std::isnan(v)) values.push_back(v);
      if (!std::isnan(v) && (std::isnan(row.gapShare[largest]) || v > row.gapShare[largest])) largest = i;
    }
    if (const auto breaks = geo::classify(values, geo::BreakMethod::natural, 4)) c.breaks = *breaks;
    smallMap(c, {r.x, r.y, r.w, r.h - small * 2.7f}, {});
    const std::string name = largest < s_.areaNames.size() ? shortName(largest) : "";
    b_.textWithin(r.centre().x, r.bottom() - small * 1.4f, s_.words.gapByCounty, small, t_.text3, r.w,
                  Align::centre);
    b_.textWithin(r.centre().x, r.bottom() - small * 0.12f,
                  name + " " + formatNumber(row.gapShare[largest], 0) + "%", small, t_.text1, r.w,
                  Align::centre);
  }

  float k_ = 1;
};

// The card of one area
// -------------------------------------------------------------------------------------------------

class Card : public SheetPart {
 public:
  using SheetPart::SheetPart;

  void draw() {
    if (!s_.card) return;
    const CountyCard& card = *s_.card;
    Rect body = header(card.name, card.nameOther);
    const bool portrait = body.w < body.h * 1.1f;
    // The type grows with a sheet that has room for it: by its rows and by the width of its table.
    const float rows = static_cast<float>(card.rows.size()),
                gapRows = std::min<float>(static_cast<float>(card.gaps.size()), 4);
    const float tall = (portrait ? body.h * 0.62f : body.h) /
                       (l_.body * (6 + rows * 2 + (gapRows > 0 ? 4 + gapRows * 1.75f : 0))),
                wide = (portrait ? body.w : body.w * 0.67f) / (l_.body * 50);
    const float k = std::clamp(std::min(tall, wide), 1.f, 1.4f);
    const SheetLook plain = l_;
    l_.head *= k, l_.body *= k, l_.small *= k, l_.gap *= k;
    if (portrait) {
      const float top = std::min(body.h * 0.34f, body.w * 0.62f);
      locator(card, {body.x, body.y, body.w * 0.48f, top});
      places(card, {body.x + body.w * 0.52f, body.y, body.w * 0.48f, top});
      const float y = body.y + top + l_.gap;
      gaps(card,
           {body.x, figures(card, {body.x, y, body.w, body.bottom() - y}) + l_.gap, body.w, body.bottom()});
    } else {
      const float side = std::clamp(body.w * 0.3f, 12 * l_.body, 30 * l_.body), gap = l_.gap * 1.6f;
      const float map = std::min(side * 0.95f, body.h * 0.45f);
      locator(card, {body.x, body.y, side, map});
      places(card, {body.x, body.y + map + l_.gap * 0.6f, side, body.h - map - l_.gap * 0.6f});
      const Rect right{body.x + side + gap, body.y, body.w - side - gap, body.h};
      gaps(card, {right.x, figures(card, right) + l_.gap, right.w, right.bottom()});
    }
    l_ = plain;
    footer({});
  }

 private:
  float head(Rect c, float y, const std::string& title) const {
    b_.textWithin(c.x, y + l_.head, title, l_.head, t_.text1, c.w, Align::left, Face::sansBold);
    b_.line({c.x, y + l_.head * 1.45f}, {c.right(), y + l_.head * 1.45f}, t_.rule, u_);
    return y + l_.head * 1.45f;
  }

  void locator(const CountyCard& card, Rect r) {
    Choropleth c;
    c.layer = card.object.layer;
    const SceneLayer* layer = findLayer(s_, c.layer);
    if (!layer || !layer->shape) return;
    const Camera camera = smallMap(c, r, card.object, true);
    // Its neighbours by name, where the map has room for them.
    Surroundings around;
    const geo::Shapes& shapes = layer->shape->layer->shapes;
    for (const bool own : {true, false})
      for (size_t row = 0; row < shapes.rows() && row < layer->shape->anchors.size(); ++row) {
        if (!shapes.has(row) || (static_cast<long>(row) == card.object.row) != own) continue;
        const std::string name = row < layer->labels.size() ? layer->labels[row] : "";
        const float size = own ? l_.body : l_.small,
                    w = b_.width(name, size, own ? Face::sansBold : Face::sans);
        double cost = 0;
        const auto spot = name.empty() ? std::nullopt
                                       : spotInside(shapes, row, layer->shape->anchors[row], camera, w,
                                                    size * 1.1f, around, {}, 0, &cost);
        if (!spot || (!own && cost > 40)) continue;
        around.boxes.push_back({spot->x - w / 2, spot->y - size * 0.6f, w, size * 1.2f});
        b_.text(spot->x, spot->y + size * 0.36f, name, size, own ? t_.text1 : t_.text2, Align::centre,
                own ? Face::sansBold : Face::sans, 0, 2.4f * u_);
      }
  }

  // What stands in it, and next to it.
  void places(const CountyCard& card, Rect c) const {
    float y = c.y;
    if (!card.groups.empty()) y = head(c, y, s_.words.onTheMap) + l_.small * 0.4f;
    const bool zh = s_.language == Language::zh;
    const std::string comma = zh ? "、" : ", ";
    const float neighbours = card.neighbours.empty() ? 0 : l_.head * 1.45f + l_.small * 3.6f;
    for (const CountyCard::Group& g : card.groups) {
      const float floor = c.bottom() - neighbours;
      if (y + l_.body * 1.7f > floor) break;
      y += l_.body * 1.45f;
      float x = c.x;
      if (const auto symbol = symbolOf(g.name)) {
        addSymbol(d_, *symbol, g.illustrative ? Certainty::hollow : Certainty::known,
                  {x + l_.body * 0.55f, y - l_.body * 0.36f}, l_.body * 1.15f, t_, 1.2f * u_);
        x += l_.body * 1.55f;
      }
      const float w = b_.text(c.right(), y, fmt::format("{}", g.count), l_.body, t_.text2, Align::right);
      const std::string tag = g.illustrative ? (zh ? "（示例）" : " (illustr.)") : "";
      b_.textWithin(x, y, g.name + tag, l_.body, g.illustrative ? t_.warning : t_.text1,
                    c.right() - x - w - l_.body * 0.5f);
      std::string members;
      for (const std::string& m : g.members) members += (members.empty() ? "" : comma) + m;
      auto lines = d_.fonts->wrap(members, {Face::sans, l_.small, 0, true}, c.right() - x);
      if (members.empty()) lines.clear();
      size_t most = lines.size() > 3 ? 3 : lines.size();
      while (most > 0 && y + static_cast<float>(most) * l_.small * 1.35f > floor) --most;
      for (size_t i = 0; i < most; ++i) {
        y += l_.small * 1.35f;
        const bool cut = i + 1 == most && most < lines.size();
        b_.textWithin(x, y, cut ? lines[i] + lines[i + 1] : lines[i], l_.small, t_.text3, c.right() - x);
      }
    }
    if (card.neighbours.empty()) return;
    y = std::max(y + l_.gap, c.y);
    if (y + neighbours > c.bottom() + l_.small) return;
    y = head(c, y, s_.words.neighbours) + l_.small * 0.2f;
    std::string names;
    for (const std::string& n : card.neighbours) names += (names.empty() ? "" : comma) + n;
    for (const std::string& line : d_.fonts->wrap(names, {Face::sans, l_.small, 0, true}, c.w)) {
      if (y + l_.small * 1.4f > c.bottom() + l_.small * 0.5f) break;
      b_.text(c.x, y += l_.small * 1.4f, line, l_.small, t_.text2);
    }
  }

  std::optional<Symbol> symbolOf(const std::string& name) const {
    for (const SceneLayer& layer : s_.layers)
      if (layer.name == name && !layer.symbols.empty()) return layer.symbols[0];
    return {};
  }

  // The table; returns where it ended.
  float figures(const CountyCard& card, Rect c) {
    if (card.rows.empty()) return c.y;
    float y = head(c, c.y, s_.words.indicators);
    const float small = l_.small;
    // The gaps' part of the height is kept free.
    const float kept = card.gaps.empty()
                           ? 0
                           : l_.gap + l_.head * 1.6f +
                                 std::min<float>(static_cast<float>(card.gaps.size()), 4) * l_.body * 1.75f;
    const float room = c.bottom() - y - small * 1.6f - kept;
    const float pitch =
        std::clamp(room / static_cast<float>(card.rows.size()), l_.body * 1.5f, l_.body * 2.3f);
    auto rows = static_cast<size_t>(std::max(1.f, std::floor(room / pitch + 0.01f)));
    rows = std::min(rows, card.rows.size());
    const bool wide = c.w > 58 * l_.body;
    // Columns, from the right: source (wide sheets), course, rank, chip, year, unit, value.
    const float sourceW = wide ? c.w * 0.24f : 0, courseW = c.w * (wide ? 0.14f : 0.17f),
                rankW = l_.body * 5.2f, chipW = l_.body * 1.7f, yearW = l_.body * 3;
    float unitW = 0, valueW = 0;
    for (const auto& row : card.rows) {
      unitW = std::max(unitW, b_.width(row.unit, small));
      valueW = std::max(valueW, b_.width(valueOf(row), l_.body * 1.1f, Face::sansBold));
    }
    unitW = std::min(unitW, l_.body * 6) + small;
    const float source = c.right() - sourceW, course = source - courseW - (wide ? small * 1.5f : 0),
                rank = course - rankW - small, chip = rank - chipW, year = chip - yearW, unit = year - unitW,
                value = unit - small * 0.5f;
    const float name = value - valueW - small;
    y += small * 1.5f;
    b_.textWithin(value, y, s_.words.value, small, t_.text3, valueW + small, Align::right);
    b_.textWithin(year, y, s_.words.year, small, t_.text3, yearW);
    b_.textWithin(rank, y, s_.words.rank, small, t_.text3, rankW);
    b_.textWithin(course, y, s_.words.course, small, t_.text3, courseW);
    if (wide) b_.textWithin(source, y, s_.words.sources, small, t_.text3, sourceW);
    y += small * 0.3f;
    for (size_t i = 0; i < rows; ++i) {
      const CountyCard::Row& row = card.rows[i];
      const float mid = y + pitch / 2, base = mid + l_.body * 0.36f;
      b_.line({c.x, y}, {c.right(), y}, t_.rule, u_);
      b_.textWithin(c.x, base, row.name, l_.body, t_.text1, name - c.x - small * 0.5f);
      if (std::isnan(row.value)) {
        const float w = std::max(valueW, l_.body * 3);
        d_.add(HatchedRect{{value - w, mid - l_.body * 0.35f, w, l_.body * 0.7f},
                           {t_.hatchLine, t_.hatchGround, 7 * u_, 1.3f * u_}});
      } else {
        b_.text(value, base + l_.body * 0.03f, valueOf(row), l_.body * 1.1f, t_.text1, Align::right,
                Face::sansBold);
      }
      b_.textWithin(unit, base, row.unit, small, t_.text3, unitW - small * 0.5f);
      if (row.year) b_.text(year, base, fmt::format("{}", row.year), small, t_.text2);
      statusChip(row.status, {chip + l_.body * 0.5f, mid});
      if (row.rank > 0 && row.of > 0) {
        const float w = b_.text(rank, base, fmt::format("{}/{}", row.rank, row.of), l_.body, t_.text1);
        rankDots(row, {rank + w + small * 0.6f, mid}, rankW - w - small * 1.2f);
      }
      sparkline(row, {course, mid - pitch * 0.3f, courseW, pitch * 0.6f});
      if (wide) b_.textWithin(source, base, row.source, small, t_.text3, sourceW);
      y += pitch;
    }
    if (rows < card.rows.size()) {
      const bool zh = s_.language == Language::zh;
      y += small * 1.3f;
      b_.text(c.x, y,
              fmt::format(fmt::runtime(zh ? "另有 {} 项，见表" : "{} more in the table"),
                          card.rows.size() - rows),
              small, t_.text3);
    }
    return y;
  }

  std::string valueOf(const CountyCard::Row& row) const {
    return std::isnan(row.value) ? "" : withMinus(formatNumber(row.value, row.decimals));
  }

  // Where it stands among all: the first at the left.
  void rankDots(const CountyCard::Row& row, Vec from, float width) const {
    if (row.of < 2 || row.of > 40 || width < 2.4f * static_cast<float>(row.of) * u_) return;
    const float step = std::min(width / static_cast<float>(row.of), l_.body * 0.5f);
    for (int i = 1; i <= row.of; ++i) {
      const Vec at{from.x + step * (static_cast<float>(i) - 0.5f), from.y};
      d_.add(Fill{Path::circle(at, i == row.rank ? step * 0.46f : step * 0.22f),
                  i == row.rank ? t_.accent : t_.text3});
    }
  }

  void statusChip(Status status, Vec c) const {
    const bool zh = s_.language == Language::zh;
    const float h = l_.body * 1.15f;
    const Rect box{c.x - h * 0.5f, c.y - h / 2, h, h};
    const Path path = Path::roundedRect(box, h * 0.25f);
    const auto letter = [&](const char* a, const char* e, Rgba colour) {
      b_.text(c.x, c.y + l_.small * 0.35f, zh ? a : e, l_.small * 0.92f, colour, Align::centre);
    };
    switch (status) {
      case Status::official:
        d_.add(Fill{path, t_.accent});
        letter("官", "O", t_.background);
        break;
      case Status::estimated:
        d_.add(Stroke{path, Pen{t_.accent, 1.2f * u_, {}, false}, -1});
        letter("估", "E", t_.accent);
        break;
      case Status::illustrative:
        d_.add(Stroke{path, Pen{t_.warning, 1.2f * u_, {3 * u_, 2 * u_}, false}, -1});
        letter("示", "I", t_.warning);
        break;
      case Status::missing:
        d_.add(HatchedRect{box, {t_.hatchLine, t_.hatchGround, 5 * u_, 1.1f * u_}});
        break;
    }
  }

  // Straight from one published year to the next; years without a figure have no point.
  void sparkline(const CountyCard::Row& row, Rect r) const {
    std::vector<std::pair<int, double>> known;
    for (size_t i = 0; i < row.years.size() && i < row.course.size(); ++i)
      if (!std::isnan(row.course[i])) known.push_back({row.years[i], row.course[i]});
    if (known.size() < 2) return;
    double lo = known[0].second, hi = lo;
    for (const auto& [year, v] : known) lo = std::min(lo, v), hi = std::max(hi, v);
    const float label = b_.width("0000", l_.small) + l_.small * 0.4f;
    const bool labelled = r.w > 2 * label + l_.body * 2;
    const Rect plot{r.x + (labelled ? label : 2 * u_), r.y, r.w - (labelled ? 2 * label : 6 * u_), r.h};
    const float first = static_cast<float>(known.front().first),
                span = std::max(1.f, static_cast<float>(known.back().first) - first);
    std::vector<Vec> points;
    for (const auto& [year, v] : known)
      points.push_back(
          {plot.x + plot.w * (static_cast<float>(year) - first) / span,
           hi > lo ? plot.bottom() - plot.h * static_cast<float>((v - lo) / (hi - lo)) : plot.centre().y});
    d_.add(Stroke{Path::polyline(points), Pen{t_.text3, 1.4f * u_, {}, true}, -1});
    for (size_t i = 0; i < points.size(); ++i)
      d_.add(Fill{Path::circle(points[i], 2.4f * u_), i + 1 == points.size() ? t_.accent : t_.text2});
    if (!labelled) return;
    const float base = r.centre().y + l_.small * 0.36f;
    b_.text(plot.x - l_.small * 0.4f, base, fmt::format("{}", known.front().first), l_.small, t_.text3,
            Align::right);
    b_.text(plot.right() + l_.small * 0.4f, base, fmt::format("{}", known.back().first), l_.small, t_.text3);
  }

  // c.h holds the lower edge here.
  void gaps(const CountyCard& card, Rect c) const {
    if (card.gaps.empty() || c.y + l_.head * 1.6f + l_.body * 1.7f > c.h + l_.body * 0.3f) return;
    float y = head(c, c.y, s_.words.targetGaps);
    double most = 0;
    for (const auto& g : card.gaps) most = std::isnan(g.share) ? most : std::max(most, std::abs(g.share));
    for (const auto& g : card.gaps) {
      const float pitch = l_.body * 1.75f;
      if (y + pitch > c.h + l_.body * 0.3f) break;
      const float mid = y + pitch / 2, base = mid + l_.body * 0.36f, third = c.w * 0.34f;
      b_.textWithin(c.x, base, g.name, l_.body, t_.text1, third - l_.body * 0.5f);
      const std::string value =
          std::isnan(g.value) ? s_.words.missing : withMinus(formatShort(g.value)) + " " + g.unit;
      const float w = b_.text(c.x + third, base, value, l_.body, std::isnan(g.value) ? t_.text3 : t_.text1,
                              Align::left, Face::sansBold);
      float x = c.x + third + std::max(w, l_.body * 5) + l_.body;
      if (!std::isnan(g.share)) {
        const float bar = c.w * 0.16f;
        b_.fill({x, mid - l_.body * 0.3f, bar, l_.body * 0.6f}, mix(t_.background, t_.rule, 0.45));
        b_.fill({x, mid - l_.body * 0.3f,
                 std::max(1.5f * u_, bar * static_cast<float>(std::clamp(g.share / 100, 0.0, 1.0))),
                 l_.body * 0.6f},
                t_.measured);
        x += bar + l_.body * 0.5f;
        x += b_.text(x, base, withMinus(formatNumber(g.share, 0)) + "%", l_.body, t_.text2) + l_.body;
      }
      if (c.right() - x > l_.small * 6) b_.textWithin(x, base, g.how, l_.small, t_.text3, c.right() - x);
      y += pitch;
    }
  }
};

}  // namespace

// What every sheet has
// -------------------------------------------------------------------------------------------------

SheetLook sheetLook(Medium medium, float u, bool low) {
  switch (medium) {
    case Medium::wall:
      return {32 * u, (low ? 34 : 40) * u, 17 * u, 22 * u, 17 * u, 14 * u, 28 * u, true};
    case Medium::window:
      return {20 * u, 22 * u, 13 * u, 15 * u, 13.5f * u, 12 * u, 18 * u, false};
    case Medium::page:
      return {70 * u, 60 * u, 24 * u, 27 * u, 20 * u, 17 * u, 34 * u, true};
  }
  return {};
}

Rect SheetPart::header(const std::string& title, const std::string& subtitle) const {
  const float x = area_.x + l_.margin, right = area_.right() - l_.margin;
  const float base = area_.y + l_.margin * (medium_ == Medium::window ? 0.55f : 0.5f) + l_.title;
  float taken = 0;
  const float badgeType = medium_ == Medium::page ? 26 * u_ : medium_ == Medium::window ? 14 * u_ : 18 * u_;
  if (s_.illustrative)
    taken = drawBadge(b_, right, base - l_.title * 0.36f - badgeType * 0.95f, badgeType,
                      s_.words.illustrativeBadge, Align::right)
                .w +
            l_.gap;
  b_.textWithin(x, base, title, l_.title, t_.text1, right - x - taken, Align::left,
                medium_ == Medium::page ? Face::serifBold : Face::sansBold);
  float y = base;
  if (!subtitle.empty()) {
    y += l_.sub * 1.55f;
    b_.textWithin(x, y, subtitle, l_.sub, t_.text3,
                  right - x - (s_.period.empty() ? 0 : b_.width(s_.period, l_.sub) + l_.gap));
  }
  if (medium_ != Medium::window) b_.text(right, y, s_.period, l_.sub, t_.text2, Align::right);
  y += l_.gap * 0.7f;
  const float foot =
      l_.footer ? l_.small * (twoLines() ? 4.4f : 2.9f) + l_.margin * (medium_ == Medium::page ? 0.45f : 0)
                : l_.margin * 0.6f;
  return {x, y, right - x, area_.bottom() - foot - y};
}

void SheetPart::footer(const std::string& source) const {
  if (!l_.footer) return;
  const float y = area_.bottom() - (medium_ == Medium::page ? l_.margin * 0.6f : l_.small),
              x = area_.x + l_.margin, right = area_.right() - l_.margin;
  std::string end = s_.reviewNumber.empty()
                        ? (s_.language == Language::zh ? "审图号：待送审" : "Map review no.: pending")
                        : s_.words.reviewNumber + s_.reviewNumber;
  if (s_.internal) end += " · " + s_.words.internalUse;
  if (medium_ == Medium::page && !s_.date.empty()) end += " · " + s_.words.madeOn + " " + s_.date;
  const float w = b_.text(right, y, end, l_.small, t_.text3, Align::right);
  std::string left = source;
  for (const std::string& credit : s_.credits) left += (left.empty() ? "" : "    ") + credit;
  if (twoLines()) b_.textWithin(x, y - l_.small * 1.5f, left, l_.small, t_.text3, right - x);
  else b_.textWithin(x, y, left, l_.small, t_.text3, right - x - w - l_.gap);
}

Camera SheetPart::smallMap(const Choropleth& c, Rect frame, const std::optional<ObjectRef>& lit,
                           bool locator) {
  const Camera camera = Camera::fit(frame, s_.home, 3 * u_);
  const int index = static_cast<int>(d_.cameras.size());
  d_.cameras.push_back(camera);
  const SceneLayer* layer = findLayer(s_, c.layer);
  const SceneLayer* city = findLayer(s_, s_.cityLayer);
  if (city && city != layer && city->shape) layer = layer ? layer : city;
  if (!layer || !layer->shape) return camera;
  const size_t rows = layer->shape->layer->rows();
  auto fills = std::make_shared<std::vector<Rgba>>(rows, locator ? mix(t_.land, t_.rule, 0.35) : t_.land);
  Areas areas{index, layer->shape, nullptr, {}, {t_.hatchLine, t_.hatchGround, 6 * u_, 1.2f * u_}};
  if (!c.figures.empty()) {
    const auto colours = classColours(c, t_.dark);
    for (size_t r = 0; r < rows; ++r) {
      if (!isShown(*layer, r)) continue;
      const int k = c.classOf(r);
      if (k >= 0 && static_cast<size_t>(k) < colours.size()) (*fills)[r] = colours[static_cast<size_t>(k)];
      else if (r < c.figures.size()) areas.hatched.push_back(static_cast<uint32_t>(r));
    }
  }
  const bool own = lit && lit->layer == layer->id && lit->row >= 0 && static_cast<size_t>(lit->row) < rows;
  if (locator && own) (*fills)[static_cast<size_t>(lit->row)] = t_.measured;
  areas.fills = fills;
  const bool polygons = layer->shape->layer->shapes.kind == geo::ShapeKind::polygon;
  if (!polygons) {
    if (city && city->shape)
      d_.add(Areas{index,
                   city->shape,
                   std::make_shared<const std::vector<Rgba>>(city->shape->layer->rows(), t_.land),
                   {},
                   {}});
    d_.add(Dots{index, layer->shape, fills, layer->radius * u_, Pen{t_.halo, 0.5f * u_, {}, false}});
    layer = city;
    if (!layer || !layer->shape) return camera;
  } else {
    d_.add(std::move(areas));
  }
  using W = Borders::Which;
  d_.add(Borders{index, layer->shape, W::inner, 0, Pen{t_.countyCasing, 2 * u_, {}, true}});
  d_.add(Borders{index, layer->shape, W::inner, 0, Pen{t_.countyBorder, 0.9f * u_, {}, true}});
  d_.add(Borders{index, layer->shape, W::outer, 0, Pen{t_.cityBorder, 1.5f * u_, {}, true}});
  if (own && polygons) {
    d_.add(Borders{index, layer->shape, W::row, static_cast<uint32_t>(lit->row),
                   Pen{t_.halo, 5 * u_, {}, true}});
    d_.add(Borders{index, layer->shape, W::row, static_cast<uint32_t>(lit->row),
                   Pen{t_.accent, 2.2f * u_, {}, true}});
  }
  return camera;
}

std::string SheetPart::shortName(size_t row) const {
  const SceneLayer* city = findLayer(s_, s_.cityLayer);
  if (city && row < city->labels.size() && !city->labels[row].empty()) return city->labels[row];
  return row < s_.areaNames.size() ? s_.areaNames[row] : "";
}

void drawSheetInto(Drawing& d, const Scene& s, const Theme& theme, Rect area, Medium medium, float unit) {
  if (d.cameras.empty()) d.cameras.push_back(Camera::fit(area, s.home));
  switch (s.composition) {
    case Composition::map:
      break;
    case Composition::multiples:
      Multiples(d, s, theme, area, medium, unit).draw();
      break;
    case Composition::ledger:
      Ledger(d, s, theme, area, medium, unit).draw();
      break;
    case Composition::card:
      Card(d, s, theme, area, medium, unit).draw();
      break;
  }
}

Drawing drawSheet(const Scene& s, const Theme& theme, TypesetterPtr fonts, float width, float height,
                  Medium medium, float unit) {
  Drawing d;
  d.width = width, d.height = height, d.background = theme.background, d.fonts = std::move(fonts);
  drawSheetInto(d, s, theme, {0, 0, width, height}, medium, unit);
  return d;
}

}  // namespace scene
