/*
 * The log: see log.h. One write per line, so lines of several threads never mix. It is made only
 * when it cannot block: lines fit into what a pipe that is ready for writing takes (PIPE_BUF), and
 * nobody else of us writes between the question and the write.
 */
#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define TEXT_MAX_BYTES 4096
/* [bytes] of the text in a line; what is left of PIPE_BUF holds time, level and errno. */
#define ESCAPED_MAX (PIPE_BUF - 256)

static enum log_level least = LOG_INFO;
static bool as_json;
static _Atomic uint64_t dropped;
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

static const char *const level_names[] = {"error", "warn", "info", "debug"};

void log_init(enum log_level level, bool json)
{
	least = level;
	as_json = json;
}

bool log_wants(enum log_level level)
{
	return level <= least;
}

uint64_t log_dropped(void)
{
	return atomic_load_explicit(&dropped, memory_order_relaxed);
}

/* Length of a Unicode line or paragraph separator or a C1 control at p (UTF-8), 0 if none. */
static size_t separator_len(const unsigned char *p, size_t left)
{
	if (left >= 2 && p[0] == 0xC2 && p[1] < 0xA0)
		return 2;
	if (left >= 3 && p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9))
		return 3;
	return 0;
}

/* Length of the well-formed UTF-8 character at p, 0 if there is none (Unicode's table 3-7). */
static size_t character_len(const unsigned char *p, size_t left)
{
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	unsigned char lowest = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
	unsigned char highest = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;

	if (len == 1)
		return 1;
	if (p[0] < 0xC2 || p[0] > 0xF4 || left < len || p[1] < lowest || p[1] > highest)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	}
	return len;
}

/* Appends the text, cut where the line would grow too long. */
static void append_escaped(struct buf *out, const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;

	for (size_t i = 0; i < len && out->len < ESCAPED_MAX;) {
		size_t shown = character_len(p + i, len - i);
		size_t hidden = separator_len(p + i, len - i);

		if (shown == 0 || p[i] < 0x20 || p[i] == 0x7f)
			hidden = 1;
		if (as_json && (p[i] == '"' || p[i] == '\\'))
			buf_char(out, '\\');
		if (hidden == 0) {
			buf_append(out, text + i, shown);
			i += shown;
			continue;
		}
		for (size_t end = i + hidden; i < end; i++)
			buf_printf(out, as_json ? "\\\\x%02x" : "\\x%02x", p[i]);
	}
}

/* Writes a line of at most PIPE_BUF bytes if that is possible at once. */
static bool write_at_once(const struct buf *line)
{
	struct pollfd where = {.fd = STDERR_FILENO, .events = POLLOUT};
	ssize_t written;

	pthread_mutex_lock(&writing);
	written = send(STDERR_FILENO, line->data, line->len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (written < 0 && errno == ENOTSOCK && poll(&where, 1, 0) == 1 &&
		(where.revents & POLLOUT))
		written = write(STDERR_FILENO, line->data, line->len);
	pthread_mutex_unlock(&writing);
	return written == (ssize_t)line->len;
}

__attribute__((format(printf, 3, 0))) static void write_line(
	enum log_level level, int error, const char *format, va_list args)
{
	char text[TEXT_MAX_BYTES], when[CLOCK_TEXT_SIZE];
	struct buf line = {0};
	int len;

	if (!log_wants(level))
		return;
	len = vsnprintf(text, sizeof(text), format, args);
	if (len < 0)
		return;
	if ((size_t)len >= sizeof(text))
		len = (int)sizeof(text) - 1;
	clock_format(clock_real_ms(), when);
	buf_printf(&line, as_json ? "{\"time\":\"%s\",\"level\":\"%s\",\"text\":\"" : "%s %-5s ",
		when, level_names[level]);
	append_escaped(&line, text, (size_t)len);
	if (error) {
		char reason[128] = "";

		buf_str(&line, ": ");
		buf_str(&line, strerror_r(error, reason, sizeof(reason)));
	}
	buf_str(&line, as_json ? "\"}\n" : "\n");
	if (line.failed || !write_at_once(&line))
		atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
	buf_free(&line);
}

#define WRITE_LINE(level, error)                                                                   \
	do {                                                                                       \
		int saved = errno;                                                                 \
		va_list args;                                                                      \
		va_start(args, format);                                                            \
		write_line(level, error, format, args);                                            \
		va_end(args);                                                                      \
		errno = saved;                                                                     \
	} while (0)

void log_warn(const char *format, ...)
{
	WRITE_LINE(LOG_WARN, errno);
}

void log_warnx(const char *format, ...)
{
	WRITE_LINE(LOG_WARN, 0);
}

void log_errorx(const char *format, ...)
{
	WRITE_LINE(LOG_ERROR, 0);
}

void log_info(const char *format, ...)
{
	WRITE_LINE(LOG_INFO, 0);
}

void log_debug(const char *format, ...)
{
	WRITE_LINE(LOG_DEBUG, 0);
}

_Noreturn void fatal(const char *format, ...)
{
	WRITE_LINE(LOG_ERROR, errno);
	exit(1);
}

_Noreturn void fatalx(const char *format, ...)
{
	WRITE_LINE(LOG_ERROR, 0);
	exit(1);
}

bool log_once_a_second(_Atomic int64_t *last)
{
	int64_t now = clock_mono_ns(), before = atomic_load_explicit(last, memory_order_relaxed);

	if (before != 0 && now - before < NS_PER_S)
		return false;
	return atomic_compare_exchange_strong(last, &before, now);
}
