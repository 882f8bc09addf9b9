/* A private copy of the rules: see candidate.h. */
#include "server/candidate.h"

#include "base/clock.h"
#include "wire/error_list.h"
#include "wire/json.h"

#include <stdio.h>

#define TEST_PATIENCE 10

void candidate_init(struct candidate *candidate)
{
	*candidate = (struct candidate){0};
	arena_init(&candidate->keep, 0);
}

void candidate_forget(struct candidate *candidate)
{
	errors_free(&candidate->errors);
	errors_free(&candidate->failures);
	ruleset_unref(candidate->set);
	generation_unref(candidate->from);
	arena_free(&candidate->keep);
	candidate_init(candidate);
}

/* The files in force with the changed texts; NULL with *refusal filled. */
static struct ruleset_file *changed_files(const struct generation *live,
	const struct trial_file *files, size_t files_count, struct arena *scratch, size_t *count,
	struct refusal *refusal)
{
	const struct ruleset_file *in_force;
	struct ruleset_file *changed;

	*count = ruleset_files(live->set, &in_force);
	changed = arena_zalloc(scratch, *count + 1, sizeof(*changed));
	if (changed == NULL) {
		refusal_set(refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
		return NULL;
	}
	memcpy(changed, in_force, *count * sizeof(*changed));
	for (size_t i = 0; i < files_count; i++) {
		const struct trial_file *file = &files[i];
		size_t at = 0;

		while (at < *count && !span_eq(span_of(in_force[at].path), file->path))
			at++;
		if (at == *count) {
			refusal_set(refusal, REFUSAL_BAD_VALUE,
				"the rules in force have no such file", REFUSAL_NOWHERE);
			snprintf(refusal->pointer, sizeof(refusal->pointer), "/files/%zu/path", i);
			return NULL;
		}
		changed[at].text = file->text;
	}
	return changed;
}

/* Whether the copy at hand is made of these texts. */
static bool is_same(const struct candidate *copy, const struct generation *live,
	const struct ruleset_file *files, size_t count)
{
	const struct ruleset_file *has;

	if (copy->from != live || copy->set == NULL || ruleset_files(copy->set, &has) != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(has[i].path, files[i].path) != 0 || !span_eq(has[i].text, files[i].text))
			return false;
	}
	return true;
}

/* Loads the copy, and runs the tests of its rules. OK (it may have errors) or ERR_NOMEM. */
static int load(struct candidate *copy, struct generation *live, const struct ruleset_file *files,
	size_t count, const struct language_guesser *guesser)
{
	const struct config *config = live->config;
	const struct ruleset_options options = {
		.files = files,
		.files_count = count,
		.temperament = config->temperament,
		.sites = config->sites,
		.sites_count = config->sites_count,
		.sites_source = config->source,
	};
	struct evaluate_options tests = live->options;
	int status;

	/* Several times what a comment may take, so that a busy machine fails no test. */
	tests.comment_ns *= TEST_PATIENCE;
	tests.pattern_ns *= TEST_PATIENCE;
	candidate_forget(copy);
	copy->from = generation_ref(live);
	status = ruleset_load(&options, &copy->errors, &copy->keep, &copy->set);
	errors_sort(&copy->errors);
	if (status == ERR_NOMEM)
		return status;
	if (status != OK) {
		copy->set = NULL;
		return OK;
	}
	status = selftest_run_until(copy->set, guesser, &tests, clock_mono_ns() + CANDIDATE_TEST_NS,
		&copy->failures, &copy->tests);
	errors_sort(&copy->failures);
	return status == ERR_NOMEM ? status : OK;
}

bool candidate_make(struct candidate *candidate, struct generation *live,
	const struct trial_file *files, size_t files_count, const struct language_guesser *guesser,
	struct arena *scratch, struct refusal *refusal)
{
	struct ruleset_file *changed;
	size_t count;

	changed = changed_files(live, files, files_count, scratch, &count, refusal);
	if (changed == NULL)
		return false;
	if (is_same(candidate, live, changed, count) ||
		load(candidate, live, changed, count, guesser) == OK)
		return true;
	candidate_forget(candidate);
	refusal_set(refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
	return false;
}

void candidate_write(struct buf *out, const struct candidate *copy, const struct generation *live)
{
	buf_str(out, "{\"live\":");
	json_write(out, span_of(ruleset_version(live->set)));
	buf_str(out, ",\"trial\":");
	if (copy->set != NULL)
		json_write(out, span_of(ruleset_version(copy->set)));
	else
		buf_str(out, "null");
	buf_char(out, ',');
	error_list_write(out, &copy->errors);
	if (copy->set == NULL)
		return;
	buf_printf(out, ",\"tests\":{\"rules\":%zu,\"tests\":%zu,\"failed\":%zu,\"left\":%zu,",
		copy->tests.rules, copy->tests.tests, copy->tests.failed, copy->tests.left);
	buf_str(out, "\"failures\":");
	error_list_write_items(out, &copy->failures);
	buf_char(out, '}');
}
