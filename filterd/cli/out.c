/* Buffered output with colours: see out.h. */
#include "cli/out.h"

#include "text/chars.h"
#include "text/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FLUSH_AT (64 * 1024) /* [bytes] */
#define WIDTH_DEFAULT 100 /* [columns] when there is no terminal to ask */
#define WIDTH_LEAST 20 /* [columns] */

static const char *const style_codes[STYLE_COUNT] = {
	[STYLE_PLAIN] = "\033[0m",
	[STYLE_BOLD] = "\033[1m",
	[STYLE_DIM] = "\033[2m",
	[STYLE_GOOD] = "\033[1;32m",
	[STYLE_WARN] = "\033[1;33m",
	[STYLE_BAD] = "\033[1;31m",
	[STYLE_NAME] = "\033[36m",
	[STYLE_MATCH] = "\033[4m",
};

static bool wants_colour(enum colour_choice choice, bool terminal)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	if (choice != COLOUR_AUTO)
		return choice == COLOUR_ALWAYS;
	return terminal && !(none && *none) && term && strcmp(term, "dumb") != 0;
}

static unsigned find_width(int fd, bool terminal)
{
	struct winsize size;

	if (terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_LEAST)
		return size.ws_col;
	return WIDTH_DEFAULT;
}

void out_init(struct out *out, int fd, enum colour_choice choice)
{
	bool terminal = isatty(fd);

	*out = (struct out){
		.fd = fd,
		.terminal = terminal,
		.colour = wants_colour(choice, terminal),
		.width = find_width(fd, terminal),
	};
}

static void flush_if_full(struct out *out)
{
	if (out->buffer.len >= FLUSH_AT)
		out_flush(out);
}

void out_span(struct out *out, struct span s)
{
	buf_span(&out->buffer, s);
	flush_if_full(out);
}

void out_str(struct out *out, const char *text)
{
	buf_str(&out->buffer, text);
	flush_if_full(out);
}

void out_printf(struct out *out, const char *format, ...)
{
	char text[1024];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len < 0)
		return;
	if ((size_t)len < sizeof(text)) {
		out_span(out, (struct span){text, (size_t)len});
		return;
	}
	char *longer = buf_reserve(&out->buffer, (size_t)len + 1);

	if (!longer)
		return;
	va_start(args, format);
	vsnprintf(longer, (size_t)len + 1, format, args);
	va_end(args);
	out->buffer.len += (size_t)len;
	flush_if_full(out);
}

void out_count_right(struct out *out, uint64_t number, int columns)
{
	char digits[24], text[32];
	int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number), to = 0;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			text[to++] = ',';
		text[to++] = digits[i];
	}
	text[to] = '\0';
	out_printf(out, "%*s", columns, text);
}

void out_count(struct out *out, uint64_t number)
{
	out_count_right(out, number, 0);
}

void out_share(struct out *out, struct share share, int columns)
{
	double percent = share.whole ? 100.0 * (double)share.part / (double)share.whole : 0;
	char text[32] = "-";

	if (share.whole && (share.part == 0 || share.part == share.whole))
		snprintf(text, sizeof(text), "%.0f %%", percent);
	else if (share.whole && percent < 0.01)
		snprintf(text, sizeof(text), "<0.01 %%");
	else if (share.whole && percent > 99.95)
		snprintf(text, sizeof(text), ">99.9 %%");
	else if (share.whole)
		snprintf(text, sizeof(text), "%.*f %%",
			percent < 1                    ? 2
			: percent < 10 || percent > 90 ? 1
						       : 0,
			percent);
	out_printf(out, "%*s", columns, text);
}

void out_style(struct out *out, enum style style)
{
	if (out->colour)
		out_str(out, style_codes[style]);
}

void out_styled(struct out *out, enum style style, const char *text)
{
	out_style(out, style);
	out_str(out, text);
	out_style(out, STYLE_PLAIN);
}

void out_untrusted(struct out *out, struct span s, size_t max)
{
	size_t at = 0;

	while (at < s.len) {
		size_t from = at;
		uint32_t c;

		if (max && at >= max) {
			out_str(out, "…");
			return;
		}
		c = utf8_next(s, &at);
		if (char_hides(c))
			out_printf(out, "<U+%04X>", c);
		else
			out_span(out, span_sub(s, from, at));
	}
}

bool out_flush(struct out *out)
{
	struct span left = buf_content(&out->buffer);

	if (out->buffer.failed && out->error == 0)
		out->error = ENOMEM;
	while (left.len > 0 && out->error == 0) {
		ssize_t n = write(out->fd, left.ptr, left.len);

		if (n >= 0)
			left = span_sub(left, (size_t)n, left.len);
		else if (errno != EINTR)
			out->error = errno;
	}
	buf_clear(&out->buffer);
	return out->error == 0;
}

bool out_close(struct out *out)
{
	out_flush(out);
	buf_free(&out->buffer);
	return out->error == 0 || out->error == EPIPE;
}
