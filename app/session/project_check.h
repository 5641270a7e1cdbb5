// What a project file must hold beyond its form: ids that are unique, links that lead somewhere.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/session/project.h"
#include "geo/result.h"

namespace session {

struct Lines {  // where the keys of one table stand in the file
  int table = 0;
  std::map<std::string, int> keys;
  int of(const std::string& key) const {
    const auto at = keys.find(key);
    return at == keys.end() ? table : at->second;
  }
};

struct ProjectLines {
  Lines root;
  std::vector<Lines> basemaps, layers, places, tables, accepted, indicators, targets, scenes, templates,
      imports;
};

// Everything found wrong; the one that stands first in the file is told.
class Complaints {
 public:
  void add(int line, std::string what, std::string remedy) {
    all_.push_back({line, {std::move(what), std::move(remedy)}});
  }
  bool empty() const { return all_.empty(); }
  tl::unexpected<geo::Error> first(const std::string& path) const;
  const geo::Error& any() const { return all_.front().second; }

 private:
  std::vector<std::pair<int, geo::Error>> all_;
};

void check(const Project& project, const ProjectLines& lines, Complaints& complaints);
// The same for a project that has no file.
geo::Result<void> check(const Project& project);

}  // namespace session
