// Drawing → pixels on the CPU. Made once for a size, then asked for any rows, from any thread.
#pragma once

#include <functional>
#include <memory>

#include "app/paper/canvas.h"
#include "geo/progress.h"
#include "geo/result.h"

namespace paper {

class RasterPainter {
 public:
  // Shapes reduced to the picture's pixels, paths flattened, glyphs drawn. Fails with a font that cannot be
  // opened.
  static geo::Result<std::unique_ptr<RasterPainter>> make(const scene::Drawing& drawing, int width,
                                                          int height, double pixelsPerUnit);
  ~RasterPainter();
  // What one thread needs while it paints; kept from strip to strip.
  class Brush {
   public:
    Brush();
    ~Brush();

   private:
    friend class RasterPainter;
    struct Impl;
    std::unique_ptr<Impl> impl_;
  };
  // The same pixels however the picture is cut into rows. Ground included.
  void paint(Rows rows, Brush& brush) const;

 private:
  RasterPainter();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Fails for a size of zero, or one that no format holds.
geo::Result<void> checkSize(int width, int height);

// Straight RGBA from premultiplied, in place.
void unpremultiply(uint8_t* rgba, size_t pixels);

// Numbered strips, worked on in parallel, taken in order on the calling thread. Each worker thread gets a
// function of its own from makeWork; work on strip i starts only when strip i − ahead has been taken. Stops
// when take says no, and returns false then.
bool inOrder(int strips, int ahead, const std::function<std::function<void(int)>()>& makeWork,
             const std::function<bool(int)>& take);

}  // namespace paper
