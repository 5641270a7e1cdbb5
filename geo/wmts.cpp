#include <cpl_conv.h>
#include <cpl_minixml.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "geo/tiles.h"
#include "geo/web.h"

namespace geo {
namespace {

using Tree = std::unique_ptr<CPLXMLNode, void (*)(CPLXMLNode*)>;

std::string textOf(const CPLXMLNode* node, const char* path) {
  const char* v = CPLGetXMLValue(node, path, "");
  return v;
}

template <class Visit>
void each(const CPLXMLNode* parent, const char* name, Visit&& visit) {
  for (const CPLXMLNode* n = parent ? parent->psChild : nullptr; n; n = n->psNext)
    if (n->eType == CXT_Element && std::string_view(n->pszValue) == name) visit(n);
}

double numberIn(const std::string& text, size_t index) {
  const char* at = text.c_str();
  double v = NAN;
  for (size_t i = 0; i <= index; ++i) {
    char* end = nullptr;
    v = CPLStrtod(at, &end);
    if (end == at) return NAN;
    at = end;
  }
  return v;
}

// "urn:ogc:def:crs:EPSG::4326" has the latitude first, "EPSG:4326" does not here.
struct NamedCrs {
  Crs crs;
  bool northFirst = false;
};
Result<NamedCrs> crsNamed(std::string text) {
  NamedCrs out;
  const bool urn = text.starts_with("urn:") || text.starts_with("http");
  const size_t colon = text.find_last_of(":/");
  std::string code = colon == text.npos ? text : text.substr(colon + 1);
  if (text.find("CRS84") != text.npos) {
    out.crs = Crs::lonLat();
    return out;
  }
  if (code == "900913") code = "3857";
  auto crs = Crs::parse("EPSG:" + code);
  if (!crs) return tl::unexpected(crs.error());
  out.crs = std::move(*crs);
  out.northFirst = urn && out.crs.geographic();
  return out;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

Result<TileGrid> gridOf(const CPLXMLNode* set, const std::string& name) {
  auto crs = crsNamed(textOf(set, "SupportedCRS"));
  if (!crs) return tl::unexpected(crs.error());
  TileGrid grid;
  grid.crs = crs->crs;
  const double metres = grid.crs.geographic() ? 111319.49079327358 : std::max(1e-9, grid.crs.metresPerUnit());
  each(set, "TileMatrix", [&](const CPLXMLNode* m) {
    TileLevel l;
    l.name = textOf(m, "Identifier");
    const std::string corner = textOf(m, "TopLeftCorner");
    l.unitsPerPixel = numberIn(textOf(m, "ScaleDenominator"), 0) * 0.00028 / metres;
    l.origin = {numberIn(corner, crs->northFirst ? 1 : 0), numberIn(corner, crs->northFirst ? 0 : 1)};
    // Not all services keep to the order that the code of their system has.
    if (grid.crs.geographic() && std::abs(l.origin.y) > 90.0001) std::swap(l.origin.x, l.origin.y);
    l.width = static_cast<int>(numberIn(textOf(m, "TileWidth"), 0));
    l.height = static_cast<int>(numberIn(textOf(m, "TileHeight"), 0));
    l.columns = static_cast<long>(numberIn(textOf(m, "MatrixWidth"), 0));
    l.rows = static_cast<long>(numberIn(textOf(m, "MatrixHeight"), 0));
    if (l.unitsPerPixel > 0 && std::isfinite(l.origin.x) && std::isfinite(l.origin.y) && l.width >= 16 &&
        l.width <= 4096 && l.height >= 16 && l.height <= 4096 && l.columns > 0 && l.rows > 0)
      grid.levels.push_back(std::move(l));
  });
  std::stable_sort(grid.levels.begin(), grid.levels.end(),
                   [](const auto& a, const auto& b) { return a.unitsPerPixel > b.unitsPerPixel; });
  if (grid.levels.empty()) return fail(fmt::format("The tile matrix set \"{}\" has no usable level.", name));
  return grid;
}

}  // namespace

Result<WmtsLayer> readWmts(const std::string& capabilities, const std::string& service,
                           const std::string& layer, const std::string& style, const std::string& matrixSet) {
  const Tree tree(CPLParseXMLString(capabilities.c_str()), CPLDestroyXMLNode);
  if (!tree) return fail("The service's description is no XML.");
  CPLStripXMLNamespace(tree.get(), nullptr, TRUE);
  const CPLXMLNode* root = CPLGetXMLNode(tree.get(), "=Capabilities");
  const CPLXMLNode* contents = root ? CPLGetXMLNode(root, "Contents") : nullptr;
  if (!contents) return fail("The answer describes no tile service.", "Check the address.");

  const CPLXMLNode* chosen = nullptr;
  std::vector<std::string> layers;
  each(contents, "Layer", [&](const CPLXMLNode* l) {
    layers.push_back(textOf(l, "Identifier"));
    if (!chosen && (layer.empty() || layers.back() == layer)) chosen = l;
  });
  if (layers.size() > 20) layers.resize(20);
  if (!chosen || (layer.empty() && layers.size() > 1))
    return fail(layer.empty() ? std::string("The service has several layers.")
                              : fmt::format("The service has no layer \"{}\".", layer),
                fmt::format("Layers: {}.", fmt::join(layers, ", ")));
  const std::string id = textOf(chosen, "Identifier");

  // Of the matrix sets that the layer has: the one asked for, else that of the web, else the first.
  std::vector<std::string> names;
  std::string wanted;
  const CPLXMLNode* set = nullptr;
  each(chosen, "TileMatrixSetLink",
       [&](const CPLXMLNode* l) { names.push_back(textOf(l, "TileMatrixSet")); });
  const auto find = [&](const std::string& name) {
    const CPLXMLNode* found = nullptr;
    each(contents, "TileMatrixSet", [&](const CPLXMLNode* s) {
      if (textOf(s, "Identifier") == name) found = s;
    });
    return found;
  };
  for (const std::string& name : names) {
    const CPLXMLNode* s = find(name);
    if (!s || (!matrixSet.empty() && name != matrixSet)) continue;
    const std::string crs = textOf(s, "SupportedCRS");
    const bool web = crs.ends_with("3857") || crs.ends_with("900913");
    if (!set || web) set = s, wanted = name;
    if (web) break;
  }
  if (!set)
    return fail(matrixSet.empty() ? fmt::format("The layer \"{}\" has no tiles.", id)
                                  : fmt::format("The layer \"{}\" has no matrix set \"{}\".", id, matrixSet),
                names.empty() ? "" : fmt::format("Matrix sets: {}.", fmt::join(names, ", ")));
  auto grid = gridOf(set, wanted);
  if (!grid) return tl::unexpected(grid.error());

  std::string look = style, format = "image/png";
  each(chosen, "Style", [&](const CPLXMLNode* s) {
    if (style.empty() && (look.empty() || textOf(s, "isDefault") == "true")) look = textOf(s, "Identifier");
  });
  std::vector<std::string> formats;
  each(chosen, "Format", [&](const CPLXMLNode* f) { formats.push_back(textOf(f, "")); });
  for (const char* good : {"tiles", "image/webp", "image/jpeg", "image/jpg", "image/png"})
    if (std::find(formats.begin(), formats.end(), good) != formats.end()) format = good;

  WmtsLayer out{std::move(*grid), {}};
  each(chosen, "ResourceURL", [&](const CPLXMLNode* r) {
    if (!out.address.empty() || textOf(r, "resourceType") != "tile") return;
    std::string a = textOf(r, "template");
    a = replaced(replaced(a, "{Style}", look), "{style}", look);
    a = replaced(replaced(a, "{TileMatrixSet}", wanted), "{Layer}", id);
    a = replaced(replaced(replaced(a, "{TileMatrix}", "{z}"), "{TileCol}", "{x}"), "{TileRow}", "{y}");
    if (isWebAddress(a)) out.address = std::move(a);
  });
  if (out.address.empty()) {
    // By its parameters; what else the address of the service carries (a key) stays.
    const size_t question = service.find('?');
    std::string rest;
    if (question != service.npos) {
      std::string query = service.substr(question + 1);
      for (size_t from = 0; from <= query.size();) {
        const size_t to = std::min(query.find('&', from), query.size());
        const std::string pair = query.substr(from, to - from);
        std::string name = pair.substr(0, pair.find('='));
        for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (!pair.empty() && name != "service" && name != "request" && name != "version") rest += "&" + pair;
        from = to + 1;
      }
    }
    out.address = fmt::format(
        "{}?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={}&STYLE={}&TILEMATRIXSET={}&FORMAT={}"
        "&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}{}",
        service.substr(0, question), id, look, wanted, format, rest);
  }
  return out;
}

}  // namespace geo
