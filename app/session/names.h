// The words of the project file for roles and statuses, and the nearest of several words to a mistyped one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/scene/scene.h"

namespace session {

std::string_view name(scene::Role role);
std::optional<scene::Role> role(std::string_view name);
std::string roleNames();  // "county, core, …"

std::string_view name(scene::Status status);
std::optional<scene::Status> status(std::string_view name);
inline scene::Status weaker(scene::Status a, scene::Status b) { return std::max(a, b); }

// The words of the project file for the values of an enumeration, in its order.
template <class E>
std::span<const std::string_view> wordsOf();
template <class E>
std::string_view word(E value) {
  return wordsOf<E>()[static_cast<size_t>(value)];
}

size_t editDistance(std::string_view a, std::string_view b);
// The one of `known` with the smallest edit distance; the first among equals. Empty when there is none.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

std::string trimmed(std::string_view text);
std::vector<std::string> splitList(std::string_view text);  // "a, b" → a · b; empty parts are left out
std::string joined(const std::vector<std::string>& parts, std::string_view separator = ", ");
// Bytes that are not UTF-8 become U+FFFD.
std::string validUtf8(std::string_view text);

}  // namespace session
