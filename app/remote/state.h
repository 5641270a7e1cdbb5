// What the presenter's page is told, and what it asks for. Plain values: the page knows nothing of projects.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace remote {

struct State {
  std::string title;
  std::string language = "zh";  // zh | en
  std::string theme = "dark";   // of the wall; the page follows its own device
  struct Stop {
    std::string name;
    double seconds = 0;  // planned; 0: not said
    bool operator==(const Stop&) const = default;
  };
  std::vector<Stop> stops;
  int current = 0;  // index into stops
  int next = -1;    // likewise; −1: nothing follows
  std::string notes;
  // At the moment of publishing; they run on by themselves until the next one.
  double showSeconds = 0, sceneSeconds = 0;
  double leftSeconds = 0;  // of the scene's planned time; negative: over it by so much
  bool black = false, held = false, flat = false, idle = false;
  std::vector<std::string> warnings;  // for the operator alone
  bool operator==(const State&) const = default;
};

enum class Verb : uint8_t { next, previous, jump, black, hold, flat, restartClock };

struct Order {
  Verb verb = Verb::next;
  int number = 0;  // jump: from 1
  bool operator==(const Order&) const = default;
};

enum class Picture : uint8_t { wall, next };

}  // namespace remote
