#include "geo/database.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "geo/detail/postgres.h"
#include "geo/detail/wkb.h"

#include <map>
#include <mutex>

namespace geo {
namespace {

using detail::Postgres;
using Clock = std::chrono::steady_clock;

struct Cell {
  std::string text;
  bool missing = true;
};
using Cells = std::vector<std::vector<Cell>>;

bool startsWith(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && std::equal(start.begin(), start.end(), text.begin(),
                                                   [](char a, char b) { return (a | 32) == (b | 32); });
}

bool isUri(std::string_view s) { return startsWith(s, "postgresql://") || startsWith(s, "postgres://"); }

struct Word {  // of a connection text: where it stands, "key=value"
  size_t begin, end;
  std::string key, value;
};

// Words of "host=a password='b c'", as libpq takes them apart.
std::vector<Word> wordsOf(std::string_view s, size_t at) {
  std::vector<Word> out;
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (at < s.size()) {
    while (at < s.size() && space(s[at])) ++at;
    Word w{at, at, {}, {}};
    while (at < s.size() && s[at] != '=' && !space(s[at])) w.key += s[at++];
    while (at < s.size() && space(s[at])) ++at;
    if (at >= s.size() || s[at] != '=') {
      w.end = at;
      if (!w.key.empty()) out.push_back(std::move(w));
      continue;
    }
    ++at;
    while (at < s.size() && space(s[at])) ++at;
    if (at < s.size() && s[at] == '\'') {
      for (++at; at < s.size() && s[at] != '\''; ++at) {
        if (s[at] == '\\' && at + 1 < s.size()) ++at;
        w.value += s[at];
      }
      if (at < s.size()) ++at;
    } else {
      for (; at < s.size() && !space(s[at]); ++at) {
        if (s[at] == '\\' && at + 1 < s.size()) ++at;
        w.value += s[at];
      }
    }
    w.end = at;
    out.push_back(std::move(w));
  }
  return out;
}

bool secret(std::string_view key) { return key == "password" || key == "sslpassword"; }

struct Uri {                                  // where its parts stand
  size_t passwordBegin = 0, passwordEnd = 0;  // with the colon; equal: none
  std::vector<Word> query;                    // begin: at the ? or &
};
Uri partsOf(std::string_view s) {
  Uri u;
  const size_t host = s.find("://") + 3, end = std::min(s.find_first_of("/?", host), s.size());
  // A password may hold an @ of its own: the last one ends it.
  const size_t at = s.substr(0, end).rfind('@');
  if (at != s.npos && at >= host)
    if (const size_t colon = s.find(':', host); colon < at) u.passwordBegin = colon, u.passwordEnd = at;
  for (size_t q = s.find('?', host); q < s.size();) {
    const size_t next = std::min(s.find('&', q + 1), s.size());
    const std::string_view one = s.substr(q + 1, next - q - 1);
    const size_t equals = std::min(one.find('='), one.size());
    u.query.push_back({q, next, std::string(one.substr(0, equals)),
                       equals < one.size() ? std::string(one.substr(equals + 1)) : std::string()});
    q = next;
  }
  return u;
}

// The text without some of its words.
template <class Unwanted>
std::string without(std::string_view s, bool password, const Unwanted& unwanted) {
  std::string out;
  if (!isUri(s)) {
    const size_t prefix = startsWith(s, "PG:") ? 3 : 0;
    out = s.substr(0, prefix);
    bool first = true;
    for (const Word& w : wordsOf(s, prefix)) {
      if (unwanted(w.key)) continue;
      out += (first ? "" : " ") + std::string(s.substr(w.begin, w.end - w.begin));
      first = false;
    }
    return out;
  }
  const Uri u = partsOf(s);
  const size_t query = u.query.empty() ? s.size() : u.query.front().begin;
  for (size_t i = 0; i < query; ++i)
    if (!password || i < u.passwordBegin || i >= u.passwordEnd) out += s[i];
  bool first = true;
  for (const Word& w : u.query) {
    if (unwanted(w.key)) continue;
    out += (first ? "?" : "&") + std::string(s.substr(w.begin + 1, w.end - w.begin - 1));
    first = false;
  }
  return out;
}

bool namesTable(std::string_view key) { return key == "tables" || key == "table"; }

std::string oneLine(const char* message) {
  std::string out;
  for (const char* c = message ? message : ""; *c; ++c) {
    if (*c != '\n' && *c != '\r') out += *c == '\t' ? ' ' : *c;
    else if (!out.empty() && out.back() != ' ') out += ' ';
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '.')) out.pop_back();
  return out;
}

uint32_t big32(const char* p) {
  uint32_t v;
  std::memcpy(&v, p, 4);
  return __builtin_bswap32(v);
}
uint64_t big64(const char* p) {
  uint64_t v;
  std::memcpy(&v, p, 8);
  return __builtin_bswap64(v);
}

std::string number(double v) { return fmt::format("{}::float8", v); }

std::string envelope(const DatabaseTable& t, const Box& b) {
  return fmt::format("ST_MakeEnvelope({}, {}, {}, {}, {})", number(b.minX), number(b.minY), number(b.maxX),
                     number(b.maxY), t.srid);
}

std::string placeOf(const DatabaseTable& t) {
  if (t.kind == ShapeKind::point && t.single) return t.geometry;
  return t.kind == ShapeKind::point ? fmt::format("ST_Centroid({})", t.geometry)
                                    : fmt::format("ST_PointOnSurface({})", t.geometry);
}

std::string insideOf(const DatabaseTable& t, const Box& b) {
  const std::string p = placeOf(t);
  return fmt::format("{} && {} AND ST_X({}) >= {} AND ST_X({}) < {} AND ST_Y({}) >= {} AND ST_Y({}) < {}",
                     t.geometry, envelope(t, b), p, number(b.minX), p, number(b.maxX), p, number(b.minY), p,
                     number(b.maxY));
}

std::string fromOf(const DatabaseTable& t) {
  return fmt::format("{}.{}", quotedName(t.schema), quotedName(t.name));
}

ShapeKind kindOf(std::string type) {
  for (char& c : type)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  if (type.find("POINT") != type.npos) return ShapeKind::point;
  if (type.find("LINE") != type.npos || type == "CIRCULARSTRING" || type.find("MULTICURVE") != type.npos ||
      type.find("COMPOUNDCURVE") != type.npos)
    return ShapeKind::line;
  return ShapeKind::polygon;
}

}  // namespace

bool isDatabase(std::string_view source) { return startsWith(source, "PG:") || isUri(source); }

bool holdsPassword(std::string_view s) {
  if (isUri(s)) {
    const Uri u = partsOf(s);
    return u.passwordEnd > u.passwordBegin ||
           std::any_of(u.query.begin(), u.query.end(), [](const Word& w) { return secret(w.key); });
  }
  if (!startsWith(s, "PG:")) return false;
  const auto words = wordsOf(s, 3);
  return std::any_of(words.begin(), words.end(), [](const Word& w) { return secret(w.key); });
}

std::string withoutPassword(std::string_view s) {
  return isDatabase(s) ? without(s, true, secret) : std::string(s);
}

std::string tableNamedBy(std::string_view s) {
  for (const Word& w : isUri(s) ? partsOf(s).query : wordsOf(s, 3))
    if (namesTable(w.key)) return w.value;
  return {};
}

std::string quotedName(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

std::string quotedText(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + '\'';
}

namespace {

struct Passwords {  // typed by a person, for this run
  std::mutex lock;
  std::map<std::string, std::string> of;
};
Passwords& passwords() {
  static Passwords all;
  return all;
}
std::string connectionOf(std::string_view source) {
  return without(source, true, [](std::string_view key) { return secret(key) || namesTable(key); });
}

}  // namespace

void rememberPassword(std::string_view source, const std::string& password) {
  const std::lock_guard guard(passwords().lock);
  if (password.empty()) passwords().of.erase(connectionOf(source));
  else passwords().of[connectionOf(source)] = password;
}

std::string DatabaseTable::text() const { return schema + "." + name; }

struct Database::Impl {
  const Postgres* pq = nullptr;
  PGconn* connection = nullptr;
  std::string shown;  // the source, without a password
  DatabaseLimits limits;
  bool lost = false;

  ~Impl() { hangUp(); }

  // The server drops what it is doing for us within half a second: it was told to look.
  void hangUp() {
    if (connection) pq->finish(connection);
    connection = nullptr, lost = true;
  }

  enum class Wait { ready, over, cancelled };
  Wait wait(short events, Clock::time_point deadline, Progress* progress) const {
    for (;;) {
      if (progress && progress->cancelled()) return Wait::cancelled;
      const double left = std::chrono::duration<double>(deadline - Clock::now()).count();
      if (left <= 0) return Wait::over;
      pollfd fd{pq->socket(connection), events, 0};
      if (poll(&fd, 1, static_cast<int>(std::min(left, 0.02) * 1000) + 1) > 0) return Wait::ready;
    }
  }

  tl::unexpected<Error> gaveUp(Wait how, const char* what, double seconds) {
    hangUp();
    if (how == Wait::cancelled) return fail(fmt::format("Reading {} was cancelled.", shown));
    return fail(fmt::format("{} {} within {:.0f} seconds.", shown, what, seconds),
                "Ask for less (a filter, a smaller area), or look at the server and the way to it.");
  }

  Result<void> connect(const std::string& source, Progress* progress) {
    shown = withoutPassword(source);
    const std::string text =
        without(startsWith(source, "PG:") ? source.substr(3) : source, false, namesTable);
    char* wrong = nullptr;
    PQconninfoOption* parsed = pq->parseText(text.c_str(), &wrong);
    if (!parsed) {
      const std::string why = oneLine(wrong);
      pq->freeMemory(wrong);
      return fail(fmt::format("{} is no connection text: {}.", shown, why),
                  "Write PG:service=NAME, PG:host=… dbname=… user=… or postgresql://host/db.");
    }
    pq->freeText(parsed);
    std::string typed;
    {
      const std::lock_guard guard(passwords().lock);
      if (const auto found = passwords().of.find(connectionOf(source)); found != passwords().of.end())
        typed = found->second;
    }
    // A later word counts before the text's own; an empty one would count, too.
    const char* keys[] = {"dbname", "client_encoding", "application_name",
                          typed.empty() ? nullptr : "password", nullptr};
    const char* values[] = {text.c_str(), "UTF8", "parkscope", typed.c_str(), nullptr};
    connection = pq->connectStart(keys, values, 1);
    const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                             std::chrono::duration<double>(limits.connectSeconds));
    for (auto state = PGRES_POLLING_WRITING; connection && pq->status(connection) != CONNECTION_BAD;) {
      if (state == PGRES_POLLING_OK) break;
      if (state == PGRES_POLLING_FAILED) break;
      const Wait how = wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline, progress);
      if (how != Wait::ready) return gaveUp(how, "does not answer", limits.connectSeconds);
      state = pq->connectPoll(connection);
    }
    if (!connection || pq->status(connection) != CONNECTION_OK) {
      const std::string why = connection ? oneLine(pq->errorMessage(connection)) : "no memory";
      hangUp();
      const bool password = why.find("password") != why.npos;
      return fail(
          fmt::format("{} cannot be reached: {}.", shown, why),
          password ? "Put the password into ~/.pgpass (host:port:database:user:password), or use a service."
                   : "Check that the server runs, its name and port, and ~/.pg_service.conf.");
    }
    pq->setNonBlocking(connection, 1);
    pq->onNotice(
        connection, [](void*, const char*) {}, nullptr);  // not to stderr
    for (const std::string& setting :
         {std::string("SET default_transaction_read_only = on"),
          std::string("SET standard_conforming_strings = on"), std::string("SET DateStyle = ISO"),
          std::string("SET extra_float_digits = 1"),
          fmt::format("SET statement_timeout = {}", static_cast<long>(limits.querySeconds * 1000)),
          std::string("SET client_connection_check_interval = 500")}) {
      const auto done = ask(setting, progress);
      // A server before version 14 does not know how to look whether we are still there.
      if (!done && (lost || setting.find("check_interval") == setting.npos))
        return tl::unexpected(done.error());
    }
    return {};
  }

  Clock::time_point queryDeadline()
      const {  // the server's own limit should speak first: its words are better
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                              std::chrono::duration<double>(limits.querySeconds + 1));
  }

  Result<void> send(const std::string& sql, bool binary, Clock::time_point deadline, Progress* progress) {
    if (lost) return fail(fmt::format("{} is not connected.", shown), "Try again.");
    if (!pq->sendQuery(connection, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, binary))
      return failed(nullptr);
    for (int left; (left = pq->flush(connection)) != 0;) {
      if (left < 0) return failed(nullptr);
      if (const Wait how = wait(POLLIN | POLLOUT, deadline, progress); how != Wait::ready)
        return gaveUp(how, "does not answer", limits.querySeconds);
      if (!pq->consumeInput(connection)) return failed(nullptr);
    }
    return {};
  }

  // The next result, without blocking; nullptr: there is none left.
  Result<PGresult*> next(Clock::time_point deadline, Progress* progress) {
    while (pq->isBusy(connection)) {
      if (const Wait how = wait(POLLIN, deadline, progress); how != Wait::ready)
        return gaveUp(how, "does not answer", limits.querySeconds);
      if (!pq->consumeInput(connection)) return failedAs<PGresult*>(nullptr);
    }
    return pq->getResult(connection);
  }

  template <class T>
  Result<T> failedAs(PGresult* result) {
    return tl::unexpected(failed(result).error());
  }

  // What the server says, or why nobody says anything.
  Result<void> failed(PGresult* result) {
    const bool broken = !connection || pq->status(connection) == CONNECTION_BAD;
    const char* code = result ? pq->errorField(result, PG_DIAG_SQLSTATE) : nullptr;
    const std::string state = code ? code : "";
    std::string why = oneLine(result ? pq->resultError(result) : pq->errorMessage(connection));
    if (why.starts_with("ERROR:")) why = why.substr(why.find_first_not_of(' ', 6));
    if (why.starts_with("FATAL:")) why = why.substr(why.find_first_not_of(' ', 6));
    if (broken || state.starts_with("57P") || state.starts_with("08")) {
      hangUp();
      return fail(fmt::format("The connection to {} broke: {}.", shown, why), "It is made anew by itself.");
    }
    if (state == "57014")
      return fail(fmt::format("{} did not finish a query within {:.0f} seconds.", shown, limits.querySeconds),
                  "Ask for less (a filter, a smaller area), or give the table an index on its shapes.");
    if (state == "42501")
      return fail(fmt::format("{}: {}.", shown, why), "Ask the database's owner for the right to read it.");
    return fail(fmt::format("{}: {}.", shown, why), "Check the table and the filter.");
  }

  Result<void> drain(Clock::time_point deadline, Progress* progress) {
    Result<void> out;
    for (;;) {
      auto result = next(deadline, progress);
      if (!result) return tl::unexpected(result.error());
      if (!*result) return out;
      if (const auto s = pq->resultStatus(*result); s == PGRES_FATAL_ERROR && out) out = failed(*result);
      pq->clear(*result);
      if (lost) return out;
    }
  }

  Result<Cells> ask(const std::string& sql, Progress* progress) {
    const auto deadline = queryDeadline();
    if (auto sent = send(sql, false, deadline, progress); !sent) return tl::unexpected(sent.error());
    Cells out;
    Result<void> bad;
    for (;;) {
      auto result = next(deadline, progress);
      if (!result) return tl::unexpected(result.error());
      if (!*result) break;
      const auto status = pq->resultStatus(*result);
      if (status == PGRES_TUPLES_OK) out = cellsOf(*result);
      else if (status != PGRES_COMMAND_OK && bad) bad = failed(*result);
      pq->clear(*result);
      if (lost) break;
    }
    if (!bad) return tl::unexpected(bad.error());
    return out;
  }

  Cells cellsOf(const PGresult* result) const {
    Cells out(static_cast<size_t>(pq->rows(result)));
    for (size_t r = 0; r < out.size(); ++r)
      for (int c = 0; c < pq->columns(result); ++c) {
        const int row = static_cast<int>(r);
        out[r].push_back({pq->value(result, row, c), pq->isNull(result, row, c) != 0});
      }
    return out;
  }

  // COPY … TO STDOUT (FORMAT binary), row by row. take(fields): false stops.
  struct Field {
    const char* data;
    int32_t size;  // −1: missing
  };
  template <class Take>
  Result<void> copy(const std::string& query, Progress* progress, const Take& take) {
    const auto deadline = queryDeadline();
    const std::string sql = "COPY (" + query + ") TO STDOUT (FORMAT binary)";
    if (auto sent = send(sql, false, deadline, progress); !sent) return sent;
    auto first = next(deadline, progress);
    if (!first) return tl::unexpected(first.error());
    const bool copies = *first && pq->resultStatus(*first) == PGRES_COPY_OUT;
    if (!copies) {
      auto why = failed(*first);
      pq->clear(*first);
      if (!lost) (void)drain(deadline, progress);
      return why;
    }
    pq->clear(*first);
    std::vector<Field> fields;
    bool headed = false;
    for (;;) {
      char* data = nullptr;
      const int size = pq->copyData(connection, &data, 1);
      if (size == 0) {
        if (const Wait how = wait(POLLIN, deadline, progress); how != Wait::ready)
          return gaveUp(how, "did not finish a query", limits.querySeconds);
        if (!pq->consumeInput(connection)) return failed(nullptr);
        continue;
      }
      if (size < 0) break;
      const struct Freed {
        const Postgres* pq;
        char* data;
        ~Freed() { pq->freeMemory(data); }
      } freed{pq, data};
      const char *at = data, *end = data + size;
      if (!headed) at += 19, headed = true;  // "PGCOPY\n\377\r\n\0", flags, no extension
      if (end - at < 2) continue;
      uint16_t count;
      std::memcpy(&count, at, 2);
      count = __builtin_bswap16(count), at += 2;
      if (count == 0xffff) continue;  // the trailer
      fields.clear();
      for (uint16_t i = 0; i < count; ++i) {
        if (end - at < 4) return fail(fmt::format("{} sent a damaged row.", shown), "Try again.");
        const auto bytes = static_cast<int32_t>(big32(at));
        at += 4;
        if (bytes > end - at) return fail(fmt::format("{} sent a damaged row.", shown), "Try again.");
        fields.push_back({at, bytes});
        at += std::max(0, bytes);
      }
      take(fields);
      if (progress && progress->cancelled()) return gaveUp(Wait::cancelled, "", 0);
    }
    return drain(deadline, progress);
  }
};

Database::Database() : impl_(std::make_unique<Impl>()) {}
Database::~Database() = default;
bool Database::lost() const { return impl_->lost; }

Result<std::unique_ptr<Database>> Database::open(const std::string& source, const DatabaseLimits& limits,
                                                 Progress* progress) {
  auto library = Postgres::library();
  if (!library) return tl::unexpected(library.error());
  std::unique_ptr<Database> made(new Database);
  made->impl_->pq = *library, made->impl_->limits = limits;
  if (auto done = made->impl_->connect(source, progress); !done) return tl::unexpected(done.error());
  return made;
}

Result<std::vector<std::string>> Database::tables(Progress* progress) {
  auto found = impl_->ask(
      "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE "
      "c.relkind IN ('r', 'v', 'm', 'f', 'p') AND has_table_privilege(c.oid, 'SELECT') AND EXISTS (SELECT 1 "
      "FROM "
      "pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT "
      "a.attisdropped AND t.typname IN ('geometry', 'geography')) ORDER BY 1 LIMIT 1000",
      progress);
  if (!found) return tl::unexpected(found.error());
  std::vector<std::string> out;
  for (const auto& row : *found) out.push_back(row[0].text);
  return out;
}

Result<std::vector<DatabaseEntry>> Database::catalogue(Progress* progress) {
  auto found = impl_->ask(
      "SELECT n.nspname || '.' || c.relname, coalesce(substring(format_type(a.atttypid, a.atttypmod) from "
      "'\\((\\w+)'), 'Geometry'), coalesce(substring(format_type(a.atttypid, a.atttypmod) from "
      "',(\\d+)\\)'), CASE t.typname WHEN 'geography' THEN '4326' ELSE '0' END), c.reltuples, c.relkind "
      "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN LATERAL (SELECT * FROM "
      "pg_attribute "
      "a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN (SELECT oid FROM "
      "pg_type WHERE typname IN ('geometry', 'geography')) ORDER BY a.attnum LIMIT 1) a ON true JOIN pg_type "
      "t ON t.oid = a.atttypid WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND has_table_privilege(c.oid, "
      "'SELECT') ORDER BY 1 LIMIT 1000",
      progress);
  if (!found) return tl::unexpected(found.error());
  std::vector<DatabaseEntry> out;
  for (const auto& row : *found)
    out.push_back({row[0].text, row[1].text, std::atoi(row[2].text.c_str()), std::atof(row[3].text.c_str()),
                   row[4].text == "v"});
  return out;
}

Result<DatabaseTable> Database::describe(const std::string& wanted, const std::string& where,
                                         Progress* progress) {
  std::string name = wanted;
  if (name.empty()) {
    auto all = tables(progress);
    if (!all) return tl::unexpected(all.error());
    if (all->size() != 1) {
      std::string list;
      for (const std::string& t : *all) list += (list.empty() ? "" : ", ") + t;
      return fail(fmt::format("{} has {} tables with shapes.", impl_->shown, all->size()),
                  all->empty() ? "Name one: source_layer = \"schema.table\"."
                               : fmt::format("Name one (source_layer, or tables=… behind PG:): {}.", list));
    }
    name = all->front();
  }
  const size_t dot = name.find('.');
  const std::string schema = dot == name.npos ? "" : name.substr(0, dot);
  const std::string table = dot == name.npos ? name : name.substr(dot + 1);
  auto found = impl_->ask(
      fmt::format(
          "SELECT n.nspname, c.relname, c.oid, c.reltuples, c.relkind FROM pg_class c JOIN pg_namespace n ON "
          "n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND (({} AND c.relname = {}) "
          "OR (c.relname = {} AND pg_table_is_visible(c.oid))) ORDER BY (n.nspname = {}) DESC LIMIT 1",
          schema.empty() ? "false" : "n.nspname = " + quotedText(schema), quotedText(table), quotedText(name),
          quotedText(schema)),
      progress);
  if (!found) return tl::unexpected(found.error());
  if (found->empty()) {
    std::string list;
    if (auto all = tables(progress))
      for (const std::string& t : *all)
        if (list.size() < 200) list += (list.empty() ? "" : ", ") + t;
    return fail(
        fmt::format("{} has no table \"{}\".", impl_->shown, name),
        list.empty() ? "It has none with shapes that you may read." : fmt::format("There are: {}.", list));
  }
  DatabaseTable t;
  t.schema = (*found)[0][0].text, t.name = (*found)[0][1].text;
  const std::string oid = (*found)[0][2].text;
  t.estimatedRows = std::strtod((*found)[0][3].text.c_str(), nullptr);
  auto columns = impl_->ask(fmt::format("SELECT a.attname, t.typname, a.atttypmod, t.typcategory FROM "
                                        "pg_attribute a JOIN pg_type t ON t.oid "
                                        "= a.atttypid WHERE a.attrelid = {} AND a.attnum > 0 AND NOT "
                                        "a.attisdropped ORDER BY a.attnum LIMIT "
                                        "1600",
                                        oid),
                            progress);
  if (!columns) return tl::unexpected(columns.error());
  std::string type, shapeColumn, typmod;
  for (const auto& row : *columns) {
    const std::string &column = row[0].text, &kind = row[1].text;
    const std::string quoted = quotedName(column);
    if (kind == "geometry" || kind == "geography") {
      if (!t.geometry.empty()) continue;
      shapeColumn = column, type = kind, typmod = row[2].text;
      t.geometry = kind == "geography" ? quoted + "::geometry" : quoted;
      continue;
    }
    if (kind == "bytea" || kind == "raster" || kind == "tsvector") continue;
    Column c;
    c.name = column;
    if (kind == "int2" || kind == "int4" || kind == "int8") c.type = ColumnType::integer;
    else if (kind == "float4" || kind == "float8" || kind == "numeric") c.type = ColumnType::real;
    else if (kind == "date") c.type = ColumnType::date;
    t.as.push_back(quoted + (c.type == ColumnType::integer ? "::int8"
                             : c.type == ColumnType::real  ? "::float8"
                                                           : "::text"));
    t.columns.columns.push_back(std::move(c));
  }
  auto keys = impl_->ask(
      fmt::format(
          "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = "
          "ANY(i.indkey) WHERE i.indrelid = {} AND i.indisprimary",
          oid),
      progress);
  if (!keys) return tl::unexpected(keys.error());
  if (keys->size() == 1) t.key = quotedName((*keys)[0][0].text) + "::text";
  else if ((*found)[0][4].text == "r" || (*found)[0][4].text == "m") t.key = "ctid::text";
  if (t.geometry.empty()) return t;

  // What the column declares, else what its first row is.
  auto declared = impl_->ask(fmt::format("SELECT postgis_typmod_srid({0}), postgis_typmod_type({0})",
                                         typmod.empty() ? "-1" : typmod),
                             progress);
  if (!declared) return tl::unexpected(declared.error());
  std::string shape;
  if (!declared->empty()) t.srid = std::atoi((*declared)[0][0].text.c_str()), shape = (*declared)[0][1].text;
  if (t.srid == 0 || startsWith(shape, "GEOMETRY")) {
    auto first = impl_->ask(
        fmt::format("SELECT ST_SRID({0}), GeometryType({0}) FROM {1} WHERE {0} IS NOT NULL LIMIT 1",
                    t.geometry, fromOf(t)),
        progress);
    if (!first) return tl::unexpected(first.error());
    if (!first->empty()) {
      if (t.srid == 0) t.srid = std::atoi((*first)[0][0].text.c_str());
      shape = (*first)[0][1].text;
    }
  }
  t.kind = kindOf(shape);
  t.single = !startsWith(shape, "MULTI");
  if (shape.find("URVE") != shape.npos || shape.find("URFACE") != shape.npos ||
      shape.find("CIRCULAR") != shape.npos)
    t.geometry = "ST_CurveToLine(" + t.geometry + ")";
  auto crs = impl_->ask(
      fmt::format("SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = {}", t.srid),
      progress);
  if (crs && !crs->empty()) {
    const auto& row = (*crs)[0];
    auto parsed = Crs::parse(row[0].text + ":" + row[1].text);
    if (!parsed) parsed = Crs::parse(row[2].text);
    if (parsed) t.crs = std::move(*parsed);
  }
  if (auto rows = expectedRows(t, {}, where, progress)) t.estimatedRows = *rows;
  else if (lost()) return tl::unexpected(rows.error());
  auto box = impl_->ask(fmt::format("SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM (SELECT "
                                    "ST_EstimatedExtent({}, {}, {}) AS b) AS e",
                                    quotedText(t.schema), quotedText(t.name), quotedText(shapeColumn)),
                        progress);
  if (!box && lost()) return tl::unexpected(box.error());
  if (!box || box->empty() || (*box)[0][0].missing) {  // no statistics, or a view
    box = impl_->ask(
        fmt::format("SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM (SELECT ST_Extent({}) AS b "
                    "FROM {}) AS e",
                    t.geometry, fromOf(t)),
        progress);
    if (!box) return tl::unexpected(box.error());
  }
  if (!box->empty() && !(*box)[0][0].missing) {
    const auto at = [&](size_t i) { return std::strtod((*box)[0][i].text.c_str(), nullptr); };
    t.extent = {at(0), at(1), at(2), at(3)};
  }
  return t;
}

Result<double> Database::expectedRows(const DatabaseTable& t, const std::optional<Box>& box,
                                      const std::string& where, Progress* progress) {
  std::string sql = fmt::format("EXPLAIN (FORMAT JSON) SELECT 1 FROM {} WHERE true", fromOf(t));
  if (box) sql += fmt::format(" AND {} && {}", t.geometry, envelope(t, *box));
  if (!where.empty()) sql += " AND (" + where + ")";
  auto plan = impl_->ask(sql, progress);
  if (!plan) return tl::unexpected(plan.error());
  std::string text;
  for (const auto& row : *plan) text += row[0].text;
  const size_t at = text.find("\"Plan Rows\":");
  return at == text.npos ? 0 : std::strtod(text.c_str() + at + 12, nullptr);
}

Result<DatabaseRows> Database::rows(const DatabaseTable& t, const RowsWanted& w, Progress* progress) {
  auto layer = std::make_shared<Layer>();
  layer->name = t.name, layer->crs = t.crs;
  layer->source = {impl_->shown, "PostgreSQL", t.text()};
  std::string select = t.key.empty() ? "NULL::text" : t.key;
  std::vector<size_t> chosen;
  for (size_t i = 0; i < t.columns.columns.size(); ++i) {
    const Column& c = t.columns.columns[i];
    if (!w.fields.empty() && std::find(w.fields.begin(), w.fields.end(), c.name) == w.fields.end()) continue;
    chosen.push_back(i);
    select += ", " + t.as[i];
    layer->table.columns.push_back(c);
  }
  for (const std::string& f : w.fields)
    if (!t.columns.find(f))
      return fail(fmt::format("{} has no column \"{}\".", t.text(), f),
                  fmt::format("Columns it does have: {}.", t.columns.columnNames()));
  const bool shapes = w.geometry && !t.geometry.empty();
  if (shapes) {
    std::string g = w.placesOnly ? placeOf(t) : t.geometry;
    if (!w.placesOnly && w.tolerance > 0 && t.kind != ShapeKind::point)
      g = fmt::format("ST_Simplify({}, {}, true)", g, number(w.tolerance));
    select += ", ST_AsBinary(ST_Force2D(" + g + "))";
  }
  std::string sql = fmt::format("SELECT {} FROM {} WHERE true", select, fromOf(t));
  if (w.box && shapes)
    sql += " AND " + (w.ownPoints && t.kind == ShapeKind::point
                          ? insideOf(t, *w.box)
                          : fmt::format("{} && {}", t.geometry, envelope(t, *w.box)));
  if (w.tolerance > 0 && shapes && t.kind != ShapeKind::point && !w.placesOnly)
    sql += fmt::format(" AND greatest(ST_XMax({0}) - ST_XMin({0}), ST_YMax({0}) - ST_YMin({0})) >= {1}",
                       t.geometry, number(w.tolerance));
  if (!w.where.empty()) sql += " AND (" + w.where + ")";
  sql += fmt::format(" LIMIT {}", w.most + 1);

  DatabaseRows out;
  detail::ShapeCollector collector;
  if (shapes) collector.reserve(1024, 4096, t.kind);
  size_t rows = 0;
  auto done = impl_->copy(sql, progress, [&](const std::vector<Impl::Field>& fields) {
    if (rows == w.most || collector.full()) return void(out.cut = true);
    if (fields.size() < 1 + chosen.size() + shapes) return;
    if (!t.key.empty())
      out.keys.emplace_back(
          fields[0].size >= 0 ? std::string(fields[0].data, static_cast<size_t>(fields[0].size)) : "");
    for (size_t i = 0; i < chosen.size(); ++i) {
      const Impl::Field& f = fields[i + 1];
      Column& c = layer->table.columns[i];
      if (!c.numeric()) {
        c.present.push_back(f.size >= 0);
        c.texts.push_back(f.size >= 0 ? std::string_view(f.data, static_cast<size_t>(f.size))
                                      : std::string_view());
        continue;
      }
      double value = missing;
      if (f.size == 8) {
        const uint64_t bits = big64(f.data);
        if (c.type == ColumnType::integer) value = static_cast<double>(static_cast<int64_t>(bits));
        else std::memcpy(&value, &bits, 8);
      }
      c.numbers.push_back(value);
    }
    if (shapes) {
      if (const Impl::Field& f = fields.back(); f.size > 0)
        if (detail::parseWkb({reinterpret_cast<const std::byte*>(f.data), static_cast<size_t>(f.size)},
                             collector) != detail::WkbAnswer::done)
          collector.markBroken();
      collector.endRow();
    }
    ++rows;
    if (progress && rows % 4096 == 0)
      progress->keepGoing(std::min(0.99, static_cast<double>(rows) / std::max(1.0, t.estimatedRows)));
  });
  if (!done) return tl::unexpected(done.error());
  layer->table.rowCount = rows;
  if (shapes) {
    std::vector<detail::ShapeCollector::Trouble> troubles;
    layer->shapes = collector.finish(troubles);
    if (layer->shapes.kind == ShapeKind::none) layer->shapes.kind = w.placesOnly ? ShapeKind::point : t.kind;
    if (w.tolerance <= 0)
      for (size_t r = 0; r < troubles.size(); ++r)
        if (troubles[r].any())
          out.report.note("broken-shape", r, "A shape cannot be drawn, or not all of it.", "repair");
  } else {
    layer->shapes.rowStart.assign(rows + 1, 0);
  }
  layer->bounds = layer->shapes.box();
  out.layer = std::move(layer);
  return out;
}

Result<DatabaseRows> Database::counts(const DatabaseTable& t, const Box& box, double cell,
                                      const std::string& where, Progress* progress) {
  auto layer = std::make_shared<Layer>();
  layer->name = t.name, layer->crs = t.crs, layer->source = {impl_->shown, "PostgreSQL", t.text()};
  layer->table = t.columns;
  Column count;
  count.name = countColumn, count.type = ColumnType::integer;
  const std::string p = placeOf(t);
  std::string sql =
      fmt::format("SELECT count(*)::int8, avg(ST_X({0}))::float8, avg(ST_Y({0}))::float8 FROM {1} WHERE {2}",
                  p, fromOf(t), insideOf(t, box));
  if (!where.empty()) sql += " AND (" + where + ")";
  sql += fmt::format(" GROUP BY floor(ST_X({0}) / {1}), floor(ST_Y({0}) / {1})", p, number(cell));
  Shapes& shapes = layer->shapes;
  shapes.kind = ShapeKind::point;
  auto done = impl_->copy(sql, progress, [&](const std::vector<Impl::Field>& f) {
    if (f.size() != 3 || f[0].size != 8 || f[1].size != 8 || f[2].size != 8) return;
    Point at;
    const uint64_t x = big64(f[1].data), y = big64(f[2].data);
    std::memcpy(&at.x, &x, 8), std::memcpy(&at.y, &y, 8);
    if (!std::isfinite(at.x) || !std::isfinite(at.y)) return;
    count.numbers.push_back(static_cast<double>(static_cast<int64_t>(big64(f[0].data))));
    shapes.vertices.push_back(at);
    shapes.endPart(), shapes.endRow();
  });
  if (!done) return tl::unexpected(done.error());
  const size_t rows = count.numbers.size();
  for (Column& c : layer->table.columns) {
    if (c.numeric()) c.numbers.assign(rows, missing);
    else c.texts.resize(rows), c.present.assign(rows, 0);
  }
  layer->table.columns.push_back(std::move(count));
  layer->table.rowCount = rows;
  layer->bounds = shapes.box();
  DatabaseRows out;
  out.layer = std::move(layer);
  return out;
}

}  // namespace geo
