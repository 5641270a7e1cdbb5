#include <nlohmann/json.hpp>

#include "app/cli/run.h"
#include "app/cli/verbs.h"
#include "app/session/recipe.h"

namespace cli {
namespace {

using session::Verification;
using Verdict = Verification::Verdict;
using State = Verification::Item::State;

std::string_view name(Verdict v) {
  static constexpr std::string_view names[] = {"unchanged", "changed", "altered", "missing", "no-recipe"};
  return names[static_cast<size_t>(v)];
}
std::string_view name(State s) {
  static constexpr std::string_view names[] = {"same", "changed", "gone"};
  return names[static_cast<size_t>(s)];
}

std::string sentence(const std::string& file, const Verification& v, bool zh) {
  const char* text = "";
  switch (v.verdict) {
    case Verdict::unchanged:
      text = zh ? "未变：文件完好，所用数据与项目都和制图时相同。"
                : "unchanged: the file is intact, data and project are those it was made from.";
      break;
    case Verdict::changed:
      text = zh ? "已变：文件完好，但下列数据或项目在制图之后改过。"
                : "changed: the file is intact, but data or project were changed since.";
      break;
    case Verdict::altered:
      text = zh ? "被改动：文件本身与制图时不同。" : "altered: the file itself is not as it was written.";
      break;
    case Verdict::missing:
      text = zh ? "无法核对：文件完好，但有数据找不到了。"
                : "cannot be told: the file is intact, but some data are gone.";
      break;
    case Verdict::noRecipe:
      text = zh ? "没有配方：不是 Parkscope 导出的，或配方已被去掉。"
                : "no recipe: not exported by Parkscope, or the recipe was taken out.";
      break;
  }
  return fmt::format("{}: {}", file, text);
}

nlohmann::ordered_json toJson(const std::string& file, const Verification& v) {
  nlohmann::ordered_json j;
  j["file"] = file, j["verdict"] = name(v.verdict);
  if (v.verdict == Verdict::noRecipe) return j;
  j["program"] = v.program, j["date"] = v.made;
  if (!v.reviewNumber.empty()) j["review_number"] = v.reviewNumber;
  if (!v.project.empty())
    j["project"] = {{"file", v.project},
                    {"state", v.projectGone      ? "gone"
                              : v.projectChanged ? "changed"
                                                 : "same"}};
  j["data"] = nlohmann::ordered_json::array();
  for (const auto& item : v.data)
    j["data"].push_back({{"source", item.source}, {"path", item.path}, {"state", name(item.state)}});
  return j;
}

int verify(const std::vector<std::string>& files, const std::string& folder, const Common& common) {
  const bool zh = common.language == scene::Language::zh;
  auto all = nlohmann::ordered_json::array();
  bool good = true;
  for (const std::string& file : files) {
    const auto v = session::verify(file, folder);
    if (!v) {
      good = false;
      complain(v.error());
      if (common.json) all.push_back({{"file", file}, {"error", v.error().text()}});
      continue;
    }
    good &= v->verdict == Verdict::unchanged;
    if (common.json) {
      all.push_back(toJson(file, *v));
      continue;
    }
    fmt::print("{}\n", sentence(file, *v, zh));
    for (const auto& item : v->data)
      if (item.state != State::same)
        fmt::print("  {}  {}\n",
                   item.state == State::gone ? (zh ? "找不到" : "gone   ") : (zh ? "已改动" : "changed"),
                   item.path);
    if (v->projectChanged || v->projectGone)
      fmt::print("  {}  {}\n", v->projectGone ? (zh ? "找不到" : "gone   ") : (zh ? "已改动" : "changed"),
                 v->project);
  }
  if (common.json) fmt::print("{}\n", (all.size() == 1 ? all[0] : all).dump());
  return good ? done : badInput;
}

}  // namespace

void addVerify(CLI::App& app, Common& common, Action& action) {
  auto files = std::make_shared<std::vector<std::string>>();
  auto folder = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("verify", "Does an exported map still match its project and data?");
  verb->add_option("FILE", *files, "Pictures that Parkscope exported: .png .jpg .webp .tif .pdf .svg")
      ->required();
  verb->add_option("--data", *folder, "Folder where the project's paths begin, if it has moved");
  verb->footer("Example: parkscope verify map.pdf\nExit code 0: unchanged. 1: anything else.");
  verb->callback([files, folder, &common, &action] {
    action = [files, folder, &common] { return verify(*files, *folder, common); };
  });
}

}  // namespace cli
