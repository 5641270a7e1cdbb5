// What PDF files written one after another, or side by side, share. From any thread.
#pragma once

#include <mutex>
#include <optional>

#include "app/paper/pdf_fonts.h"
#include "geo/georeference.h"

namespace paper {

class PdfSeries {
 public:
  // The first typesetter's; null for another one.
  PdfFonts* fonts(const scene::TypesetterPtr& typesetter) {
    const std::lock_guard lock(guard_);
    if (!fonts_) fonts_.emplace(typesetter_ = typesetter);
    return typesetter == typesetter_ ? &*fonts_ : nullptr;
  }
  std::shared_ptr<const geo::Georeferencer> place(const geo::Crs& crs) {
    const std::lock_guard lock(guard_);
    if (!place_ || place_->crs() != crs) place_ = std::make_shared<geo::Georeferencer>(crs);
    return place_;
  }

 private:
  std::mutex guard_;
  scene::TypesetterPtr typesetter_;
  std::optional<PdfFonts> fonts_;
  std::shared_ptr<const geo::Georeferencer> place_;
};

}  // namespace paper
