/*
 * Output of commands: a buffered file descriptor with colours, that survives a reader who leaves.
 *
 * `filterd lint | head` must neither die of SIGPIPE nor complain; a full disk must not look like
 * success. So writes never fail loudly here: the first failure is remembered, later output is
 * dropped, and out_close() says what the exit code has to be.
 */
#pragma once

#include "base/buf.h"

enum style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_GOOD, /* green */
	STYLE_WARN, /* yellow */
	STYLE_BAD, /* red */
	STYLE_NAME, /* cyan: ids, file names */
	STYLE_MATCH, /* underlined: what a rule found */
	STYLE_COUNT,
};

enum colour_choice {
	COLOUR_AUTO, /* on a terminal, unless NO_COLOR is set or TERM is dumb */
	COLOUR_ALWAYS,
	COLOUR_NEVER,
};

/* A share: `part` of `whole`. */
struct share {
	uint64_t part, whole;
};

struct out {
	int fd;
	struct buf buffer;
	bool colour;
	bool terminal;
	unsigned width; /* [columns] */
	int error; /* errno of the first failed write; 0: none */
};

/* Begins output to fd (not owned). */
void out_init(struct out *out, int fd, enum colour_choice choice);

void out_span(struct out *out, struct span s);
void out_str(struct out *out, const char *text);
void out_printf(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A number with commas between thousands: 1,234,567. */
void out_count(struct out *out, uint64_t number);

/* The same at the right of `columns`. */
void out_count_right(struct out *out, uint64_t number, int columns);

/* A share for people, at the right of `columns`: "12 %", "1.2 %", "0.03 %", "<0.01 %"; "-" of none.
 */
void out_share(struct out *out, struct share share, int columns);

/* Starts a style, or ends it with STYLE_PLAIN; nothing without colours. */
void out_style(struct out *out, enum style style);

/* The text in the style. */
void out_styled(struct out *out, enum style style, const char *text);

/*
 * Untrusted text on one line: control, bidi and other invisible characters are written as visible
 * tokens (<U+202E>), so that no comment can steer the terminal. At most `max` bytes are shown,
 * then "…"; 0 shows all.
 */
void out_untrusted(struct out *out, struct span s, size_t max);

/* Writes what has been collected. False once a write has failed. */
bool out_flush(struct out *out);

/* Flushes and frees. False after a failure other than a reader who left. */
bool out_close(struct out *out);
