/* The review queue as JSON: see queue_json.h. */
#include "wire/queue_json.h"

#include "base/clock.h"
#include "rules/ruleset.h"
#include "wire/json.h"

#define MATCHES_MAX 1024 /* of one answer that are read */
#define PLACES_MAX 16 /* of one match; see MATCH_SPANS_MAX */

/* --- writing --- */

static void write_text(struct buf *out, const char *name, struct span text)
{
	buf_printf(out, "\"%s\":", name);
	json_write(out, text);
	buf_char(out, ',');
}

static void write_time(struct buf *out, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(ms, text);
	if (ms > 0)
		buf_printf(out, "\"%s\":\"%s\",", name, text);
	else
		buf_printf(out, "\"%s\":null,", name);
}

void queue_write_item(struct buf *out, const struct queue_item *item)
{
	buf_printf(out, "{\"queue_id\":\"%s\",\"state\":\"%s\",\"version\":%u,", item->queue_id,
		queue_state_names[item->state], item->version);
	write_text(out, "site", item->site);
	write_text(out, "id", item->comment_id);
	buf_printf(out, "\"revision\":%u,", item->revision);
	write_text(out, "lang", item->language);
	write_text(out, "author", item->author_id);
	write_text(out, "author_name", item->author_name);
	write_text(out, "article", item->article_id);
	write_text(out, "article_title", item->article_title);
	write_text(out, "guideline", item->guideline);
	buf_printf(out, "\"score\":%u.%04u,", item->score / 10000, item->score % 10000);
	write_text(out, "rules", item->rules_version);
	write_time(out, "queued", item->queued_ms);
	write_text(out, "claimed_by", item->claimed_by);
	write_time(out, "claimed_until", item->claimed_until_ms);
	buf_str(out, "\"request\":");
	buf_span(out, item->request.len ? item->request : SPAN("null"));
	buf_str(out, ",\"answer\":");
	buf_span(out, item->answer.len ? item->answer : SPAN("null"));
	buf_str(out, item->answer.len ? "}}\n" : "}\n");
}

void queue_write_event(struct buf *out, const struct queue_event *event)
{
	buf_printf(
		out, "{\"seq\":%lld,\"queue_id\":\"%s\",", (long long)event->seq, event->queue_id);
	write_text(out, "site", event->site);
	write_text(out, "id", event->comment_id);
	buf_printf(out, "\"revision\":%u,\"act\":\"%s\",\"state\":\"%s\",", event->revision,
		queue_act_names[event->act], queue_state_names[event->state]);
	write_time(out, "at", event->at_ms);
	write_text(out, "actor", event->actor);
	write_text(out, "reason", event->reason);
	buf_str(out, "\"note\":");
	json_write(out, event->note);
	buf_str(out, "}\n");
}

void queue_write_brief(struct buf *out, const struct queue_item *item, struct span beginning)
{
	buf_printf(out, "{\"queue_id\":\"%s\",\"state\":\"%s\",", item->queue_id,
		queue_state_names[item->state]);
	write_text(out, "guideline", item->guideline);
	write_time(out, "queued", item->queued_ms);
	buf_str(out, "\"text\":");
	json_write(out, beginning);
	buf_char(out, '}');
}

void queue_write_glance(struct buf *out, const struct queue_glance *glance)
{
	buf_printf(out, "\"queue_id\":\"%s\",\"state\":\"%s\",\"version\":%u,", glance->queue_id,
		queue_state_names[glance->state], glance->version);
	write_text(out, "claimed_by", glance->claimed_by);
	write_time(out, "claimed_until", glance->claimed_until_ms);
	buf_str(out, "\"decided_by\":");
	json_write(out, glance->decided_by);
}

void queue_write_counts(struct buf *out, const struct queue_counts *counts)
{
	buf_str(out, "\"states\":{");
	for (size_t i = 0; i < QUEUE_STATES; i++)
		buf_printf(out, "%s\"%s\":%llu", i > 0 ? "," : "", queue_state_names[i],
			(unsigned long long)counts->by_state[i]);
	buf_str(out, "},");
	write_time(out, "oldest", counts->oldest_ms);
	buf_printf(out, "\"decisions\":%llu", (unsigned long long)counts->decisions);
}

void queue_write_batch(struct buf *out, const struct batch *batch)
{
	buf_printf(out, "{\"batch\":%lld,", (long long)batch->id);
	write_text(out, "actor", batch->actor);
	write_text(out, "rules", batch->rules_version);
	write_time(out, "begun", batch->begun_ms);
	write_time(out, "ended", batch->ended_ms);
	buf_printf(out, "\"approved\":%llu,\"rejected\":%llu,\"undone\":%llu}\n",
		(unsigned long long)batch->approved, (unsigned long long)batch->rejected,
		(unsigned long long)batch->undone);
}

/* --- reading --- */

struct answer_reader {
	struct json json;
	struct arena *arena;
	enum json_event event; /* the last one */
};

static enum json_event next(struct answer_reader *r)
{
	r->event = json_next(&r->json);
	return r->event;
}

/* Goes to the value of the next key of the object; false at its end or after an error. */
static bool next_key(struct answer_reader *r, struct span *key)
{
	if (next(r) != JSON_KEY)
		return false;
	*key = r->json.token;
	next(r);
	return true;
}

static void leave(struct answer_reader *r)
{
	r->event = json_leave(&r->json, r->event);
}

static void take_text(struct answer_reader *r, struct span *out)
{
	if (r->event == JSON_STRING)
		*out = json_text(&r->json);
	leave(r);
}

static void take_points(struct answer_reader *r, int32_t *out)
{
	int64_t number;

	if (r->event == JSON_NUMBER && json_int(r->json.token, &number) && number >= 0 &&
		number <= POINTS_MAX)
		*out = (int32_t)number;
	leave(r);
}

/* [from,to] */
static void take_range(struct answer_reader *r, struct range *out)
{
	int64_t numbers[2] = {0, 0};
	size_t count = 0;

	if (r->event != JSON_ARRAY) {
		leave(r);
		return;
	}
	while (next(r) == JSON_NUMBER) {
		if (count < 2 && json_int(r->json.token, &numbers[count]) && numbers[count] >= 0)
			count++;
	}
	if (count == 2 && numbers[0] <= numbers[1] && numbers[1] <= UINT32_MAX)
		*out = (struct range){(uint32_t)numbers[0], (uint32_t)numbers[1]};
}

static int take_places(struct answer_reader *r, struct told_match *match)
{
	struct span key;

	if (r->event != JSON_ARRAY) {
		leave(r);
		return OK;
	}
	match->places = arena_zalloc(r->arena, PLACES_MAX, sizeof(*match->places));
	match->entries = arena_zalloc(r->arena, PLACES_MAX, sizeof(*match->entries));
	if (match->places == NULL || match->entries == NULL)
		return ERR_NOMEM;
	while (next(r) == JSON_OBJECT) {
		size_t at = match->places_count;

		if (at == PLACES_MAX)
			return ERR_INVALID;
		while (next_key(r, &key)) {
			if (span_eq(key, SPAN("bytes")))
				take_range(r, &match->places[at]);
			else if (span_eq(key, SPAN("entry")))
				take_text(r, &match->entries[at]);
			else
				leave(r);
		}
		match->places_count++;
	}
	return OK;
}

static int take_match(struct answer_reader *r, struct told_match *match)
{
	const struct {
		struct span key;
		struct span *text;
	} texts[] = {{SPAN("rule"), &match->rule}, {SPAN("guideline"), &match->guideline},
		{SPAN("action"), &match->action}, {SPAN("reason"), &match->reason},
		{SPAN("field"), &match->field}};
	struct span key;

	while (next_key(r, &key)) {
		size_t i = 0;

		while (i < ARRAY_LEN(texts) && !span_eq(key, texts[i].key))
			i++;
		if (i < ARRAY_LEN(texts)) {
			take_text(r, texts[i].text);
		} else if (span_eq(key, SPAN("spans"))) {
			int rc = take_places(r, match);

			if (rc != OK)
				return rc;
		} else if (span_eq(key, SPAN("points"))) {
			take_points(r, &match->points);
		} else {
			match->shadow |= span_eq(key, SPAN("shadow")) && r->event == JSON_TRUE;
			leave(r);
		}
	}
	return OK;
}

static int take_matches(struct answer_reader *r, struct told_match **matches, size_t *count)
{
	size_t capacity = 0;

	*matches = NULL;
	while (next(r) == JSON_OBJECT && *count < MATCHES_MAX) {
		int rc;

		if (!arena_grow(
			    r->arena, (void **)matches, *count, &capacity, sizeof(**matches), 8))
			return ERR_NOMEM;
		(*matches)[*count] = (struct told_match){.points = 0};
		rc = take_match(r, &(*matches)[*count]);
		if (rc != OK)
			return rc;
		++*count;
	}
	return r->event == JSON_ARRAY_END ? OK : ERR_INVALID;
}

int queue_read_matches(
	struct span answer, struct arena *arena, struct told_match **matches, size_t *count)
{
	struct answer_reader *r = arena_alloc(arena, sizeof(*r));
	char *whole = arena_alloc(arena, answer.len + 1);
	struct span key;
	int rc = OK;

	*count = 0;
	if (r == NULL || whole == NULL)
		return ERR_NOMEM;
	if (answer.len > 0)
		memcpy(whole, answer.ptr, answer.len);
	whole[answer.len] = '}'; /* it is stored without its end */
	r->arena = arena;
	json_init(&r->json, (struct span){whole, answer.len + 1}, arena);
	if (next(r) != JSON_OBJECT)
		return ERR_INVALID;
	while (rc == OK && next_key(r, &key)) {
		if (span_eq(key, SPAN("matches")) && r->event == JSON_ARRAY)
			rc = take_matches(r, matches, count);
		else
			leave(r);
	}
	return rc == OK && r->event != JSON_OBJECT_END ? ERR_INVALID : rc;
}
