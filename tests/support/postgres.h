// A PostgreSQL server with PostGIS of the test's own: in a temporary folder, on a free port of the loopback,
// stopped at the end. Root cannot run one: it is then run as the user that Debian's package makes.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace postgres_test {

namespace fs = std::filesystem;

class Server {
 public:
  Server() {
    std::error_code none;
    for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none))
      if (fs::exists(version.path() / "bin/initdb") && fs::exists(version.path() / "bin/postgres") &&
          fs::exists(fs::path("/usr/share/postgresql") / version.path().filename() /
                     "extension/postgis.control"))
        bin_ = (version.path() / "bin").string();
    if (bin_.empty()) {
      why_ = "PostgreSQL with PostGIS is not installed (postgresql-15, postgresql-15-postgis-3).";
      return;
    }
    std::string pattern = (fs::temp_directory_path() / "parkscope-pg-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    if (getuid() == 0) {
      as_ = "setpriv --reuid postgres --regid postgres --init-groups ";
      sh("chown postgres:postgres " + folder_);
    }
    port_ = freePort();
    if (sh(as_ + bin_ + "/initdb -D " + folder_ +
           "/data -A trust -U postgres --no-sync -E UTF8 --locale=C.UTF-8") != 0) {
      why_ = "initdb failed: " + output_;
      return;
    }
    // One who needs a password; the first line that fits counts.
    const std::string hba = folder_ + "/data/pg_hba.conf";
    std::ifstream in(hba);
    std::stringstream old;
    old << in.rdbuf();
    std::ofstream(hba) << "host all guarded 127.0.0.1/32 scram-sha-256\n" << old.str();
    if (!start()) return;
    sql("create database gis", "postgres");
    sql("create extension postgis");
    sql("create role guarded login password 'S3cret-word'; grant pg_read_all_data to guarded");
    if (one("select postgis_lib_version()").empty()) why_ = "PostGIS cannot be created: " + output_;
  }
  ~Server() {
    if (folder_.empty()) return;
    resume();
    stop();
    std::error_code none;
    fs::remove_all(folder_, none);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const std::string& whyNot() const { return why_; }  // empty: it runs
  int port() const { return port_; }
  std::string uri(const std::string& user = "postgres") const {
    return fmt::format("postgresql://{}@127.0.0.1:{}/gis", user, port_);
  }
  std::string text(const std::string& more = "", const std::string& user = "postgres") const {
    return fmt::format("PG:host=127.0.0.1 port={} dbname=gis user={}{}", port_, user,
                       more.empty() ? "" : " " + more);
  }

  bool start() {
    const int code =
        sh(as_ + bin_ + "/pg_ctl -D " + folder_ + "/data -w -t 60 -l " + folder_ +
           "/log -o '-c listen_addresses=127.0.0.1 -p " + std::to_string(port_) + " -k " + folder_ +
           " -c fsync=off -c full_page_writes=off -c log_statement=all -c log_connections=on -c "
           "shared_buffers=64MB' start");
    if (code != 0) why_ = "The server does not start: " + output_;
    return code == 0;
  }
  void stop() { sh(as_ + bin_ + "/pg_ctl -D " + folder_ + "/data -m immediate -w stop"); }
  // As a server that hangs: its processes stand still, the system keeps their connections.
  void freeze() { signalAll("STOP"); }
  void resume() { signalAll("CONT"); }

  bool sql(const std::string& text, const std::string& database = "gis") {
    const std::string file = folder_ + "/query.sql";
    std::ofstream(file) << text;
    return sh(fmt::format("psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p {} -U postgres -d {} -f {}", port_,
                          database, file)) == 0;
  }
  std::string one(const std::string& text) {  // a single value
    const std::string file = folder_ + "/query.sql";
    std::ofstream(file) << text;
    sh(fmt::format("psql -X -q -A -t -h 127.0.0.1 -p {} -U postgres -d gis -f {}", port_, file));
    while (!output_.empty() && output_.back() == '\n') output_.pop_back();
    return output_;
  }
  std::string log() const {
    std::ifstream in(folder_ + "/log");
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }

 private:
  static int freePort() {
    const int s = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET, a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof a;
    bind(s, reinterpret_cast<sockaddr*>(&a), size);
    getsockname(s, reinterpret_cast<sockaddr*>(&a), &size);
    close(s);
    return ntohs(a.sin_port);
  }
  int sh(const std::string& command) {
    output_.clear();
    // Not into a pipe: the server would keep it open.
    const std::string file = folder_.empty() ? "/dev/null" : folder_ + "/output";
    const int code = std::system(("cd / && " + command + " > " + file + " 2>&1").c_str());
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    output_ = text.str();
    return code;
  }
  void signalAll(const std::string& name) {
    std::ifstream in(folder_ + "/data/postmaster.pid");
    std::string pid;
    if (!(in >> pid)) return;
    sh(fmt::format("kill -{} {} $(ps -o pid= --ppid {})", name, pid, pid));
  }

  std::string bin_, folder_, as_, why_, output_;
  int port_ = 0;
};

}  // namespace postgres_test
