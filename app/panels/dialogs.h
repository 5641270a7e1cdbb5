// Windows over the window: files, questions, help. All in the panels' own look.
#pragma once

#include "app/panels/ui.h"

namespace panels {

void openDialog(Ui& ui, Dialog::Kind kind);
void openRowsDialog(Ui& ui, const std::string& layer, bool selectedOnly);  // a layer's rows to a file
// Runs the command at once when nothing would be lost; else asks first.
void askThen(Ui& ui, session::Command command);
void drawDialogs(Ui& ui);
void drawFileDialog(Ui& ui, Rect r);  // inside an open dialog
void listFolder(Dialog& dialog);
bool isProjectFile(std::string_view path);

}  // namespace panels
