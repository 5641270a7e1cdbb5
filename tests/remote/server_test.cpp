// The presenter's page from the network's side: well-behaved callers by the library's own client, all others
// by hand-written bytes.
#include "app/remote/server.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "app/remote/pairing.h"

namespace {

using nlohmann::json;
using remote::Order;
using remote::Verb;
using Clock = std::chrono::steady_clock;

double secondsOf(const std::function<void()>& work) {
  const auto began = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - began).count();
}

remote::State someState() {
  remote::State s;
  s.title = "清远";
  s.stops = {{"总体布局", 12}, {"两核引领", 15}, {"人口分布", 12}};
  s.current = 0, s.next = 1, s.notes = "先说两个核心。";
  s.showSeconds = 100, s.sceneSeconds = 4, s.leftSeconds = 8;
  return s;
}

class Remote : public testing::Test {
 protected:
  void SetUp() override { start({}); }
  void start(remote::Limits limits) {
    server.reset();
    remote::Options o;
    o.address = "127.0.0.1", o.code = "314159", o.limits = limits;
    o.wake = [this] { ++woken; };
    auto started = remote::Server::start(o);
    ASSERT_TRUE(started) << started.error().text();
    server = std::move(*started);
    server->publish(someState());
    const std::string url = server->status().url;
    host = url.substr(7, url.size() - 8);
    port = std::stoi(host.substr(host.find(':') + 1));
    cookie.clear();
  }
  httplib::Client client() const {
    httplib::Client c("127.0.0.1", port);
    if (!cookie.empty()) c.set_default_headers({{"Cookie", cookie}});
    return c;
  }
  int tryCode(const std::string& code) {
    auto r = client().Post("/pair", json{{"code", code}}.dump(), "application/json");
    return r ? r->status : 0;
  }
  void pair() {
    auto r = client().Post("/pair", R"({"code":"314159"})", "application/json");
    ASSERT_TRUE(r);
    ASSERT_EQ(r->status, 200);
    setCookie = r->get_header_value("Set-Cookie");
    cookie = setCookie.substr(0, setCookie.find(';'));
  }
  int order(const std::string& body, const std::string& type = "application/json") {
    auto r = client().Post("/do", body, type.c_str());
    return r ? r->status : 0;
  }
  json stateNow(const std::string& query = "") {
    auto r = client().Get("/state" + query);
    return r ? json::parse(r->body, nullptr, false) : json();
  }

  int connect() const {
    sockaddr_in at{};
    at.sin_family = AF_INET, at.sin_port = htons(static_cast<uint16_t>(port));
    inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
    const int s = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(::connect(s, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    return s;
  }
  static std::string readAll(int s, double seconds = 5) {
    std::string got;
    const auto until = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < until) {
      pollfd p{s, POLLIN, 0};
      if (poll(&p, 1, 50) <= 0) continue;
      char some[4096];
      const ssize_t n = recv(s, some, sizeof some, 0);
      if (n <= 0) break;
      got.append(some, static_cast<size_t>(n));
    }
    return got;
  }
  // The status of the answer to these bytes; 0: none.
  int raw(const std::string& bytes) const {
    const int s = connect();
    (void)send(s, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    const std::string answer = readAll(s);
    close(s);
    return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9)) : 0;
  }
  int get(const std::string& path, const std::string& headers = "") const {
    return raw("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" +
               (cookie.empty() ? "" : "Cookie: " + cookie + "\r\n") + headers + "\r\n");
  }
  int post(const std::string& path, const std::string& headers, const std::string& body = "") const {
    return raw("POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nCookie: " + cookie + "\r\n" + headers +
               "\r\n" + body);
  }

  std::unique_ptr<remote::Server> server;
  std::string host, cookie, setCookie;
  int port = 0;
  std::atomic<int> woken{0};
};

TEST_F(Remote, ThePageComesToAnyoneTheRestOnlyAfterPairing) {
  auto page = client().Get("/");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200);
  EXPECT_NE(page->body.find("id=\"pair\""), std::string::npos);
  EXPECT_EQ(page->body.find("两核引领"), std::string::npos);  // nothing of the show
  for (const char* path : {"/state", "/wall", "/next", "/do", "/anything", "/../etc/passwd", "/assets/"}) {
    auto r = client().Get(path);
    ASSERT_TRUE(r) << path;
    EXPECT_EQ(r->status, 401) << path;
    EXPECT_EQ(json::parse(r->body)["error"], "not-paired") << path;
  }
  EXPECT_EQ(order(R"({"verb":"next"})"), 401);
  EXPECT_TRUE(server->take().empty());
}

TEST_F(Remote, ItsHeadersLetNothingElseIn) {
  auto page = client().Get("/");
  ASSERT_TRUE(page);
  const std::string policy = page->get_header_value("Content-Security-Policy");
  EXPECT_NE(policy.find("default-src 'self'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_EQ(page->get_header_value("X-Content-Type-Options"), "nosniff");
  for (const auto& [name, value] : page->headers) EXPECT_FALSE(name.starts_with("Access-Control")) << name;
  for (const char* outside : {"http://", "https://", "//cdn", "@import", "src=\"//"})
    EXPECT_EQ(page->body.find(outside), std::string::npos) << outside;
  pair();
  EXPECT_NE(setCookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(setCookie.find("SameSite=Strict"), std::string::npos);
  EXPECT_GE(cookie.size() - cookie.find('=') - 1, 64u);
}

TEST_F(Remote, ThePageSpeaksTheShowsLanguage) {
  EXPECT_NE(client().Get("/")->body.find("<html lang=\"zh\">"), std::string::npos);
  auto s = someState();
  s.language = "en";
  server->publish(s);
  EXPECT_NE(client().Get("/")->body.find("<html lang=\"en\">"), std::string::npos);
}

TEST_F(Remote, StateSaysWhatStandsOnTheWall) {
  auto s = someState();
  s.black = true, s.warnings = {"rivers.geojson 不见了。"};
  server->publish(s);
  pair();
  const json j = stateNow();
  EXPECT_EQ(j["title"], "清远");
  EXPECT_EQ(j["stops"][1]["name"], "两核引领");
  EXPECT_EQ(j["stops"][1]["seconds"], 15);
  EXPECT_EQ(j["current"], 0);
  EXPECT_EQ(j["next"], 1);
  EXPECT_EQ(j["notes"], "先说两个核心。");
  EXPECT_EQ(j["black"], true);
  EXPECT_EQ(j["held"], false);
  EXPECT_EQ(j["warnings"][0], "rivers.geojson 不见了。");
  EXPECT_TRUE(j["wall"].is_null());
}

TEST_F(Remote, TimesRunOnByThemselvesAndAreNoNews) {
  pair();
  const json before = stateNow();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  auto s = someState();
  s.showSeconds += 0.2, s.sceneSeconds += 0.2, s.leftSeconds -= 0.2;
  server->publish(s);
  const json after = stateNow();
  EXPECT_EQ(after["version"], before["version"]);
  EXPECT_GE(after["showSeconds"].get<double>(), before["showSeconds"].get<double>() + 0.19);
  EXPECT_LE(after["leftSeconds"].get<double>(), before["leftSeconds"].get<double>() - 0.19);
  s.showSeconds = 0;  // the clock was set back
  server->publish(s);
  EXPECT_GT(stateNow()["version"], before["version"]);
}

TEST_F(Remote, AWaitingPageHearsOfAChangeAtOnce) {
  pair();
  const json before = stateNow();
  std::atomic<bool> changed{false};
  Clock::time_point published, heard;
  json after;
  std::thread waiting([&] {
    after = stateNow("?since=" + before["version"].dump());
    heard = Clock::now();
    EXPECT_TRUE(changed);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  auto s = someState();
  s.current = 1, s.next = 2;
  changed = true, published = Clock::now();
  server->publish(s);
  waiting.join();
  EXPECT_EQ(after["current"], 1);
  EXPECT_LT(std::chrono::duration<double>(heard - published).count(),
            0.5);  // 0.1 is meant; machines are busy
}

TEST_F(Remote, APageThatWaitsInVainIsAnsweredAndALeavingOneMakesRoom) {
  remote::Limits l;
  l.pollSeconds = 0.6, l.connectionsOfOne = 2;
  start(l);
  pair();
  const std::string query = "?since=" + stateNow()["version"].dump();
  EXPECT_GE(secondsOf([&] { EXPECT_EQ(stateNow(query)["current"], 0); }), 0.55);

  l.pollSeconds = 60;
  start(l);
  pair();
  const std::string seen = stateNow()["version"].dump();
  for (int i = 0; i < 6; ++i) {  // a page reloaded six times
    const int s = connect();
    const std::string ask =
        "GET /state?since=" + seen + " HTTP/1.1\r\nHost: " + host + "\r\nCookie: " + cookie + "\r\n\r\n";
    (void)send(s, ask.data(), ask.size(), MSG_NOSIGNAL);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    close(s);
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
  }
  EXPECT_EQ(stateNow()["current"], 0);
}

TEST_F(Remote, OrdersComeOutInTheirOrderAndWakeTheMainThread) {
  pair();
  const int before = woken;
  EXPECT_EQ(order(R"({"verb":"next"})"), 200);
  EXPECT_EQ(order(R"({"verb":"previous"})"), 200);
  EXPECT_EQ(order(R"({"verb":"jump","number":3})"), 200);
  EXPECT_EQ(order(R"({"verb":"black"})"), 200);
  EXPECT_EQ(order(R"({"verb":"hold"})"), 200);
  EXPECT_EQ(order(R"({"verb":"flat"})"), 200);
  EXPECT_EQ(order(R"({"verb":"restart-clock"})", "application/json; charset=utf-8"), 200);
  EXPECT_EQ(woken, before + 7);
  const std::vector<Order> wanted{{Verb::next, 0},        {Verb::previous, 0}, {Verb::jump, 3},
                                  {Verb::black, 0},       {Verb::hold, 0},     {Verb::flat, 0},
                                  {Verb::restartClock, 0}};
  EXPECT_EQ(server->take(), wanted);
  EXPECT_TRUE(server->take().empty());
}

TEST_F(Remote, OrdersThatMakeNoSenseAreRefused) {
  pair();
  for (const char* body :
       {"", "{", "[]", "7", "\"next\"", "null", R"({"verb":7})", R"({"verb":"quit"})", R"({"verb":"NEXT"})",
        R"({"verb":"jump"})", R"({"verb":"jump","number":0})", R"({"verb":"jump","number":4})",
        R"({"verb":"jump","number":-1})", R"({"verb":"jump","number":1.5})",
        R"({"verb":"jump","number":"2"})", R"({"verb":"jump","number":18446744073709551615})",
        "{\"verb\":\"next\"", "\xff\xfe"})
    EXPECT_EQ(order(body), 400) << body;
  EXPECT_EQ(order(std::string(4000, '[')), 400);
  EXPECT_EQ(order(R"({"verb":"next"})", "text/plain"), 415);
  EXPECT_EQ(order("verb=next", "application/x-www-form-urlencoded"), 415);
  EXPECT_EQ(order("x", "multipart/form-data; boundary=x"), 415);
  EXPECT_TRUE(server->take().empty());
  for (int i = 0; i < 64; ++i) ASSERT_EQ(order(R"({"verb":"next"})"), 200);
  EXPECT_EQ(order(R"({"verb":"next"})"), 429);  // nobody takes them
  EXPECT_EQ(server->take().size(), 64u);
}

TEST_F(Remote, TenWrongCodesLockItUntilThereIsANewOne) {
  pair();
  const std::string known = std::exchange(cookie, "");
  for (int i = 1; i < remote::mostWrongCodes; ++i) {
    auto r = client().Post("/pair", R"({"code":"000000"})", "application/json");
    ASSERT_TRUE(r);
    EXPECT_EQ(r->status, 403);
    EXPECT_EQ(json::parse(r->body)["left"], remote::mostWrongCodes - i);
    EXPECT_FALSE(server->status().locked);
  }
  EXPECT_EQ(tryCode("0"), 423);
  EXPECT_EQ(tryCode("314159"), 423);  // the right one, too late
  EXPECT_TRUE(server->status().locked);
  EXPECT_EQ(server->status().wrongCodes, remote::mostWrongCodes);
  cookie = known;
  EXPECT_EQ(get("/state"), 200);  // the presenter's own page goes on
  server->newCode();
  EXPECT_FALSE(server->status().locked);
  EXPECT_TRUE(remote::Pairing::wellFormed(server->status().code));
  EXPECT_EQ(tryCode(server->status().code), 200);
  EXPECT_EQ(server->status().devices, 2u);
}

TEST_F(Remote, BadPairingRequestsAreNoGuesses) {
  for (const char* body : {"", "{", "[]", R"({"code":314159})", R"({"kode":"314159"})"}) {
    auto r = client().Post("/pair", body, "application/json");
    ASSERT_TRUE(r) << body;
    EXPECT_EQ(r->status, 400) << body;
  }
  EXPECT_EQ(server->status().wrongCodes, 0);
}

TEST_F(Remote, AForeignCookieOpensNothing) {
  pair();
  const std::string name = cookie.substr(0, cookie.find('=') + 1), token = cookie.substr(name.size());
  for (const std::string& bad :
       {name, name + token.substr(1), name + token + "0", name + std::string(64, '0'), "x" + cookie, token}) {
    cookie = bad;
    EXPECT_EQ(get("/state"), 401) << bad;
  }
  cookie = "theme=dark; " + name + token + "; other=1";
  EXPECT_EQ(get("/state"), 200);
}

TEST_F(Remote, OnlyItsOwnAddressIsAHost) {
  const auto with = [&](const std::string& lines) { return raw("GET / HTTP/1.1\r\n" + lines + "\r\n"); };
  EXPECT_EQ(with("Host: " + host + "\r\n"), 200);
  EXPECT_EQ(with(""), 421);
  EXPECT_EQ(with("Host: evil.example\r\n"), 421);
  EXPECT_EQ(with("Host: evil.example:" + std::to_string(port) + "\r\n"), 421);
  EXPECT_EQ(with("Host: localhost:" + std::to_string(port) + "\r\n"), 421);
  EXPECT_EQ(with("Host: 127.0.0.1\r\n"), 421);
  EXPECT_EQ(with("Host: " + host + "\r\nHost: evil.example\r\n"), 421);
}

TEST_F(Remote, OtherSitesMayNotAsk) {
  pair();
  const std::string json = "Content-Type: application/json\r\nContent-Length: 15\r\n",
                    body = R"({"verb":"next"})";
  EXPECT_EQ(post("/do", json, body), 200);
  EXPECT_EQ(post("/do", json + "Origin: http://" + host + "\r\nSec-Fetch-Site: same-origin\r\n", body), 200);
  EXPECT_EQ(post("/do", json + "Origin: http://evil.example\r\n", body), 403);
  EXPECT_EQ(post("/do", json + "Origin: https://" + host + "\r\n", body), 403);
  EXPECT_EQ(post("/do", json + "Origin: null\r\n", body), 403);
  EXPECT_EQ(post("/do", json + "Sec-Fetch-Site: cross-site\r\n", body), 403);
  EXPECT_EQ(post("/do", json + "Sec-Fetch-Site: same-site\r\n", body), 403);
  EXPECT_EQ(get("/state", "Sec-Fetch-Site: cross-site\r\n"), 403);
  EXPECT_EQ(server->take().size(), 2u);
}

TEST_F(Remote, EachPathHasOneMethodAndThereAreNoOthers) {
  pair();
  const auto with = [&](const std::string& method, const std::string& path) {
    return raw(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nCookie: " + cookie + "\r\n\r\n");
  };
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "CONNECT"})
    EXPECT_EQ(with(method, "/state"), 405) << method;
  for (const char* method : {"GET", "PUT", "OPTIONS"}) EXPECT_EQ(with(method, "/do"), 405) << method;
  EXPECT_EQ(with("BREW", "/state"), 400);
  for (const char* path :
       {"/index.html", "/favicon.ico", "/state/", "//", "/assets/qingyuan/qingyuan.parkscope.toml",
        "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%5c..%5cetc", "/wall/../../x", "/%00",
        "/state%00"})
    EXPECT_EQ(get(path), 404) << path;
}

TEST_F(Remote, LongOrBrokenRequestsAreCutShort) {
  pair();
  const std::string json = "Content-Type: application/json\r\n";
  EXPECT_EQ(get("/" + std::string(400, 'a')), 414);
  EXPECT_EQ(get("/state?since=" + std::string(400, '1')), 414);
  EXPECT_EQ(get("/" + std::string(9000, 'a')), 431);
  EXPECT_EQ(get("/state", "X-Long: " + std::string(9000, 'a') + "\r\n"), 431);
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "A: b\r\n";
  EXPECT_EQ(get("/state", many), 431);
  EXPECT_EQ(raw(std::string(100'000, 'x')), 431);  // no line ever ends
  EXPECT_EQ(get("/state", "Range: bytes=0-1\r\n"), 416);
  EXPECT_EQ(get("/state?since=x"), 400);
  EXPECT_EQ(get("/state?since=-1"), 400);
  EXPECT_EQ(get("/state?since=99999999999999999999999"), 400);
  EXPECT_EQ(post("/do", json + "Content-Length: 5000\r\n", std::string(5000, 'x')), 413);
  EXPECT_EQ(post("/do", json + "Content-Length: 5000\r\n"), 413);  // without waiting for them
  EXPECT_EQ(post("/do", json + "Content-Length: 99999999999999999999\r\n"), 413);
  EXPECT_EQ(post("/do", json + "Content-Length: -1\r\n"), 411);
  EXPECT_EQ(post("/do", json + "Content-Length: x\r\n"), 411);
  EXPECT_EQ(post("/do", json), 411);
  EXPECT_EQ(post("/do", json + "Transfer-Encoding: chunked\r\n", "f\r\n{\"verb\":\"next\"}\r\n0\r\n\r\n"),
            411);
  EXPECT_EQ(post("/do", json + "Content-Length: 15\r\nContent-Encoding: gzip\r\n", R"({"verb":"next"})"),
            415);
  EXPECT_EQ(raw("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(raw("GET / HTTP/9.9\r\nHost: " + host + "\r\n\r\n"), 400);
  EXPECT_EQ(raw(std::string("\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 11)), 400);  // a browser that tries TLS
  EXPECT_TRUE(server->take().empty());
  EXPECT_EQ(get("/state"), 200);
}

TEST_F(Remote, SlowCallersAreSentAwayAndDoNotKeepOthersOut) {
  remote::Limits l;
  l.requestSeconds = 0.5, l.connections = 6, l.connectionsOfOne = 6;
  start(l);
  pair();
  const int s = connect();
  std::string got;
  const double took = secondsOf([&] {  // a byte now and then
    const std::string ask = "GET / HTTP/1.1\r\nX: ";
    (void)send(s, ask.data(), ask.size(), MSG_NOSIGNAL);
    for (int i = 0; i < 40 && got.empty(); ++i) {
      (void)send(s, "a", 1, MSG_NOSIGNAL);
      got = readAll(s, 0.1);
    }
  });
  close(s);
  EXPECT_TRUE(got.starts_with("HTTP/1.1 408")) << got;
  EXPECT_LT(took, 2.5);
  EXPECT_LT(secondsOf([&] {  // a body that does not come
              EXPECT_EQ(post("/do", "Content-Type: application/json\r\nContent-Length: 15\r\n", "{"), 400);
            }),
            2.5);
  std::vector<int> idle;
  for (int i = 0; i < 12; ++i) idle.push_back(connect());
  std::this_thread::sleep_for(std::chrono::milliseconds(2000));  // they have had their time
  EXPECT_EQ(get("/state"), 200);
  for (int i : idle) close(i);
}

TEST_F(Remote, TooManyAtOnceAreToldSo) {
  remote::Limits l;
  l.requestSeconds = 30, l.connectionsOfOne = 3;
  start(l);
  std::vector<int> idle;
  for (int i = 0; i < 3; ++i) idle.push_back(connect());
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(readAll(connect()).substr(0, 12), "HTTP/1.1 503");
  for (int i : idle) close(i);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(get("/"), 200);
}

TEST_F(Remote, PicturesComeWithATagAndOnlyWhenNew) {
  pair();
  EXPECT_EQ(client().Get("/wall")->status, 404);
  const std::string png = "\x89PNG\r\n\x1a\n first", jpeg = "\xff\xd8\xff second";
  server->publishPicture(remote::Picture::wall, png);
  server->publishPicture(remote::Picture::next, jpeg);
  auto wall = client().Get("/wall");
  EXPECT_EQ(wall->body, png);
  EXPECT_EQ(wall->get_header_value("Content-Type"), "image/png");
  EXPECT_EQ(client().Get("/next")->get_header_value("Content-Type"), "image/jpeg");
  const std::string tag = wall->get_header_value("ETag");
  ASSERT_FALSE(tag.empty());
  auto c = client();
  c.set_default_headers({});
  EXPECT_EQ(c.Get("/wall", httplib::Headers{{"If-None-Match", tag}, {"Cookie", cookie}})->status, 304);
  const json before = stateNow();
  EXPECT_EQ("\"" + before["wall"].get<std::string>() + "\"", tag);
  server->publishPicture(remote::Picture::wall, png);  // the same again
  EXPECT_EQ(stateNow()["version"], before["version"]);
  server->publishPicture(remote::Picture::wall, png + "2");
  EXPECT_NE(stateNow()["wall"], before["wall"]);
  EXPECT_EQ(c.Get("/wall", httplib::Headers{{"If-None-Match", tag}, {"Cookie", cookie}})->status, 200);
  server->publishPicture(remote::Picture::wall, {});
  EXPECT_EQ(client().Get("/wall")->status, 404);
}

TEST_F(Remote, LargePicturesArriveWhole) {
  pair();
  std::string big = "\xff\xd8\xff";
  for (int i = 0; i < 3'000'000; ++i) big += static_cast<char>(i * 7 % 251);
  server->publishPicture(remote::Picture::wall, big);
  auto r = client().Get("/wall");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->body, big);
}

TEST_F(Remote, TextThatIsNotUtf8DoesNotBreakThePage) {
  auto s = someState();
  s.notes = "caf\xe9 \xff";
  server->publish(s);
  pair();
  EXPECT_TRUE(stateNow().is_object());
}

TEST_F(Remote, EndingWaitsForNobody) {
  remote::Limits l;
  l.pollSeconds = 60, l.requestSeconds = 60;
  start(l);
  pair();
  const std::string seen = stateNow()["version"].dump();
  std::thread waiting([&] { (void)client().Get("/state?since=" + seen); });
  const int idle = connect();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(secondsOf([&] { server.reset(); }), 3);
  waiting.join();
  close(idle);
}

TEST_F(Remote, ManyPagesAtOnceLoseNothing) {
  pair();
  std::vector<std::thread> pages;
  std::atomic<int> ended{0}, lost{0};
  // On a busy machine connections pile up that are answered but not yet gone: whoever is told that the server
  // is full (503, or cut off) asks again, as the page and its presenter do.
  const auto served = [](const std::function<int()>& ask) {
    for (int attempt = 0; attempt < 400; ++attempt) {
      if (const int status = ask(); status != 503 && status != 0) return status == 200;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  };
  for (int i = 0; i < 6; ++i)
    pages.emplace_back([&] {
      for (int n = 0; n < 20; ++n) {
        const bool state = served([&] {
          const auto r = client().Get("/state");
          return r ? r->status : 0;
        });
        lost += !state || !served([&] { return order(R"({"verb":"flat"})"); });
      }
      ++ended;
    });
  size_t taken = 0;
  auto s = someState();
  while (ended < 6) {
    taken += server->take().size();
    s.current = (s.current + 1) % 3;
    server->publish(s);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  for (auto& p : pages) p.join();
  EXPECT_EQ(lost, 0);
  EXPECT_EQ(taken + server->take().size(), 120u);
}

TEST_F(Remote, AStoppedServerFreesItsPortAtOnce) {
  remote::Options o;
  o.address = "127.0.0.1", o.port = port;
  const auto second = remote::Server::start(o);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().text(),
            fmt::format("Port {} at 127.0.0.1 is taken by another program. Choose another "
                        "port, or 0 for any free one.",
                        port));
  EXPECT_EQ(get("/"), 200);
  server.reset();
  EXPECT_TRUE(remote::Server::start(o));
}

TEST(RemoteStart, SaysWhyItCannot) {
  const auto why = [](const std::string& address, int port, const std::string& code = "") {
    remote::Options o;
    o.address = address, o.port = port, o.code = code;
    const auto started = remote::Server::start(o);
    return started ? "" : started.error().text();
  };
  EXPECT_NE(why("192.0.2.1", 0).find("192.0.2.1 is no address of this machine. Its own is "),
            std::string::npos);
  for (const char* bad : {"0.0.0.0", "::1", "example.org", "127.0.0.1:80", "1.2.3"})
    EXPECT_NE(why(bad, 0).find("is not one IPv4 address"), std::string::npos) << bad;
  EXPECT_NE(why("127.0.0.1", 70000).find("There is no port 70000"), std::string::npos);
  EXPECT_NE(why("127.0.0.1", -1).find("There is no port -1"), std::string::npos);
  for (const char* bad : {"12345", "1234567", "12345x", "      "})
    EXPECT_NE(why("127.0.0.1", 0, bad).find("is no pairing code"), std::string::npos) << bad;
}

TEST(RemoteStart, ServesOneAddressOfTheMachine) {
  const auto started = remote::Server::start({});
  ASSERT_TRUE(started) << started.error().text();
  EXPECT_TRUE((*started)->status().url.starts_with("http://" + remote::ownAddress() + ":"));
}

TEST(PairingCode, IsSixFiguresAndNeverForeseen) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const auto code = remote::Pairing::randomCode();
    EXPECT_TRUE(remote::Pairing::wellFormed(code)) << code;
    seen.insert(code);
  }
  EXPECT_GT(seen.size(), 190u);
}

TEST(PairingCode, OneThatIsKnownForgivesEarlierSlips) {
  remote::Pairing p("123456");
  using Kind = remote::Pairing::Answer::Kind;
  for (int i = 0; i < 9; ++i) EXPECT_EQ(p.pair("000000").kind, Kind::wrong);
  EXPECT_EQ(p.pair("123456").kind, Kind::paired);
  EXPECT_EQ(p.wrongCodes(), 0);
  EXPECT_EQ(p.pair("000000").triesLeft, 9);
}

TEST(PairingCode, TheNinthDeviceTakesTheFirstOnesPlace) {
  remote::Pairing p("123456");
  std::vector<std::string> tokens;
  for (int i = 0; i < 9; ++i) tokens.push_back(p.pair("123456").token);
  EXPECT_FALSE(p.knows(tokens[0]));
  for (size_t i = 1; i < 9; ++i) EXPECT_TRUE(p.knows(tokens[i]));
  EXPECT_FALSE(p.knows(""));
}

}  // namespace
