#include "app/paper/xmp.h"

#include "app/paper/seal.h"

namespace paper {

namespace {

std::string xmlText(std::string_view text) {  // control characters cannot stand in XML at all
  std::string out;
  for (char c : text)
    if (static_cast<unsigned char>(c) >= 32 || c == '\t' || c == '\n') out += c;
  return xmlEscaped(out);
}

}  // namespace

std::string xmpPacket(const Meta& meta, std::string_view mediaType, double dpi) {
  std::string out = fmt::format(
      "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta "
      "xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
      "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
      "xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" "
      "xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" xmlns:parkscope=\"https://parkscope.example/recipe/1/\">"
      "<dc:format>{}</dc:format>",
      mediaType);
  const auto language = [&](const char* tag, const std::string& text) {
    if (!text.empty())
      out += fmt::format("<dc:{0}><rdf:Alt><rdf:li xml:lang=\"x-default\">{1}</rdf:li></rdf:Alt></dc:{0}>",
                         tag, xmlText(text));
  };
  language("title", meta.title), language("description", meta.subject);
  if (!meta.author.empty())
    out +=
        fmt::format("<dc:creator><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:creator>", xmlText(meta.author));
  if (!meta.keywords.empty()) out += fmt::format("<pdf:Keywords>{}</pdf:Keywords>", xmlText(meta.keywords));
  if (!meta.software.empty())
    out += fmt::format("<xmp:CreatorTool>{0}</xmp:CreatorTool><pdf:Producer>{0}</pdf:Producer>",
                       xmlText(meta.software));
  if (dpi > 0)
    out += fmt::format(
        "<tiff:XResolution>{0}/100</tiff:XResolution><tiff:YResolution>{0}/100</tiff:YResolution>"
        "<tiff:ResolutionUnit>2</tiff:ResolutionUnit>",
        std::lround(dpi * 100));
  if (!meta.recipe.empty()) out += "<parkscope:recipe>" + xmlEscaped(meta.recipe) + "</parkscope:recipe>";
  return out + "</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>";
}

}  // namespace paper
