/* A generation: see generation.h. */
#include "server/generation.h"

#include "base/log.h"
#include "moderate/selftest.h"

#include <stdlib.h>
#include <unistd.h>

#define TURN_REQUESTS 64 /* of one connection, if the configuration says nothing else */

/* --- making and freeing --- */

static void tally_free(struct rule_tally *tally)
{
	free(tally->hits);
	free(tally->limits);
	free(tally->recent);
	free(tally->suspended);
}

static int tally_init(struct rule_tally *tally, size_t rules)
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
	for (size_t i = 0; generation->tallies != NULL && i < generation->workers; i++)
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

/* --- loading --- */

static size_t workers_wanted(const struct config *config)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (config->workers > 0)
		return (size_t)config->workers;
	return cores > 0 ? (size_t)cores : 1;
}

static void set_limits(struct generation *generation)
{
	const struct config_limits *in = &generation->config->limits;
	size_t in_flight = (size_t)in->in_flight / generation->workers;

	generation->limits = (struct limits){
		.request = (size_t)in->request,
		.headers = (size_t)in->headers,
		.output = (size_t)in->output,
		.connections = (size_t)in->connections,
		.connections_per_address = (size_t)in->connections_per_address,
		.turn_requests = in->in_flight == 0 ? TURN_REQUESTS : in_flight + (in_flight == 0),
		.header_ns = in->header_time * NS_PER_MS,
		.request_ns = in->request_time * NS_PER_MS,
		.idle_ns = in->idle_time * NS_PER_MS,
		.write_ns = in->write_time * NS_PER_MS,
		.store_ns = in->store_time * NS_PER_MS,
		.drain_ns = in->drain_time * NS_PER_MS,
	};
	generation->options = evaluate_defaults;
	generation->options.text_max = (size_t)in->text;
	generation->options.comment_ns = in->comment_time * NS_PER_MS;
	generation->options.pattern_ns = in->rule_time * NS_PER_MS;
}

/* Puts what was loaded together; takes `config` and `set` only if it is OK. */
static int generation_new(
	struct config *config, struct ruleset *set, size_t workers, struct generation **out)
{
	struct generation *generation = calloc(1, sizeof(*generation));
	const struct rule *rules;
	int status = ERR_NOMEM;

	if (generation == NULL)
		return ERR_NOMEM;
	pthread_mutex_init(&generation->lock, NULL);
	atomic_init(&generation->references, 1);
	generation->rules_count = ruleset_rules(set, &rules);
	generation->workers = workers ? workers : workers_wanted(config);
	generation->suspended = calloc(generation->rules_count + 1, 1);
	generation->tallies = calloc(generation->workers, sizeof(*generation->tallies));
	if (generation->suspended == NULL || generation->tallies == NULL)
		goto out;
	for (size_t i = 0; i < generation->workers; i++) {
		if (tally_init(&generation->tallies[i], generation->rules_count) != OK)
			goto out;
	}
	generation->config = config;
	generation->set = set;
	generation->loaded_ms = clock_real_ms();
	set_limits(generation);
	status = OK;
out:
	if (status == OK)
		*out = generation;
	else
		generation_unref(generation);
	return status;
}

int generation_load(const struct generation_source *source, struct errors *errors,
	struct arena *keep, struct generation **out)
{
	struct config *config = NULL;
	struct ruleset *set = NULL;
	struct ruleset_options options = {
		.folders = source->folders,
		.folders_count = source->folders_count,
	};
	int status = config_load(source->config_path, errors, keep, &config);

	if (status != OK)
		return status;
	if (options.folders_count == 0) {
		options.folders = config->rules;
		options.folders_count = config->rules_count;
	}
	options.temperament = config->temperament;
	options.sites = config->sites;
	options.sites_count = config->sites_count;
	options.sites_source = config->source;
	status = moderate_load(&options, source->guesser, errors, keep, &set);
	if (status == OK)
		status = generation_new(config, set, source->workers, out);
	if (status != OK) {
		ruleset_unref(set);
		arena_join(keep, &config->arena);
		config_free(config);
	}
	return status;
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
	struct rule_tally *tally = &generation->tallies[worker];

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
	struct rule_tally *tally = &generation->tallies[worker];
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
