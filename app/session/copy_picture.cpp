#include "app/session/basemaps.h"
#include "app/session/copy_picture.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/paper/write.h"
#include "app/scene/board.h"
#include "app/scene/draw_scene.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "app/session/page_spec.h"
#include "app/session/snapshot.h"

namespace session {
namespace {

namespace fs = std::filesystem;

constexpr double mostPixels = 8192;  // of a page's longer side: what other programs still paste

// Pictures are sealed in a file of their own; the clipboard gets the file's bytes.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code ignored;
    std::string name = (fs::temp_directory_path(ignored) / "parkscope-XXXXXX").string();
    if (mkdtemp(name.data())) path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  std::string file() const { return path_.empty() ? std::string() : path_ + "/picture.png"; }

 private:
  std::string path_;
};

geo::Result<CopiedPicture> made(const std::function<geo::Result<void>(const std::string& path)>& write,
                                int width, int height) {
  const TemporaryFolder folder;
  if (folder.file().empty())
    return geo::fail("The folder for temporary files takes none.", "Set TMPDIR to one that can be written.");
  if (auto written = write(folder.file()); !written) return tl::unexpected(written.error());
  std::ostringstream bytes;
  bytes << std::ifstream(folder.file(), std::ios::binary).rdbuf();
  return CopiedPicture{std::make_shared<const std::string>(std::move(bytes).str()), width, height};
}

geo::Result<MakePicture> copyPage(const Session& session, int scale) {
  const LayoutSpec& page = session.project().page;
  const auto size = paperSize(page.paper, page.landscape);
  if (!size) return geo::fail(fmt::format("There is no paper \"{}\".", page.paper), std::string(papersKnown));
  SnapshotOptions o;
  o.output = "clipboard.png", o.paper = page.paper, o.landscape = page.landscape;
  o.composition = session.view().composition;
  o.dpi = static_cast<int>(
      std::min(150.0 * scale, std::floor(mostPixels * 25.4 / std::max(size->width, size->height))));
  auto scene = sceneFor(session, o);
  if (!scene) return tl::unexpected(scene.error());
  const auto pixels = [&](float mm) { return static_cast<int>(std::lround(mm * o.dpi / 25.4)); };
  return
      [o, scene = std::make_shared<const scene::Scene>(std::move(*scene)), draft = recipeDraft(session, o),
       crs = session.worldCrs(), w = pixels(size->width), h = pixels(size->height)](geo::Progress& progress) {
        return made(
            [&](const std::string& path) -> geo::Result<void> {
              auto fonts = scene::Typesetter::open();
              if (!fonts) return tl::unexpected(fonts.error());
              SnapshotOptions here = o;
              here.output = path;
              return writeSnapshot(*scene, here, *fonts, crs, &progress, nullptr, &draft);
            },
            w, h);
      };
}

// What a picture of the map must not go without once it has left the window.
void drawMark(scene::Drawing& d, const scene::Scene& s, const scene::Theme& theme, float unit) {
  const std::string words = s.internal               ? s.words.internalUse
                            : s.reviewNumber.empty() ? std::string()
                                                     : s.words.reviewNumber + " " + s.reviewNumber;
  if (words.empty()) return;
  const scene::Board board{d, theme, unit};
  board.text(d.width - 16 * unit, d.height - 14 * unit, words, 13 * unit, theme.text1, scene::Align::right,
             scene::Face::sans, 0, 2 * unit);
}

}  // namespace

geo::Result<MakePicture> copyPicture(const Session& session, int scale) {
  const View& view = session.view();
  if (view.pageView) return copyPage(session, scale);
  const scene::Camera camera = view.camera;
  SnapshotOptions o;
  o.output = "clipboard.png", o.theme = session.project().theme, o.composition = view.composition;
  o.width = static_cast<int>(camera.frame.w) * scale, o.height = static_cast<int>(camera.frame.h) * scale;
  if (session.worldCrs().known())
    if (const auto toDegrees = geo::Transform::make(session.worldCrs(), geo::Crs::lonLat()))
      o.extentLonLat = geo::transformBox(*toDegrees, camera.world());
  scene::Scene scene = session.scene();
  scene.hovered.reset(), scene.lasso.clear(), scene.warnings.clear();
  if (!scene.internal) {
    scene.date = "-";  // pictures of the window carry none; their recipe does
    if (const auto lacks = unfitToPublish(scene); !lacks.empty())
      return geo::fail(
          fmt::format(fmt::runtime(tr("{} 不能公开发布：{}。", scene.language)), tr("图片", scene.language),
                      joined(lacks, scene.language == Language::zh ? "；" : "; ")),
          tr("补齐后再导出，或把项目设为内部（public = false）。", scene.language));
  }
  return [o, scale, camera, unit = view.windowScale, draft = recipeDraft(session, o),
          scene = std::make_shared<const scene::Scene>(std::move(scene))](geo::Progress& progress) {
    return made(
        [&](const std::string& path) -> geo::Result<void> {
          auto fonts = scene::Typesetter::open();
          if (!fonts) return tl::unexpected(fonts.error());
          const scene::Theme& theme = o.theme == "light" ? scene::lightTheme() : scene::darkTheme();
          scene::Drawing drawing = scene::drawWindowMap(*scene, theme, *fonts, camera, unit);
          if (scene->composition == scene::Composition::map) drawMark(drawing, *scene, theme, unit);
          if (auto ground = fillGround(drawing, theme, scene->language, scale, &progress); !ground)
            return ground;
          paper::Meta meta;
          meta.title = scene->title, meta.subject = scene->name, meta.recipe = recipeText(draft, *scene);
          return paper::writePng(drawing, path, o.width, o.height, scale, 96.0 * scale, meta, &progress);
        },
        o.width, o.height);
  };
}

}  // namespace session
