/* A generation: see generation.h. */
#include "server/generation.h"

#include "base/log.h"

#include <assert.h>
#include <stdlib.h>

/* --- making and freeing --- */

static void tally_free(struct tally *tally)
{
	free(tally->hits);
	free(tally->limits);
	free(tally->recent);
	free(tally->suspended);
}

static int tally_init(struct tally *tally, size_t rules)
{
	size_t count = rules ? rules : 1;

	tally->hits = calloc(count, sizeof(*tally->hits));
	tally->limits = calloc(count, sizeof(*tally->limits));
	tally->recent = calloc(count, sizeof(*tally->recent));
	tally->suspended = calloc(count, sizeof(*tally->suspended));
	return tally->hits && tally->limits && tally->recent && tally->suspended ? OK : ERR_NOMEM;
}

struct generation *generation_ref(struct generation *generation)
{
	atomic_fetch_add_explicit(&generation->references, 1, memory_order_relaxed);
	return generation;
}

static void generation_free(struct generation *generation)
{
	for (size_t i = 0; i < generation->workers; i++)
		tally_free(&generation->tallies[i]);
	free(generation->tallies);
	free(generation->suspended);
	ruleset_unref(generation->set);
	config_free(generation->config);
	pthread_mutex_destroy(&generation->lock);
	free(generation);
}

void generation_unref(struct generation *generation)
{
	if (generation != NULL &&
		atomic_fetch_sub_explicit(&generation->references, 1, memory_order_acq_rel) == 1)
		generation_free(generation);
}

/* --- counting and the breaker --- */

static void suspend(struct generation *generation, uint32_t rule, const char *id)
{
	bool fresh;

	pthread_mutex_lock(&generation->lock);
	fresh = !generation->suspended[rule];
	generation->suspended[rule] = 1;
	if (fresh)
		atomic_fetch_add_explicit(&generation->suspended_count, 1, memory_order_release);
	pthread_mutex_unlock(&generation->lock);
	if (fresh)
		log_errorx("rule %s is suspended: it hit its limits on more than %d %% of %d "
			   "comments; what it would decide goes to review until rules are reloaded",
			id, BREAKER_PERCENT, BREAKER_WINDOW);
}

void generation_count(struct generation *generation, size_t worker, const struct verdict *verdict)
{
	struct tally *tally = &generation->tallies[worker];

	for (size_t i = 0; i < verdict->matches_count; i++)
		counter_add(&tally->hits[verdict->matches[i].rule->index], 1);
	for (size_t i = 0; i < verdict->faults_count; i++) {
		const struct rule *rule = verdict->faults[i].rule;

		if (rule == NULL || generation->tallies[worker].suspended[rule->index])
			continue;
		counter_add(&tally->limits[rule->index], 1);
		if (++tally->recent[rule->index] > BREAKER_WINDOW * BREAKER_PERCENT / 100)
			suspend(generation, rule->index, rule->id);
	}
	if (++tally->window == BREAKER_WINDOW) {
		tally->window = 0;
		memset(tally->recent, 0, generation->rules_count * sizeof(*tally->recent));
	}
}

const uint8_t *generation_suspended(struct generation *generation, size_t worker)
{
	struct tally *tally = &generation->tallies[worker];
	uint32_t count = atomic_load_explicit(&generation->suspended_count, memory_order_acquire);

	if (count == 0)
		return NULL;
	if (count != tally->suspended_seen) {
		pthread_mutex_lock(&generation->lock);
		memcpy(tally->suspended, generation->suspended, generation->rules_count);
		tally->suspended_seen = count;
		pthread_mutex_unlock(&generation->lock);
	}
	return tally->suspended;
}
