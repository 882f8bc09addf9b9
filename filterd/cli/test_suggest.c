/* `filterd test --suggest`: comments for what no test hits, as a case file. */
#include "cli/diagnostics.h"
#include "cli/test_report.h"
#include "wire/json.h"

struct suggesting {
	const struct suite *suite;
	struct evaluator *evaluator;
	const struct rule *rule;
	bool named; /* the rule's line has been written */
	size_t count;
	int rc;
};

/* One case, with what comes out now. A JSON string is one of YAML, too. */
static void put_case(void *context, const struct comment *comment)
{
	struct suggesting *s = context;
	struct buf *out = &s->suite->run->out.buffer;
	const struct verdict *verdict;

	if (s->rc != OK)
		return;
	s->rc = evaluate(s->evaluator, s->suite->setup->set, comment, &selftest_options, &verdict);
	if (s->rc != OK)
		return;
	if (s->count++ == 0)
		buf_str(out, "cases:\n");
	if (!s->named)
		buf_printf(out, "  # %s\n", s->rule->id);
	s->named = true;
	buf_str(out, "  - {");
	if (comment->lang.len)
		buf_printf(out, "lang: %.*s, ", SPAN_ARGS(comment->lang));
	buf_printf(out, "expect: %s, text: ", verdict_names[verdict->kind]);
	json_write(out, comment->text);
	buf_str(out, "}\n");
}

int test_suggest(const struct suite *suite, struct coverage *coverage)
{
	const struct setup *setup = suite->setup;
	const struct texts *paths = &suite->run->arguments;
	struct suggesting s = {.suite = suite, .evaluator = evaluator_new(setup->guesser)};
	const struct rule *rules;
	size_t count = ruleset_rules(setup->set, &rules);

	s.rc = s.evaluator ? OK : ERR_NOMEM;
	for (size_t i = 0; i < count && s.rc == OK; i++) {
		s.rule = &rules[i];
		s.named = false;
		if (paths->count == 0 || diagnostics_is_below(rules[i].source->name, paths))
			s.rc = coverage_suggest(coverage, s.rule, put_case, &s);
	}
	evaluator_free(s.evaluator);
	return s.rc;
}
