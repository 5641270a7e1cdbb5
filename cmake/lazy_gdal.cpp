// Opens GDAL when the first of its functions is called; lazy_gdal.cmake writes the jumps that lead here.
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
extern const char lazyGdalNames[];
extern void* lazyGdalSlots[];

__attribute__((visibility("hidden"))) void* lazyGdalFunction(uint64_t index) {
  static void* const library = dlopen(LAZY_GDAL_SONAME, RTLD_NOW | RTLD_LOCAL);
  const char* name = lazyGdalNames;
  for (uint64_t i = 0; i < index; ++i) name += std::strlen(name) + 1;
  void* const function = library ? dlsym(library, name) : nullptr;
  if (!function) {
    std::fprintf(stderr, "parkscope: GDAL cannot be used: %s. Install the package libgdal32.\n", dlerror());
    std::_Exit(2);
  }
  __atomic_store_n(&lazyGdalSlots[index], function, __ATOMIC_RELEASE);
  return function;
}
}
