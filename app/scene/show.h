// A show's pictures: a scene made ready (a stage), and what lies between two of them as a function of time. A
// dropped frame never slows a movement, and the same instant is always the same picture.
//
// A passage has three acts. First the old names and what leaves fade out, panels and class colours pass over.
// Then the camera flies, without names. Then what is new comes: cores, the arcs that grow from them, nodes
// where an arc arrives, the other groups one by one, the stations last.
#pragma once

#include "app/scene/motion.h"
#include "app/scene/wall.h"

namespace scene {

struct Stage {
  uint64_t serial = 0;  // of this process: no two stages share one, as addresses would after a while
  Scene scene;
  const Theme* theme = nullptr;
  TypesetterPtr fonts;
  float width = 0, height = 0;
  WallLayout layout;
  std::vector<Camera> cameras;  // 0: the map at rest
  bool map = true;              // else a sheet: all of it is in `panels`
  // The picture at rest, in this order.
  std::vector<Placed> ground;        // of the map
  std::vector<Placed> panels;        // beside the map
  std::vector<Placed> over;          // furniture within the map's frame
  std::vector<Placed> marks, names;  // of the map
  std::vector<Placed> measures;      // north arrow, scale bar
  std::vector<ObjectRef> nameOf;     // of each of `names`
  MapPlan plan;
  std::vector<Hit> hits;
  std::set<char32_t> missingGlyphs;
};
using StagePtr = std::shared_ptr<const Stage>;
// A copy that another picture is to be made of.
std::shared_ptr<Stage> copyOf(const Stage& stage);

// Pure; safe on a worker.
StagePtr makeStage(Scene scene, const Theme& theme, TypesetterPtr fonts, float width, float height,
                   std::optional<geo::Box> extent = {});
Drawing drawingOf(const Stage& stage);  // at rest

struct PassageOptions {
  double transitionSeconds = 2;  // of the flight, where there is one; 0: a cut
  bool reduced = false;          // cuts only
  bool story = true;             // what is new comes bit by bit
};

struct Passage {
  StagePtr from, to;  // from: null at the start of a show
  CameraFlight flight;
  bool cut = false;     // the next picture at once
  bool dip = false;     // through the ground: between a map and a sheet
  bool moves = false;   // the camera does, or the ground tilts
  double fadeEnds = 0;  // first act
  double flightEnds = 0;
  double storyEnds = 0;
  std::set<uint64_t> tracks;  // of the ledger, that fill up; see Drawing::part
  double tracksEnd = 0;
  // When each begins, seconds; by index of the scene's layers and leads. Infinity: it is there already.
  std::vector<double> layerAt, leadAt;
  double seconds() const { return storyEnds; }  // until nothing moves but beads
};
Passage makePassage(StagePtr from, StagePtr to, const PassageOptions& options = {});
// How the map lies then: its tilt rises, sinks and turns with the camera's flight.
std::optional<TiltView> tiltAt(const Passage& passage, double seconds);

// What runs on after a passage.
struct Extras {
  double beadsFrom = -1;  // when the beads set out, seconds of the passage; negative: none
  bool beadsForever = false;
};
inline constexpr double beadSeconds = 4, beadPause = 2;

// A picture in two: what stands still for a while, and what is drawn anew each time, over it.
struct ShowFrame {
  Drawing base, over;      // `over` has no ground of its own
  std::string baseKey;     // the same as long as the base is
  bool mapIsBare = false;  // nothing of the base lies within the map's frame
};
ShowFrame frameAt(const Passage& passage, double seconds, DrawCache* cache = nullptr,
                  const Extras& extras = {});
// Both in one.
Drawing pictureAt(const Passage& passage, double seconds, DrawCache* cache = nullptr,
                  const Extras& extras = {});

// Over any picture of a stage: the rest dims, the area or symbol stands out with its name and figures.
// `strength` 0 … 1.
void addSpotlight(Drawing& over, const Stage& stage, const ObjectRef& object, float strength);

}  // namespace scene
