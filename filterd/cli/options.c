/* The option parser: long and short forms, values, and what a mistyped name was meant to be. */
#include "cli/options.h"

#include "base/error.h"
#include "cli/out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define PROBLEM_SIZE 256
#define NAMES_MAX 64 /* rows of one command that a suggestion is looked for in */

struct parse {
	const struct option_table *tables;
	size_t tables_count;
	int argc;
	char **argv;
	int at; /* index of the word being read */
	void *target;
	char *problem;
};

static const struct option_row *find_long(const struct parse *p, struct span name)
{
	for (size_t t = 0; t < p->tables_count; t++) {
		for (size_t i = 0; i < p->tables[t].count; i++) {
			if (span_eq(span_of(p->tables[t].rows[i].name), name))
				return &p->tables[t].rows[i];
		}
	}
	return NULL;
}

static const struct option_row *find_short(const struct parse *p, char letter)
{
	for (size_t t = 0; t < p->tables_count; t++) {
		for (size_t i = 0; i < p->tables[t].count; i++) {
			if (p->tables[t].rows[i].letter == letter)
				return &p->tables[t].rows[i];
		}
	}
	return NULL;
}

static const char *nearest_option(const struct parse *p, struct span name)
{
	const char *names[NAMES_MAX] = {"help"};
	size_t count = 1;

	for (size_t t = 0; t < p->tables_count; t++) {
		for (size_t i = 0; i < p->tables[t].count && count < NAMES_MAX; i++)
			names[count++] = p->tables[t].rows[i].name;
	}
	return nearest_name(name, names, count);
}

void texts_add(struct texts *texts, const char *text)
{
	const char **items = realloc(texts->items, (texts->count + 1) * sizeof(*items));

	if (!items)
		abort(); /* at start-up there is nothing to save */
	items[texts->count++] = text;
	texts->items = items;
}

void texts_free(struct texts *texts)
{
	free(texts->items);
	*texts = (struct texts){0};
}

static bool set_number(
	const struct parse *p, const struct option_row *row, const char *value, int64_t *to)
{
	char *end = NULL;
	long long number;

	errno = 0;
	number = strtoll(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || number < row->min || number > row->max) {
		snprintf(p->problem, PROBLEM_SIZE, "`--%s` takes a number from %lld to %lld",
			row->name, (long long)row->min, (long long)row->max);
		return false;
	}
	*to = number;
	return true;
}

static bool set_choice(const struct parse *p, const struct option_row *row, const char *value)
{
	size_t len = 0;

	for (int i = 0; row->choices[i]; i++) {
		if (strcmp(row->choices[i], value) == 0) {
			*(int *)((char *)p->target + row->offset) = i;
			return true;
		}
	}
	len = (size_t)snprintf(p->problem, PROBLEM_SIZE, "`--%s` is one of", row->name);
	for (int i = 0; row->choices[i] && len < PROBLEM_SIZE; i++)
		len += (size_t)snprintf(p->problem + len, PROBLEM_SIZE - len, "%s %s",
			i > 0 ? "," : "", row->choices[i]);
	return false;
}

static bool set_value(const struct parse *p, const struct option_row *row, const char *value)
{
	char *field = (char *)p->target + row->offset;

	switch (row->type) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return true;
	case OPTION_TEXT:
		*(const char **)field = value;
		return true;
	case OPTION_TEXTS:
		texts_add((struct texts *)field, value);
		return true;
	case OPTION_NUMBER:
		return set_number(p, row, value, (int64_t *)field);
	case OPTION_PERHAPS:
		((struct perhaps *)field)->given = true;
		return !value || set_number(p, row, value, &((struct perhaps *)field)->number);
	case OPTION_CHOICE:
		return set_choice(p, row, value);
	}
	return false;
}

/* `attached` is the value written in the same word, or NULL. */
static bool take_value(struct parse *p, const struct option_row *row, const char *attached)
{
	if (row->type == OPTION_FLAG) {
		if (attached) {
			snprintf(p->problem, PROBLEM_SIZE, "`--%s` takes no value", row->name);
			return false;
		}
		return set_value(p, row, NULL);
	}
	if (row->type == OPTION_PERHAPS)
		return set_value(p, row, attached);
	if (!attached && p->at + 1 >= p->argc) {
		snprintf(p->problem, PROBLEM_SIZE, "`--%s` needs a value: %s", row->name,
			row->value);
		return false;
	}
	return set_value(p, row, attached ? attached : p->argv[++p->at]);
}

static bool parse_long(struct parse *p, const char *word)
{
	const char *equals = strchr(word, '=');
	struct span name = {word, equals ? (size_t)(equals - word) : strlen(word)};
	const struct option_row *row = find_long(p, name);
	const char *near;

	if (row)
		return take_value(p, row, equals ? equals + 1 : NULL);
	near = nearest_option(p, name);
	snprintf(p->problem, PROBLEM_SIZE, "unknown option `--%.*s`%s%s%s",
		(int)(name.len < 64 ? name.len : 64), name.ptr, near ? "; did you mean `--" : "",
		near ? near : "", near ? "`?" : "");
	return false;
}

/* One word of short options: flags may be joined, a value may follow at once (`-rDIR`). */
static bool parse_short(struct parse *p, const char *letters)
{
	for (; *letters; letters++) {
		const struct option_row *row = find_short(p, *letters);

		if (!row) {
			snprintf(p->problem, PROBLEM_SIZE, "unknown option `-%c`", *letters);
			return false;
		}
		if (row->type != OPTION_FLAG)
			return take_value(p, row, letters[1] ? letters + 1 : NULL);
		set_value(p, row, NULL);
	}
	return true;
}

enum options_result options_parse(const struct option_table *tables, size_t tables_count, int argc,
	char **argv, void *target, struct texts *arguments, char problem[256])
{
	struct parse p = {tables, tables_count, argc, argv, 0, target, problem};
	bool only_arguments = false;

	for (; p.at < argc; p.at++) {
		const char *word = argv[p.at];

		if (only_arguments || word[0] != '-' || word[1] == '\0') {
			texts_add(arguments, word);
			continue;
		}
		if (strcmp(word, "--") == 0) {
			only_arguments = true;
			continue;
		}
		if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			return OPTIONS_HELP;
		if (word[1] == '-' ? !parse_long(&p, word + 2) : !parse_short(&p, word + 1))
			return OPTIONS_WRONG;
	}
	return OPTIONS_OK;
}

static void describe_row(const struct option_row *row, struct out *out)
{
	char form[64], letter[8] = "   ";
	bool perhaps = row->type == OPTION_PERHAPS;

	if (row->letter)
		snprintf(letter, sizeof(letter), "-%c,", row->letter);
	snprintf(form, sizeof(form), "%s --%s%s%s%s", letter, row->name,
		perhaps      ? "[="
		: row->value ? " "
			     : "",
		row->value ? row->value : "", perhaps ? "]" : "");
	out_printf(out, "  %-26s %s\n", form, row->help);
}

void options_describe(const struct option_table *tables, size_t tables_count, struct out *out)
{
	for (size_t t = 0; t < tables_count; t++) {
		for (size_t i = 0; i < tables[t].count; i++)
			describe_row(&tables[t].rows[i], out);
	}
	out_printf(out, "  %-26s %s\n", "-h, --help", "this text");
}

void options_free(const struct option_table *tables, size_t tables_count, void *target)
{
	for (size_t t = 0; t < tables_count; t++) {
		for (size_t i = 0; i < tables[t].count; i++) {
			if (tables[t].rows[i].type == OPTION_TEXTS)
				texts_free((
					struct texts *)((char *)target + tables[t].rows[i].offset));
		}
	}
}
