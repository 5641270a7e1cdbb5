#include "app/remote/server.h"

#include <openssl/evp.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "app/remote/board.h"
#include "app/remote/connection.h"
#include "app/remote/pairing.h"

namespace remote {

std::string_view pageSource();  // assets/remote/index.html, compiled in

namespace {

thread_local const Connection* caller = nullptr;  // of the request that this thread answers

std::string sha256Base64(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::array<unsigned char, 48> encoded{};
  EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return reinterpret_cast<const char*>(encoded.data());
}

std::string_view between(std::string_view text, std::string_view open, std::string_view close) {
  const size_t from = text.find(open) + open.size();
  return text.substr(from, text.find(close, from) - from);
}

// Only the page's own script and style run, and it speaks to nobody else.
std::string contentPolicy() {
  const auto page = pageSource();
  return fmt::format(
      "default-src 'self'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src 'self' blob: data:; "
      "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      sha256Base64(between(page, "<script>", "</script>")),
      sha256Base64(between(page, "<style>", "</style>")));
}

bool hasHeader(std::string_view head, std::string_view name) {  // name: "range:", lower case
  for (size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, name.size());
    if (std::equal(line.begin(), line.end(), name.begin(), name.end(),
                   [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; }))
      return true;
  }
  return false;
}

const std::map<std::string_view, Verb> verbs{{"next", Verb::next},
                                             {"previous", Verb::previous},
                                             {"jump", Verb::jump},
                                             {"black", Verb::black},
                                             {"hold", Verb::hold},
                                             {"flat", Verb::flat},
                                             {"restart-clock", Verb::restartClock}};

void refuse(httplib::Response& res, int status, const char* error, nlohmann::json more = {}) {
  nlohmann::json j = {{"error", error}};
  if (more.is_object()) j.update(more);
  res.status = status;
  res.set_content(j.dump(), "application/json");
}

}  // namespace

// The routes. The library parses; who may ask what is settled here before it reads a body.
class Routes : public httplib::Server {
 public:
  Routes(Board& board, Pairing& pairing, std::string host, const Limits& limits, std::function<void()> wake)
      : board_(board),
        pairing_(pairing),
        host_(std::move(host)),
        cookie_("parkscope" + host_.substr(host_.find(':') + 1)),
        limits_(limits),
        wake_(std::move(wake)) {
    set_payload_max_length(limits.bodyBytes);
    set_default_headers({{"Cache-Control", "no-store"},
                         {"Content-Security-Policy", contentPolicy()},
                         {"Cross-Origin-Resource-Policy", "same-origin"},
                         {"Referrer-Policy", "no-referrer"},
                         {"X-Content-Type-Options", "nosniff"},
                         {"X-Frame-Options", "DENY"}});
    set_pre_routing_handler([this](const auto& req, auto& res) {
      return admit(req, res) ? HandlerResponse::Unhandled : HandlerResponse::Handled;
    });
    set_error_handler([](const auto&, auto& res) {
      if (res.body.empty()) refuse(res, res.status, res.status == 413 ? "too-long" : "bad-request");
    });
    set_exception_handler([](const auto&, auto& res, std::exception_ptr) { refuse(res, 500, "internal"); });
    Get("/", [this](const auto&, auto& res) { page(res); });
    Get("/state", [this](const auto& req, auto& res) { state(req, res); });
    Get("/wall", [this](const auto& req, auto& res) { picture(Picture::wall, req, res); });
    Get("/next", [this](const auto& req, auto& res) { picture(Picture::next, req, res); });
    Post("/pair", [this](const auto& req, auto& res) { pair(req, res); });
    Post("/do", [this](const auto& req, auto& res) { obey(req, res); });
  }

  void serve(int socket, const std::string& from, int ending) {
    Connection c(socket, from, ending, limits_);
    switch (c.readHead()) {
      case Connection::Head::gone:
        return;
      case Connection::Head::slow:
        if (c.head().empty()) return;
        c.answer("408 Request Timeout");
        return c.finish();
      case Connection::Head::tooLong:
        c.answer("431 Request Header Fields Too Large");
        return c.finish();
      case Connection::Head::whole:
        break;
    }
    // The library parses ranges before it asks anybody, by a recursive pattern.
    if (hasHeader(c.head(), "range:")) {
      c.answer("416 Range Not Satisfiable");
      return c.finish();
    }
    caller = &c;
    bool closed = false;
    process_request(c, true, closed, [](httplib::Request& r) { r.headers.erase("Accept-Encoding"); });
    caller = nullptr;
    c.finish();
  }

 private:
  bool admit(const httplib::Request& req, httplib::Response& res) const {
    const auto no = [&](int status, const char* error) { return refuse(res, status, error), false; };
    if (req.target.size() > limits_.pathBytes) return no(414, "too-long");
    // Another name that leads here is how a foreign page would reach us (DNS rebinding).
    if (req.get_header_value_count("Host") != 1 || !isHost(req.get_header_value("Host")))
      return no(421, "wrong-host");
    if (req.has_header("Origin") && req.get_header_value("Origin") != "http://" + host_)
      return no(403, "foreign-origin");
    const auto site = req.get_header_value("Sec-Fetch-Site");
    if (!site.empty() && site != "same-origin" && site != "none") return no(403, "foreign-origin");
    const bool post = req.path == "/pair" || req.path == "/do";
    const bool known =
        post || req.path == "/" || req.path == "/state" || req.path == "/wall" || req.path == "/next";
    if (req.path != "/" && req.path != "/pair" && !paired(req)) return no(401, "not-paired");
    if (!known) return no(404, "not-found");
    if (req.method != (post ? "POST" : "GET")) {
      res.set_header("Allow", post ? "POST" : "GET");
      return no(405, "method");
    }
    if (req.has_header("Transfer-Encoding")) return no(411, "length-required");
    if (req.has_header("Content-Encoding")) return no(415, "plain-json");
    if (!post) return true;
    const std::string length = req.get_header_value("Content-Length");
    if (length.empty() || length.find_first_not_of("0123456789") != std::string::npos)
      return no(411, "length-required");
    if (length.size() > 8 || std::stoul(length) > limits_.bodyBytes) return no(413, "too-long");
    if (!isJson(req.get_header_value("Content-Type"))) return no(415, "plain-json");
    return true;
  }

  bool isHost(const std::string& host) const {
    return host == host_ || (host_.ends_with(":80") && host + ":80" == host_);
  }
  static bool isJson(const std::string& type) {
    return type == "application/json" || type.starts_with("application/json;");
  }

  bool paired(const httplib::Request& req) const {
    const std::string jar = req.get_header_value("Cookie"), name = cookie_ + "=";
    for (size_t at = 0; at < jar.size();) {
      const size_t end = std::min(jar.find(';', at), jar.size());
      if (jar.compare(at, name.size(), name) == 0)
        return pairing_.knows(jar.substr(at + name.size(), end - at - name.size()));
      at = jar.find_first_not_of(' ', end + 1);
    }
    return false;
  }

  void page(httplib::Response& res) const {
    std::string text(pageSource());
    static constexpr std::string_view mark = "<html lang=\"zh\">";
    if (board_.language() == "en")
      if (const size_t at = text.find(mark); at != std::string::npos)
        text.replace(at, mark.size(), "<html lang=\"en\">");
    res.set_content(text, "text/html; charset=utf-8");
  }

  void state(const httplib::Request& req, httplib::Response& res) const {
    uint64_t seen = 0;
    if (req.has_param("since")) {
      const std::string text = req.get_param_value("since");
      const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), seen);
      if (bad != std::errc{} || end != text.data() + text.size()) return refuse(res, 400, "bad-since");
    }
    const auto left = [] { return caller && caller->hungUp(); };
    res.set_content(board_.state(seen, limits_.pollSeconds, left), "application/json");
  }

  void picture(Picture which, const httplib::Request& req, httplib::Response& res) const {
    const auto [bytes, version] = board_.picture(which);
    if (!bytes) return refuse(res, 404, "no-picture");
    const std::string tag = "\"" + version + "\"";
    res.set_header("ETag", tag);
    if (req.get_header_value("If-None-Match") == tag) {
      res.status = 304;
      return;
    }
    res.set_content(*bytes, bytes->starts_with("\x89PNG") ? "image/png" : "image/jpeg");
  }

  void pair(const httplib::Request& req, httplib::Response& res) {
    const auto j = nlohmann::json::parse(req.body, nullptr, false);
    if (!j.is_object() || !j.contains("code") || !j["code"].is_string()) return refuse(res, 400, "bad-json");
    const auto answer = pairing_.pair(j["code"].get<std::string>());
    using Kind = Pairing::Answer::Kind;
    if (answer.kind == Kind::locked) refuse(res, 423, "locked");
    if (answer.kind == Kind::wrong) refuse(res, 403, "wrong-code", {{"left", answer.triesLeft}});
    if (answer.kind == Kind::paired) {
      res.set_header("Set-Cookie",
                     fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict", cookie_, answer.token));
      res.set_content("{}", "application/json");
    }
    if (wake_) wake_();
  }

  void obey(const httplib::Request& req, httplib::Response& res) {
    const auto j = nlohmann::json::parse(req.body, nullptr, false);
    if (!j.is_object() || !j.contains("verb") || !j["verb"].is_string()) return refuse(res, 400, "bad-json");
    const auto verb = verbs.find(j["verb"].get<std::string>());
    if (verb == verbs.end()) return refuse(res, 400, "unknown-verb");
    Order order{verb->second, 0};
    if (order.verb == Verb::jump) {
      const auto n = j.find("number");
      if (n == j.end() || !n->is_number_integer() || n->get<int64_t>() < 1 ||
          n->get<int64_t>() > static_cast<int64_t>(board_.stops()))
        return refuse(res, 400, "no-such-scene");
      order.number = n->get<int>();
    }
    if (!board_.post(order)) return refuse(res, 429, "too-many");
    if (wake_) wake_();
    res.set_content("{}", "application/json");
  }

  Board& board_;
  Pairing& pairing_;
  std::string host_, cookie_;
  Limits limits_;
  std::function<void()> wake_;
};

struct Server::Parts {
  explicit Parts(std::string code) : pairing(std::move(code)) {}
  Board board;
  Pairing pairing;
  std::string url;
  std::unique_ptr<Routes> routes;
  std::unique_ptr<Listener> listener;  // last: its threads use the others
};

Server::Server() = default;

Server::~Server() {
  if (!parts_) return;
  parts_->board.close();
  parts_->listener->end();
}

geo::Result<std::unique_ptr<Server>> Server::start(Options options) {
  const std::string address = options.address.empty() ? ownAddress() : options.address;
  if (!options.code.empty() && !Pairing::wellFormed(options.code))
    return geo::fail(fmt::format("\"{}\" is no pairing code.", options.code),
                     "Give six figures, or none for a random code.");
  auto listener = Listener::open(address, options.port, options.limits);
  if (!listener) return tl::unexpected(listener.error());
  std::unique_ptr<Server> server(new Server);
  server->parts_ =
      std::make_unique<Parts>(options.code.empty() ? Pairing::randomCode() : std::move(options.code));
  auto& p = *server->parts_;
  const std::string host = fmt::format("{}:{}", address, (*listener)->port());
  p.url = "http://" + host + "/";
  p.routes = std::make_unique<Routes>(p.board, p.pairing, host, options.limits, std::move(options.wake));
  p.listener = std::move(*listener);
  p.listener->begin(
      [&p](int socket, const std::string& from) { p.routes->serve(socket, from, p.listener->ending()); });
  return server;
}

void Server::publish(const State& state) { parts_->board.publish(state); }

void Server::publishPicture(Picture which, std::string bytes) {
  parts_->board.publishPicture(which, std::move(bytes));
}

std::vector<Order> Server::take() { return parts_->board.take(); }

Status Server::status() const {
  const auto& p = parts_->pairing;
  return {parts_->url, p.code(), p.devices(), p.wrongCodes(), p.locked()};
}

void Server::newCode() { parts_->pairing.renew(Pairing::randomCode()); }

}  // namespace remote
