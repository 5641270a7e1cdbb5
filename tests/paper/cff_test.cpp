#include "app/paper/cff.h"

#include <ft2build.h>
#include <gtest/gtest.h>

#include <random>
#include FT_FREETYPE_H
#include FT_CID_H
#include FT_OUTLINE_H

namespace {

using paper::CffGlyph;
using paper::CffStep;
using Point = std::pair<long, long>;
using Contour =
    std::vector<Point>;  // with the handles of its curves, without its end where that is its start

std::vector<Contour> contoursOf(const CffGlyph& glyph) {
  std::vector<Contour> out;
  long x = 0, y = 0;
  for (const CffStep& step : glyph.steps) {
    if (step.kind == CffStep::move) out.emplace_back();
    for (size_t k = 0; k < (step.kind == CffStep::curve ? 6u : 2u); k += 2)
      out.back().emplace_back(x += step.by[k], y += step.by[k + 1]);
  }
  return out;
}

std::vector<Contour> contoursOf(FT_Outline& outline) {
  std::vector<Contour> out;
  const auto put = [](const FT_Vector* v, void* user) {
    static_cast<std::vector<Contour>*>(user)->back().emplace_back(v->x, v->y);
    return 0;
  };
  FT_Outline_Funcs funcs{};
  funcs.move_to = [](const FT_Vector* v, void* user) {
    static_cast<std::vector<Contour>*>(user)->push_back({{v->x, v->y}});
    return 0;
  };
  funcs.line_to = put;
  funcs.conic_to = [](const FT_Vector*, const FT_Vector*, void*) { return 1; };
  funcs.cubic_to = [](const FT_Vector* a, const FT_Vector* b, const FT_Vector* c, void* user) {
    for (const FT_Vector* v : {a, b, c})
      static_cast<std::vector<Contour>*>(user)->back().emplace_back(v->x, v->y);
    return 0;
  };
  EXPECT_EQ(FT_Outline_Decompose(&outline, &funcs, &out), 0);
  return out;
}

// All ways in which a step may be short to say, and none.
CffStep randomStep(std::mt19937& random) {
  const auto number = [&] {
    const int most = std::array{3, 107, 108, 1131, 1132, 1500}[random() % 6];
    return static_cast<int>(random() % static_cast<unsigned>(2 * most + 1)) - most;
  };
  CffStep step{random() % 2 ? CffStep::line : CffStep::curve, {}};
  for (int& v : step.by) v = random() % 3 ? number() : 0;
  if (step.kind == CffStep::line) std::fill(step.by.begin() + 2, step.by.end(), 0);
  if (step.kind == CffStep::line && step.by[0] == 0 && step.by[1] == 0) step.by[0] = 1;
  return step;
}

}  // namespace

TEST(Cff, IsReadBackAsTheSameOutlinesByFreeType) {
  for (const int unitsPerEm : {1000, 236, 2816}) {
    std::mt19937 random(static_cast<unsigned>(unitsPerEm));
    std::vector<CffGlyph> glyphs;
    for (int code = 1; code < 60000; code += 211) {
      CffGlyph glyph{static_cast<uint16_t>(code), static_cast<int>(random() % 3000), {}};
      for (unsigned contour = random() % 4; contour > 0; --contour) {
        CffStep start = randomStep(random);
        start.kind = CffStep::move;
        const Point from = glyph.steps.empty() ? Point{} : contoursOf(glyph).back().back();
        start.by = {start.by[0] - static_cast<int>(from.first), start.by[1] - static_cast<int>(from.second)};
        glyph.steps.push_back(start);
        // Long runs of one kind too: an operator takes no more than 48 numbers.
        const size_t steps = 1 + random() % 90;
        for (size_t i = 0; i < steps; ++i) {
          const CffStep& last = glyph.steps.back();
          const bool again = random() % 3 && last.kind != CffStep::move;
          glyph.steps.push_back(again ? CffStep(last) : randomStep(random));
          // As far as a font's own numbers reach.
          const Point end = contoursOf(glyph).back().back();
          if (std::max(std::abs(end.first), std::abs(end.second)) < 25000) continue;
          glyph.steps.pop_back();
          break;
        }
      }
      glyphs.push_back(glyph);
    }
    const std::string program = paper::cffProgram("Test-Regular", glyphs, unitsPerEm, {-10, -200, 900, 800});
    FT_Library library = nullptr;
    ASSERT_EQ(FT_Init_FreeType(&library), 0);
    FT_Face face = nullptr;
    ASSERT_EQ(FT_New_Memory_Face(library, reinterpret_cast<const FT_Byte*>(program.data()),
                                 static_cast<FT_Long>(program.size()), 0, &face),
              0);
    EXPECT_EQ(face->units_per_EM, unitsPerEm);
    FT_Bool keyed = 0;
    ASSERT_EQ(FT_Get_CID_Is_Internally_CID_Keyed(face, &keyed), 0);
    EXPECT_TRUE(keyed);
    for (size_t i = 0; i < glyphs.size(); ++i) {
      // A bare program keyed by CID is asked by CID.
      ASSERT_EQ(FT_Load_Glyph(face, glyphs[i].code, FT_LOAD_NO_SCALE), 0) << i;
      EXPECT_EQ(face->glyph->metrics.horiAdvance, glyphs[i].width) << i;
      auto wanted = contoursOf(glyphs[i]), read = contoursOf(face->glyph->outline);
      ASSERT_EQ(read.size(), wanted.size()) << i;
      for (size_t c = 0; c < wanted.size(); ++c) {
        // A contour that ends where it began may be read with that place once or twice.
        for (Contour* contour : {&wanted[c], &read[c]})
          while (contour->size() > 1 && contour->back() == contour->front()) contour->pop_back();
        ASSERT_EQ(read[c], wanted[c]) << i << ", contour " << c;
      }
    }
    FT_Done_FreeType(library);
  }
}
