// The show's scenes made ready beside the main thread, and made anew when what they are made from changes.
#pragma once

#include <map>
#include <optional>

#include "app/session/show_stages.h"

namespace window {

class Stages {
 public:
  Stages(session::Session& session, scene::TypesetterPtr fonts)
      : session_(session), fonts_(std::move(fonts)) {}
  ~Stages() { forget(); }
  Stages(const Stages&) = delete;
  Stages& operator=(const Stages&) = delete;

  // Starts what is missing or stale for a wall of that size: the present scene and its neighbours first.
  void update(int width, int height);
  const std::vector<session::SceneSpec>& stops() const { return *stops_; }
  // Null until it is ready. A stale one stays until the new one is there.
  scene::StagePtr stage(size_t stop) const;
  bool ready() const;                                      // all of them
  uint64_t round() const { return round_; }                // grows whenever they are made anew
  const std::string& problem() const { return problem_; }  // of the last that could not be made

 private:
  void start(size_t stop);
  void forget();  // drops what is under way

  session::Session& session_;
  scene::TypesetterPtr fonts_;
  std::shared_ptr<const std::vector<session::SceneSpec>> stops_ =
      std::make_shared<const std::vector<session::SceneSpec>>();
  struct Made {
    scene::StagePtr stage;
    uint64_t round = 0;  // of the inputs that it was made from
    bool making = false;
  };
  std::map<std::string, Made> made_;  // by id of the scene
  std::optional<session::ShowInputs> inputs_;
  uint64_t seenVersion_ = 0, round_ = 0;
  int width_ = 0, height_ = 0;
  bool flat_ = false;
  std::string problem_;
};

}  // namespace window
