// Between the show and the presenter's page: tells the page what stands on the wall, and makes commands of
// what it asks for. Serves only while a show is on and the presenter has turned it on.
#pragma once

#include <memory>
#include <string>

#include "app/panels/panels.h"
#include "app/remote/server.h"

namespace window {

class RemoteDesk {
 public:
  void follow(const session::Session& session, panels::PanelState& panels);
  void obey(panels::PanelState& panels, session::Commands& out);
  void tell(panels::ConsoleInput& console) const;
  // Serves from now on: "auto", or ADDRESS:PORT, ADDRESS, :PORT. Returns address and code for the operator.
  geo::Result<std::string> turnOn(const std::string& where);
  bool on() const { return server_ != nullptr; }
  void publishPicture(remote::Picture which, std::string bytes);  // JPEG or PNG

 private:
  void toggle();

  std::unique_ptr<remote::Server> server_;
  std::string error_;
  bool waiting_ = false;
};

}  // namespace window
