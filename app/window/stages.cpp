#include "app/window/stages.h"

namespace window {
namespace {

std::string keyOf(const std::string& id) { return "stage " + id; }

}  // namespace

void Stages::forget() {
  for (auto& [id, made] : made_)
    if (made.making) session_.jobs().cancel(keyOf(id)), made.making = false;
}

void Stages::update(int width, int height) {
  if (!session_.followed()) return;  // what a command asked for is not even begun
  const bool flat = session_.view().show.flat;
  if (!inputs_ || session_.version() != seenVersion_ || width != width_ || height != height_ ||
      flat != flat_) {
    seenVersion_ = session_.version();
    auto now = session::showInputs(session_);
    if (!inputs_ || now != *inputs_ || width != width_ || height != height_ || flat != flat_) {
      forget();
      inputs_ = std::move(now), width_ = width, height_ = height, flat_ = flat;
      ++round_;
      stops_ = std::make_shared<const std::vector<session::SceneSpec>>(session::stopsOf(session_.project()));
      std::erase_if(made_, [&](const auto& m) {
        return std::none_of(stops_->begin(), stops_->end(), [&](const auto& s) { return s.id == m.first; });
      });
    }
  }
  for (auto& [id, made] : made_)  // a project that was opened anew has dropped all jobs
    if (made.making && !session_.jobs().running(keyOf(id))) made.making = false;
  // While data load, a picture would be made of half of them.
  size_t own = 0;
  for (const auto& [id, made] : made_) own += made.making;
  if (session_.jobs().pending() > own) return;
  // One after the other, what is needed first first; two workers share them with the rest.
  size_t under = 0;
  for (const auto& [id, made] : made_) under += made.making;
  const size_t here = session::stopIndex(*stops_, session_.view().show), count = stops_->size();
  for (size_t k = 0; k < count && under < 2; ++k) {
    const size_t step = (k + 1) / 2,
                 at = k % 2 ? (here + step) % count : (here + count - step % count) % count;
    Made& made = made_[(*stops_)[at].id];
    if (made.making || made.round == round_) continue;
    start(at);
    ++under;
  }
}

void Stages::start(size_t stop) {
  const std::string id = (*stops_)[stop].id;
  Made& made = made_[id];
  made.making = true;
  const uint64_t round = round_;
  const scene::Theme* theme =
      session_.project().theme == "light" ? &scene::lightTheme() : &scene::darkTheme();
  auto work = session::partsWork(session_, session::lookAt(session_, (*stops_)[stop]));
  const auto failed = [this, id, round](std::string why) {
    made_[id].making = false, made_[id].round = round;
    problem_ = std::move(why);
  };
  session_.jobs().start(
      keyOf(id),
      [this, work = std::move(work), id, stops = stops_, stop, round, theme, failed,
       w = static_cast<float>(width_), h = static_cast<float>(height_),
       flat = flat_](geo::Progress& progress) -> session::Jobs::Finish {
        auto parts = std::make_shared<session::Parts>(work(progress));
        return [=, this] {
          auto scene = session::stopScene(session_, (*stops)[stop], *parts, flat);
          if (!scene) return failed(scene.error().text());
          session_.jobs().start(
              keyOf(id),
              [=, this, fonts = fonts_, scene = std::make_shared<scene::Scene>(std::move(*scene))](
                  geo::Progress&) -> session::Jobs::Finish {
                auto stage = scene::makeStage(std::move(*scene), *theme, fonts, w, h);
                return [=, this] {
                  Made& m = made_[id];
                  m.stage = stage, m.making = false, m.round = round;
                };
              },
              failed);
        };
      },
      failed);
}

scene::StagePtr Stages::stage(size_t stop) const {
  if (stop >= stops_->size()) return nullptr;
  const auto found = made_.find((*stops_)[stop].id);
  return found == made_.end() ? nullptr : found->second.stage;
}

bool Stages::ready() const {
  if (stops_->empty()) return false;
  return std::all_of(stops_->begin(), stops_->end(), [&](const auto& s) {
    const auto found = made_.find(s.id);
    return found != made_.end() && found->second.round == round_;
  });
}

}  // namespace window
