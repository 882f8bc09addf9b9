/* What the tests cover: see test_report.h. */
#include "cli/test_report.h"

#include "cli/diagnostics.h"
#include "wire/json.h"

#define TEXT_MAX_SHOWN 80 /* [bytes] of an alternative */

static const char *const kind_names[COVERAGE_COUNT] = {
	[COVERAGE_RULE] = "rule",
	[COVERAGE_ENTRY] = "entry",
	[COVERAGE_ALTERNATIVE] = "alternative",
};

/* Items that count. */
struct counts {
	const struct coverage_item *items;
	size_t items_count;
	size_t of[COVERAGE_COUNT], covered[COVERAGE_COUNT];
};

/* Items are in the order of their files: a file is looked at once. */
struct filter {
	const struct texts *paths;
	const struct source *source; /* of the last item */
	bool wanted;
};

static bool is_wanted(struct filter *filter, const struct coverage_item *item)
{
	if (item->place.source != filter->source) {
		filter->source = item->place.source;
		filter->wanted = filter->paths->count == 0 ||
				 diagnostics_is_below(filter->source->name, filter->paths);
	}
	return filter->wanted;
}

static size_t count_items(struct counts *counts, const struct texts *paths)
{
	struct filter filter = {.paths = paths};
	size_t total = 0;

	for (size_t i = 0; i < counts->items_count; i++) {
		const struct coverage_item *item = &counts->items[i];

		if (!is_wanted(&filter, item))
			continue;
		total++;
		counts->of[item->kind]++;
		counts->covered[item->kind] += item->covered;
	}
	return total;
}

/* *paths (empty at first) is set to the files whose items count; none of it is owned. */
static struct counts count(
	const struct suite *suite, struct coverage *coverage, struct texts *paths)
{
	struct counts counts = {0};

	counts.items = coverage_items(coverage, &counts.items_count);
	*paths = suite->run->arguments;
	/* Case files alone were asked for: they are about the whole set. */
	if (count_items(&counts, paths) == 0) {
		*paths = (struct texts){0};
		count_items(&counts, paths);
	}
	return counts;
}

struct coverage *test_coverage(const struct suite *suite)
{
	const struct setup *setup = suite->setup;
	struct coverage *coverage = coverage_new(setup->set, setup->guesser);
	int rc = OK;

	for (size_t i = 0; coverage && rc == OK && i < suite_count(suite); i++) {
		const struct test test = suite_test(suite, i);

		rc = test.sentence ? coverage_sentence(coverage, test.sentence)
				   : coverage_comment(coverage, test.comment, &setup->limits);
	}
	if (rc == OK)
		return coverage;
	coverage_free(coverage);
	return NULL;
}

/* Rounded down: 100 % is nothing missing. */
static unsigned percent_of(size_t covered, size_t of)
{
	return of ? (unsigned)(100 * covered / of) : 100;
}

bool test_is_covered(const struct suite *suite, struct coverage *coverage, int64_t percent)
{
	struct texts paths;
	const struct counts counts = count(suite, coverage, &paths);

	for (size_t k = 0; k < COVERAGE_COUNT; k++)
		if (percent_of(counts.covered[k], counts.of[k]) < percent)
			return false;
	return true;
}

static void show_item(struct out *out, const struct coverage_item *item)
{
	struct place place = coverage_place(item);

	out_printf(out, "  %s:%u:%u: no test hits ", place.source->name, place.line, place.column);
	if (item->kind == COVERAGE_RULE) {
		out_str(out, "the rule ");
		out_styled(out, STYLE_NAME, item->text.ptr);
	} else {
		out_str(out, "`");
		out_untrusted(out, item->text, TEXT_MAX_SHOWN);
		out_str(out, "`");
	}
	if (item->list.len)
		out_printf(out, " of <%.*s>", SPAN_ARGS(item->list));
	out_str(out, "\n");
}

static void show_figures(struct out *out, const struct counts *counts, int64_t percent)
{
	out_str(out, "coverage: ");
	for (size_t k = 0; k < COVERAGE_COUNT; k++) {
		unsigned reached = percent_of(counts->covered[k], counts->of[k]);

		out_printf(out, "%s%s ", k ? ", " : "", coverage_names[k]);
		out_style(out, reached < percent ? STYLE_BAD : STYLE_PLAIN);
		out_printf(out, "%u %%", reached);
		out_style(out, STYLE_PLAIN);
		out_printf(out, " (%zu of %zu)", counts->covered[k], counts->of[k]);
	}
	if (percent)
		out_printf(out, "; %lld %% of each %s asked for", (long long)percent,
			percent == 1 ? "is" : "are");
	out_str(out, "\n");
}

void test_show_coverage(
	const struct suite *suite, struct coverage *coverage, bool all, int64_t percent)
{
	struct texts paths;
	const struct counts counts = count(suite, coverage, &paths);
	struct filter filter = {.paths = &paths};
	struct out *out = &suite->run->out;
	size_t shown = 0, missing = 0;

	for (size_t i = 0; i < counts.items_count; i++) {
		if (counts.items[i].covered || !is_wanted(&filter, &counts.items[i]))
			continue;
		if (all || shown < SHOWN_MAX) {
			show_item(out, &counts.items[i]);
			shown++;
		}
		missing++;
	}
	if (shown < missing)
		out_printf(out, "  … and %zu more; --all shows them\n", missing - shown);
	show_figures(out, &counts, percent);
}

static void put_item_json(struct buf *out, const struct coverage_item *item)
{
	struct place place = coverage_place(item);

	buf_printf(out, "{\"kind\":\"%s\",\"file\":", kind_names[item->kind]);
	json_write(out, span_of(place.source->name));
	buf_printf(out, ",\"line\":%u,\"column\":%u,\"text\":", place.line, place.column);
	json_write(out, item->text);
	if (item->list.len) {
		buf_str(out, ",\"list\":");
		json_write(out, item->list);
	}
	buf_char(out, '}');
}

void test_coverage_json(const struct suite *suite, struct coverage *coverage, struct buf *out)
{
	struct texts paths;
	const struct counts counts = count(suite, coverage, &paths);
	struct filter filter = {.paths = &paths};
	const char *comma = "";

	buf_str(out, "\"coverage\":{");
	for (size_t k = 0; k < COVERAGE_COUNT; k++)
		buf_printf(out, "\"%s\":{\"covered\":%zu,\"of\":%zu},", coverage_names[k],
			counts.covered[k], counts.of[k]);
	buf_str(out, "\"missing\":[");
	for (size_t i = 0; i < counts.items_count; i++) {
		if (counts.items[i].covered || !is_wanted(&filter, &counts.items[i]))
			continue;
		buf_str(out, comma);
		put_item_json(out, &counts.items[i]);
		comma = ",";
	}
	buf_str(out, "]}");
}
