// What an audience could not read, find or trust in a show, scene by scene, before it starts: the pictures
// are made at the wall's size and walked through. Each finding says what would fail and what to do.
#pragma once

#include "app/scene/show.h"
#include "app/session/session.h"

namespace session {

struct Finding {
  enum class Kind : uint8_t {
    audience,
    type,
    name,
    contrast,
    glyph,
    data,
    words,
    illustrative,
    pace,
    room,
    colours
  };
  Kind kind = Kind::type;
  bool grave = true;      // the audience would miss something; else worth a look
  std::string scene;      // id; empty: of the whole show
  size_t number = 0;      // of the scene, from 1
  std::string sceneName;  // in the window's language, like the next two
  std::string what, fix;
  bool operator==(const Finding&) const = default;
};
std::string_view name(Finding::Kind kind);  // "type", "contrast" …: for machines

// At once, in the session's language and with the eyes that its view has: wait for the session first. Grave
// ones and lesser ones in the scenes' order.
std::vector<Finding> preflight(const Session& session, int width, int height);

// The same beside the window: the check's state stands in View::showCheck until the next one.
struct ShowCheck {
  int width = 0, height = 0;
  Project project;  // that was checked
  scene::Language language = scene::Language::zh;
  bool done = false;
  std::string error;
  std::vector<Finding> findings;
};
void startCheck(Session& session, int width, int height);

// Of one scene's picture. Pure; may run on a worker. `spec` is the scene's, `number` from 1.
struct CheckedStop {
  SceneSpec spec;
  size_t number = 0;
  ShowSpec show;
  scene::Vision vision = scene::Vision::normal;  // whose eyes look at the contrast
  std::vector<std::string> lost;    // layers, objects, indicators that the scene names and the project lacks
  std::vector<std::string> failed;  // of what it shows: "name: why"
};
std::vector<Finding> findingsOf(const CheckedStop& stop, const scene::Stage& stage);

}  // namespace session
