// The panels: each one function over the session.
#pragma once

#include "app/panels/ui.h"

namespace panels {

void drawMenuBar(Ui& ui);
void drawOpenMenu(Ui& ui);
void drawLayersPanel(Ui& ui, Rect r);
void drawStyleSection(Ui& ui, Rect r);
float styleSectionHeight(const Ui& ui);
void drawSearchResults(Ui& ui);
void drawInspectorPanel(Ui& ui, Rect r);
void drawStripPanel(Ui& ui);
void drawStripPopups(Ui& ui);
void drawStatusBar(Ui& ui);
void drawMapPanel(Ui& ui);
void drawDock(Ui& ui);
void drawDockPopups(Ui& ui);
void drawFilterPopup(Ui& ui);
void drawMessages(Ui& ui);

// What the panels call things, in the user's language.
std::string nameOf(const Ui& ui, const scene::ObjectRef& object);
std::string roleName(const Ui& ui, scene::Role role);
std::string levelName(const Ui& ui, const std::string& level);
std::string figureText(double value, int decimals);
std::string certaintyText(const Ui& ui, const scene::SceneLayer& layer, long row);
const session::LayerSpec* specOf(const Ui& ui, std::string_view layer);
// A cell of a layer's own table; empty when the column or the value is missing.
std::string cell(const Ui& ui, const std::string& layer, const std::string& column, long row);
const geo::Transform* toDegrees(Ui& ui);     // from the map's metres; null: not known
void tell(Ui& ui, const std::string& text);  // a note in the corner
void header(Ui& ui, Rect r, std::string_view title, std::string_view right = {});

}  // namespace panels
