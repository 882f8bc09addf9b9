/* The thread of replays: see replays.h. */
#include "server/replays.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/candidate.h"
#include "server/replay.h"
#include "wire/json.h"
#include "wire/queue_ask.h"

#include <pthread.h>
#include <stdlib.h>

#define EXAMPLES 5 /* of each group */
#define TELL_NS (NS_PER_S / 4) /* between two looks at how far it is */

enum phase { NONE, JUDGING, JUDGED, APPLYING, APPLIED, UNDOING, UNDONE, STOPPED, FAILED };

static const char *const phase_names[] = {
	[NONE] = "none",
	[JUDGING] = "judging",
	[JUDGED] = "judged",
	[APPLYING] = "applying",
	[APPLIED] = "applied",
	[UNDOING] = "undoing",
	[UNDONE] = "undone",
	[STOPPED] = "stopped",
	[FAILED] = "failed",
};

struct replays {
	struct reload *reload;
	const struct language_guesser *guesser;
	pthread_t thread;
	bool started;
	atomic_bool stop; /* what is under way */

	/* The thread's. */
	struct db *db;
	struct arena scratch; /* of what was asked */
	struct candidate candidate;
	struct generation *live; /* of the replay; a reference */
	struct replay *replay; /* the last one; NULL: none */
	struct buf body, actor; /* of what is being done */
	int64_t batch; /* 0: none */
	struct batch_counts counts; /* of it */

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t wanted_now;
	bool ending;
	enum replays_want wanted;
	struct buf wanted_body, wanted_actor;
	enum phase phase;
	uint64_t id; /* of the last replay, from 1 on */
	bool by_candidate; /* it was judged by rules that are not in force */
	uint64_t seen, total; /* comments; or decisions, of which the total may not be known: 0 */
	const char *detail; /* static: why it failed, or NULL */
	struct buf found; /* members of the answer that hold what was found, each begun by a comma
			   */
};

/* --- telling --- */

/* Makes known how far it is. */
static void put_phase(struct replays *r, enum phase phase, const char *detail)
{
	pthread_mutex_lock(&r->lock);
	r->phase = phase;
	r->detail = detail;
	pthread_mutex_unlock(&r->lock);
}

static void put_seen(struct replays *r, uint64_t seen, uint64_t total)
{
	pthread_mutex_lock(&r->lock);
	r->seen = seen;
	r->total = total;
	pthread_mutex_unlock(&r->lock);
}

/* Makes known what was found so far. */
static void put_found(struct replays *r)
{
	struct buf found = {0};

	if (r->candidate.from != NULL) {
		buf_str(&found, ",\"candidate\":");
		candidate_write(&found, &r->candidate, r->live);
		buf_char(&found, '}');
	}
	if (r->replay != NULL) {
		buf_str(&found, ",\"result\":{");
		found.failed |= !replay_json(&found, r->replay);
		buf_char(&found, '}');
	}
	if (r->batch != 0)
		buf_printf(&found,
			",\"batch\":{\"id\":%lld,\"approved\":%llu,\"rejected\":%llu,\"undone\":%"
			"llu,"
			"\"passed\":%llu}",
			(long long)r->batch, (unsigned long long)r->counts.approved,
			(unsigned long long)r->counts.rejected,
			(unsigned long long)r->counts.undone, (unsigned long long)r->counts.passed);
	pthread_mutex_lock(&r->lock);
	if (!found.failed) {
		struct buf before = r->found;

		r->found = found;
		found = before;
	}
	pthread_mutex_unlock(&r->lock);
	buf_free(&found);
}

void replays_tell(struct replays *r, struct buf *out)
{
	pthread_mutex_lock(&r->lock);
	buf_printf(out, "{\"id\":%llu,\"state\":\"%s\",\"seen\":%llu,\"total\":%llu,\"detail\":",
		(unsigned long long)r->id, phase_names[r->phase], (unsigned long long)r->seen,
		(unsigned long long)r->total);
	if (r->detail != NULL)
		json_write(out, span_of(r->detail));
	else
		buf_str(out, "null");
	buf_span(out, buf_content(&r->found));
	pthread_mutex_unlock(&r->lock);
	buf_str(out, "}\n");
}

/* --- the thread --- */

static const char *why_of(struct replays *r, int rc)
{
	if (rc == ERR_NOMEM)
		return "there was not enough memory";
	if (rc == ERR_NOTFOUND)
		return "there is no such batch";
	log_warnx("a replay could not read or write the queue: %s", db_why(r->db));
	return db_trouble(r->db) == DB_BUSY ? "the queue is locked; try again"
					    : "the queue cannot be read or written now";
}

/* What came of slices, as the phase that follows. */
static void end_phase(struct replays *r, int rc, enum phase well)
{
	put_found(r);
	if (rc != OK)
		put_phase(r, FAILED, why_of(r, rc));
	else
		put_phase(r, atomic_load(&r->stop) ? STOPPED : well, NULL);
}

static void forget(struct replays *r)
{
	replay_free(r->replay);
	r->replay = NULL;
	candidate_forget(&r->candidate);
	generation_unref(r->live);
	r->live = NULL;
	r->batch = 0;
	r->counts = (struct batch_counts){0};
}

/* The rules to judge by; NULL after it was told why there are none. */
static const struct ruleset *choose_rules(struct replays *r)
{
	struct trial_request changed;
	struct refusal refusal = REFUSAL_INIT;

	if (!trial_read(buf_content(&r->body), &r->scratch, &changed, &refusal)) {
		put_phase(r, FAILED, refusal_message(&refusal));
		return NULL;
	}
	if (changed.files_count == 0)
		return r->live->set;
	if (!candidate_make(&r->candidate, r->live, changed.files, changed.files_count, r->guesser,
		    &r->scratch, &refusal)) {
		put_phase(r, FAILED, refusal_message(&refusal));
		return NULL;
	}
	if (r->candidate.set == NULL)
		put_phase(r, FAILED, "the changed files have errors");
	return r->candidate.set;
}

static int judge_all(
	struct replays *r, const struct ruleset *set, const struct queue_filter *filter)
{
	const struct replay_options options = {
		.db = r->db,
		.set = set,
		.guesser = r->guesser,
		.limits = r->live->options,
		.filter = *filter,
		.examples = EXAMPLES,
		.stop = &r->stop,
		.now_ms = clock_real_ms(),
	};
	int64_t told_ns = clock_mono_ns();
	int rc = replay_new(&options, &r->replay);

	while (rc == OK && !r->replay->done && !atomic_load(&r->stop)) {
		rc = replay_judge(r->replay);
		put_seen(r, replay_seen(&r->replay->counts), r->replay->total);
		if (clock_mono_ns() - told_ns > TELL_NS) {
			put_found(r);
			told_ns = clock_mono_ns();
		}
	}
	return rc;
}

static void judge(struct replays *r)
{
	struct queue_ask ask;
	struct refusal refusal;
	const struct ruleset *set;

	forget(r);
	r->live = reload_current(r->reload);
	put_found(r);
	set = choose_rules(r);
	/* It was read before it was asked for: it cannot be refused now but for memory. */
	if (set != NULL && !queue_ask_body(buf_content(&r->body), &r->scratch, &ask, &refusal)) {
		put_phase(r, FAILED, refusal_message(&refusal));
		set = NULL;
	}
	if (set != NULL)
		end_phase(r, judge_all(r, set, &ask.filter), JUDGED);
	else
		put_found(r);
}

static int apply_all(struct replays *r, struct span own)
{
	uint64_t total = r->replay->decisions_count;
	bool done = total == 0;
	struct span note;
	int rc = batch_begin(r->db, buf_content(&r->actor), span_of(ruleset_version(r->live->set)),
		clock_real_ms(), &r->batch);

	note = replay_note(
		&r->scratch, "replay", r->batch, r->live->set, buf_content(&r->actor), own);
	while (rc == OK && !done && !atomic_load(&r->stop)) {
		rc = replay_apply(r->replay, r->batch, note, clock_real_ms(), &r->counts, &done);
		put_seen(r, r->replay->applied, total);
	}
	return rc == OK ? batch_end(r->db, r->batch, clock_real_ms()) : rc;
}

static int undo_all(struct replays *r, int64_t batch, struct span own)
{
	int64_t cursor = 0;
	struct span note;
	int rc;

	r->batch = batch;
	r->counts = (struct batch_counts){0};
	note = replay_note(&r->scratch, "undo of replay", batch, NULL, buf_content(&r->actor), own);
	do {
		rc = batch_undo(r->db, batch, buf_content(&r->actor), note, clock_real_ms(),
			&cursor, &r->counts);
		put_seen(r, r->counts.undone + r->counts.passed, 0);
	} while (rc == OK && cursor != 0 && !atomic_load(&r->stop));
	return rc;
}

static void perform(struct replays *r, enum replays_want want)
{
	struct queue_ask ask = {.batch = 0};
	struct refusal refusal;

	arena_reset(&r->scratch);
	if (want == REPLAYS_JUDGE) {
		judge(r);
		return;
	}
	if (!queue_ask_body(buf_content(&r->body), &r->scratch, &ask, &refusal))
		put_phase(r, FAILED, refusal_message(&refusal));
	else if (want == REPLAYS_APPLY)
		end_phase(r, apply_all(r, ask.decision.note), APPLIED);
	else
		end_phase(r, undo_all(r, ask.batch, ask.decision.note), UNDONE);
}

static void *replays_main(void *argument)
{
	struct replays *r = argument;

	pthread_setname_np(pthread_self(), "replays");
	pthread_mutex_lock(&r->lock);
	while (!r->ending) {
		enum replays_want want = r->wanted;

		if (want == REPLAYS_NOTHING) {
			pthread_cond_wait(&r->wanted_now, &r->lock);
			continue;
		}
		r->wanted = REPLAYS_NOTHING;
		buf_clear(&r->body);
		buf_span(&r->body, buf_content(&r->wanted_body));
		buf_clear(&r->actor);
		buf_span(&r->actor, buf_content(&r->wanted_actor));
		pthread_mutex_unlock(&r->lock);
		if (r->body.failed || r->actor.failed)
			put_phase(r, FAILED, why_of(r, ERR_NOMEM));
		else
			perform(r, want);
		pthread_mutex_lock(&r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* --- for others --- */

int replays_open(const char *path, struct turns *turns, struct buf *why, struct replays **out)
{
	struct replays *r = calloc(1, sizeof(*r));
	int rc;

	*out = NULL;
	if (r == NULL)
		return ERR_NOMEM;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->wanted_now, NULL);
	arena_init(&r->scratch, 0);
	candidate_init(&r->candidate);
	rc = db_open(path, DB_WRITE, why, &r->db);
	if (rc != OK) {
		replays_close(r);
		return rc;
	}
	db_take_turns(r->db, turns);
	*out = r;
	return OK;
}

int replays_start(struct replays *r, struct reload *reload, const struct language_guesser *guesser)
{
	r->reload = reload;
	r->guesser = guesser;
	r->started = pthread_create(&r->thread, NULL, replays_main, r) == 0;
	return r->started ? OK : ERR_NOMEM;
}

void replays_close(struct replays *r)
{
	if (r == NULL)
		return;
	pthread_mutex_lock(&r->lock);
	r->ending = true;
	atomic_store(&r->stop, true);
	pthread_cond_signal(&r->wanted_now);
	pthread_mutex_unlock(&r->lock);
	if (r->started)
		pthread_join(r->thread, NULL);
	forget(r);
	db_close(r->db);
	arena_free(&r->scratch);
	arena_free(&r->candidate.keep);
	buf_free(&r->body);
	buf_free(&r->actor);
	buf_free(&r->wanted_body);
	buf_free(&r->wanted_actor);
	buf_free(&r->found);
	pthread_cond_destroy(&r->wanted_now);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

void replays_stop(struct replays *r)
{
	atomic_store(&r->stop, true);
}

static bool is_under_way(const struct replays *r)
{
	return r->wanted != REPLAYS_NOTHING || r->phase == JUDGING || r->phase == APPLYING ||
	       r->phase == UNDOING;
}

/* Why it cannot begin now, or NULL. The lock is held. */
static const char *obstacle(
	const struct replays *r, enum replays_want want, const struct queue_ask *ask)
{
	if (is_under_way(r))
		return "a replay is under way";
	if (want != REPLAYS_APPLY)
		return NULL;
	if (r->phase != JUDGED || ask->id != (int64_t)r->id)
		return "there is no replay of this `id` that has been judged and not applied";
	if (r->by_candidate)
		return "only rules in force can decide: save the files, reload, replay again";
	return NULL;
}

/* Notes what is wanted; the lock is held. False: no memory. */
static bool note_wanted(
	struct replays *r, enum replays_want want, struct span body, struct span actor)
{
	static const enum phase begun[] = {
		[REPLAYS_JUDGE] = JUDGING,
		[REPLAYS_APPLY] = APPLYING,
		[REPLAYS_UNDO] = UNDOING,
	};

	buf_clear(&r->wanted_body);
	buf_span(&r->wanted_body, body);
	buf_clear(&r->wanted_actor);
	buf_span(&r->wanted_actor, actor);
	if (r->wanted_body.failed || r->wanted_actor.failed)
		return false;
	r->wanted = want;
	r->phase = begun[want];
	r->detail = NULL;
	r->seen = r->total = 0;
	atomic_store(&r->stop, false);
	pthread_cond_signal(&r->wanted_now);
	return true;
}

bool replays_begin(struct replays *r, enum replays_want want, struct span body, struct span actor,
	struct arena *arena, struct refusal *refusal)
{
	struct queue_ask ask;
	const char *why;
	bool noted = true;

	if (!queue_ask_body(body, arena, &ask, refusal))
		return false;
	pthread_mutex_lock(&r->lock);
	why = obstacle(r, want, &ask);
	if (why == NULL)
		noted = note_wanted(r, want, body, actor);
	if (why == NULL && noted && want == REPLAYS_JUDGE) {
		r->id++;
		r->by_candidate = ask.has_files;
	}
	pthread_mutex_unlock(&r->lock);
	if (why != NULL)
		refusal_set(refusal, REFUSAL_CONFLICT, why, REFUSAL_NOWHERE);
	else if (!noted)
		refusal_set(refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
	return why == NULL && noted;
}
