// The embedded project, opened once, as scenes for golden pictures.
#pragma once

#include <gtest/gtest.h>

#include "app/session/project_file.h"
#include "app/session/snapshot.h"
#include "tests/golden/kinds.h"

namespace embedded {

inline session::Session& project() {
  static auto* session = [] {
    auto* s = new session::Session;
    const auto opened = s->open(session::embeddedProjectPath());
    if (!opened) ADD_FAILURE() << opened.error().text();
    s->wait();
    return s;
  }();
  return *session;
}

inline scene::TypesetterPtr fonts() {
  static const auto fonts = scene::Typesetter::open();
  return fonts ? *fonts : nullptr;
}

// One of the project's scenes, made on a fixed day, dressed as a kind of map.
inline scene::Scene scene(const char* id, scene::Language language, const char* kind) {
  session::Session& s = project();
  EXPECT_TRUE(session::apply(s, session::SetLanguage{language}));
  session::SnapshotOptions options;
  options.scene = id;
  auto made = session::sceneFor(s, options);
  if (!made) ADD_FAILURE() << made.error().text();
  if (!made) return {};
  made->date = "2026-01-01";
  kinds::dress(*made, kind);
  return std::move(*made);
}

}  // namespace embedded
