#include "app/paper/seal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "app/paper/write.h"

namespace {

namespace fs = std::filesystem;

class Seal : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    folder = fs::temp_directory_path() / ("parkscope seal " + std::to_string(getpid()) + GetParam());
    fs::create_directories(folder);
    path = (folder / ("a." + std::string(GetParam()))).string();
    drawing.width = 120, drawing.height = 80, drawing.background = {20, 40, 60, 255};
    drawing.add(scene::Fill{scene::Path::circle({60, 40}, 30), {200, 120, 10, 255}});
    drawing.cameras.push_back(scene::Camera::fit({0, 0, 120, 80}, {0, 0, 1200, 800}, 0));
    meta.title = "图";
    // Larger than one marker of a JPEG, and with all that XML minds.
    meta.recipe = "{\"seal\":\"" + paper::unsealed() + "\",\"text\":\"清远 <&> ]]>\",\"long\":\"" +
                  std::string(150'000, 'x') + "\"}";
  }
  void TearDown() override { fs::remove_all(folder); }

  geo::Result<void> write(const std::string& to) {
    const std::string ending = GetParam();
    if (ending == "png") return paper::writePng(drawing, to, 120, 80, 1, 96, meta);
    if (ending == "jpg") return paper::writeJpeg(drawing, to, 120, 80, 1, 96, meta);
    if (ending == "webp") return paper::writeWebp(drawing, to, 120, 80, 1, 96, meta);
    if (ending == "tif") return paper::writeGeoTiff(drawing, to, 120, 80, 1, 96, {}, meta);
    if (ending == "pdf") return paper::writePdf(drawing, to, {1}, meta);
    return paper::writeSvg(drawing, to, {1}, meta);
  }
  static std::string bytes(const std::string& of) {
    std::ifstream in(of, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder;
  std::string path;
  scene::Drawing drawing;
  paper::Meta meta;
};

TEST_P(Seal, GivesBackTheRecipeAndHoldsAsLongAsNoByteChanges) {
  ASSERT_TRUE(write(path));
  const auto proof = paper::readProof(path);
  ASSERT_TRUE(proof) << proof.error().text();
  EXPECT_TRUE(proof->sealed);
  EXPECT_TRUE(proof->intact);
  // Only the seal differs from what was given.
  std::string recipe = proof->recipe;
  const size_t at = recipe.find("parkscope-seal-") + 15;
  EXPECT_NE(recipe.substr(at, 64), std::string(64, '0'));
  recipe.replace(at, 64, std::string(64, '0'));
  EXPECT_EQ(recipe, meta.recipe);
}

TEST_P(Seal, BreaksWithAnyByteOfPictureOrRecipe) {
  ASSERT_TRUE(write(path));
  const std::string whole = bytes(path);
  for (const double share : {0.02, 0.3, 0.5, 0.9, 0.999}) {
    std::string changed = whole;
    changed[static_cast<size_t>(share * static_cast<double>(whole.size()))] ^= 1;
    const std::string other = (folder / "b").string();
    std::ofstream(other, std::ios::binary) << changed;
    const auto proof = paper::readProof(other);
    EXPECT_FALSE(proof && proof->intact) << share;
  }
  std::string cut = whole.substr(0, whole.size() - 7);
  std::ofstream((folder / "c").string(), std::ios::binary) << cut;
  const auto proof = paper::readProof((folder / "c").string());
  EXPECT_FALSE(proof && proof->intact);
}

TEST_P(Seal, IsTheSameForTheSamePicture) {
  ASSERT_TRUE(write(path));
  const std::string first = bytes(path);
  ASSERT_TRUE(write(path));
  EXPECT_EQ(bytes(path), first);
}

TEST_P(Seal, IsAbsentWhereNothingWasToBeTold) {
  meta.recipe.clear();
  ASSERT_TRUE(write(path));
  const auto proof = paper::readProof(path);
  ASSERT_TRUE(proof);
  EXPECT_TRUE(proof->recipe.empty());
  EXPECT_FALSE(proof->sealed);
}

INSTANTIATE_TEST_SUITE_P(Formats, Seal, testing::Values("png", "jpg", "webp", "tif", "pdf", "svg"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Sha256, IsThePublishedOne) {  // FIPS 180-2, appendix B.1
  paper::Sha256 sha;
  sha.add("abc", 3);
  EXPECT_EQ(sha.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Proof, RefusesWhatIsNoPicture) {
  const auto proof = paper::readProof("/etc/hostname");
  ASSERT_FALSE(proof);
  EXPECT_FALSE(paper::readProof("/nowhere/x.png"));
}

}  // namespace
