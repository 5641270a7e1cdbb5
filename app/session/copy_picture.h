// The picture that the window shows, as a PNG for the clipboard: with its recipe, like every export.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/session/session.h"

namespace session {

struct CopiedPicture {
  std::shared_ptr<const std::string> png;
  int width = 0, height = 0;
};
using MakePicture = std::function<geo::Result<CopiedPicture>(geo::Progress&)>;
// Pure work for a worker. The map at `scale` times the window's pixels, or, where the page view is open, the
// page at 150 dpi times `scale`.
geo::Result<MakePicture> copyPicture(const Session& session, int scale);

}  // namespace session
