// Rows of a layer → names, symbols and doubts, in both languages. Pure; runs on a worker.
#pragma once

#include "app/session/derived.h"

namespace session {

struct StandIn {  // a row that stands where its source does not say
  uint32_t row = 0;
  double uncertaintyKm = 0;
  bool byName = false;     // else somebody says so
  bool somewhere = false;  // in the whole of a county
};

// `placed`: ascending.
geo::Result<DressPtr> dress(const geo::Layer& layer, const LayerSpec& spec,
                            const std::vector<StandIn>& placed = {});

// "连山壮族瑶族自治县" → "连山" · "壮族瑶族自治县"; other names stay whole.
struct SplitName {
  std::string name, rest;
};
SplitName splitCountyName(const std::string& name);

// The layer with these rows only, in that order.
geo::LayerPtr withRows(const geo::LayerPtr& layer, const std::vector<uint32_t>& rows);

}  // namespace session
