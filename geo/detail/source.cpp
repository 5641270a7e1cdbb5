#include "geo/detail/source.h"

#include <cpl_string.h>
#include <cpl_vsi.h>
#include <fmt/format.h>
#include <ogr_spatialref.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>
#include <set>

#include "geo/detail/guard.h"

namespace geo::detail {
namespace {

struct FileCloser {
  void operator()(VSILFILE* f) const { VSIFCloseL(f); }
};
using FilePtr = std::unique_ptr<VSILFILE, FileCloser>;

std::string folderOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  return slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string withExtension(const std::string& path, const std::string& extension) {
  const size_t dot = path.find_last_of('.');
  return path.substr(0, dot) + "." + extension;
}

// Files of the system's own are looked at without GDAL, which is not opened before something needs it.
bool isVirtual(const std::string& path) { return path.starts_with("/vsi"); }

struct Facts {
  bool there = false, folder = false;
  size_t size = 0;
};
Facts factsOf(const std::string& path) {  // errno says why there are none
  if (isVirtual(path)) {
    VSIStatBufL info;
    if (VSIStatL(path.c_str(), &info) != 0) return {};
    return {true, VSI_ISDIR(info.st_mode) != 0, static_cast<size_t>(info.st_size)};
  }
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return {};
  return {true, S_ISDIR(info.st_mode), static_cast<size_t>(info.st_size)};
}

// The first bytes, as many as there are; nothing when it cannot be opened.
std::optional<std::string> firstBytes(const std::string& path, size_t count) {
  std::string out(count, '\0');
  if (isVirtual(path)) {
    FilePtr file(VSIFOpenL(path.c_str(), "rb"));
    if (!file) return std::nullopt;
    out.resize(VSIFReadL(out.data(), 1, count, file.get()));
    return out;
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return std::nullopt;
  out.resize(std::fread(out.data(), 1, count, file.get()));
  return out;
}

bool exists(const std::string& path) { return factsOf(path).there; }

// The sidecar of a shapefile, in whatever case its ending is written; empty when it is not there.
std::string sidecar(const std::string& shp, const char* extension) {
  std::string upper(extension);
  for (char& c : upper) c = static_cast<char>(c - 32);
  for (const std::string& e : {std::string(extension), upper})
    if (const std::string p = withExtension(shp, e); exists(p)) return p;
  return {};
}

std::vector<std::string> listed(const std::string& folder, bool deep) {
  char** names = deep ? VSIReadDirRecursive(folder.c_str()) : VSIReadDir(folder.c_str());
  std::vector<std::string> out;
  for (char** n = names; n && *n; ++n) out.emplace_back(*n);
  CSLDestroy(names);
  std::sort(out.begin(), out.end());
  return out;
}

bool vectorEnding(const std::string& name) {
  static const std::set<std::string> endings = {"shp", "gpkg", "geojson", "json", "fgb",      "kml",
                                                "kmz", "csv",  "xlsx",    "ods",  "xls",      "gml",
                                                "gpx", "tab",  "mif",     "dxf",  "topojson", "geojsonl"};
  return endings.count(extensionOf(name)) > 0;
}

bool folderFormat(const std::string& path) {
  const std::string e = extensionOf(path);
  return e == "gdb" || e == "zarr";
}

uint32_t bigEndian(const char* p) {
  uint32_t v;
  std::memcpy(&v, p, 4);
  return __builtin_bswap32(v);
}

void store(const std::string& path, const std::string& bytes) {
  FilePtr f(VSIFOpenL(path.c_str(), "wb"));
  if (f) VSIFWriteL(bytes.data(), 1, bytes.size(), f.get());
}

// The index that a .shx holds, made anew from the records of the .shp.
Result<std::string> shxFor(const std::string& shp, const std::string& path) {
  if (shp.size() < 100)
    return fail(fmt::format("{} is cut short: a shapefile begins with 100 bytes of header.", fileName(path)),
                "Copy it again.");
  std::string out = shp.substr(0, 100);
  for (size_t at = 100; at + 8 <= shp.size();) {
    const size_t words = bigEndian(shp.data() + at + 4);
    if (at + 8 + 2 * words > shp.size())
      return fail(
          fmt::format("{} is cut short inside its record {}.", fileName(path), (out.size() - 100) / 8 + 1),
          "Copy or download it again, with its .shx and .dbf.");
    const uint32_t entry[2] = {__builtin_bswap32(static_cast<uint32_t>(at / 2)),
                               __builtin_bswap32(static_cast<uint32_t>(words))};
    out.append(reinterpret_cast<const char*>(entry), 8);
    at += 8 + 2 * words;
  }
  const uint32_t words = __builtin_bswap32(static_cast<uint32_t>(out.size() / 2));
  std::memcpy(out.data() + 24, &words, 4);
  return out;
}

// A shapefile without its .shx is read through a copy in memory that has one: nothing is written beside the
// user's files.
Result<std::string> withMadeIndex(const std::string& path, Opened& opened) {
  auto shp = fileBytes(path, size_t{2} << 30);
  if (!shp) return tl::unexpected(shp.error());
  auto shx = shxFor(*shp, path);
  if (!shx) return tl::unexpected(shx.error());
  const std::string target = opened.memory.make() + "/" + fileName(path);
  store(withExtension(target, "shp"), *shp);
  store(withExtension(target, "shx"), *shx);
  for (const char* e : {"dbf", "prj", "cpg"})
    if (const std::string from = sidecar(path, e); !from.empty())
      if (auto bytes = fileBytes(from, size_t{2} << 30)) store(withExtension(target, e), *bytes);
  opened.report.add(
      {"missing-shx",
       {},
       fmt::format("The .shx beside {} is missing; its index was made anew in memory.", fileName(path)),
       "save-again"});
  return withExtension(target, "shp");
}

// Where the .shx says that records stand which the .shp no longer has.
Result<void> checkShapefile(const std::string& path, const std::string& shxPath) {
  VSIStatBufL info;
  if (VSIStatL(path.c_str(), &info) != 0) return {};
  const auto size = static_cast<size_t>(info.st_size);
  FilePtr shx(VSIFOpenL(shxPath.c_str(), "rb"));
  char entry[8];
  if (!shx || VSIFSeekL(shx.get(), 0, SEEK_END) != 0) return {};
  const vsi_l_offset shxSize = VSIFTellL(shx.get());
  if (shxSize < 108) return {};
  const vsi_l_offset last = 100 + (shxSize - 100) / 8 * 8 - 8;
  if (VSIFSeekL(shx.get(), last, SEEK_SET) != 0 || VSIFReadL(entry, 1, 8, shx.get()) != 8) return {};
  const size_t end = (size_t{bigEndian(entry)} + bigEndian(entry + 4)) * 2 + 8;
  if (end > size + 8)
    return fail(
        fmt::format("{} is cut short: its index expects {} bytes, it has {}.", fileName(path), end, size),
        "Copy or download it again, with its .shx and .dbf.");
  return {};
}

// The file to open inside a .zip: the first with an ending that we know.
std::string insideArchive(const std::string& path) {
  const std::string root = "/vsizip/" + path;
  std::string best;
  for (const std::string& name : listed(root, true)) {
    if (!vectorEnding(name) || name.starts_with("__MACOSX")) continue;
    if (best.empty() || (extensionOf(best) != "shp" && extensionOf(name) == "shp")) best = name;
  }
  return best.empty() ? std::string() : root + "/" + best;
}

Error notReadable(const std::string& path, const GdalErrors& errors, bool raster) {
  const std::string name = fileName(path), content = contentOf(path), ending = extensionOf(path);
  const std::string kind = raster ? "raster" : "vector or table";
  if (content.empty()) {
    const bool known = raster ? false : vectorEnding(path);
    if (known && errors.failed())
      return {fmt::format("{} cannot be read as {}: it is damaged, cut short, or something else ({}).", name,
                          ending, errors.firstFailure()),
              "Copy or download it again."};
    return {fmt::format("{} is not a {} file of any known format.", name, kind),
            "GeoPackage, Shapefile, GeoJSON, FlatGeobuf, KML, CSV, XLSX and all others that GDAL opens can "
            "be read."};
  }
  static const std::set<std::string> images = {"a PNG image", "a JPEG image", "a TIFF image", "a WebP image",
                                               "a GIF image"};
  if (!raster && images.count(content))
    return {fmt::format("{} is {}, not a vector or table file.", name, content),
            "Choose the data behind the picture."};
  static const std::set<std::string> ours = {"a SQLite database or GeoPackage",
                                             "a FlatGeobuf",
                                             "a shapefile",
                                             "a JSON text",
                                             "an XML text",
                                             "a ZIP archive"};
  if (content == "a JSON text" && !errors.failed())
    return {fmt::format("{} is a JSON text without geographic features.", name),
            "GeoJSON begins with {\"type\": \"FeatureCollection\", …}."};
  if (ours.count(content))
    return {fmt::format("{} is {} that cannot be read: it is damaged or cut short{}.", name, content,
                        errors.failed() ? fmt::format(" ({})", errors.firstFailure()) : ""),
            "Copy or download it again."};
  return {fmt::format("{} is {}, not a {} file.", name, content, kind), "Choose another file."};
}

Result<Opened> opened(const std::string& path, unsigned flags, const char* const* options, GdalErrors& errors,
                      Opened out) {
  out.path = path;
  out.dataset.reset(GDALOpenEx(path.c_str(), flags | GDAL_OF_READONLY, nullptr, options, nullptr));
  if (!out.dataset) return tl::unexpected(notReadable(path, errors, (flags & GDAL_OF_RASTER) != 0));
  out.driver = GDALGetDriverShortName(GDALGetDatasetDriver(out.dataset.get()));
  return out;
}

}  // namespace

MemoryFolder::~MemoryFolder() {
  if (!path_.empty()) VSIRmdirRecursive(path_.c_str());
}

const std::string& MemoryFolder::make() {
  if (path_.empty()) {
    std::random_device random;  // only a name; no result depends on it
    path_ = fmt::format("/vsimem/parkscope-{:08x}{:08x}", random(), random());
    VSIMkdir(path_.c_str(), 0700);
  }
  return path_;
}

bool isPlainFile(const std::string& path) {
  if (path.starts_with("/vsimem/")) return true;
  if (path.starts_with("/vsi")) return false;
  const size_t colon = path.find(':');
  if (colon == path.npos || colon < 2) return true;
  // "PG:dbname=x" and "https://…" have a scheme in front; a file of that very name still is a file.
  const bool scheme = std::all_of(path.begin(), path.begin() + static_cast<long>(colon), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  });
  return !scheme || exists(path);
}

std::string fileName(const std::string& path) {
  const std::string p = path.size() > 1 && path.back() == '/' ? path.substr(0, path.size() - 1) : path;
  const size_t slash = p.find_last_of('/');
  return slash == p.npos ? p : p.substr(slash + 1);
}

std::string extensionOf(const std::string& path) {
  const std::string name = fileName(path);
  const size_t dot = name.find_last_of('.');
  if (dot == name.npos) return {};
  std::string out = name.substr(dot + 1);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

Result<void> checkReadable(const std::string& path) {
  if (path.empty()) return fail("No file is named.", "Name one.");
  if (!isPlainFile(path)) return {};
  const Facts facts = factsOf(path);
  if (!facts.there) {
    if (errno == EACCES)
      return fail(fmt::format("{} cannot be read: permission denied.", path),
                  "Ask its owner for the right to read it.");
    const std::string ending = extensionOf(path);
    std::string near;
    for (const std::string& name : listed(folderOf(path), false))
      if (!ending.empty() && extensionOf(name) == ending && near.size() < 80)
        near += (near.empty() ? "" : ", ") + name;
    return fail(fmt::format("{} does not exist.", path),
                near.empty() ? "Check the path." : fmt::format("Beside it there are: {}.", near));
  }
  if (facts.folder) {
    if (folderFormat(path)) return {};
    std::string inside;
    for (const std::string& name : listed(path, false))
      if (vectorEnding(name) && inside.size() < 80) inside += (inside.empty() ? "" : ", ") + name;
    return fail(fmt::format("{} is a folder, not a file.", path),
                inside.empty() ? "Name a file." : fmt::format("Name a file in it: {}.", inside));
  }
  if (facts.size == 0) return fail(fmt::format("{} is empty (0 bytes).", path), "Copy or download it again.");
  if (!path.starts_with("/vsi") && access(path.c_str(), R_OK) != 0)
    return fail(fmt::format("{} cannot be read: {}.", path,
                            errno == EACCES ? "permission denied" : std::strerror(errno)),
                "Ask its owner for the right to read it.");
  return {};
}

Result<std::string> fileBytes(const std::string& path, size_t limit) {
  if (auto ok = checkReadable(path); !ok) return tl::unexpected(ok.error());
  const size_t size = factsOf(path).size;
  if (size > limit)
    return fail(fmt::format("{} is too large to be read whole ({} bytes).", path, size),
                "Convert it to GeoPackage.");
  auto out = firstBytes(path, size);
  if (!out)
    return fail(fmt::format("{} cannot be opened.", path), "Check that it is a file that you may read.");
  if (out->size() != size)
    return fail(fmt::format("{} cannot be read to its end.", path), "Copy or download it again.");
  return std::move(*out);
}

std::string contentOf(const std::string& path) {
  const auto head = firstBytes(path, 64);
  if (!head) return {};
  const std::string_view s(*head);
  struct Magic {
    std::string_view bytes;
    const char* what;
  };
  using namespace std::string_view_literals;
  static constexpr Magic magics[] = {{"\x89PNG"sv, "a PNG image"},
                                     {"\xff\xd8\xff"sv, "a JPEG image"},
                                     {"II*\0"sv, "a TIFF image"},
                                     {"MM\0*"sv, "a TIFF image"},
                                     {"II+\0"sv, "a TIFF image"},
                                     {"GIF8"sv, "a GIF image"},
                                     {"RIFF"sv, "a WebP image"},
                                     {"%PDF"sv, "a PDF document"},
                                     {"SQLite format 3"sv, "a SQLite database or GeoPackage"},
                                     {"fgb"sv, "a FlatGeobuf"},
                                     {"\0\0\x27\x0a"sv, "a shapefile"},
                                     {"PK\x03\x04"sv, "a ZIP archive"},
                                     {"Rar!"sv, "a RAR archive"},
                                     {"7z\xbc\xaf"sv, "a 7-Zip archive"},
                                     {"\x1f\x8b"sv, "a gzip file"},
                                     {"\x7f"
                                      "ELF"sv,
                                      "a program"},
                                     {"MZ"sv, "a Windows program"},
                                     {"\xd0\xcf\x11\xe0"sv, "an old Office document"},
                                     {"{\\rtf"sv, "an RTF document"},
                                     {"AC10"sv, "a DWG drawing"}};
  for (const Magic& m : magics)
    if (s.starts_with(m.bytes)) return m.what;
  size_t i = s.starts_with("\xef\xbb\xbf") ? 3 : 0;
  while (i < s.size() && static_cast<unsigned char>(s[i]) <= ' ') ++i;
  if (i < s.size() && (s[i] == '{' || s[i] == '[')) return "a JSON text";
  if (i < s.size() && s[i] == '<')
    return s.substr(i, 14).find("html") != s.npos || s.substr(i, 14).find("HTML") != s.npos ? "an HTML page"
                                                                                            : "an XML text";
  return {};
}

Crs crsOf(const void* handle) {
  const auto* srs = static_cast<const OGRSpatialReference*>(handle);
  if (!srs || std::string_view(srs->GetName() ? srs->GetName() : "").starts_with("Undefined")) return {};
  const char *authority = srs->GetAuthorityName(nullptr), *code = srs->GetAuthorityCode(nullptr);
  if (authority && code && !srs->IsCompound())
    if (auto crs = Crs::parse(fmt::format("{}:{}", authority, code))) return *crs;
  char* wkt = nullptr;
  const char* const options[] = {"FORMAT=WKT2_2019", nullptr};
  srs->exportToWkt(&wkt, options);
  auto crs = Crs::parse(wkt ? wkt : "");
  CPLFree(wkt);
  return crs ? *crs : Crs();
}

Result<Opened> openVector(const std::string& path, GdalErrors& errors) {
  registerGdal();
  if (auto ok = checkReadable(path); !ok) return tl::unexpected(ok.error());
  if (auto safe = checkArchive(path); !safe) return tl::unexpected(safe.error());
  Opened out;
  std::string target = path;
  const std::string ending = extensionOf(path);
  if (isPlainFile(path)) {
    static const std::set<std::string> parts = {"shx", "cpg", "prj", "sbn", "sbx", "qix", "qpj"};
    if (parts.count(ending)) {
      const std::string shp = sidecar(path, "shp");
      return fail(fmt::format("{} is only a part of a shapefile.", fileName(path)),
                  shp.empty() ? "Name its .shp, which is missing beside it."
                              : fmt::format("Name {}.", fileName(shp)));
    }
    if (ending == "zip") {
      target = insideArchive(path);
      if (target.empty())
        return fail(fmt::format("{} holds no vector or table file.", fileName(path)),
                    "Unpack it and name a file.");
    }
    if (ending == "dbf")  // GDAL then opens the shapes beside it too
      if (const std::string shp = sidecar(path, "shp"), shx = shp.empty() ? shp : sidecar(shp, "shx");
          !shx.empty())
        if (auto whole = checkShapefile(shp, shx); !whole) return tl::unexpected(whole.error());
    if (ending == "shp") {
      if (contentOf(path) != "a shapefile") return tl::unexpected(notReadable(path, errors, false));
      const std::string shx = sidecar(path, "shx");
      if (shx.empty()) {
        auto made = withMadeIndex(path, out);
        if (!made) return tl::unexpected(made.error());
        target = *made;
      } else if (auto whole = checkShapefile(path, shx); !whole) {
        return tl::unexpected(whole.error());
      }
      if (sidecar(path, "dbf").empty())
        out.report.add({"missing-dbf",
                        {},
                        fmt::format("The .dbf beside {} is missing: there are shapes but no attributes.",
                                    fileName(path)),
                        ""});
    }
  }
  // An empty ENCODING keeps GDAL from recoding: the bytes are judged by us.
  const std::string targetEnding = extensionOf(target);
  const bool shape = targetEnding == "shp" || targetEnding == "dbf";
  const char* const options[] = {shape ? "ENCODING=" : nullptr, nullptr};
  return opened(target, GDAL_OF_VECTOR, options, errors, std::move(out));
}

Result<Opened> openRaster(const std::string& path, GdalErrors& errors, bool trusted) {
  registerGdal();
  if (!trusted && leadsToNetwork(path))
    return fail(fmt::format("{} leads on to the network.", path.substr(0, 120)),
                "If you trust it: --trust, or PARKSCOPE_TRUST=1 for the window.");
  if (auto ok = checkReadable(path); !ok) return tl::unexpected(ok.error());
  // By what they hold: a description may have any name.
  if (auto safe = checkReferences(path, {}, trusted); !safe) return tl::unexpected(safe.error());
  return opened(path, GDAL_OF_RASTER, nullptr, errors, {});
}

}  // namespace geo::detail
