// A show as numbered pictures, as a film, or as a deck of pages. Needs no display; the same show gives the
// same bytes.
#pragma once

#include "app/session/session.h"
#include "app/scene/text.h"
#include "geo/progress.h"

namespace session {

struct RecordOptions {
  std::string output;  // a folder for PNGs; .mp4 .mov .mkv .webm by ffmpeg; .pdf: a page for each scene
  int width = 1920, height = 1080;
  double fps = 30;
  std::string theme;              // empty: the project's
  std::string scene;              // id or name of the one to begin with; empty: the first
  std::optional<double> seconds;  // at most so long
};
struct Recorded {
  size_t frames = 0;  // pages of a deck
  double seconds = 0;
};
geo::Result<void> checkRecord(const RecordOptions& options);
// The session is loaded.
geo::Result<Recorded> record(const Session& session, const RecordOptions& options,
                             const scene::TypesetterPtr& fonts, geo::Progress* progress = nullptr);

}  // namespace session
