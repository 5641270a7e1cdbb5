// A field of several lines that wraps its text: ImGui's own does not.
#pragma once

#include <functional>

#include "app/panels/ui.h"

namespace panels {

// Soft breaks, "\r\n", where a line is longer than the width; `at` (bytes) is moved along with its character.
// Lines break at spaces and beside Chinese characters.
std::string softWrapped(std::string_view text, float width,
                        const std::function<float(std::string_view)>& measure, int* at = nullptr);
std::string withoutSoftBreaks(std::string_view shown, int* at = nullptr);
// The text that a user's edit of the wrapped one means: a backspace or delete that took half of a soft break
// takes the character before or behind it.
std::string edited(std::string_view before, std::string_view after, int* at);

struct Typed {
  bool changed = false, ended = false;  // ended: the keyboard has left it
  std::string text;
};
Typed textBox(Ui& ui, const std::string& id, Rect r, const std::string& value, const char* placeholder);

}  // namespace panels
