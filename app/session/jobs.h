// A worker pool; finished results come back through one queue to the main thread. Holds the program's only
// mutex.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "geo/progress.h"

namespace session {

class Jobs {
 public:
  explicit Jobs(unsigned threads = 2);
  // Cancels what runs, waits for it, drops the rest; what is kept is done before. What waits for a server is
  // left after a moment.
  ~Jobs();
  // Whether a thread still waits for a server: then the program ends without taking down what that may use.
  static bool someWereLeft();

  // work runs on a worker and returns what to do with its result on the main thread (collect()). A newer job
  // with the same key cancels the older one, whose result is dropped. Exceptions become an error passed to
  // `failed` (main thread).
  using Finish = std::function<void()>;
  void start(std::string key, std::function<Finish(geo::Progress&)> work,
             std::function<void(std::string)> failed = {});
  // The same on threads of their own: what waits for servers never keeps the others waiting. Not `pending`.
  void startWaiting(std::string key, std::function<Finish(geo::Progress&)> work,
                    std::function<void(std::string)> failed = {});
  // What must not be lost: nothing cancels it, not even the end.
  void startKept(std::string key, std::function<Finish(geo::Progress&)> work,
                 std::function<void(std::string)> failed = {});
  void cancel(const std::string& key);
  void cancelAll();

  size_t collect();  // runs the finishes of done jobs; returns how many
  bool running(const std::string& key) const;
  size_t pending() const;  // waiting or running
  double fraction(const std::string& key) const;
  void waitForOne();                        // blocks until a job is done or none is pending
  size_t waiting() const;                   // of those that wait for servers
  void onDone(std::function<void()> wake);  // called from a worker: glfwPostEmptyEvent

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // threads that were left hold it, too
};

}  // namespace session
