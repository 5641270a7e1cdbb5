// PDF of our own. Cairo's PDF surface works out the outline of every stroke to know its extents, which takes
// seconds on a real map; it also writes the clock into the file, and gives the halo of a name as paths. Here
// content is written once, shapes of the map in whole units of 0.04 mm.
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <mutex>

#include "app/paper/atomic_file.h"
#include "app/paper/pdf_page.h"
#include "app/paper/raster_painter.h"
#include "app/paper/seal.h"
#include "app/paper/write.h"
#include "app/paper/xmp.h"

namespace paper {

namespace {

// The clock is never read: equal input gives equal bytes. Whoever wants a date sets SOURCE_DATE_EPOCH.
std::string creationDate() {
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  long long seconds = 0;
  if (!epoch || std::from_chars(epoch, epoch + std::string_view(epoch).size(), seconds).ec != std::errc())
    return {};
  const std::time_t time = static_cast<std::time_t>(seconds);
  std::tm utc{};
  if (!gmtime_r(&time, &utc)) return {};
  return fmt::format("/CreationDate(D:{:04}{:02}{:02}{:02}{:02}{:02}Z)", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

// Makes pages on all cores and puts them into the file in order. What codes of glyphs say is settled page by
// page; where two pages differ, the later one is made again, knowing what the former ones say.
class Book {
 public:
  Book(size_t count, const std::function<geo::Result<scene::Drawing>(size_t)>& sheet,
       const VectorOptions& options, PdfFile& file, int parent, int fontDictionary, geo::Progress* progress)
      : count_(count),
        sheet_(sheet),
        options_(options),
        file_(file),
        parent_(parent),
        fontDictionary_(fontDictionary),
        progress_(progress) {}

  geo::Result<std::vector<int>> write() {  // the pages' numbers
    std::vector<std::optional<geo::Result<PdfPage>>> made(count_);
    std::vector<int> numbers;
    geo::Result<void> result;
    inOrder(
        static_cast<int>(count_), 12,
        [&]() -> std::function<void(int)> {
          return [&](int i) { made[static_cast<size_t>(i)] = page(static_cast<size_t>(i), nullptr); };
        },
        [&](int i) {
          auto page = *std::exchange(made[static_cast<size_t>(i)], {});
          if (page && !agrees(page->glyphs)) page = this->page(static_cast<size_t>(i), &glyphs_);
          if (!page) return result = tl::unexpected(page.error()), false;
          for (auto& [glyph, text] : page->glyphs)
            if (auto& known = glyphs_[glyph]; known.empty()) known = std::move(text);
          for (const auto& [font, size] : page->sizes) sizes_[font] = std::max(sizes_[font], size);
          numbers.push_back(file_.add(std::move(page->objects)));
          result = file_.result();
          const auto share = static_cast<double>(i + 1) / static_cast<double>(count_);
          if (result && count_ > 1 && progress_ && !progress_->keepGoing(0.98 * share))
            result = geo::fail("Drawing the page was cancelled.");
          return result.has_value();
        });
    if (!result) return tl::unexpected(result.error());
    return numbers;
  }

  geo::Result<std::string> writeFonts() {
    const PdfFonts* fonts = typesetter_ ? series_->fonts(typesetter_) : nullptr;
    return fonts ? fonts->write(file_, glyphs_, sizes_) : std::string();
  }

 private:
  geo::Result<PdfPage> page(size_t i, const PdfGlyphs* known) try {
    if (progress_ && progress_->cancelled()) return geo::fail("Drawing the page was cancelled.");
    const auto drawing = sheet_(i);
    if (!drawing) return tl::unexpected(drawing.error());
    std::call_once(first_, [&] { typesetter_ = drawing->fonts; });
    return pdfPage(*drawing, options_, *series_, known, parent_, fontDictionary_,
                   count_ == 1 && !options_.series, count_ == 1 ? progress_ : nullptr);
  } catch (const std::bad_alloc&) {
    return geo::fail("Memory is too short for the page.", "Close other programs, or choose a smaller page.");
  }
  bool agrees(const PdfGlyphs& page) const {
    for (const auto& [glyph, text] : page)
      if (const auto known = glyphs_.find(glyph);
          known != glyphs_.end() && !known->second.empty() && !text.empty() && known->second != text)
        return false;
    return true;
  }

  size_t count_;
  const std::function<geo::Result<scene::Drawing>(size_t)>& sheet_;
  const VectorOptions& options_;
  PdfFile& file_;
  int parent_, fontDictionary_;
  geo::Progress* progress_;
  std::once_flag first_;
  scene::TypesetterPtr typesetter_;
  std::shared_ptr<PdfSeries> series_ = options_.series ? options_.series : pdfSeries();
  PdfGlyphs glyphs_;
  PdfTypeSizes sizes_;
};

// A flat outline; returns its number, 0 without one.
int writeOutline(PdfFile& file, const std::vector<std::string>& bookmarks, const std::vector<int>& pages) {
  if (pages.size() < 2) return 0;
  const int outline = file.reserve();
  std::vector<int> entries;
  for (size_t i = 0; i < pages.size(); ++i) entries.push_back(file.reserve());
  for (size_t i = 0; i < pages.size(); ++i) {
    std::string body =
        fmt::format("<</Title{}/Parent {} 0 R/Dest[{} 0 R/Fit]", pdfText(bookmarks[i]), outline, pages[i]);
    if (i > 0) body += fmt::format("/Prev {} 0 R", entries[i - 1]);
    if (i + 1 < pages.size()) body += fmt::format("/Next {} 0 R", entries[i + 1]);
    file.object(entries[i], body + ">>");
  }
  file.object(outline, fmt::format("<</Type/Outlines/First {} 0 R/Last {} 0 R/Count {}>>", entries.front(),
                                   entries.back(), entries.size()));
  return outline;
}

}  // namespace

std::shared_ptr<PdfSeries> pdfSeries() { return std::make_shared<PdfSeries>(); }

geo::Result<void> writePdfBook(const std::vector<std::string>& bookmarks,
                               const std::function<geo::Result<scene::Drawing>(size_t)>& sheet,
                               const std::string& path, const VectorOptions& options, const Meta& meta,
                               geo::Progress* progress) {
  if (bookmarks.empty())
    return geo::fail("A file without pages cannot be made.", "Ask for at least one sheet.");
  auto target = AtomicFile::create(path, meta.beside);
  if (!target) return tl::unexpected(target.error());
  PdfFile file(*target, options.series ? quick : smallest);
  const int catalog = file.reserve(), tree = file.reserve(), fontDictionary = file.reserve();
  Book book(bookmarks.size(), sheet, options, file, tree, fontDictionary, progress);
  const auto pages = book.write();
  if (!pages) {
    if (progress && progress->cancelled()) return cancelled(path);
    return tl::unexpected(pages.error());
  }
  const auto fonts = book.writeFonts();
  if (!fonts) return tl::unexpected(fonts.error());
  file.object(fontDictionary, "<<" + *fonts + ">>");
  const int outline = writeOutline(file, bookmarks, *pages);
  const int metadata = file.reserve();
  file.streamOfDeflated(metadata, "/Type/Metadata/Subtype/XML",
                        deflatedAroundSeal(xmpPacket(meta, "application/pdf")));
  std::string info = "<<";
  for (const auto& [key, value] : {std::pair{"Title", &meta.title},
                                   {"Author", &meta.author},
                                   {"Subject", &meta.subject},
                                   {"Keywords", &meta.keywords},
                                   {"Creator", &meta.software},
                                   {"Producer", &meta.software}})
    if (!value->empty()) info += fmt::format("/{}{}", key, pdfText(*value));
  const int infoObject = file.object(info + creationDate() + ">>");
  std::string kids;
  for (int page : *pages) kids += fmt::format("{} 0 R ", page);
  file.object(tree, fmt::format("<</Type/Pages/Kids[{}]/Count {}>>", kids, pages->size()));
  file.object(
      catalog,
      fmt::format(
          "<</Type/Catalog/Pages {} 0 R/Metadata {} 0 R{}/ViewerPreferences<</DisplayDocTitle true>>>>", tree,
          metadata, outline ? fmt::format("/Outlines {} 0 R/PageMode/UseOutlines", outline) : ""));
  if (progress && !progress->keepGoing(1)) return cancelled(path);
  if (auto ok = file.finish(catalog, infoObject); !ok) return ok;
  return commitSealed(*target);
}

geo::Result<void> writePdf(const scene::Drawing& drawing, const std::string& path,
                           const VectorOptions& options, const Meta& meta, geo::Progress* progress) {
  return writePdfBook(
      {meta.title}, [&](size_t) { return drawing; }, path, options, meta, progress);
}

}  // namespace paper
