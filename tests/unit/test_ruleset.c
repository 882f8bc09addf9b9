/* Rule sets: which files are read, what rules come to, sites, versions, and cut-off files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/condition.h"
#include "rules/ruleset.h"

#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct fixture {
	char dir[40];
	struct arena keep;
	struct errors errors;
	struct ruleset *set;
	const struct rule *rules;
	size_t rules_count;
	int rc;
};

#define HEAD                                                                                       \
	"guidelines:\n"                                                                            \
	"  threats: {title: Threats}\n"                                                            \
	"  abuse: {title: {en: Abuse, tr: Hakaret}, review_at: 3, reject_at: 6}\n"
#define RULE(id, rest)                                                                             \
	"  - id: " id "\n    guideline: threats\n    reason: Says so.\n    action: reject\n" rest
#define WHEN "    when: {words: [bad]}\n    tests: {match: [bad]}\n"
#define SMALL HEAD "rules:\n" RULE("a", WHEN)

static void begin(struct fixture *f)
{
	*f = (struct fixture){.dir = "/tmp/filterd-rules-XXXXXX"};
	arena_init(&f->keep, 0);
	assert_non_null(mkdtemp(f->dir));
}

static void put_span(struct fixture *f, const char *name, struct span text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	for (char *slash = path + strlen(f->dir) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
	fclose(file);
}

static void put(struct fixture *f, const char *name, const char *text)
{
	put_span(f, name, span_of(text));
}

static void unload(struct fixture *f)
{
	ruleset_unref(f->set);
	f->set = NULL;
	errors_free(&f->errors);
	arena_free(&f->keep);
}

static void load_sites(
	struct fixture *f, const struct site *sites, size_t count, const struct source *source)
{
	const char *folder = f->dir;
	const struct ruleset_options options = {.folders = &folder,
		.folders_count = 1,
		.sites = sites,
		.sites_count = count,
		.sites_source = source};

	unload(f);
	f->rc = ruleset_load(&options, &f->errors, &f->keep, &f->set);
	assert_true((f->rc == OK) == (f->errors.errors == 0));
	assert_true((f->rc == OK) == (f->set != NULL));
	f->rules_count = f->set ? ruleset_rules(f->set, &f->rules) : 0;
}

static void load(struct fixture *f)
{
	load_sites(f, NULL, 0, NULL);
}

/* Loads what must be fine. */
static void load_fine(struct fixture *f)
{
	struct buf shown = {0};

	load(f);
	errors_render(&f->errors, &shown, false);
	if (f->rc != OK)
		fail_msg("%.*s", SPAN_ARGS(buf_content(&shown)));
	buf_free(&shown);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void finish(struct fixture *f)
{
	unload(f);
	nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const struct rule *find(const struct fixture *f, const char *id)
{
	for (size_t i = 0; i < f->rules_count; i++) {
		if (strcmp(f->rules[i].id, id) == 0)
			return &f->rules[i];
	}
	fail_msg("no rule %s", id);
	return NULL;
}

/* --- files
 * ---------------------------------------------------------------------------------------- */

static void which_files_are_read(void **state)
{
	struct fixture f;
	char link[80], target[80];
	(void)state;

	begin(&f);
	put(&f, "b.yaml", SMALL);
	put(&f, "a/z.yaml", "rules:\n" RULE("z", WHEN));
	put(&f, "a-b.yaml", "rules:\n" RULE("a-b", WHEN));
	put(&f, "B.yaml", "rules:\n" RULE("B", WHEN));
	put(&f, ".hidden.yaml", "broken: [");
	put(&f, ".git/c.yaml", "broken: [");
	put(&f, "tests/c.yaml", "broken: [");
	put(&f, "a/tests/c.yaml", "broken: [");
	put(&f, "a/c.test.yaml", "broken: [");
	put(&f, "README.md", "broken: [");
	put(&f, "c.yml", "broken: [");
	snprintf(link, sizeof(link), "%s/link.yaml", f.dir);
	put(&f, "outside.txt", "rules:\n" RULE("linked", WHEN));
	assert_int_equal(symlink("outside.txt", link), 0);
	snprintf(target, sizeof(target), "%s/loop", f.dir);
	assert_int_equal(symlink(".", target), 0);
	load_fine(&f);
	assert_int_equal(f.rules_count, 5);
	assert_string_equal(f.rules[0].id, "B");
	assert_string_equal(f.rules[1].id, "a-b");
	assert_string_equal(f.rules[2].id, "z");
	assert_string_equal(f.rules[3].id, "a");
	assert_string_equal(f.rules[4].id, "linked");
	finish(&f);
}

static void a_link_to_no_file(void **state)
{
	static const char *const targets[] = {"/dev/zero", "nowhere", "/tmp"};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		struct fixture f;
		char link[80];

		begin(&f);
		put(&f, "b.yaml", SMALL);
		snprintf(link, sizeof(link), "%s/a.yaml", f.dir);
		assert_int_equal(symlink(targets[i], link), 0);
		load(&f);
		assert_int_equal(f.rc, ERR_INVALID);
		finish(&f);
	}
}

static void a_fifo_does_not_hang(void **state)
{
	struct fixture f;
	char path[80];
	(void)state;

	begin(&f);
	put(&f, "b.yaml", SMALL);
	snprintf(path, sizeof(path), "%s/a.yaml", f.dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	load(&f);
	assert_int_equal(f.rc, ERR_INVALID);
	finish(&f);
}

static void word_files(void **state)
{
	struct fixture f;
	const struct condition *when;
	(void)state;

	begin(&f);
	put(&f, "en/a.yaml",
		HEAD "lists:\n  all: {entries: [one, \"<more>\"], file: ../words/w.txt}\n"
		     "  more: two\nrules:\n" RULE(
			     "a", "    when: {words: \"<all>\"}\n    tests: {match: [one]}\n"));
	put(&f, "words/w.txt",
		"\xEF\xBB\xBF# a comment\r\n  three four \r\n\r\nc#  # and one\r\n<more>\r\nlast");
	load_fine(&f);
	when = f.rules[0].when;
	assert_string_equal(when->kind->name, "words");
	assert_int_equal(when->triggers_count, 1);
	finish(&f);
}

/* Forms of one file are there for lists of another, which stands before it; each name once. */
static void forms_are_shared(void **state)
{
	static const char forms[] = "forms: {plural: {suffixes: [lar, ler]}}\n";
	struct fixture f;
	(void)state;

	begin(&f);
	put(&f, "a.yaml",
		HEAD "lists: {fools: {forms: plural, entries: [salak]}}\nrules:\n" RULE("a",
			"    when: {words: <fools>}\n"
			"    tests: {match: [salaklar], no_match: [salaka]}\n"));
	put(&f, "b.yaml", forms);
	load_fine(&f);
	put(&f, "c.yaml", forms);
	load(&f);
	assert_int_equal(f.errors.errors, 1);
	assert_non_null(strstr(f.errors.items[0].text, "the forms `plural` are defined twice"));
	finish(&f);
}

/* --- versions
 * ------------------------------------------------------------------------------------- */

static void load_version(struct fixture *f, char out[RULES_VERSION_SIZE])
{
	load_fine(f);
	memcpy(out, ruleset_version(f->set), RULES_VERSION_SIZE);
	assert_int_equal(strlen(out), 8);
}

static void the_version_is_that_of_the_files(void **state)
{
	struct fixture f, g;
	char first[RULES_VERSION_SIZE], other[RULES_VERSION_SIZE];
	(void)state;

	begin(&f);
	begin(&g);
	put(&f, "a.yaml", SMALL);
	put(&g, "a.yaml", SMALL);
	load_version(&f, first);
	load_version(&g, other);
	assert_string_equal(first, other);
	put(&g, "a.yaml", SMALL "\n");
	load_version(&g, other);
	assert_string_not_equal(first, other);
	put(&g, "a.yaml", SMALL);
	put(&g, "README.md", "x");
	load_version(&g, other);
	assert_string_equal(first, other);
	put(&g, "b.yaml", SMALL);
	unlink(g.dir);
	finish(&f);
	finish(&g);
}

static void the_version_covers_names_and_word_files(void **state)
{
	static const char text[] = HEAD "lists: {w: {file: w.txt}}\nrules:\n" RULE(
		"a", "    when: {words: \"<w>\"}\n    tests: {match: [x]}\n");
	struct fixture f;
	char first[RULES_VERSION_SIZE], other[RULES_VERSION_SIZE], from[80], to[80];
	(void)state;

	begin(&f);
	put(&f, "a.yaml", text);
	put(&f, "w.txt", "one\n");
	load_version(&f, first);
	put(&f, "w.txt", "two\n");
	load_version(&f, other);
	assert_string_not_equal(first, other);
	put(&f, "w.txt", "one\n");
	snprintf(from, sizeof(from), "%s/a.yaml", f.dir);
	snprintf(to, sizeof(to), "%s/b.yaml", f.dir);
	assert_int_equal(rename(from, to), 0);
	load_version(&f, other);
	assert_string_not_equal(first, other);
	finish(&f);
}

/* --- what rules come to
 * --------------------------------------------------------------------------- */

/* A set from texts in memory: the same, or with one of them changed; nothing comes from disk. */
static void a_set_from_given_texts(void **state)
{
	static const char yaml[] =
		"guidelines: {g: {title: G, review_at: 2, reject_at: 4}}\n"
		"lists: {bad: {file: bad.txt}, worse: {file: bad.txt}}\n"
		"rules:\n"
		"  - {id: r, guideline: g, reason: R, action: reject, when: {words: [<bad>, "
		"<worse>]}}\n";
	struct fixture f;
	const struct ruleset_file *files;
	struct ruleset_file given[3];
	struct ruleset_options options = {.files = given};
	struct ruleset *first, *second = NULL;
	struct errors errors = {0};
	struct arena keep;
	(void)state;

	begin(&f);
	put(&f, "rules.yaml", yaml);
	put(&f, "bad.txt", "evil\n");
	load_fine(&f);
	first = ruleset_ref(f.set);
	options.files_count = ruleset_files(first, &files);
	assert_int_equal(options.files_count, 2);
	assert_false(files[0].words);
	assert_string_equal(files[0].relative, "rules.yaml");
	assert_true(files[1].words);
	assert_true(span_eq(files[1].text, SPAN("evil\n")));
	memcpy(given, files, options.files_count * sizeof(*files));

	finish(&f); /* the folder is gone */
	arena_init(&keep, 0);
	assert_int_equal(ruleset_load(&options, &errors, &keep, &second), OK);
	assert_string_equal(ruleset_version(second), ruleset_version(first));
	ruleset_unref(second);

	given[1].text = SPAN("good\n");
	assert_int_equal(ruleset_load(&options, &errors, &keep, &second), OK);
	assert_string_not_equal(ruleset_version(second), ruleset_version(first));
	ruleset_unref(second);

	errors_free(&errors);
	options.files_count = 1; /* the word file is not among them */
	assert_int_equal(ruleset_load(&options, &errors, &keep, &second), ERR_INVALID);
	assert_string_equal(errors.items[0].text, "is not one of the files of this rule set");
	errors_free(&errors);
	arena_free(&keep);
	ruleset_unref(first);
}

static void a_rule_with_everything(void **state)
{
	struct fixture f;
	const struct rule *r;
	(void)state;

	begin(&f);
	put(&f, "a.yaml",
		HEAD "guideline: abuse\nlanguage: [en, tr]\nrules:\n"
		     "  - id: a\n    reason: {en: E, tr: T}\n    points: 7\n"
		     "    when: {words: [bad], links: 1}\n    unless: {words: fine}\n"
		     "    in_quotes: review\n    excuse_article_words: true\n    disguised: false\n"
		     "    shadow: true\n    from: 2026-01-01\n    until: 2026-02-01T00:00:00Z\n"
		     "    tests:\n      match:\n        - bad http://x.org\n"
		     "        - {text: bad, lang: tr, author: {approved: 0, role: staff}}\n"
		     "      no_match: {text: \"\"}\n"
		     "  - id: b\n    reason: R\n    action: review\n    language: ckb\n"
		     "    guideline: threats\n" WHEN);
	load_fine(&f);
	r = find(&f, "a");
	assert_string_equal(r->guideline->id, "abuse");
	assert_int_equal(r->guideline->reject_at, 6);
	assert_int_equal(r->action, ACTION_POINTS);
	assert_int_equal(r->points, 7);
	assert_int_equal(r->languages_count, 2);
	assert_true(span_eq(r->languages[1], SPAN("tr")));
	assert_int_equal(r->in_quotes, IN_QUOTES_REVIEW);
	assert_true(r->excuse_article_words && r->shadow && !r->disguised);
	assert_int_equal(r->from_ms, INT64_C(1767225600000));
	assert_int_equal(r->until_ms, INT64_C(1769904000000));
	assert_string_equal(r->when->kind->name, "all");
	assert_string_equal(r->unless->kind->name, "words");
	assert_int_equal(r->tests_count, 3);
	assert_true(r->tests[0].match && !r->tests[2].match);
	assert_int_equal(r->tests[0].comment.author.approved, COMMENT_ABSENT);
	assert_int_equal(r->tests[1].comment.author.approved, 0);
	assert_int_equal(r->tests[1].comment.author.role, ROLE_STAFF);
	assert_int_equal(r->tests[2].comment.text.len, 0);
	r = find(&f, "b");
	assert_int_equal(r->action, ACTION_REVIEW);
	assert_string_equal(r->guideline->id, "threats");
	assert_true(span_eq(r->languages[0], SPAN("ckb")));
	assert_int_equal(r->from_ms, COMMENT_ABSENT);
	assert_true(r->disguised);
	finish(&f);
}

static void rules_that_approve(void **state)
{
	struct fixture f;
	(void)state;

	begin(&f);
	put(&f, "a.yaml",
		HEAD
		"guideline: threats\nrules:\n"
		"  - id: all\n    reason: R\n    action: approve\n" WHEN
		"  - id: one\n    reason: R\n    action: approve\n    guidelines: abuse\n" WHEN);
	load_fine(&f);
	assert_null(find(&f, "all")->guideline);
	assert_true(find(&f, "all")->lifts == UINT64_MAX);
	assert_true(find(&f, "one")->lifts == 2);
	finish(&f);
}

static void exceptions_join_unless(void **state)
{
	struct fixture f;
	(void)state;

	begin(&f);
	put(&f, "a.yaml",
		HEAD "rules:\n" RULE("en/a", "    unless: {words: x}\n" WHEN) RULE("en/b", WHEN)
			RULE("tr/a", WHEN));
	put(&f, "site.yaml",
		"exceptions:\n  - {rules: \"en/*\", unless: {words: y}}\n"
		"  - {rules: en/a, unless: {words: z}}\n");
	load_fine(&f);
	assert_string_equal(find(&f, "en/a")->unless->kind->name, "any");
	assert_string_equal(find(&f, "en/b")->unless->kind->name, "words");
	assert_null(find(&f, "tr/a")->unless);
	finish(&f);
}

/* Thousands of exceptions become one flat condition: none nested in the next. */
static void many_exceptions_are_flat(void **state)
{
	struct buf text = {0};
	struct fixture f;
	const struct condition *unless;
	(void)state;

	begin(&f);
	buf_str(&text, SMALL "exceptions:\n");
	for (unsigned i = 0; i < 5000; i++)
		buf_str(&text, "  - {rules: \"*\", unless: {links: 1}}\n");
	put_span(&f, "a.yaml", buf_content(&text));
	buf_free(&text);
	load_fine(&f);
	unless = find(&f, "a")->unless;
	assert_string_equal(unless->kind->name, "any");
	assert_int_equal(unless->children_count, 5000);
	assert_int_equal(unless->children[0]->children_count, 0);
	finish(&f);
}

/* Every rule is either always tested or triggered by at least one pattern. */
static void tables_reach_every_rule(void **state)
{
	static const char *const when[] = {
		"{words: bad}", "{links: 1}", /* always */
		"{any: [{words: a}, {phrase: b c}]}", "{words: a, links: 1}",
		"{field: {in: author_name, words: admin}}", "{condition: shared}",
		"{condition: shared}", "{none: [{words: a}]}", /* always */
	};
	struct buf text = {0};
	struct fixture f;
	size_t always, reached = 0;
	const uint32_t *indexes;
	(void)state;

	begin(&f);
	buf_str(&text, HEAD "conditions: {shared: {phrase: [one two, three]}}\nrules:\n");
	for (size_t i = 0; i < ARRAY_LEN(when); i++)
		buf_printf(&text, RULE("r%zu", "    when: %s\n    tests: {}\n"), i, when[i]);
	put_span(&f, "a.yaml", buf_content(&text));
	buf_free(&text);
	load_fine(&f);
	indexes = ruleset_always(f.set, &always);
	assert_int_equal(always, 2);
	assert_int_equal(indexes[0], 1);
	assert_int_equal(indexes[1], 7);
	for (int field = 0; field < FIELD_COUNT; field++) {
		const struct matcher *matcher = ruleset_matcher(f.set, (enum field)field);

		for (uint32_t p = 0; matcher && p < matcher_count(matcher); p++) {
			size_t count;

			indexes = ruleset_triggered(f.set, (enum field)field, p, &count);
			for (size_t i = 0; i + 1 < count; i++)
				assert_true(indexes[i] < indexes[i + 1]);
			for (size_t i = 0; i < count; i++)
				reached |= (size_t)1 << indexes[i];
		}
	}
	assert_int_equal(reached, 0x7d);
	assert_non_null(ruleset_matcher(f.set, FIELD_AUTHOR_NAME));
	assert_null(ruleset_matcher(f.set, FIELD_TITLE));
	finish(&f);
}

/* --- sites
 * ---------------------------------------------------------------------------------------- */

static struct effective effective(
	struct fixture *f, const char *site, const char *section, const char *rule)
{
	return ruleset_effective(
		f->set, ruleset_site(f->set, span_of(site)), span_of(section), find(f, rule));
}

static void overrides_of_sites(void **state)
{
	static const struct yaml_node node = {.line = 1, .column = 1};
	const struct override overrides[] = {
		{.rules = SPAN("en/*"), .has_action = true, .action = ACTION_REVIEW, .node = &node},
		{.rules = SPAN("en/b"), .section = SPAN("sport"), .off = true, .node = &node},
		{.rules = SPAN("*/a"),
			.has_action = true,
			.action = ACTION_POINTS,
			.points = 2,
			.node = &node},
	};
	const struct site sites[] = {
		{.name = SPAN("english"), .overrides = overrides, .overrides_count = 3},
		{.name = SPAN("plain")},
	};
	struct fixture f;
	(void)state;

	begin(&f);
	put(&f, "a.yaml", HEAD "rules:\n" RULE("en/a", WHEN) RULE("en/b", WHEN) RULE("tr/c", WHEN));
	load_sites(&f, sites, 2, NULL);
	assert_int_equal(f.rc, OK);
	assert_null(ruleset_site(f.set, SPAN("nowhere")));
	assert_null(ruleset_site(f.set, SPAN("")));
	assert_int_equal(effective(&f, "", "", "en/a").action, ACTION_REJECT);
	assert_int_equal(effective(&f, "plain", "", "en/a").action, ACTION_REJECT);
	assert_int_equal(effective(&f, "english", "", "en/a").action, ACTION_POINTS);
	assert_int_equal(effective(&f, "english", "sport", "en/a").points, 2);
	assert_int_equal(effective(&f, "english", "", "en/b").action, ACTION_REVIEW);
	assert_false(effective(&f, "english", "news", "en/b").off);
	assert_true(effective(&f, "english", "sport", "en/b").off);
	assert_int_equal(effective(&f, "english", "sport", "tr/c").action, ACTION_REJECT);
	finish(&f);
}

static void thresholds_of_sites(void **state)
{
	static const struct yaml_node node = {.line = 1, .column = 1};
	const struct threshold thresholds[] = {
		{.guideline = SPAN("abuse"), .review_at = 4, .reject_at = 8, .node = &node},
		{.guideline = SPAN("abuse"),
			.section = SPAN("sport"),
			.reject_at = 20,
			.node = &node},
		{.guideline = SPAN("threats"), .section = SPAN("jobs"), .off = true, .node = &node},
	};
	const struct site site = {
		.name = SPAN("s"), .thresholds = thresholds, .thresholds_count = 3};
	static const struct {
		const char *section;
		size_t guideline;
		int64_t review_at, reject_at;
		bool off;
	} cases[] = {
		{"", 1, 4, 8, false},
		{"news", 1, 4, 8, false},
		{"sport", 1, 4, 20, false},
		{"sport", 0, 5, 10, false},
		{"jobs", 0, 5, 10, true},
	};
	const struct guideline *guidelines;
	struct fixture f;
	(void)state;

	begin(&f);
	put(&f, "a.yaml", SMALL);
	load_sites(&f, &site, 1, NULL);
	assert_int_equal(f.rc, OK);
	assert_int_equal(ruleset_guidelines(f.set, &guidelines), 2);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t review_at, reject_at;
		bool off;

		ruleset_thresholds(f.set, &site, span_of(cases[i].section),
			&guidelines[cases[i].guideline], &review_at, &reject_at, &off);
		assert_int_equal(review_at, cases[i].review_at);
		assert_int_equal(reject_at, cases[i].reject_at);
		assert_int_equal(off, cases[i].off);
	}
	finish(&f);
}

static void sites_that_name_what_is_not_there(void **state)
{
	static const struct source source = {"config.yaml", {"x", 1}};
	static const struct yaml_node node = {.line = 1, .column = 1};
	const struct override override = {.rules = SPAN("en/*"), .off = true, .node = &node};
	const struct threshold thresholds[] = {
		{.guideline = SPAN("abus"), .review_at = 4, .node = &node},
		{.guideline = SPAN("abuse"), .review_at = 7, .node = &node},
	};
	const struct site sites[] = {
		{.name = SPAN("s"), .overrides = &override, .overrides_count = 1},
		{.name = SPAN("t"), .thresholds = thresholds, .thresholds_count = 2},
	};
	struct fixture f;
	(void)state;

	begin(&f);
	put(&f, "a.yaml", SMALL);
	load_sites(&f, sites, 2, &source);
	assert_int_equal(f.rc, ERR_INVALID);
	assert_int_equal(f.errors.errors, 3);
	assert_string_equal(f.errors.items[0].text, "no rule fits `en/*`");
	assert_string_equal(f.errors.items[1].hint, "did you mean `abuse`?");
	assert_string_equal(f.errors.items[2].text,
		"`review_at` (7) would be above `reject_at` (6) of the guideline `abuse`");
	finish(&f);
}

/* --- files that were cut off
 * ---------------------------------------------------------------------- */

/* Every prefix of a file that says where it ends is an error or has the same rules. */
static void every_prefix_of_a_file(void **state)
{
	static const char text[] = "---\n" HEAD "lists: {l: [x, y]}\nrules:\n" RULE("a", WHEN) RULE(
		"b", "    when: {words: \"<l>\"}\n    in_quotes: review\n"
		     "    tests:\n      match: [x]\n") "exceptions:\n"
						       "  - {rules: b, unless: {words: z}}\n...\n";
	struct fixture f;
	size_t fine = 0;
	(void)state;

	begin(&f);
	for (size_t len = 0; len < sizeof(text); len++) {
		put_span(&f, "a.yaml", (struct span){text, len});
		load(&f);
		if (f.rc != OK)
			continue;
		fine++;
		assert_int_equal(f.rules_count, 2);
		assert_int_equal(find(&f, "b")->in_quotes, IN_QUOTES_REVIEW);
		assert_non_null(find(&f, "b")->unless);
	}
	assert_int_equal(fine, 2);
	finish(&f);
}

/* Without `---` and `...` a cut between two rules cannot be told; one inside a line is warned of.
 */
static void a_cut_inside_a_line(void **state)
{
	static const char text[] = SMALL;
	struct fixture f;
	(void)state;

	begin(&f);
	for (size_t len = 1; len < sizeof(text) - 1; len++) {
		put_span(&f, "a.yaml", (struct span){text, len});
		load(&f);
		if (text[len - 1] != '\n')
			assert_true(f.errors.errors + f.errors.warnings > 0);
	}
	finish(&f);
}

/* --- bounds and sharing
 * --------------------------------------------------------------------------- */

static void too_many_guidelines(void **state)
{
	struct buf text = {0};
	struct fixture f;
	(void)state;

	begin(&f);
	buf_str(&text, "guidelines:\n");
	for (unsigned i = 0; i <= GUIDELINES_MAX; i++)
		buf_printf(&text, "  g%u: T\n", i);
	put_span(&f, "a.yaml", buf_content(&text));
	load(&f);
	assert_int_equal(f.rc, ERR_INVALID);
	assert_string_equal(f.errors.items[0].text, "there are more than 64 guidelines");
	buf_free(&text);
	finish(&f);
}

static void too_many_files(void **state)
{
	struct fixture f;
	(void)state;

	begin(&f);
	for (unsigned i = 0; i <= RULE_FILES_MAX; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%u.yaml", i);
		put(&f, name, i ? "language: en\n" : SMALL);
	}
	load(&f);
	assert_int_equal(f.rc, ERR_INVALID);
	finish(&f);
}

static void *hold(void *context)
{
	struct ruleset *set = context;

	for (unsigned i = 0; i < 10000; i++)
		ruleset_unref(ruleset_ref(set));
	ruleset_unref(set);
	return NULL;
}

static void threads_share_a_set(void **state)
{
	pthread_t threads[4];
	struct fixture f;
	(void)state;

	begin(&f);
	put(&f, "a.yaml", SMALL);
	load_fine(&f);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hold, ruleset_ref(f.set)), 0);
	ruleset_unref(f.set);
	f.set = NULL;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	finish(&f);
}

/* Beyond those that are told, a mistake costs no more than a line without one. */
static void many_mistakes_are_told_soon(void **state)
{
	static const char *const phrases[] = {"(a b", "<someotherlistname>"};
	(void)state;

	for (size_t p = 0; p < ARRAY_LEN(phrases); p++) {
		struct fixture f;
		struct buf yaml = {0};
		struct timespec from, to;

		begin(&f);
		buf_str(&yaml, HEAD "lists:\n");
		for (int i = 0; i < 5000; i++)
			buf_printf(&yaml, "  somelistwithaname%d: [word]\n", i);
		buf_str(&yaml, "rules:\n");
		for (int i = 0; i < 3000; i++)
			buf_printf(&yaml,
				"  - {id: r%d, guideline: threats, reason: R., action: reject, "
				"when: {phrase: '%s'}}\n",
				i, phrases[p]);
		put_span(&f, "a.yaml", buf_content(&yaml));
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		load(&f);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		assert_int_equal(f.errors.errors, 3000);
		assert_in_range(to.tv_sec - from.tv_sec, 0, 9);
		finish(&f);
		buf_free(&yaml);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_files_are_read),
		cmocka_unit_test(a_link_to_no_file),
		cmocka_unit_test(a_fifo_does_not_hang),
		cmocka_unit_test(word_files),
		cmocka_unit_test(forms_are_shared),
		cmocka_unit_test(the_version_is_that_of_the_files),
		cmocka_unit_test(the_version_covers_names_and_word_files),
		cmocka_unit_test(a_set_from_given_texts),
		cmocka_unit_test(a_rule_with_everything),
		cmocka_unit_test(rules_that_approve),
		cmocka_unit_test(exceptions_join_unless),
		cmocka_unit_test(many_exceptions_are_flat),
		cmocka_unit_test(tables_reach_every_rule),
		cmocka_unit_test(overrides_of_sites),
		cmocka_unit_test(thresholds_of_sites),
		cmocka_unit_test(sites_that_name_what_is_not_there),
		cmocka_unit_test(every_prefix_of_a_file),
		cmocka_unit_test(a_cut_inside_a_line),
		cmocka_unit_test(too_many_guidelines),
		cmocka_unit_test(too_many_files),
		cmocka_unit_test(many_mistakes_are_told_soon),
		cmocka_unit_test(threads_share_a_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
