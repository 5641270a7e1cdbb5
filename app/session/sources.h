// What a project's layers and tables rest on: read by jobs, read anew when it changes. Internal to the
// session.
#pragma once

#include "app/session/derived.h"
#include "geo/load.h"

namespace session {

struct ReadSource {
  geo::Result<geo::Loaded> loaded;
  FileStamp stamp;       // of the files before they were read
  bool changed = false;  // they were written to meanwhile: a failure means nothing
};

std::string jobKey(const std::string& kind, const SourceKey& key);
std::string detailsKey(
    const std::string& layer);  // of the job that makes what its first picture does without
std::vector<SourceKey> wantedSources(const Session& session);
// folder: the project's; a file that leads to others does not lead out of it.
ReadSource readSource(const SourceKey& key, const geo::Crs& world, const std::string& folder,
                      geo::Progress& progress);
void tellReport(Session& session, const std::string& source, const geo::Report& report);
std::string shownName(const SourceKey& key);  // of its file, for messages

// Files that changed on disk, where the session watches them: read beside the old ones, swapped in when
// whole.
void deriveLive(Session& session);
// What the inspected layer's file is; see layer_card.h.
void deriveCard(Session& session);
// What the table in the assistant is; see import.h.
void deriveImport(Session& session);
// Outlines and places, in degrees, to hold coordinates against: the project's own areas, then what comes
// with the program.
std::vector<geo::LayerPtr> trustedPlaces(const geo::LayerPtr& own);
// The selection goes with its rows: `now` says where each row of the layer stands.
void moveSelection(Session& session, const std::string& layer, const std::vector<long>& now);

}  // namespace session
