// Owning handles for PROJ. Only geo/*.cpp include this.
#pragma once

#include <proj.h>
#include <proj_experimental.h>  // proj_crs_demote_to_2D

#include <memory>

namespace geo::detail {

struct ContextDeleter {
  void operator()(PJ_CONTEXT* c) const { proj_context_destroy(c); }
};
struct PjDeleter {
  void operator()(PJ* p) const { proj_destroy(p); }
};
using ContextPtr = std::unique_ptr<PJ_CONTEXT, ContextDeleter>;
using PjPtr = std::unique_ptr<PJ, PjDeleter>;

// A context of its own: silent, and never on the network.
inline ContextPtr makeContext() {
  ContextPtr context(proj_context_create());
  proj_log_func(context.get(), nullptr, [](void*, int, const char*) {});
  proj_context_set_enable_network(context.get(), 0);
  return context;
}

}  // namespace geo::detail
