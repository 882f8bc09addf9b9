/* Logging in and out: sessions of the page. */
#pragma once

#include "server/http_exchange.h"

/* POST /v1/session: a token for a cookie. */
enum outcome session_begin(struct exchange *x);

/* GET /v1/session: who asks, and what one may. */
enum outcome session_show(struct exchange *x);

/* DELETE /v1/session: takes the cookie back. */
enum outcome session_end(struct exchange *x);
