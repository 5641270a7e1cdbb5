// A loaded session → a picture file: what `parkscope snapshot` and the window's "Export image…" both call.
#pragma once

#include "app/paper/write.h"
#include "app/session/recipe.h"
#include "app/session/session.h"

namespace session {

// The scene as the options ask for it (scene, indicator, year, language of the session). Fails with a line
// that lists what there is when a name is unknown.
geo::Result<scene::Scene> sceneFor(const Session& session, const SnapshotOptions& options);
// What the project's own page would show if it were printed now; where the map is not worked out yet, what
// there is of it.
scene::Scene pageScene(const Session& session);
// The output's ending, size, paper, resolution and theme: what is wrong with them, before anything is loaded.
geo::Result<void> checkSnapshot(const SnapshotOptions& options);
// Pure; may run on a worker. The ending of options.output chooses the format; no theme: the dark one on
// screens, the white one on paper. `warnings` gets one line for each thing that the picture lacks (characters
// without a glyph). With a recipe the file carries it and is sealed. A picture for the public that is not
// fit for it is refused, with all that it lacks.
geo::Result<void> writeSnapshot(const scene::Scene& scene, const SnapshotOptions& options,
                                scene::TypesetterPtr fonts, const geo::Crs& worldCrs,
                                geo::Progress* progress = nullptr,
                                std::vector<std::string>* warnings = nullptr,
                                const RecipeDraft* recipe = nullptr);

// Its parts, for books of many sheets.
const scene::Theme& themeOf(const SnapshotOptions& options);
// A page of the project's own size is the project's own, with the frames that stand where they were put.
scene::PageSetup pageOf(const scene::Scene& scene, const SnapshotOptions& options);
scene::Drawing drawingOf(const scene::Scene& scene, const SnapshotOptions& options,
                         const scene::TypesetterPtr& fonts, const std::optional<geo::Box>& extent = {});
geo::Result<void> writeDrawing(const scene::Drawing& drawing, const SnapshotOptions& options,
                               const geo::Crs& worldCrs, paper::Meta meta, geo::Progress* progress = nullptr,
                               std::shared_ptr<paper::PdfSeries> series = nullptr);
double groundDensity(const SnapshotOptions& options);  // pixels of basemaps in a canvas unit
std::string today();                                   // ISO; SOURCE_DATE_EPOCH sets it from outside
// "绿色盲" · "模拟视觉：绿色盲", as a picture says that its colours are not its own.
std::string visionName(scene::Vision vision, scene::Language language);
std::string visionText(scene::Vision vision, scene::Language language);
std::string missingText(const std::set<char32_t>& characters);  // without a glyph
// By key, or by a name in either language, short or full. Fails with those that there are.
geo::Result<size_t> areaNamed(const Session& session, const std::string& wanted);
geo::Result<const IndicatorSpec*> indicatorNamed(const Session& session, const std::string& wanted);

}  // namespace session
