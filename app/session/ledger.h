// The plan's targets held against what there is: merged with their table, and worked out. Main thread.
#pragma once

#include "app/session/session.h"

namespace session {

// The project's targets with the figures of the table (columns id, name, name_en, unit, baseline_year,
// baseline, target_year, target, better, plan_section, actual_year, actual, actual_source: those that are
// there). What the project says itself wins; targets of the table alone follow in its order.
std::vector<TargetSpec> mergedTargets(const std::vector<TargetSpec>& own, const geo::Table& table);

// All targets, worked out. An actual is what is published, else the indicator's latest figure, else the
// features counted on the map; what is not known stays NaN. Pace is per year; on track means not below the
// straight line from baseline to target.
std::vector<scene::LedgerRow> ledgerOf(const Session& session, scene::Language language);

}  // namespace session
