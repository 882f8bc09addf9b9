/* Comments of the queue judged again by other rules, and batches of decisions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue_folder.h"
#include "ruleset_of.h"
#include "server/replay.h"
#include "store/history.h"
#include "wire/json.h"
#include "wire/queue_json.h"
#include "wire/queued.h"

#define BEGUN INT64_C(1700000000000) /* 2023-11-14 */
#define LATER INT64_C(1790000000000) /* 2026-09-21 */

#define GUIDELINES                                                                                 \
	"guidelines:\n"                                                                            \
	"  threats: {title: T, review_at: 5, reject_at: 10}\n"                                     \
	"  Promo.tion: {title: P, review_at: 5, reject_at: 10}\n"                                  \
	"rules:\n"
#define LINKS                                                                                      \
	"  - {id: links, guideline: Promo.tion, reason: r, action: review, when: {links: 1}}\n"
#define HANG(action)                                                                               \
	"  - {id: hang, guideline: threats, reason: r, action: " action ", when: {words: hang}}\n"
#define ODD "  - {id: odd, guideline: threats, reason: r, points: 5, when: {words: odd}}\n"
#define OLD_RULES GUIDELINES LINKS HANG("review") ODD
/* Links are fine now, who wants to hang is rejected, and odd is for Promo.tion. */
#define NEW_RULES                                                                                  \
	GUIDELINES HANG("reject") "  - {id: odd, guideline: Promo.tion, reason: r, points: 5, "    \
				  "when: {words: odd}}\n"                                          \
				  "  - {id: spam, guideline: Promo.tion, reason: r, action: "      \
				  "reject, when: {words: spam}}\n"

struct fixture {
	char folder[QUEUE_FOLDER_SIZE];
	char path[QUEUE_PATH_SIZE];
	struct db *db;
	struct arena arena, keep;
	struct errors errors;
	struct ruleset *old, *new;
	struct evaluator *evaluator;
	struct replay *replay;
	char ids[512][QUEUE_ID_SIZE];
	size_t count;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct buf why = {0};

	queue_folder_make(f->folder, f->path);
	assert_int_equal(db_open(f->path, DB_CREATE, &why, &f->db), OK);
	f->old = ruleset_of(OLD_RULES, NULL, 0, &f->errors, &f->keep);
	f->new = ruleset_of(NEW_RULES, NULL, 0, &f->errors, &f->keep);
	f->evaluator = evaluator_new(NULL);
	assert_true(f->old && f->new && f->evaluator);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	replay_free(f->replay);
	evaluator_free(f->evaluator);
	ruleset_unref(f->old);
	ruleset_unref(f->new);
	db_close(f->db);
	errors_free(&f->errors);
	arena_free(&f->arena);
	arena_free(&f->keep);
	queue_folder_remove(f->folder);
	free(f);
	return 0;
}

/* --- helpers --- */

/* Stores the entry; the queue id is f->ids[...]. */
static const char *store(struct fixture *f, const struct queue_entry *entry)
{
	struct queue_added added;

	assert_int_equal(queue_add(f->db, entry, &added), OK);
	memcpy(f->ids[f->count], added.queue_id, QUEUE_ID_SIZE);
	return f->ids[f->count++];
}

/* Judges by the old rules and queues, as the daemon would. */
static const char *hold_at(struct fixture *f, const char *text, int64_t now_ms)
{
	struct native_request request;
	struct refusal refusal;
	const struct verdict *verdict;
	struct queue_entry entry;
	struct buf json = {0}, answer = {0};
	const char *id;

	buf_printf(&json, "{\"id\":\"c-%zu\",\"site\":\"english\",\"text\":", f->count);
	json_write(&json, span_of(text));
	buf_char(&json, '}');
	assert_true(native_read(buf_content(&json), &f->arena, &request, &refusal));
	request.comment.submitted_ms = now_ms;
	assert_int_equal(
		evaluate(f->evaluator, f->old, &request.comment, &evaluate_defaults, &verdict), OK);
	assert_int_equal(native_write_beginning(&answer, &request, verdict), OK);
	assert_int_equal(queued_entry(&f->arena, &request, verdict, &entry), OK);
	entry.request = buf_content(&json);
	entry.answer = buf_content(&answer);
	entry.now_ms = now_ms;
	id = store(f, &entry);
	buf_free(&json);
	buf_free(&answer);
	return id;
}

static const char *hold(struct fixture *f, const char *text)
{
	return hold_at(f, text, BEGUN);
}

static struct replay *begin(struct fixture *f, const struct ruleset *set, uint32_t states)
{
	const struct replay_options options = {
		.db = f->db,
		.set = set,
		.limits = evaluate_defaults,
		.filter = {.states = states},
		.examples = 2,
		.now_ms = LATER,
	};

	replay_free(f->replay);
	assert_int_equal(replay_new(&options, &f->replay), OK);
	return f->replay;
}

static struct replay *judge_all(struct fixture *f, const struct ruleset *set, uint32_t states)
{
	struct replay *replay = begin(f, set, states);

	while (!replay->done)
		assert_int_equal(replay_judge(replay), OK);
	return replay;
}

/* The only group of the way. */
static const struct replay_group *only(
	const struct replay *replay, enum verdict_kind from, enum verdict_kind to)
{
	size_t count;
	const struct replay_group **groups = replay_groups(replay, from, to, &count), *group;

	assert_int_equal(count, 1);
	group = groups[0];
	free(groups);
	return group;
}

static struct batch_counts apply(struct fixture *f, int64_t *batch)
{
	struct batch_counts counts = {0};
	bool done = false;

	assert_int_equal(batch_begin(f->db, SPAN("ana"), SPAN("3f2a91c0"), LATER, batch), OK);
	while (!done)
		assert_int_equal(
			replay_apply(f->replay, *batch, SPAN("why"), LATER, &counts, &done), OK);
	assert_int_equal(batch_end(f->db, *batch, LATER), OK);
	return counts;
}

static struct batch_counts undo(struct fixture *f, int64_t batch)
{
	struct batch_counts counts = {0};
	int64_t cursor = 0;

	do {
		assert_int_equal(batch_undo(f->db, batch, SPAN(REPLAY_ACTOR), SPAN("back"), LATER,
					 &cursor, &counts),
			OK);
	} while (cursor != 0);
	return counts;
}

static enum queue_state state_of(struct fixture *f, const char *queue_id)
{
	struct queue_item item;

	assert_int_equal(queue_get(f->db, span_of(queue_id), LATER, &f->arena, &item), OK);
	return item.state;
}

static void decide(struct fixture *f, const char *queue_id, enum queue_act act)
{
	const struct queue_decision decision = {
		.queue_id = span_of(queue_id), .act = act, .actor = SPAN("ben"), .now_ms = BEGUN};
	uint32_t version;

	assert_int_equal(queue_decide(f->db, &decision, &version), OK);
}

static void assert_chain_holds(struct fixture *f)
{
	struct buf findings = {0};
	uint64_t decisions;

	assert_int_equal(queue_verify(f->db, &findings, &decisions), OK);
	buf_free(&findings);
}

/* --- judging --- */

static void what_changes_is_told_by_rule(void **state)
{
	struct fixture *f = *state;
	const struct replay_group *group;
	struct replay *replay;

	for (int i = 0; i < 3; i++)
		hold(f, i % 2 ? "see http://b.com 1" : "see http://a.com 0");
	hold(f, "they hang");
	hold(f, "how odd");
	hold(f, "spam of http://a.com");
	replay = judge_all(f, f->new, 0);
	assert_int_equal(replay->counts.judged, 6);
	assert_int_equal(replay->counts.verdicts[VERDICT_REVIEW][VERDICT_APPROVE], 3);
	assert_int_equal(replay->counts.verdicts[VERDICT_REVIEW][VERDICT_REJECT], 2);
	assert_int_equal(replay_changed(&replay->counts), 5);
	group = only(replay, VERDICT_REVIEW, VERDICT_APPROVE);
	assert_string_equal(group->rule, "links");
	assert_true(group->before && !group->now);
	assert_int_equal(group->count, 3);
	/* The first two are kept, with what the rule that is gone had found. */
	assert_string_equal(group->examples->queue_id, f->ids[0]);
	assert_string_equal(group->examples->next->queue_id, f->ids[1]);
	assert_null(group->examples->next->next);
	assert_int_equal(group->examples->excerpt.places_count, 1);
	assert_int_equal(group->examples->excerpt.places[0].from, 4);
	group = only(replay, VERDICT_REVIEW, VERDICT_REVIEW);
	assert_string_equal(group->rule, "odd");
	assert_string_equal(group->guideline, "Promo.tion");
}

static void a_new_rule_and_a_sharper_one_are_told_apart(void **state)
{
	struct fixture *f = *state;
	size_t count;
	const struct replay_group **groups;
	struct replay *replay;

	hold(f, "they hang");
	hold(f, "they hang!");
	hold(f, "spam of http://a.com");
	replay = judge_all(f, f->new, 0);
	groups = replay_groups(replay, VERDICT_REVIEW, VERDICT_REJECT, &count);
	assert_int_equal(count, 2);
	assert_string_equal(groups[0]->rule, "hang");
	assert_true(groups[0]->before && groups[0]->now);
	assert_string_equal(groups[1]->rule, "spam");
	assert_true(!groups[1]->before && groups[1]->now);
	free(groups);
}

static void rules_with_dates_go_by_when_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct ruleset *dated = ruleset_of(GUIDELINES
		"  - {id: hang, guideline: threats, reason: r, action: reject,"
		" until: 2024-01-01, when: {words: hang}}\n",
		NULL, 0, &f->errors, &f->keep);
	struct replay *replay;

	assert_non_null(dated);
	hold_at(f, "they hang", BEGUN);
	hold_at(f, "they hang", BEGUN + 100 * 24 * INT64_C(3600000));
	replay = judge_all(f, dated, 0);
	assert_int_equal(replay->counts.verdicts[VERDICT_REVIEW][VERDICT_REJECT], 1);
	assert_int_equal(replay->counts.verdicts[VERDICT_REVIEW][VERDICT_APPROVE], 1);
	replay_free(replay);
	f->replay = NULL;
	ruleset_unref(dated);
}

static void decided_ones_are_compared_with_what_people_said(void **state)
{
	struct fixture *f = *state;
	struct replay *replay;

	decide(f, hold(f, "see http://a.com 1"), QUEUE_APPROVE);
	decide(f, hold(f, "see http://a.com 2"), QUEUE_REJECT);
	decide(f, hold(f, "they hang"), QUEUE_APPROVE);
	decide(f, hold(f, "how odd"), QUEUE_APPROVE);
	hold(f, "it waits at http://a.com");
	replay = judge_all(f, f->new, 1U << QUEUE_APPROVED | 1U << QUEUE_REJECTED);
	assert_int_equal(replay->counts.judged, 4);
	assert_int_equal(replay->counts.verdicts[VERDICT_APPROVE][VERDICT_APPROVE], 1);
	assert_string_equal(only(replay, VERDICT_REJECT, VERDICT_APPROVE)->rule, "links");
	assert_string_equal(only(replay, VERDICT_APPROVE, VERDICT_REJECT)->rule, "hang");
	assert_string_equal(only(replay, VERDICT_APPROVE, VERDICT_REVIEW)->rule, "odd");
	/* What people decided is theirs. */
	assert_int_equal(replay->decisions_count, 0);
}

static void what_is_stored_may_be_anything(void **state)
{
	static const char *const requests[] = {
		"{", "[]", "{\"text\":1}", "{\"text\":\"\\ud800\"}", "{\"text\":\"they hang\"}"};
	static const char *const answers[] = {"", "{", "[1]", "{\"matches\":[{}]",
		"{\"matches\":[{\"rule\":\"\"},{\"rule\":\"x\",\"points\":99999999999}]",
		("{\"matches\":[{\"rule\":\"x\",\"field\":\"none\",\"action\":\"none\",\"spans\":["
		 "{\"bytes\":[4,99]},{\"bytes\":[7,3]},{\"bytes\":[-1,2]},{\"bytes\":[1,3]}]}]")};
	struct fixture *f = *state;
	struct replay *replay;

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		for (size_t k = 0; k < ARRAY_LEN(answers); k++) {
			const struct queue_entry entry = {
				.text = span_of(requests[i]),
				.guideline = k % 2 ? SPAN("x") : (struct span){NULL, 0},
				.request = span_of(requests[i]),
				.answer = span_of(answers[k]),
				.now_ms = BEGUN,
			};

			store(f, &entry);
		}
	}
	replay = judge_all(f, f->new, 0);
	assert_int_equal(replay->counts.unreadable, 4 * ARRAY_LEN(answers));
	assert_int_equal(replay->counts.judged, ARRAY_LEN(answers));
	assert_int_equal(
		replay->counts.verdicts[VERDICT_REVIEW][VERDICT_REJECT], ARRAY_LEN(answers));
	assert_string_equal(only(replay, VERDICT_REVIEW, VERDICT_REJECT)->rule, "hang");
}

static void rules_without_number_are_passed_over(void **state)
{
	struct fixture *f = *state;
	struct buf answer = {0};
	struct replay *replay;

	for (int i = 0; i < 2 * PAIRS_TOLD_MAX / 500; i++) {
		struct queue_entry entry = {.text = SPAN("t"),
			.request = SPAN("{\"text\":\"they hang\"}"),
			.now_ms = BEGUN};

		buf_clear(&answer);
		buf_str(&answer, "{\"matches\":[");
		for (int k = 0; k < 500; k++)
			buf_printf(&answer, "%s{\"rule\":\"r%d-%d\",\"guideline\":\"g%d-%d\"}",
				k ? "," : "", i, k, i, k);
		buf_char(&answer, ']');
		entry.answer = buf_content(&answer);
		store(f, &entry);
	}
	replay = judge_all(f, f->new, 0);
	assert_string_equal(only(replay, VERDICT_REVIEW, VERDICT_REJECT)->rule, "hang");
	buf_free(&answer);
}

static void the_history_is_compared_with_what_the_rules_said(void **state)
{
	static const char *const texts[] = {"they hang", "see http://a.com", "fine"};
	struct fixture *f = *state;
	struct replay *replay;
	struct arena *arena = &f->arena;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct native_request request = {.comment = COMMENT_INIT};
		const struct verdict *verdict;
		struct queue_entry entry;
		struct buf json = {0}, answer = {0};

		request.comment.text = span_of(texts[i]);
		buf_printf(&json, "{\"text\":\"%s\"}", texts[i]);
		assert_int_equal(evaluate(f->evaluator, f->new, &request.comment,
					 &evaluate_defaults, &verdict),
			OK);
		assert_int_equal(native_write_beginning(&answer, &request, verdict), OK);
		assert_int_equal(queued_entry(arena, &request, verdict, &entry), OK);
		entry.request = buf_content(&json);
		entry.answer = buf_content(&answer);
		entry.now_ms = BEGUN;
		assert_int_equal(
			history_add(f->db, &entry,
				verdict->kind == VERDICT_REJECT ? QUEUE_REJECTED : QUEUE_APPROVED),
			OK);
		buf_free(&json);
		buf_free(&answer);
	}
	replay = begin(f, f->old, 0);
	replay->options.history = true;
	assert_int_equal(replay_judge(replay), OK);
	assert_true(replay->done);
	assert_int_equal(replay->counts.judged, 3);
	assert_int_equal(replay->total, 3);
	assert_string_equal(only(replay, VERDICT_REJECT, VERDICT_REVIEW)->rule, "hang");
	assert_string_equal(only(replay, VERDICT_APPROVE, VERDICT_REVIEW)->rule, "links");
	assert_int_equal(replay->counts.verdicts[VERDICT_APPROVE][VERDICT_APPROVE], 1);
	assert_int_equal(replay->decisions_count, 0);
}

static void an_item_is_read_as_it_was_written(void **state)
{
	static const char *const others[] = {"", "[]", "{", "{\"request\":{}", "{\"request\":{}}",
		"{\"request\":{},\"state\":\"none\"}", "{\"request\":{},\"state\":3}",
		"{\"request\":{},\"state\":\"waiting\",\"queued\":\"never\"}",
		"{\"request\":{},\"state\":\"waiting\"}x"};
	struct fixture *f = *state;
	struct queue_item item, read;
	struct buf line = {0};

	hold(f, "see http://a.com \xE2\x80\xAE");
	assert_int_equal(queue_get(f->db, span_of(f->ids[0]), LATER, &f->arena, &item), OK);
	queue_write_item(&line, &item);
	assert_int_equal(queue_read_item(buf_content(&line), &f->arena, &read), OK);
	assert_string_equal(read.queue_id, item.queue_id);
	assert_int_equal(read.state, item.state);
	assert_int_equal(read.queued_ms, item.queued_ms);
	assert_true(span_eq(read.request, item.request) && span_eq(read.answer, item.answer));
	assert_true(span_eq(read.site, item.site) && span_eq(read.comment_id, item.comment_id) &&
		    span_eq(read.guideline, item.guideline));
	buf_free(&line);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_int_equal(
			queue_read_item(span_of(others[i]), &f->arena, &read), ERR_INVALID);
	assert_int_equal(queue_read_item(SPAN("{\"text\":\"t\"}"), &f->arena, &read), ERR_NOTFOUND);
	assert_int_equal(
		queue_read_item(SPAN("{\"request\":1,\"answer\":[],\"state\":\"waiting\"}"),
			&f->arena, &read),
		OK);
	assert_int_equal(read.request.len + read.answer.len, 0);
}

static void what_is_erased_is_counted(void **state)
{
	struct fixture *f = *state;
	struct replay *replay;
	size_t erased;

	decide(f, hold(f, "they hang"), QUEUE_APPROVE);
	assert_int_equal(queue_erase(f->db, LATER, 10, &erased), OK);
	replay = judge_all(f, f->new, 1U << QUEUE_APPROVED);
	assert_int_equal(replay->counts.erased, 1);
	assert_int_equal(replay->counts.judged, 0);
}

static void it_ends_when_it_is_told_to_and_at_its_own_time(void **state)
{
	struct fixture *f = *state;
	atomic_bool stop = true;
	struct replay *replay;

	hold(f, "they hang");
	hold_at(f, "they hang still", LATER + 1);
	replay = begin(f, f->new, 0);
	replay->options.stop = &stop;
	assert_int_equal(replay_judge(replay), OK);
	assert_int_equal(replay->counts.judged, 0);
	assert_false(replay->done);
	/* What came later is not looked at, or a busy queue would never end. */
	assert_int_equal(judge_all(f, f->new, 0)->counts.judged, 1);
	replay = begin(f, f->new, 0);
	replay->options.filter.queued_to_ms = 0;
	replay->options.most = 1;
	assert_int_equal(replay_judge(replay), OK);
	assert_true(replay->done);
	assert_int_equal(replay->counts.judged, 1);
}

static void the_result_is_json(void **state)
{
	struct fixture *f = *state;
	struct arena arena;
	struct buf json = {0};
	struct json reader;
	enum json_event event;

	hold(f, "they \"hang\" \xE2\x80\xAE");
	hold(f, "see http://a.com 1");
	hold(f, "how odd");
	buf_char(&json, '{');
	assert_true(replay_json(&json, judge_all(f, f->new, 0)));
	buf_char(&json, '}');
	arena_init(&arena, 0);
	json_init(&reader, buf_content(&json), &arena);
	while ((event = json_next(&reader)) > JSON_END)
		;
	assert_int_equal(event, JSON_END);
	arena_free(&arena);
	buf_free(&json);
}

/* --- deciding --- */

static void only_what_waits_as_it_was_is_decided(void **state)
{
	struct fixture *f = *state;
	const struct queue_filter first = {.limit = 1, .now_ms = LATER};
	const char *claimed = hold(f, "they hang 0"), *escalated = hold(f, "they hang 1");
	const char *fine = hold(f, "see http://a.com 2"), *bad = hold(f, "they hang 3");
	const char *noted = hold(f, "they hang 4"), *touched = hold(f, "they hang 5");
	const char *edited = hold(f, "they hang 6"), *odd = hold(f, "how odd 7");
	struct queue_page page;
	struct queue_event *events;
	struct batch_counts counts;
	struct replay *replay;
	int64_t batch;
	size_t count;

	assert_int_equal(queue_claim(f->db, &first, SPAN("ana"), 1000, &f->arena, &page), OK);
	decide(f, escalated, QUEUE_ESCALATE);
	replay = judge_all(f, f->new, 0);
	assert_int_equal(replay->counts.claimed, 1);
	assert_int_equal(replay->counts.escalated, 1);
	assert_int_equal(replay->decisions_count, 5);
	/* Meanwhile. */
	decide(f, touched, QUEUE_APPROVE);
	decide(f, touched, QUEUE_UNDO);
	f->count = 6;
	hold(f, "see http://a.com, edited");
	counts = apply(f, &batch);
	assert_int_equal(counts.approved, 1);
	assert_int_equal(counts.rejected, 2);
	assert_int_equal(counts.passed, 2);
	assert_int_equal(state_of(f, claimed), QUEUE_WAITING);
	assert_int_equal(state_of(f, escalated), QUEUE_ESCALATED);
	assert_int_equal(state_of(f, fine), QUEUE_APPROVED);
	assert_int_equal(state_of(f, bad), QUEUE_REJECTED);
	assert_int_equal(state_of(f, noted), QUEUE_REJECTED);
	assert_int_equal(state_of(f, touched), QUEUE_WAITING);
	assert_int_equal(state_of(f, odd), QUEUE_WAITING);
	(void)edited;
	assert_int_equal(queue_history(f->db, span_of(bad), &f->arena, &events, &count), OK);
	assert_int_equal(count, 1);
	assert_true(span_eq(events[0].actor, SPAN(REPLAY_ACTOR)));
	assert_true(span_eq(events[0].reason, SPAN("threats")));
	assert_true(span_eq(events[0].note, SPAN("why")));
	assert_chain_holds(f);
}

static void a_guideline_that_is_no_reason_is_left_out(void **state)
{
	struct fixture *f = *state;
	const char *id = hold(f, "spam of http://a.com");
	struct queue_event *events;
	int64_t batch;
	size_t count;

	judge_all(f, f->new, 0);
	assert_int_equal(apply(f, &batch).rejected, 1);
	assert_int_equal(queue_history(f->db, span_of(id), &f->arena, &events, &count), OK);
	assert_int_equal(events[0].reason.len, 0);
}

static void an_undo_takes_back_what_nobody_touched(void **state)
{
	struct fixture *f = *state;
	const char *one = hold(f, "they hang 1"), *two = hold(f, "they hang 2");
	const char *three = hold(f, "see http://a.com 3");
	struct batch_counts counts;
	struct batch *batches;
	int64_t batch;
	size_t count;

	judge_all(f, f->new, 0);
	apply(f, &batch);
	decide(f, two, QUEUE_UNDO);
	decide(f, two, QUEUE_REJECT);
	counts = undo(f, batch);
	assert_int_equal(counts.undone, 2);
	assert_int_equal(counts.passed, 0); /* the second was taken back already */
	assert_int_equal(state_of(f, one), QUEUE_WAITING);
	assert_int_equal(state_of(f, two), QUEUE_REJECTED);
	assert_int_equal(state_of(f, three), QUEUE_WAITING);
	assert_int_equal(undo(f, batch).undone, 0);
	assert_int_equal(batch_list(f->db, &f->arena, &batches, &count), OK);
	assert_int_equal(count, 1);
	assert_int_equal(batches[0].approved, 1);
	assert_int_equal(batches[0].rejected, 2);
	assert_int_equal(batches[0].undone, 3);
	assert_chain_holds(f);
	/* It can all be decided anew, as another batch. */
	judge_all(f, f->new, 0);
	assert_int_equal(apply(f, &batch).approved, 1);
	assert_int_equal(batch, 2);
}

static void an_undo_of_no_batch_is_refused(void **state)
{
	struct fixture *f = *state;
	struct batch_counts counts = {0};
	int64_t cursor = 0;

	assert_int_equal(
		batch_undo(f->db, 7, SPAN("a"), SPAN(""), LATER, &cursor, &counts), ERR_NOTFOUND);
}

static void an_interrupted_batch_is_whole_in_itself(void **state)
{
	struct fixture *f = *state;
	const size_t all = 2 * BATCH_SLICE + 7;
	struct batch_counts counts = {0};
	struct batch *batches;
	int64_t first, second;
	bool done;
	size_t count;

	for (size_t i = 0; i < all; i++)
		hold(f, i % 2 ? "they hang" : "see http://a.com");
	judge_all(f, f->new, 0);
	assert_int_equal(batch_begin(f->db, SPAN("ana"), SPAN("x"), LATER, &first), OK);
	assert_int_equal(replay_apply(f->replay, first, SPAN("n"), LATER, &counts, &done), OK);
	assert_false(done);
	assert_int_equal(counts.approved + counts.rejected, BATCH_SLICE);
	/* As after a crash: nothing says that it ended. What is left is another batch's. */
	assert_int_equal(batch_list(f->db, &f->arena, &batches, &count), OK);
	assert_int_equal(batches[0].ended_ms, 0);
	judge_all(f, f->new, 0);
	counts = apply(f, &second);
	assert_int_equal(counts.approved + counts.rejected, all - BATCH_SLICE);
	assert_int_equal(undo(f, first).undone, BATCH_SLICE);
	assert_int_equal(undo(f, second).undone, all - BATCH_SLICE);
	assert_chain_holds(f);
}

static void a_file_without_batches_gets_them(void **state)
{
	struct fixture *f = *state;
	struct buf why = {0};
	int64_t batch;

	decide(f, hold(f, "they hang 1"), QUEUE_APPROVE);
	hold(f, "they hang 2");
	assert_int_equal(db_run(f->db, QUEUE_MAKE_OLD), OK);
	db_close(f->db);
	assert_int_equal(db_open(f->path, DB_CREATE, &why, &f->db), OK);
	assert_chain_holds(f);
	judge_all(f, f->new, 0);
	assert_int_equal(apply(f, &batch).rejected, 1);
	assert_chain_holds(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_changes_is_told_by_rule),
		TEST(a_new_rule_and_a_sharper_one_are_told_apart),
		TEST(rules_with_dates_go_by_when_it_was_written),
		TEST(decided_ones_are_compared_with_what_people_said),
		TEST(what_is_stored_may_be_anything),
		TEST(rules_without_number_are_passed_over),
		TEST(the_history_is_compared_with_what_the_rules_said),
		TEST(an_item_is_read_as_it_was_written),
		TEST(what_is_erased_is_counted),
		TEST(it_ends_when_it_is_told_to_and_at_its_own_time),
		TEST(the_result_is_json),
		TEST(only_what_waits_as_it_was_is_decided),
		TEST(a_guideline_that_is_no_reason_is_left_out),
		TEST(an_undo_takes_back_what_nobody_touched),
		TEST(an_undo_of_no_batch_is_refused),
		TEST(an_interrupted_batch_is_whole_in_itself),
		TEST(a_file_without_batches_gets_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
