/*
 * Ordinary words of the languages that filterd's publishers write in, for lint.
 *
 * They stand in ordinary/LANGUAGE.txt, where people who know the language can mend them, and are
 * compiled in: so lint knows them wherever filterd is installed.
 */
#pragma once

#include "base/span.h"

enum ordinary_class {
	ORDINARY_COMMON, /* a frequent word */
	ORDINARY_NAMES, /* a given name */
	ORDINARY_PEOPLES,
	ORDINARY_PLACES,
	ORDINARY_RELIGIONS, /* faiths, their people, books, prophets */
	ORDINARY_ROLES, /* what people are in public: minister, journalist */
};

struct ordinary_word {
	const char *language; /* "en" */
	enum ordinary_class class;
	const char *word; /* as it is written */
};

extern const struct ordinary_word ordinary_words[];
extern const size_t ordinary_words_count;
