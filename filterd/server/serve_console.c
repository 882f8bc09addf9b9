/* What the pages of the console ask: see serve_console.h. */
#include "server/serve_console.h"

#include "console/console.h"
#include "server/access.h"
#include "server/judge.h"
#include "server/trials.h"
#include "wire/json.h"
#include "wire/trial.h"

#define JSON_TYPE "application/json"
#define LANGUAGES_MAX 64 /* that are told; a page offers them for choosing */

static struct worker *worker_of(const struct exchange *x)
{
	return x->connection->worker;
}

static enum outcome refuse(struct exchange *x, enum refusal_code code, const char *message)
{
	exchange_refuse(x, code, message);
	return OUTCOME_MORE;
}

enum outcome console_file(struct exchange *x)
{
	struct span name = x->request->path;
	const struct console_file *file;
	enum refusal_code code;
	const char *why;

	if (!access_page_file(x, &code, &why))
		return refuse(x, code, why);
	file = console_find(span_sub(name, strlen("/console/"), name.len));
	if (file == NULL)
		return refuse(x, REFUSAL_NOT_FOUND, "the console is at /console/");
	judge_count(worker_of(x), PROTOCOL_HTTP, REFUSAL_NONE);
	exchange_page(x, file->type, file->content);
	return OUTCOME_MORE;
}

/* --- the rules in force --- */

static void write_sites(struct buf *out, const struct config *config)
{
	buf_str(out, ",\"sites\":[");
	for (size_t i = 0; i < config->sites_count; i++) {
		if (i > 0)
			buf_char(out, ',');
		json_write(out, config->sites[i].name);
	}
	buf_char(out, ']');
}

/* Whether it is none of the languages seen before; then it is noted. */
static bool is_new(struct span tag, struct span seen[LANGUAGES_MAX], size_t *count)
{
	for (size_t i = 0; i < *count; i++) {
		if (span_eq(seen[i], tag))
			return false;
	}
	if (*count == LANGUAGES_MAX)
		return false;
	seen[(*count)++] = tag;
	return true;
}

/* The languages that rules are for, each once, in the order of the rules. */
static void write_languages(struct buf *out, const struct ruleset *set)
{
	struct span seen[LANGUAGES_MAX];
	const struct rule *rules;
	size_t count = ruleset_rules(set, &rules), seen_count = 0;

	buf_str(out, ",\"languages\":[");
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < rules[i].languages_count; k++) {
			if (!is_new(rules[i].languages[k], seen, &seen_count))
				continue;
			if (seen_count > 1)
				buf_char(out, ',');
			json_write(out, rules[i].languages[k]);
		}
	}
	buf_char(out, ']');
}

static void write_files(struct buf *out, const struct ruleset *set)
{
	const struct ruleset_file *files;
	size_t count = ruleset_files(set, &files);

	buf_str(out, ",\"files\":[");
	for (size_t i = 0; i < count; i++) {
		buf_str(out, i > 0 ? ",{\"path\":" : "{\"path\":");
		json_write(out, span_of(files[i].path));
		buf_printf(out, ",\"words\":%s,\"text\":", files[i].words ? "true" : "false");
		json_write(out, files[i].text);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

enum outcome console_rules(struct exchange *x)
{
	struct worker *w = worker_of(x);
	const struct generation *generation = w->generation;

	buf_clear(&w->body);
	buf_str(&w->body, "{\"version\":");
	json_write(&w->body, span_of(ruleset_version(generation->set)));
	buf_printf(&w->body, ",\"request_max\":%zu,\"comments_max\":%d", generation->limits.request,
		TRIAL_COMMENTS_MAX);
	write_sites(&w->body, generation->config);
	write_languages(&w->body, generation->set);
	write_files(&w->body, generation->set);
	buf_str(&w->body, "}\n");
	return exchange_body(x, 200, JSON_TYPE);
}

/* --- try-outs --- */

enum outcome console_try(struct exchange *x)
{
	const struct errand_request request = {.body = x->request->body};

	if (http_media(x->request) != HTTP_MEDIA_JSON)
		return refuse(x, REFUSAL_UNSUPPORTED_MEDIA_TYPE, NULL);
	return exchange_errand(x, trials_errands(worker_of(x)->service->trials), &request);
}
