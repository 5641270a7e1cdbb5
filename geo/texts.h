// A column of texts in one piece of memory: a million short ones take their bytes and four more each, not 32.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace geo {

class Texts {
 public:
  Texts() = default;
  Texts(std::initializer_list<std::string_view> texts) {
    for (const std::string_view t : texts) push_back(t);
  }
  Texts(const std::vector<std::string>& texts) {
    for (const std::string& t : texts) push_back(t);
  }

  size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  // Valid until the next change.
  std::string_view operator[](size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return {bytes_.data() + begin, ends_[i] - begin};
  }
  bool operator==(const Texts&) const = default;

  // Throws std::length_error when all of them together have more than four thousand million bytes.
  void push_back(std::string_view text) {
    checkRoom(text.size());
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    ends_.push_back(static_cast<uint32_t>(bytes_.size()));
  }
  void append(const Texts& other) {
    checkRoom(other.bytes_.size());
    const auto before = static_cast<uint32_t>(bytes_.size());
    bytes_.insert(bytes_.end(), other.bytes_.begin(), other.bytes_.end());
    for (const uint32_t end : other.ends_) ends_.push_back(before + end);
  }
  // Moves all behind it: for single changes.
  void set(size_t i, std::string_view text) {
    const std::string_view old = (*this)[i];
    const std::string kept(text);  // it may be one of ours
    if (kept.size() > old.size()) checkRoom(kept.size() - old.size());
    const auto at = bytes_.begin() + (old.data() - bytes_.data());
    const auto grown = static_cast<uint32_t>(kept.size() - old.size());  // modulo 2³²
    const auto rest = bytes_.erase(at, at + static_cast<ptrdiff_t>(old.size()));
    bytes_.insert(rest, kept.begin(), kept.end());
    for (size_t k = i; k < ends_.size(); ++k) ends_[k] += grown;
  }
  void resize(size_t count) {
    if (count < size()) bytes_.resize(count == 0 ? 0 : ends_[count - 1]);
    ends_.resize(count, static_cast<uint32_t>(bytes_.size()));
  }
  void reserve(size_t count, size_t bytes = 0) { ends_.reserve(count), bytes_.reserve(bytes); }
  size_t bytes() const { return bytes_.size(); }  // of all together
  void clear() { bytes_.clear(), ends_.clear(); }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;
    Iterator(const Texts* of, size_t at) : of_(of), at_(at) {}
    std::string_view operator*() const { return (*of_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return {of_, at_++}; }
    bool operator==(const Iterator& o) const { return at_ == o.at_; }

   private:
    const Texts* of_;
    size_t at_;
  };
  using value_type = std::string_view;
  using const_iterator = Iterator;
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  void checkRoom(size_t more) const {
    if (more > UINT32_MAX - bytes_.size())
      throw std::length_error("a column of text holds more than four thousand million bytes");
  }

  std::vector<char> bytes_;
  std::vector<uint32_t> ends_;
};

}  // namespace geo
