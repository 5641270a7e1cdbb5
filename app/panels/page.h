// The page to print: the view of it in the map's place, and its tab in the column.
#pragma once

#include "app/panels/form.h"
#include "app/panels/page_state.h"

namespace panels {

void togglePageView(Ui& ui);
void drawPagePanel(Ui& ui);
void drawPageTab(Form& f);
bool obeyPageKey(Ui& ui, const KeyPress& press);  // whether it was meant for the page

std::string partName(const Ui& ui, scene::PagePart part);
// Its place on the page as last drawn; null: it is not shown.
const scene::PageFrame* frameOf(const Ui& ui, const FrameRef& ref);
// What stands in the project: placed by hand, and texts. Null: automatic.
const session::FrameSpec* specOf(const session::LayoutSpec& layout, const FrameRef& ref);
bool isHidden(const session::LayoutSpec& layout, scene::PagePart part);

// The page with that change.
session::PageSpec placed(const Ui& ui, session::PageSpec page, const FrameRef& ref, const Rect& rect);
session::PageSpec automatic(session::PageSpec page, const FrameRef& ref);
session::PageSpec withoutPart(session::PageSpec page, const FrameRef& ref);
session::PageSpec withPart(session::PageSpec page, scene::PagePart part);
void changePage(Ui& ui, session::PageSpec page, bool final = true);
void addText(Ui& ui);
void editText(Ui& ui, const FrameRef& ref);
Refusal hideRefusal(const Ui& ui, const FrameRef& ref);

// What a public export lacks; worked out once per picture.
const std::vector<std::string>& publicLacks(Ui& ui);
std::string paperText(const Ui& ui, const session::LayoutSpec& page);  // "A3 横"

}  // namespace panels
