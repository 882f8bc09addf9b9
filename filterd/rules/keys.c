/* The tables of keys in rule files. */
#include "rules/keys.h"

#include "rules/condition.h"
#include "rules/ruleset.h"

/* --- guidelines, lists, exceptions ------------------------------------------------------------ */

#define AT(field) .offset = offsetof(struct guideline_keys, field)
static const struct key guideline_keys[] = {
	{.name = "title",
		.type = TYPE_WORDING,
		AT(title),
		.help = "The name that moderators and readers see, in one or more languages.",
		.flags = KEY_REQUIRED},
	{.name = "description",
		.type = TYPE_WORDING,
		AT(description),
		.help = "What the guideline asks for, in a sentence or two."},
	{.name = "review_at",
		.type = TYPE_INT,
		AT(review_at),
		.help = "From so many points on a person looks at the comment.",
		.min = 1,
		.max = POINTS_MAX,
		.fallback = "5"},
	{.name = "reject_at",
		.type = TYPE_INT,
		AT(reject_at),
		.help = "From so many points on the comment is rejected.",
		.min = 1,
		.max = POINTS_MAX,
		.fallback = "10"},
};
#undef AT

const struct section guideline_section = {
	.name = "guideline",
	.noun = "a guideline",
	.help = "What the publisher asks of comments. Rules add points to a guideline.",
	.keys = guideline_keys,
	.count = ARRAY_LEN(guideline_keys),
	.shorthand = 0,
	.size = sizeof(struct guideline_keys),
};

#define AT(field) .offset = offsetof(struct forms_keys, field)
static const struct key forms_keys[] = {
	{.name = "prefixes",
		.type = TYPE_NODE,
		AT(prefixes),
		.help = "What may stand before a word, in slots: `[[wa, fa], [al]]` is one of the "
			"first or none, then `al` or nothing. A list of texts alone is one slot.",
		.shape = "list of lists of texts"},
	{.name = "suffixes",
		.type = TYPE_NODE,
		AT(suffixes),
		.help = "What may stand behind it, in slots: `[[lar, ler], [im, in]]`.",
		.shape = "list of lists of texts"},
};
#undef AT

const struct section forms_section = {
	.name = "forms",
	.noun = "a forms entry",
	.help = "What the words of a list may have before and behind them: the whole word is "
		"found, `salaklar` as well as `salak`. Slots follow each other in order and each "
		"may be left out; texts are 1 to 16 letters, 64 in a slot, in 8 slots.",
	.keys = forms_keys,
	.count = ARRAY_LEN(forms_keys),
	.shorthand = -1,
	.size = sizeof(struct forms_keys),
};

#define AT(field) .offset = offsetof(struct list_keys, field)
static const struct key list_keys[] = {
	{.name = "entries",
		.type = TYPE_STRINGS,
		AT(entries),
		.help = "Words, several words in a row, beginnings (`kill*`), words that may be "
			"glued to others (`*word*`), and other lists (`<name>`)."},
	{.name = "forms",
		.type = TYPE_STRINGS,
		AT(forms),
		.help = "What its own entries may have before and behind them: names under "
			"`forms:`, of several any one. Lists in it keep theirs."},
	{.name = "file",
		.type = TYPE_STRING,
		AT(file),
		.help = "A plain text file with one entry a line and `# comments`; the path starts "
			"at the folder of this file."},
};
#undef AT

const struct section list_section = {
	.name = "list",
	.noun = "a list",
	.help = "Words under a name, used as `<name>` in `words`, in phrases and in other lists. "
		"Mostly written as a plain list.",
	.keys = list_keys,
	.count = ARRAY_LEN(list_keys),
	.shorthand = 0,
	.size = sizeof(struct list_keys),
};

#define AT(field) .offset = offsetof(struct exception_keys, field)
static const struct key exception_keys[] = {
	{.name = "rules",
		.type = TYPE_STRINGS,
		AT(rules),
		.help = "The rules it applies to: their ids, or patterns such as `en/threats/*`.",
		.flags = KEY_REQUIRED},
	{.name = "unless",
		.type = TYPE_NODE,
		AT(unless),
		.help = "Where this holds, those rules do not.",
		.shape = "conditions",
		.flags = KEY_REQUIRED},
};
#undef AT

const struct section exception_section = {
	.name = "exception",
	.noun = "an exception",
	.help = "An `unless` for rules of other files, so that a shipped rule need not be copied.",
	.keys = exception_keys,
	.count = ARRAY_LEN(exception_keys),
	.shorthand = -1,
	.size = sizeof(struct exception_keys),
};

/* --- tests ------------------------------------------------------------------------------------ */

static const char *const role_choices[] = {"reader", "trusted", "staff", NULL};

#define AT(field) .offset = offsetof(struct test_author_keys, field)
static const struct key test_author_keys[] = {
	{.name = "name", .type = TYPE_STRING, AT(name), .help = "The name shown with the comment."},
	{.name = "id", .type = TYPE_STRING, AT(id), .help = "The author's account."},
	{.name = "url", .type = TYPE_STRING, AT(url), .help = "The author's web address."},
	{.name = "email", .type = TYPE_STRING, AT(email), .help = "The author's e-mail address."},
	{.name = "approved",
		.type = TYPE_INT,
		AT(approved),
		.help = "How many comments were approved before.",
		.max = 1000000000},
	{.name = "rejected",
		.type = TYPE_INT,
		AT(rejected),
		.help = "How many comments were rejected before.",
		.max = 1000000000},
	{.name = "created",
		.type = TYPE_INSTANT,
		AT(created_ms),
		.help = "When the account was made."},
	{.name = "role",
		.type = TYPE_CHOICE,
		AT(role),
		.help = "What the site says the author is.",
		.choices = role_choices},
};
#undef AT

static const struct section test_author_section = {
	.name = "test author",
	.noun = "the author of a test",
	.help = "Who wrote the test's comment.",
	.keys = test_author_keys,
	.count = ARRAY_LEN(test_author_keys),
	.shorthand = 1,
	.size = sizeof(struct test_author_keys),
};

#define AT(field) .offset = offsetof(struct context_keys, field)
static const struct key context_keys[] = {
	{.name = "lang",
		.type = TYPE_STRING,
		AT(lang),
		.help = "The language the site names; in a rule's own tests else its first "
			"language."},
	{.name = "site", .type = TYPE_STRING, AT(site), .help = "The site it was sent to."},
	{.name = "title", .type = TYPE_STRING, AT(title), .help = "The article's title."},
	{.name = "section", .type = TYPE_STRING, AT(section), .help = "The article's section."},
	{.name = "tags", .type = TYPE_STRINGS, AT(tags), .help = "The article's tags."},
	{.name = "article",
		.type = TYPE_STRING,
		AT(article),
		.help = "The article's text.",
		.max = TEST_TEXT_MAX},
	{.name = "parent",
		.type = TYPE_STRING,
		AT(parent),
		.help = "The comment that is answered.",
		.max = TEST_TEXT_MAX},
	{.name = "author",
		.type = TYPE_SECTION,
		AT(author),
		.help = "Who wrote it.",
		.section = &test_author_section},
	{.name = "submitted",
		.type = TYPE_INSTANT,
		AT(submitted_ms),
		.help = "When it was sent; without it a fixed time inside the rule's `from` and "
			"`until`."},
};
#undef AT

const struct section context_section = {
	.name = "context",
	.noun = "the context of a test",
	.help = "What a test's comment comes with; every key may be left out.",
	.keys = context_keys,
	.count = ARRAY_LEN(context_keys),
	.shorthand = -1,
	.size = sizeof(struct context_keys),
};

#define AT(field) .offset = offsetof(struct test_keys, field)
static const struct key test_keys[] = {
	{.name = "text",
		.type = TYPE_STRING,
		AT(text),
		.help = "The comment.",
		.min = -1,
		.max = TEST_TEXT_MAX,
		.flags = KEY_REQUIRED},
};
#undef AT

const char *keys_of_sentence(struct span key)
{
	for (size_t i = 0; i < key.len; i++) {
		if (!(key.ptr[i] >= 'a' && key.ptr[i] <= 'z') && key.ptr[i] != '_')
			return "a comment with `: ` in it needs quotes around it";
	}
	return NULL;
}

const struct section test_section = {
	.name = "test",
	.noun = "a test",
	.help = "A comment that a rule is tried on: mostly just its text, else with its context.",
	.keys = test_keys,
	.count = ARRAY_LEN(test_keys),
	.shorthand = 0,
	.also = &context_section,
	.also_at = offsetof(struct test_keys, context),
	.elsewhere = keys_of_sentence,
	.size = sizeof(struct test_keys),
};

#define AT(field) .offset = offsetof(struct rule_tests_keys, field)
static const struct key rule_tests_keys[] = {
	{.name = "match",
		.type = TYPE_NODE,
		AT(match),
		.help = "Comments for which the rule must hold.",
		.section = &test_section,
		.shape = "list of tests"},
	{.name = "no_match",
		.type = TYPE_NODE,
		AT(no_match),
		.help = "Comments for which it must not hold: those that look alike but are fine.",
		.section = &test_section,
		.shape = "list of tests"},
};
#undef AT

const struct section rule_tests_section = {
	.name = "tests",
	.noun = "`tests`",
	.help = "Comments that a rule is tried on at every load; a set that fails is refused.",
	.keys = rule_tests_keys,
	.count = ARRAY_LEN(rule_tests_keys),
	.shorthand = -1,
	.size = sizeof(struct rule_tests_keys),
};

/* --- rules ------------------------------------------------------------------------------------ */

static const char *const action_choices[] = {"review", "reject", "approve", NULL};
static const char *const in_quotes_choices[] = {"same", "review", "ignore", NULL};

#define AT(field) .offset = offsetof(struct rule_keys, field)
static const struct key rule_keys[] = {
	{.name = "id",
		.type = TYPE_STRING,
		AT(id),
		.help = "The rule's own name, such as `en/threats/direct`; it stands in every "
			"answer "
			"and must not change.",
		.max = RULE_ID_MAX,
		.flags = KEY_REQUIRED},
	{.name = "guideline",
		.type = TYPE_STRING,
		AT(guideline),
		.help = "The guideline it adds points to; without it that of the file."},
	{.name = "language",
		.type = TYPE_STRINGS,
		AT(language),
		.help = "It applies to comments in these languages (`en`, `[ckb, kmr]`); without "
			"it "
			"those of the file, else all."},
	{.name = "reason",
		.type = TYPE_WORDING,
		AT(reason),
		.help = "Why, in a sentence for people: one text, or one for each language.",
		.flags = KEY_REQUIRED},
	{.name = "action",
		.type = TYPE_CHOICE,
		AT(action),
		.help = "`review`: a person looks at it; `reject`: it is rejected; `approve`: "
			"other "
			"rules do not count. This, or `points`.",
		.choices = action_choices},
	{.name = "points",
		.type = TYPE_INT,
		AT(points),
		.help = "So many points are added to the guideline. This, or `action`.",
		.min = 1,
		.max = POINTS_MAX},
	{.name = "guidelines",
		.type = TYPE_STRINGS,
		AT(guidelines),
		.help = "Only with `action: approve`: the guidelines that it lifts; without it "
			"all."},
	{.name = "when",
		.type = TYPE_NODE,
		AT(when),
		.help = "What must hold for the comment; of several keys all.",
		.shape = "conditions",
		.flags = KEY_REQUIRED},
	{.name = "unless",
		.type = TYPE_NODE,
		AT(unless),
		.help = "Where this holds, the rule does not.",
		.shape = "conditions"},
	{.name = "in_quotes",
		.type = TYPE_CHOICE,
		AT(in_quotes),
		.help = "What if every match stands in a quotation: `same`: it makes no "
			"difference; "
			"`review`: at most a review; `ignore`: quoted matches do not count.",
		.choices = in_quotes_choices,
		.fallback = "same"},
	{.name = "excuse_article_words",
		.type = TYPE_BOOL,
		AT(excuse_article_words),
		.help = "A match does not count if all its words stand in the article's title, "
			"text "
			"or tags.",
		.fallback = "false"},
	{.name = "disguised",
		.type = TYPE_BOOL,
		AT(disguised),
		.help = "Whether disguised words (`k1ll`, `f u c k`) are found too. Words and "
			"phrases: yes unless said here or for the file; regexes: only if said.",
		.fallback = "true"},
	{.name = "shadow",
		.type = TYPE_BOOL,
		AT(shadow),
		.help = "Try it out: it is shown and counted, but changes no verdict.",
		.fallback = "false"},
	{.name = "from",
		.type = TYPE_INSTANT,
		AT(from_ms),
		.help = "It holds from this day or time on."},
	{.name = "until",
		.type = TYPE_INSTANT,
		AT(until_ms),
		.help = "It no longer holds from this day or time on."},
	{.name = "tests",
		.type = TYPE_NODE,
		AT(tests),
		.help = "Comments that it must hold for, and such that it must not.",
		.section = &rule_tests_section,
		.shape = "tests"},
};
#undef AT

static const char *in_when(struct span key)
{
	return condition_kind_find(key) ? "it is a condition: write it under `when:`" : NULL;
}

const struct section rule_section = {
	.name = "rule",
	.noun = "a rule",
	.help = "What to look for in a comment, and what follows from it.",
	.keys = rule_keys,
	.count = ARRAY_LEN(rule_keys),
	.shorthand = -1,
	.elsewhere = in_when,
	.size = sizeof(struct rule_keys),
};

/* --- the file --------------------------------------------------------------------------------- */

#define AT(field) .offset = offsetof(struct file_keys, field)
static const struct key file_keys[] = {
	{.name = "guideline",
		.type = TYPE_STRING,
		AT(guideline),
		.help = "The guideline of all rules in this file that name none."},
	{.name = "language",
		.type = TYPE_STRINGS,
		AT(language),
		.help = "The language or languages of all rules in this file that name none."},
	{.name = "disguised",
		.type = TYPE_BOOL,
		AT(disguised),
		.help = "Whether the rules of this file that do not say so find disguised words.",
		.fallback = "true"},
	{.name = "guidelines",
		.type = TYPE_NODE,
		AT(guidelines),
		.help = "Guidelines by their names.",
		.section = &guideline_section,
		.shape = "name: guideline"},
	{.name = "forms",
		.type = TYPE_NODE,
		AT(forms),
		.help = "Endings and beginnings of words by their names; lists of every file of "
			"the set may use them.",
		.section = &forms_section,
		.shape = "name: forms"},
	{.name = "lists",
		.type = TYPE_NODE,
		AT(lists),
		.help = "Lists by their names; every file of the set may use them.",
		.section = &list_section,
		.shape = "name: list"},
	{.name = "conditions",
		.type = TYPE_NODE,
		AT(conditions),
		.help = "Conditions by their names, used as `condition: name` in many rules.",
		.shape = "name: conditions"},
	{.name = "rules",
		.type = TYPE_NODE,
		AT(rules),
		.help = "The rules.",
		.section = &rule_section,
		.shape = "list of rules"},
	{.name = "exceptions",
		.type = TYPE_NODE,
		AT(exceptions),
		.help = "Exceptions to rules of this or other files.",
		.section = &exception_section,
		.shape = "list of exceptions"},
};
#undef AT

const struct section file_section = {
	.name = "file",
	.noun = "a rule file",
	.help = "The top of a rule file. Every key may be left out; a set needs at least one "
		"guideline and one rule in all.",
	.keys = file_keys,
	.count = ARRAY_LEN(file_keys),
	.shorthand = -1,
	.size = sizeof(struct file_keys),
};
