// The Gauss–Krüger zones of Chinese surveying, as EPSG numbers them. Pure arithmetic.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace geo {

enum class ChineseDatum : uint8_t { cgcs2000, xian80, beijing54 };

struct GaussZone {
  ChineseDatum datum = ChineseDatum::cgcs2000;
  int width = 3;          // degrees: 3 or 6
  int zone = 38;          // 25…45 of 3°, 13…23 of 6°
  bool numbered = false;  // the zone's number stands in front of the easting

  double meridian() const { return width == 3 ? zone * 3 : zone * 6 - 3; }
  bool operator==(const GaussZone&) const = default;
};

// From 4547, 2362, 21419…; nothing when it is none of these.
std::optional<GaussZone> gaussZone(int epsg);
std::optional<GaussZone> gaussZone(std::string_view crs);  // "EPSG:4547"
int epsgOf(const GaussZone& zone);

const char* nameOf(ChineseDatum datum);  // "CGCS2000"

}  // namespace geo
