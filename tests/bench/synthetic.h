/*
 * Synthetic rules and comments for the benchmarks: the same for the same seed, everywhere.
 *
 * Words follow a Zipf distribution over a vocabulary of some 300 frequent English words, 3,700 made
 * of syllables and 1,500 in Arabic script. Nine of ten listed words, and two of three words in
 * phrases and regexes, are in no comment by chance, as in real rules; the rest are rarer words of
 * the vocabulary.
 */
#pragma once

#include "base/span.h"

enum synthetic_kind {
	SYNTHETIC_WORDS, /* one entry of a words pattern */
	SYNTHETIC_PHRASE,
	SYNTHETIC_REGEX,
};

struct synthetic_pattern {
	enum synthetic_kind kind;
	struct span text;
};

struct synthetic;

/*
 * Makes `patterns` patterns (45 % words, 13 % phrases, 22 % words and phrases in Arabic script,
 * 20 % regexes; the first n are the same whatever their number) and `comments` comments of some 327
 * bytes (77 % ordinary English, 12 % Arabic script, the rest mixed, disguised, or holding what
 * patterns look for). Ends the program when out of memory.
 */
struct synthetic *synthetic_new(uint64_t seed, size_t patterns, size_t comments);
void synthetic_free(struct synthetic *synthetic);

const struct synthetic_pattern *synthetic_patterns(const struct synthetic *synthetic);
const struct span *synthetic_comments(const struct synthetic *synthetic);

/* What synthetic_write_rules() has written. */
struct synthetic_files {
	size_t files, tests;
	double bytes;
};

/*
 * Writes a rule for each pattern, with a test where that takes no thought, into files in the
 * folder, and removes them and the folder. End the program when that fails.
 */
struct synthetic_files synthetic_write_rules(const struct synthetic *synthetic, const char *folder);
void synthetic_remove_rules(const char *folder, size_t files);
