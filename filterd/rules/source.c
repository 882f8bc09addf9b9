/* Files as they are read, the check of their text before it is parsed, and places in it. */
#include "rules/lint.h"
#include "rules/yaml.h"
#include "text/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HIDDEN_MAX 5 /* hidden characters that are told of, each of which costs a look back */

/* --- files ---------------------------------------------------------------------------------- */

#define file_error(source, errors, ...)                                                            \
	do {                                                                                       \
		errors_add((errors), SEVERITY_ERROR, (struct place){(source), 0, 0}, __VA_ARGS__); \
		lint_mark((errors), LINT_UNREADABLE);                                              \
	} while (0)

/* Reads up to max + 1 bytes, so that a file that grew since fstat() is noticed. */
static int read_all(int fd, size_t expected, size_t max, struct buf *out)
{
	out->limit = max + 1;
	for (;;) {
		size_t room = expected > out->len ? expected - out->len + 1 : 4096;
		char *to;
		ssize_t got;

		if (room > max + 1 - out->len)
			room = max + 1 - out->len;
		if (room == 0)
			return ERR_LIMIT;
		to = buf_reserve(out, room);
		if (!to)
			return ERR_NOMEM;
		got = read(fd, to, room);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ERR_IO;
		if (got == 0)
			return out->len > max ? ERR_LIMIT : OK;
		out->len += (size_t)got;
	}
}

int source_read(struct arena *arena, const char *path, size_t max, struct errors *errors,
	struct source **out)
{
	struct source *source = arena_zalloc(arena, 1, sizeof(*source));
	struct span name = arena_copy(arena, span_of(path));
	struct buf content = {0};
	struct stat st;
	int fd = -1, rc;

	if (!source || !name.ptr)
		return ERR_NOMEM;
	source->name = name.ptr;
	rc = ERR_IO;
	/* O_NONBLOCK: opening a FIFO nobody writes to must not hang. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		file_error(source, errors, "cannot be read: %s", strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		file_error(source, errors, "is not a regular file");
		goto out;
	}
	rc = st.st_size > (off_t)max ? ERR_LIMIT : read_all(fd, (size_t)st.st_size, max, &content);
	if (rc == ERR_LIMIT) {
		file_error(source, errors, "is larger than %zu bytes", max);
		errors_hint(errors, "split it into several files");
	} else if (rc == ERR_IO) {
		file_error(source, errors, "cannot be read: %s", strerror(errno));
	}
	if (rc != OK)
		goto out;
	if (st.st_mode & S_IWOTH) {
		errors_add(errors, SEVERITY_WARNING, (struct place){source, 0, 0},
			"every user of this machine may change this file");
		lint_mark(errors, LINT_TEXT_FILE);
		errors_hint(errors, "chmod o-w");
	}
	source->text = arena_copy(arena, buf_content(&content));
	rc = source->text.ptr ? OK : ERR_NOMEM;
out:
	if (fd >= 0)
		close(fd);
	buf_free(&content);
	*out = source;
	return rc;
}

/* --- the text before parsing ---------------------------------------------------------------- */

static bool begins(struct span text, const char *mark)
{
	return text.len >= strlen(mark) && memcmp(text.ptr, mark, strlen(mark)) == 0;
}

static bool check_encoding(const struct source *source, struct errors *errors)
{
	struct span text = source->text;
	struct place start = {source, 1, 1};
	const char *nul;
	size_t bad = 0;

	if (begins(text, "\xEF\xBB\xBF")) {
		errors_add(errors, SEVERITY_ERROR, start, "the file begins with a byte order mark");
		lint_mark(errors, LINT_UNREADABLE);
		errors_hint(errors, "save it as UTF-8 without BOM");
		return false;
	}
	if (begins(text, "\xFE\xFF") || begins(text, "\xFF\xFE")) {
		errors_add(errors, SEVERITY_ERROR, (struct place){source, 0, 0},
			"the file is in UTF-16");
		lint_mark(errors, LINT_UNREADABLE);
		errors_hint(errors, "save it as UTF-8");
		return false;
	}
	nul = text.len ? memchr(text.ptr, 0, text.len) : NULL;
	if (nul) {
		errors_add(errors, SEVERITY_ERROR, yaml_place_at(source, (size_t)(nul - text.ptr)),
			"the file holds a NUL byte");
		lint_mark(errors, LINT_UNREADABLE);
		errors_hint(errors, "is it a text file, saved as UTF-8?");
		return false;
	}
	if (!utf8_valid(text, &bad)) {
		errors_add(errors, SEVERITY_ERROR, yaml_place_at(source, bad),
			"this is not UTF-8 (byte 0x%02X)", (unsigned char)text.ptr[bad]);
		lint_mark(errors, LINT_UNREADABLE);
		errors_hint(errors, "save the file as UTF-8");
		return false;
	}
	return true;
}

/* What libyaml would count as a line break and an editor would not, or not read at all. */
static const char *odd_character(uint32_t c, bool before_line_feed)
{
	if (c == '\r')
		return before_line_feed ? NULL : "a carriage return without a line feed";
	if (c == '\t' || c == '\n')
		return NULL;
	if (c < 0x20 || (c >= 0x7F && c < 0xA0 && c != 0x85))
		return "a control character";
	if (c == 0x85 || c == 0x2028 || c == 0x2029)
		return "a Unicode line separator";
	return c == 0xFFFE || c == 0xFFFF ? "a noncharacter" : NULL;
}

/*
 * Characters that nobody sees and that change what a line says: direction controls, zero-width
 * spaces, tags. Zero-width joiners are part of Persian, Kurdish and emoji.
 */
static bool is_hidden(uint32_t c)
{
	return c == 0x00AD || c == 0x061C || c == 0x200B || c == 0x200E || c == 0x200F ||
	       (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
	       (c >= 0xE0000 && c <= 0xE007F);
}

static void warn_hidden(const struct source *source, struct errors *errors, size_t at, uint32_t c)
{
	errors_add(errors, SEVERITY_WARNING, yaml_place_at(source, at),
		"a hidden character (U+%04X) stands here", (unsigned)c);
	lint_mark(errors, LINT_TEXT_FILE);
	errors_hint(errors,
		c > 0xFFFF ? "if it is meant, write \"\\U%08X\" in double quotes"
			   : "if it is meant, write \"\\u%04X\" in double quotes",
		(unsigned)c);
}

static bool check_characters(const struct source *source, struct errors *errors)
{
	struct span text = source->text;
	unsigned hidden = 0;

	for (size_t at = 0, next; at < text.len; at = next) {
		const char *odd;
		uint32_t c;

		next = at;
		c = utf8_next(text, &next);
		odd = odd_character(c, next < text.len && text.ptr[next] == '\n');
		if (odd) {
			errors_add(errors, SEVERITY_ERROR, yaml_place_at(source, at),
				"%s (U+%04X) may not stand in the file", odd, (unsigned)c);
			errors_hint(errors, "in double quotes it can be written \"\\u%04X\"",
				(unsigned)c);
			return false;
		}
		if (c >= 0xAD && is_hidden(c) && ++hidden <= HIDDEN_MAX)
			warn_hidden(source, errors, at, c);
		/* libyaml compares each %TAG with all before: quadratic, and nobody needs them. */
		if (c == '%' && (at == 0 || text.ptr[at - 1] == '\n')) {
			errors_add(errors, SEVERITY_ERROR, yaml_place_at(source, at),
				"a line may not begin with `%%`: directives are not allowed");
			return false;
		}
	}
	return true;
}

bool source_check(const struct source *source, struct errors *errors)
{
	return check_encoding(source, errors) && check_characters(source, errors);
}

/* --- places -------------------------------------------------------------------------------------
 */

struct place yaml_place_at(const struct source *source, size_t offset)
{
	struct place place = {source, 1, 1};

	for (size_t i = 0; i < offset && i < source->text.len; i++) {
		unsigned char c = (unsigned char)source->text.ptr[i];

		if (c == '\n') {
			place.line++;
			place.column = 1;
		} else if ((c & 0xC0) != 0x80) {
			place.column++;
		}
	}
	return place;
}

size_t yaml_offset(const struct source *source, uint32_t line, uint32_t column)
{
	struct span text = source->text;
	size_t at = 0;

	while (line > 1 && at < text.len) {
		if (text.ptr[at++] == '\n')
			line--;
	}
	while (column > 1 && at < text.len && text.ptr[at] != '\n') {
		at += utf8_len((unsigned char)text.ptr[at]);
		column--;
	}
	return at < text.len ? at : text.len ? text.len - 1 : 0;
}
