#include "app/scene/vision.h"

#include <algorithm>
#include <cmath>

#include "app/scene/drawing.h"

namespace scene {
namespace {

float linear(float s) { return s <= 0.04045f ? s / 12.92f : std::pow((s + 0.055f) / 1.055f, 2.4f); }
float encoded(float l) { return l <= 0.0031308f ? l * 12.92f : 1.055f * std::pow(l, 1 / 2.4f) - 0.055f; }

struct Tables {  // sRGB bytes to light, and light in steps finer than any byte's back
  static constexpr int steps = 1 << 14;
  std::array<float, 256> light;
  std::array<uint8_t, steps + 1> byte;
  Tables() {
    for (int i = 0; i < 256; ++i) light[static_cast<size_t>(i)] = linear(static_cast<float>(i) / 255);
    for (int i = 0; i <= steps; ++i)
      byte[static_cast<size_t>(i)] =
          static_cast<uint8_t>(std::lround(255 * encoded(static_cast<float>(i) / steps)));
  }
  uint8_t back(float l) const {
    return byte[static_cast<size_t>(std::lround(std::clamp(l, 0.f, 1.f) * steps))];
  }
};
const Tables& tables() {
  static const Tables made;
  return made;
}

void see(uint8_t* rgb, const Sight& s, const Tables& t) {
  const float in[3] = {t.light[rgb[0]], t.light[rgb[1]], t.light[rgb[2]]};
  for (size_t c = 0; c < 3; ++c) {
    const auto& r = s.rows[c];
    const float l = std::clamp(r[0] * in[0] + r[1] * in[1] + r[2] * in[2], 0.f, 1.f);
    rgb[c] = t.back(s.ground + (1 - s.ground) * l);
  }
}

}  // namespace

geo::Result<Vision> visionNamed(std::string_view name) {
  const auto found = std::find(visionNames.begin(), visionNames.end(), name);
  if (found != visionNames.end()) return static_cast<Vision>(found - visionNames.begin());
  return geo::fail("There is no vision \"" + std::string(name) + "\".",
                   "Visions: normal, protanopia, deuteranopia, tritanopia, grey, projector.");
}

const Sight& sightOf(Vision vision) {
  static const std::array<Sight, visionNames.size()> all{
      Sight{},
      Sight{{{{0.152286f, 1.052583f, -0.204868f},
              {0.114503f, 0.786281f, 0.099216f},
              {-0.003882f, -0.048116f, 1.051998f}}}},
      Sight{{{{0.367322f, 0.860646f, -0.227968f},
              {0.280085f, 0.672501f, 0.047413f},
              {-0.011820f, 0.042940f, 0.968881f}}}},
      Sight{{{{1.255528f, -0.076749f, -0.178779f},
              {-0.078411f, 0.930809f, 0.147602f},
              {0.004733f, 0.691367f, 0.303900f}}}},
      Sight{{{{0.2126f, 0.7152f, 0.0722f}, {0.2126f, 0.7152f, 0.0722f}, {0.2126f, 0.7152f, 0.0722f}}}},
      Sight{{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, 1 / 7.f}};
  return all[static_cast<size_t>(vision)];
}

Rgba seenAs(Rgba colour, Vision vision) {
  uint8_t rgb[3] = {colour.r, colour.g, colour.b};
  if (vision != Vision::normal) see(rgb, sightOf(vision), tables());
  return {rgb[0], rgb[1], rgb[2], colour.a};
}

void seeAs(std::span<uint8_t> rgba, Vision vision) {
  if (vision == Vision::normal) return;
  const Sight& sight = sightOf(vision);
  const Tables& t = tables();
  // Flat maps repeat their colours: the last one's answer is the next one's, mostly.
  uint8_t last[3] = {0, 0, 0}, seen[3] = {0, 0, 0};
  see(seen, sight, t);
  for (size_t i = 0; i + 3 < rgba.size(); i += 4) {
    uint8_t* p = rgba.data() + i;
    if (p[0] != last[0] || p[1] != last[1] || p[2] != last[2]) {
      std::copy(p, p + 3, last), std::copy(p, p + 3, seen);
      see(seen, sight, t);
    }
    std::copy(seen, seen + 3, p);
  }
}

}  // namespace scene
