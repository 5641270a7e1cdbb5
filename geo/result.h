// What every fallible call returns: a value, or one Error that says what, where and what to do next.
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace geo {

struct Error {
  std::string what;    // what happened and where: "towns.csv has no column \"lon\"."
  std::string remedy;  // what to do next: "Columns it does have: x, y."
  bool operator==(const Error&) const = default;
  std::string text() const { return remedy.empty() ? what : what + " " + remedy; }
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string what, std::string remedy = {}) {
  return tl::unexpected<Error>(Error{std::move(what), std::move(remedy)});
}

}  // namespace geo
