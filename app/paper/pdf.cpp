#include <cairo-pdf.h>
#include <cairo.h>

#include <cmath>
#include <ctime>

#include "app/paper/atomic_file.h"
#include "app/paper/cairo_painter.h"
#include "app/paper/write.h"

namespace paper {

namespace {

struct Sink {
  AtomicFile& file;
  geo::Result<void> result;
};

cairo_status_t put(void* closure, const unsigned char* data, unsigned int length) {
  auto& sink = *static_cast<Sink*>(closure);
  if (sink.result) sink.result = sink.file.write(data, length);
  return sink.result ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

}  // namespace

geo::Result<void> writePdf(const scene::Drawing& drawing, const std::string& path, double millimetresPerUnit,
                           const Meta& meta, geo::Progress* progress) {
  if (!(drawing.width > 0 && drawing.height > 0 && millimetresPerUnit > 0))
    return geo::fail("A page without a size cannot be made.", "Ask for a width and a height above zero.");
  const double points = millimetresPerUnit * 72 / 25.4;  // in a canvas unit
  // A PDF viewer need not open anything larger.
  if (std::max(drawing.width, drawing.height) * points > 14400)
    return geo::fail("A page of more than 5.08 m cannot be a PDF.",
                     "Choose a smaller page, or another format.");
  auto file = AtomicFile::create(path);
  if (!file) return tl::unexpected(file.error());
  Sink sink{*file, {}};
  cairo_surface_t* surface =
      cairo_pdf_surface_create_for_stream(put, &sink, drawing.width * points, drawing.height * points);
  cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
  const auto note = [&](cairo_pdf_metadata_t key, const std::string& text) {
    if (!text.empty()) cairo_pdf_surface_set_metadata(surface, key, text.c_str());
  };
  note(CAIRO_PDF_METADATA_TITLE, meta.title);
  note(CAIRO_PDF_METADATA_AUTHOR, meta.author);
  note(CAIRO_PDF_METADATA_SUBJECT, meta.subject);
  note(CAIRO_PDF_METADATA_KEYWORDS, meta.keywords);
  note(CAIRO_PDF_METADATA_CREATOR, meta.software);
  cairo_t* cairo = cairo_create(surface);
  cairo_scale(cairo, points, points);
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options(cairo, options);
  cairo_font_options_destroy(options);
  auto painted = paintOnCairo(drawing, cairo, millimetresPerUnit, progress);
  cairo_status_t status = cairo_status(cairo);
  cairo_show_page(cairo);
  cairo_destroy(cairo);
  cairo_surface_finish(surface);
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
  cairo_surface_destroy(surface);
  if (!painted) return progress && progress->cancelled() ? cancelled(path) : painted;
  if (!sink.result) return sink.result;
  if (status != CAIRO_STATUS_SUCCESS)
    return geo::fail(fmt::format("{} cannot be made: {}.", path, cairo_status_to_string(status)),
                     "Is memory short?");
  return file->commit();
}

}  // namespace paper
