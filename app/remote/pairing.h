// Who may talk to the server: a code that a person reads off the console, and a token per device that knew
// it.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "geo/result.h"

namespace remote {

inline constexpr int mostWrongCodes = 10;

class Pairing {
 public:
  static std::string randomCode();  // six figures, from the operating system
  static bool wellFormed(const std::string& code);

  explicit Pairing(std::string code) : code_(std::move(code)) {}

  struct Answer {
    enum class Kind : uint8_t { paired, wrong, locked } kind = Kind::wrong;
    std::string token;  // paired
    int triesLeft = 0;  // wrong
  };
  Answer pair(const std::string& code);
  bool knows(const std::string& token) const;
  void renew(std::string code);  // opens the lock; devices that are paired stay so

  std::string code() const;
  bool locked() const;
  int wrongCodes() const;
  size_t devices() const;

 private:
  mutable std::mutex mutex_;
  std::string code_;
  int wrong_ = 0;
  std::vector<std::string> tokens_;  // oldest first
};

}  // namespace remote
