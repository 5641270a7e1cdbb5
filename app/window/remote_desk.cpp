#include "app/window/remote_desk.h"

#include <GLFW/glfw3.h>

#include <charconv>

#include "app/session/tour.h"

namespace window {
namespace {

remote::State stateOf(const session::Session& session, const panels::PanelState& panels) {
  const auto& show = session.view().show;
  const auto language = session.view().language;
  const auto stops = session::stopsOf(session.project());
  const auto places = panels::consolePlaces(panels);
  remote::State s;
  s.title = session.scene().title;
  s.language = language == scene::Language::zh ? "zh" : "en";
  s.theme = session.project().theme;
  for (const auto& stop : stops) {
    s.stops.push_back({stop.name.in(language), stop.transitionSeconds + stop.durationSeconds});
    if (stop.id == places.nextScene) s.next = static_cast<int>(s.stops.size()) - 1;
  }
  const size_t at = session::stopIndex(stops, show);
  s.current = static_cast<int>(at);
  s.notes = stops[at].notes.in(language);
  s.showSeconds = places.showSeconds, s.sceneSeconds = places.sceneSeconds,
  s.leftSeconds = places.leftSeconds;
  s.black = show.black, s.held = show.held, s.flat = show.flat, s.idle = show.idle;
  s.warnings = panels::consoleWarnings(session, panels);
  return s;
}

}  // namespace

void RemoteDesk::toggle() {
  error_.clear();
  if (server_) {
    server_.reset();
    return;
  }
  remote::Options options;
  options.wake = [] { glfwPostEmptyEvent(); };
  auto started = remote::Server::start(std::move(options));
  if (started) server_ = std::move(*started);
  else error_ = started.error().text();
}

geo::Result<std::string> RemoteDesk::turnOn(const std::string& where) {
  remote::Options options;
  options.wake = [] { glfwPostEmptyEvent(); };
  if (where != "auto") {
    const size_t colon = where.rfind(':');
    options.address = where.substr(0, colon);
    if (colon != where.npos) {
      const std::string port = where.substr(colon + 1);
      const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), options.port);
      if (error != std::errc() || end != port.data() + port.size() || options.port < 0 ||
          options.port > 65535)
        return geo::fail(fmt::format("\"{}\" is no address for the presenter's page.", where),
                         "Write auto, or ADDRESS:PORT, like 192.168.1.20:8080.");
    }
  }
  auto started = remote::Server::start(std::move(options));
  if (!started) return tl::unexpected(started.error());
  server_ = std::move(*started);
  waiting_ = true;
  const auto status = server_->status();
  return fmt::format("{}  code {}", status.url, status.code);
}

void RemoteDesk::follow(const session::Session& session, panels::PanelState& panels) {
  const auto wishes = panels::takeConsoleWishes(panels);
  if (!session.view().show.on) {
    if (!waiting_) server_.reset(), error_.clear();  // one that was turned on for a show waits for it
    return;
  }
  waiting_ = false;
  if (wishes.toggleRemote) toggle();
  if (!server_) return;
  if (wishes.newCode) server_->newCode();
  if (panels::consolePlaces(panels).on) server_->publish(stateOf(session, panels));
}

void RemoteDesk::obey(panels::PanelState& panels, session::Commands& out) {
  if (!server_) return;
  for (const auto& order : server_->take()) switch (order.verb) {
      case remote::Verb::next:
        out.emplace_back(session::StepShow{1});
        break;
      case remote::Verb::previous:
        out.emplace_back(session::StepShow{-1});
        break;
      case remote::Verb::jump:
        out.emplace_back(session::JumpShow{order.number});
        break;
      case remote::Verb::black:
        out.emplace_back(session::BlackShow{});
        break;
      case remote::Verb::hold:
        out.emplace_back(session::HoldShow{});
        break;
      case remote::Verb::flat:
        out.emplace_back(session::FlatShow{});
        break;
      case remote::Verb::restartClock:
        panels::restartConsoleClock(panels);
        break;
    }
}

void RemoteDesk::tell(panels::ConsoleInput& console) const {
  console.remoteOn = on(), console.remoteError = error_;
  if (!server_) return;
  const auto status = server_->status();
  console.remoteUrl = status.url, console.remoteCode = status.code;
  console.remoteDevices = status.devices, console.remoteLocked = status.locked;
}

void RemoteDesk::publishPicture(remote::Picture which, std::string bytes) {
  if (server_) server_->publishPicture(which, std::move(bytes));
}

}  // namespace window
