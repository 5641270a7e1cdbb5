// libpq, opened at the first call: few projects need it, and the libraries behind it take time to relocate.
#pragma once

#include <libpq-fe.h>

#include "geo/result.h"

namespace geo::detail {

struct Postgres {
  decltype(&PQconnectStartParams) connectStart;
  decltype(&PQconnectPoll) connectPoll;
  decltype(&PQstatus) status;
  decltype(&PQsocket) socket;
  decltype(&PQfinish) finish;
  decltype(&PQerrorMessage) errorMessage;
  decltype(&PQsetnonblocking) setNonBlocking;
  decltype(&PQsendQueryParams) sendQuery;
  decltype(&PQflush) flush;
  decltype(&PQconsumeInput) consumeInput;
  decltype(&PQisBusy) isBusy;
  decltype(&PQgetResult) getResult;
  decltype(&PQresultStatus) resultStatus;
  decltype(&PQresultErrorMessage) resultError;
  decltype(&PQresultErrorField) errorField;
  decltype(&PQntuples) rows;
  decltype(&PQnfields) columns;
  decltype(&PQsetNoticeProcessor) onNotice;
  decltype(&PQgetisnull) isNull;
  decltype(&PQgetvalue) value;
  decltype(&PQclear) clear;
  decltype(&PQgetCopyData) copyData;
  decltype(&PQfreemem) freeMemory;
  decltype(&PQconninfoParse) parseText;
  decltype(&PQconninfoFree) freeText;

  static Result<const Postgres*> library();
};

}  // namespace geo::detail
