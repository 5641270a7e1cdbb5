#include "app/remote/listener.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace remote {
namespace {

std::string textOf(const in_addr& address) {
  char text[INET_ADDRSTRLEN] = {};
  inet_ntop(AF_INET, &address, text, sizeof text);
  return text;
}

tl::unexpected<geo::Error> cannotListen(const std::string& address, int port, int error) {
  const std::string at = fmt::format("{}:{}", address, port);
  if (error == EADDRINUSE)
    return geo::fail(fmt::format("Port {} at {} is taken by another program.", port, address),
                     "Choose another port, or 0 for any free one.");
  if (error == EADDRNOTAVAIL)
    return geo::fail(fmt::format("{} is no address of this machine.", address),
                     fmt::format("Its own is {}.", ownAddress()));
  if (error == EACCES)
    return geo::fail(fmt::format("Port {} may not be opened by this user.", port),
                     "Choose one above 1023, or 0 for any free one.");
  return geo::fail(fmt::format("Cannot listen at {}: {}.", at, std::strerror(error)),
                   "Choose another address or port.");
}

}  // namespace

std::string ownAddress() {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return "127.0.0.1";
  std::string found = "127.0.0.1";
  for (const ifaddrs* i = all; i; i = i->ifa_next) {
    const bool up = (i->ifa_flags & IFF_UP) && (i->ifa_flags & IFF_RUNNING);
    if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET || !up || (i->ifa_flags & IFF_LOOPBACK)) continue;
    found = textOf(reinterpret_cast<const sockaddr_in*>(i->ifa_addr)->sin_addr);
    break;
  }
  freeifaddrs(all);
  return found;
}

geo::Result<std::unique_ptr<Listener>> Listener::open(const std::string& address, int port,
                                                      const Limits& limits) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  if (inet_pton(AF_INET, address.c_str(), &at.sin_addr) != 1 || at.sin_addr.s_addr == INADDR_ANY)
    return geo::fail(fmt::format("\"{}\" is not one IPv4 address.", address),
                     fmt::format("This machine's own is {}.", ownAddress()));
  if (port < 0 || port > 65535)
    return geo::fail(fmt::format("There is no port {}.", port),
                     "Ports go from 1 to 65535; 0 is any free one.");
  at.sin_port = htons(static_cast<uint16_t>(port));

  std::unique_ptr<Listener> l(new Listener);
  l->limits_ = limits;
  l->socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  l->ending_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (l->socket_ < 0 || l->ending_ < 0) return cannotListen(address, port, errno);
  const int yes = 1;  // the port of the last run is free at once; SO_REUSEPORT would let others share it
  setsockopt(l->socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(l->socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || listen(l->socket_, 32) != 0)
    return cannotListen(address, port, errno);
  socklen_t size = sizeof at;
  getsockname(l->socket_, reinterpret_cast<sockaddr*>(&at), &size);
  l->port_ = ntohs(at.sin_port);
  return l;
}

void Listener::begin(Serve serve) {
  serve_ = std::move(serve);
  threads_.emplace_back([this] { accept(); });
  for (size_t i = 0; i < limits_.connections; ++i) threads_.emplace_back([this] { work(); });
}

Listener::~Listener() {
  end();
  if (socket_ >= 0) close(socket_);
  if (ending_ >= 0) close(ending_);
}

void Listener::end() {
  if (ending_ >= 0) eventfd_write(ending_, 1);
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  arrived_.notify_all();
  for (auto& t : threads_) t.join();
  threads_.clear();
  for (const auto& g : waiting_) close(g.socket);
  waiting_.clear();
}

void Listener::accept() {
  for (;;) {
    pollfd both[2] = {{socket_, POLLIN, 0}, {ending_, POLLIN, 0}};
    if (poll(both, 2, -1) < 0 && errno != EINTR) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (both[1].revents) return;
    if (!both[0].revents) continue;
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const int s = accept4(socket_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (s < 0) {  // out of descriptors, or a caller that hung up: the next one may do better
      if (errno != EAGAIN) std::this_thread::sleep_for(std::chrono::milliseconds(100));
      continue;
    }
    const int yes = 1;
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    Guest guest{s, textOf(peer.sin_addr)};
    bool full = false;
    {
      const std::lock_guard lock(mutex_);
      full = connected_ >= limits_.connections || of_[guest.from] >= limits_.connectionsOfOne;
      if (!full) ++connected_, ++of_[guest.from], waiting_.push_back(std::move(guest));
    }
    if (!full) {
      arrived_.notify_one();
      continue;
    }
    static constexpr std::string_view busy =
        "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: "
        "2\r\n\r\n";
    (void)send(s, busy.data(), busy.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    close(s);
  }
}

void Listener::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    arrived_.wait(lock, [&] { return over_ || !waiting_.empty(); });
    if (over_) return;
    const Guest guest = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    serve_(guest.socket, guest.from);
    close(guest.socket);
    lock.lock();
    --connected_;
    if (const auto it = of_.find(guest.from); --it->second == 0) of_.erase(it);
  }
}

}  // namespace remote
