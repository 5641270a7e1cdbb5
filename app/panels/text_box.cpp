#include "app/panels/text_box.h"

#include <imgui_stdlib.h>

#include "app/panels/utf8.h"

namespace panels {

std::string withoutSoftBreaks(std::string_view shown, int* at) {
  std::string text;
  const int from = at ? *at : 0;
  for (size_t i = 0; i < shown.size(); ++i) {
    const bool soft = shown[i] == '\r' || (shown[i] == '\n' && i > 0 && shown[i - 1] == '\r');
    if (!soft) text += shown[i];
    else if (at && static_cast<int>(i) < from) --*at;
  }
  return text;
}

std::string softWrapped(std::string_view text, float width,
                        const std::function<float(std::string_view)>& measure, int* at) {
  std::string out;
  const int wanted = at ? *at : -1;
  size_t line = 0, mayBreak = 0,
         put = 0;  // of text: line's start, last place to break at, what stands in `out`
  float w = 0, sinceBreak = 0;
  const auto take = [&](size_t to) { out += text.substr(put, to - put), put = to; };
  for (size_t i = 0; i < text.size();) {
    const size_t from = i;
    const char32_t c = nextCodePoint(text, i);
    if (c == '\n') {
      line = mayBreak = i, w = sinceBreak = 0;
      continue;
    }
    const float advance = measure(text.substr(from, i - from));
    if (c >= 0x2E80 && from > line) mayBreak = from, sinceBreak = 0;
    if (w + advance > width && from > line) {
      const size_t where = mayBreak > line ? mayBreak : from;
      take(where);
      if (at && wanted > static_cast<int>(where)) *at += 2;
      out += "\r\n";
      w = where == from ? 0 : sinceBreak;
      line = mayBreak = where;
    }
    w += advance, sinceBreak += advance;
    if (c == ' ' || c >= 0x2E80) mayBreak = i, sinceBreak = 0;
  }
  take(text.size());
  return out;
}

std::string edited(std::string_view before, std::string_view after, int* at) {
  size_t head = 0, tail = 0;
  while (head < before.size() && head < after.size() && before[head] == after[head]) ++head;
  while (tail < before.size() - head && tail < after.size() - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  const std::string_view gone = before.substr(head, before.size() - head - tail);
  const bool added = after.size() - head - tail > 0;
  std::string text(after);
  if (!added && gone == "\n" && head > 0 && before[head - 1] == '\r') {  // backspace at the line's start
    size_t from = head - 1;
    if (from > 0) do
        --from;
      while (from > 0 && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80);
    text.erase(from, head - from);
    *at = static_cast<int>(from);
  } else if (!added && gone == "\r") {  // delete at its end
    size_t to = head + 1;               // behind the "\n" that was left
    if (to < text.size()) do
        ++to;
      while (to < text.size() && (static_cast<unsigned char>(text[to]) & 0xC0) == 0x80);
    text.erase(head, to - head);
    *at = static_cast<int>(head);
  }
  return withoutSoftBreaks(text, at);
}

Typed textBox(Ui& ui, const std::string& id, Rect r, const std::string& value, const char* placeholder) {
  auto& box = ui.state.box;
  const float k = ui.k;
  const Rgba ground = ui.theme.dark ? ui.theme.background : Rgba{255, 255, 255, 255};
  const float room = r.w - 30 * k;  // its scroll bar beside
  const auto measure = [&ui](std::string_view s) { return ui.width(Type::body, s); };
  const bool was = box.id == id;
  std::string shown = was ? box.shown : softWrapped(value, room, measure);
  ui.fill(r, ground, 5 * k);
  ui.state.fonts.need(Type::body, shown);
  struct Context {
    Ui& ui;
    float room;
    std::string before;
    bool changed = false;
  } context{ui, room, shown};
  const auto reflow = [](ImGuiInputTextCallbackData* data) {
    auto& c = *static_cast<Context*>(data->UserData);
    int at = data->CursorPos;
    const std::string text = edited(c.before, {data->Buf, static_cast<size_t>(data->BufTextLen)}, &at);
    const std::string next = softWrapped(
        text, c.room, [&c](std::string_view s) { return c.ui.width(Type::body, s); }, &at);
    data->DeleteChars(0, data->BufTextLen);
    data->InsertChars(0, next.c_str());
    data->CursorPos = data->SelectionStart = data->SelectionEnd = at;
    c.before = next, c.changed = true;
    return 0;
  };
  ImGui::PushFont(ui.state.fonts[Type::body]);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2{10 * k, 7 * k});
  ImGui::PushStyleVar(ImGuiStyleVar_ScrollbarSize, 8 * k);
  ImGui::PushStyleColor(ImGuiCol_Text, colour(ui.theme.text1));
  ImGui::PushStyleColor(ImGuiCol_FrameBg, colour(ground));
  ImGui::SetCursorScreenPos({r.x, r.y});
  ui.record(id, r, "text", value);
  // Its own undo would put characters where the wrapped text no longer has them.
  (void)ImGui::InputTextMultiline(("##" + id).c_str(), &shown, {r.w, r.h},
                                  ImGuiInputTextFlags_CallbackEdit | ImGuiInputTextFlags_NoUndoRedo, reflow,
                                  &context);
  const bool active = ImGui::IsItemActive();
  ImGui::PopStyleColor(2);
  ImGui::PopStyleVar(2);
  ImGui::PopFont();
  Typed typed{context.changed, false, withoutSoftBreaks(shown)};
  if (active) {
    ui.state.wants.typing = true, ui.state.editing = id;
    box = {id, shown};
  } else if (was) {
    typed.ended = true, box = {};
    if (ui.state.editing == id) ui.state.editing.clear();
  }
  if (active != was) ui.state.wants.again = true;
  const float lit = ui.fade("box:" + id, active);
  ui.frame(r, ui.theme.rule | std::pair{ui.theme.accent, static_cast<double>(lit)}, 5 * k,
           (1 + 0.5f * lit) * k);
  if (typed.text.empty() && !active)
    ui.text(Type::body, {r.x + 10 * k, r.y + 3 * k, r.w - 20 * k, 26 * k}, placeholder, ui.theme.text3);
  return typed;
}

}  // namespace panels
