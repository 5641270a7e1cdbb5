// Tables of a PostGIS server: where it is, what it has, which of them become layers. A password is asked for
// and kept in memory alone.
#include "app/panels/dialogs.h"
#include "app/panels/form.h"
#include "app/session/database_layers.h"
#include "geo/database.h"

namespace panels {
namespace {

// As libpq reads it.
std::string quoted(const std::string& value) {
  if (!value.empty() && value.find_first_of(" '\\") == value.npos) return value;
  std::string out = "'";
  for (const char c : value) out += (c == '\'' || c == '\\' ? std::string("\\") : std::string()) + c;
  return out + "'";
}

std::string sourceOf(const DatabaseUi& d) {
  if (d.service) return d.serviceName.empty() ? "" : "PG:service=" + quoted(d.serviceName);
  if (d.name.empty()) return {};
  std::string text = "PG:";
  if (!d.host.empty()) text += "host=" + quoted(d.host) + " ";
  if (!d.port.empty()) text += "port=" + quoted(d.port) + " ";
  text += "dbname=" + quoted(d.name);
  if (!d.user.empty()) text += " user=" + quoted(d.user);
  return text;
}

std::string rowsText(const Ui& ui, double rows) {
  if (rows < 0) return ui.tr("行数未知");
  return fmt::format(fmt::runtime(ui.tr("约 {} 行")), figureText(rows, 0));
}

std::string kindText(const Ui& ui, const std::string& geometry) {
  return ui.tr(geometry.find("Point") != std::string::npos  ? "点"
               : geometry.find("Line") != std::string::npos ? "线"
               : geometry.find("Polygon") != std::string::npos ||
                       geometry.find("Surface") != std::string::npos
                   ? "面"
                   : "不限类型");
}

class Connecting {
 public:
  Connecting(Ui& ui, const DialogFrame& f)
      : ui_(ui), k_(ui.k), f_(f), d_(ui.state.database), answer_(ui.session.databaseAnswer()) {}

  void draw() {
    const float left = std::round(300 * k_), gap = 24 * k_;
    form({f_.body.x, f_.body.y - 4 * k_, left, f_.body.h});
    tables({f_.body.x + left + gap, f_.body.y - 4 * k_, f_.body.w - left - gap, f_.body.h + 4 * k_});
  }

  Refusal refusal() const {
    if (!answer_ || !answer_->done || !answer_->error.what.empty()) return ui_.tr("先连接，再选表。");
    if (d_.chosen.empty()) return ui_.tr("先选一张表。");
    return {};
  }
  std::vector<std::string> sources() const {
    std::vector<std::string> out;
    for (const std::string& table : d_.chosen) out.push_back(answer_->source + " tables=" + quoted(table));
    return out;
  }
  void ask() {
    const std::string source = sourceOf(d_);
    const session::AskDatabase command{source, d_.password};
    if (source.empty() || ui_.refusal(command)) return;
    d_.chosen.clear(), d_.asked = true;
    ui_.send(command);
  }
  bool ready() const { return !refusal(); }

 private:
  void row(float& y, Rect r, const char* id, const char* word, std::string& value, const char* hint,
           bool secret = false) {
    const float label = 84 * k_;
    ui_.text(Type::body, {r.x, y, label, 30 * k_}, ui_.tr(word), ui_.theme.text2);
    const Rect field{r.x + label, y, r.w - label, 30 * k_};
    ui_.field(id, field, value, hint, false, nullptr, secret);
    y += 38 * k_;
  }

  void form(Rect r) {
    float y = r.y;
    const std::string ways[] = {ui_.tr("主机"), ui_.tr("libpq 服务")};
    if (const int c = segmentsAt(ui_, "database.way", {r.x, y, r.w, 30 * k_}, ways, d_.service); c >= 0)
      d_.service = c == 1;
    y += 42 * k_;
    if (d_.service) {
      row(y, r, "database.service", "服务名", d_.serviceName, "gis");
      y = ui_.paragraph(Type::note, {r.x, y, r.w, 0},
                        ui_.tr("写在 ~/.pg_service.conf 里的一段，主机、库名、用户都在那里。"),
                        ui_.theme.text3) +
          10 * k_;
    } else {
      row(y, r, "database.host", "主机", d_.host, "localhost");
      row(y, r, "database.port", "端口", d_.port, "5432");
      row(y, r, "database.name", "数据库", d_.name, "gis");
      row(y, r, "database.user", "用户", d_.user, ui_.tr("同系统用户"));
    }
    row(y, r, "database.password", "密码", d_.password, ui_.tr("可不填"), true);
    const bool busy = answer_ && !answer_->done;
    const std::string source = sourceOf(d_);
    const Refusal why = busy ? Refusal(ui_.tr("正在连接 …"))
                        : source.empty()
                            ? Refusal(d_.service ? ui_.tr("先写服务名。") : ui_.tr("先写数据库名。"))
                            : Refusal();
    if (ui_.button("database.connect", {r.x, y, r.w, 32 * k_}, ui_.tr("连接"),
                   ready() ? ButtonKind::plain : ButtonKind::primary, why))
      ask();
    y += 44 * k_;
    const auto note = [&](const char* text) {
      y = ui_.paragraph(Type::note, {r.x, y, r.w, 0}, ui_.tr(text), ui_.theme.text3) + 4 * k_;
    };
    note("密码只留在内存里，不写进项目；下次打开要再填。");
    note("想不再填：在 ~/.pgpass 里写一行");
    const std::string host = d_.host.empty() ? "localhost" : d_.host;
    const std::string line =
        fmt::format("{}:{}:{}:{}:{}", d_.service ? "*" : host, d_.service || d_.port.empty() ? "*" : d_.port,
                    d_.service || d_.name.empty() ? "*" : d_.name,
                    d_.service || d_.user.empty() ? "*" : d_.user, ui_.tr("密码"));
    y = ui_.paragraph(Type::note, {r.x, y, r.w, 0}, line, ui_.theme.text2) + 4 * k_;
    note("再执行 chmod 600 ~/.pgpass。");
  }

  void tables(Rect r) {
    const auto& t = ui_.theme;
    const float hair = std::max(1.0f, std::floor(k_));
    const auto say = [&](const std::string& id, const std::string& text) {
      ui_.fill(r, t.dark ? t.background : Rgba{255, 255, 255, 255}, 5 * k_);
      ui_.frame(r, t.rule, 5 * k_, hair);
      ui_.text(Type::body, r, text, t.text3, Align::centre);
      ui_.record(id, r, "text", text);
    };
    if (!answer_) return say("database.state", ui_.tr("连接后这里列出有图形的表。"));
    if (!answer_->done) return say("database.state", ui_.tr("正在连接，最多等 8 秒 …"));
    if (!answer_->error.what.empty()) {
      Form f(ui_, r.x, r.right(), r.y);
      f.warning("database.error", ui_.tr("没有连上"), answer_->error.text());
      return;
    }
    if (answer_->tables.empty()) return say("database.state", ui_.tr("这个数据库里没有带图形、可以读的表。"));
    ui_.field("database.find", {r.x, r.y, r.w, 30 * k_}, d_.find, ui_.tr("按名称筛选"));
    const Rect list{r.x, r.y + 38 * k_, r.w, r.h - 38 * k_};
    ui_.fill(list, t.dark ? t.background : Rgba{255, 255, 255, 255}, 5 * k_);
    ui_.frame(list, t.rule, 5 * k_, hair);
    ui_.beginScroll("##tables", {list.x + 1, list.y + 4 * k_, list.w - 2, list.h - 8 * k_});
    float y = ui_.scrollTop();
    const float row = 30 * k_;
    for (const auto& table : answer_->tables) {
      if (!d_.find.empty() && table.table.find(d_.find) == std::string::npos) continue;
      if (y + row >= list.y && y <= list.bottom()) entry(table, {list.x + 6 * k_, y, list.w - 20 * k_, row});
      y += row;
    }
    ui_.endScroll(y);
  }

  void entry(const geo::DatabaseEntry& table, Rect line) {
    const auto& t = ui_.theme;
    const bool on = d_.chosen.contains(table.table);
    const auto p = ui_.press("database.table." + table.table, line, "check", on ? "on" : "off");
    if (on || p.fade > 0) ui_.fill(line, t.accent.withAlpha(on ? 0.16 : 0.08 * p.fade), 4 * k_);
    const Rect box{line.x + 8 * k_, line.centre().y - 8 * k_, 16 * k_, 16 * k_};
    ui_.frame(box, on ? t.accent : t.text3.withAlpha(0.7), 3.5f * k_, 1.5f * k_);
    if (on) ui_.icon(Icon::check, box.centre(), t.accent, 9.5f);
    std::string right = kindText(ui_, table.geometry) + " · " + rowsText(ui_, table.estimatedRows);
    if (table.srid) right += fmt::format(" · EPSG:{}", table.srid);
    const float w = ui_.width(Type::note, right) + 12 * k_;
    ui_.text(Type::body, {line.x + 34 * k_, line.y, line.w - 34 * k_ - w, line.h},
             ui_.cut(Type::body, table.table, line.w - 40 * k_ - w), t.text1);
    ui_.text(Type::note, {line.x, line.y, line.w - 6 * k_, line.h}, right, t.text3, Align::right);
    if (!p.clicked) return;
    if (on) d_.chosen.erase(table.table);
    else d_.chosen.insert(table.table);
  }

  Ui& ui_;
  const float k_;
  const DialogFrame& f_;
  DatabaseUi& d_;
  session::DatabaseAnswerPtr answer_;
};

}  // namespace

void drawDatabaseDialog(Ui& ui) {
  const auto f = beginDialog(ui, 940, 560, ui.tr("连接数据库"));
  Connecting c(ui, f);
  c.draw();
  const Refusal why = c.refusal();
  const size_t n = ui.state.database.chosen.size();
  const std::string label =
      n > 1 ? fmt::format(fmt::runtime(ui.tr("加入 {} 个图层", static_cast<size_t>(n))), n)
            : std::string(ui.tr("加入图层"));
  const int b = dialogButtons(ui, f, {{"add", label}, {"cancel", ui.tr("取消")}}, why);
  ui.end();
  if (b == 0 && !why) {
    ui.send(session::AddData{c.sources()});
    ui.state.database.password.clear(), ui.state.database.chosen.clear();
    ui.state.dialog = {};
    ui.send(session::AskDatabase{});
  } else if (b == 1 || dialogEscape(ui)) {
    ui.state.database.password.clear();
    ui.state.dialog = {};
    ui.send(session::AskDatabase{});
  } else if (dialogEnter(ui)) {
    c.ask();
  }
}

}  // namespace panels
