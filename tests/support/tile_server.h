// A server of tiles on loopback, in the test's own process: good ones, and every kind of bad one.
#pragma once

#include <gdal_priv.h>
#include <httplib.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace support {

using Rgb = std::array<uint8_t, 3>;

// The colour of a place, in Web Mercator: smooth, so that seams and shifts can be seen.
inline Rgb colourAt(double x, double y) {
  const auto wave = [](double v) { return static_cast<uint8_t>(std::lround(128 + 100 * std::sin(v))); };
  return {wave(x / 9000), wave(y / 9000), 90};
}

inline std::string pictureBytes(const std::vector<uint8_t>& rgb, int width, int height,
                                const char* driver = "PNG") {
  GDALAllRegister();
  GDALDataset* memory =
      GetGDALDriverManager()->GetDriverByName("MEM")->Create("", width, height, 3, GDT_Byte, nullptr);
  int bands[3] = {1, 2, 3};
  CPLErr done = memory->RasterIO(GF_Write, 0, 0, width, height, const_cast<uint8_t*>(rgb.data()), width,
                                 height, GDT_Byte, 3, bands, 3, static_cast<GSpacing>(3) * width, 1, nullptr);
  static std::atomic<int> count{0};
  const std::string path = "/vsimem/tile-server-" + std::to_string(++count);
  GDALDataset* file = done == CE_None ? GetGDALDriverManager()->GetDriverByName(driver)->CreateCopy(
                                            path.c_str(), memory, FALSE, nullptr, nullptr, nullptr)
                                      : nullptr;
  if (file) GDALClose(file);
  GDALClose(memory);
  vsi_l_offset size = 0;
  const GByte* bytes = VSIGetMemFileBuffer(path.c_str(), &size, FALSE);
  std::string out(reinterpret_cast<const char*>(bytes), bytes ? size : 0);
  VSIUnlink(path.c_str());
  VSIUnlink((path + ".aux.xml").c_str());
  return out;
}

inline std::string webTile(int z, long x, long y, int size = 256) {
  constexpr double half = 20037508.342789244;
  const double unit = 2 * half / std::exp2(z) / size;
  std::vector<uint8_t> rgb;
  for (int v = 0; v < size; ++v)
    for (int u = 0; u < size; ++u) {
      const Rgb c = colourAt(-half + (static_cast<double>(x) * size + u + 0.5) * unit,
                             half - (static_cast<double>(y) * size + v + 0.5) * unit);
      rgb.insert(rgb.end(), c.begin(), c.end());
    }
  return pictureBytes(rgb, size, size);
}

class TileServer {
 public:
  enum class Mood { good, html, missing, busy, broken, garbage, cut, huge, hangs, refused };

  explicit TileServer(int port = 0) {
    const auto answer = [this](const httplib::Request& request, httplib::Response& response) {
      ++asked;
      {
        const std::lock_guard lock(mutex_);
        paths_.push_back(request.target);
      }
      const int now = ++atOnce_;
      int seen = mostAtOnce;
      while (now > seen && !mostAtOnce.compare_exchange_weak(seen, now)) {
      }
      if (slow > 0) std::this_thread::sleep_for(std::chrono::milliseconds(slow));
      tell(request, response);
      --atOnce_;
    };
    server_.Get(R"(/(\d+)/(\d+)/(\d+)(?:\.png)?)", answer);
    server_.Get("/wms", [this](const httplib::Request& request, httplib::Response& response) {
      ++asked;
      wms(request, response);
    });
    server_.Get("/wmts", [this](const httplib::Request& request, httplib::Response& response) {
      ++asked;
      wmts(request, response);
    });
    server_.set_keep_alive_timeout(1);
    server_.new_task_queue = [] { return new httplib::ThreadPool(16); };
    port_ = port ? port : server_.bind_to_any_port("127.0.0.1");
    if (port) server_.bind_to_port("127.0.0.1", port);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ~TileServer() { stop(); }
  void stop() {
    leaving_ = true;
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string address() const { return url() + "/{z}/{x}/{y}.png"; }
  std::vector<std::string> paths() const {
    const std::lock_guard lock(mutex_);
    return paths_;
  }

  std::atomic<Mood> mood{Mood::good};
  std::atomic<int> asked{0}, mostAtOnce{0}, retryAfter{0}, slow{0};

 private:
  void tell(const httplib::Request& request, httplib::Response& response) {
    switch (mood.load()) {
      case Mood::good:
        return response.set_content(
            tile(std::stoi(request.matches[1]), std::stol(request.matches[2]), std::stol(request.matches[3])),
            "image/png");
      case Mood::html:
        return response.set_content("<!DOCTYPE html><html><body>Please log in</body></html>", "text/html");
      case Mood::missing:
        response.status = 404;
        return response.set_content("none", "text/plain");
      case Mood::busy:
        response.status = 429;
        if (retryAfter > 0) response.set_header("Retry-After", std::to_string(retryAfter));
        return;
      case Mood::broken:
        response.status = 503;
        return;
      case Mood::refused:
        response.status = 403;
        return;
      case Mood::garbage: {
        std::string bytes(5000, '\0');
        for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7919 % 251);
        return response.set_content(bytes, "image/png");
      }
      case Mood::cut: {
        const std::string whole = tile(8, 1, 1);
        return response.set_content(whole.substr(0, whole.size() / 2), "image/png");
      }
      case Mood::huge: {  // a header that promises 60000 × 60000 pixels
        std::string bytes = tile(8, 1, 1);
        for (const size_t at : {16, 20})
          bytes[at] = 0, bytes[at + 1] = 0, bytes[at + 2] = '\xEA', bytes[at + 3] = '\x60';
        return response.set_content(bytes, "image/png");
      }
      case Mood::hangs:
        for (int i = 0; i < 400 && !leaving_ && mood == Mood::hangs; ++i)
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return;
    }
  }

  void wms(const httplib::Request& request, httplib::Response& response) {
    double box[4] = {};
    std::sscanf(request.get_param_value("BBOX").c_str(), "%lf,%lf,%lf,%lf", box, box + 1, box + 2, box + 3);
    const int width = std::stoi(request.get_param_value("WIDTH")),
              height = std::stoi(request.get_param_value("HEIGHT"));
    std::vector<uint8_t> rgb;
    for (int v = 0; v < height; ++v)
      for (int u = 0; u < width; ++u) {
        const Rgb c = colourAt(box[0] + (box[2] - box[0]) * (u + 0.5) / width,
                               box[3] - (box[3] - box[1]) * (v + 0.5) / height);
        rgb.insert(rgb.end(), c.begin(), c.end());
      }
    response.set_content(pictureBytes(rgb, width, height), "image/png");
  }

  void wmts(const httplib::Request& request, httplib::Response& response) {
    if (request.get_param_value("REQUEST") == "GetTile")
      return response.set_content(
          tile(std::stoi(request.get_param_value("TILEMATRIX")),
               std::stol(request.get_param_value("TILECOL")), std::stol(request.get_param_value("TILEROW"))),
          "image/png");
    std::string levels;
    for (int z = 0; z <= 14; ++z)
      levels += "<TileMatrix><ows:Identifier>" + std::to_string(z) + "</ows:Identifier><ScaleDenominator>" +
                std::to_string(559082264.0287178 / std::exp2(z)) +
                "</ScaleDenominator><TopLeftCorner>-20037508.342789244 20037508.342789244</TopLeftCorner>"
                "<TileWidth>256</TileWidth><TileHeight>256</TileHeight><MatrixWidth>" +
                std::to_string(1L << z) + "</MatrixWidth><MatrixHeight>" + std::to_string(1L << z) +
                "</MatrixHeight></TileMatrix>";
    response.set_content(
        "<?xml version=\"1.0\"?><Capabilities xmlns=\"http://www.opengis.net/wmts/1.0\" "
        "xmlns:ows=\"http://www.opengis.net/ows/1.1\"><Contents><Layer><ows:Identifier>vec</ows:Identifier>"
        "<Style isDefault=\"true\"><ows:Identifier>default</ows:Identifier></Style><Format>tiles</Format>"
        "<TileMatrixSetLink><TileMatrixSet>w</TileMatrixSet></TileMatrixSetLink></Layer><TileMatrixSet>"
        "<ows:Identifier>w</ows:Identifier><ows:SupportedCRS>urn:ogc:def:crs:EPSG::900913</"
        "ows:SupportedCRS>" +
            levels + "</TileMatrixSet></Contents></Capabilities>",
        "text/xml");
  }

  const std::string& tile(int z, long x, long y) {
    const std::lock_guard lock(mutex_);
    std::string& bytes = tiles_[{z, x, y}];
    if (bytes.empty()) bytes = webTile(z, x, y);
    return bytes;
  }

  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
  std::atomic<bool> leaving_{false};
  std::atomic<int> atOnce_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> paths_;
  std::map<std::tuple<int, long, long>, std::string> tiles_;
};

}  // namespace support
