// The import assistant: a table as its file has it, what it becomes, and where that lies, before it is taken
// in.
#include "app/panels/dialogs.h"
#include "app/panels/dock.h"
#include "app/panels/form.h"
#include "app/panels/matching.h"
#include "app/session/import.h"
#include "app/session/layer_card.h"

#include "geo/datum.h"

namespace panels {
namespace {

using session::ImportPreview;
using session::ImportSpec;
using session::ImportWork;
using session::Meaning;
using As = ImportSpec::As;
using Lack = ImportPreview::Lack;
using Part = geo::TablePreview::Part;

constexpr float headHeight = 44, rowHeight = 24;

std::string fileOf(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

std::string grouped(size_t n) { return figureText(static_cast<double>(n), 0); }

// What the list of an arbitrary place shows, without the popup's own button.
int listAt(Ui& ui, const std::string& id, Rect r, std::span<const std::string> labels, int chosen) {
  auto& c = ui.state.column;
  const std::string popup = "choice." + id;
  if (ui.press(id, r, "choice", chosen >= 0 ? labels[static_cast<size_t>(chosen)] : "").clicked)
    ui.openPopup(popup, r);
  if (ui.state.popup == popup) {
    c.choice = {popup, {labels.begin(), labels.end()}, {}, {}, chosen};
    c.choice.refusals.resize(labels.size());
  }
  if (c.pickedId != popup) return -1;
  c.pickedId.clear();
  return c.picked;
}

class Assistant {
 public:
  Assistant(Ui& ui, const ImportPreview& p)
      : ui_(ui), k_(ui.k), p_(p), work_(ui.view.import), found_(p.found), state_(ui.state.import) {}

  void draw(const DialogFrame& f) {
    const float gap = 20 * k_, left = std::round(332 * k_);
    drawChoices({f.body.x, f.body.y - 8 * k_, left, f.body.h + 8 * k_});
    const Rect right{f.body.x + left + gap, f.body.y - 8 * k_, f.body.w - left - gap, f.body.h + 8 * k_};
    if (!p_.error.what.empty()) return drawError(right);
    if (!seen()) return drawWaiting(right);
    const float map = std::round(std::max(170 * k_, right.h * 0.4f));
    drawTable({right.x, right.y, right.w, right.h - map - 12 * k_});
    drawOutcome({right.x, right.bottom() - map, right.w, map});
    drawTypes();
  }

  // Why it cannot be taken in now.
  Refusal refusal() const {
    if (!p_.done) return ui_.tr("正在读取 …");
    if (!p_.error.what.empty()) return p_.error.text();
    switch (p_.lack) {
      case Lack::nothing:
        return ui_.refusal(command());
      case Lack::coordinates:
        return ui_.tr("选出经度和纬度两列，或改为按地名上图。");
      case Lack::names:
        return ui_.tr("选出写着县、镇或地址的一列。");
      case Lack::areas:
        return ui_.tr("项目里没有可以对照的县级图层。");
      case Lack::key:
        return ui_.tr("选出写着县名或代码的一列。");
      case Lack::figures:
        return ui_.tr("至少选一列数字。");
      case Lack::matches:
        return ui_.tr("没有一个名称对得上。");
    }
    return {};
  }
  session::ImportTable command() const { return {work_.path, found_, work_.layer}; }

 private:
  bool seen() const { return p_.table.loaded.layer != nullptr; }
  const geo::Table& table() const { return p_.table.loaded.layer->table; }

  template <class Change>
  void say(Change&& change) {
    ImportWork next = work_;
    change(next);
    ui_.send(session::LookAtTable{next});
  }

  // Choices
  // ----------------------------------------------------------------------------------------------------------
  void drawChoices(Rect r) {
    const std::string parts[] = {ui_.tr("变成什么"), ui_.tr("怎样读")};
    if (const int c = segmentsAt(ui_, "import.part", {r.x, r.y, r.w, 28 * k_}, parts, state_.part); c >= 0)
      state_.part = c;
    const Rect area{r.x, r.y + 36 * k_, r.w + 12 * k_, r.h - 36 * k_};
    ui_.beginScroll("##importChoices", area);
    Form f(ui_, r.x, r.right() - 2 * k_, ui_.scrollTop());
    f.label = 96;
    if (state_.part == 1) drawReading(f);
    else if (seen() && p_.error.what.empty()) drawBecoming(f);
    ui_.endScroll(f.y + 12 * k_);
  }

  void drawReading(Form& f) {
    const auto& t = p_.table;
    f.y += 6 * k_;
    f.note(work_.path);
    if (t.sheets.size() > 1) {
      const auto at = std::find(t.sheets.begin(), t.sheets.end(), t.sheet);
      const int chosen = at == t.sheets.end() ? -1 : static_cast<int>(at - t.sheets.begin());
      if (const int c = f.choice("import.sheet", ui_.tr("工作表"), t.sheets, chosen); c >= 0 && c != chosen)
        say([&](ImportWork& w) { reset(w), w.choices.sourceLayer = t.sheets[static_cast<size_t>(c)]; });
    }
    if (!t.separator.empty() || !seen()) {
      encoding(f);
      separator(f);
    }
    if (t.plainCells || !seen()) header(f);
    std::string marks;
    for (const auto& m : work_.choices.cells.missing) marks += (marks.empty() ? "" : " ") + m;
    if (t.plainCells) {
      if (const auto said = f.field("import.missing", ui_.tr("也算缺失"), marks); said)
        say([&](ImportWork& w) {
          w.choices.cells.missing.clear();
          for (size_t at = 0; at < said->size();) {
            const size_t end = std::min(said->find(' ', at), said->size());
            if (end > at) w.choices.cells.missing.push_back(said->substr(at, end - at));
            at = end + 1;
          }
        });
      f.note(ui_.tr("用空格隔开；“—”“无数据”“暂无”等本来就算缺失。"));
    }
    if (!seen()) return;
    size_t unread = 0;
    for (const auto& c : t.columns) unread += c.unread;
    f.section(ui_.tr("读出的"), fmt::format(fmt::runtime(ui_.tr("{} 行 · {} 列")), grouped(table().rows()),
                                            table().columns.size()));
    if (unread)
      f.note(fmt::format(fmt::runtime(ui_.tr("! {} 个单元格没有读出，表里标出", unread)), unread),
             ui_.theme.warning);
    for (const auto& problem : t.loaded.report.problems) {
      if (problem.kind == "no-coordinates" || problem.kind == "bad-coordinates") continue;
      std::string text = session::problemText(problem, ui_.view.language);
      if (!problem.rows.empty())
        text += fmt::format(fmt::runtime(ui_.tr("（{} 行）", problem.rows.size())), problem.rows.size());
      f.note((problem.harmless ? "· " : "! ") + text,
             problem.harmless ? std::optional<Rgba>() : std::optional<Rgba>(ui_.theme.warning));
    }
    f.note(ui_.tr("点列名下的类型可以改；点行号可以把那一行定为表头。"));
  }

  void encoding(Form& f) {
    const std::string found = p_.table.encoding;
    std::vector<std::string> all{found.empty() || !work_.choices.encoding.empty()
                                     ? std::string(ui_.tr("按字节判断"))
                                     : fmt::format(fmt::runtime(ui_.tr("按字节判断：{}")), found)};
    const char* known[] = {"UTF-8", "GB18030", "Big5", "UTF-16LE", "Shift_JIS", "EUC-KR"};
    int chosen = 0;
    for (size_t i = 0; i < std::size(known); ++i) {
      if (work_.choices.encoding == known[i]) chosen = static_cast<int>(i) + 1;
      all.emplace_back(known[i]);
    }
    if (const int c = f.choice("import.encoding", ui_.tr("编码"), all, chosen); c >= 0 && c != chosen)
      say([&](ImportWork& w) { reset(w), w.choices.encoding = c ? all[static_cast<size_t>(c)] : ""; });
  }

  void separator(Form& f) {
    static constexpr std::pair<const char*, const char*> known[] = {
        {",", "逗号 ,"}, {"\t", "制表符"}, {";", "分号 ;"}, {"|", "竖线 |"}, {" ", "空格"}};
    const auto word = [&](const std::string& s) {
      for (const auto& [mark, name] : known)
        if (s == mark) return std::string(ui_.tr(name));
      return s;
    };
    std::vector<std::string> all{
        p_.table.separator.empty() || !work_.choices.cells.separator.empty()
            ? std::string(ui_.tr("自动"))
            : fmt::format(fmt::runtime(ui_.tr("自动：{}")), word(p_.table.separator))};
    int chosen = 0;
    for (const auto& [mark, name] : known) {
      if (work_.choices.cells.separator == mark) chosen = static_cast<int>(all.size());
      all.emplace_back(ui_.tr(name));
    }
    if (const int c = f.choice("import.separator", ui_.tr("分隔符"), all, chosen); c >= 0 && c != chosen)
      say([&](ImportWork& w) {
        reset(w), w.choices.cells.separator = c ? known[static_cast<size_t>(c) - 1].first : "";
      });
  }

  void header(Form& f) {
    const int now = work_.choices.cells.headerRow;
    std::vector<std::string> all{now == 0 && p_.table.headerRow
                                     ? fmt::format(fmt::runtime(ui_.tr("自动：第 {} 行")), p_.table.headerRow)
                                     : std::string(now == 0 ? ui_.tr("自动：没有找到表头") : ui_.tr("自动")),
                                 ui_.tr("没有表头")};
    for (int i = 1; i <= 12; ++i) all.push_back(fmt::format(fmt::runtime(ui_.tr("第 {} 行")), i));
    const int chosen = now == 0 ? 0 : now < 0 ? 1 : now + 1 < static_cast<int>(all.size()) ? now + 1 : -1;
    const std::string other = chosen < 0 ? fmt::format(fmt::runtime(ui_.tr("第 {} 行")), now) : std::string();
    if (const int c = f.choice("import.header", ui_.tr("表头"), all, chosen, {}, {}, other.c_str());
        c >= 0 && c != chosen)
      say([&](ImportWork& w) { setHeader(w, c == 0 ? 0 : c == 1 ? -1 : c - 1); });
    if (p_.table.headerRow == 0 && seen() && p_.table.plainCells && now == 0)
      f.note(ui_.tr("! 第一行已经是数据，列名是程序起的。"), ui_.theme.warning);
  }

  // Columns have other names now: what was said of them means nothing any more.
  static void reset(ImportWork& w) {
    auto& c = w.choices;
    c.cells.text.clear(), c.cells.numbers.clear(), c.cells.dates.clear();
    c.key.clear(), c.label.clear(), c.x.clear(), c.y.clear(), c.placeBy.clear(), c.county.clear();
    c.year.clear(), c.whole.clear(), c.figures.clear(), w.figuresSaid = false;
  }
  static void setHeader(ImportWork& w, int row) { reset(w), w.choices.cells.headerRow = row; }

  void drawBecoming(Form& f) {
    f.y += 6 * k_;
    const bool shapes = p_.table.loaded.layer->shapes.kind == geo::ShapeKind::line ||
                        p_.table.loaded.layer->shapes.kind == geo::ShapeKind::polygon;
    struct Way {
      As as;
      Glyph glyph;
      const char *id, *text, *note;
    };
    static constexpr Way ways[] = {{As::points, Glyph::map, "points", "有坐标的点", "经纬度或平面坐标"},
                                   {As::names, Glyph::card, "names", "按地名上图", "县、镇或地址，记为估计"},
                                   {As::figures, Glyph::choropleth, "figures", "各县指标", "一县一行的数字"}};
    for (const Way& w : ways) {
      const Refusal why = shapes && w.as != As::points ? Refusal(ui_.tr("这个表格自带图形。")) : Refusal();
      if (f.option(std::string("import.as.") + w.id, w.glyph, ui_.tr(w.text), ui_.tr(w.note),
                   found_.as == w.as, why))
        say([&](ImportWork& x) { x.asSaid = true, x.choices.as = w.as; });
    }
    f.space(6);
    if (found_.as == As::points) pointChoices(f);
    if (found_.as == As::names) nameChoices(f);
    if (found_.as == As::figures) figureChoices(f);
    matching(f);
    f.space(4);
    f.note(p_.known ? ui_.tr("项目已记下这样的表格：下一个同形的文件直接照此加入。")
                    : ui_.tr("导入后这些选择记在项目里，下一个同形的文件直接照此加入。"));
  }

  // A column of the table; `none`: what stands for no column, or null.
  void columnChoice(Form& f, const char* id, const char* word, const std::string& now, const char* none,
                    const std::function<void(ImportWork&, const std::string&)>& set) {
    std::vector<std::string> all, notes;
    if (none) all.emplace_back(ui_.tr(none)), notes.emplace_back();
    int chosen = now.empty() && none ? 0 : -1;
    for (size_t i = 0; i < table().columns.size(); ++i) {
      if (table().columns[i].name == now) chosen = static_cast<int>(all.size());
      all.push_back(table().columns[i].name), notes.push_back(meaningWord(i));
    }
    const int c = f.choice(id, ui_.tr(word), all, chosen, notes, {}, ui_.tr("选一列"));
    if (c < 0 || c == chosen) return;
    say([&](ImportWork& w) {
      w.asSaid = true, w.choices.as = found_.as;
      set(w, none && c == 0 ? std::string() : all[static_cast<size_t>(c)]);
    });
  }

  void look(Form& f) {
    columnChoice(f, "import.label", "名称一列", found_.label, "不标名称",
                 [](ImportWork& w, const std::string& c) { w.choices.label = c; });
    static constexpr scene::Role roles[] = {
        scene::Role::context,  scene::Role::enterprise, scene::Role::platform,
        scene::Role::station,  scene::Role::node,       scene::Role::core,
        scene::Role::agriPark, scene::Role::town,       scene::Role::rail};
    std::vector<std::string> names;
    int chosen = 0;
    for (size_t i = 0; i < std::size(roles); ++i) {
      if (roles[i] == found_.role) chosen = static_cast<int>(i);
      names.push_back(i ? roleName(ui_, roles[i]) : std::string(ui_.tr("其他")));
    }
    if (const int c = f.choice("import.role", ui_.tr("是什么"), names, chosen); c >= 0 && c != chosen)
      say([&](ImportWork& w) { w.roleSaid = true, w.choices.role = roles[static_cast<size_t>(c)]; });
  }

  void pointChoices(Form& f) {
    if (p_.table.loaded.layer->shapes.kind != geo::ShapeKind::line &&
        p_.table.loaded.layer->shapes.kind != geo::ShapeKind::polygon) {
      columnChoice(f, "import.x", "经度或 X", found_.x, nullptr, [&](ImportWork& w, const std::string& c) {
        w.choices.x = c, w.choices.y = found_.y.empty() ? c : found_.y;
      });
      columnChoice(f, "import.y", "纬度或 Y", found_.y, nullptr, [&](ImportWork& w, const std::string& c) {
        w.choices.y = c, w.choices.x = found_.x.empty() ? c : found_.x;
      });
      f.note(ui_.tr("两项选同一列：经纬度写在一格里。"));
    }
    const std::string data[] = {ui_.tr("按证据"), "WGS 84 / CGCS2000", "GCJ-02", "BD-09", "BD-09MC"};
    static constexpr const char* words[] = {"", "WGS 84", "GCJ-02", "BD-09", "BD-09MC"};
    int chosen = 0;
    for (int i = 1; i < 5; ++i)
      if (work_.choices.datum == words[i]) chosen = i;
    if (const int c = f.choice("import.datum", ui_.tr("偏移"), data, chosen); c >= 0 && c != chosen)
      say([&](ImportWork& w) { w.choices.datum = words[c]; });
    if (const auto said = f.field("import.crs", ui_.tr("坐标系"), work_.choices.crs); said)
      say([&](ImportWork& w) { w.choices.crs = *said; });
    evidence(f);
    look(f);
  }

  void evidence(Form& f) {
    const auto& c = p_.crs;
    if (c.used.empty()) {
      if (p_.done && found_.x.size()) f.note(ui_.tr("坐标看不出是哪个坐标系：写明，例如 EPSG:4547。"));
      return;
    }
    const std::string sure = fmt::format(fmt::runtime(ui_.tr("把握 {:.0f} %")), c.confidence * 100);
    std::string text = fmt::format(fmt::runtime(ui_.tr("坐标看来是 {}，{}。")), c.used, sure);
    const bool shifted = !found_.datum.empty() && found_.datum != "WGS 84";
    if (shifted && work_.choices.datum.empty())
      text += fmt::format(fmt::runtime(ui_.tr("偏移 {:.0f} 米，已选纠偏。")), c.shiftMetres);
    f.note(text, shifted ? std::optional<Rgba>(ui_.theme.warning) : std::optional<Rgba>());
    ui_.record("import.evidence", f.line(1), "text", text);
  }

  void nameChoices(Form& f) {
    columnChoice(f, "import.placeBy", "所在地一列", found_.placeBy, nullptr,
                 [](ImportWork& w, const std::string& c) { w.choices.placeBy = c; });
    columnChoice(f, "import.county", "所在县一列", found_.county, "没有",
                 [](ImportWork& w, const std::string& c) { w.choices.county = c; });
    look(f);
  }

  void figureChoices(Form& f) {
    columnChoice(f, "import.key", "县名或代码", found_.key, nullptr,
                 [](ImportWork& w, const std::string& c) { w.choices.key = c; });
    columnChoice(f, "import.year", "年份", found_.year, "没有",
                 [](ImportWork& w, const std::string& c) { w.choices.year = c; });
    f.word(ui_.tr("合计行"));
    ui_.text(Type::body, f.control(), found_.whole.empty() ? ui_.tr("没有") : found_.whole, ui_.theme.text1);
    ui_.record("import.whole", f.control(), "text", found_.whole);
    f.space(32);
    f.section(ui_.tr("数值"), fmt::format(fmt::runtime(ui_.tr("选中 {} 项")), found_.figures.size()));
    if (!p_.years.empty() && f.toggle("import.years", ui_.tr("列名里的年份合成一项指标"), !work_.yearsApart))
      say([&](ImportWork& w) {
        w.asSaid = true, w.choices.as = As::figures;
        w.yearsApart = !w.yearsApart, w.figuresSaid = false, w.choices.figures.clear();
      });
    for (size_t i = 0; i < table().columns.size(); ++i) {
      const geo::Column& c = table().columns[i];
      if (!c.numeric() || c.name == found_.key || c.name == found_.year) continue;
      const session::YearGroup* years = work_.yearsApart ? nullptr : yearsOf(c.name);
      if (years && years->columns.begin()->second != c.name) continue;
      const auto at = std::find_if(found_.figures.begin(), found_.figures.end(), [&](const auto& x) {
        return years ? x.years && x.column == years->name : !x.years && x.column == c.name;
      });
      figure(f, i, c, years, at == found_.figures.end() ? nullptr : &*at);
    }
  }

  const session::YearGroup* yearsOf(const std::string& column) const {
    for (const auto& g : p_.years)
      for (const auto& [year, name] : g.columns)
        if (name == column) return &g;
    return nullptr;
  }

  // 2021–2023, or each where some are left out.
  std::string yearsText(const session::YearGroup& g) const {
    const int first = g.columns.begin()->first, last = g.columns.rbegin()->first;
    if (last - first + 1 == static_cast<int>(g.columns.size())) return fmt::format("{}–{}", first, last);
    std::string text;
    for (const auto& [year, column] : g.columns)
      text += fmt::format("{}{}", text.empty() ? "" : ui_.chinese() ? "、" : ", ", year);
    return text;
  }

  void figure(Form& f, size_t i, const geo::Column& c, const session::YearGroup* years,
              const session::FigureSpec* on) {
    const std::string id = fmt::format("import.figure.{}", i);
    const auto mine = [&](const session::FigureSpec& x) {
      return years ? x.years && x.column == years->name : !x.years && x.column == c.name;
    };
    const float unit = 84 * k_, top = f.y;
    const auto figures = [&](const std::function<void(std::vector<session::FigureSpec>&)>& change) {
      say([&](ImportWork& w) {
        w.asSaid = true, w.choices.as = As::figures, w.figuresSaid = true;
        w.choices.figures = found_.figures;
        change(w.choices.figures);
      });
    };
    Form half(ui_, f.x0, f.x1 - unit - 8 * k_, f.y);
    const session::FigureSpec plain = on      ? *on
                                      : years ? session::figureOf(table(), *years, work_.path)
                                              : session::figureOf(c);
    std::string name = on || years ? ui_.name(plain.name) : c.name;
    if (years) name += " " + yearsText(*years);
    name = ui_.cut(Type::body, name, half.width() - 30 * k_);
    if (half.toggle(id, name, on != nullptr))
      figures([&](auto& list) {
        if (on) std::erase_if(list, mine);
        else list.push_back(plain);
      });
    if (on) {
      const auto said =
          fieldAt(ui_, id + ".unit", {f.x1 - unit, top, unit, 26 * k_}, ui_.name(on->unit), ui_.tr("单位"));
      if (said)
        figures([&](auto& list) {
          for (auto& x : list)
            if (mine(x)) x.unit = {*said, *said};
        });
    }
    f.y = half.y;
    if (!on || !years || !years->name.empty()) return;
    // Years alone do not say what they are of.
    if (const auto said = f.field(id + ".name", ui_.tr("指标名称"), ui_.name(on->name));
        said && !said->empty())
      figures([&](auto& list) {
        for (auto& x : list)
          if (mine(x)) x.name = {*said, *said};
      });
  }

  void matching(Form& f) {
    if (found_.as == As::points || !p_.done) return;
    if (!p_.byAlias.empty()) {
      std::string text;
      size_t n = 0;
      for (const auto& a : p_.byAlias) {
        if ((a.how != "alias" && a.how != "accepted") || n == 6) continue;
        text += (n++ ? ui_.chinese() ? "，" : ", " : "") + fmt::format("{} = {}", a.right, a.left);
      }
      if (n) f.note(fmt::format(fmt::runtime(ui_.tr("写法不同而对上的：{}。")), text));
    }
    if (!p_.unmatched.empty()) {
      const bool own = specOf(ui_, p_.namesOf) != nullptr;
      f.warning(
          "import.unmatched",
          fmt::format(fmt::runtime(ui_.tr("{} 个名称没有对上", p_.unmatched.size())), p_.unmatched.size()),
          own ? ui_.tr("点相近的一个就认定，可以撤销。") : "");
      if (own) drawUnmatched(f, "import.match", {p_.namesOf, p_.unmatched, p_.suggestions}, 20);
    }
    if (specOf(ui_, p_.namesOf)) drawAccepted(f, "import.match", p_.namesOf);
  }

  // The table
  // --------------------------------------------------------------------------------------------------------
  std::string meaningWord(size_t i) const {
    if (i >= p_.meanings.size()) return {};
    const std::string& unit = table().columns[i].unit;
    switch (p_.meanings[i]) {
      case Meaning::text:
        return ui_.tr("文本");
      case Meaning::number:
        return ui_.tr("数值") + (unit.empty() ? std::string() : " · " + unit);
      case Meaning::year:
        return ui_.tr("年份");
      case Meaning::code:
        return ui_.tr("代码");
      case Meaning::date:
        return ui_.tr("日期");
      case Meaning::longitude:
        return ui_.tr("经度或 X");
      case Meaning::latitude:
        return ui_.tr("纬度或 Y");
      case Meaning::lonLat:
        return ui_.tr("经纬度");
      case Meaning::place:
        return ui_.tr("地名");
      case Meaning::address:
        return ui_.tr("地址");
    }
    return {};
  }

  bool used(const std::string& column) const {
    if (column.empty()) return false;
    for (const std::string* c :
         {&found_.x, &found_.y, &found_.label, &found_.placeBy, &found_.county, &found_.key, &found_.year})
      if (*c == column) return true;
    const session::YearGroup* years = work_.yearsApart ? nullptr : yearsOf(column);
    return std::any_of(found_.figures.begin(), found_.figures.end(), [&](const auto& f) {
      return f.years ? years && f.column == years->name : f.column == column;
    });
  }

  void drawTable(Rect r) {
    const auto& t = ui_.theme;
    const auto& lines = p_.table.lines;
    const size_t columns = std::min<size_t>(table().columns.size(), 400);
    const float number = std::round(46 * k_), head = std::round(headHeight * k_),
                row = std::round(rowHeight * k_), hair = std::max(1.0f, std::floor(k_));
    std::vector<float> widths(columns);
    double all = number;
    for (size_t c = 0; c < columns; ++c) {
      float w = std::max(ui_.width(Type::strong, table().columns[c].name),
                         ui_.width(Type::note, typeLine(c)) + 14 * k_);
      for (size_t l = 0; l < std::min<size_t>(lines.size(), 30); ++l)
        if (lines[l].part == Part::data) w = std::max(w, ui_.width(Type::body, shown(lines[l].cells[c])));
      widths[c] = std::round(std::clamp(w + 20 * k_, 76 * k_, 230 * k_));
      all += widths[c];
    }
    ui_.fill(r, t.dark ? t.background : Rgba{255, 255, 255, 255}, 4 * k_);
    const Rect area{r.x, r.y + head, r.w, r.h - head};
    keys(row, area.h);
    const Rect inner =
        scrollArea(ui_, "import.table", area, all, row * static_cast<double>(lines.size()), state_.table);
    const float scrolled = static_cast<float>(std::round(state_.table.x)), left = r.x + number;
    auto& list = ui_.list();
    list.PushClipRect({inner.x, inner.y}, {inner.right(), inner.bottom()}, true);
    for (size_t l = 0; l < lines.size(); ++l) {
      const auto& line = lines[l];
      const float y = std::round(inner.y + row * static_cast<float>(l) - static_cast<float>(state_.table.y));
      if (y + row < inner.y || y > inner.bottom()) continue;
      const bool data = line.part == Part::data, header = line.part == Part::header;
      if (header) ui_.fill({inner.x, y, inner.w, row}, t.accent.withAlpha(0.1));
      list.PushClipRect({left, inner.y}, {inner.right(), inner.bottom()}, true);
      float x = left - scrolled;
      const bool alone = line.part == Part::title || line.part == Part::note;
      for (size_t c = 0; c < columns; ++c) {
        float w = widths[c];
        // A title reaches as far as nothing stands beside it.
        for (size_t n = c + 1; alone && n < columns && line.cells[n].empty(); ++n) w += widths[n];
        if (x + w > left && x < inner.right()) cell(line, c, {x, y, w, row}, data, header);
        x += widths[c];
      }
      list.PopClipRect();
      ui_.fill({inner.x, y + row - hair, inner.w, hair}, t.rule.withAlpha(0.5));
      rowNumber(line, {inner.x, y, number, row});
    }
    list.PopClipRect();
    headCells(r, left, scrolled, inner.right(), head, widths);
    ui_.frame(r, t.rule, 4 * k_, hair);
    ui_.record("import.table", inner, "rows", fmt::format("{}", lines.size()));
    if (!p_.done) drawBusy({r.x, r.y, r.w, r.h});
  }

  static std::string shown(const std::string& cell) {
    std::string out = cell;
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    return out;
  }

  void cell(const geo::TablePreview::Line& line, size_t c, Rect r, bool data, bool header) {
    const auto& t = ui_.theme;
    const std::string text = shown(line.cells[c]);
    const bool unread = line.unread[c] != 0;
    if (unread) ui_.fill({r.x + 1, r.y + 1, r.w - 2, r.h - 2}, t.warning.withAlpha(t.dark ? 0.22 : 0.16));
    const Rect in{r.x + 10 * k_, r.y, r.w - 20 * k_, r.h};
    if (text.empty()) {
      if (data) hatch(ui_, {r.x + 4 * k_, r.y + 5 * k_, r.w - 8 * k_, r.h - 11 * k_});
      return;
    }
    const Rgba ink = unread                          ? t.warning
                     : header                        ? t.text1
                     : !data                         ? t.text3
                     : used(table().columns[c].name) ? t.text1
                                                     : t.text2;
    const bool right = data && table().columns[c].numeric();
    ui_.text(header ? Type::strong : Type::body, in, ui_.cut(header ? Type::strong : Type::body, text, in.w),
             ink, right ? Align::right : Align::left);
    if (unread) ui_.record(fmt::format("import.unread.{}.{}", line.number, c), r, "cell", text);
  }

  void rowNumber(const geo::TablePreview::Line& line, Rect r) {
    const auto& t = ui_.theme;
    if (!p_.table.plainCells && line.part == Part::header) return;
    const std::string id = fmt::format("import.row.{}", line.number);
    if (!p_.table.plainCells) {
      ui_.text(Type::note, {r.x, r.y, r.w - 10 * k_, r.h}, fmt::format("{}", line.number), t.text3,
               Align::right);
      return;
    }
    const auto p = ui_.press(id, r, "line", line.part == Part::header ? "header" : "");
    if (p.hovered) ui_.fill(r, t.accent.withAlpha(0.14));
    ui_.tip(id, p.hovered, ui_.tr("把这一行定为表头"));
    ui_.text(Type::note, {r.x, r.y, r.w - 10 * k_, r.h}, fmt::format("{}", line.number),
             line.part == Part::header ? t.accent : t.text3, Align::right);
    if (p.clicked) say([&](ImportWork& w) { setHeader(w, static_cast<int>(line.number)); });
  }

  std::string typeLine(size_t c) const {
    std::string text = meaningWord(c);
    if (c < p_.table.columns.size() && p_.table.columns[c].unread)
      text += fmt::format(fmt::runtime(ui_.tr(" · {} 格未读出", p_.table.columns[c].unread)),
                          p_.table.columns[c].unread);
    else if (c < p_.table.columns.size() && p_.table.columns[c].missing)
      text += fmt::format(fmt::runtime(ui_.tr(" · 缺 {}")), p_.table.columns[c].missing);
    return text;
  }

  void headCells(Rect r, float left, float scrolled, float right, float head,
                 const std::vector<float>& widths) {
    const auto& t = ui_.theme;
    const float hair = std::max(1.0f, std::floor(k_));
    ui_.fill({r.x, r.y, r.w, head}, t.bar, 4 * k_);
    ImGui::PushClipRect({left, r.y}, {right, r.y + head}, true);
    float x = left - scrolled;
    types_.clear();
    for (size_t c = 0; c < widths.size(); ++c) {
      const Rect cell{x, r.y, widths[c], head};
      x += widths[c];
      if (cell.right() <= left || cell.x >= right) continue;
      const std::string& name = table().columns[c].name;
      const Rect in{cell.x + 10 * k_, cell.y + 3 * k_, cell.w - 20 * k_, 20 * k_};
      ui_.text(Type::strong, in, ui_.cut(Type::strong, name, in.w), used(name) ? t.accent : t.text1);
      const Rect kind{std::max(cell.x, left), cell.y + 22 * k_,
                      std::min(cell.right(), right) - std::max(cell.x, left), 20 * k_};
      const bool bad = c < p_.table.columns.size() && p_.table.columns[c].unread;
      ui_.text(Type::note, {in.x, kind.y, in.w - 12 * k_, kind.h},
               ui_.cut(Type::note, typeLine(c), in.w - 12 * k_), bad ? t.warning : t.text3);
      if (p_.table.plainCells) {
        ui_.icon(Icon::chevronDown, {in.right() - 4 * k_, kind.centre().y}, t.text3, 7);
        types_.emplace_back(c, kind);
      }
      ui_.record(fmt::format("import.column.{}", c), cell, "text", name + " " + typeLine(c));
      ui_.fill({cell.right() - hair, cell.y + 8 * k_, hair, cell.h - 16 * k_}, t.rule);
    }
    ImGui::PopClipRect();
    ui_.hairline(r.x, r.right(), r.y + head - hair);
  }

  // What a column is taken as, over what its cells look like.
  void drawTypes() {
    const std::string kinds[] = {ui_.tr("自动"), ui_.tr("文本"), ui_.tr("数值"), ui_.tr("日期")};
    for (const auto& [c, r] : types_) {
      const std::string& name = table().columns[c].name;
      const auto& cells = work_.choices.cells;
      const auto in = [&](const std::vector<std::string>& l) {
        return std::find(l.begin(), l.end(), name) != l.end();
      };
      const int now = in(cells.text) ? 1 : in(cells.numbers) ? 2 : in(cells.dates) ? 3 : 0;
      const int chosen = listAt(ui_, fmt::format("import.type.{}", c), r, kinds, now);
      if (chosen < 0 || chosen == now) continue;
      say([&](ImportWork& w) {
        auto& o = w.choices.cells;
        for (auto* l : {&o.text, &o.numbers, &o.dates}) std::erase(*l, name);
        if (chosen > 0) (chosen == 1 ? o.text : chosen == 2 ? o.numbers : o.dates).push_back(name);
        w.choices.figures.clear(), w.figuresSaid = false;
      });
    }
  }

  void keys(float row, float height) {
    if (ui_.state.wants.typing || !ui_.state.popup.empty()) return;
    for (const auto& key : ui_.input.keys) {
      if (key.ctrl || key.alt) continue;
      auto& s = state_.table;
      switch (key.key) {
        case 262:
          s.x += 80 * k_;
          break;
        case 263:
          s.x -= 80 * k_;
          break;
        case 264:
          s.y += row;
          break;
        case 265:
          s.y -= row;
          break;
        case 266:
          s.y -= height - row;
          break;
        case 267:
          s.y += height - row;
          break;
        case 268:
          s.x = s.y = 0;
          break;
        case '1':
        case '2':
        case '3':
          say([&](ImportWork& w) { w.asSaid = true, w.choices.as = static_cast<As>(key.key - '1'); });
          break;
        default:
          break;
      }
    }
  }

  // Where it lies
  // ------------------------------------------------------------------------------------------------------------
  void drawOutcome(Rect r) {
    const float facts = std::round(std::min(250 * k_, r.w * 0.34f));
    drawMap({r.x, r.y, r.w - facts - 16 * k_, r.h});
    Rect side{r.right() - facts, r.y, facts, r.h};
    float y = side.y + 2 * k_;
    const auto& t = ui_.theme;
    const auto say = [&](Type type, const std::string& text, Rgba ink) {
      y = ui_.paragraph(type, {side.x, y, side.w, 0}, text, ink) + 4 * k_;
    };
    const size_t rows = table().rows();
    std::string first;
    if (found_.as == As::figures) {
      first = fmt::format(fmt::runtime(ui_.tr("{} 个单元对上 {} 个", p_.areas)), p_.areas, p_.matched);
      say(Type::strong, first, p_.matched ? t.text1 : t.warning);
      if (!found_.figures.empty()) {
        const bool latest = !found_.year.empty() || found_.figures[0].years;
        say(Type::note,
            fmt::format(fmt::runtime(ui_.tr("图上是“{}”{}；颜色越鲜明，数值越大。")),
                        ui_.name(found_.figures[0].name), latest ? ui_.tr("（最近一年）") : ""),
            t.text2);
      }
      std::string made;
      for (const auto& x : found_.figures) {
        if (!x.years) continue;
        for (const auto& g : p_.years)
          if (g.name == x.column)
            made += (made.empty()    ? ""
                     : ui_.chinese() ? "；"
                                     : "; ") +
                    fmt::format(fmt::runtime(ui_.tr("{} 列成为“{}”的 {} 年")), g.columns.size(),
                                ui_.name(x.name), g.columns.size());
      }
      if (!made.empty()) {
        ui_.record("import.madeOfYears", side, "text", made);
        say(Type::note, made + (ui_.chinese() ? "。" : "."), t.text2);
      }
      if (found_.figures.size() > 1)
        say(Type::note,
            fmt::format(fmt::runtime(ui_.tr("共 {} 项指标。", found_.figures.size())), found_.figures.size()),
            t.text2);
    } else {
      first =
          fmt::format(fmt::runtime(ui_.tr("{} 条中 {} 条有位置", rows)), grouped(rows), grouped(p_.placed));
      say(Type::strong, first, p_.placed ? t.text1 : t.warning);
      if (p_.placed < rows)
        say(Type::note,
            fmt::format(fmt::runtime(ui_.tr("{} 条没有位置，导入后可以在图上放。", rows - p_.placed)),
                        grouped(rows - p_.placed)),
            t.text2);
      if (found_.as == As::names && p_.placed)
        say(Type::note, ui_.tr("放在所在县、镇的中心，记为估计，图上画出不确定范围。"), t.text2);
    }
    ui_.record("import.outcome", side, "text", first);
    if (const auto why = refusal(); why && p_.done) say(Type::note, *why, t.warning);
  }

  void drawMap(Rect r) {
    const auto& t = ui_.theme;
    ui_.fill(r, t.background, 4 * k_);
    geo::Box box;
    for (const auto& o : p_.outlines)
      for (const geo::Point v : o.points) box.add(v);
    for (const geo::Point v : p_.at)
      if (std::isfinite(v.x)) box.add(v);
    ui_.record("import.map", r, "map", fmt::format("{}", p_.placed));
    if (box.empty()) {
      ui_.frame(r, t.rule, 4 * k_, std::max(1.0f, std::floor(k_)));
      return;
    }
    const double span = std::max(box.width(), box.height());
    box = box.grown(std::max(span * 0.04, 100.0));
    const double scale = std::min(r.w / box.width(), r.h / box.height());
    const geo::Point mid = box.centre();
    const auto at = [&](geo::Point p) {
      return ImVec2{r.centre().x + static_cast<float>((p.x - mid.x) * scale),
                    r.centre().y - static_cast<float>((p.y - mid.y) * scale)};
    };
    auto& list = ui_.list();
    list.PushClipRect({r.x, r.y}, {r.right(), r.bottom()}, true);
    drawAreas(at);
    if (found_.as != As::figures) drawPlaces(at);
    list.PopClipRect();
    ui_.frame(r, t.rule, 4 * k_, std::max(1.0f, std::floor(k_)));
  }

  template <class At>
  void drawAreas(const At& at) {
    const auto& t = ui_.theme;
    auto& list = ui_.list();
    std::vector<double> ranked;
    for (const double v : p_.values)
      if (std::isfinite(v)) ranked.push_back(v);
    std::sort(ranked.begin(), ranked.end());
    for (size_t i = 0; i < p_.outlines.size(); ++i) {
      const auto& o = p_.outlines[i];
      std::vector<ImVec2> px;
      for (const geo::Point v : o.points) px.push_back(at(v));
      Rgba fill = t.panel;
      if (found_.as == As::figures && i < p_.values.size() && std::isfinite(p_.values[i]) &&
          !ranked.empty()) {
        const auto rank = std::upper_bound(ranked.begin(), ranked.end(), p_.values[i]) - ranked.begin();
        fill = t.panel | std::pair{t.accent, 0.15 + 0.75 * static_cast<double>(rank) /
                                                        static_cast<double>(ranked.size())};
      }
      const auto flags = list.Flags;
      list.Flags &= ~ImDrawListFlags_AntiAliasedFill;  // no seams between triangles
      for (size_t k = 0; k + 2 < o.triangles.size(); k += 3)
        list.AddTriangleFilled(px[o.triangles[k]], px[o.triangles[k + 1]], px[o.triangles[k + 2]],
                               colour(fill));
      list.Flags = flags;
    }
    for (const auto& o : p_.outlines) {
      uint32_t first = 0;
      for (const uint32_t end : o.ringEnds) {
        std::vector<ImVec2> ring;
        for (uint32_t v = first; v < end; ++v) ring.push_back(at(o.points[v]));
        list.AddPolyline(ring.data(), static_cast<int>(ring.size()), colour(t.text3.withAlpha(0.7)),
                         ImDrawFlags_Closed, std::max(1.0f, k_));
        first = end;
      }
    }
    for (const auto& o : p_.outlines) {
      if (o.points.empty() || o.name.empty()) continue;
      const ImVec2 c = at(o.centre);
      const float w = ui_.width(Type::note, o.name);
      ui_.textAt(Type::note, {c.x - w / 2, c.y + (found_.as == As::names ? 18 * k_ : 4 * k_)}, o.name,
                 t.text1.withAlpha(0.85));
    }
  }

  // Those of one place as one dot with their number.
  template <class At>
  void drawPlaces(const At& at) {
    const auto& t = ui_.theme;
    auto& list = ui_.list();
    std::map<std::pair<double, double>, size_t> places;
    size_t told = 0;
    for (const geo::Point p : p_.at)
      if (std::isfinite(p.x) && ++told <= 20'000) ++places[{p.x, p.y}];
    for (const auto& [p, count] : places) {
      const ImVec2 c = at({p.first, p.second});
      const float radius = (count == 1 ? 3.0f : 9.0f) * k_;
      list.AddCircleFilled(c, radius + k_, colour(t.halo));
      list.AddCircleFilled(c, radius, colour(t.accent.withAlpha(found_.as == As::names ? 0.75 : 0.9)));
      if (count == 1) continue;
      const std::string n = count < 1000 ? fmt::format("{}", count) : "999+";
      const float w = ui_.width(Type::chip, n);
      ui_.textAt(Type::chip, {c.x - w / 2, c.y + 4 * k_}, n,
                 t.dark ? t.background : Rgba{255, 255, 255, 255});
    }
  }

  void drawError(Rect r) {
    Form f(ui_, r.x, r.right(), r.y);
    f.warning("import.error", ui_.tr("这个文件不能当表格读"), p_.error.text());
    if (state_.part == 0) f.note(ui_.tr("在“怎样读”里可以换编码、分隔符、工作表或表头。"));
  }

  void drawWaiting(Rect r) { drawBusy(r); }
  void drawBusy(Rect r) {
    const std::string text = ui_.tr("正在读取 …");
    const float w = ui_.width(Type::body, text) + 28 * k_;
    const Rect b{std::round(r.centre().x - w / 2), std::round(r.centre().y - 15 * k_), w, 30 * k_};
    ui_.fill(b, ui_.theme.panel, 5 * k_);
    ui_.frame(b, ui_.theme.rule, 5 * k_, std::max(1.0f, std::floor(k_)));
    ui_.text(Type::body, b, text, ui_.theme.text2, Align::centre);
    ui_.record("import.busy", b, "text", text);
  }

  Ui& ui_;
  const float k_;
  const ImportPreview& p_;
  const ImportWork& work_;
  const ImportSpec& found_;
  ImportUi& state_;
  std::vector<std::pair<size_t, Rect>> types_;
};

}  // namespace

void drawImportDialog(Ui& ui) {
  auto& state = ui.state.import;
  const ImportWork& work = ui.view.import;
  if (work.path.empty()) {  // done, or called off
    ui.state.dialog = {};
    return;
  }
  if (state.path != work.path) state = {}, state.path = work.path;
  const auto seen = ui.session.importPreview();
  static const ImportPreview none;
  const ImportPreview& p = seen ? *seen : none;
  std::string title = fmt::format(fmt::runtime(ui.tr("导入表格：{}")), fileOf(work.path));
  if (const size_t more = ui.view.imports.size())
    title += fmt::format(fmt::runtime(ui.tr("（后面还有 {} 个）")), more);
  const auto f = beginDialog(ui, 1220, 780, title);
  Assistant assistant(ui, p);
  assistant.draw(f);
  const Refusal why = assistant.refusal();
  const int b = dialogButtons(
      ui, f, {{"import", work.layer.empty() ? ui.tr("导入") : ui.tr("重新导入")}, {"cancel", ui.tr("取消")}},
      why);
  ui.end();
  if ((b == 0 || (dialogEnter(ui) && !ui.state.wasTyping)) && !why) {
    const auto command = assistant.command();
    ui.send(command);
    if (!command.layer.empty()) ui.state.layer = command.layer;
  } else if (b == 1 || dialogEscape(ui)) {
    ui.send(session::LookAtTable{});
  }
}

}  // namespace panels
