/* The keys of case files, as structs and as tables; private to moderate/ but for the sections. */
#pragma once

#include "rules/keys.h"

/* A comment and what else must come out for it: of a case, and of an entry of a table. */
struct entry_keys {
	struct span text;
	struct span name;
	struct span todo; /* why it is known to fail */
	struct numbered guidelines;
	struct strings rules;
	struct strings not_rules;
	bool degraded;
	struct context_keys context;
};

struct case_keys {
	int expect; /* enum verdict_kind */
	struct entry_keys entry;
};

/* Entries by their verdict. */
struct table_keys {
	struct span name;
	const struct yaml_node *approve, *review, *reject;
	struct context_keys context;
};

struct case_file_keys {
	const struct yaml_node *cases;
	const struct yaml_node *tables;
	struct context_keys context;
};

extern const struct section entry_section;
extern const struct section case_section;
extern const struct section table_section;
extern const struct section case_file_section;
