// One drawing as a page of a PDF: its content and what that needs, made on any thread.
#pragma once

#include "app/paper/pdf_file.h"
#include "app/paper/pdf_series.h"
#include "app/paper/write.h"

namespace paper {

struct PdfPage {
  PdfObjects objects;  // the page itself is the last one
  PdfGlyphs glyphs;
  PdfTypeSizes sizes;
};

// parent: the number of the page tree, fonts: that of the font dictionary that all pages share. Parallel: the
// page may take all cores.
geo::Result<PdfPage> pdfPage(const scene::Drawing& drawing, const VectorOptions& options, PdfSeries& series,
                             const PdfGlyphs* known, int parent, int fontDictionary, bool parallel,
                             geo::Progress* progress);

// Where the page's map lies (ISO 32000-2, 12.10): a viewport over the frame of camera 0 that says which
// degrees its corners have. Empty where the map's system is not known, or there is no map. Points of the
// page's space are pointsPerUnit a canvas unit.
std::string pdfViewport(const scene::Drawing& drawing, const geo::Georeferencer& place, double pointsPerUnit);

}  // namespace paper
