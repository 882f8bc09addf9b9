/* The one enum of what can go wrong; every function that can fail returns OK or one of these. */
#pragma once

enum status {
	OK = 0,
	ERR_NOMEM = -1, /* an allocation failed or an arena is at its limit */
	ERR_INVALID = -2, /* the input breaks its format; an error with its place has been added */
	ERR_IO = -3, /* the system refused: errno tells more */
	ERR_LIMIT = -4, /* a documented bound was reached */
	ERR_DEADLINE = -5, /* the time allowed has passed */
	ERR_AGAIN = -6, /* more input is needed */
	ERR_UNSUPPORTED = -7, /* well formed, but not something we do */
	ERR_NOTFOUND = -8, /* there is no such thing */
	ERR_CONFLICT = -9, /* it has changed since, or somebody else has it */
};

/* A short name for logs: "out of memory", "invalid input", ... Never NULL. */
const char *status_name(enum status status);
