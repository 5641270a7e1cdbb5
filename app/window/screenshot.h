// The window's own pixels as a PNG file, for tests.
#pragma once

#include <string>

#include "geo/result.h"

namespace window {

// Of the back buffer of the current context.
geo::Result<void> writeScreenshot(const std::string& path, int width, int height);

}  // namespace window
