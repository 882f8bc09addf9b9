/* `near`: two phrases with few words in between. */
#include "rules/condition_parts.h"
#include "text/segment.h"

#define WITHIN_MAX 50 /* [words] */

struct near {
	const struct yaml_node *first_node, *second_node;
	int64_t within; /* [words] in between, at most */
	bool ordered;
	struct patterns first, second;
};

static const struct key keys[] = {
	{.name = "first",
		.type = TYPE_NODE,
		.help = "A phrase.",
		.offset = offsetof(struct near, first_node),
		.shape = "phrase",
		.flags = KEY_REQUIRED},
	{.name = "second",
		.type = TYPE_NODE,
		.help = "Another phrase.",
		.offset = offsetof(struct near, second_node),
		.shape = "phrase",
		.flags = KEY_REQUIRED},
	{.name = "within",
		.type = TYPE_INT,
		.help = "At most so many words stand between them.",
		.offset = offsetof(struct near, within),
		.max = WITHIN_MAX,
		.fallback = "5"},
	{.name = "ordered",
		.type = TYPE_BOOL,
		.help = "Whether the first must come first.",
		.offset = offsetof(struct near, ordered),
		.fallback = "false"},
};

static const struct section section = {
	.name = "near",
	.help = "Two phrases close to each other, also across sentences.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = -1,
	.size = sizeof(struct near),
};

static int add_phrase(struct loader *loader, struct condition *condition, struct patterns *patterns,
	const struct yaml_node *node)
{
	uint32_t id;
	int rc;

	if (node->kind != YAML_SCALAR) {
		loader_error(loader, node, "a phrase (text) is needed here");
		return ERR_INVALID;
	}
	rc = patterns_init(loader, patterns, 1);
	if (rc == OK)
		rc = loader_add_phrase(loader, node, &id);
	if (rc == OK)
		patterns->ids[patterns->count++] = id;
	/* Both are needed, so either would do as the trigger; an author names the telling one
	 * first. */
	if (rc == OK && patterns == &((struct near *)condition->data)->first)
		rc = condition_add_trigger(loader->arena, condition, loader->field, id);
	return rc;
}

static int compile(struct loader *loader, struct condition *condition)
{
	struct near *near = condition->data;
	int first = add_phrase(loader, condition, &near->first, near->first_node);
	int second = first == ERR_NOMEM
			     ? first
			     : add_phrase(loader, condition, &near->second, near->second_node);

	return first != OK ? first : second;
}

/* Where a hit stands among the words of the text. */
struct where {
	struct range bytes; /* of the original */
	size_t from, to; /* [words] that begin before its first byte, and before its end */
};

/* The first byte of the folded text that comes from the original at or after `original`. */
static size_t folded_offset(const struct view *folded, uint32_t original)
{
	size_t low = 0, high = folded->text.len;

	if (!folded->map)
		return original;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (folded->map[middle] < original)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Counts the words of a text from its beginning on. */
struct counter {
	struct span text;
	struct span word; /* the next one, if `left` */
	size_t at;
	size_t words; /* counted so far */
	bool left;
};

/* How many words begin before `offset`, which never goes back. */
static size_t words_before(struct counter *c, size_t offset)
{
	while (c->left && (size_t)(c->word.ptr - c->text.ptr) < offset) {
		c->words++;
		c->left = segment_next_word(c->text, &c->at, &c->word);
	}
	return c->words;
}

/*
 * Counts the words before each of the hits, which are in order and do not overlap, in one pass:
 * what stands between two of them may be long, and many pairs are to be looked at.
 */
static void place_hits(
	const struct view *folded, const struct hit *hits, size_t count, struct where *out)
{
	struct counter c = {.text = folded->text};

	c.left = segment_next_word(c.text, &c.at, &c.word);
	for (size_t i = 0; i < count; i++) {
		struct range bytes = hits[i].in_original;

		out[i].bytes = bytes;
		out[i].from = words_before(&c, folded_offset(folded, bytes.from));
		out[i].to = words_before(&c, folded_offset(folded, bytes.to));
	}
}

/* Whether at most `within` words stand between the end of a and the start of b. */
static bool close_enough(const struct where *a, const struct where *b, int64_t within)
{
	return b->from <= a->to || b->from - a->to <= (size_t)within;
}

static bool near_each_other(const struct near *near, const struct where *a, const struct where *b)
{
	if (a->bytes.to <= b->bytes.from)
		return close_enough(a, b, near->within);
	if (b->bytes.to <= a->bytes.from)
		return !near->ordered && close_enough(b, a, near->within);
	return false; /* they overlap: one place cannot be two */
}

static void add_evidence(
	struct scene *scene, struct evidence *evidence, enum field field, const struct hit *hit)
{
	evidence_add(scene, evidence,
		(struct evidence_item){.field = field,
			.range = hit->in_original,
			.entry = hit->entry,
			.disguised = hit->disguised});
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct near *near = condition->data;
	enum field field = near->first.field;
	const struct hit *a, *b;
	size_t a_count, b_count;
	bool a_more, b_more;
	enum truth first = scene->find(scene, field, near->first.ids[0], &a, &a_count, &a_more);
	enum truth second;
	struct where a_where[HITS_MAX], b_where[HITS_MAX];
	struct text *text;
	bool found = false;

	if (first == TRUTH_NO)
		return TRUTH_NO;
	second = scene->find(scene, field, near->second.ids[0], &b, &b_count, &b_more);
	if (truth_and(first, second) != TRUTH_YES)
		return truth_and(first, second);
	text = scene->text(scene, field);
	if (!text)
		return TRUTH_UNKNOWN;
	place_hits(&text->folded, a, a_count, a_where);
	place_hits(&text->folded, b, b_count, b_where);
	for (size_t i = 0; i < a_count; i++)
		for (size_t k = 0; k < b_count; k++)
			if (near_each_other(near, &a_where[i], &b_where[k])) {
				add_evidence(scene, evidence, field, &a[i]);
				add_evidence(scene, evidence, field, &b[k]);
				found = true;
			}
	if (found)
		return TRUTH_YES;
	/* Further hits are not known: somebody may have put harmless ones in front of them. */
	if (a_more || b_more) {
		scene->fault(scene, SCAN_REGEX_LIMIT);
		return TRUTH_UNKNOWN;
	}
	return TRUTH_NO;
}

const struct condition_kind condition_kind_near = {
	.name = "near",
	.help = "Two phrases stand close to each other.",
	.example = "near: {first: \"(journalist|reporter)\", second: \"<harm>\", within: 5}",
	.section = &section,
	.compile = compile,
	.test = test,
};
