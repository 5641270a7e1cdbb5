// A camera on its way: the smooth zoom and pan of van Wijk and Nuij (2003), eased in and out. A function of
// time alone.
#pragma once

#include "app/session/session.h"

namespace session {

View::Flight flight(const scene::Camera& from,
                    const scene::Camera& to);  // its length follows from the way; start 0
scene::Camera cameraAt(const View::Flight& flight, double seconds);  // after the start

}  // namespace session
