#include "app/render/offscreen.h"

#include <epoxy/egl.h>

#include "app/render/gl.h"

namespace render {

struct Offscreen::Impl {
  EGLDisplay display = EGL_NO_DISPLAY;
  EGLContext context = EGL_NO_CONTEXT;
  ~Impl() {
    if (display == EGL_NO_DISPLAY) return;
    eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    if (context != EGL_NO_CONTEXT) eglDestroyContext(display, context);
    eglTerminate(display);
  }

  bool start(EGLDisplay d) {
    if (d == EGL_NO_DISPLAY || !eglInitialize(d, nullptr, nullptr)) return false;
    display = d;
    eglBindAPI(EGL_OPENGL_API);
    // Surface type 0: pbuffers are not asked for, all drawing goes to framebuffer objects.
    const EGLint wanted[] = {EGL_SURFACE_TYPE, 0, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
    EGLConfig config;
    EGLint count = 0;
    if (!eglChooseConfig(d, wanted, &config, 1, &count) || count == 0) return false;
    const EGLint core[] = {EGL_CONTEXT_MAJOR_VERSION,
                           3,
                           EGL_CONTEXT_MINOR_VERSION,
                           3,
                           EGL_CONTEXT_OPENGL_PROFILE_MASK,
                           EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                           EGL_NONE};
    context = eglCreateContext(d, config, EGL_NO_CONTEXT, core);
    return context != EGL_NO_CONTEXT && eglMakeCurrent(d, EGL_NO_SURFACE, EGL_NO_SURFACE, context);
  }
};

geo::Result<std::unique_ptr<Offscreen>> Offscreen::make() {
  const auto from = [](EGLenum platform) -> std::unique_ptr<Impl> {
    auto impl = std::make_unique<Impl>();
    void* native = EGL_DEFAULT_DISPLAY;
    if (platform == EGL_PLATFORM_DEVICE_EXT) {
      EGLDeviceEXT device = nullptr;
      EGLint count = 0;
      if (!eglQueryDevicesEXT(1, &device, &count) || count == 0) return nullptr;
      native = device;
    }
    return impl->start(eglGetPlatformDisplayEXT(platform, native, nullptr)) ? std::move(impl) : nullptr;
  };
  std::unique_ptr<Impl> impl;
  if (epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_MESA_platform_surfaceless"))
    impl = from(EGL_PLATFORM_SURFACELESS_MESA);
  if (!impl && epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_platform_device") &&
      epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_device_enumeration"))
    impl = from(EGL_PLATFORM_DEVICE_EXT);
  if (!impl)
    return geo::fail("No OpenGL 3.3 without a display on this machine.",
                     "Install the software renderer: apt install libegl1 libegl-mesa0 libgl1-mesa-dri.");
  auto made = std::unique_ptr<Offscreen>(new Offscreen);
  made->impl_ = std::move(impl);
  made->name_ = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
  return made;
}

Offscreen::~Offscreen() = default;

}  // namespace render
