// Windows over the window: files, questions, help. All in the panels' own look.
#pragma once

#include "app/panels/ui.h"

namespace panels {

void openDialog(Ui& ui, Dialog::Kind kind);
void openRowsDialog(Ui& ui, const std::string& layer, bool selectedOnly);  // a layer's rows to a file
// The export of what is shown, or of an area's card.
void openExport(Ui& ui, scene::Composition composition, std::optional<scene::ObjectRef> card = {});
// Runs the command at once when nothing would be lost; else asks first.
void askThen(Ui& ui, session::Command command);
void drawDialogs(Ui& ui);
void drawExportDialog(Ui& ui);
void drawAtlasDialog(Ui& ui);
void openBasemap(Ui& ui, const std::string& id = {});  // empty: a new one
void drawBasemapDialog(Ui& ui);
void drawImportDialog(Ui& ui);
void drawDatabaseDialog(Ui& ui);
// Opens the check and starts it, unless the last one still holds.
void openCheck(Ui& ui);
void drawCheckDialog(Ui& ui);
void drawFileDialog(Ui& ui, Rect r);  // inside an open dialog
void listFolder(Dialog& dialog);

struct DialogFrame {
  Rect all, body;
  float buttons;
};
// px of the look; ends by ui.end(). `clear`: a spot of the window that it is about and does not cover.
DialogFrame beginDialog(Ui& ui, float w, float h, std::string_view title, std::optional<Vec> clear = {});
// Buttons from the right; returns the index of the one that was pressed, −1 none. The refusal is the first's.
int dialogButtons(Ui& ui, const DialogFrame& frame,
                  std::initializer_list<std::pair<const char*, std::string>> all,
                  std::optional<std::string> refusal = {});
bool dialogEscape(const Ui& ui);
bool dialogEnter(const Ui& ui);

// Tables to the assistant, the rest as layers.
void addFiles(std::vector<std::string> paths, session::Commands& out);
bool isProjectFile(std::string_view path);

}  // namespace panels
