// SVG of our own: Cairo's turns text into outlines, this one keeps it text that can be selected, searched and
// edited.
#include <charconv>
#include <cmath>

#include "app/paper/atomic_file.h"
#include "app/paper/glyphs.h"
#include "app/paper/png_bytes.h"
#include "app/paper/canvas.h"
#include "app/paper/vectors.h"
#include "app/paper/seal.h"
#include "app/paper/write.h"

namespace paper {

using scene::Rect;
using scene::Rgba;
using scene::Vec;

namespace {

constexpr size_t mostParts = 1000;  // per path: longer ones are slow to open in editors

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        // Control characters cannot stand in XML at all.
        if (static_cast<unsigned char>(c) >= 32 || c == '\t' || c == '\n') out += c;
    }
  }
  return out;
}

void base64(std::string& out, std::string_view bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t n = std::min<size_t>(3, bytes.size() - i);
    uint32_t v = 0;
    for (size_t k = 0; k < 3; ++k) v = v << 8 | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += k <= n ? digits[v >> (18 - 6 * k) & 63] : '=';
  }
}

// The shortest text of a number with at most three decimals.
void number(std::string& out, double v) {
  auto thousandths = static_cast<long long>(std::llround(std::clamp(v, -1e12, 1e12) * 1000));
  if (thousandths < 0) out += '-', thousandths = -thousandths;
  char digits[24];
  if (thousandths / 1000 || thousandths % 1000 == 0)
    out.append(digits, std::to_chars(digits, digits + sizeof digits, thousandths / 1000).ptr);
  if (int rest = static_cast<int>(thousandths % 1000)) {
    out += '.';
    for (int place = 100; rest; place /= 10) out += static_cast<char>('0' + rest / place), rest %= place;
  }
}
std::string number(double v) {
  std::string out;
  number(out, v);
  return out;
}

// Path data in steps from point to point (a first m is absolute in any case): each step is between rounded
// places, so errors do not add up.
class PathText {
 public:
  explicit PathText(double step) : step_(step) {}
  void move(Vec p) { out_ += 'm', go(p, true), start_ = at_, last_ = 'm'; }
  void line(Vec p) {
    if (last_ != 'l' && last_ != 'm') out_ += 'l';  // after m, l is understood
    go(p, last_ != 'l' && last_ != 'm'), last_ = 'l';
  }
  void cubic(Vec a, Vec b, Vec c) {
    if (last_ != 'c') out_ += 'c';
    const auto from = at_;
    go(a, last_ != 'c'), at_ = from, go(b, false), at_ = from, go(c, false), last_ = 'c';
  }
  void close() { out_ += 'z', at_ = start_, last_ = 'z'; }
  void part(std::span<const Vec> points, bool closed) {
    for (size_t i = 0; i < points.size(); ++i) i ? line(points[i]) : move(points[i]);
    if (closed) close();
  }
  void path(const scene::Path& path) {
    size_t next = 0;
    using Verb = scene::Path::Verb;
    for (Verb verb : path.verbs) switch (verb) {
        case Verb::move:
          move(path.points[next++]);
          break;
        case Verb::line:
          line(path.points[next++]);
          break;
        case Verb::cubic:
          cubic(path.points[next], path.points[next + 1], path.points[next + 2]), next += 3;
          break;
        case Verb::close:
          close();
          break;
      }
  }
  bool empty() const { return out_.empty(); }
  std::string take() {
    last_ = 0, at_ = {}, start_ = {};
    return std::exchange(out_, {});
  }

 private:
  struct Place {
    long long x = 0, y = 0;
  };
  void coordinate(long long steps, bool first) {
    if (!first && steps >= 0) out_ += ' ';
    number(out_, static_cast<double>(steps) * step_);
  }
  void go(Vec p, bool first) {
    const Place to{std::llround(std::clamp<double>(p.x, -1e9, 1e9) / step_),
                   std::llround(std::clamp<double>(p.y, -1e9, 1e9) / step_)};
    coordinate(to.x - at_.x, first), coordinate(to.y - at_.y, false);
    at_ = to;
  }
  double step_;
  std::string out_;
  char last_ = 0;
  Place at_, start_;
};

std::string colour(std::string_view property, Rgba c) {
  std::string out = fmt::format(" {}=\"#{:02x}{:02x}{:02x}\"", property, c.r, c.g, c.b);
  if (c.a < 255) out += fmt::format(" {}-opacity=\"{}\"", property, number(c.a / 255.0));
  return out;
}

class SvgWriter {
 public:
  SvgWriter(const scene::Drawing& drawing, AtomicFile& file, const VectorOptions& options,
            std::unique_ptr<GlyphOutlines> outlines)
      : drawing_(drawing),
        file_(file),
        mm_(options.millimetresPerUnit),
        dpi_(options.imageDpi),
        seam_(seamMillimetres / mm_),
        outlines_(std::move(outlines)),
        reducer_(drawing, {.unitsPerCanvas = 1,
                           .grid = vectorToleranceMillimetres / 2 / mm_,
                           .margin = 10 / mm_,
                           .tolerance = vectorToleranceMillimetres / mm_}),
        // A coarse step for shapes that are reduced anyway, a fine one for symbols.
        coarse_(0.01),
        fine_(0.001) {}

  geo::Result<void> write(const Meta& meta, geo::Progress* progress) {
    const std::string w = number(drawing_.width), h = number(drawing_.height);
    put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
        "xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
        "width=\"{}mm\" height=\"{}mm\" viewBox=\"0 0 {} {}\" stroke-linejoin=\"round\">\n",
        number(drawing_.width * mm_), number(drawing_.height * mm_), w, h);
    if (!meta.title.empty()) put("<title>{}</title>\n", escaped(meta.title));
    if (!meta.subject.empty()) put("<desc>{}</desc>\n", escaped(meta.subject));
    put("<metadata><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
        "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
        "xmlns:parkscope=\"https://parkscope.example/recipe/1/\"><rdf:Description rdf:about=\"\">");
    for (const auto& [name, value] : {std::pair{"title", &meta.title},
                                      {"creator", &meta.author},
                                      {"subject", &meta.keywords},
                                      {"publisher", &meta.software}})
      if (!value->empty()) put("<dc:{}>{}</dc:{}>", name, escaped(*value), name);
    if (!meta.recipe.empty()) put("<parkscope:recipe>{}</parkscope:recipe>", xmlEscaped(meta.recipe));
    put("</rdf:Description></rdf:RDF></metadata>\n");
    if (drawing_.background.a)
      put("<rect width=\"{}\" height=\"{}\"{}/>\n", w, h, colour("fill", drawing_.background));
    size_t done = 0;
    for (const auto& placed : drawing_.items) {
      if (progress &&
          !progress->keepGoing(static_cast<double>(done++) / static_cast<double>(drawing_.items.size())))
        return geo::fail("Drawing the page was cancelled.");
      clip_ = canvas();
      if (placed.clip) clip_ = met(clip_, *placed.clip);
      std::visit([this](const auto& item) { add(item); }, placed.item);
      if (text_.size() > (1 << 20))
        if (auto ok = flush(); !ok) return ok;
    }
    setClip(canvas());
    text_ += "</svg>\n";
    return flush();
  }

 private:
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }
  geo::Result<void> flush() {
    auto ok = file_.write(text_.data(), text_.size());
    text_.clear();
    return ok;
  }
  Rect canvas() const { return {0, 0, drawing_.width, drawing_.height}; }
  static Rect met(const Rect& a, const Rect& b) {
    const float x = std::max(a.x, b.x), y = std::max(a.y, b.y);
    return {x, y, std::min(a.right(), b.right()) - x, std::min(a.bottom(), b.bottom()) - y};
  }
  static std::string rect(const Rect& r) {
    return fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", number(r.x), number(r.y),
                       number(r.w), number(r.h));
  }
  void setClip(const Rect& r) {
    if (r == current_.value_or(canvas())) return;
    if (current_) text_ += "</g>\n";
    current_.reset();
    if (r == canvas()) return;
    const int id = ++ids_;
    put("<clipPath id=\"c{}\">{}/></clipPath>\n<g clip-path=\"url(#c{})\">\n", id, rect(r), id);
    current_ = r;
  }
  bool visible() {
    if (!(clip_.w > 0 && clip_.h > 0)) return false;
    setClip(clip_);
    return true;
  }
  bool visible(int camera) {
    clip_ = met(clip_, drawing_.cameras.at(camera).frame);
    return visible();
  }
  static std::string penText(const scene::Pen& pen, bool round) {
    std::string out = " fill=\"none\"" + colour("stroke", pen.colour) +
                      fmt::format(" stroke-width=\"{}\"", number(pen.width));
    if (round) out += " stroke-linecap=\"round\"";
    float period = 0;
    for (float d : pen.dash) period += d;
    if (period > 0) {
      out += " stroke-dasharray=\"";
      for (size_t i = 0; i < pen.dash.size(); ++i) out += (i ? " " : "") + number(pen.dash[i]);
      out += '"';
    }
    return out;
  }
  void lines(const Parts& parts, const scene::Pen& pen, bool round) {
    if (pen.colour.a == 0 || !(pen.width > 0) || parts.size() == 0) return;
    put("<g{}>\n", penText(pen, round));
    PathText path(coarse_);
    const auto end = [&] {
      if (!path.empty()) put("<path d=\"{}\"/>\n", path.take());
    };
    for (size_t p = 0; p < parts.size(); ++p) {
      path.part(parts.part(p), parts.closed[p]);
      // A translucent line is one path: two would darken each other where they touch.
      if ((p + 1) % mostParts == 0 && pen.colour.a == 255) end();
    }
    end();
    text_ += "</g>\n";
  }
  std::string rowsPath(const Polygons& polygons, std::span<const uint32_t> rows) {
    PathText path(coarse_);
    for (uint32_t row : rows)
      for (uint32_t p = polygons.rowStart[row]; p < polygons.rowStart[row + 1]; ++p)
        path.part(polygons.part(p), true);
    return path.take();
  }
  void hatch(const scene::Hatch& hatch, const Bounds& box, double phase, const std::string& clipShape) {
    const int id = ++ids_;
    put("<clipPath id=\"c{}\">{}</clipPath>\n<g clip-path=\"url(#c{})\">", id, clipShape, id);
    if (hatch.ground.a)
      put("{}{}/>", rect({box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0}), colour("fill", hatch.ground));
    PathText path(fine_);
    for (const auto& [a, b] : stripes(hatch, box, phase)) path.move(a), path.line(b);
    if (!path.empty())
      put("<path fill=\"none\"{} stroke-width=\"{}\" d=\"{}\"/>", colour("stroke", hatch.line),
          number(hatch.width), path.take());
    text_ += "</g>\n";
  }

  void add(const scene::Areas& areas) {
    if (!areas.shape || !areas.shape->layer || !visible(areas.camera)) return;
    const auto polygons = reducer_.polygons(areas.shape, areas.camera);
    const AreaRows split = areaRows(areas, *polygons);
    if (areas.fills && !split.filled.empty()) {
      const bool group = split.alpha > 0 && split.alpha < 255;
      put("<g stroke-width=\"{}\"", number(seam_));
      if (group) put(" opacity=\"{}\"", number(split.alpha / 255.0));
      text_ += ">\n";
      for (const auto& batch : batches(*areas.fills, split.filled, mostParts)) {
        const Rgba c = group ? Rgba{batch.colour.r, batch.colour.g, batch.colour.b, 255} : batch.colour;
        put("<path{}{} d=\"{}\"/>\n", colour("fill", c), split.alpha > 0 ? colour("stroke", c) : "",
            rowsPath(*polygons, batch.rows));
      }
      text_ += "</g>\n";
    }
    for (size_t i = 0; i < split.hatched.size(); i += mostParts) {
      const std::span<const uint32_t> some(split.hatched.data() + i,
                                           std::min(mostParts, split.hatched.size() - i));
      hatch(areas.hatch, boundsOfRows(*polygons, some, clip_), originAlong(drawing_.cameras.at(areas.camera)),
            fmt::format("<path d=\"{}\"/>", rowsPath(*polygons, some)));
    }
  }
  void add(const scene::Borders& borders) {
    if (!borders.shape || !borders.shape->layer || !visible(borders.camera)) return;
    lines(*reducer_.borders(borders), borders.pen, borders.pen.roundCap || borders.pen.dash.empty());
  }
  void add(const scene::Courses& courses) {
    if (!courses.shape || !courses.shape->layer || !visible(courses.camera)) return;
    lines(*reducer_.courses(courses.shape, courses.camera), courses.pen,
          courses.pen.roundCap || courses.pen.dash.empty());
  }
  void add(const scene::Dots& dots) {
    if (!dots.fills || !visible(dots.camera)) return;
    const DotPlaces places = dotPlaces(drawing_, dots);
    const bool edge = dots.edge.width > 0 && dots.edge.colour.a;
    text_ += "<g";
    if (edge)
      text_ +=
          colour("stroke", dots.edge.colour) + fmt::format(" stroke-width=\"{}\"", number(dots.edge.width));
    text_ += ">\n";
    const std::string radius = number(dots.radius);
    for (size_t i = 0; i < places.at.size(); ++i) {
      put("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>\n", number(places.at[i].x), number(places.at[i].y),
          radius, colour("fill", (*dots.fills)[places.row[i]]));
    }
    text_ += "</g>\n";
  }
  void image(const Rect& r, const std::vector<Rgba>& pixels, int columns, int rows, bool smooth) {
    const Sampling s = sampling(pixels, columns, rows, r, clip_, smooth, dpi_ / 25.4 * mm_);
    if (s.columns <= 0 || s.rows <= 0) return;
    const std::string png = pngBytes(s.columns, s.rows, smooth, [&](int y, Rgba* row) { s.row(y, row); });
    put("<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\"{} "
        "xlink:href=\"data:image/png;base64,",
        number(s.rect.x), number(s.rect.y), number(s.rect.w), number(s.rect.h),
        smooth ? "" : " image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\"");
    base64(text_, png);
    text_ += "\"/>\n";
  }
  void add(const scene::Raster& raster) {
    if (raster.pixels && visible(raster.camera))
      image(worldRect(drawing_.cameras[raster.camera], raster.world), *raster.pixels, raster.columns,
            raster.rows, raster.smooth);
  }
  void add(const scene::Image& picture) {
    if (picture.pixels && visible())
      image(picture.rect, *picture.pixels, picture.columns, picture.rows, true);
  }
  void add(const scene::Fill& fill) {
    if (fill.colour.a == 0 || fill.path.empty() || !visible()) return;
    PathText path(fine_);
    path.path(fill.path);
    put("<path fill-rule=\"evenodd\"{} d=\"{}\"/>\n", colour("fill", fill.colour), path.take());
  }
  void add(const scene::Stroke& stroke) {
    if (stroke.pen.colour.a == 0 || stroke.path.empty() || !visible()) return;
    PathText path(fine_);
    if (stroke.endWidth >= 0) {
      path.path(taperedOutline(scene::flattened(stroke.path, static_cast<float>(seam_ / 4)), stroke.pen.width,
                               stroke.endWidth));
      if (!path.empty()) put("<path{} d=\"{}\"/>\n", colour("fill", stroke.pen.colour), path.take());
    } else if (stroke.pen.width > 0) {
      path.path(stroke.path);
      put("<path{} d=\"{}\"/>\n", penText(stroke.pen, stroke.pen.roundCap), path.take());
    }
  }
  void add(const scene::Glow& glow) {
    if (glow.colour.a == 0 || !(glow.radius > 0) || !visible()) return;
    const int id = ++ids_;
    const std::string place = fmt::format("cx=\"{}\" cy=\"{}\" r=\"{}\"", number(glow.centre.x),
                                          number(glow.centre.y), number(glow.radius));
    put("<radialGradient id=\"g{}\" gradientUnits=\"userSpaceOnUse\" {}>", id, place);
    stopList(stops(glow));
    put("</radialGradient><circle {} fill=\"url(#g{})\"/>\n", place, id);
  }
  void add(const scene::Fade& fade) {
    const Rect& r = fade.rect;
    if (!(r.w > 0 && r.h > 0) || !visible()) return;
    const int id = ++ids_;
    put("<linearGradient id=\"g{}\" gradientUnits=\"userSpaceOnUse\" x1=\"{}\" y1=\"{}\" x2=\"{}\" "
        "y2=\"{}\">",
        id, number(r.x), number(r.y), number(fade.horizontal ? r.right() : r.x),
        number(fade.horizontal ? r.y : r.bottom()));
    stopList(stops(fade));
    put("</linearGradient>{} fill=\"url(#g{})\"/>\n", rect(r), id);
  }
  void stopList(const std::vector<Stop>& list) {
    for (const auto& [offset, c] : list) {
      put("<stop offset=\"{}\" stop-color=\"#{:02x}{:02x}{:02x}\"", number(offset), c.r, c.g, c.b);
      if (c.a < 255) put(" stop-opacity=\"{}\"", number(c.a / 255.0));
      text_ += "/>";
    }
  }
  void add(const scene::HatchedRect& hatched) {
    const Rect& r = hatched.rect;
    if (r.w > 0 && r.h > 0 && visible())
      hatch(hatched.hatch, {r.x, r.y, r.right(), r.bottom()}, 0, rect(r) + "/>");
  }

  // Family with what to take in its place, weight, and equal figures where there are figures.
  std::string fontText(uint16_t font, std::string_view words) const {
    const auto& fonts = drawing_.fonts->fonts();
    if (font >= fonts.size()) return " font-family=\"sans-serif\"";
    const auto& f = fonts[font];
    std::string families = "'" + escaped(f.family) + "'";
    for (const char* more :
         {"Inter", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC"})
      if (f.family != more && !(f.serif && std::string_view(more) != "Noto Sans CJK SC"))
        families += fmt::format(",'{}'", more);
    families += f.serif ? ",serif" : ",sans-serif";
    std::string out = fmt::format(" font-family=\"{}\"", families);
    if (f.bold) out += " font-weight=\"700\"";
    if (words.find_first_of("0123456789") != std::string_view::npos)
      out += " style=\"font-variant-numeric:tabular-nums\"";
    return out;
  }
  // Space between letters beyond what the font gives, when it is the same all along.
  float spacing(const scene::GlyphRun& run, const GlyphStretch& s) const {
    float low = 1e9f, high = -1e9f;
    for (size_t i = s.firstGlyph; i + 1 < s.lastGlyph; ++i) {
      const float extra =
          run.glyphs[i + 1].x - run.glyphs[i].x - outlines_->advance(s.font, run.glyphs[i].id) * run.size;
      low = std::min(low, extra), high = std::max(high, extra);
    }
    return low <= high && high - low < 0.06f * run.size && std::abs(low + high) > 0.02f * run.size
               ? (low + high) / 2
               : 0;
  }
  void add(const scene::Text& text) {
    const auto& run = text.run;
    if (run.empty() || run.text.empty() || !(run.size > 0) || !visible()) return;
    put("<text x=\"{}\" y=\"{}\" font-size=\"{}\"{}", number(text.origin.x), number(text.origin.y),
        number(run.size), colour("fill", text.colour));
    if (text.halo.a && text.haloWidth > 0)
      put("{} stroke-width=\"{}\" paint-order=\"stroke\"", colour("stroke", text.halo),
          number(2 * text.haloWidth));
    if (text.angle != 0)
      put(" transform=\"rotate({} {} {})\"", number(text.angle * 180 / M_PI), number(text.origin.x),
          number(text.origin.y));
    text_ += " xml:space=\"preserve\"";
    const auto list = stretches(run);
    for (size_t i = 0; i < list.size(); ++i) {
      const GlyphStretch& s = list[i];
      const std::string_view words = std::string_view(run.text).substr(
          s.firstByte, s.lastByte > s.firstByte ? s.lastByte - s.firstByte : 0);
      const float x = run.glyphs[s.firstGlyph].x,
                  end = i + 1 < list.size() ? run.glyphs[list[i + 1].firstGlyph].x : run.advance;
      const float extra = spacing(run, s);
      if (list.size() > 1) put("{}<tspan x=\"{}\"", i ? "" : ">", number(text.origin.x + x));
      text_ += fontText(s.font, words);
      if (extra != 0) put(" letter-spacing=\"{}\"", number(extra));
      if (end > x && extra == 0) put(" textLength=\"{}\"", number(end - x));
      put(">{}", escaped(words));
      if (list.size() > 1) text_ += "</tspan>";
    }
    text_ += "</text>\n";
  }

  const scene::Drawing& drawing_;
  AtomicFile& file_;
  double mm_, dpi_, seam_;
  std::unique_ptr<GlyphOutlines> outlines_;
  Reducer reducer_;
  double coarse_, fine_;
  std::string text_;
  Rect clip_;
  std::optional<Rect> current_;
  int ids_ = 0;
};

}  // namespace

geo::Result<void> writeSvg(const scene::Drawing& drawing, const std::string& path,
                           const VectorOptions& options, const Meta& meta, geo::Progress* progress) {
  if (!(drawing.width > 0 && drawing.height > 0 && options.millimetresPerUnit > 0))
    return geo::fail("A page without a size cannot be made.", "Ask for a width and a height above zero.");
  auto file = AtomicFile::create(path, meta.beside);
  if (!file) return tl::unexpected(file.error());
  auto outlines = GlyphOutlines::open(drawing);
  if (!outlines) return tl::unexpected(outlines.error());
  auto written = SvgWriter(drawing, *file, options, std::move(*outlines)).write(meta, progress);
  if (!written) return progress && progress->cancelled() ? cancelled(path) : written;
  return commitSealed(*file);
}

}  // namespace paper
