// Pictures on the clipboard of X11, which GLFW keeps for text alone. A selection is served by its owner for
// as long as it owns it: here by a connection and a thread of their own, so that neither a large picture nor
// a slow reader holds up the window. Under XWayland the compositor passes it on.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "geo/result.h"

namespace window {

class PictureClipboard {
 public:
  PictureClipboard() = default;
  ~PictureClipboard();  // hands the picture to the desktop's clipboard manager, where there is one
  PictureClipboard(const PictureClipboard&) = delete;
  PictureClipboard& operator=(const PictureClipboard&) = delete;

  // Offers this PNG until somebody copies something else.
  geo::Result<void> put(std::shared_ptr<const std::string> png);

 private:
  int socket_ = -1;  // to the thread: addresses of pictures; closed, it ends
  std::thread thread_;
};

}  // namespace window
