// Keys of map services. They live in the user's own folder or in the environment, and are put into an address
// at the last moment: no project, message, picture or file name ever holds one. Each goes to its own hosts
// alone, or a project made by somebody else could ask for it.
#pragma once

#include <string>
#include <vector>

#include "app/scene/scene.h"
#include "geo/result.h"

namespace session {

// $XDG_CONFIG_HOME/parkscope/keys.toml, else in ~/.config; empty: there is no home.
//   [tianditu]
//   key = "…"
//   hosts = ["tianditu.gov.cn"]   # and what ends in .tianditu.gov.cn
// The environment says the same: PARKSCOPE_KEY_TIANDITU=KEY, for others than 天地图 with @HOST[,HOST…]
// behind.
std::string keysFile();

std::vector<std::string> keysIn(const std::string& address);  // the NAMEs of {key:NAME}
// The address with its keys. Fails with the first that is missing, or that may not go to this host.
geo::Result<std::string> withKeys(const std::string& address, scene::Language language = scene::Language::en);
// Whether it carries a key itself: "tk=0123…". And the same with {key:…} in its place.
bool holdsKey(const std::string& address);
std::string withoutKeys(const std::string& address);
// Written so that the user alone can read it. The key may go to that host from now on, too.
geo::Result<void> saveKey(const std::string& name, const std::string& key, const std::string& host);

}  // namespace session
