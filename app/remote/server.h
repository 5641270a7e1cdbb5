// The presenter's page, served by the program itself: one address, one port, a pairing code, nothing else
// reachable. Runs on threads of its own; all calls here are the main thread's and return at once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/remote/listener.h"
#include "app/remote/state.h"
#include "geo/result.h"

namespace remote {

struct Options {
  std::string address;         // IPv4, of this machine; empty: its first on a network, else 127.0.0.1
  int port = 0;                // 0: any free one
  std::string code;            // six figures; empty: random
  std::function<void()> wake;  // called on a server thread when take() or status() has news
  Limits limits;
};

struct Status {
  std::string url, code;
  size_t devices = 0;  // paired
  int wrongCodes = 0;
  bool locked = false;  // after ten wrong codes; newCode() opens again
};

class Server {
 public:
  static geo::Result<std::unique_ptr<Server>> start(Options options);
  ~Server();  // pages see that it is gone

  void publish(const State& state);                       // cheap when nothing but the time has changed
  void publishPicture(Picture which, std::string bytes);  // JPEG or PNG; empty: none
  std::vector<Order> take();                              // what came in since the last call, in order
  Status status() const;
  void newCode();

 private:
  Server();
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace remote
