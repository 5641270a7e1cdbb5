#include "app/remote/pairing.h"

#include <openssl/crypto.h>
#include <sys/random.h>

#include <stdexcept>

namespace remote {
namespace {

constexpr size_t mostDevices = 8, tokenBytes = 32;

template <size_t n>
std::array<unsigned char, n> randomBytes() {
  std::array<unsigned char, n> bytes{};
  if (getentropy(bytes.data(), n) != 0) throw std::runtime_error("the system gives no random numbers");
  return bytes;
}

// Takes as long for a near miss as for a far one.
bool same(const std::string& a, const std::string& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string newToken() {
  std::string token;
  for (unsigned char b : randomBytes<tokenBytes>()) token += fmt::format("{:02x}", b);
  return token;
}

}  // namespace

std::string Pairing::randomCode() {
  for (;;) {  // what would favour the small codes is thrown away
    const auto b = randomBytes<4>();
    const uint32_t n = b[0] | b[1] << 8 | b[2] << 16 | static_cast<uint32_t>(b[3]) << 24;
    if (n < 4'294'000'000u) return fmt::format("{:06}", n % 1'000'000);
  }
}

bool Pairing::wellFormed(const std::string& code) {
  return code.size() == 6 && code.find_first_not_of("0123456789") == std::string::npos;
}

Pairing::Answer Pairing::pair(const std::string& code) {
  const std::lock_guard lock(mutex_);
  if (wrong_ >= mostWrongCodes) return {Answer::Kind::locked, {}, 0};
  if (!same(code, code_)) {
    ++wrong_;
    return {
        wrong_ >= mostWrongCodes ? Answer::Kind::locked : Answer::Kind::wrong, {}, mostWrongCodes - wrong_};
  }
  wrong_ = 0;
  if (tokens_.size() == mostDevices) tokens_.erase(tokens_.begin());
  tokens_.push_back(newToken());
  return {Answer::Kind::paired, tokens_.back(), 0};
}

bool Pairing::knows(const std::string& token) const {
  const std::lock_guard lock(mutex_);
  bool known = false;
  for (const auto& t : tokens_) known |= same(t, token);
  return known;
}

void Pairing::renew(std::string code) {
  const std::lock_guard lock(mutex_);
  code_ = std::move(code), wrong_ = 0;
}

std::string Pairing::code() const {
  const std::lock_guard lock(mutex_);
  return code_;
}

bool Pairing::locked() const { return wrongCodes() >= mostWrongCodes; }

int Pairing::wrongCodes() const {
  const std::lock_guard lock(mutex_);
  return wrong_;
}

size_t Pairing::devices() const {
  const std::lock_guard lock(mutex_);
  return tokens_.size();
}

}  // namespace remote
