// One address and one port: how many may be connected at once, and that none of them is left at the end.
// Knows nothing of HTTP.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "geo/result.h"

namespace remote {

struct Limits {
  size_t connections = 24;       // at once; more are told to come back
  size_t connectionsOfOne = 12;  // of them from one address
  double requestSeconds = 5;     // for a whole request to arrive
  double answerSeconds = 15;     // for a whole answer to be taken
  double pollSeconds = 8;        // a page waits for news so long, then asks again
  size_t headBytes = 8192;       // request line and headers
  size_t pathBytes = 256;
  size_t bodyBytes = 4096;
};

// The machine's first address on a network, else 127.0.0.1.
std::string ownAddress();

class Listener {
 public:
  using Serve = std::function<void(int socket, const std::string& from)>;  // on a thread of the listener's

  // Port 0: any free one.
  static geo::Result<std::unique_ptr<Listener>> open(const std::string& address, int port,
                                                     const Limits& limits);
  ~Listener();
  void begin(Serve serve);  // from now on connections are taken
  void end();               // waits until the last one is gone

  int port() const { return port_; }
  int ending() const { return ending_; }  // becomes readable when everybody is to leave

 private:
  Listener() = default;
  struct Guest {
    int socket = -1;
    std::string from;
  };
  void accept();
  void work();

  Limits limits_;
  Serve serve_;
  int socket_ = -1, ending_ = -1, port_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Guest> waiting_;
  std::map<std::string, size_t> of_;  // connections by address
  size_t connected_ = 0;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace remote
