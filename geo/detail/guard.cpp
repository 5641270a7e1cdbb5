#include "geo/detail/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>

#include "geo/detail/source.h"

namespace geo::detail {
namespace {

namespace fs = std::filesystem;

using FilePtr = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

uint64_t little(const char* p, int bytes) {
  uint64_t v = 0;
  for (int i = bytes - 1; i >= 0; --i) v = v << 8 | static_cast<unsigned char>(p[i]);
  return v;
}

std::string megabytes(uint64_t bytes) {
  return bytes < 10'000'000 ? fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6)
                            : fmt::format("{} MB", bytes / 1'000'000);
}

// Zip files end with this record; a comment of at most 64 KiB may follow it.
constexpr std::string_view endRecord("PK\x05\x06", 4), end64Locator("PK\x06\x07", 4), end64("PK\x06\x06", 4),
    entryRecord("PK\x01\x02", 4);

Error noDirectory(const std::string& path) {
  return {fmt::format("{} is a damaged or cut-off archive: its directory is missing.", fileName(path)),
          "Copy or download it again."};
}

struct Directory {
  uint64_t at = 0, size = 0, entries = 0;
};

Result<Directory> directoryOf(std::FILE* file, uint64_t length, const std::string& path) {
  const uint64_t tailSize = std::min<uint64_t>(length, 66'000);
  std::string tail(tailSize, '\0');
  if (std::fseek(file, static_cast<long>(length - tailSize), SEEK_SET) != 0 ||
      std::fread(tail.data(), 1, tailSize, file) != tailSize)
    return tl::unexpected(noDirectory(path));
  const size_t at = tail.rfind(endRecord);
  if (at == tail.npos || at + 22 > tail.size()) return tl::unexpected(noDirectory(path));
  Directory out{little(&tail[at + 16], 4), little(&tail[at + 12], 4), little(&tail[at + 10], 2)};
  if (at >= 20 && std::string_view(tail).substr(at - 20, 4) == end64Locator) {
    char record[56];
    const uint64_t where = little(&tail[at - 20 + 8], 8);
    if (where > length || std::fseek(file, static_cast<long>(where), SEEK_SET) != 0 ||
        std::fread(record, 1, sizeof record, file) != sizeof record || std::string_view(record, 4) != end64)
      return tl::unexpected(noDirectory(path));
    out = {little(record + 48, 8), little(record + 40, 8), little(record + 32, 8)};
  }
  if (out.at > length || out.size > length - out.at) return tl::unexpected(noDirectory(path));
  return out;
}

// Sizes of 4 GB and more stand in the extra field.
void readZip64(ArchiveEntry& entry, std::string_view extra) {
  while (extra.size() >= 4) {
    const auto id = little(extra.data(), 2), size = little(extra.data() + 2, 2);
    if (size + 4 > extra.size()) return;
    if (id == 1) {
      std::string_view v = extra.substr(4, size);
      for (uint64_t* field : {&entry.size, &entry.packed})
        if (*field == 0xffffffff && v.size() >= 8) *field = little(v.data(), 8), v.remove_prefix(8);
    }
    extra.remove_prefix(size + 4);
  }
}

bool isSpreadsheetArchive(const std::string& ending) {
  return ending == "xlsx" || ending == "xlsm" || ending == "ods";
}

// ---- descriptions ----

std::string unescaped(std::string_view s) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    bool known = false;
    for (const auto& [name, c] : {std::pair<std::string_view, char>{"&amp;", '&'},
                                  {"&lt;", '<'},
                                  {"&gt;", '>'},
                                  {"&quot;", '"'},
                                  {"&apos;", '\''}})
      if (s.substr(i).starts_with(name)) {
        out.push_back(c), i += name.size() - 1, known = true;
        break;
      }
    if (!known) out.push_back(s[i]);
  }
  return out;
}

struct Reference {
  std::string target;
  bool relative = false;
};

// The files that a VRT names. GDAL's reader takes an element or an attribute of these names alike.
std::vector<Reference> referencesIn(std::string_view xml) {
  static constexpr std::string_view names[] = {"SrcDataSource", "SourceFilename", "SourceDataset", "Filename",
                                               "SrcDS"};
  std::vector<Reference> out;
  std::string lower(xml);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  const std::string_view l = lower;
  for (const std::string_view name : names) {
    std::string key(name);
    for (char& c : key)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    for (size_t at = l.find(key); at != l.npos; at = l.find(key, at + key.size())) {
      size_t p = at + key.size();
      if (at > 0 && l[at - 1] == '<') {
        const size_t close = l.find('>', p);
        if (close == l.npos || (p < l.size() && l[p] != '>' && static_cast<unsigned char>(l[p]) > ' '))
          continue;
        const std::string_view attributes = l.substr(p, close - p);
        const size_t end = l.find("</", close);
        if (end == l.npos) continue;
        std::string_view value = xml.substr(close + 1, end - close - 1);
        if (value.starts_with("<![CDATA["))
          value = value.substr(9, value.find("]]>") == value.npos ? value.npos : value.find("]]>") - 9);
        std::string plain = unescaped(value);
        plain.erase(0, std::min(plain.find_first_not_of(" \t\r\n"), plain.size()));
        plain.erase(plain.find_last_not_of(" \t\r\n") + 1);
        const size_t relative = attributes.find("relativeto");
        if (!plain.empty())
          out.push_back(
              {plain, relative != attributes.npos && attributes.find('1', relative) != attributes.npos});
      } else if (p < l.size() && l[p] == '=') {
        const char quote = p + 1 < l.size() ? l[p + 1] : ' ';
        const size_t end = l.find(quote, p + 2);
        if ((quote == '"' || quote == '\'') && end != l.npos)
          out.push_back({unescaped(xml.substr(p + 2, end - p - 2)), true});
      }
    }
  }
  return out;
}

std::string real(const fs::path& p) {
  std::error_code error;
  const fs::path absolute = fs::absolute(p, error);
  const fs::path whole = fs::weakly_canonical(absolute, error);
  return (error ? absolute.lexically_normal() : whole).string();
}

bool inside(const std::string& path, const std::string& folder) {
  const std::string p = real(path), f = real(folder);
  return p == f || (p.starts_with(f) && (f.ends_with('/') || p[f.size()] == '/'));
}

// The file of the system's own behind "/vsizip/a.zip/b.shp"; empty when there is none.
std::string plainFileBehind(std::string path) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view prefix : {"/vsizip/", "/vsigzip/", "/vsitar/", "/vsi7z/", "/vsirar/"})
      if (path.starts_with(prefix)) {
        path = path.substr(prefix.size());
        if (path.starts_with('{'))
          path = path.substr(1, path.find('}') == path.npos ? path.npos : path.find('}') - 1);
        again = true;
      }
  }
  return path;
}

constexpr int deepest = 8;
constexpr size_t largestDescription = 64u << 20;

std::string descriptionOf(const std::string& path) {
  const FilePtr file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return {};
  std::string head(4096, '\0');
  head.resize(std::fread(head.data(), 1, head.size(), file.get()));
  if (head.find("<OGRVRT") == head.npos && head.find("<VRTDataset") == head.npos &&
      head.find("<GDAL_W") == head.npos && head.find("<WCS_GDAL") == head.npos &&
      head.find("<WMS_GDAL") == head.npos)
    return {};
  std::string all = std::move(head);
  char more[65536];
  while (const size_t n = std::fread(more, 1, sizeof more, file.get())) {
    all.append(more, n);
    if (all.size() > largestDescription) break;
  }
  return all;
}

Result<void> follow(const std::string& path, const std::string& folder, bool trusted,
                    std::vector<std::string>& way) {
  const std::string xml = descriptionOf(path);
  if (xml.empty()) return {};
  const std::string name = fileName(path), here = real(path);
  if (std::find(way.begin(), way.end(), here) != way.end())
    return fail(fmt::format("{} leads back to itself{}.", fileName(way.front()),
                            way.size() > 1 ? fmt::format(" through {}", name) : ""),
                "Correct the sources that it names.");
  if (static_cast<int>(way.size()) >= deepest)
    return fail(fmt::format("{} leads through more than {} descriptions.", fileName(way.front()), deepest),
                "Name the data itself.");
  if (xml.size() > largestDescription)
    return fail(fmt::format("{} is a description of more than {}.", name, megabytes(largestDescription)),
                "Name the data itself.");
  way.push_back(here);
  constexpr const char* remedy = "If you trust it: --trust, or PARKSCOPE_TRUST=1 for the window.";
  if (!trusted && xml.find("<OGRVRT") == xml.npos && xml.find("<VRTDataset") == xml.npos)
    return fail(fmt::format("{} leads on to the network.", name), remedy);
  for (const Reference& r : referencesIn(xml)) {
    if (leadsToNetwork(r.target)) {
      if (!trusted)
        return fail(fmt::format("{} leads on to the network: {}.", name, r.target.substr(0, 120)), remedy);
      continue;
    }
    std::string target = plainFileBehind(r.target);
    if (target.starts_with("/vsimem/") || target.starts_with("/vsistdin") ||
        target.starts_with("/vsisubfile/") || target.starts_with("/vsisparse/") ||
        target.starts_with("/vsicrypt/") || !isPlainFile(target)) {
      if (!trusted)
        return fail(fmt::format("{} leads to {}, which is no file beside it.", name, r.target.substr(0, 120)),
                    remedy);
      continue;
    }
    if (target.find('<') != target.npos)
      continue;  // a description inside the description: looked through already
    if (r.relative || !target.starts_with('/')) target = (fs::path(here).parent_path() / target).string();
    if (!trusted && !inside(target, folder))
      return fail(fmt::format("{} leads out of its folder: {}.", name, r.target.substr(0, 120)), remedy);
    if (auto deeper = follow(target, folder, trusted, way); !deeper) return deeper;
  }
  way.pop_back();
  return {};
}

}  // namespace

bool isDescription(const std::string& path) { return !descriptionOf(path).empty(); }
bool liesWithin(const std::string& path, const std::string& folder) {
  return !folder.empty() && inside(path, folder);
}

bool leadsToNetwork(std::string_view path) {
  static constexpr std::string_view words[] = {"/vsicurl", "/vsis3",    "/vsigs",   "/vsiaz",      "/vsiadls",
                                               "/vsioss",  "/vsiswift", "/vsihdfs", "/vsiwebhdfs", "http://",
                                               "https://", "ftp://",    "WFS:",     "OAPIF:",      "WMS:",
                                               "WMTS:",    "WCS:",      "CSW:",     "OAPIC:"};
  return std::any_of(std::begin(words), std::end(words), [&](auto w) { return path.find(w) != path.npos; });
}

Result<std::vector<ArchiveEntry>> archiveEntries(const std::string& path) {
  const FilePtr file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file || std::fseek(file.get(), 0, SEEK_END) != 0)
    return fail(fmt::format("{} cannot be opened.", path), "Check that it is a file that you may read.");
  const long length = std::ftell(file.get());
  auto directory = directoryOf(file.get(), static_cast<uint64_t>(std::max(0L, length)), path);
  if (!directory) return tl::unexpected(directory.error());
  constexpr uint64_t largestDirectory = 256u << 20;
  if (directory->size > largestDirectory)
    return fail(fmt::format("{} has a directory of {}.", fileName(path), megabytes(directory->size)),
                "Choose another file.");
  std::string bytes(directory->size, '\0');
  if (std::fseek(file.get(), static_cast<long>(directory->at), SEEK_SET) != 0 ||
      std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size())
    return tl::unexpected(noDirectory(path));
  std::vector<ArchiveEntry> out;
  for (size_t at = 0; at + 46 <= bytes.size() && std::string_view(bytes).substr(at, 4) == entryRecord;) {
    const char* p = &bytes[at];
    const size_t name = little(p + 28, 2), extra = little(p + 30, 2), comment = little(p + 32, 2);
    if (at + 46 + name + extra > bytes.size()) return tl::unexpected(noDirectory(path));
    ArchiveEntry e{std::string(p + 46, name), little(p + 20, 4), little(p + 24, 4)};
    readZip64(e, {p + 46 + name, extra});
    out.push_back(std::move(e));
    at += 46 + name + extra + comment;
  }
  return out;
}

Result<void> checkArchive(const std::string& path) {
  const std::string ending = extensionOf(path);
  const bool sheet = isSpreadsheetArchive(ending);
  if (!sheet && ending != "zip" && ending != "kmz") return {};
  if (path.starts_with("/vsi") || contentOf(path) != "a ZIP archive") return {};
  auto entries = archiveEntries(path);
  if (!entries) return tl::unexpected(entries.error());
  // A sheet of a million rows and ten columns is some 400 MB of XML, packed to a tenth.
  const uint64_t most = sheet ? 768'000'000 : 20'000'000'000;
  uint64_t sum = 0, packed = 0;
  std::error_code error;
  const uint64_t whole = fs::file_size(path, error);
  for (const ArchiveEntry& e : *entries) {
    sum += e.size, packed += e.packed;
    if (e.size > (uint64_t{1} << 60)) sum = e.size;
    const bool bomb = e.size > 50'000'000 && e.size / 400 > std::max<uint64_t>(1, e.packed);
    if (bomb || sum > most)
      return fail(fmt::format("{} ({}) says that it unpacks to {}{}: that is no table.", fileName(path),
                              megabytes(whole), megabytes(bomb ? e.size : sum), sum > most ? " or more" : ""),
                  "If it is what it should be, unpack it or save it as CSV or GeoPackage.");
  }
  if (packed > whole + entries->size() * 64)
    return fail(fmt::format("{} is a damaged archive: its parts are larger than the whole.", fileName(path)),
                "Copy or download it again.");
  if (entries->size() > 100'000)
    return fail(fmt::format("{} holds {} files.", fileName(path), entries->size()),
                "Unpack it and name one of them.");
  return {};
}

Result<void> checkReferences(const std::string& path, const std::string& folder, bool trusted) {
  if (path.starts_with("/vsi") || path.find("://") != path.npos) {
    if (!trusted && leadsToNetwork(path))
      return fail(fmt::format("{} leads on to the network.", path.substr(0, 120)),
                  "If you trust it: --trust, or PARKSCOPE_TRUST=1 for the window.");
    return {};
  }
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return {};
  std::vector<std::string> way;
  const std::string base = folder.empty() ? fs::absolute(path, error).parent_path().string() : folder;
  return follow(path, base, trusted, way);
}

}  // namespace geo::detail
