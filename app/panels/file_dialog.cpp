// Choosing files: places, folders, names; a path can always be typed. Chinese names sort by code point,
// folders first.
#include <cstdlib>
#include <filesystem>

#include "app/panels/dialogs.h"
#include "app/session/import.h"

namespace panels {
namespace {

namespace fs = std::filesystem;
using Kind = Dialog::Kind;

std::string lower(std::string s) {
  for (char& c : s)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return s;
}

bool fits(Kind kind, const std::string& name) {
  const std::string n = lower(name);
  if (kind == Kind::open || kind == Kind::saveAs) return n.ends_with(".toml");
  if (kind == Kind::galFile) return n.ends_with(".gal");
  if (kind == Kind::logoFile) {
    for (const char* e : {".png", ".jpg", ".jpeg"})
      if (n.ends_with(e)) return true;
    return false;
  }
  if (kind == Kind::atlasPlace) return n.ends_with(".pdf");
  if (kind == Kind::exportPlace) {
    for (const char* e : {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".pdf", ".svg"})
      if (n.ends_with(e)) return true;
    return false;
  }
  if (kind == Kind::exportRows) return n.ends_with(".csv") || n.ends_with(".geojson") || n.ends_with(".gpkg");
  if (session::isTableFile(name)) return true;
  if (kind == Kind::openTables) return false;
  for (const char* e :
       {".gpkg", ".shp",  ".geojson", ".json", ".fgb", ".csv", ".kml", ".kmz", ".xlsx", ".xls",    ".ods",
        ".tif",  ".tiff", ".gml",     ".gpx",  ".dxf", ".tab", ".mif", ".zip", ".gdb",  ".sqlite", ".vrt"})
    if (n.ends_with(e)) return true;
  return false;
}

std::string sizeText(uintmax_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  const char* units[] = {"kB", "MB", "GB", "TB"};
  double v = static_cast<double>(bytes);
  int u = -1;
  while (v >= 1000 && u < 3) v /= 1000, ++u;
  return fmt::format("{:.{}f} {}", v, v < 10 ? 1 : 0, units[u]);
}

void go(Dialog& d, const fs::path& folder) {
  std::error_code e;
  const auto full = fs::weakly_canonical(folder, e);
  d.folder = (e ? folder : full).string();
  d.listed = false, d.chosen.clear(), d.error.clear();
}

// As a project file names what lies beside or below it.
std::string relativeToProject(const Ui& ui, const std::string& path) {
  std::error_code e;
  if (ui.session.path().empty()) return path;
  const auto folder = fs::absolute(ui.session.path(), e).parent_path();
  const auto relative = fs::relative(path, folder, e);
  return e || relative.empty() || *relative.begin() == ".." ? path : relative.string();
}

void accept(Ui& ui, const std::vector<std::string>& paths) {
  auto& st = ui.state;
  auto& d = st.dialog;
  const auto kind = d.kind;
  if (paths.empty()) return;
  std::string path = paths[0];
  std::error_code e;
  if (kind == Kind::saveAs || kind == Kind::exportPlace || kind == Kind::exportRows ||
      kind == Kind::atlasPlace) {
    if (kind == Kind::saveAs && !isProjectFile(path))
      path = (path.ends_with(".toml") ? path.substr(0, path.size() - 5) : path) + ".parkscope.toml";
    if (!fs::is_directory(fs::path(path).parent_path(), e)) {
      d.error = ui.tr("没有这个文件夹。");
      return;
    }
    if (kind == Kind::exportRows) {
      if (const auto why = ui.refusal(session::ExportRows{path, d.target, d.selectedOnly})) {
        d.error = *why;
        return;
      }
    }
    if ((kind == Kind::saveAs || kind == Kind::exportRows) && fs::exists(path, e) &&
        path != ui.session.path() && !d.askedToReplace) {
      d.askedToReplace = true;
      d.error = ui.tr("已有同名文件；再按一次“保存”就替换它。");
      return;
    }
  } else if (!fs::exists(path, e)) {
    d.error = ui.tr("没有这个文件。");
    return;
  }
  st.lastFolder = fs::path(path).parent_path().string();
  switch (kind) {
    case Kind::open: {
      st.dialog = {};
      askThen(ui, session::OpenProject{path, false});
      return;
    }
    case Kind::saveAs:
      ui.send(session::SaveProjectAs{path});
      break;
    case Kind::addData:
      addFiles(paths, ui.out);
      break;
    case Kind::openTables:
      ui.send(session::OpenTables{paths});
      break;
    case Kind::exportRows:
      ui.send(session::ExportRows{path, d.target, d.selectedOnly});
      break;
    case Kind::galFile: {
      auto map = ui.session.map();
      map.weights = "gal:" + path;
      if (const auto why = ui.refusal(session::SetMap{map})) {
        d.error = *why;
        return;
      }
      ui.send(session::SetMap{map});
      break;
    }
    case Kind::atlasPlace:
      d.kind = Kind::atlas;
      d.atlas.path = path;
      return;
    case Kind::logoFile: {
      auto page = ui.session.project().page;
      page.logo = relativeToProject(ui, path);
      std::erase(page.hidden, "logo");
      if (const auto why = ui.refusal(session::SetPage{page})) {
        d.error = *why;
        return;
      }
      ui.send(session::SetPage{page});
      break;
    }
    case Kind::exportPlace: {
      d.kind = Kind::exportImage;
      d.exportImage.path = path;
      const std::string ending = lower(fs::path(path).extension().string());
      constexpr std::pair<std::string_view, int> known[] = {{".png", 0},  {".jpg", 1}, {".jpeg", 1},
                                                            {".webp", 2}, {".pdf", 3}, {".svg", 4},
                                                            {".tif", 5},  {".tiff", 5}};
      for (const auto& [name, format] : known)
        if (ending == name) d.exportFormat = format;
      return;
    }
    default:
      break;
  }
  st.dialog = {};
}

}  // namespace

void listFolder(Dialog& d) {
  d.entries.clear(), d.listed = true;
  std::error_code e;
  fs::directory_iterator it(d.folder, fs::directory_options::skip_permission_denied, e);
  if (e) {
    d.error = e.message();
    return;
  }
  for (const auto end = fs::directory_iterator(); it != end && d.entries.size() < 20000; it.increment(e)) {
    if (e) break;
    FileEntry f;
    f.name = it->path().filename().string();
    if (f.name.starts_with(".")) continue;
    std::error_code ignored;
    f.folder = it->is_directory(ignored);
    if (!f.folder) f.bytes = it->file_size(ignored);
    if (!f.folder && !fits(d.kind, f.name)) continue;
    d.entries.push_back(std::move(f));
  }
  std::sort(d.entries.begin(), d.entries.end(), [](const FileEntry& a, const FileEntry& b) {
    if (a.folder != b.folder) return a.folder;
    const auto la = lower(a.name), lb = lower(b.name);
    return la != lb ? la < lb : a.name < b.name;
  });
}

void drawFileDialog(Ui& ui, Rect r) {
  auto& d = ui.state.dialog;
  const auto kind = d.kind;
  const bool saving = kind == Kind::saveAs || kind == Kind::exportPlace || kind == Kind::exportRows ||
                      kind == Kind::atlasPlace;
  const float k = ui.k, x0 = r.x + 24 * k, x1 = r.right() - 24 * k, row = 28 * k;
  const auto& t = ui.theme;
  if (!d.listed) listFolder(d);
  bool enter = false, escape = false;
  for (const auto& key : ui.input.keys)
    enter = enter || key.key == 257 || key.key == 335, escape = escape || key.key == 256;

  float y = r.y + 58 * k;
  if (ui.iconButton("files.up", {x0, y, 32 * k, 32 * k}, Icon::up, ui.tr("上一级文件夹"),
                    fs::path(d.folder).has_relative_path()))
    go(d, fs::path(d.folder).parent_path());
  std::string typed = d.folder;
  const bool pathTyped = ui.field("files.folder", {x0 + 40 * k, y, x1 - x0 - 40 * k, 32 * k}, typed, "/");
  if (pathTyped) {
    d.folder = typed, d.error.clear();
    std::error_code e;
    if (fs::is_directory(typed, e)) d.listed = false, d.chosen.clear();
  }
  y += 44 * k;

  // Places at the left.
  const float side = 136 * k, listTop = y, listBottom = r.bottom() - (saving ? 124 : 84) * k;
  std::vector<std::pair<std::string, std::string>> places;
  const char* home = std::getenv("HOME");
  if (home && *home) places.emplace_back(ui.tr("主目录"), home);
  if (!ui.session.path().empty()) {
    std::error_code e;
    if (const auto p = fs::absolute(ui.session.path(), e).parent_path(); !e)
      places.emplace_back(ui.tr("项目文件夹"), p.string());
  }
  if (!ui.state.lastFolder.empty()) places.emplace_back(ui.tr("上次的文件夹"), ui.state.lastFolder);
  places.emplace_back(ui.tr("计算机"), "/");
  float py = listTop;
  for (size_t i = 0; i < places.size(); ++i) {
    const Rect line{x0 - 8 * k, py, side, row};
    const auto p = ui.press(fmt::format("files.place.{}", i), line, "row", places[i].second);
    const bool here = places[i].second == d.folder;
    if (here || p.fade > 0) ui.fill(line, t.accent.withAlpha(here ? 0.14 : 0.08 * p.fade), 4 * k);
    ui.text(here ? Type::strong : Type::body, {line.x + 8 * k, line.y, line.w - 16 * k, line.h},
            places[i].first, t.text1);
    if (p.clicked) go(d, places[i].second);
    py += row;
  }

  const Rect list{x0 + side + 4 * k, listTop, x1 - x0 - side - 4 * k, listBottom - listTop};
  ui.fill(list, t.dark ? t.background : Rgba{255, 255, 255, 255}, 5 * k);
  ui.frame(list, t.rule, 5 * k, std::max(1.0f, std::floor(k)));
  std::optional<std::string> opened;
  ui.beginScroll("##files", {list.x + 1, list.y + 5 * k, list.w - 2, list.h - 10 * k});
  const float top = ui.scrollTop(), from = list.y, to = list.bottom();
  float fy = top;
  if (d.entries.empty())
    ui.text(Type::body, {list.x, fy, list.w, 60 * k}, d.error.empty() ? ui.tr("这里没有可用的文件") : d.error,
            t.text3, Align::centre),
        fy += 60 * k;
  for (const auto& f : d.entries) {
    if (fy + row >= from && fy <= to) {  // only what is to be seen
      const Rect line{list.x + 5 * k, fy, list.w - 16 * k, row};
      const auto p = ui.press("file." + f.name, line, f.folder ? "folder" : "file", f.name);
      const bool chosen = d.chosen.contains(f.name);
      if (chosen || p.fade > 0) ui.fill(line, t.accent.withAlpha(chosen ? 0.18 : 0.08 * p.fade), 4 * k);
      ui.icon(f.folder ? Icon::folder : Icon::file, {line.x + 17 * k, line.centre().y},
              f.folder ? t.accent : t.text3, 10);
      ui.text(Type::body, {line.x + 36 * k, line.y, line.w - 130 * k, line.h}, f.name, t.text1);
      if (!f.folder)
        ui.text(Type::note, {line.x, line.y, line.w - 12 * k, line.h}, sizeText(f.bytes), t.text3,
                Align::right);
      if (p.clicked) {
        const bool several = (kind == Kind::addData || kind == Kind::openTables) && ImGui::GetIO().KeyCtrl;
        if (!several) d.chosen.clear();
        if (several && chosen) d.chosen.erase(f.name);
        else d.chosen.insert(f.name);
        d.error.clear(), d.askedToReplace = false;
        if (saving && !f.folder) d.file = f.name;
      }
      if (p.doubled) opened = f.name;
    }
    fy += row;
  }
  ui.endScroll(fy);

  y = listBottom + 12 * k;
  if (saving) {
    ui.text(Type::body, {x0, y, side, 32 * k}, ui.tr("文件名"), t.text2);
    if (ui.field("files.name", {list.x, y, list.w, 32 * k}, d.file, "", std::exchange(d.focus, false)))
      d.askedToReplace = false, d.error.clear();
    y += 40 * k;
  }
  const auto join = [&](const std::string& name) {
    return name.starts_with("/") ? name : (fs::path(d.folder) / name).string();
  };
  std::vector<std::string> chosen;
  std::error_code e;
  if (saving) {
    if (!d.file.empty()) chosen.push_back(join(d.file));
  } else if (fs::is_regular_file(d.folder, e)) {
    chosen.push_back(d.folder);  // typed as a path
  } else {
    for (const auto& name : d.chosen) chosen.push_back(join(name));
  }
  const bool folderChosen =
      !saving && chosen.size() == 1 && fs::is_directory(chosen[0], e) && !chosen[0].ends_with(".gdb");
  const float by = r.bottom() - 52 * k;
  std::string label = saving ? ui.tr("保存") : kind == Kind::addData ? ui.tr("添加") : ui.tr("打开");
  if (kind == Kind::exportPlace || kind == Kind::atlasPlace) label = ui.tr("选择");
  std::optional<std::string> why;
  if (chosen.empty()) why = saving ? ui.tr("先写文件名。") : ui.tr("先选一个文件。");
  const float w = std::max(88 * k, ui.width(Type::strong, label) + 36 * k),
              cancel = std::max(88 * k, ui.width(Type::body, ui.tr("取消")) + 36 * k);
  const bool ok = ui.button("dialog.ok", {x1 - w, by, w, 32 * k}, label, ButtonKind::primary, why);
  const bool no = ui.button("dialog.cancel", {x1 - w - 10 * k - cancel, by, cancel, 32 * k}, ui.tr("取消"));
  float noteLeft = x0;
  if (kind == Kind::exportRows) {  // the ending decides
    static constexpr const char* endings[] = {".csv", ".geojson", ".gpkg"};
    const std::string names[] = {"CSV", "GeoJSON", "GPKG"};
    int now = -1;
    for (int i = 0; i < 3; ++i)
      if (lower(d.file).ends_with(endings[i])) now = i;
    if (const int c = ui.segments("files.format", {x0, by + k, 216 * k, 30 * k}, names, now); c >= 0) {
      d.file = fs::path(d.file).replace_extension(endings[c]).string();
      d.askedToReplace = false, d.error.clear();
    }
    noteLeft += 228 * k;
  }
  if (!d.error.empty() && (!d.entries.empty() || kind == Kind::exportRows))
    ui.text(Type::note, {noteLeft, by, x1 - noteLeft - w - cancel - 24 * k, 32 * k}, d.error, t.warning);

  if (opened) {
    const std::string path = join(*opened);
    if (fs::is_directory(path, e) && !path.ends_with(".gdb")) go(d, path);
    else accept(ui, {path});
  } else if ((ok || enter) && !why) {
    if (folderChosen) go(d, chosen[0]);
    else accept(ui, chosen);
  } else if (no || escape) {
    if (kind == Kind::exportPlace) d.kind = Kind::exportImage;
    else if (kind == Kind::atlasPlace) d.kind = Kind::atlas;
    else d = {};
  }
}

}  // namespace panels
