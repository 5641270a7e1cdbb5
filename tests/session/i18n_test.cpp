#include "app/session/i18n.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

using scene::Language;
using session::tr;

namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

size_t braces(std::string_view text) {
  size_t count = 0;
  for (size_t at = text.find("{}"); at != text.npos; at = text.find("{}", at + 2)) ++count;
  return count;
}

bool chinese(const std::string& text) {  // any character of U+3400…U+9FFF
  for (size_t i = 0; i + 2 < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if ((lead == 0xE3 && static_cast<unsigned char>(text[i + 1]) >= 0x90) || (lead >= 0xE4 && lead <= 0xE9))
      return true;
  }
  return false;
}

}  // namespace

TEST(Words, AreChineseInTheSourceAndEnglishByCatalogue) {
  EXPECT_EQ(session::loadCatalogues(), "");
  EXPECT_STREQ(tr("图例", Language::zh), "图例");
  EXPECT_STREQ(tr("图例", Language::en), "Legend");
  EXPECT_STREQ(tr("没有这个词", Language::en), "没有这个词");
  EXPECT_STREQ(tr("", Language::en), "");
}

TEST(Words, HaveAFormForOneAndOneForMany) {
  EXPECT_STREQ(tr("{} 图层", 1, Language::en), "{} layer");
  EXPECT_STREQ(tr("{} 图层", 0, Language::en), "{} layers");
  EXPECT_STREQ(tr("{} 图层", 21, Language::en), "{} layers");
  EXPECT_STREQ(tr("{} 图层", 1, Language::zh), "{} 图层");
  EXPECT_STREQ(tr("图例", 1, Language::en), "Legend");  // words without a number
  EXPECT_STREQ(tr("没有这个词", 2, Language::en), "没有这个词");
}

TEST(Words, OfEverySourceHaveTheirEnglish) {
  const std::regex call(R"re(\b(?:tr|t|no)\(\s*"((?:[^"\\]|\\.)*)")re");
  std::set<std::string> untranslated;
  size_t found = 0;
  for (const char* folder : {"app/session", "app/panels", "app/window", "app/cli"})
    for (const auto& file : fs::directory_iterator(fs::path(SOURCE_DIR) / folder)) {
      const std::string text = slurp(file.path());
      for (std::sregex_iterator m(text.begin(), text.end(), call), end; m != end; ++m) {
        const std::string id = (*m)[1];
        if (!chinese(id)) continue;
        ++found;
        if (tr(id.c_str(), Language::en) == id)
          untranslated.insert(id + " (" + file.path().filename().string() + ")");
      }
    }
  EXPECT_GT(found, 50u);
  EXPECT_EQ(untranslated, std::set<std::string>{});
}

TEST(Words, KeepTheirPlaceholdersInTranslation) {
  const std::string po = slurp(SOURCE_DIR "/po/en.po");
  const std::regex entry(R"re(msgid "((?:[^"\\]|\\.)+)"\nmsgstr "((?:[^"\\]|\\.)*)")re");
  size_t entries = 0;
  for (std::sregex_iterator m(po.begin(), po.end(), entry), end; m != end; ++m, ++entries) {
    EXPECT_EQ(braces((*m)[1].str()), braces((*m)[2].str())) << (*m)[1];
    EXPECT_FALSE((*m)[2].str().empty()) << (*m)[1];
    EXPECT_FALSE(chinese((*m)[2].str())) << (*m)[2];
  }
  EXPECT_GT(entries, 100u);
  const std::regex plural(
      R"re(msgid "((?:[^"\\]|\\.)+)"\nmsgid_plural "((?:[^"\\]|\\.)+)"\nmsgstr\[0\] "((?:[^"\\]|\\.)*)"\nmsgstr\[1\] "((?:[^"\\]|\\.)*)")re");
  size_t plurals = 0;
  for (std::sregex_iterator m(po.begin(), po.end(), plural), end; m != end; ++m, ++plurals)
    for (const int form : {2, 3, 4}) {
      EXPECT_EQ(braces((*m)[1].str()), braces((*m)[form].str())) << (*m)[1];
      EXPECT_TRUE(form == 2 || !chinese((*m)[form].str())) << (*m)[form];
      EXPECT_NE((*m)[3].str(), (*m)[4].str()) << (*m)[1];
    }
  EXPECT_GT(plurals, 30u);
}
