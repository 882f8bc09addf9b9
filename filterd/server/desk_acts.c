/* What can be asked at the desk: lists, items, claims, decisions, the feed. */
#include "server/desk_call.h"

#include "store/batch.h"
#include "text/utf8.h"
#include "wire/json.h"
#include "wire/native.h"
#include "wire/queue_json.h"

#include <stdio.h>

#define LEASE_MS (15 * INT64_C(60000)) /* of a claim that does not say */
#define OTHERS_MAX 10 /* earlier comments of an author that are shown with one */
#define BEGINNING_MAX 400 /* [bytes] of theirs */

static int refuse(struct desk_call *call, enum refusal_code code, const char *message)
{
	refusal_set(call->refusal, code, message, REFUSAL_NOWHERE);
	return ERR_INVALID;
}

static void write_items(struct buf *out, const struct queue_page *page)
{
	buf_str(out, "{\"items\":[");
	for (size_t i = 0; i < page->count; i++) {
		if (i > 0)
			buf_char(out, ',');
		queue_write_item(out, &page->items[i]);
	}
	buf_char(out, ']');
}

/* --- lists --- */

static int list(struct desk_call *call)
{
	struct queue_page page;
	int rc = queue_list(call->db, &call->ask.filter, call->arena, &page);

	if (rc == ERR_INVALID)
		return refuse(call, REFUSAL_BAD_VALUE, "`after` is no cursor of this list");
	if (rc != OK)
		return rc;
	write_items(call->out, &page);
	buf_printf(call->out,
		",\"total\":%llu,\"total_is_more\":%s,\"next\":", (unsigned long long)page.total,
		page.total == QUEUE_TOTAL_MAX ? "true" : "false");
	if (page.next.len > 0)
		json_write(call->out, page.next);
	else
		buf_str(call->out, "null");
	buf_str(call->out, "}\n");
	return OK;
}

static int write_groups(struct desk_call *call, enum queue_grouping by)
{
	struct queue_group *groups;
	size_t count;
	int rc = queue_groups(call->db, by, call->arena, &groups, &count);

	buf_printf(call->out, "%s\"%s\":[", by > 0 ? "," : "", queue_grouping_names[by]);
	for (size_t i = 0; i < count && rc == OK; i++) {
		buf_str(call->out, i > 0 ? ",{\"id\":" : "{\"id\":");
		json_write(call->out, groups[i].name);
		buf_printf(call->out, ",\"open\":%llu}", (unsigned long long)groups[i].open);
	}
	buf_char(call->out, ']');
	return rc;
}

static int stats(struct desk_call *call)
{
	struct queue_counts counts;
	int rc = queue_count(call->db, &counts);

	if (rc != OK)
		return rc;
	buf_char(call->out, '{');
	queue_write_counts(call->out, &counts);
	buf_str(call->out, ",\"groups\":{");
	for (unsigned by = 0; by < QUEUE_GROUPINGS && rc == OK; by++)
		rc = write_groups(call, (enum queue_grouping)by);
	buf_str(call->out, "}}\n");
	return rc;
}

static int look(struct desk_call *call)
{
	const struct queue_filter *filter = &call->ask.filter;
	struct queue_filter open = {.limit = 1, .now_ms = call->now_ms};
	struct queue_glance *items;
	struct queue_page page;
	size_t count;
	int rc = queue_look(call->db, filter->ids, filter->ids_count, call->now_ms, call->arena,
		&items, &count);

	if (rc == OK)
		rc = queue_list(call->db, &open, call->arena, &page);
	if (rc != OK)
		return rc;
	buf_str(call->out, "{\"items\":[");
	for (size_t i = 0; i < count; i++) {
		buf_str(call->out, i > 0 ? ",{" : "{");
		queue_write_glance(call->out, &items[i]);
		buf_char(call->out, '}');
	}
	buf_printf(call->out, "],\"waiting\":%llu}\n", (unsigned long long)page.total);
	return OK;
}

/* --- one item --- */

static int write_history(struct desk_call *call, struct span queue_id)
{
	struct queue_event *events;
	size_t count;
	int rc = queue_history(call->db, queue_id, call->arena, &events, &count);

	buf_str(call->out, ",\"history\":[");
	for (size_t i = 0; i < count && rc == OK; i++) {
		if (i > 0)
			buf_char(call->out, ',');
		queue_write_event(call->out, &events[i]);
	}
	buf_char(call->out, ']');
	return rc;
}

/* The first characters of what a stored request says; empty if it was erased. */
static struct span beginning_of(struct desk_call *call, struct span json)
{
	struct native_request request;
	struct refusal refusal;

	if (json.len == 0 || !native_read(json, call->arena, &request, &refusal))
		return (struct span){"", 0};
	return utf8_beginning(request.comment.text, BEGINNING_MAX);
}

/* What else the author wrote, the newest first. */
static int write_others(struct desk_call *call, const struct queue_item *item)
{
	struct queue_filter filter = {
		.states = (1U << QUEUE_STATES) - 1,
		.site = item->site,
		.author_id = item->author_id,
		.order = QUEUE_NEWEST,
		.limit = OTHERS_MAX + 1, /* it is among them */
		.now_ms = call->now_ms,
	};
	struct queue_page page = {.count = 0};
	size_t written = 0;
	int rc = item->author_id.len > 0 ? queue_list(call->db, &filter, call->arena, &page) : OK;

	buf_str(call->out, ",\"author_items\":[");
	for (size_t i = 0; i < page.count && rc == OK && written < OTHERS_MAX; i++) {
		if (page.items[i].seq == item->seq)
			continue;
		if (written++ > 0)
			buf_char(call->out, ',');
		queue_write_brief(
			call->out, &page.items[i], beginning_of(call, page.items[i].request));
	}
	buf_char(call->out, ']');
	return rc;
}

static int show(struct desk_call *call)
{
	struct span queue_id = call->request->subject;
	struct queue_item item;
	int rc = queue_get(call->db, queue_id, call->now_ms, call->arena, &item);

	if (rc != OK)
		return rc;
	buf_str(call->out, "{\"item\":");
	queue_write_item(call->out, &item);
	rc = write_history(call, queue_id);
	if (rc == OK)
		rc = write_others(call, &item);
	buf_str(call->out, "}\n");
	return rc;
}

/* --- claims --- */

static int claim(struct desk_call *call)
{
	int64_t lease_ms = call->ask.lease_s > 0 ? call->ask.lease_s * 1000 : LEASE_MS;
	struct queue_page page;
	int rc = queue_claim(
		call->db, &call->ask.filter, call->request->actor, lease_ms, call->arena, &page);

	if (rc == ERR_INVALID)
		return refuse(call, REFUSAL_BAD_VALUE, "`after` is no cursor of this list");
	if (rc != OK)
		return rc;
	write_items(call->out, &page);
	buf_str(call->out, "}\n");
	return OK;
}

static int release(struct desk_call *call)
{
	const struct queue_filter *filter = &call->ask.filter;
	size_t released = 0;
	int rc;

	if (filter->ids_count == 0)
		return refuse(call, REFUSAL_BAD_VALUE, "`ids` says which");
	rc = db_begin(call->db);
	if (rc != OK)
		return rc;
	for (size_t i = 0; i < filter->ids_count && rc == OK; i++) {
		rc = queue_release(call->db, filter->ids[i], call->request->actor, call->now_ms);
		released += rc == OK;
		rc = rc == ERR_NOTFOUND ? OK : rc;
	}
	rc = db_end(call->db, rc);
	buf_printf(call->out, "{\"released\":%zu}\n", released);
	return rc;
}

/* --- decisions --- */

static int decide(struct desk_call *call, struct queue_decision *decision, uint32_t *version)
{
	decision->actor = call->request->actor;
	decision->now_ms = call->now_ms;
	return queue_decide(call->db, decision, version);
}

static const char wrong_decision[] = "a reason is a code of a-z, 0-9, _, - and /, a note at most "
				     "2,000 bytes, and `note` needs one";

static int decide_one(struct desk_call *call)
{
	struct queue_decision *decision = &call->ask.decision;
	struct queue_item item;
	uint32_t version;
	int rc, found;

	decision->queue_id = call->request->subject;
	if (decision->act == QUEUE_ACTS)
		return refuse(call, REFUSAL_BAD_VALUE, "`act` says what is decided");
	rc = decide(call, decision, &version);
	if (rc == ERR_INVALID)
		return refuse(call, REFUSAL_BAD_VALUE, wrong_decision);
	if (rc != OK && rc != ERR_CONFLICT)
		return rc;
	found = queue_get(call->db, decision->queue_id, call->now_ms, call->arena, &item);
	if (found != OK)
		return found;
	buf_str(call->out, rc == OK ? "{\"item\":" : ",\"item\":");
	queue_write_item(call->out, &item);
	if (rc == ERR_CONFLICT)
		return refuse(call, REFUSAL_CONFLICT, NULL);
	buf_str(call->out, "}\n");
	return OK;
}

/* How the item of a decision stands after it. */
static int write_result(struct desk_call *call, const struct queue_decision *decision, int rc)
{
	struct queue_glance *item;
	size_t count;
	int looked = queue_look(
		call->db, &decision->queue_id, 1, call->now_ms, call->arena, &item, &count);
	const char *code = rc == OK             ? NULL
			   : rc == ERR_CONFLICT ? refusal_kinds[REFUSAL_CONFLICT].name
			   : rc == ERR_INVALID  ? refusal_kinds[REFUSAL_BAD_VALUE].name
						: refusal_kinds[REFUSAL_NOT_FOUND].name;

	if (looked != OK)
		return looked;
	buf_printf(call->out, "{\"ok\":%s,", rc == OK ? "true" : "false");
	if (code)
		buf_printf(call->out, "\"code\":\"%s\",", code);
	if (count > 0) {
		queue_write_glance(call->out, item);
	} else {
		buf_str(call->out, "\"queue_id\":");
		json_write(call->out, decision->queue_id);
	}
	buf_char(call->out, '}');
	return OK;
}

/* All in one transaction; what one decision is refused for does not touch the others. */
static int decide_many(struct desk_call *call)
{
	struct queue_ask *ask = &call->ask;
	int rc;

	if (ask->decisions_count == 0)
		return refuse(call, REFUSAL_BAD_VALUE, "`decisions` says what is decided");
	rc = db_begin(call->db);
	if (rc != OK)
		return rc;
	buf_str(call->out, "{\"results\":[");
	for (size_t i = 0; i < ask->decisions_count && rc == OK; i++) {
		uint32_t version;

		if (i > 0)
			buf_char(call->out, ',');
		rc = decide(call, &ask->decisions[i], &version);
		if (rc == OK || rc == ERR_CONFLICT || rc == ERR_INVALID || rc == ERR_NOTFOUND)
			rc = write_result(call, &ask->decisions[i], rc);
	}
	buf_str(call->out, "]}\n");
	return db_end(call->db, rc);
}

/* --- the feed --- */

static int feed(struct desk_call *call)
{
	const struct queue_filter *filter = &call->ask.filter;
	struct queue_event *events;
	int64_t after = 0;
	size_t count;
	int rc;

	if (filter->after.len > 0 && (!json_int(filter->after, &after) || after < 0))
		return refuse(call, REFUSAL_BAD_VALUE, "`after` is the `next` of the page before");
	rc = queue_feed(call->db, after, call->undo_ms, call->now_ms, filter->limit, call->arena,
		&events, &count);
	if (rc != OK)
		return rc;
	buf_str(call->out, "{\"decisions\":[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_char(call->out, ',');
		queue_write_event(call->out, &events[i]);
	}
	buf_printf(call->out, "],\"next\":%lld}\n",
		(long long)(count > 0 ? events[count - 1].seq : after));
	return OK;
}

/* --- batches --- */

static int batches(struct desk_call *call)
{
	struct batch *list;
	size_t count;
	int rc = batch_list(call->db, call->arena, &list, &count);

	if (rc != OK)
		return rc;
	buf_str(call->out, "{\"batches\":[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_char(call->out, ',');
		queue_write_batch(call->out, &list[i]);
	}
	buf_str(call->out, "]}\n");
	return OK;
}

const struct desk_act desk_list = {list, false};
const struct desk_act desk_show = {show, false};
const struct desk_act desk_stats = {stats, false};
const struct desk_act desk_claim = {claim, true};
const struct desk_act desk_release = {release, true};
const struct desk_act desk_decide_one = {decide_one, true};
const struct desk_act desk_decide_many = {decide_many, true};
const struct desk_act desk_look = {look, true};
const struct desk_act desk_feed = {feed, false};
const struct desk_act desk_batches = {batches, false};
