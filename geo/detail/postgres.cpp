#include "geo/detail/postgres.h"

#include <dlfcn.h>

namespace geo::detail {

Result<const Postgres*> Postgres::library() {
  static const auto made = []() -> Result<Postgres> {
    void* handle = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!handle)
      return fail("PostgreSQL cannot be asked: libpq is not installed.", "Install it (Debian: libpq5).");
    Postgres p{};
    bool whole = true;
    const auto take = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
      whole = whole && function;
    };
    take(p.connectStart, "PQconnectStartParams"), take(p.connectPoll, "PQconnectPoll");
    take(p.status, "PQstatus"), take(p.socket, "PQsocket"), take(p.finish, "PQfinish");
    take(p.errorMessage, "PQerrorMessage"), take(p.setNonBlocking, "PQsetnonblocking");
    take(p.sendQuery, "PQsendQueryParams"), take(p.flush, "PQflush");
    take(p.consumeInput, "PQconsumeInput"), take(p.isBusy, "PQisBusy"), take(p.getResult, "PQgetResult");
    take(p.resultStatus, "PQresultStatus"), take(p.resultError, "PQresultErrorMessage");
    take(p.errorField, "PQresultErrorField"), take(p.rows, "PQntuples"), take(p.columns, "PQnfields"),
        take(p.onNotice, "PQsetNoticeProcessor"), take(p.isNull, "PQgetisnull");
    take(p.value, "PQgetvalue"), take(p.clear, "PQclear"), take(p.copyData, "PQgetCopyData");
    take(p.freeMemory, "PQfreemem"), take(p.parseText, "PQconninfoParse"), take(p.freeText, "PQconninfoFree");
    if (!whole)
      return fail("PostgreSQL cannot be asked: this libpq is too old.", "Install libpq 12 or newer.");
    return p;
  }();
  if (!made) return tl::unexpected(made.error());
  return &*made;
}

}  // namespace geo::detail
