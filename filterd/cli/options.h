/*
 * Options of subcommands, read by one parser from tables.
 *
 * A command states its options as rows; a row says where in the command's own struct the value
 * goes. The parser, `--help` and the suggestion after a typing error all read the same rows.
 */
#pragma once

#include "base/span.h"

struct out;

enum option_type {
	OPTION_FLAG, /* no value                      -> bool */
	OPTION_TEXT, /* one value, the last counts    -> const char * */
	OPTION_TEXTS, /* may be repeated               -> struct texts */
	OPTION_NUMBER, /* whole number in min..max      -> int64_t */
	OPTION_PERHAPS, /* the same attached by =, or bare -> struct perhaps */
	OPTION_CHOICE, /* one of choices                -> int (its index) */
};

struct option_row {
	char letter; /* short form, or 0 */
	const char *name; /* long form without the dashes */
	enum option_type type;
	const char *value; /* what help calls its value; NULL for a flag */
	const char *help; /* one line */
	size_t offset; /* offsetof() in the command's struct */
	int64_t min, max; /* of OPTION_NUMBER and OPTION_PERHAPS */
	const char *const *choices; /* of OPTION_CHOICE, NULL-terminated */
};

/* Of OPTION_PERHAPS: `--coverage` and `--coverage=80`. */
struct perhaps {
	bool given;
	int64_t number; /* 0 where none is written */
};

/* A table of rows; a command may be made of several tables. */
struct option_table {
	const struct option_row *rows;
	size_t count;
};

/* Texts of the command line, which live as long as the process. */
struct texts {
	const char **items; /* owned */
	size_t count;
};

enum options_result {
	OPTIONS_OK,
	OPTIONS_HELP, /* --help was there */
	OPTIONS_WRONG, /* *problem says why */
};

/*
 * Reads argv[0..argc) by the tables into `target`. What is no option goes, in order, to *arguments
 * (freed by texts_free()); everything after `--` does, and `-` alone is no option. On
 * OPTIONS_WRONG, `problem` holds a sentence without a full stop.
 */
enum options_result options_parse(const struct option_table *tables, size_t tables_count, int argc,
	char **argv, void *target, struct texts *arguments, char problem[256]);

/* Writes one line for each row, in columns. */
void options_describe(const struct option_table *tables, size_t tables_count, struct out *out);

/* Frees the lists that options_parse() made in `target`. */
void options_free(const struct option_table *tables, size_t tables_count, void *target);

/* Adds a text, which is not copied. Ends the process when out of memory. */
void texts_add(struct texts *texts, const char *text);
void texts_free(struct texts *texts);
