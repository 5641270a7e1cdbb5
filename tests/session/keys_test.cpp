#include "app/session/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "tests/session/support.h"

using namespace session;
using session_test::Folder;

namespace {

struct Keys : testing::Test {
  Folder folder;
  void SetUp() override {
    setenv("XDG_CONFIG_HOME", folder.path().c_str(), 1);
    unsetenv("PARKSCOPE_KEY_TIANDITU");
    unsetenv("PARKSCOPE_KEY_MINE");
  }
  void TearDown() override { unsetenv("XDG_CONFIG_HOME"); }
};
const std::string tianditu =
    "https://t3.tianditu.gov.cn/DataServer?T=vec_w&x={x}&y={y}&l={z}&tk={key:tianditu}";

}  // namespace

TEST_F(Keys, AreReadFromTheUsersFileAndPutIntoTheAddress) {
  EXPECT_EQ(keysIn(tianditu), std::vector<std::string>{"tianditu"});
  const auto missing = withKeys(tianditu);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().text().find("tianditu"), std::string::npos);
  EXPECT_NE(missing.error().text().find(keysFile()), std::string::npos);
  ASSERT_TRUE(saveKey("tianditu", "abc123", "t3.tianditu.gov.cn"));
  const auto found = withKeys(tianditu);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_TRUE(found->ends_with("&tk=abc123"));
  struct stat info;
  ASSERT_EQ(stat(keysFile().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(Keys, GoToTheirOwnHostsAlone) {
  ASSERT_TRUE(saveKey("tianditu", "abc123", "t3.tianditu.gov.cn"));
  EXPECT_TRUE(withKeys("https://t0.tianditu.gov.cn/?tk={key:tianditu}"));
  const auto stolen = withKeys("https://evil.example/?tk={key:tianditu}");
  ASSERT_FALSE(stolen);
  EXPECT_EQ(stolen.error().text().find("abc123"), std::string::npos);
  EXPECT_FALSE(withKeys("https://eviltianditu.gov.cn/?tk={key:tianditu}"));
  EXPECT_FALSE(withKeys("https://t0.tianditu.gov.cn@evil.example/?tk={key:tianditu}"));
  // Entered once more for another server, it may go there, too.
  ASSERT_TRUE(saveKey("tianditu", "abc123", "mirror.example:8080"));
  EXPECT_TRUE(withKeys("http://mirror.example:8080/?tk={key:tianditu}"));
  EXPECT_TRUE(withKeys(tianditu));
}

TEST_F(Keys, AreReadFromTheEnvironment) {
  setenv("PARKSCOPE_KEY_TIANDITU", "fromenv", 1);
  EXPECT_TRUE(withKeys(tianditu)->ends_with("tk=fromenv"));
  setenv("PARKSCOPE_KEY_MINE", "k&y@tiles.example,127.0.0.1", 1);
  EXPECT_EQ(*withKeys("http://127.0.0.1:99/{key:mine}/{z}"), "http://127.0.0.1:99/k%26y/{z}");
  EXPECT_FALSE(withKeys("http://other.example/{key:mine}"));
  setenv("PARKSCOPE_KEY_MINE", "nohost", 1);
  EXPECT_FALSE(withKeys("http://127.0.0.1/{key:mine}")) << "it does not say for whom it is";
}

TEST_F(Keys, AreFoundInAddressesThatHoldThem) {
  EXPECT_TRUE(holdsKey("https://t0.tianditu.gov.cn/DataServer?T=vec_w&tk=0123abc"));
  EXPECT_FALSE(holdsKey(tianditu));
  EXPECT_FALSE(holdsKey("https://tile.openstreetmap.org/{z}/{x}/{y}.png"));
  EXPECT_EQ(withoutKeys("https://a/b?x={x}&ACCESS_TOKEN=secret&y=1"),
            "https://a/b?x={x}&ACCESS_TOKEN={key:access_token}&y=1");
}
