/* AutoModerator's search checks: `~title+body#2 (includes-word, regex): [values]`. */
#include "import/automoderator.h"
#include "import/scalar.h"
#include "rules/word_line.h"
#include "text/utf8.h"

#define VALUE_MAX 2000 /* [bytes] of a value that is made into a regex */

/* How a value must stand in the text. */
enum match {
	MATCH_WORD,
	MATCH_INCLUDES,
	MATCH_STARTS,
	MATCH_ENDS,
	MATCH_EXACT,
	MATCH_TEXT,
	MATCH_DOMAIN,
	MATCH_COUNT,
};

static const struct {
	const char *name; /* as a modifier; NULL: none */
	const char *before, *after; /* what a regex is put between */
} matches[MATCH_COUNT] = {
	[MATCH_WORD] = {"includes-word", "(?:^|\\b|(?<=\\W))", "(?:$|\\b|(?=\\W))"},
	[MATCH_INCLUDES] = {"includes", "", ""},
	[MATCH_STARTS] = {"starts-with", "^", ""},
	[MATCH_ENDS] = {"ends-with", "", "$"},
	[MATCH_EXACT] = {"full-exact", "^", "$"},
	[MATCH_TEXT] = {"full-text", "^\\W*", "\\W*$"},
	[MATCH_DOMAIN] = {NULL, "", ""},
};

/* What a field of theirs is here. */
enum target {
	TARGET_TEXT,
	TARGET_NAME,
	TARGET_TITLE, /* of the article */
	TARGET_TAGS,
	TARGET_LINKS, /* domains of links in the text */
	TARGET_POST, /* only submissions have it */
	TARGET_NONE, /* filterd is not told of it */
};

#define TARGET_BIT(target) (1u << (target))

static const struct field_row {
	unsigned groups; /* enum am_group */
	const char *name;
	enum target target;
	enum match match; /* unless a modifier says otherwise */
} fields[] = {
	{AM_TOP, "body", TARGET_TEXT, MATCH_WORD},
	{AM_TOP, "title", TARGET_POST, MATCH_WORD},
	{AM_TOP, "domain", TARGET_LINKS, MATCH_DOMAIN},
	{AM_TOP, "url", TARGET_TEXT, MATCH_INCLUDES},
	{AM_TOP, "author", TARGET_NAME, MATCH_EXACT},
	{AM_TOP, "id", TARGET_NONE, MATCH_EXACT},
	{AM_TOP, "flair_text", TARGET_POST, MATCH_TEXT},
	{AM_TOP, "flair_css_class", TARGET_POST, MATCH_EXACT},
	{AM_TOP, "flair_template_id", TARGET_POST, MATCH_EXACT},
	{AM_TOP, "poll_option_text", TARGET_POST, MATCH_WORD},
	{AM_TOP, "crosspost_id", TARGET_POST, MATCH_EXACT},
	{AM_TOP, "crosspost_title", TARGET_POST, MATCH_WORD},
	{AM_TOP, "media_author", TARGET_POST, MATCH_EXACT},
	{AM_TOP, "media_author_url", TARGET_POST, MATCH_INCLUDES},
	{AM_TOP, "media_title", TARGET_POST, MATCH_WORD},
	{AM_TOP, "media_description", TARGET_POST, MATCH_WORD},
	{AM_AUTHOR, "name", TARGET_NAME, MATCH_EXACT},
	{AM_AUTHOR, "id", TARGET_NONE, MATCH_EXACT},
	{AM_AUTHOR, "flair_text", TARGET_NONE, MATCH_TEXT},
	{AM_AUTHOR, "flair_css_class", TARGET_NONE, MATCH_EXACT},
	{AM_AUTHOR, "flair_template_id", TARGET_NONE, MATCH_EXACT},
	{AM_PARENT, "title", TARGET_TITLE, MATCH_WORD},
	{AM_PARENT, "flair_text", TARGET_TAGS, MATCH_TEXT},
	{AM_PARENT, "body", TARGET_NONE, MATCH_WORD},
	{AM_PARENT, "domain", TARGET_NONE, MATCH_DOMAIN},
	{AM_PARENT, "url", TARGET_NONE, MATCH_INCLUDES},
	{AM_PARENT, "id", TARGET_NONE, MATCH_EXACT},
	{AM_PARENT, "flair_css_class", TARGET_NONE, MATCH_EXACT},
	{AM_PARENT, "flair_template_id", TARGET_NONE, MATCH_EXACT},
};

/* A check as its key states it. */
struct search {
	struct am_rule *am;
	const struct yaml_node *key;
	bool negated, regex, sensitive;
	enum match match;
	bool match_said;
	unsigned targets; /* TARGET_BIT()s */
	bool all_fields; /* filterd has every field of it */
	struct import_patterns patterns;
	size_t left; /* values that were not carried over */
	const char *problem; /* what is wrong with its modifiers */
};

/* --- the key ------------------------------------------------------------------------------------
 */

static bool add_field(struct search *s, enum am_group group, struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (!(fields[i].groups & group) || !span_eq(name, span_of(fields[i].name)))
			continue;
		s->targets |= TARGET_BIT(fields[i].target);
		/* The first field's way of matching; but a domain beside a text is a word of it. */
		if (!s->match_said &&
			(s->targets == TARGET_BIT(fields[i].target) || s->match == MATCH_DOMAIN))
			s->match = fields[i].match;
		s->all_fields = s->all_fields && fields[i].target != TARGET_NONE;
		return true;
	}
	return false;
}

static void add_modifier(struct search *s, struct span name)
{
	for (int i = 0; i < MATCH_COUNT; i++) {
		if (matches[i].name && span_eq(name, span_of(matches[i].name))) {
			s->match = (enum match)i;
			s->match_said = true;
			return;
		}
	}
	if (span_eq(name, SPAN("regex")))
		s->regex = true;
	else if (span_eq(name, SPAN("case-sensitive")))
		s->sensitive = true;
	else
		s->problem = "it has a modifier that AutoModerator does not have";
}

/* The part of `text` up to `sign`, which is taken off with it. */
static struct span take(struct span *text, char sign)
{
	const char *at = text->len ? memchr(text->ptr, sign, text->len) : NULL;
	size_t len = at ? (size_t)(at - text->ptr) : text->len;
	struct span part = span_sub(*text, 0, len);

	*text = span_sub(*text, at ? len + 1 : len, text->len);
	return word_line_trim(part);
}

/* Whether all fields are of the group. */
static bool read_key(struct search *s, enum am_group group, struct span *name)
{
	struct span rest = s->key->value, names, modifiers;

	names = take(&rest, '(');
	modifiers = take(&rest, ')');
	if (span_starts(names, SPAN("~"))) {
		s->negated = true;
		names = span_sub(names, 1, names.len);
	}
	names = take(&names, '#');
	*name = names;
	while (modifiers.len > 0)
		add_modifier(s, take(&modifiers, ','));
	while (names.len > 0) {
		if (!add_field(s, group, take(&names, '+')))
			return false;
	}
	return s->targets != 0;
}

/* --- values -------------------------------------------------------------------------------------
 */

static void leave(struct search *s, const struct yaml_node *node, const char *why)
{
	struct span what = node->kind == YAML_SCALAR ? node->value : SPAN("a list or mapping");

	importer_note(s->am->im, &s->patterns.forms[FORM_WORDS], IMPORT_LEFT, am_line(s->am, node),
		what, "%s", why);
}

/* The value as a regex, put between what its way of matching asks for. */
static void add_regex(struct search *s, const struct yaml_node *node)
{
	struct importer *im = s->am->im;
	enum import_form form = s->regex || s->sensitive ? FORM_ORIGINAL : FORM_FOLDED;
	bool grouped = s->regex && s->match != MATCH_INCLUDES;
	struct span core = node->value, regex;

	if (!s->regex) {
		unsigned flags = form == FORM_FOLDED ? LITERAL_FOLD : 0;

		core = entry_literal(im, core, flags | (s->match == MATCH_WORD ? LITERAL_WORD : 0));
	}
	if (core.len == 0) {
		leave(s, node, "nothing is left of it to look for");
		return;
	}
	/* A literal word has its edges already. */
	if (!s->regex && s->match == MATCH_WORD)
		regex = core;
	else
		regex = importer_text(im, "%s%s%s%.*s%s%s", s->regex && !s->sensitive ? "(?i)" : "",
			matches[s->match].before, grouped ? "(?:" : "", SPAN_ARGS(core),
			grouped ? ")" : "", matches[s->match].after);
	entry_add_regex(im, &s->patterns, form, am_line(s->am, node), node->value, regex);
}

static void add_value(struct search *s, const struct yaml_node *node)
{
	struct importer *im = s->am->im;
	size_t before = im->result->left;

	if (node->kind != YAML_SCALAR || node->value.len == 0)
		leave(s, node, "it is no text to look for");
	else if (node->value.len > VALUE_MAX)
		leave(s, node, "it is too long");
	else if (s->match == MATCH_DOMAIN && s->regex)
		leave(s, node, "a domain is no regex here");
	else if (s->match == MATCH_DOMAIN && span_starts(node->value, SPAN("self.")))
		leave(s, node, "it stands for submissions without a link");
	else if (s->match == MATCH_DOMAIN)
		entry_add_domain(im, &s->patterns, am_line(s->am, node), node->value);
	else if (s->regex || s->sensitive || s->match != MATCH_WORD)
		add_regex(s, node);
	else
		entry_add(im, &s->patterns, am_line(s->am, node), node->value, 0);
	s->left += im->result->left - before;
}

static void add_values(struct search *s, const struct yaml_node *value)
{
	if (value->kind != YAML_SEQUENCE)
		add_value(s, value);
	for (size_t i = 0; value->kind == YAML_SEQUENCE && i < value->count; i++)
		add_value(s, &value->items[i]);
}

/* --- the condition ------------------------------------------------------------------------------
 */

static unsigned fields_of(unsigned targets)
{
	unsigned found = 0;

	if (targets & (TARGET_BIT(TARGET_TEXT) | TARGET_BIT(TARGET_LINKS)))
		found |= FIELD_BIT(FIELD_TEXT);
	if (targets & TARGET_BIT(TARGET_NAME))
		found |= FIELD_BIT(FIELD_AUTHOR_NAME);
	if (targets & TARGET_BIT(TARGET_TITLE))
		found |= FIELD_BIT(FIELD_TITLE);
	return found;
}

static void move_remarks(struct search *s)
{
	const struct import_lines *from = &s->patterns.forms[FORM_WORDS];

	for (size_t i = 0; i < from->count; i++)
		importer_comment(
			s->am->im, &s->am->rule.head, "%.*s", SPAN_ARGS(from->items[i].text));
}

/* What of the values has been carried over, as a condition. */
static void finish(struct search *s)
{
	struct am_rule *am = s->am;
	struct buf items = {0};
	size_t count = writer_patterns(&items, &s->patterns, fields_of(s->targets));

	if (count > 0) {
		am->example = am->conditions_count == 0 && !s->negated &&
					      (fields_of(s->targets) & FIELD_BIT(FIELD_TEXT))
				      ? writer_example(am->im, &s->patterns)
				      : SPAN("");
		writer_item(&am->conditions, s->negated ? "none" : "any", &items, count);
		am->conditions_count++;
	} else {
		move_remarks(s);
	}
	/* An exception that shrinks makes the rule hold more often, as a lost check does. */
	if (count == 0 || (s->negated && (s->left > 0 || !s->all_fields)))
		am->limited = true;
	am->conditions.failed |= items.failed;
	buf_free(&items);
	map_free(&s->patterns.seen);
}

/* A submission's flair is an article's tag. */
static void add_tags(struct search *s, const struct yaml_node *value)
{
	size_t count = value->kind == YAML_SEQUENCE ? value->count : 1;
	const struct yaml_node *items = value->kind == YAML_SEQUENCE ? value->items : value;
	struct buf tags = {0};

	for (size_t i = 0; i < count; i++) {
		if (items[i].kind != YAML_SCALAR || items[i].value.len == 0 || s->regex) {
			leave(s, &items[i], "it is no tag");
			s->left++;
			continue;
		}
		buf_str(&tags, tags.len > 0 ? ", " : "");
		scalar_write(&tags, items[i].value);
		importer_carried(s->am->im);
	}
	if (tags.len > 0) {
		am_condition(s->am, s->negated, "article: {tags: [%.*s]}",
			SPAN_ARGS(buf_content(&tags)));
		importer_note(s->am->im, &s->am->rule.head, IMPORT_CHANGED, am_line(s->am, s->key),
			s->key->value,
			"a submission's flair is looked for among the article's tags");
	}
	move_remarks(s);
	if (tags.len == 0 || (s->negated && s->left > 0))
		s->am->limited = true;
	s->am->conditions.failed |= tags.failed;
	buf_free(&tags);
}

static void tell_changes(struct search *s)
{
	struct am_rule *am = s->am;
	const char *why = NULL;

	if (!s->all_fields)
		why = "filterd is not told of every field of it: the others alone are looked at";
	else if (s->match == MATCH_DOMAIN)
		why = "a submission's domain: here links in the comment";
	else if (s->targets & TARGET_BIT(TARGET_LINKS))
		why = "a submission's domain: here what stands in the comment's text";
	else if (s->key->value.len && memmem(s->key->value.ptr, s->key->value.len, "url", 3))
		why = "a submission's address: here addresses in the comment's text";
	if (why)
		importer_note(am->im, &am->rule.head, IMPORT_CHANGED, am_line(am, s->key),
			s->key->value, "%s", why);
}

bool am_search(struct am_rule *am, enum am_group group, const struct yaml_node *key,
	const struct yaml_node *value, struct span *name)
{
	struct search s = {.am = am, .key = key, .all_fields = true};
	unsigned lost = TARGET_BIT(TARGET_POST) | TARGET_BIT(TARGET_NONE);

	if (!read_key(&s, group, name))
		return false;
	if (s.problem) {
		am_lost(am, key, s.problem);
	} else if (s.targets == TARGET_BIT(TARGET_POST)) {
		am->whole =
			s.negated ? am->whole : "it is about submissions; filterd judges comments";
		if (s.negated) /* what a comment does not have it cannot contain */
			importer_note(am->im, &am->rule.head, IMPORT_CHANGED, am_line(am, key),
				key->value, "a comment has none, so that it always holds");
		importer_carried(am->im);
	} else if (!(s.targets & ~lost)) {
		am_lost(am, key, "filterd is not told of it");
	} else if (s.targets == TARGET_BIT(TARGET_TAGS)) {
		add_tags(&s, value);
	} else {
		tell_changes(&s);
		add_values(&s, value);
		finish(&s);
	}
	return true;
}

size_t am_search_names(enum am_group group, const char *names[AM_SEARCH_NAMES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(fields) && count < AM_SEARCH_NAMES_MAX; i++) {
		if (fields[i].groups & group)
			names[count++] = fields[i].name;
	}
	return count;
}
