/* Reload: see reload.h. */
#include "server/reload.h"

#include "base/log.h"
#include "server/notify.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct reload {
	const struct generation_source *source;
	void (*done)(void *context);
	void *context;
	_Atomic(struct generation *) current; /* swapped under `lock`; compared without */
	counter succeeded, failed;
	_Atomic bool stale;
	pthread_t thread;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t wanted;
	uint64_t asked; /* newest ticket given out */
	uint64_t served; /* newest ticket whose attempt is over */
	bool stop;
	struct errors errors; /* of the last attempt */
	struct arena keep; /* the texts they quote */
};

/* Says on the log what is wrong, line by line: a line of the log is one event. */
static void log_errors(const struct errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		const struct error *e = &errors->items[i];
		char where[32] = "";

		if (e->place.line > 0)
			snprintf(where, sizeof(where), ":%u:%u", e->place.line, e->place.column);
		log_warnx("%s%s: %s: %s%s%s", e->place.source ? e->place.source->name : "reload",
			where, e->severity == SEVERITY_ERROR ? "error" : "warning",
			e->text ? e->text : "?", e->hint ? "; " : "", e->hint ? e->hint : "");
	}
}

static bool same_listeners(const struct config *a, const struct config *b)
{
	if (a->listeners_count != b->listeners_count)
		return false;
	for (size_t i = 0; i < a->listeners_count; i++) {
		const struct listener *x = &a->listeners[i], *y = &b->listeners[i];

		if (x->protocol != y->protocol || x->mode != y->mode ||
			strcmp(x->text, y->text) != 0)
			return false;
	}
	return true;
}

static bool same_webhooks(const struct config *a, const struct config *b)
{
	if (a->webhooks_count != b->webhooks_count)
		return false;
	for (size_t i = 0; i < a->webhooks_count; i++) {
		const struct webhook *x = &a->webhooks[i], *y = &b->webhooks[i];

		if (!yaml_same(x->node, y->node))
			return false;
	}
	return true;
}

/* Names what was changed in the configuration but is read only at the start. */
static void log_what_waits(const struct config *old, const struct config *fresh)
{
	const struct {
		const char *key;
		bool same;
	} keys[] = {
		{"audit_days", old->audit_days == fresh->audit_days},
		{"limits.connections", old->limits.connections == fresh->limits.connections},
		{"limits.connections_per_address", old->limits.connections_per_address ==
							   fresh->limits.connections_per_address},
		{"listen", same_listeners(old, fresh)},
		{"log", old->log_level == fresh->log_level && old->log_json == fresh->log_json},
		{"sandbox", old->sandbox == fresh->sandbox},
		{"reload_token", span_eq(old->reload_token, fresh->reload_token)},
		{"webhooks", same_webhooks(old, fresh)},
		{"workers", old->workers == fresh->workers},
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (!keys[i].same)
			log_warnx("`%s` has changed in the configuration: it takes effect at the "
				  "next start",
				keys[i].key);
	}
}

/* Makes the generation current (or notes the failure) and hands the errors over. */
static void conclude(struct reload *reload, uint64_t ticket, struct generation *fresh,
	struct errors *errors, struct arena *keep)
{
	struct generation *old = NULL;

	pthread_mutex_lock(&reload->lock);
	if (fresh != NULL)
		old = atomic_exchange(&reload->current, fresh);
	errors_free(&reload->errors);
	arena_free(&reload->keep);
	reload->errors = *errors;
	reload->keep = *keep;
	reload->served = ticket;
	pthread_mutex_unlock(&reload->lock);
	atomic_store(&reload->stale, fresh == NULL);
	counter_add(fresh ? &reload->succeeded : &reload->failed, 1);
	generation_unref(old);
}

/* Who may read a file, but is told that this process may not, looks for the reason in vain. */
static void explain_denials(struct errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		struct error *e = &errors->items[i];

		if (e->text != NULL && e->hint == NULL && strstr(e->text, strerror(EACCES)) != NULL)
			e->hint =
				strdup("if it is the sandbox: it lets read what the configuration "
				       "named at the start, and what is beside that; restart");
	}
}

static void attempt(struct reload *reload, uint64_t ticket)
{
	struct errors errors = {0};
	struct generation *fresh = NULL;
	struct arena keep;
	int status;

	arena_init(&keep, 0);
	notify_reloading();
	status = generation_load(reload->source, &errors, &keep, &fresh);
	if (status != OK && errors.errors == 0)
		errors_add(&errors, SEVERITY_ERROR, (struct place){0}, "%s",
			status_name((enum status)status));
	if (reload->source->sandboxed)
		explain_denials(&errors);
	errors_sort(&errors);
	log_errors(&errors);
	if (status == OK) {
		/* Only this thread changes `current`. */
		log_what_waits(atomic_load(&reload->current)->config, fresh->config);
		log_info("rules %s are in force: %zu rules", ruleset_version(fresh->set),
			fresh->rules_count);
	} else {
		log_errorx("reload refused, %zu error%s: the rules in force stay", errors.errors,
			errors.errors == 1 ? "" : "s");
	}
	conclude(reload, ticket, fresh, &errors, &keep);
	notify_ready();
	reload->done(reload->context);
}

static void *reload_main(void *argument)
{
	struct reload *reload = argument;

	pthread_setname_np(pthread_self(), "reload");
	pthread_mutex_lock(&reload->lock);
	for (;;) {
		uint64_t ticket = reload->asked;

		if (reload->stop)
			break;
		if (ticket == reload->served) {
			pthread_cond_wait(&reload->wanted, &reload->lock);
			continue;
		}
		pthread_mutex_unlock(&reload->lock);
		attempt(reload, ticket);
		pthread_mutex_lock(&reload->lock);
	}
	pthread_mutex_unlock(&reload->lock);
	return NULL;
}

struct reload *reload_new(const struct generation_source *source, struct generation *first,
	void (*done)(void *context), void *context)
{
	struct reload *reload = calloc(1, sizeof(*reload));

	if (reload == NULL)
		return NULL;
	reload->source = source;
	reload->done = done;
	reload->context = context;
	arena_init(&reload->keep, 0);
	pthread_mutex_init(&reload->lock, NULL);
	pthread_cond_init(&reload->wanted, NULL);
	if (pthread_create(&reload->thread, NULL, reload_main, reload) != 0) {
		free(reload);
		return NULL;
	}
	atomic_store(&reload->current, first);
	return reload;
}

void reload_free(struct reload *reload)
{
	if (reload == NULL)
		return;
	pthread_mutex_lock(&reload->lock);
	reload->stop = true;
	pthread_cond_signal(&reload->wanted);
	pthread_mutex_unlock(&reload->lock);
	pthread_join(reload->thread, NULL);
	generation_unref(atomic_load(&reload->current));
	errors_free(&reload->errors);
	arena_free(&reload->keep);
	pthread_cond_destroy(&reload->wanted);
	pthread_mutex_destroy(&reload->lock);
	free(reload);
}

struct generation *reload_current(struct reload *reload)
{
	struct generation *generation;

	pthread_mutex_lock(&reload->lock);
	generation = generation_ref(atomic_load(&reload->current));
	pthread_mutex_unlock(&reload->lock);
	return generation;
}

bool reload_current_is(const struct reload *reload, const struct generation *generation)
{
	return atomic_load_explicit(&((struct reload *)reload)->current, memory_order_relaxed) ==
	       generation;
}

uint64_t reload_request(struct reload *reload)
{
	uint64_t ticket;

	pthread_mutex_lock(&reload->lock);
	ticket = ++reload->asked;
	pthread_cond_signal(&reload->wanted);
	pthread_mutex_unlock(&reload->lock);
	return ticket;
}

uint64_t reload_done(struct reload *reload)
{
	uint64_t served;

	pthread_mutex_lock(&reload->lock);
	served = reload->served;
	pthread_mutex_unlock(&reload->lock);
	return served;
}

struct reload_outcome reload_outcome(struct reload *reload)
{
	struct reload_outcome outcome;
	const struct generation *current;

	pthread_mutex_lock(&reload->lock);
	current = atomic_load(&reload->current);
	outcome = (struct reload_outcome){
		.ticket = reload->served,
		.ok = reload->errors.errors == 0,
		.errors = &reload->errors,
	};
	memcpy(outcome.version, ruleset_version(current->set), sizeof(outcome.version) - 1);
	outcome.version[sizeof(outcome.version) - 1] = '\0';
	return outcome;
}

void reload_outcome_done(struct reload *reload)
{
	pthread_mutex_unlock(&reload->lock);
}

uint64_t reload_succeeded(const struct reload *reload)
{
	return counter_get(&reload->succeeded);
}

uint64_t reload_failed(const struct reload *reload)
{
	return counter_get(&reload->failed);
}

bool reload_stale(const struct reload *reload)
{
	return atomic_load((_Atomic bool *)&reload->stale);
}
