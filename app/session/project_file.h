// Project ↔ TOML. Canonical: the same project always gives the same bytes.
#pragma once

#include <string>

#include "app/session/project.h"
#include "geo/result.h"

namespace session {

// Errors name the file and the line: "a.parkscope.toml:12: unknown key \"titel\". Nearest known key: title."
geo::Result<Project> parseProject(const std::string& text, const std::string& path);
std::string formatProject(const Project& project);

geo::Result<Project> readProject(const std::string& path);
// Atomic: written beside the file, then renamed over it.
geo::Result<void> writeProject(const Project& project, const std::string& path);
// Whether it may be written: no password or key stands in it.
geo::Result<void> withoutSecrets(const Project& project, const std::string& path);

// A project made on the spot for bare data files.
struct BareOptions {
  std::string field, palette, label;
  geo::BreakMethod method = geo::BreakMethod::natural;
  int classes = 5;
  std::vector<double> breaks;
  std::optional<double> heatMetres;
  std::string weight;  // of the heat: column
  std::string crs;
};
geo::Result<Project> projectForData(const std::vector<std::string>& paths, const BareOptions& options);

// "assets/…" as found from the build tree or the installation; empty when absent.
std::string assetPath(const std::string& name);
std::string embeddedProjectPath();

}  // namespace session
