#include "app/window/clipboard.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include <chrono>
#include <cstdlib>
#include <list>

namespace window {
namespace {

using Picture = std::shared_ptr<const std::string>;
using Clock = std::chrono::steady_clock;

constexpr size_t most = size_t{1} << 20;             // bytes in one piece; more goes in several (INCR)
constexpr auto patience = std::chrono::seconds(10);  // with a reader that does not go on
constexpr auto farewell = std::chrono::seconds(2);   // for the clipboard manager

struct Free {
  void operator()(void* p) const { std::free(p); }
};
template <class T>
using Reply = std::unique_ptr<T, Free>;

class Owner {
 public:
  Owner(xcb_connection_t* connection, int screen, int pictures) : c_(connection), pictures_(pictures) {
    auto it = xcb_setup_roots_iterator(xcb_get_setup(c_));
    for (; screen > 0 && it.rem > 1; --screen) xcb_screen_next(&it);
    window_ = xcb_generate_id(c_);
    const uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE;
    xcb_create_window(c_, XCB_COPY_FROM_PARENT, window_, it.data->root, 0, 0, 1, 1, 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT, XCB_CW_EVENT_MASK, &events);
    clipboard_ = atom("CLIPBOARD"), targets_ = atom("TARGETS"), timestamp_ = atom("TIMESTAMP"),
    multiple_ = atom("MULTIPLE"), incr_ = atom("INCR"), png_ = atom("image/png"), pairs_ = atom("ATOM_PAIR"),
    manager_ = atom("CLIPBOARD_MANAGER"), save_ = atom("SAVE_TARGETS"), clock_ = atom("PARKSCOPE_CLOCK");
  }
  ~Owner() {
    xcb_disconnect(c_);
    close(pictures_);
  }
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;

  void run() {
    while (!xcb_connection_has_error(c_)) {
      serve();
      const bool ending = until_ != Clock::time_point{};
      if (ending && (handed_ || !picture_ || Clock::now() > until_)) return;
      pollfd from[2] = {{xcb_get_file_descriptor(c_), POLLIN, 0}, {pictures_, POLLIN, 0}};
      // Nothing is waited for but what is being read, and the end.
      poll(from, ending ? 1 : 2, ending || !transfers_.empty() ? 200 : -1);
      std::erase_if(transfers_, [](const Transfer& t) { return Clock::now() > t.until; });
      if (ending || !(from[1].revents & (POLLIN | POLLHUP))) continue;
      Picture* sent = nullptr;
      if (read(pictures_, &sent, sizeof sent) == sizeof sent) {
        picture_ = *std::unique_ptr<Picture>(sent);
        wanted_ = true;
        askTheTime();
      } else {  // the window closes
        until_ = Clock::now() + farewell;
        handOver();
      }
    }
  }

 private:
  struct Transfer {  // in pieces, each once the reader has taken the one before
    xcb_window_t reader;
    xcb_atom_t property;
    Picture picture;
    size_t at;
    Clock::time_point until;
  };

  xcb_atom_t atom(const char* name) {
    const auto cookie =
        xcb_intern_atom(c_, 0, static_cast<uint16_t>(std::char_traits<char>::length(name)), name);
    const Reply<xcb_intern_atom_reply_t> reply(xcb_intern_atom_reply(c_, cookie, nullptr));
    return reply ? reply->atom : xcb_atom_t{XCB_ATOM_NONE};
  }

  // A selection is taken at the server's own time, which a change of a property tells.
  void askTheTime() {
    xcb_change_property(c_, XCB_PROP_MODE_APPEND, window_, clock_, XCB_ATOM_INTEGER, 32, 0, nullptr);
    xcb_flush(c_);
  }
  void take(xcb_timestamp_t now) {
    wanted_ = false, since_ = now;
    xcb_set_selection_owner(c_, window_, clipboard_, now);
    xcb_flush(c_);
  }

  void handOver() {
    if (!picture_) return;
    const Reply<xcb_get_selection_owner_reply_t> owner(
        xcb_get_selection_owner_reply(c_, xcb_get_selection_owner(c_, manager_), nullptr));
    if (!owner || owner->owner == XCB_NONE) return picture_.reset();
    xcb_convert_selection(c_, window_, manager_, save_, XCB_ATOM_NONE, since_);
    xcb_flush(c_);
  }

  void serve() {
    while (const Reply<xcb_generic_event_t> event{xcb_poll_for_event(c_)}) {
      switch (event->response_type & 0x7f) {
        case XCB_PROPERTY_NOTIFY: {
          const auto& e = *reinterpret_cast<const xcb_property_notify_event_t*>(event.get());
          if (e.window == window_ && e.atom == clock_ && wanted_) take(e.time);
          else if (e.state == XCB_PROPERTY_DELETE) goOn(e.window, e.atom);
          break;
        }
        case XCB_SELECTION_CLEAR: {
          const auto& e = *reinterpret_cast<const xcb_selection_clear_event_t*>(event.get());
          if (e.selection == clipboard_ && !wanted_) picture_.reset();  // copied elsewhere
          break;
        }
        case XCB_SELECTION_REQUEST:
          answer(*reinterpret_cast<const xcb_selection_request_event_t*>(event.get()));
          break;
        case XCB_SELECTION_NOTIFY:
          handed_ = reinterpret_cast<const xcb_selection_notify_event_t*>(event.get())->selection == manager_;
          break;
        default:  // also errors: readers may be gone
          break;
      }
    }
  }

  void answer(const xcb_selection_request_event_t& e) {
    xcb_selection_notify_event_t reply{};
    reply.response_type = XCB_SELECTION_NOTIFY;
    reply.time = e.time, reply.requestor = e.requestor, reply.selection = e.selection,
    reply.target = e.target;
    const xcb_atom_t property = e.property == XCB_ATOM_NONE ? e.target : e.property;  // readers of old
    const bool good =
        e.selection == clipboard_ && picture_ &&
        (e.target == multiple_ ? several(e.requestor, property) : give(e.requestor, e.target, property));
    reply.property = good ? property : static_cast<xcb_atom_t>(XCB_ATOM_NONE);
    xcb_send_event(c_, 0, e.requestor, XCB_EVENT_MASK_NO_EVENT, reinterpret_cast<const char*>(&reply));
    xcb_flush(c_);
  }

  bool give(xcb_window_t reader, xcb_atom_t target, xcb_atom_t property) {
    if (target == targets_) {
      const xcb_atom_t all[] = {targets_, timestamp_, multiple_, png_};
      xcb_change_property(c_, XCB_PROP_MODE_REPLACE, reader, property, XCB_ATOM_ATOM, 32, std::size(all),
                          all);
      return true;
    }
    if (target == timestamp_) {
      xcb_change_property(c_, XCB_PROP_MODE_REPLACE, reader, property, XCB_ATOM_INTEGER, 32, 1, &since_);
      return true;
    }
    if (target != png_) return false;
    const auto size = static_cast<uint32_t>(picture_->size());
    if (picture_->size() <= piece()) {
      xcb_change_property(c_, XCB_PROP_MODE_REPLACE, reader, property, png_, 8, size, picture_->data());
      return true;
    }
    const uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE;
    xcb_change_window_attributes(c_, reader, XCB_CW_EVENT_MASK, &events);
    std::erase_if(transfers_,
                  [&](const Transfer& t) { return t.reader == reader && t.property == property; });
    transfers_.push_back({reader, property, picture_, 0, Clock::now() + patience});
    xcb_change_property(c_, XCB_PROP_MODE_REPLACE, reader, property, incr_, 32, 1, &size);
    return true;
  }

  // Pairs of target and property, each answered in its place.
  bool several(xcb_window_t reader, xcb_atom_t property) {
    const Reply<xcb_get_property_reply_t> asked(
        xcb_get_property_reply(c_, xcb_get_property(c_, 0, reader, property, pairs_, 0, 1024), nullptr));
    if (!asked || asked->type != pairs_ || asked->format != 32) return false;
    auto* pair = static_cast<xcb_atom_t*>(xcb_get_property_value(asked.get()));
    const uint32_t n = asked->value_len / 2;
    for (uint32_t i = 0; i < n; ++i)
      if (!give(reader, pair[2 * i], pair[2 * i + 1])) pair[2 * i + 1] = XCB_ATOM_NONE;
    xcb_change_property(c_, XCB_PROP_MODE_REPLACE, reader, property, pairs_, 32, 2 * n, pair);
    return true;
  }

  void goOn(xcb_window_t reader, xcb_atom_t property) {
    for (auto t = transfers_.begin(); t != transfers_.end(); ++t) {
      if (t->reader != reader || t->property != property) continue;
      const size_t n = std::min(piece(), t->picture->size() - t->at);
      xcb_change_property(c_, XCB_PROP_MODE_REPLACE, reader, property, png_, 8, static_cast<uint32_t>(n),
                          t->picture->data() + t->at);
      t->at += n, t->until = Clock::now() + patience;
      if (n == 0) {  // the empty piece was the last
        const uint32_t none = XCB_EVENT_MASK_NO_EVENT;
        xcb_change_window_attributes(c_, reader, XCB_CW_EVENT_MASK, &none);
        transfers_.erase(t);
      }
      xcb_flush(c_);
      return;
    }
  }

  size_t piece() const { return std::min(most, size_t{4} * xcb_get_maximum_request_length(c_) - 256); }

  xcb_connection_t* c_;
  int pictures_;
  xcb_window_t window_ = 0;
  xcb_atom_t clipboard_, targets_, timestamp_, multiple_, incr_, png_, pairs_, manager_, save_, clock_;
  xcb_timestamp_t since_ = 0;
  Picture picture_;
  bool wanted_ = false, handed_ = false;
  std::list<Transfer> transfers_;
  Clock::time_point until_{};
};

}  // namespace

geo::Result<void> PictureClipboard::put(std::shared_ptr<const std::string> png) {
  if (socket_ < 0) {
    int screen = 0;
    xcb_connection_t* connection = xcb_connect(nullptr, &screen);
    int ends[2] = {-1, -1};
    if (xcb_connection_has_error(connection) ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      xcb_disconnect(connection);
      return geo::fail("Pictures cannot be copied here: the clipboard needs X11 or XWayland.",
                       "Export the picture instead.");
    }
    socket_ = ends[1];
    thread_ = std::thread([connection, screen, from = ends[0]] { Owner(connection, screen, from).run(); });
  }
  auto* sent = new std::shared_ptr<const std::string>(std::move(png));  // the thread's from here on
  if (send(socket_, &sent, sizeof sent, MSG_NOSIGNAL) == sizeof sent) return {};
  delete sent;
  return geo::fail("The connection to the clipboard was lost.", "Copy again after a new start.");
}

PictureClipboard::~PictureClipboard() {
  if (socket_ >= 0) close(socket_);
  if (thread_.joinable()) thread_.join();
}

}  // namespace window
