/* Metrics: see metrics.h. The table is at the end. */
#include "server/metrics.h"

#include "base/log.h"
#include "server/webhooks.h"

#include <stdio.h>

struct scrape {
	struct buf *out;
	struct service *service;
	struct generation *generation; /* the one in force */
};

struct metric {
	const char *name;
	const char *type; /* counter, gauge or histogram */
	const char *help;
	void (*write)(const struct scrape *view, const struct metric *metric);
	size_t offset; /* of a counter or an array of them in struct counters */
	const char *label; /* or NULL; of several only the manual wants to know */
	const char *const *values; /* of the label, when they are known beforehand */
	size_t count;
};

/* --- parts --- */

static void write_value(const struct scrape *view, uint64_t value)
{
	buf_char(view->out, ' ');
	buf_u64(view->out, value);
	buf_char(view->out, '\n');
}

/* name{label="value"} */
static void write_labelled(
	const struct scrape *view, const struct metric *metric, const char *text, uint64_t value)
{
	buf_str(view->out, metric->name);
	buf_str(view->out, "{");
	buf_str(view->out, metric->label);
	buf_str(view->out, "=\"");
	buf_str(view->out, text);
	buf_str(view->out, "\"}");
	write_value(view, value);
}

static void write_plain(const struct scrape *view, const struct metric *metric, uint64_t value)
{
	buf_str(view->out, metric->name);
	write_value(view, value);
}

/* The sum of a counter over all threads. */
static uint64_t total(const struct scrape *view, size_t offset)
{
	const struct service *service = view->service;
	uint64_t sum = counter_get((const counter *)((const char *)&service->acceptor + offset));

	for (size_t i = 0; i < service->workers_count; i++)
		sum += counter_get(
			(const counter *)((const char *)&service->workers[i].counters + offset));
	return sum;
}

static uint64_t rule_total(const struct generation *generation, uint32_t rule, bool limits)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < generation->workers; i++) {
		const struct rule_tally *tally = &generation->tallies[i];

		sum += counter_get(limits ? &tally->limits[rule] : &tally->hits[rule]);
	}
	return sum;
}

uint64_t metrics_rule_hits(const struct generation *generation, uint32_t rule)
{
	return rule_total(generation, rule, false);
}

/* --- writers of a row --- */

static void write_counters(const struct scrape *view, const struct metric *metric)
{
	if (metric->label == NULL)
		write_plain(view, metric, total(view, metric->offset));
	for (size_t i = 0; i < metric->count; i++)
		write_labelled(view, metric, metric->values[i],
			total(view, metric->offset + i * sizeof(counter)));
}

static void write_connections(const struct scrape *view, const struct metric *metric)
{
	for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
		size_t at = i * sizeof(counter);
		uint64_t closed = total(view, offsetof(struct counters, closed) + at);
		uint64_t opened = total(view, offsetof(struct counters, opened) + at);

		write_labelled(
			view, metric, protocol_names[i], opened > closed ? opened - closed : 0);
	}
}

static void write_requests(const struct scrape *view, const struct metric *metric)
{
	for (size_t p = 0; p < PROTOCOL_COUNT; p++) {
		for (size_t r = 0; r < REFUSAL_COUNT; r++) {
			size_t at = (p * REFUSAL_COUNT + r) * sizeof(counter);
			uint64_t value = total(view, offsetof(struct counters, requests) + at);

			if (value == 0 && r != REFUSAL_NONE)
				continue;
			buf_printf(view->out, "%s{protocol=\"%s\",status=\"%d\",code=\"%s\"}",
				metric->name, protocol_names[p], refusal_kinds[r].status,
				r == REFUSAL_NONE ? "ok" : refusal_kinds[r].name);
			write_value(view, value);
		}
	}
}

/* Rules that never did it are left out: their number can be large. */
static void write_rules_counter(const struct scrape *view, const struct metric *metric, bool limits)
{
	const struct rule *rules;
	size_t count = ruleset_rules(view->generation->set, &rules);

	for (size_t i = 0; i < count; i++) {
		uint64_t value = rule_total(view->generation, rules[i].index, limits);

		if (value > 0)
			write_labelled(view, metric, rules[i].id, value);
	}
}

static void write_rule_hits(const struct scrape *view, const struct metric *metric)
{
	write_rules_counter(view, metric, false);
}

static void write_rule_limits(const struct scrape *view, const struct metric *metric)
{
	write_rules_counter(view, metric, true);
}

static void write_latency(const struct scrape *view, const struct metric *metric)
{
	uint64_t below = 0;
	uint64_t sum_ns = total(view, offsetof(struct counters, latency_ns));

	for (size_t i = 0; i <= LATENCY_BUCKETS; i++) {
		char bound[32] = "+Inf";

		below += total(view, offsetof(struct counters, latency) + i * sizeof(counter));
		if (i < LATENCY_BUCKETS)
			snprintf(bound, sizeof(bound), "%g", (double)latency_bounds[i] / 1e9);
		buf_printf(view->out, "%s_bucket{le=\"%s\"}", metric->name, bound);
		write_value(view, below);
	}
	buf_printf(view->out, "%s_sum %.9f\n%s_count", metric->name, (double)sum_ns / 1e9,
		metric->name);
	write_value(view, below);
}

static const char *const reload_results[] = {"ok", "failed"};

static void write_reloads(const struct scrape *view, const struct metric *metric)
{
	write_labelled(view, metric, reload_results[0], reload_succeeded(view->service->reload));
	write_labelled(view, metric, reload_results[1], reload_failed(view->service->reload));
}

static void write_stale(const struct scrape *view, const struct metric *metric)
{
	write_plain(view, metric, reload_stale(view->service->reload));
}

static void write_rules_info(const struct scrape *view, const struct metric *metric)
{
	write_labelled(view, metric, ruleset_version(view->generation->set), 1);
}

static void write_rules(const struct scrape *view, const struct metric *metric)
{
	write_plain(view, metric, view->generation->rules_count);
}

static void write_suspended(const struct scrape *view, const struct metric *metric)
{
	write_plain(view, metric, atomic_load(&view->generation->suspended_count));
}

static void write_loaded(const struct scrape *view, const struct metric *metric)
{
	write_plain(view, metric, (uint64_t)view->generation->loaded_ms / 1000);
}

static void write_started(const struct scrape *view, const struct metric *metric)
{
	write_plain(view, metric, (uint64_t)view->service->started_ms / 1000);
}

static void write_log_dropped(const struct scrape *view, const struct metric *metric)
{
	write_plain(view, metric, log_dropped());
}

static const char *const row_results[] = {"stored", "again", "failed", "refused"};

static const char *const history_results[] = {"kept", "dropped"};

static bool counts_of(const struct scrape *view, struct store_counts *counts)
{
	if (view->service->store != NULL)
		store_counts(view->service->store, counts);
	return view->service->store != NULL;
}

static void write_rows(const struct scrape *view, const struct metric *metric)
{
	struct store_counts counts;

	if (!counts_of(view, &counts))
		return;
	write_labelled(view, metric, row_results[0], counts.stored);
	write_labelled(view, metric, row_results[1], counts.again);
	write_labelled(view, metric, row_results[2], counts.failed);
	write_labelled(view, metric, row_results[3], counts.refused);
}

static void write_history(const struct scrape *view, const struct metric *metric)
{
	struct store_counts counts;

	if (!counts_of(view, &counts))
		return;
	write_labelled(view, metric, history_results[0], counts.kept);
	write_labelled(view, metric, history_results[1], counts.dropped);
}

static void write_commits(const struct scrape *view, const struct metric *metric)
{
	struct store_counts counts;

	if (counts_of(view, &counts))
		buf_printf(view->out, "%s_sum %.9f\n%s_count %llu\n", metric->name,
			(double)counts.commit_ns / 1e9, metric->name,
			(unsigned long long)counts.commits);
}

static void write_store_waiting(const struct scrape *view, const struct metric *metric)
{
	struct store_counts counts;

	if (counts_of(view, &counts))
		write_plain(view, metric, counts.waiting);
}

static void write_store_well(const struct scrape *view, const struct metric *metric)
{
	if (view->service->store != NULL)
		write_plain(view, metric, store_health(view->service->store) == STORE_WELL);
}

/* --- webhooks: by their place in the configuration --- */

static const char *const attempt_results[] = {"delivered", "failed"};

static void write_attempts(const struct scrape *view, const struct metric *metric)
{
	struct webhook_counts counts;

	for (size_t i = 0; webhooks_counts(view->service->webhooks, i, &counts); i++) {
		const uint64_t values[] = {counts.delivered, counts.failed};

		for (size_t k = 0; k < ARRAY_LEN(values); k++) {
			buf_printf(view->out, "%s{webhook=\"%zu\",result=\"%s\"}", metric->name,
				i + 1, attempt_results[k]);
			write_value(view, values[k]);
		}
	}
}

/* A row whose `offset` is that of the number in struct webhook_counts. */
static void write_deliveries(const struct scrape *view, const struct metric *metric)
{
	struct webhook_counts counts;

	for (size_t i = 0; webhooks_counts(view->service->webhooks, i, &counts); i++) {
		uint64_t value;

		memcpy(&value, (const char *)&counts + metric->offset, sizeof(value));
		buf_printf(view->out, "%s{webhook=\"%zu\"}", metric->name, i + 1);
		write_value(view, value);
	}
}

/* --- the table --- */

#define NAMED(n, t, h) .name = (n), .type = (t), .help = (h)
#define AT(field) .write = write_counters, .offset = offsetof(struct counters, field)
#define BY(name, names) .label = (name), .values = (names), .count = ARRAY_LEN(names)

static const struct metric metrics[] = {
	{NAMED("filterd_comments_total", "counter", "Comments judged, by verdict."), AT(verdicts),
		BY("verdict", verdict_names)},
	{NAMED("filterd_connections", "gauge", "Connections open now."), .write = write_connections,
		BY("protocol", protocol_names)},
	{NAMED("filterd_connections_opened_total", "counter", "Connections taken."), AT(opened),
		BY("protocol", protocol_names)},
	{NAMED("filterd_connections_rejected_total", "counter",
		 "Connections refused, by what lacked."),
		AT(rejected), BY("reason", rejection_names)},
	{NAMED("filterd_faults_total", "counter", "Faults in verdicts: limits that were hit."),
		AT(faults), BY("code", fault_names)},
	{NAMED("filterd_log_dropped_total", "counter", "Log lines that could not be written."),
		.write = write_log_dropped},
	{NAMED("filterd_reloads_total", "counter", "Attempts to reload the rules."),
		.write = write_reloads, BY("result", reload_results)},
	{NAMED("filterd_request_duration_seconds", "histogram",
		 "Time to read, judge and answer one comment."),
		.write = write_latency, .label = "le"},
	{NAMED("filterd_requests_total", "counter",
		 "Requests by protocol, HTTP status and code (`ok`: answered as asked)."),
		.write = write_requests, .label = "protocol, status, code"},
	{NAMED("filterd_rule_hits_total", "counter",
		 "Comments a rule held for since the rules were loaded."),
		.write = write_rule_hits, .label = "rule"},
	{NAMED("filterd_rule_limits_total", "counter",
		 "Comments on which a rule hit a limit since the rules were loaded."),
		.write = write_rule_limits, .label = "rule"},
	{NAMED("filterd_rules", "gauge", "Rules in force."), .write = write_rules},
	{NAMED("filterd_rules_info", "gauge", "The version of the rules in force."),
		.write = write_rules_info, .label = "version"},
	{NAMED("filterd_rules_loaded_timestamp_seconds", "gauge", "When they were loaded."),
		.write = write_loaded},
	{NAMED("filterd_rules_stale", "gauge",
		 "1: the last reload failed, the rules in force are older than the files."),
		.write = write_stale},
	{NAMED("filterd_rules_suspended", "gauge", "Rules suspended for hitting their limits."),
		.write = write_suspended},
	{NAMED("filterd_start_time_seconds", "gauge", "When the daemon started."),
		.write = write_started},
	{NAMED("filterd_store_commit_seconds", "summary",
		 "Time of the commits that store comments for review."),
		.write = write_commits},
	{NAMED("filterd_store_history_total", "counter",
		 "Comments for the history: kept, dropped because the store was behind."),
		.write = write_history, BY("result", history_results)},
	{NAMED("filterd_store_rows_total", "counter",
		 "Comments for review: stored, sent again, not stored, turned away."),
		.write = write_rows, BY("result", row_results)},
	{NAMED("filterd_store_waiting", "gauge", "Comments that wait to be stored."),
		.write = write_store_waiting},
	{NAMED("filterd_store_well", "gauge", "1: the last commit went well."),
		.write = write_store_well},
	{NAMED("filterd_timeouts_total", "counter", "Connections closed by a deadline."),
		AT(timeouts), BY("deadline", timeout_names)},
	{NAMED("filterd_unknown_fields_total", "counter", "Fields of requests that nobody knows."),
		AT(unknown_fields)},
	{NAMED("filterd_webhook_attempts_total", "counter",
		 "Decisions sent to a webhook, by the webhook's place in the configuration: taken "
		 "by it, or not and tried again."),
		.write = write_attempts, .label = "webhook, result"},
	{NAMED("filterd_webhook_dead", "gauge",
		 "Decisions that a webhook did not take and that are not tried any more."),
		.write = write_deliveries, .offset = offsetof(struct webhook_counts, dead),
		.label = "webhook"},
	{NAMED("filterd_webhook_waiting", "gauge", "Decisions that wait to be taken."),
		.write = write_deliveries, .offset = offsetof(struct webhook_counts, waiting),
		.label = "webhook"},
};

void metrics_write(struct buf *out, struct service *service)
{
	struct scrape view = {
		.out = out,
		.service = service,
		.generation = reload_current(service->reload),
	};

	for (size_t i = 0; i < ARRAY_LEN(metrics); i++) {
		buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metrics[i].name, metrics[i].help,
			metrics[i].name, metrics[i].type);
		metrics[i].write(&view, &metrics[i]);
	}
	generation_unref(view.generation);
}

void metrics_describe(struct buf *out)
{
	buf_str(out, "| metric | type | labels | |\n|---|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_LEN(metrics); i++) {
		const struct metric *metric = &metrics[i];

		buf_printf(out, "| `%s` | %s | ", metric->name, metric->type);
		if (metric->label != NULL)
			buf_printf(out, "`%s`", metric->label);
		for (size_t v = 0; v < metric->count; v++)
			buf_printf(out, "%s `%s`", v > 0 ? "," : ":", metric->values[v]);
		buf_printf(out, " | %s |\n", metric->help);
	}
}
