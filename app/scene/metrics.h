// Sizes of the map's symbols, type and lines on each medium, in canvas units. Figures: docs/look.md.
#pragma once

namespace scene {

enum class Medium : unsigned char { wall, window, page };

struct Metrics {
  float unit = 1;                                           // canvas units in one px of the medium's own look
  float core, node, agri, enterprise, rail, station, town;  // symbol sizes
  float coreName, coreSub, countyName, countyValue, countySub, nodeName, placeName, townName, neighbourName,
      waterName;
  float halo, casing;
  float cityPen, countyPen, countyCasing, riverPen;
  float arcStart, arcEnd;
  float spreadRadius, pairOffset, spreadPitch;
  float hatchPitch, hatchWidth;
};

// unit: 1 on a 1080p wall or a window at 100 %; on paper the millimetres of a px of the A3 look (25.4 / 150).
// No type is smaller than leastType, in canvas units.
inline Metrics metricsFor(Medium medium, float unit, float leastType = 0) {
  Metrics m{};
  switch (medium) {
    case Medium::wall:
      m = {1,  56, 28,   24,   19,   13, 8,    8,    27,   15, 20,  16, 14, 16, 15,  14,
           17, 16, 3.5f, 1.5f, 2.2f, 1,  2.6f, 1.6f, 6.5f, 3,  205, 50, 21, 7,  1.4f};
      break;
    case Medium::window:
      m = {1,  42, 23, 20,   17, 12, 8,    8,    20, 13, 17,  14, 13, 14, 13,  12.5f,
           15, 14, 3,  1.5f, 2,  1,  2.6f, 1.5f, 4,  2,  170, 40, 19, 7,  1.4f};
      break;
    case Medium::page:
      m = {1,  68, 36,   28,   26,   18,   11, 11,   32,   20, 27,  21, 19, 21.5f, 19,  16.5f,
           24, 21, 5.5f, 2.2f, 3.2f, 1.5f, 4,  2.4f, 6.5f, 3,  190, 56, 26, 10.5f, 1.6f};
      break;
  }
  float* values = &m.unit;
  for (unsigned i = 0; i < sizeof(Metrics) / sizeof(float); ++i) values[i] *= unit;
  for (float* size : {&m.coreName, &m.coreSub, &m.countyName, &m.countyValue, &m.countySub, &m.nodeName,
                      &m.placeName, &m.townName, &m.neighbourName, &m.waterName})
    *size = *size < leastType ? leastType : *size;
  if (m.spreadPitch < leastType * 1.25f) m.spreadPitch = leastType * 1.25f;
  return m;
}

}  // namespace scene
