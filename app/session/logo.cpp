// The page's logo, read beside everything else.
#include "app/session/derived.h"
#include "geo/raster.h"

namespace session {
namespace {

geo::Result<scene::Picture> readPicture(const std::string& path, geo::Progress& progress) {
  auto read = geo::rasterColours(path, {}, &progress);
  if (!read) return tl::unexpected(read.error());
  scene::Picture picture;
  picture.columns = read->width, picture.rows = read->height;
  picture.pixels.resize(read->rgba.size() / 4);
  for (size_t i = 0; i < picture.pixels.size(); ++i)
    picture.pixels[i] = {read->rgba[4 * i], read->rgba[4 * i + 1], read->rgba[4 * i + 2],
                         read->rgba[4 * i + 3]};
  return picture;
}

}  // namespace

void deriveLogo(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  const std::string& logo = session.project().page.logo;
  const std::string path = logo.empty() ? std::string() : resolved(SessionParts::base(session), logo);
  if (path == d.logoPath) return;
  d.logoPath = path, d.logo.reset();
  session.jobs().cancel("logo");
  touch(session);
  if (path.empty()) return;
  session.jobs().start("logo", [path, session = &session](geo::Progress& progress) -> Jobs::Finish {
    auto picture = readPicture(path, progress);
    return [session, path, picture = std::move(picture)] {
      DerivedState& state = SessionParts::derived(*session);
      if (state.logoPath != path) return;
      if (picture) state.logo = std::make_shared<const scene::Picture>(*picture);
      else tell(*session, Message::Level::warning, picture.error().text());
      touch(*session);
    };
  });
}

}  // namespace session
