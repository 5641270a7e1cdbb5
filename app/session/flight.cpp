#include "app/session/flight.h"

namespace session {
namespace {

constexpr double rho = 1.42;  // how far the camera backs off on a long way (the paper's own choice)

// In the plane of distance along the way (u) and width of the view (w).
struct Way {
  double w0, w1, u1, r0 = 0, length = 0;
  bool straight = false;  // no distance to speak of: zoom alone

  Way(double from, double to, double distance) : w0(from), w1(to), u1(distance) {
    straight = u1 < 1e-6 * std::max(w0, w1);
    if (straight) {
      length = std::abs(std::log(w1 / w0)) / rho;
      return;
    }
    const double r2 = rho * rho, d = w1 * w1 - w0 * w0, u4 = r2 * r2 * u1 * u1;
    const auto r = [](double b) { return std::asinh(-b); };
    r0 = r((d + u4) / (2 * w0 * r2 * u1));
    length = (r((d - u4) / (2 * w1 * r2 * u1)) - r0) / rho;
  }
  double width(double s) const {
    if (straight) return w0 * std::pow(w1 / w0, length > 0 ? s / length : 1);
    return w0 * std::cosh(r0) / std::cosh(rho * s + r0);
  }
  double share(double s) const {  // of the distance
    if (straight) return length > 0 ? s / length : 1;
    return w0 / (rho * rho) * (std::cosh(r0) * std::tanh(rho * s + r0) - std::sinh(r0)) / u1;
  }
};

Way wayOf(const View::Flight& f) {
  const double pixels = std::max(1.0f, f.to.frame.w);
  const double dx = f.to.centre.x - f.from.centre.x, dy = f.to.centre.y - f.from.centre.y;
  return {f.from.metresPerUnit * pixels, f.to.metresPerUnit * pixels, std::hypot(dx, dy)};
}

}  // namespace

View::Flight flight(const scene::Camera& from, const scene::Camera& to) {
  View::Flight f{from, to, 0, 0};
  f.seconds = 1.6 + 0.8 * std::clamp(wayOf(f).length / 3, 0.0, 1.0);
  return f;
}

scene::Camera cameraAt(const View::Flight& f, double seconds) {
  const double t = f.seconds > 0 ? std::clamp(seconds / f.seconds, 0.0, 1.0) : 1;
  if (t >= 1) return f.to;
  const double eased = t < 0.5 ? 4 * t * t * t : 1 - std::pow(2 - 2 * t, 3) / 2;
  const Way way = wayOf(f);
  const double share = way.share(eased * way.length);
  scene::Camera c = f.to;
  c.centre = {f.from.centre.x + share * (f.to.centre.x - f.from.centre.x),
              f.from.centre.y + share * (f.to.centre.y - f.from.centre.y)};
  c.metresPerUnit = way.width(eased * way.length) / std::max(1.0f, f.to.frame.w);
  return c;
}

}  // namespace session
