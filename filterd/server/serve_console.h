/* What the pages of the console ask: their own files, the rules' files, and try-outs. */
#pragma once

#include "server/http_exchange.h"

/* GET /console/...: a file of the page. */
enum outcome console_file(struct exchange *x);

/* GET /v1/try/rules: the files of the rules in force with their texts. */
enum outcome console_rules(struct exchange *x);

/* POST /v1/try: judges comments by a changed copy of the rules; the answer comes later. */
enum outcome console_try(struct exchange *x);

/* A try-out is over, maybe the one that x->session waits for. */
enum outcome console_resume(struct exchange *x);
