/* How verdicts stand to labels: see scores.h. */
#include "cli/scores.h"

#include "text/utf8.h"

#define BIT(index) (UINT64_C(1) << (index))

static const struct {
	const char *name; /* in JSON */
	const char *text;
	const char *meaning;
} figures[FIGURE_COUNT] = {
	[FIGURE_CAUGHT] = {"caught", "caught", "bad comments not approved (recall)"},
	[FIGURE_REJECTED] = {"rejected", "rejected", "bad comments rejected"},
	[FIGURE_FLAGGED] = {"flagged", "flagged", "ok comments not approved"},
	[FIGURE_WRONG] = {"wrong", "wrong", "ok comments rejected"},
	[FIGURE_PRECISION] = {"precision", "precision", "of those not approved, bad ones"},
	[FIGURE_PRECISION_REJECTED] = {"precision_rejected", "of rejects",
		"of those rejected, bad ones"},
	[FIGURE_REVIEW_REJECTED] = {"review_rejected", "review!",
		"comments labelled review that are rejected"},
};

static bool add_mapping(struct mappings *mappings, struct span text)
{
	const char *equals = memchr(text.ptr, '=', text.len);
	size_t at = equals ? (size_t)(equals - text.ptr) : 0;

	if (at == 0 || at + 1 == text.len || mappings->count == MAPPINGS_MAX)
		return false;
	mappings->items[mappings->count++] =
		(struct mapping){span_sub(text, 0, at), span_sub(text, at + 1, text.len)};
	return true;
}

int mappings_read(struct run *run, const struct texts *texts, struct mappings *out)
{
	for (size_t i = 0; i < texts->count; i++) {
		if (!add_mapping(out, span_of(texts->items[i])))
			return cli_usage_error(
				run, "`--as` takes NAME=GUIDELINE, not `%.64s`", texts->items[i]);
	}
	return CLI_FINE;
}

static uint64_t bit_of(const struct ruleset *set, const struct mappings *mappings, struct span name)
{
	const struct guideline *guidelines;
	size_t count = ruleset_guidelines(set, &guidelines);

	for (size_t i = 0; i < mappings->count; i++) {
		if (span_eq(mappings->items[i].name, name))
			name = mappings->items[i].guideline;
	}
	for (size_t i = 0; i < count; i++) {
		if (span_eq(span_of(guidelines[i].id), name))
			return BIT(i);
	}
	return 0;
}

static void count_stranger(struct scores *scores, struct span name, uint64_t count)
{
	struct stranger *stranger;

	name = utf8_beginning(name, STRANGER_SIZE - 1);
	for (size_t i = 0; i < scores->strangers_count; i++) {
		if (span_eq(span_of(scores->strangers[i].name), name)) {
			scores->strangers[i].count += count;
			return;
		}
	}
	if (scores->strangers_count == STRANGERS_MAX || memchr(name.ptr, '\0', name.len))
		return;
	stranger = &scores->strangers[scores->strangers_count++];
	memcpy(stranger->name, name.ptr, name.len);
	stranger->count = count;
}

/* The guidelines that a label names, a bit for each index; other names are noted. */
static uint64_t labelled_guidelines(struct scores *scores, const struct ruleset *set,
	const struct mappings *mappings, const struct label *label)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < label->guidelines_count; i++) {
		uint64_t bit = bit_of(set, mappings, label->guidelines[i]);

		if (!bit && label->guidelines[i].len)
			count_stranger(scores, label->guidelines[i], 1);
		bits |= bit;
	}
	return bits;
}

uint64_t scores_reached(
	const struct ruleset *set, const struct comment *comment, const struct verdict *verdict)
{
	const struct site *site = ruleset_site(set, comment->site);
	uint64_t bits = 0;

	for (size_t i = 0; i < verdict->guidelines_count; i++) {
		const struct guideline_points *points = &verdict->guidelines[i];
		int64_t review_at, reject_at;
		bool off;

		ruleset_thresholds(set, site, comment->article.section, points->guideline,
			&review_at, &reject_at, &off);
		if (!points->exempt && points->low >= review_at)
			bits |= BIT(points->guideline->index);
	}
	return bits;
}

static void add_guideline(struct guideline_score *score, enum label_kind kind, bool labelled,
	bool reached, bool caught)
{
	score->labelled += labelled;
	if (labelled && reached)
		score->right++;
	else if (labelled && caught)
		score->elsewhere++;
	else if (labelled)
		score->missed++;
	else if (reached && kind == LABEL_BAD)
		score->other++;
	else if (reached && kind == LABEL_OK)
		score->wrong++;
}

uint64_t scores_add(struct scores *scores, const struct ruleset *set,
	const struct mappings *mappings, const struct comment *comment, const struct label *label,
	const struct verdict *verdict)
{
	const struct guideline *guidelines;
	size_t count = ruleset_guidelines(set, &guidelines);
	uint64_t said = 0, reached;

	scores->verdicts[label->kind][verdict->kind]++;
	if (label->kind != LABEL_OK && label->kind != LABEL_BAD)
		return 0;
	if (label->kind == LABEL_BAD)
		said = labelled_guidelines(scores, set, mappings, label);
	reached = scores_reached(set, comment, verdict);
	for (size_t i = 0; (said | reached) >> i && i < count; i++)
		add_guideline(&scores->guidelines[i], label->kind, said & BIT(i), reached & BIT(i),
			verdict->kind != VERDICT_APPROVE);
	if (label->kind == LABEL_BAD && !said && verdict->kind == VERDICT_APPROVE)
		scores->missed_unnamed++;
	return said;
}

void scores_join(struct scores *to, const struct scores *from)
{
	for (size_t label = 0; label < LABEL_COUNT; label++)
		for (size_t verdict = 0; verdict < VERDICT_COUNT; verdict++)
			to->verdicts[label][verdict] += from->verdicts[label][verdict];
	to->missed_unnamed += from->missed_unnamed;
	for (size_t i = 0; i < GUIDELINES_MAX; i++) {
		struct guideline_score *sum = &to->guidelines[i];
		const struct guideline_score *more = &from->guidelines[i];

		sum->labelled += more->labelled;
		sum->right += more->right;
		sum->elsewhere += more->elsewhere;
		sum->missed += more->missed;
		sum->other += more->other;
		sum->wrong += more->wrong;
	}
	for (size_t i = 0; i < from->strangers_count; i++)
		count_stranger(to, span_of(from->strangers[i].name), from->strangers[i].count);
}

static uint64_t sum_of(const uint64_t verdicts[VERDICT_COUNT])
{
	return verdicts[VERDICT_APPROVE] + verdicts[VERDICT_REVIEW] + verdicts[VERDICT_REJECT];
}

uint64_t scores_labelled(const struct scores *scores)
{
	return sum_of(scores->verdicts[LABEL_OK]) + sum_of(scores->verdicts[LABEL_REVIEW]) +
	       sum_of(scores->verdicts[LABEL_BAD]);
}

struct share scores_figure(const uint64_t verdicts[LABEL_COUNT][VERDICT_COUNT], enum figure figure)
{
	const uint64_t *ok = verdicts[LABEL_OK], *bad = verdicts[LABEL_BAD];
	const uint64_t *review = verdicts[LABEL_REVIEW];
	uint64_t caught = bad[VERDICT_REVIEW] + bad[VERDICT_REJECT];
	uint64_t flagged = ok[VERDICT_REVIEW] + ok[VERDICT_REJECT];

	switch (figure) {
	case FIGURE_CAUGHT:
		return (struct share){caught, sum_of(bad)};
	case FIGURE_REJECTED:
		return (struct share){bad[VERDICT_REJECT], sum_of(bad)};
	case FIGURE_FLAGGED:
		return (struct share){flagged, sum_of(ok)};
	case FIGURE_WRONG:
		return (struct share){ok[VERDICT_REJECT], sum_of(ok)};
	case FIGURE_PRECISION:
		return (struct share){caught, caught + flagged};
	case FIGURE_PRECISION_REJECTED:
		return (struct share){
			bad[VERDICT_REJECT], bad[VERDICT_REJECT] + ok[VERDICT_REJECT]};
	case FIGURE_REVIEW_REJECTED:
		return (struct share){review[VERDICT_REJECT], sum_of(review)};
	case FIGURE_COUNT:
		break;
	}
	return (struct share){0, 0};
}

struct share scores_precision(const struct guideline_score *score)
{
	uint64_t bad = score->right + score->other;

	return (struct share){bad, bad + score->wrong};
}

struct share scores_recall(const struct guideline_score *score)
{
	return (struct share){score->labelled - score->missed, score->labelled};
}

void scores_show(struct out *out, const struct scores *const *columns, const char *const *heads,
	size_t count)
{
	if (count > 1) {
		out_printf(out, "  %-10s", "");
		for (size_t i = 0; i < count; i++)
			out_printf(out, " %9s", heads[i]);
		out_str(out, "\n");
	}
	for (enum figure f = FIGURE_CAUGHT; f < FIGURE_COUNT; f++) {
		if (scores_figure(columns[0]->verdicts, f).whole == 0 &&
			scores_figure(columns[count - 1]->verdicts, f).whole == 0)
			continue;
		out_printf(out, "  %-10s", figures[f].text);
		for (size_t i = 0; i < count; i++)
			out_share(out, scores_figure(columns[i]->verdicts, f), 10);
		out_str(out, "   ");
		out_styled(out, STYLE_DIM, figures[f].meaning);
		out_str(out, "\n");
	}
}

void scores_show_strangers(struct out *out, const struct scores *scores)
{
	if (scores->strangers_count == 0)
		return;
	out_str(out, "\n  no guidelines, but named in labels:");
	for (size_t i = 0; i < scores->strangers_count; i++) {
		out_str(out, i ? ", " : " ");
		out_untrusted(out, span_of(scores->strangers[i].name), 0);
		out_str(out, " (");
		out_count(out, scores->strangers[i].count);
		out_str(out, ")");
	}
	out_str(out, "; `--as NAME=GUIDELINE` says which is meant\n");
}

void share_json(struct buf *json, const char *name, struct share share)
{
	if (share.whole)
		buf_printf(json, "\"%s\":%.4f", name, (double)share.part / (double)share.whole);
	else
		buf_printf(json, "\"%s\":null", name);
}

void guideline_json(struct buf *json, const struct guideline_score *score)
{
	buf_printf(json,
		"{\"labelled\":%llu,\"right\":%llu,\"elsewhere\":%llu,\"missed\":%llu,"
		"\"other\":%llu,\"wrong\":%llu,",
		(unsigned long long)score->labelled, (unsigned long long)score->right,
		(unsigned long long)score->elsewhere, (unsigned long long)score->missed,
		(unsigned long long)score->other, (unsigned long long)score->wrong);
	share_json(json, "precision", scores_precision(score));
	buf_char(json, ',');
	share_json(json, "recall", scores_recall(score));
	buf_char(json, '}');
}

void scores_json(struct buf *json, const struct scores *scores)
{
	buf_str(json, "{\"labels\":{");
	for (enum label_kind label = LABEL_OK; label < LABEL_COUNT; label++) {
		const uint64_t *verdicts = scores->verdicts[label];

		buf_printf(json, "%s\"%s\":{", label > LABEL_OK ? "," : "", label_names[label]);
		for (enum verdict_kind v = VERDICT_APPROVE; v < VERDICT_COUNT; v++)
			buf_printf(json, "%s\"%s\":%llu", v > VERDICT_APPROVE ? "," : "",
				verdict_names[v], (unsigned long long)verdicts[v]);
		buf_char(json, '}');
	}
	buf_char(json, '}');
	for (enum figure f = FIGURE_CAUGHT; f < FIGURE_COUNT; f++) {
		buf_char(json, ',');
		share_json(json, figures[f].name, scores_figure(scores->verdicts, f));
	}
	buf_char(json, '}');
}
