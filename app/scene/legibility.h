// How small type may be so that the farthest seat can read it. Pure arithmetic.
//
// Angles: ISO 9241-303:2011 asks for 16 minutes of arc at least of the height of Latin capitals and prefers
// 20 to 22 (both also in NUREG-0700 rev. 3, 1.3.1-4); AVIXA V202.01 (DISCAS) has 17.2, 1/200 of the distance.
// Chinese characters have more strokes, each of which costs 0.25 minutes at the threshold (Cai, Chi and You
// 2001): they get the lower end of the preferred range, 20. Of an em, Inter's capitals are 0.727 high, an
// ideograph of Noto Sans CJK 0.92 of it: 22.0 and 21.7 minutes of the em. One figure serves both scripts.
#pragma once

#include "app/scene/scene.h"

namespace scene {

inline constexpr float leastCapitalMinutes = 16, leastIdeographMinutes = 20;
inline constexpr float capitalOfEm = 0.727f, ideographOfEm = 0.92f;
// Of the em, so that capitals and ideographs are both large enough.
float leastEmMinutes();

// Smallest type (em) in canvas units on a picture that many units wide. 0: where the audience sits is not
// known.
float leastType(const Viewing& viewing, float width);
// The angle of a height on that picture at the farthest seat, minutes of arc; 0: not known.
float arcMinutes(const Viewing& viewing, float width, float height);
// The farthest seat from which type of that size can be read, and the width of the picture at which the
// farthest seat can read it.
double farthestMetres(const Viewing& viewing, float width, float size);
double leastScreenCm(const Viewing& viewing, float width, float size);

}  // namespace scene
