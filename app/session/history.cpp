#include "app/session/history.h"

namespace session {

void ProjectHistory::record(Step before, const std::string& dragKey, bool final) {
  const bool going = !drag_.empty() && drag_ == dragKey;
  if (!going) past_.push_back(std::move(before));
  future_.clear();
  drag_ = final ? std::string() : dragKey;
}

ProjectHistory::Step ProjectHistory::undo(Step now) {
  Step step = std::move(past_.back());
  past_.pop_back();
  now.name = step.name;
  future_.push_back(std::move(now));
  drag_.clear();
  return step;
}

ProjectHistory::Step ProjectHistory::redo(Step now) {
  Step step = std::move(future_.back());
  future_.pop_back();
  now.name = step.name;
  past_.push_back(std::move(now));
  drag_.clear();
  return step;
}

std::vector<std::string> ProjectHistory::names() const {
  std::vector<std::string> names;
  for (const Step& s : past_) names.push_back(s.name);
  return names;
}

}  // namespace session
