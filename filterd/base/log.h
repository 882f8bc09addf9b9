/*
 * The log: one line per event on standard error, as `time level text` or as JSON.
 *
 * Every argument is escaped here, always: a control byte, a NUL in a %s, ESC, DEL or a Unicode line
 * separator is written as \xNN, so no input can forge a line. Comment text is never passed above
 * debug level. A log that cannot be written drops the line and counts it; it never blocks.
 */
#pragma once

#include "base/span.h"

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG,
};

/* Sets the least important level written (default info) and the form. Call before threads start. */
void log_init(enum log_level level, bool json);

bool log_wants(enum log_level level);

/* With errno's text after the message. */
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Without. */
void log_warnx(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_errorx(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Log and exit(1): for start-up only. */
_Noreturn void fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fatalx(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How many lines could not be written so far. */
uint64_t log_dropped(void);

/*
 * True at most once a second for each *last (a static of the caller, [ns] monotonic, 0 at first):
 * for faults that a client can cause at will.
 */
bool log_once_a_second(_Atomic int64_t *last);
