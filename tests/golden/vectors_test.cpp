// The embedded project in the vector formats: rasterised by other programs, they are the picture that the PNG
// is, with the names in the same places, and nothing in them but what may be there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "app/paper/rasterise.h"
#include "app/paper/write.h"
#include "app/scene/draw_scene.h"
#include "tests/golden/embedded.h"
#include "tests/support/image.h"

namespace fs = std::filesystem;
using scene::Drawing;

namespace {

struct Case {
  const char* name;
  const char* scene;
  scene::Language language;
  bool page;  // millimetres on white; else a window's map in pixels
  int width, height;
  const char* kind = "";
  bool heat = false;  // the one thing that may be an image
};

[[maybe_unused]] void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

constexpr auto zh = scene::Language::zh, en = scene::Language::en;
const Case cases[] = {
    {"page", "overview", zh, true, 420, 297},
    {"portrait", "population", en, true, 210, 297},
    {"missing", "gdp", zh, true, 297, 210},
    {"bivariate", "overview", zh, true, 420, 297, "bivariate"},
    {"sized", "overview", zh, false, 1100, 860, "sized-coloured"},
    {"heat", "overview", zh, true, 420, 297, "heat-contours", true},
    {"links", "overview", zh, false, 1100, 860, "links"},
    {"multiples", "overview", zh, true, 297, 210, "multiples"},
    {"ledger", "overview", zh, true, 210, 297, "ledger"},
};

std::string printed(const std::string& command) {  // empty when it fails
  std::string out;
  std::FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  std::array<char, 4096> buffer;
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), n);
  return pclose(pipe) == 0 ? out : std::string();
}
bool has(const char* program) { return !printed(std::string("command -v ") + program).empty(); }

class VectorFile : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    folder = fs::path(BUILD_DIR) / "golden" / (std::string("vectors-") + GetParam().name);
    fs::create_directories(folder);
    drawing = draw(GetParam());
  }
  static Drawing draw(const Case& c) {
    const scene::Scene scene = embedded::scene(c.scene, c.language, c.kind);
    const auto w = static_cast<float>(c.width), h = static_cast<float>(c.height);
    scene::PageSetup page;
    page.width = w, page.height = h;
    if (c.page) return drawPage(scene, scene::paperTheme(), embedded::fonts(), page);
    return drawWindowMap(scene, scene::lightTheme(), embedded::fonts(),
                         scene::Camera::fit({0, 0, w, h}, scene.home, 30), 1);
  }
  double perUnit() const { return GetParam().page ? 75 / 25.4 : 1; }
  double millimetres() const { return GetParam().page ? 1 : 25.4 / 96; }
  int width() const { return static_cast<int>(drawing.width * perUnit() / 4) * 4; }
  int height() const { return static_cast<int>(drawing.height * perUnit() / 4) * 4; }
  std::string file(const char* name) const { return (folder / name).string(); }
  void write() {
    paper::Meta meta;
    meta.title = "图";
    ASSERT_TRUE(paper::writePdf(drawing, file("a.pdf"), {millimetres(), 150}, meta));
    ASSERT_TRUE(paper::writeSvg(drawing, file("a.svg"), {millimetres(), 150}, meta));
  }
  support::Image painted() const {
    const auto made = paper::rasterise(drawing, width(), height(), perUnit());
    if (!made) ADD_FAILURE() << made.error().text();
    return {made->width, made->height, made->rgba};
  }
  // Made four times as large by the other program, which puts letters and thin lines on whole pixels. share:
  // of the shrunk pixels that may differ by more than a tenth.
  void expectAlike(const support::Image& larger, double share) const {
    const auto d = compare(shrunk(painted(), 4), shrunk(larger, 16), 24);
    ASSERT_TRUE(d.sameSize) << larger.width << " × " << larger.height;
    EXPECT_LT(d.share, share) << folder;
    if (d.share >= share)
      writePng(painted(), file("painted.png")), writePng(d.picture, file("difference.png"));
  }
  fs::path folder;
  Drawing drawing;
};

}  // namespace

TEST_P(VectorFile, PdfIsThePictureThatThePngIs) {
  if (!has("pdftoppm")) GTEST_SKIP() << "poppler-utils is not installed";
  write();
  printed(fmt::format("pdftoppm -png -singlefile -r {} -x 0 -y 0 -W {} -H {} '{}' '{}'",
                      4 * perUnit() / millimetres() * 25.4, 4 * width(), 4 * height(), file("a.pdf"),
                      file("pdf")));
  expectAlike(support::readPng(file("pdf.png")), 0.006);
}

TEST_P(VectorFile, SvgIsThePictureThatThePngIs) {
  if (!has("rsvg-convert") || !has("xmllint"))
    GTEST_SKIP() << "librsvg2-bin and libxml2-utils are not installed";
  write();
  EXPECT_EQ(printed("xmllint --noout '" + file("a.svg") + "' && echo good"), "good\n");
  printed(fmt::format("rsvg-convert -d {0} -p {0} '{1}' -o '{2}'", 4 * perUnit() / millimetres() * 25.4,
                      file("a.svg"), file("svg.png")));
  expectAlike(support::readPng(file("svg.png")), 0.025);  // another program shapes the words
}

TEST_P(VectorFile, PdfHasItsWordsWhereThePictureHasThem) {
  if (!has("pdftotext")) GTEST_SKIP() << "poppler-utils is not installed";
  write();
  struct Word {
    double x, y;
    std::string text;
  };
  std::vector<Word> words;
  std::istringstream lines(printed("pdftotext -bbox '" + file("a.pdf") + "' -"));
  for (std::string line; std::getline(lines, line);) {
    double box[4];
    if (std::sscanf(line.c_str(), " <word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\">", &box[0],
                    &box[1], &box[2], &box[3]) != 4)
      continue;
    const size_t from = line.find('>') + 1;
    words.push_back({box[0], (box[1] + box[3]) / 2, line.substr(from, line.rfind("</word>") - from)});
  }
  size_t asked = 0;
  const double points = millimetres() * 72 / 25.4;  // a canvas unit
  for (const auto& placed : drawing.items) {
    const auto* t = std::get_if<scene::Text>(&placed.item);
    if (!t || t->angle != 0 || t->colour.a == 0 || t->run.glyphs.empty()) continue;
    // As far as the first space or sign that cuts a word, or that HTML writes in another way.
    const std::string text =
        t->run.text.substr(0, std::min(t->run.text.find_first_of(" &<>\"'("), t->run.text.find("　")));
    if (text.size() < 6) continue;
    ++asked;
    const double x = t->origin.x * points, y = (t->origin.y - 0.38 * t->run.size) * points;
    // pdftotext takes neighbours for one word, or cuts one at a wide sign.
    EXPECT_TRUE(std::any_of(words.begin(), words.end(),
                            [&](const Word& w) {
                              return (w.text.find(text) != w.text.npos ||
                                      (w.text.size() >= 6 && text.starts_with(w.text))) &&
                                     std::abs(w.y - y) < 0.4 * t->run.size * points && w.x < x + 2 &&
                                     (!text.starts_with(w.text) || w.x > x - 2);
                            }))
        << text << " at " << x << ", " << y;
  }
  EXPECT_GT(asked, 8u);
}

TEST_P(VectorFile, PdfHoldsNothingButVectorsSubsetsOfFontsAndHeat) {
  if (!has("pdffonts") || !has("qpdf")) GTEST_SKIP() << "poppler-utils and qpdf are not installed";
  write();
  EXPECT_THAT(printed("qpdf --check '" + file("a.pdf") + "'"),
              testing::HasSubstr("No syntax or stream encoding errors"));
  const auto rows = [&](const std::string& program) {
    std::vector<std::string> out;
    std::istringstream lines(printed(program + " '" + file("a.pdf") + "'"));
    for (std::string line; std::getline(lines, line);) out.push_back(line);
    EXPECT_GE(out.size(), 2u) << program;
    out.erase(out.begin(), out.begin() + 2);  // the table's head
    return out;
  };
  for (const std::string& font : rows("pdffonts")) {
    EXPECT_EQ(font.at(6), '+') << font;
    EXPECT_THAT(font, testing::HasSubstr("yes yes yes")) << "embedded, a subset, says what it means";
  }
  const auto images = rows("pdfimages -list");
  EXPECT_EQ(images.size(), GetParam().heat ? 3u : 0u) << testing::PrintToString(images);
}

INSTANTIATE_TEST_SUITE_P(Project, VectorFile, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });
