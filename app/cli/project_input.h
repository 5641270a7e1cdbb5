// What stands where a PROJECT is asked for: a project file, or data files with the options that style them.
#pragma once

#include <functional>

#include "app/cli/verbs.h"
#include "app/session/project_file.h"
#include "app/session/session.h"

namespace cli {

struct ProjectInput {
  std::vector<std::string> paths;
  session::BareOptions bare;
  bool firstPicture = false;          // what no picture shows at once is not waited for
  std::function<void()> meanwhile{};  // called once, while the data load
};

// --field, --method, --classes, --breaks, --palette, --label, --crs.
void addBareOptions(CLI::App& app, session::BareOptions& bare);

// Opens and loads everything. Fails where nothing can be shown; a layer that failed stays marked in the
// session.
geo::Result<void> loadProject(session::Session& session, const ProjectInput& input, const Common& common);

// The same for verbs that write pictures; fonts are found while the data load.
geo::Result<scene::TypesetterPtr> openForPictures(session::Session& session, const ProjectInput& input,
                                                  const Common& common);
// Warnings and errors of the session, a line each on stderr.
void tellMessages(const session::Session& session);

// Takes "1920x1080"; the parser's error otherwise.
CLI::Option* addSizeOption(CLI::App& app, int& width, int& height, const std::string& help);

}  // namespace cli
