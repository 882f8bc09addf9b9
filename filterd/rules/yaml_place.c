/*
 * The way back from a byte of a scalar's value to its place in the file.
 *
 * The value is what libyaml made of quotes, escapes, folded lines and block indentation; here both
 * are walked side by side. Only errors need it, so it is simple rather than fast.
 */
#include "rules/yaml.h"
#include "text/utf8.h"

struct walk {
	struct span text; /* the file */
	size_t at; /* where the walk stands in it */
	struct span value;
	size_t done; /* bytes of the value passed */
	char style; /* the first character: ' " | > or anything else for plain */
	size_t indent; /* of a block: columns to skip on each line */
};

static char peek(const struct walk *w, size_t ahead)
{
	return w->at + ahead < w->text.len ? w->text.ptr[w->at + ahead] : '\0';
}

static bool is_break(char c)
{
	return c == '\n' || c == '\r';
}

static void skip_line_break(struct walk *w)
{
	if (peek(w, 0) == '\r')
		w->at++;
	if (peek(w, 0) == '\n')
		w->at++;
}

/* Length in the file of an escape in double quotes. */
static size_t escape_length(char letter)
{
	switch (letter) {
	case 'x':
		return 4;
	case 'u':
		return 6;
	case 'U':
		return 10;
	default:
		return 2;
	}
}

/* Spaces of a folded line's end, line breaks, and the next line's indentation. */
static void skip_fold(struct walk *w)
{
	while (peek(w, 0) == ' ' || peek(w, 0) == '\t' || is_break(peek(w, 0)))
		w->at++;
}

/* Whether only spaces stand before the end of this line: then what comes is a fold. */
static bool at_fold(const struct walk *w)
{
	size_t ahead = 0;

	while (peek(w, ahead) == ' ' || peek(w, ahead) == '\t')
		ahead++;
	return is_break(peek(w, ahead));
}

static void begin_block_line(struct walk *w)
{
	for (size_t i = 0; i < w->indent && peek(w, 0) == ' '; i++)
		w->at++;
}

/* Passes the header (`|`, `>-`, a comment) and empty lines, and learns the indentation. */
static void begin_block(struct walk *w)
{
	size_t at;

	while (w->at < w->text.len && !is_break(peek(w, 0)))
		w->at++;
	skip_line_break(w);
	for (at = w->at; at < w->text.len; at++) {
		char c = w->text.ptr[at];

		if (is_break(c))
			w->indent = 0;
		else if (c == ' ')
			w->indent++;
		else
			break;
	}
	/* `|2` leaves spaces to the value that would else be taken for indentation. */
	for (size_t i = 0; i < w->value.len && w->value.ptr[i] == ' ' && w->indent; i++)
		w->indent--;
	begin_block_line(w);
}

/* From a line break to the next line that holds something: `>` folds, so breaks do not add up. */
static void skip_blank_lines(struct walk *w)
{
	do {
		skip_line_break(w);
		begin_block_line(w);
	} while (is_break(peek(w, 0)));
}

static size_t char_len(struct span s, size_t at)
{
	size_t len = utf8_len((unsigned char)s.ptr[at]);

	return len > s.len - at ? s.len - at : len;
}

/* Passes one character of the value and what stands for it. False: they do not fit together. */
static bool step_block(struct walk *w)
{
	char wanted = w->value.ptr[w->done];

	if (is_break(peek(w, 0)) && (wanted == '\n' || wanted == ' ')) {
		skip_blank_lines(w);
		w->done++;
		while (wanted == '\n' && w->done < w->value.len && w->value.ptr[w->done] == '\n')
			w->done++;
		return true;
	}
	if (peek(w, 0) != wanted)
		return false;
	w->at += char_len(w->text, w->at);
	w->done += char_len(w->value, w->done);
	return true;
}

static bool step_flow(struct walk *w)
{
	char wanted = w->value.ptr[w->done];

	if (w->style == '"' && peek(w, 0) == '\\' && is_break(peek(w, 1))) {
		w->at++;
		skip_fold(w);
	}
	if (w->style == '"' && peek(w, 0) == '\\') {
		w->at += escape_length(peek(w, 1));
		w->done += char_len(w->value, w->done);
		return w->at < w->text.len;
	}
	if ((wanted == ' ' || wanted == '\n') && at_fold(w)) {
		while (w->done < w->value.len &&
			(w->value.ptr[w->done] == '\n' || w->value.ptr[w->done] == ' '))
			w->done++;
		skip_fold(w);
		return true;
	}
	if (peek(w, 0) != wanted)
		return false;
	w->at += w->style == '\'' && wanted == '\'' ? 2 : char_len(w->text, w->at);
	w->done += char_len(w->value, w->done);
	return true;
}

size_t yaml_offset_inside(
	const struct source *source, const struct yaml_node *scalar, size_t offset)
{
	struct walk w = {.text = source->text, .value = scalar->value};
	size_t begin = yaml_offset(source, scalar->line, scalar->column);
	bool block;

	w.at = begin;
	w.style = scalar->quoted ? peek(&w, 0) : '\0';
	block = w.style == '|' || w.style == '>';
	if (block)
		begin_block(&w);
	else if (w.style)
		w.at++;
	while (w.done < offset && w.done < w.value.len) {
		if (!(block ? step_block(&w) : step_flow(&w)))
			return begin;
	}
	return w.at;
}

struct place yaml_place_inside(
	const struct source *source, const struct yaml_node *scalar, size_t offset)
{
	/* Nothing stands anywhere inside an empty value; at the file's end libyaml puts it a line
	 * on. */
	if (scalar->kind != YAML_SCALAR || scalar->line == 0 || scalar->value.len == 0)
		return yaml_place(source, scalar);
	return yaml_place_at(source, yaml_offset_inside(source, scalar, offset));
}
