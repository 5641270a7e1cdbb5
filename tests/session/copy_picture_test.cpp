#include "app/session/copy_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "app/session/recipe.h"
#include "tests/session/support.h"

using namespace session;
using session_test::SmallCity;
using testing::HasSubstr;

namespace {

// Width and height of a PNG.
std::pair<unsigned, unsigned> sizeOf(const std::string& png) {
  const auto at = [&](size_t i) {
    unsigned v = 0;
    for (size_t k = 0; k < 4; ++k) v = v << 8 | static_cast<unsigned char>(png[i + k]);
    return v;
  };
  if (png.size() < 24 || png.substr(1, 3) != "PNG") return {};
  return {at(16), at(20)};
}

}  // namespace

TEST_F(SmallCity, CopiesTheWindowsMapAtItsSizeAndTwice) {
  city.setFrame({0, 0, 800, 600});
  ASSERT_TRUE(does(CopyPicture{1}));
  EXPECT_FALSE(city.view().clipboardPicture) << "a worker makes it";
  city.wait();
  ASSERT_TRUE(city.view().clipboardPicture);
  EXPECT_EQ(sizeOf(*city.view().clipboardPicture), (std::pair{800u, 600u}));
  ASSERT_TRUE(does(CopyPicture{2}));
  city.wait();
  EXPECT_EQ(sizeOf(*city.view().clipboardPicture), (std::pair{1600u, 1200u}));
  EXPECT_THAT(city.messages().back().text, HasSubstr("1600 × 1200"));
  EXPECT_FALSE(does(CopyPicture{3}));
}

TEST_F(SmallCity, ACopiedPictureCarriesItsRecipe) {
  city.setFrame({0, 0, 800, 600});
  ASSERT_TRUE(does(CopyPicture{1}));
  city.wait();
  const std::string pasted = folder.file("pasted.png");
  std::ofstream(pasted, std::ios::binary) << *city.view().clipboardPicture;
  const auto verified = verify(pasted);
  ASSERT_TRUE(verified) << verified.error().text();
  EXPECT_EQ(verified->verdict, Verification::Verdict::unchanged);
  Session again;
  ASSERT_TRUE(again.open(pasted));
  EXPECT_EQ(again.project().title, city.project().title);
}

TEST_F(SmallCity, WithThePageOpenThePageIsCopied) {
  city.setFrame({0, 0, 800, 600});
  ASSERT_TRUE(does(TogglePanel{"page"}));
  ASSERT_TRUE(does(CopyPicture{1}));
  city.wait();
  ASSERT_TRUE(city.view().clipboardPicture) << city.messages().back().text;
  EXPECT_EQ(sizeOf(*city.view().clipboardPicture), (std::pair{2480u, 1754u}));  // A3 at 150 dpi
}

TEST_F(SmallCity, APictureForThePublicIsNotCopiedUnfit) {
  city.setFrame({0, 0, 800, 600});
  PageSpec page = city.project().page;
  page.isPublic = true;
  ASSERT_TRUE(does(SetPage{page}));
  EXPECT_FALSE(does(CopyPicture{1}));
  EXPECT_THAT(city.messages().back().text, HasSubstr("没有审图号"));
  EXPECT_EQ(city.messages().back().text.find("日期"), std::string::npos);
}

TEST_F(SmallCity, TextCopiedMeanwhileIsWhatIsPasted) {
  city.setFrame({0, 0, 800, 600});
  ASSERT_TRUE(does(CopyPicture{1}));
  ASSERT_TRUE(does(CopyText{"甲"}));
  city.wait();
  EXPECT_FALSE(city.view().clipboardPicture);
  EXPECT_EQ(city.view().clipboard, "甲");
}

TEST_F(SmallCity, TheLastExportIsRepeated) {
  EXPECT_FALSE(does(ExportAgain{}));
  EXPECT_THAT(city.messages().back().text, HasSubstr("还没有导出过"));
  ExportImage image;
  image.path = folder.file("again.png"), image.width = 320, image.height = 240;
  ASSERT_TRUE(does(image));
  city.wait();
  ASSERT_TRUE(std::filesystem::remove(image.path));
  ASSERT_TRUE(does(ExportAgain{}));
  city.wait();
  EXPECT_TRUE(std::filesystem::exists(image.path));
}

TEST_F(SmallCity, AnExportOfThePageHasThePagesSize) {
  PageSpec page = city.project().page;
  page.paper = "160x110";
  ASSERT_TRUE(does(SetPage{page}));
  ExportImage image;
  image.path = folder.file("page.png"), image.page = true, image.paper = "A0", image.dpi = 100;
  ASSERT_TRUE(does(image));
  city.wait();
  std::ifstream in(image.path, std::ios::binary);
  const std::string png((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(sizeOf(png), (std::pair{630u, 433u}));
}
