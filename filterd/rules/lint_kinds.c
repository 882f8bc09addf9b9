/* The table of kinds of findings: see lint.h. */
#include "rules/lint.h"

const struct lint_kind_row lint_kinds[LINT_KIND_COUNT] = {
	[LINT_ALWAYS_FIRES] = {"always-fires", SEVERITY_WARNING,
		"The rule holds for every comment. Ask for more in `when`."},
	[LINT_CATASTROPHIC] = {"catastrophic", SEVERITY_WARNING,
		"The regex was tried and takes so long on the text shown that its limits end it; "
		"such comments go to a person. Bound its repeats (`{1,20}` instead of `+`), or let "
		"no two repeats beside or inside each other match the same characters."},
	[LINT_COMMA_ENTRY] = {"comma-entry", SEVERITY_WARNING,
		"The entry holds commas: it is found only as these words in a row. For any of them "
		"write a list."},
	[LINT_COVERED_ENTRY] = {"covered-entry", SEVERITY_WARNING,
		"Another entry already finds all that this one finds (`killed` beside `kill*`). "
		"Take it out."},
	[LINT_DISGUISED_ENTRY] = {"disguised-entry", SEVERITY_WARNING,
		"The word is written in disguise. Write it plainly: disguised forms are found by "
		"themselves."},
	[LINT_DUPLICATE_ENTRY] = {"duplicate-entry", SEVERITY_WARNING,
		"The entry is there twice, if not in the same spelling: capitals, accents and "
		"variants of letters make no difference. Take one out."},
	[LINT_DUPLICATE_ID] = {"duplicate-id", SEVERITY_ERROR,
		"Two rules have the same id. It stands in every answer and must be unique."},
	[LINT_DUPLICATE_KEY] = {"duplicate-key", SEVERITY_ERROR,
		"A key stands twice in one mapping. Keep one."},
	[LINT_DUPLICATE_NAME] = {"duplicate-name", SEVERITY_ERROR,
		"Two lists, conditions or guidelines have the same name."},
	[LINT_EMPTY_SET] = {"empty-set", SEVERITY_ERROR,
		"There is no rule or no guideline in the whole set: it would approve everything."},
	[LINT_FAILED_TEST] = {"failed-test", SEVERITY_ERROR,
		"A sentence under the rule's `tests` does not come out as it should. Mend the "
		"rule, "
		"or the sentence."},
	[LINT_FORMS] = {"wrong-forms", SEVERITY_ERROR,
		"Forms hold something else than letters, or are too many."},
	[LINT_LIST] = {"wrong-list", SEVERITY_ERROR,
		"A list is empty, too long, includes itself, or its word file cannot be used."},
	[LINT_MATCHES_EMPTY] = {"matches-empty", SEVERITY_WARNING,
		"The regex also matches nothing at all; such matches do not count. Use `+` instead "
		"of `*`."},
	[LINT_NESTED_REPEAT] = {"nested-repeat", SEVERITY_WARNING,
		"A repeat without bound holds another. No text was found on which it runs away, "
		"but there may be one. Bound one of them."},
	[LINT_NEVER_FIRES] = {"never-fires", SEVERITY_WARNING,
		"The rule can hold for no comment: its conditions contradict each other or its "
		"time is over. Mend it or take it out."},
	[LINT_NEVER_MATCHES] = {"never-matches", SEVERITY_WARNING,
		"What is written can never be found in a text, for texts are folded before rules "
		"look at them: there are no capitals and no accents in a folded text. Write it "
		"folded, or use `on: original`."},
	[LINT_NO_EFFECT] = {"no-effect", SEVERITY_WARNING,
		"The key changes nothing in this rule, for nothing that the rule looks for has a "
		"place in the text. Take it out."},
	[LINT_NO_LITERAL] = {"no-literal", SEVERITY_WARNING,
		"The regex needs no text that it could be looked up by, so it is run on every "
		"comment; the message says for how long. Three letters in a row that must occur "
		"make it cheap."},
	[LINT_NO_TESTS] = {"no-tests", SEVERITY_WARNING,
		"The rule has no tests. Say what it must find and, more important, what not."},
	[LINT_OFF_EVERYWHERE] = {"off-everywhere", SEVERITY_WARNING,
		"Every site of the configuration switches the rule off."},
	[LINT_ORDINARY_WORD] = {"ordinary-word", SEVERITY_WARNING,
		"An entry that alone makes the rule hold is an ordinary word of another language, "
		"or the name of a people, a place or a religion. If that is meant, say so by a "
		"`no_match` test that holds the word. It is a note only where the rule is for "
		"other languages: then only comments of unknown language meet it."},
	[LINT_QUOTES] = {"typographic-quotes", SEVERITY_WARNING,
		"Quotation marks of a word processor quote nothing in YAML. Write straight ones."},
	[LINT_SYNTAX] = {"syntax", SEVERITY_ERROR,
		"The file is not valid YAML, or holds what rule files may not hold."},
	[LINT_TEXT_FILE] = {"text-file", SEVERITY_WARNING,
		"Something about the file itself: hidden characters, a missing last line break, or "
		"that every user of the machine may change it."},
	[LINT_UNKNOWN_KEY] = {"unknown-key", SEVERITY_ERROR,
		"There is no such key or condition here; the message names the nearest."},
	[LINT_UNKNOWN_NAME] = {"unknown-name", SEVERITY_ERROR,
		"There is no list, condition, guideline or rule of that name; the message names "
		"the "
		"nearest."},
	[LINT_UNLESS_NEVER] = {"unless-never", SEVERITY_WARNING,
		"The `unless` can hold for no comment. Mend it or take it out."},
	[LINT_UNREACHABLE_THRESHOLD] = {"unreachable-threshold", SEVERITY_WARNING,
		"All rules of the guideline together do not have so many points. Lower the "
		"threshold, or give rules more points."},
	[LINT_UNREADABLE] = {"unreadable", SEVERITY_ERROR,
		"A file or folder cannot be read, or is no text in UTF-8."},
	[LINT_UNUSED_CONDITION] = {"unused-condition", SEVERITY_WARNING,
		"No rule uses the named condition."},
	[LINT_UNUSED_FORMS] = {"unused-forms", SEVERITY_WARNING, "No list has the forms."},
	[LINT_UNUSED_GUIDELINE] = {"unused-guideline", SEVERITY_WARNING,
		"No rule adds points to the guideline."},
	[LINT_UNUSED_LIST] = {"unused-list", SEVERITY_WARNING, "No rule uses the list."},
	[LINT_WRONG_PATTERN] = {"wrong-pattern", SEVERITY_ERROR,
		"A phrase or regex is not written as one."},
	[LINT_WRONG_RULE] = {"wrong-rule", SEVERITY_ERROR,
		"A rule, guideline, condition or setting cannot work as it is written; the message "
		"says why."},
	[LINT_WRONG_SCRIPT] = {"wrong-script", SEVERITY_WARNING,
		"The entry is in letters in which the languages of the rule are not written."},
	[LINT_WRONG_VALUE] = {"wrong-value", SEVERITY_ERROR,
		"A value is missing, or not of the kind or size that the key takes."},
};

const struct lint_kind_row *lint_kind_find(const char *code)
{
	for (size_t i = 0; code && i < LINT_KIND_COUNT; i++)
		if (strcmp(lint_kinds[i].code, code) == 0)
			return &lint_kinds[i];
	return NULL;
}

const char *lint_scope(struct errors *errors, enum lint_kind kind)
{
	const char *before = errors->scope;

	errors->scope = lint_kinds[kind].code;
	return before;
}
