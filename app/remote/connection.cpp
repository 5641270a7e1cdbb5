#include "app/remote/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace remote {
namespace {

std::chrono::steady_clock::duration seconds(double s) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(s));
}

}  // namespace

Connection::Connection(int socket, std::string from, int ending, const Limits& limits)
    : socket_(socket),
      ending_(ending),
      from_(std::move(from)),
      limits_(limits),
      readUntil_(Clock::now() + seconds(limits.requestSeconds)) {}

bool Connection::wait(short what, Clock::time_point until) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    pollfd both[2] = {{socket_, what, 0}, {ending_, POLLIN, 0}};
    const int n = poll(both, 2, static_cast<int>(left));
    if (n < 0 && errno != EINTR) return false;
    if (n <= 0) continue;
    if (both[1].revents) return false;
    return true;
  }
}

Connection::Head Connection::readHead() {
  for (;;) {
    if (!wait(POLLIN, readUntil_)) return Clock::now() >= readUntil_ ? Head::slow : Head::gone;
    char some[2048];
    // Looked at first: what follows the headers stays where it is.
    const ssize_t seen = recv(socket_, some, std::min(sizeof some, limits_.headBytes + 1 - head_.size()),
                              MSG_PEEK | MSG_DONTWAIT);
    if (seen < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (seen <= 0) return Head::gone;
    const size_t before = head_.size();
    head_.append(some, static_cast<size_t>(seen));
    const size_t end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
    if (end != std::string::npos) head_.resize(end + 4);
    if (recv(socket_, some, head_.size() - before, MSG_DONTWAIT) < 0) return Head::gone;
    if (head_.size() > limits_.headBytes) return Head::tooLong;
    if (end != std::string::npos) return Head::whole;
  }
}

bool Connection::hungUp() const {
  pollfd both[2] = {{socket_, POLLIN | POLLRDHUP, 0}, {ending_, POLLIN, 0}};
  if (poll(both, 2, 0) <= 0) return false;
  return both[1].revents || (both[0].revents & (POLLRDHUP | POLLHUP | POLLERR));
}

void Connection::answer(std::string_view status) {
  const std::string text =
      fmt::format("HTTP/1.1 {}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status);
  write(text.data(), text.size());
}

void Connection::finish() {
  shutdown(socket_, SHUT_WR);
  const auto until = Clock::now() + seconds(1);
  char some[4096];
  for (size_t drained = 0; drained < 65536 && wait(POLLIN, until);) {
    const ssize_t n = recv(socket_, some, sizeof some, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return;
    if (n > 0) drained += static_cast<size_t>(n);
  }
}

bool Connection::is_readable() const { return taken_ < head_.size() || wait(POLLIN, readUntil_); }

bool Connection::is_writable() const { return !hungUp(); }

ssize_t Connection::read(char* bytes, size_t most) {
  if (taken_ < head_.size()) {
    const size_t n = std::min(most, head_.size() - taken_);
    std::copy_n(head_.data() + taken_, n, bytes);
    taken_ += n;
    return static_cast<ssize_t>(n);
  }
  most = std::min(most, limits_.bodyBytes - std::min(body_, limits_.bodyBytes));
  if (most == 0) return -1;
  while (wait(POLLIN, readUntil_)) {
    const ssize_t n = recv(socket_, bytes, most, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n > 0) body_ += static_cast<size_t>(n);
    return n;
  }
  return -1;
}

ssize_t Connection::write(const char* bytes, size_t count) {
  if (!writing_) writing_ = true, writeUntil_ = Clock::now() + seconds(limits_.answerSeconds);
  while (wait(POLLOUT, writeUntil_)) {
    const ssize_t n = send(socket_, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    return n;
  }
  return -1;
}

}  // namespace remote
