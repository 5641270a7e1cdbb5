// Words in the user's language: gettext catalogues read from .mo files, switched at once. Chinese is the
// source language.
#pragma once

#include <cstddef>
#include <string>

#include "app/scene/scene.h"

namespace session {

// msgid is the Chinese text; the English catalogue is po/en.po. Unknown ids come back as they are.
// Thread-safe after load.
const char* tr(const char* chinese, scene::Language language);
// Of words that a number decides: English has one form for 1 and one for the rest.
const char* tr(const char* chinese, size_t count, scene::Language language);
// Reads the catalogue from the assets. Missing: English falls back to Chinese, and the first line says so.
std::string loadCatalogues();

}  // namespace session
