// Drawing → pixels, OpenGL 3.3 core. Needs a current context for all of its life, also to be destroyed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "app/scene/drawing.h"
#include "geo/result.h"

namespace render {

struct Pixels {
  int width = 0, height = 0;
  std::vector<uint8_t> rgba;  // rows from the top, opaque
};

class Renderer {
 public:
  // How areas with borders are painted: as triangles, or by the processor where OpenGL runs on it anyway.
  enum class Areas : uint8_t { byRenderer, triangles, processor };
  // Compiles the shaders. Fails with the driver's message.
  static geo::Result<std::unique_ptr<Renderer>> make(Areas areas = Areas::byRenderer);
  ~Renderer();

  // Draws into the renderer's own framebuffer of that many pixels; pixelsPerUnit scales canvas units to
  // pixels. Meshes not made yet are made here when `complete`; else a coarse stand-in is drawn, `wanted()`
  // lists the work, and the picture is to be drawn again when it is done.
  void draw(const scene::Drawing& drawing, int width, int height, float pixelsPerUnit, bool complete = true);

  // A picture in two: what stands still is drawn once and kept, what moves is drawn over a copy of it.
  // drawOver has the size and scale of the last drawBase. mapIsBare: nothing of the base lies within the
  // frame of the map that `over` begins with.
  void drawBase(const scene::Drawing& base, int width, int height, float pixelsPerUnit, bool complete = true);
  void drawOver(const scene::Drawing& over, bool mapIsBare, bool complete = true);
  void forgetBase();
  void finish() const;  // waits until the picture is whole

  // CPU work that would make the last picture complete: pure functions, safe on a worker; call the function
  // returned by the work on the GL thread to hand its result over.
  struct Work {
    std::string key;
    std::function<std::function<void()>()> run;
  };
  std::vector<Work> wanted();

  Pixels read() const;            // the last picture
  void read(Pixels& into) const;  // the same without new memory
  void blit(int x, int y, int targetFramebuffer = 0,
            int targetHeight = 0) const;  // to another framebuffer (y from the top), 1:1
  uint32_t framebuffer() const;
  struct Counts {
    size_t buffers = 0, textures = 0, framebuffers = 0, drawCalls = 0, triangles = 0, bytes = 0;
  };
  Counts counts() const;  // GL objects alive; drawCalls and triangles of the last draw
  void forgetUnused();    // drops meshes of shapes that the last draws did not use
  void rest();  // nothing will be drawn for a while: gives back what drawing took, of the driver too

 private:
  Renderer();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace render
