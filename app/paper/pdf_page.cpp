#include "app/paper/pdf_page.h"

#include <charconv>
#include <cmath>

#include "app/paper/deflate.h"
#include "app/paper/pictures.h"
#include "app/paper/png_bytes.h"
#include "app/paper/raster_painter.h"
#include "app/paper/vectors.h"

namespace paper {

using scene::Rect;
using scene::Rgba;
using scene::Vec;

namespace {

constexpr size_t mostParts = 1000;        // per path: longer ones are slow in viewers
constexpr size_t smallestPhoto = 20'000;  // bytes without loss: below, there is nothing to gain
constexpr size_t chunkBytes = 1 << 20;    // of content, deflated in parallel
// Of content: no point of a map is told apart more finely, and four digits reach across an A3.
constexpr double unitMillimetres = vectorToleranceMillimetres, unitsPerMillimetre = 1 / unitMillimetres;
constexpr double pointsPerUnit = 72 / 25.4 * unitMillimetres;
constexpr float mostOfSymbol = 400;      // units, 16 mm
constexpr double marginMillimetres = 3;  // beyond the map's frame: half of the widest pen

class PageWriter {
 public:
  PageWriter(const scene::Drawing& drawing, const VectorOptions& options, const PdfFonts& fonts,
             const geo::Georeferencer* place, const PdfGlyphs& glyphs, bool parallel)
      : drawing_(drawing),
        options_(options),
        fonts_(fonts),
        place_(place),
        glyphs_(glyphs),
        parallel_(parallel),
        k_(options.millimetresPerUnit * unitsPerMillimetre),
        seam_(seamMillimetres * unitsPerMillimetre),
        reducer_(drawing, {.unitsPerCanvas = k_,
                           .grid = 0.5,
                           .margin = marginMillimetres * unitsPerMillimetre,
                           .tolerance = 1}) {}

  geo::Result<void> write(geo::Progress* progress) {
    canvas_ = {0, 0, px(drawing_.width), px(drawing_.height)};
    out_ = "1 j\n";
    // From units, y down, to points, y up.
    out_ += fmt::format("{:.8f} 0 0 {:.8f} 0 {:.5f} cm\n", pointsPerUnit, -pointsPerUnit,
                        drawing_.height * k_ * pointsPerUnit);
    if (drawing_.background.a) {
      fillColour(drawing_.background);
      rectangle(canvas_);
      out_ += "f\n";
    }
    size_t done = 0;
    for (const auto& placed : drawing_.items) {
      if (progress && !progress->keepGoing(0.8 * static_cast<double>(done++) /
                                           static_cast<double>(drawing_.items.size())))
        return geo::fail("Drawing the page was cancelled.");
      clip_ = placed.clip ? met(canvas_, scaled(*placed.clip)) : canvas_;
      std::visit([this](const auto& item) { add(item); }, placed.item);
    }
    leaveSymbol();
    setClip(canvas_);
    chunks_.push_back(std::move(out_));
    return {};
  }

  PdfObjects finish(int parent, int fontDictionary) {
    std::vector<std::string> packed(chunks_.size());
    std::string contents;
    const int count = static_cast<int>(chunks_.size());
    // Not for large maps, and not for each sheet of an atlas.
    const int level = count > 1 || !parallel_ ? quick : smallest;
    const auto work = [&](int i) { packed[i] = deflated(chunks_[i], level), chunks_[i] = {}; };
    const auto take = [&](int i) {
      contents += PdfObjects::ref(objects_.streamOfDeflated("", std::move(packed[i]))) + ' ';
      return true;
    };
    if (parallel_) {
      inOrder(
          count, count, [&]() -> std::function<void(int)> { return work; }, take);
    } else {
      for (int i = 0; i < count; ++i) work(i), take(i);
    }
    objects_.object(
        fmt::format("<</Type/Page/Parent {} 0 R/MediaBox[0 0 {:.5f} {:.5f}]/Contents[{}]{}"
                    "/Group<</S/Transparency/CS/DeviceRGB>>"
                    "/Resources<</ExtGState<<{}>>/Shading<<{}>>/XObject<<{}>>/Font {} 0 R>>>>",
                    parent, drawing_.width * k_ * pointsPerUnit, drawing_.height * k_ * pointsPerUnit,
                    contents, place_ ? pdfViewport(drawing_, *place_, k_ * pointsPerUnit) : "", states_,
                    shadings_, xObjects_, fontDictionary));
    return std::move(objects_);
  }

 private:
  struct State {  // of the page's graphics, as last written
    std::optional<Rgba> fill, stroke;
    double width = -1;
    int cap = -1, alphaFill = 255, alphaStroke = 255;
    std::string dash = "[]0 d ";
  };

  // Numbers
  // ----------------------------------------------------------------------------------------------------------
  float px(double canvas) const { return static_cast<float>(canvas * k_); }
  Vec scaled(Vec v) const { return {px(v.x), px(v.y)}; }
  Rect scaled(const Rect& r) const { return {px(r.x), px(r.y), px(r.w), px(r.h)}; }
  static Rect met(const Rect& a, const Rect& b) {
    const float x = std::max(a.x, b.x), y = std::max(a.y, b.y);
    return {x, y, std::min(a.right(), b.right()) - x, std::min(a.bottom(), b.bottom()) - y};
  }
  // To a tenth of a unit, 0.004 mm: no printer sees the rest.
  void n(double v) { pdfNumber(out_, std::round(v * 10) / 10), out_ += ' '; }
  // Never a hair less: viewers set glyphs at quarters of a pixel, at the one before.
  void up(double v) { pdfNumber(out_, std::ceil(v * 10 - 0.01) / 10), out_ += ' '; }
  void n(Vec v) { n(v.x), n(v.y); }
  void rectangle(const Rect& r) { n(r.x), n(r.y), n(r.w), n(r.h), out_ += "re "; }

  // State
  // ------------------------------------------------------------------------------------------------------------
  void rgb(Rgba c, const char* set) {
    for (uint8_t v : {c.r, c.g, c.b}) {
      // Three decimals tell all 256 levels apart.
      const std::string text = fmt::format("{:.3f}", v / 255.0);
      out_ += v == 0 ? "0" : v == 255 ? "1" : text.substr(1, 4);
      out_ += ' ';
    }
    out_ += set;
  }
  void alpha(int& current, int wanted, const char* key) {
    if (current == wanted) return;
    current = wanted;
    const std::string name = fmt::format("{}{}", key, wanted);
    if (named_.insert(name).second) states_ += fmt::format("/{}<</{} {:.3f}>>", name, key, wanted / 255.0);
    out_ += fmt::format("/{} gs ", name);
  }
  void fillColour(Rgba c) {
    alpha(state_.alphaFill, c.a, "ca");
    c.a = 255;
    if (state_.fill == c) return;
    state_.fill = c;
    rgb(c, "rg ");
  }
  void strokeColour(Rgba c) {
    alpha(state_.alphaStroke, c.a, "CA");
    c.a = 255;
    if (state_.stroke == c) return;
    state_.stroke = c;
    rgb(c, "RG ");
  }
  void line(double width, bool roundCap, std::span<const float> dash = {}) {
    if (state_.width != width) state_.width = width, pdfNumber(out_, width), out_ += " w ";
    if (state_.cap != roundCap) state_.cap = roundCap, out_ += roundCap ? "1 J " : "0 J ";
    std::string pattern = "[";
    float period = 0;
    for (float d : dash) period += d;
    if (period > 0)
      for (float d : dash) pdfNumber(pattern, std::max(0.0f, px(d))), pattern += ' ';
    pattern += "]0 d ";
    if (state_.dash != pattern) out_ += state_.dash = pattern;
  }
  void save() { saved_.push_back(state_), out_ += "q "; }
  void restore() { state_ = std::move(saved_.back()), saved_.pop_back(), out_ += "Q\n"; }
  // One clip at a time; most neighbours in the list share theirs.
  void setClip(const Rect& r) {
    if (r == current_.value_or(canvas_)) return;
    leaveSymbol();
    if (current_) restore();
    current_.reset();
    if (r == canvas_) return;
    save();
    rectangle(r);
    out_ += "W n\n";
    current_ = r;
  }
  bool visible(bool partOfSymbol = false) {
    if (!(clip_.w > 0 && clip_.h > 0)) return false;
    setClip(clip_);
    if (!partOfSymbol) leaveSymbol();
    if (out_.size() > chunkBytes) {  // between operations, so that no token is cut
      chunks_.emplace_back().swap(out_);
      out_.clear();
    }
    return true;
  }
  bool visible(int camera) {
    clip_ = met(clip_, scaled(drawing_.cameras.at(camera).frame));
    return visible();
  }

  // Paths
  // ------------------------------------------------------------------------------------------------------------
  // Reduced shapes, in whole units; what is no larger than dust keeps its shape.
  void part(std::span<const Vec> points, bool closed, bool backwards = false) {
    const auto at = [&](size_t i) { return points[backwards ? points.size() - 1 - i : i]; };
    const Bounds box = boundsOf(points);
    if (std::max(box.x1 - box.x0, box.y1 - box.y0) <= 4) {
      for (size_t i = 0; i < points.size(); ++i) n(at(i)), out_ += i ? "l\n" : "m\n";
      if (closed) out_ += "h\n";
      return;
    }
    char digits[64];
    Whole last;
    for (size_t i = 0; i < points.size(); ++i) {
      const Whole p = whole(at(i));
      if (i && p == last) continue;
      char* end = std::to_chars(digits, digits + 24, p.x).ptr;
      *end++ = ' ';
      end = std::to_chars(end, end + 24, p.y).ptr;
      *end++ = ' ', *end++ = i ? 'l' : 'm', *end++ = '\n';
      out_.append(digits, end);
      if (i) said(last, p) = wordOf(last, p);
      last = p;
    }
    if (closed) out_ += "h\n";
  }
  // A border is in the file up to five times: of both areas, their outline, its casing. Said in the same
  // direction as the last time it is a repetition, and deflates to next to nothing.
  struct Whole {
    int32_t x = 0, y = 0;
    bool operator==(const Whole&) const = default;
  };
  static Whole whole(Vec p) {
    return {static_cast<int32_t>(std::lround(p.x)), static_cast<int32_t>(std::lround(p.y))};
  }
  static uint64_t wordOf(Whole a, Whole b) {
    const auto of = [](Whole p) {
      return static_cast<uint64_t>(static_cast<uint32_t>(p.x)) << 32 | static_cast<uint32_t>(p.y);
    };
    const uint64_t h = (of(a) * 0x9E3779B97F4A7C15ull ^ of(b)) * 0xBF58476D1CE4E5B9ull;
    return h ^ h >> 29;
  }
  uint64_t& said(Whole a, Whole b) { return said_[wordOf(a, b) >> 8 & (said_.size() - 1)]; }
  // Segments said in this direction, less those said in the other.
  int direction(std::span<const Vec> points) {
    int sum = 0;
    for (size_t i = 1; i < points.size(); ++i) {
      const Whole a = whole(points[i - 1]), b = whole(points[i]);
      if (said(a, b) == wordOf(a, b)) ++sum;
      else if (said(b, a) == wordOf(b, a)) --sum;
    }
    return sum;
  }
  // Makes the path ready: sets the system of coordinates that it is said in, before its colours are.
  void enter(const scene::Path& path) {
    shape_ = inUnits(path);
    const Bounds box = boundsOf(shape_.points);
    const float width = box.x1 - box.x0, height = box.y1 - box.y0;
    const bool small = std::max(width, height) < mostOfSymbol;
    if (symbol_ && small && symbol_->x0 <= box.x0 && symbol_->y0 <= box.y0 && symbol_->x1 >= box.x1 &&
        symbol_->y1 >= box.y1)
      return;
    leaveSymbol();
    // What is small is mostly a symbol, and there are others of its kind: said around its own middle, with
    // all that lies within, each says the same, and deflates to next to nothing.
    if (!small || shape_.points.size() < 3) return;
    save();
    origin_ = {(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2};
    out_ += "1 0 0 1 ", n(origin_), out_ += "cm ";
    symbol_ = box;
    for (float* least : {&symbol_->x0, &symbol_->y0}) *least -= 0.05f * std::max(width, height);
    for (float* most : {&symbol_->x1, &symbol_->y1}) *most += 0.05f * std::max(width, height);
  }
  void leaveSymbol() {
    if (symbol_) restore();
    symbol_.reset();
  }
  void paint(const char* how) {  // what was entered
    if (symbol_) {
      for (Vec& p : shape_.points) p = p - origin_;
      out_ += symbol(shape_);
    } else {
      write(out_, shape_, shape_.points.size() > 16 ? 1 : 10);
    }
    out_ += how, out_ += '\n';
  }
  // In units, without the points of straight runs.
  scene::Path inUnits(const scene::Path& path) {
    using Verb = scene::Path::Verb;
    scene::Path out;
    size_t next = 0;
    run_.clear();
    const auto endRun = [&] {  // its first point is written
      if (run_.size() > 1) {
        const auto kept = simplifier_.kept(run_, run_.size() > 3 ? 0.5 : 0);
        for (size_t i = 1; i < run_.size(); ++i)
          if (kept[i]) out.line({static_cast<float>(run_[i].x), static_cast<float>(run_[i].y)});
      }
      run_.clear();
    };
    const auto point = [&] { return path.points[next++] * static_cast<float>(k_); };
    const auto start = [&](Vec p) { run_.assign(1, {p.x, p.y}); };
    for (Verb verb : path.verbs) switch (verb) {
        case Verb::move:
          endRun();
          out.move(point()), start(out.points.back());
          break;
        case Verb::line: {
          const Vec p = point();
          run_.push_back({p.x, p.y});
          break;
        }
        case Verb::cubic: {
          endRun();
          const Vec a = point(), b = point(), c = point();
          out.cubic(a, b, c), start(c);
          break;
        }
        case Verb::close:
          endRun();
          out.close();
          break;
      }
    endRun();
    return out;
  }
  static void write(std::string& out, const scene::Path& path, double parts) {  // to so many parts of a unit
    using Verb = scene::Path::Verb;
    size_t next = 0;
    const auto number = [&](double v) { pdfNumber(out, std::round(v * parts) / parts), out += ' '; };
    const auto point = [&] {
      const Vec p = path.points[next++];
      number(p.x), number(p.y);
    };
    static const std::vector rectangle{Verb::move, Verb::line, Verb::line, Verb::line, Verb::close};
    if (const auto& p = path.points; path.verbs == rectangle && p[0].y == p[1].y && p[1].x == p[2].x &&
                                     p[2].y == p[3].y && p[3].x == p[0].x) {
      number(p[0].x), number(p[0].y), number(p[2].x - p[0].x), number(p[2].y - p[0].y);
      out += "re\n";
      return;
    }
    for (Verb verb : path.verbs) switch (verb) {
        case Verb::move:
          point(), out += "m\n";
          break;
        case Verb::line:
          point(), out += "l\n";
          break;
        case Verb::cubic:
          point(), point(), point(), out += "c\n";
          break;
        case Verb::close:
          out += "h\n";
          break;
      }
  }
  // The words of a shape around its middle. Where they come out the same but for the last digit, single
  // precision made the difference: the first one stands for all.
  std::string symbol(const scene::Path& shape) {
    std::string kind;
    for (const auto verb : shape.verbs) kind += static_cast<char>('0' + static_cast<int>(verb));
    auto& known = symbols_[kind];
    for (const auto& [points, words] : known)
      if (std::equal(points.begin(), points.end(), shape.points.begin(), shape.points.end(),
                     [](Vec a, Vec b) { return std::abs(a.x - b.x) < 0.04f && std::abs(a.y - b.y) < 0.04f; }))
        return words;
    std::string words;
    write(words, shape, 10);
    if (known.size() < 64) known.emplace_back(shape.points, words);
    return words;
  }
  void lines(const Parts& parts, const scene::Pen& pen, bool round) {
    if (pen.colour.a == 0 || !(pen.width > 0) || parts.size() == 0) return;
    strokeColour(pen.colour);
    line(px(pen.width), round, pen.dash);
    size_t open = 0;
    for (size_t p = 0; p < parts.size(); ++p) {
      const auto points = parts.part(p);
      part(points, parts.closed[p], pen.dash.empty() && direction(points) < 0);
      // A translucent line is one path: two would darken each other where they touch.
      if (++open < mostParts || pen.colour.a < 255) continue;
      out_ += "S\n", open = 0;
      visible();
    }
    if (open) out_ += "S\n";
  }
  void rowsPath(const Polygons& polygons, std::span<const uint32_t> rows) {
    for (uint32_t row : rows) {
      const uint32_t first = polygons.rowStart[row], last = polygons.rowStart[row + 1];
      int sum = 0;
      for (uint32_t p = first; p < last; ++p) sum += direction(polygons.part(p));
      for (uint32_t p = first; p < last; ++p) part(polygons.part(p), true, sum < 0);
    }
  }
  void hatch(const scene::Hatch& hatch, const Bounds& box, double phase) {  // under the clip that is set
    if (hatch.ground.a) {
      fillColour(hatch.ground);
      rectangle({box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0});
      out_ += "f\n";
    }
    strokeColour(hatch.line);
    line(px(hatch.width), false);
    scene::Hatch inUnits = hatch;
    inUnits.pitch = px(hatch.pitch);
    for (const auto& [a, b] : stripes(inUnits, box, phase)) n(a), out_ += "m ", n(b), out_ += "l\n";
    out_ += "S\n";
  }

  // Items
  // ------------------------------------------------------------------------------------------------------------
  void add(const scene::Areas& areas) {
    if (!areas.shape || !areas.shape->layer || !visible(areas.camera)) return;
    const auto polygons = reducer_.polygons(areas.shape, areas.camera);
    const AreaRows split = areaRows(areas, *polygons);
    if (areas.fills && !split.filled.empty()) {
      // Under one alpha all is painted opaque in a group, so that the overlap of neighbours does not show.
      const bool group = split.alpha > 0 && split.alpha < 255;
      std::string page;
      if (group) {
        alpha(state_.alphaFill, split.alpha, "ca"), alpha(state_.alphaStroke, 255, "CA");
        page.swap(out_);
        saved_.push_back(std::exchange(state_, {}));
        out_ = "1 j ";
      }
      for (const auto& batch : batches(*areas.fills, split.filled, mostParts)) {
        const Rgba c = group ? Rgba{batch.colour.r, batch.colour.g, batch.colour.b, 255} : batch.colour;
        fillColour(c);
        if (split.alpha > 0) strokeColour(c), line(seam_, true);
        rowsPath(*polygons, batch.rows);
        out_ += split.alpha > 0 ? "B\n" : "f\n";
        if (!group) visible();
      }
      if (group) {
        state_ = saved_.back(), saved_.pop_back();
        const Rect& r = clip_;
        const int form =
            objects_.stream(fmt::format("/Type/XObject/Subtype/Form/FormType 1/BBox[{:.2f} {:.2f} {:.2f} "
                                        "{:.2f}]/Group<</S/Transparency/CS/DeviceRGB>>/Resources<<>>",
                                        r.x, r.y, r.right(), r.bottom()),
                            out_);
        out_ = std::move(page);
        paintObject(form);
      }
    }
    for (size_t i = 0; i < split.hatched.size(); i += mostParts) {
      const std::span<const uint32_t> some(split.hatched.data() + i,
                                           std::min(mostParts, split.hatched.size() - i));
      save();
      rowsPath(*polygons, some);
      out_ += "W n\n";
      hatch(areas.hatch, boundsOfRows(*polygons, some, clip_),
            px(originAlong(drawing_.cameras.at(areas.camera))));
      restore();
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
    // A disc is a line of no length with round caps: the shortest way to say it.
    const auto discs = [&](Rgba colour, float radius, std::span<const uint32_t> which) {
      if (colour.a == 0 || !(radius > 0)) return;
      strokeColour(colour);
      line(2 * px(radius), true);
      for (uint32_t i : which) {
        const Vec p = scaled(places.at[i]);
        const std::array<Vec, 2> twice{p, p};
        part(twice, false);
        if (colour.a < 255) out_ += "S\n";
      }
      if (colour.a == 255) out_ += "S\n";
    };
    std::vector<Rgba> colours;
    std::vector<uint32_t> all;
    for (uint32_t i = 0; i < places.at.size(); ++i) {
      all.push_back(i);
      colours.push_back(places.row[i] < dots.fills->size() ? (*dots.fills)[places.row[i]] : Rgba{0, 0, 0, 0});
    }
    const float edge = dots.edge.colour.a ? std::max(0.0f, dots.edge.width) / 2 : 0;
    for (size_t i = 0; i < all.size(); i += mostParts) {
      const std::vector<uint32_t> some(all.begin() + static_cast<long>(i),
                                       all.begin() + static_cast<long>(std::min(all.size(), i + mostParts)));
      if (edge > 0) discs(dots.edge.colour, dots.radius + edge, some);
      for (const auto& batch : batches(colours, some, mostParts))
        discs(batch.colour, dots.radius - edge, batch.rows);
      visible();
    }
  }
  void paintObject(int object) {
    const std::string name = fmt::format("X{}", object);
    if (named_.insert(name).second) xObjects_ += fmt::format("/{} {}", name, PdfObjects::ref(object));
    out_ += fmt::format("/{} Do\n", name);
  }
  // A photograph is several times as small as a JPEG; a drawn map, or what is level, is no larger without
  // loss. photo: nobody reads values by its colours.
  void image(const Rect& r, const std::vector<Rgba>& pixels, int columns, int rows, bool smooth,
             bool photo = false) {
    const Sampling s =
        sampling(pixels, columns, rows, r, clip_, smooth, options_.imageDpi / 25.4 * unitMillimetres);
    if (s.columns <= 0 || s.rows <= 0) return;
    const int perStrip = std::max(1, (1 << 18) / s.columns), strips = (s.rows + perStrip - 1) / perStrip;
    // What is smooth deflates far better as differences between neighbours: PNG's filters, and PDF knows
    // them.
    const bool grey =
        photo && std::all_of(pixels.begin(), pixels.end(), [](Rgba p) { return p.r == p.g && p.g == p.b; });
    enum class Plane { colour, grey, alpha };
    const auto put = [](Plane plane, Rgba p, uint8_t*& at) {
      if (plane == Plane::colour) *at++ = p.r, *at++ = p.g, *at++ = p.b;
      else *at++ = plane == Plane::grey ? p.r : p.a;
    };
    const auto packed = [&](Plane plane) {
      const int channels = plane == Plane::colour ? 3 : 1;
      return deflatedStrips(strips, 6, parallel_, [&](int strip, std::vector<uint8_t>& out) {
        std::vector<Rgba> row(static_cast<size_t>(s.columns));
        std::vector<uint8_t> plain(static_cast<size_t>(s.columns) * channels), above(plain.size());
        const int from = strip * perStrip, to = std::min(s.rows, from + perStrip);
        for (int y = std::max(0, from - 1); y < to; ++y) {
          s.row(y, row.data());
          plain.swap(above);
          uint8_t* at = plain.data();
          for (const Rgba& p : row) put(plane, p, at);
          if (y >= from) filterRow(plain, y ? &above : nullptr, channels, smooth, out);
        }
      });
    };
    const auto jpeg = [&](Plane plane) {
      std::vector<Rgba> row(static_cast<size_t>(s.columns));
      return jpegBytes(s.columns, s.rows, plane == Plane::colour ? 3 : 1, [&](int y, uint8_t* at) {
        s.row(y, row.data());
        for (const Rgba& p : row) put(plane, p, at);
      });
    };
    const auto object = [&](Plane plane, const std::string& mask) {
      const int channels = plane == Plane::colour ? 3 : 1;
      const std::string dictionary =
          fmt::format("/Type/XObject/Subtype/Image/Width {}/Height {}/BitsPerComponent 8/ColorSpace/{}{}",
                      s.columns, s.rows, channels == 3 ? "DeviceRGB" : "DeviceGray", mask);
      std::string lossless = packed(plane);
      if (photo && lossless.size() > smallestPhoto)
        if (std::string lossy = jpeg(plane); !lossy.empty() && 2 * lossy.size() < lossless.size())
          return objects_.streamOfJpeg(dictionary, std::move(lossy), true);
      return objects_.streamOfDeflated(
          dictionary + fmt::format("/DecodeParms<</Predictor 15/Colors {}/Columns {}>>", channels, s.columns),
          std::move(lossless), true);
    };
    std::string mask;
    if (std::any_of(pixels.begin(), pixels.end(), [](Rgba p) { return p.a < 255; }))
      mask = "/SMask " + PdfObjects::ref(object(Plane::alpha, ""));
    const int whole = object(grey ? Plane::grey : Plane::colour, mask);
    alpha(state_.alphaFill, 255, "ca");
    save();
    n(s.rect.w), out_ += "0 0 ", n(-s.rect.h), n(s.rect.x), n(s.rect.bottom()), out_ += "cm ";
    paintObject(whole);
    restore();
  }
  void add(const scene::Raster& raster) {
    if (raster.pixels && visible(raster.camera))
      image(scaled(worldRect(drawing_.cameras[raster.camera], raster.world)), *raster.pixels, raster.columns,
            raster.rows, raster.smooth, raster.basemap != nullptr);
  }
  void add(const scene::Image& picture) {
    if (picture.pixels && visible())
      image(scaled(picture.rect), *picture.pixels, picture.columns, picture.rows, true);
  }
  void add(const scene::Fill& fill) {
    if (fill.colour.a == 0 || fill.path.empty() || !visible(true)) return;
    enter(fill.path);
    fillColour(fill.colour);
    paint("f*");
  }
  void add(const scene::Stroke& stroke) {
    if (stroke.pen.colour.a == 0 || stroke.path.empty() || !visible(true)) return;
    if (stroke.endWidth >= 0) {
      enter(taperedOutline(scene::flattened(stroke.path, static_cast<float>(0.25 / k_)), stroke.pen.width,
                           stroke.endWidth));
      fillColour(stroke.pen.colour);
      paint("f");
    } else if (stroke.pen.width > 0) {
      enter(stroke.path);
      strokeColour(stroke.pen.colour);
      line(px(stroke.pen.width), stroke.pen.roundCap, stroke.pen.dash);
      paint("S");
    }
  }

  // Gradients: colour by a shading, transparency by another one as a soft mask.
  int sampled(const std::vector<Stop>& stops, bool alphas) {
    std::string samples;
    for (const auto& [offset, c] : stops) {
      if (alphas) samples += static_cast<char>(c.a);
      else
        for (uint8_t v : {c.r, c.g, c.b}) samples += static_cast<char>(v);
    }
    return objects_.stream(fmt::format("/FunctionType 0/Domain[0 1]/Range[{}]/Size[{}]/BitsPerSample 8",
                                       alphas ? "0 1" : "0 1 0 1 0 1", stops.size()),
                           samples);
  }
  void softMask(const std::string& geometry, const std::vector<Stop>& stops, const Rect& r) {
    const int function = sampled(stops, true);
    const int form =
        objects_.stream(fmt::format("/Type/XObject/Subtype/Form/FormType 1/BBox[{:.2f} {:.2f} {:.2f} "
                                    "{:.2f}]/Group<</S/Transparency/CS/DeviceGray>>"
                                    "/Resources<</Shading<</s<<{}/ColorSpace/DeviceGray/Function {}>>>>>>",
                                    r.x, r.y, r.right(), r.bottom(), geometry, PdfObjects::ref(function)),
                        "/s sh");
    const int object =
        objects_.object(fmt::format("<</SMask<</S/Luminosity/G {}>>>>", PdfObjects::ref(form)));
    states_ += fmt::format("/M{} {}", object, PdfObjects::ref(object));
    out_ += fmt::format("/M{} gs ", object);
  }
  void add(const scene::Glow& glow) {
    if (glow.colour.a == 0 || !(glow.radius > 0) || !visible()) return;
    const Vec c = scaled(glow.centre);
    const float radius = px(glow.radius);
    const Rect r{c.x - radius, c.y - radius, 2 * radius, 2 * radius};
    fillColour({glow.colour.r, glow.colour.g, glow.colour.b, 255});
    save();
    softMask(fmt::format("/ShadingType 3/Coords[{:.2f} {:.2f} 0 {:.2f} {:.2f} {:.2f}]", c.x, c.y, c.x, c.y,
                         radius),
             stops(glow), r);
    rectangle(r);
    out_ += "f ";
    restore();
  }
  void add(const scene::Fade& fade) {
    const Rect r = scaled(fade.rect);
    if (!(r.w > 0 && r.h > 0) || (fade.from.a == 0 && fade.to.a == 0) || !visible()) return;
    const std::string geometry =
        fade.horizontal ? fmt::format("/ShadingType 2/Coords[{:.2f} 0 {:.2f} 0]", r.x, r.right())
                        : fmt::format("/ShadingType 2/Coords[0 {:.2f} 0 {:.2f}]", r.y, r.bottom());
    const auto list = stops(fade);
    alpha(state_.alphaFill, 255, "ca");
    save();
    rectangle(r);
    out_ += "W n ";
    if (fade.from.a < 255 || fade.to.a < 255) softMask(geometry + "/Extend[true true]", list, r);
    const int shading =
        objects_.object(fmt::format("<<{}/Extend[true true]/ColorSpace/DeviceRGB/Function {}>>", geometry,
                                    PdfObjects::ref(sampled(list, false))));
    shadings_ += fmt::format("/G{} {}", shading, PdfObjects::ref(shading));
    out_ += fmt::format("/G{} sh ", shading);
    restore();
  }
  void add(const scene::HatchedRect& hatched) {
    const Rect r = scaled(hatched.rect);
    if (!(r.w > 0 && r.h > 0) || !visible()) return;
    save();
    rectangle(r);
    out_ += "W n ";
    hatch(hatched.hatch, {r.x, r.y, r.right(), r.bottom()}, 0);
    restore();
  }

  void add(const scene::Text& text) {
    const auto& run = text.run;
    if (run.empty() || !(run.size > 0) || !visible()) return;
    const auto list = stretches(run);
    if (text.halo.a && text.haloWidth > 0) {
      strokeColour(text.halo);
      line(2 * px(text.haloWidth), true);
      // The halo is text as well, but says nothing.
      out_ += "/Span<</ActualText<FEFF>>>BDC BT 1 Tr ";
      for (const auto& stretch : list) show(text, stretch);
      out_ += "0 Tr ET EMC\n";
    }
    fillColour(text.colour);
    for (const auto& stretch : list) {
      const bool spoken = speaksForItself(run, stretch);
      if (!spoken)
        out_ += fmt::format("/Span<</ActualText<FEFF{}>>>BDC ",
                            utf16Hex(std::string_view(run.text).substr(
                                stretch.firstByte, stretch.lastByte - stretch.firstByte)));
      out_ += "BT ";
      show(text, stretch);
      out_ += spoken ? "ET\n" : "ET EMC\n";
    }
  }
  bool has(const GlyphStretch& s) const { return drawing_.fonts && s.font < drawing_.fonts->fonts().size(); }
  // Wide letter spacing reads as gaps between words, and a cluster of several glyphs has no code of its own.
  bool speaksForItself(const scene::GlyphRun& run, const GlyphStretch& s) const {
    if (!has(s)) return true;
    for (size_t i = s.firstGlyph; i < s.lastGlyph; ++i) {
      const auto words = textOfGlyph(run, i);
      if (words.empty() || glyphs_.at({s.font, run.glyphs[i].id}) != words) return false;
      if (i + 1 < s.lastGlyph && (run.glyphs[i + 1].x - run.glyphs[i].x) / run.size -
                                         fonts_.advance({s.font, run.glyphs[i].id}) / 1000 >
                                     0.06)
        return false;
    }
    return true;
  }
  void show(const scene::Text& text, const GlyphStretch& s) {
    const auto& run = text.run;
    if (!has(s)) return;
    const double cosine = std::cos(text.angle), sine = std::sin(text.angle), size = px(run.size);
    out_ += fmt::format("/F{} ", s.font);
    pdfNumber(out_, size), out_ += " Tf ";
    double pen = 0, y = 0;
    bool open = false;
    for (size_t i = s.firstGlyph; i < s.lastGlyph; ++i) {
      const auto& g = run.glyphs[i];
      if (!open || g.y != y) {
        if (open) out_ += ">]TJ ";
        const double x = px(text.origin.x + g.x * cosine - g.y * sine),
                     at = px(text.origin.y + g.x * sine + g.y * cosine);
        if (text.angle == 0) out_ += "1 0 0 -1 ";
        else out_ += fmt::format("{:.5f} {:.5f} {:.5f} {:.5f} ", cosine, sine, sine, -cosine);
        up(x), up(at), out_ += "Tm [<";
        pen = g.x, y = g.y, open = true;
      }
      const double off = (pen - g.x) / run.size * 1000;
      if (std::abs(off) >= 3 && std::abs(pen - g.x) * k_ >= 0.2) {  // less is not seen, and does not add up
        out_ += '>';
        pdfNumber(out_, std::round(off));
        out_ += '<';
        pen -= std::round(off) / 1000 * run.size;
      }
      out_ += fmt::format("{:04X}", fonts_.code({s.font, g.id}));
      pen += fonts_.advance({s.font, g.id}) / 1000 * run.size;
    }
    if (open) out_ += ">]TJ ";
  }

  const scene::Drawing& drawing_;
  const VectorOptions& options_;
  const PdfFonts& fonts_;
  const geo::Georeferencer* place_;
  const PdfGlyphs& glyphs_;
  bool parallel_;
  PdfObjects objects_;
  double k_, seam_;
  Reducer reducer_;
  Rect canvas_, clip_;
  std::optional<Rect> current_;
  State state_;
  std::vector<State> saved_;
  std::string out_, states_, shadings_, xObjects_;
  std::vector<std::string> chunks_;
  std::set<std::string> named_;
  std::vector<uint64_t> said_ = std::vector<uint64_t>(1 << 14);
  scene::Path shape_;             // what was entered, in units
  std::optional<Bounds> symbol_;  // that is being said around its middle
  Vec origin_;
  std::vector<geo::Point> run_;
  LineSimplifier simplifier_;
  std::map<std::string, std::vector<std::pair<std::vector<Vec>, std::string>>> symbols_;  // by their verbs
};

}  // namespace

geo::Result<PdfPage> pdfPage(const scene::Drawing& drawing, const VectorOptions& options, PdfSeries& series,
                             const PdfGlyphs* known, int parent, int fontDictionary, bool parallel,
                             geo::Progress* progress) {
  if (!(drawing.width > 0 && drawing.height > 0 && options.millimetresPerUnit > 0))
    return geo::fail("A page without a size cannot be made.", "Ask for a width and a height above zero.");
  if (std::max(drawing.width, drawing.height) * options.millimetresPerUnit >
      5080)  // viewers need not open more
    return geo::fail("A page of more than 5.08 m cannot be a PDF.",
                     "Choose a smaller page, or another format.");
  PdfPage page;
  page.glyphs = glyphsOf(drawing, known), page.sizes = sizesOf(drawing, options.millimetresPerUnit);
  PdfFonts* fonts = series.fonts(drawing.fonts);
  if (!fonts)
    return geo::fail("The sheets of one file are set with different fonts.", "Use one typesetter for all.");
  if (auto ok = fonts->open(page.glyphs); !ok) return tl::unexpected(ok.error());
  std::shared_ptr<const geo::Georeferencer> place;
  if (options.crs && options.crs->known()) place = series.place(*options.crs);
  PageWriter writer(drawing, options, *fonts, place.get(), page.glyphs, parallel);
  if (auto ok = writer.write(progress); !ok) return tl::unexpected(ok.error());
  page.objects = writer.finish(parent, fontDictionary);
  return page;
}

}  // namespace paper
