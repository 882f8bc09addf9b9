/* The desk's thread and connection: see desk.h. What it can do is in desk_acts.c. */
#include "server/desk_call.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>

#define ANSWER_LIMIT (64U << 20) /* [bytes]: of 200 comments at the largest, and their answers */

#define KEEPING_NS (2 * NS_PER_S) /* between two looks at what is to be erased */
#define ERASED_AT_ONCE 200 /* so that others wait for some milliseconds only */

struct desk {
	struct db *db;
	struct desk_memo stats;
	int64_t kept_ns; /* when it was last looked at what is to be erased */
	struct reload *reload;
	struct arena arena;
	struct errands *errands;
	atomic_bool broken;
};

/* Says why it went wrong, whatever kept it from being done. */
static void explain(struct desk *desk, int rc, struct refusal *refusal)
{
	if (refusal->code != REFUSAL_NONE)
		return;
	switch (rc) {
	case ERR_NOTFOUND:
		refusal_set(refusal, REFUSAL_NOT_FOUND, "there is no such comment in the queue",
			REFUSAL_NOWHERE);
		return;
	case ERR_NOMEM:
		refusal_set(refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
		return;
	default:
		break;
	}
	log_warnx("the review queue could not be read or written: %s", db_why(desk->db));
	/* For good, whatever the next request meets. */
	if (db_trouble(desk->db) == DB_BROKEN)
		atomic_store(&desk->broken, true);
	refusal_set(refusal, REFUSAL_QUEUE_UNAVAILABLE,
		"the review queue cannot be read or written now", REFUSAL_NOWHERE);
}

/* What the configuration in force says of the queue. */
struct said {
	int64_t retention_ms, undo_ms;
};

static struct said configured(const struct desk *desk)
{
	struct generation *generation = reload_current(desk->reload);
	struct said said = {generation->config->retention, generation->config->undo_time};

	generation_unref(generation);
	return said;
}

/* Erases what is older than the configuration allows. */
static void keep_house(struct desk *desk)
{
	int64_t now_ns = clock_mono_ns(), retention;
	size_t erased;

	if (now_ns - desk->kept_ns < KEEPING_NS)
		return;
	desk->kept_ns = now_ns;
	retention = configured(desk).retention_ms;
	if (retention == 0)
		return;
	if (queue_erase(desk->db, clock_real_ms() - retention, ERASED_AT_ONCE, &erased) != OK)
		log_warnx("old comments could not be erased: %s", db_why(desk->db));
	else if (erased > 0)
		log_info("%zu decided comments have been erased: `retention` is over", erased);
}

static void idle(void *context)
{
	keep_house(context);
}

static bool read_ask(struct desk_call *call, const struct desk_act *act)
{
	if (act->has_body)
		return queue_ask_body(call->request->body, call->arena, &call->ask, call->refusal);
	return queue_ask_query(call->request->query, call->arena, &call->ask, call->refusal);
}

static void answer_call(struct desk *desk, struct desk_call *call, const struct desk_act *act)
{
	int rc;

	if (!read_ask(call, act))
		return;
	call->ask.filter.now_ms = call->now_ms;
	rc = act->run(call);
	if (rc == OK && call->out->failed)
		rc = ERR_NOMEM;
	if (rc == OK)
		return;
	if (call->refusal->code == REFUSAL_NONE)
		buf_clear(call->out);
	explain(desk, rc, call->refusal);
}

static void perform(void *context, const struct errand_request *request, const atomic_bool *dropped,
	struct errand_answer *answer)
{
	struct desk *desk = context;
	const struct desk_act *act = request->what;
	struct desk_call call = {
		.db = desk->db,
		.arena = &desk->arena,
		.request = request,
		.now_ms = clock_real_ms(),
		.undo_ms = configured(desk).undo_ms,
		.stats = &desk->stats,
		.out = &answer->body,
		.refusal = &answer->refusal,
	};

	(void)dropped; /* what was asked is done, whether or not somebody waits */
	answer->body.limit = ANSWER_LIMIT;
	arena_reset(&desk->arena);
	answer_call(desk, &call, act);
	keep_house(desk);
}

int desk_open(const char *path, struct turns *turns, struct buf *why, struct desk **out)
{
	struct desk *desk = calloc(1, sizeof(*desk));
	int rc;

	*out = NULL;
	if (desk == NULL)
		return ERR_NOMEM;
	arena_init(&desk->arena, 0);
	rc = db_open(path, DB_WRITE, why, &desk->db);
	if (rc == OK) {
		db_take_turns(desk->db, turns);
	} else {
		desk_close(desk);
		desk = NULL;
	}
	*out = desk;
	return rc;
}

int desk_start(struct desk *desk, struct reload *reload, void (*done)(void *context), void *context)
{
	struct errands_duty duty = {
		.name = "desk",
		.waiting_max = DESK_WAITING_MAX,
		.perform = perform,
		.idle = idle,
		.idle_s = 1,
		.done = done,
		.context = desk,
		.done_context = context,
	};

	desk->reload = reload;
	desk->errands = errands_new(&duty);
	return desk->errands ? OK : ERR_NOMEM;
}

void desk_close(struct desk *desk)
{
	if (desk == NULL)
		return;
	errands_free(desk->errands);
	db_close(desk->db);
	buf_free(&desk->stats.answer);
	arena_free(&desk->arena);
	free(desk);
}

bool desk_is_broken(const struct desk *desk)
{
	return atomic_load(&desk->broken);
}

struct errands *desk_errands(struct desk *desk)
{
	return desk->errands;
}
