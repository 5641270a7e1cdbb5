#include "app/paper/vectors.h"

#include <cmath>
#include <unordered_map>

namespace paper {

using scene::Path;
using scene::Rgba;
using scene::Vec;

Path taperedOutline(const std::vector<std::vector<Vec>>& lines, float width, float endWidth) {
  Path out;
  for (const auto& given : lines) {
    std::vector<Vec> line;
    for (Vec p : given)
      if (line.empty() || !(line.back() == p)) line.push_back(p);
    if (line.size() < 2) continue;
    std::vector<float> done{0};
    for (size_t i = 1; i < line.size(); ++i)
      done.push_back(done.back() + std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y));
    std::vector<Vec> left, right;
    for (size_t i = 0; i < line.size(); ++i) {
      // Across the mean direction of the two pieces that meet here.
      const Vec before = i ? line[i] - line[i - 1] : line[1] - line[0];
      const Vec after = i + 1 < line.size() ? line[i + 1] - line[i] : before;
      const auto unit = [](Vec v) { return v * (1 / std::max(1e-12f, std::hypot(v.x, v.y))); };
      Vec along = unit(before) + unit(after);
      if (std::hypot(along.x, along.y) < 1e-3f) along = before;
      along = unit(along);
      const float half = (width + (endWidth - width) * done[i] / done.back()) / 2;
      const Vec across{-along.y * half, along.x * half};
      left.push_back(line[i] + across), right.push_back(line[i] - across);
    }
    out.move(left[0]);
    for (size_t i = 1; i < left.size(); ++i) out.line(left[i]);
    for (size_t i = right.size(); i-- > 0;) out.line(right[i]);
    out.close();
  }
  return out;
}

std::vector<std::pair<Vec, Vec>> stripes(const scene::Hatch& hatch, const Bounds& box, double phase) {
  std::vector<std::pair<Vec, Vec>> out;
  const double step = std::max(hatch.pitch, 1e-3f) * M_SQRT2;  // along x
  const double first = std::ceil((box.x0 + box.y0 - phase) / step - 1),
               last = std::floor((box.x1 + box.y1 - phase) / step + 1);
  if (!(last - first < 1e5)) return out;
  for (double i = first; i <= last; ++i) {
    const double sum = i * step + phase;  // x + y along this line
    out.push_back({{static_cast<float>(sum - box.y1), box.y1}, {static_cast<float>(sum - box.y0), box.y0}});
  }
  return out;
}

std::vector<ColourBatch> batches(const std::vector<Rgba>& colours, const std::vector<uint32_t>& rows,
                                 size_t most) {
  std::vector<ColourBatch> out;
  std::unordered_map<uint32_t, size_t> open;
  for (uint32_t row : rows) {
    if (row >= colours.size()) continue;
    const Rgba c = colours[row];
    if (c.a == 0) continue;
    const uint32_t key = static_cast<uint32_t>(c.r) << 24 | c.g << 16 | c.b << 8 | c.a;
    auto [entry, isNew] = open.try_emplace(key, out.size());
    if (isNew || out[entry->second].rows.size() >= most) {
      entry->second = out.size();
      out.push_back({c, {}});
    }
    out[entry->second].rows.push_back(row);
  }
  return out;
}

AreaRows areaRows(const scene::Areas& areas, const Polygons& polygons) {
  AreaRows out;
  std::vector<uint8_t> isHatched(polygons.rows());
  for (uint32_t row : areas.hatched)
    if (row < isHatched.size()) isHatched[row] = 1;
  bool alike = true;
  for (uint32_t row = 0; row < polygons.rows(); ++row) {
    if (polygons.rowStart[row] == polygons.rowStart[row + 1]) continue;
    if (isHatched[row]) {
      out.hatched.push_back(row);
    } else if (areas.fills && row < areas.fills->size() && (*areas.fills)[row].a) {
      const int alpha = (*areas.fills)[row].a;
      alike = alike && (out.filled.empty() || alpha == out.alpha);
      out.alpha = alpha;
      out.filled.push_back(row);
    }
  }
  if (!alike) out.alpha = -1;
  return out;
}

Bounds boundsOfRows(const Polygons& polygons, std::span<const uint32_t> rows, const scene::Rect& within) {
  Bounds box;
  for (uint32_t row : rows) {
    const Bounds& b = polygons.box[row];
    box.add({std::max(b.x0, within.x), std::max(b.y0, within.y)});
    box.add({std::min(b.x1, within.right()), std::min(b.y1, within.bottom())});
  }
  return box;
}

std::vector<Stop> stops(const scene::Glow& glow) {
  std::vector<Stop> out;
  constexpr int count = 24;
  for (int i = 0; i <= count; ++i) {
    const double t = static_cast<double>(i) / count, rest = 1 - t * t;
    out.push_back({t, glow.colour.withAlpha(rest * rest)});
  }
  return out;
}

std::vector<Stop> stops(const scene::Fade& fade) {
  std::vector<Stop> out;
  constexpr int count = 12;
  const auto byte = [](double v) { return static_cast<uint8_t>(std::clamp(v, 0.0, 255.0) + 0.5); };
  for (int i = 0; i <= count; ++i) {
    // Mixed with alpha multiplied in, so that a transparent end lends no colour.
    const double t = static_cast<double>(i) / count, from = fade.from.a * (1 - t), to = fade.to.a * t,
                 a = from + to;
    const Rgba end = fade.from.a ? fade.from : fade.to;
    const auto mix = [&](uint8_t p, uint8_t q, uint8_t e) {
      return a > 0 ? byte((p * from + q * to) / a) : e;
    };
    out.push_back({t,
                   {mix(fade.from.r, fade.to.r, i ? fade.from.r : end.r),
                    mix(fade.from.g, fade.to.g, i ? fade.from.g : end.g),
                    mix(fade.from.b, fade.to.b, i ? fade.from.b : end.b), byte(a)}});
  }
  return out;
}

DotPlaces dotPlaces(const scene::Drawing& drawing, const scene::Dots& dots) {
  DotPlaces out;
  if (!dots.shape || !dots.shape->layer) return out;
  const auto& camera = drawing.cameras.at(dots.camera);
  const auto& shapes = dots.shape->layer->shapes;
  const geo::Box seen = camera.world().grown((dots.radius + dots.edge.width) * camera.metresPerUnit);
  for (size_t row = 0; row < shapes.rows(); ++row) {
    if (!dots.fills || row >= dots.fills->size() || (*dots.fills)[row].a == 0) continue;
    for (uint32_t v = shapes.partStart[shapes.rowStart[row]]; v < shapes.partStart[shapes.rowStart[row + 1]];
         ++v)
      if (seen.contains(shapes.vertices[v])) {
        out.at.push_back(camera.canvasFromWorld(shapes.vertices[v]));
        out.row.push_back(static_cast<uint32_t>(row));
      }
  }
  return out;
}

Sampling sampling(const std::vector<Rgba>& pixels, int columns, int rows, const scene::Rect& rect,
                  const scene::Rect& clip, bool smooth, double pixelsPerUnit) {
  Sampling s;
  s.pixels = &pixels, s.sourceColumns = columns, s.sourceRows = rows, s.smooth = smooth;
  if (columns <= 0 || rows <= 0 || pixels.size() < static_cast<size_t>(columns) * static_cast<size_t>(rows) ||
      !(rect.w > 0 && rect.h > 0))
    return s;
  const auto all = [&](float units, int cells) {
    return smooth ? std::max(cells, static_cast<int>(std::min(60000.0, std::round(units * pixelsPerUnit))))
                  : cells;
  };
  s.allColumns = all(rect.w, columns), s.allRows = all(rect.h, rows);
  const auto seen = [](double from, double to, double start, double length, int count) {
    const double perUnit = count / length;
    const int first = std::clamp(static_cast<int>(std::floor((from - start) * perUnit)) - 1, 0, count);
    return std::pair{first,
                     std::clamp(static_cast<int>(std::ceil((to - start) * perUnit)) + 1, first, count)};
  };
  const auto [x0, x1] = seen(clip.x, clip.right(), rect.x, rect.w, s.allColumns);
  const auto [y0, y1] = seen(clip.y, clip.bottom(), rect.y, rect.h, s.allRows);
  s.x0 = x0, s.y0 = y0, s.columns = x1 - x0, s.rows = y1 - y0;
  const float perColumn = rect.w / static_cast<float>(s.allColumns),
              perRow = rect.h / static_cast<float>(s.allRows);
  s.rect = {rect.x + static_cast<float>(x0) * perColumn, rect.y + static_cast<float>(y0) * perRow,
            static_cast<float>(s.columns) * perColumn, static_cast<float>(s.rows) * perRow};
  return s;
}

void Sampling::row(int y, Rgba* out) const {
  const auto line = [&](int row) {
    return pixels->data() +
           static_cast<size_t>(std::clamp(row, 0, sourceRows - 1)) * static_cast<size_t>(sourceColumns);
  };
  if (!smooth) {
    std::copy_n(line(y0 + y) + x0, columns, out);
    return;
  }
  // Colours are mixed with alpha multiplied in: first the two rows, then along the row.
  const double v = (y0 + y + 0.5) * sourceRows / allRows - 0.5, top = std::floor(v);
  const auto below = static_cast<float>(v - top);
  const Rgba *a = line(static_cast<int>(top)), *b = line(static_cast<int>(top) + 1);
  const double perColumn = static_cast<double>(sourceColumns) / allColumns;
  const int first = static_cast<int>(std::floor((x0 + 0.5) * perColumn - 0.5)),
            last = static_cast<int>(std::floor((x0 + columns - 0.5) * perColumn - 0.5)) + 1;
  std::vector<std::array<float, 4>> mixed;
  mixed.reserve(static_cast<size_t>(last - first + 1));
  for (int x = first; x <= last; ++x) {
    const int at = std::clamp(x, 0, sourceColumns - 1);
    const Rgba p = a[at], q = b[at];
    const float pa = p.a * (1 - below), qa = q.a * below;
    mixed.push_back({p.r * pa + q.r * qa, p.g * pa + q.g * qa, p.b * pa + q.b * qa, pa + qa});
  }
  for (int x = 0; x < columns; ++x) {
    const double u = (x0 + x + 0.5) * perColumn - 0.5, left = std::floor(u);
    const auto k = static_cast<float>(u - left);
    const auto &p = mixed[static_cast<size_t>(static_cast<int>(left) - first)],
               &q = mixed[static_cast<size_t>(static_cast<int>(left) - first + 1)];
    const float alpha = p[3] + (q[3] - p[3]) * k;
    if (!(alpha > 0)) {
      out[x] = {0, 0, 0, 0};
      continue;
    }
    const float share = 1 / alpha;
    const auto channel = [&](size_t c) {
      return static_cast<uint8_t>(std::min(255.0f, (p[c] + (q[c] - p[c]) * k) * share + 0.5f));
    };
    out[x] = {channel(0), channel(1), channel(2), static_cast<uint8_t>(alpha + 0.5f)};
  }
}

scene::Rect worldRect(const scene::Camera& camera, const geo::Box& world) {
  const Vec a = camera.canvasFromWorld({world.minX, world.maxY}),
            b = camera.canvasFromWorld({world.maxX, world.minY});
  return {a.x, a.y, b.x - a.x, b.y - a.y};
}

std::vector<GlyphStretch> stretches(const scene::GlyphRun& run) {
  std::vector<GlyphStretch> out;
  for (size_t i = 0; i < run.glyphs.size(); ++i) {
    const auto& glyph = run.glyphs[i];
    // A cluster is never torn: a change of font inside one starts no stretch of text.
    if (out.empty() || glyph.font != out.back().font) {
      const size_t byte = out.empty() ? 0 : glyph.cluster;
      if (!out.empty()) out.back().lastGlyph = i, out.back().lastByte = byte;
      out.push_back({i, i, byte, byte, glyph.font});
    }
  }
  if (!out.empty()) out.back().lastGlyph = run.glyphs.size(), out.back().lastByte = run.text.size();
  return out;
}

std::string textOfGlyph(const scene::GlyphRun& run, size_t glyph) {
  const uint32_t start = run.glyphs[glyph].cluster;
  if (glyph > 0 && run.glyphs[glyph - 1].cluster == start) return {};
  const size_t end = glyph + 1 < run.glyphs.size() ? run.glyphs[glyph + 1].cluster : run.text.size();
  return end > start && end <= run.text.size() ? run.text.substr(start, end - start) : std::string();
}

}  // namespace paper
