// The window's camera on its way: a flight with the time it began.
#pragma once

#include "app/session/session.h"

namespace session {

View::Flight flight(const scene::Camera& from,
                    const scene::Camera& to);  // its length follows from the way; start 0
scene::Camera cameraAt(const View::Flight& flight, double seconds);  // after the start

}  // namespace session
