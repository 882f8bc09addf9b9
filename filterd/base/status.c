/* Names of the status codes. */
#include "base/status.h"

const char *status_name(enum status status)
{
	switch (status) {
	case OK:
		return "ok";
	case ERR_NOMEM:
		return "out of memory";
	case ERR_INVALID:
		return "invalid input";
	case ERR_IO:
		return "input/output error";
	case ERR_LIMIT:
		return "limit reached";
	case ERR_DEADLINE:
		return "deadline passed";
	case ERR_AGAIN:
		return "more input needed";
	case ERR_UNSUPPORTED:
		return "not supported";
	case ERR_NOTFOUND:
		return "not found";
	case ERR_CONFLICT:
		return "conflict";
	}
	return "unknown status";
}
