#include "app/session/i18n.h"

#include <cstring>
#include <fstream>
#include <unordered_map>

#include "app/session/project_file.h"

namespace session {
namespace {

// A .mo file: magic, revision, count, then tables of (length, offset) of the ids and of their translations.
// Source: GNU gettext manual, "The Format of GNU MO Files".
struct Words {
  const char *one, *many;  // the same where a number does not matter
};

std::unordered_map<std::string_view, Words> readCatalogue(const std::string& bytes) {
  std::unordered_map<std::string_view, Words> words;
  const auto number = [&](size_t at) -> uint64_t {
    uint32_t v = 0;
    if (at + 4 > bytes.size()) return bytes.size();
    std::memcpy(&v, bytes.data() + at, 4);
    return v;
  };
  if (number(0) != 0x950412de) return words;  // made on this kind of machine by msgfmt
  const uint64_t count = number(8), ids = number(12), texts = number(16);
  for (uint64_t i = 0; i < count && ids + 8 * i + 8 <= bytes.size() && texts + 8 * i + 8 <= bytes.size();
       ++i) {
    const uint64_t idLength = number(ids + 8 * i), id = number(ids + 8 * i + 4);
    const uint64_t textLength = number(texts + 8 * i), text = number(texts + 8 * i + 4);
    if (id + idLength >= bytes.size() || text + textLength >= bytes.size() || idLength == 0) continue;
    if (bytes[text + textLength] != '\0') continue;
    // Plurals: the forms stand behind each other, a zero between them, in the id as in the text.
    const std::string_view all(bytes.data() + text, textLength);
    const size_t next = all.find('\0');
    const std::string_view key(bytes.data() + id, idLength);
    words.emplace(key.substr(0, key.find('\0')),
                  Words{all.data(), all.data() + (next == all.npos ? 0 : next + 1)});
  }
  return words;
}

struct Catalogue {
  std::string bytes, problem;
  std::unordered_map<std::string_view, Words> words;

  Catalogue() {
    const std::string path = assetPath("locale/en.mo");
    if (path.empty()) {
      problem = "The English catalogue (locale/en.mo) is missing, so the program speaks Chinese.";
      return;
    }
    std::ifstream in(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
    words = readCatalogue(bytes);
    if (words.empty())
      problem = fmt::format("{} is not a gettext catalogue, so the program speaks Chinese.", path);
  }
};

// Read once, never changed.
const Catalogue& english() {
  static const Catalogue catalogue;
  return catalogue;
}

}  // namespace

const char* tr(const char* chinese, scene::Language language) {
  if (language == scene::Language::zh) return chinese;
  const auto found = english().words.find(chinese);
  return found == english().words.end() ? chinese : found->second.one;
}

const char* tr(const char* chinese, size_t count, scene::Language language) {
  if (language == scene::Language::zh) return chinese;
  const auto found = english().words.find(chinese);
  if (found == english().words.end()) return chinese;
  return count == 1 ? found->second.one : found->second.many;
}

std::string loadCatalogues() { return english().problem; }

}  // namespace session
