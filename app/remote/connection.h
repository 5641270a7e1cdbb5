// One caller's bytes, measured and timed before the HTTP library sees them: it would read a header without
// end, or wait for one for ever.
#pragma once

#include <httplib.h>

#include <chrono>
#include <string>

#include "app/remote/listener.h"

namespace remote {

class Connection : public httplib::Stream {
 public:
  Connection(int socket, std::string from, int ending, const Limits& limits);

  enum class Head : uint8_t { whole, gone, slow, tooLong };
  Head readHead();  // request line and headers, no further
  const std::string& head() const { return head_; }
  bool hungUp() const;                   // by the caller, or everybody is to leave
  void answer(std::string_view status);  // without the library
  void finish();  // lets the caller read the answer to a request that was not read to its end

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* bytes, size_t most) override;
  ssize_t write(const char* bytes, size_t count) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override { ip = from_, port = 0; }
  void get_local_ip_and_port(std::string& ip, int& port) const override { ip.clear(), port = 0; }
  // The library refuses what select() cannot watch; it never reads from here.
  socket_t socket() const override { return 0; }

 private:
  using Clock = std::chrono::steady_clock;
  bool wait(short what, Clock::time_point until) const;

  int socket_, ending_;
  std::string from_;
  Limits limits_;
  Clock::time_point readUntil_, writeUntil_;
  std::string head_;
  size_t taken_ = 0, body_ = 0;
  bool writing_ = false;
};

}  // namespace remote
