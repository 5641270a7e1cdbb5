#include "app/session/flight.h"

#include "app/scene/motion.h"

namespace session {

View::Flight flight(const scene::Camera& from, const scene::Camera& to) {
  const scene::CameraFlight way = scene::cameraFlight(from, to);
  return {from, to, 0, way.seconds > 0 ? way.seconds : 1.6};
}

scene::Camera cameraAt(const View::Flight& f, double seconds) {
  return scene::cameraAt({f.from, f.to, f.seconds}, seconds);
}

}  // namespace session
