/* The native protocol: comments read from JSON, verdicts and refusals written as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/json.h"
#include "wire/native.h"

#include <stdio.h>

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct native_request read_good(const char *json)
{
	struct native_request request;
	struct refusal refusal;

	if (!native_read(span_of(json), &arena, &request, &refusal))
		fail_msg("%s: %s", json, refusal_message(&refusal));
	return request;
}

#define assert_span(span, literal) assert_true(span_eq((span), SPAN(literal)))

/* --- reading --- */

static void every_field_arrives_where_it_belongs(void **state)
{
	struct native_request r = read_good(
		"{\"id\":\"c-1\",\"text\":\"T\\u00e9xt\",\"lang\":\"en\",\"site\":\"english\","
		"\"author\":{\"id\":\"u42\",\"name\":\"N\",\"email\":\"e@x.org\",\"url\":\"http://"
		"u\","
		"\"ip\":\"203.0.113.9\",\"approved\":3,\"rejected\":0,"
		"\"created\":\"2026-01-01T00:00:00Z\",\"role\":\"trusted\"},"
		"\"article\":{\"id\":\"a-9\",\"url\":\"http://a\",\"title\":\"Ti\",\"text\":\"Te\","
		"\"section\":\"sport\",\"tags\":[\"one\",\"t\\nwo\"]},"
		"\"parent\":{\"id\":\"p.1\",\"text\":\"PT\"},\"submitted\":\"2026-11-23T10:00:"
		"00Z\","
		"\"revision\":4294967295,\"deadline_ms\":250,\"reason_lang\":\"ckb\"}");
	const struct comment *c = &r.comment;

	(void)state;
	assert_span(c->id, "c-1");
	assert_span(c->text, "T\xC3\xA9xt");
	assert_span(c->lang, "en");
	assert_span(c->site, "english");
	assert_span(c->author.id, "u42");
	assert_span(c->author.name, "N");
	assert_span(c->author.email, "e@x.org");
	assert_span(c->author.url, "http://u");
	assert_span(c->author.ip, "203.0.113.9");
	assert_int_equal(c->author.approved, 3);
	assert_int_equal(c->author.rejected, 0);
	assert_int_equal(c->author.created_ms, 1767225600000);
	assert_int_equal(c->author.role, ROLE_TRUSTED);
	assert_span(c->article.id, "a-9");
	assert_span(c->article.url, "http://a");
	assert_span(c->article.title, "Ti");
	assert_span(c->article.text, "Te");
	assert_span(c->article.section, "sport");
	assert_int_equal(c->article.tags_count, 2);
	assert_span(c->article.tags[0], "one");
	assert_span(c->article.tags[1], "t\nwo");
	assert_span(c->parent_id, "p.1");
	assert_span(c->parent_text, "PT");
	assert_int_equal(c->submitted_ms, 1795428000000);
	assert_int_equal(c->revision, UINT32_MAX);
	assert_int_equal(r.deadline_ms, 250);
	assert_span(r.reason_lang, "ckb");
	assert_int_equal(r.unknown_fields, 0);
}

static void only_text_is_required(void **state)
{
	struct native_request r = read_good("{\"text\":\"\"}");

	(void)state;
	assert_int_equal(r.comment.text.len, 0);
	assert_int_equal(r.comment.id.len, 0);
	assert_int_equal(r.comment.author.approved, COMMENT_ABSENT);
	assert_int_equal(r.comment.author.created_ms, COMMENT_ABSENT);
	assert_int_equal(r.comment.author.role, ROLE_NONE);
	assert_int_equal(r.comment.submitted_ms, COMMENT_ABSENT);
	assert_int_equal(r.comment.revision, 0);
	assert_int_equal(r.deadline_ms, COMMENT_ABSENT);
}

static void null_is_the_same_as_absent_but_for_the_text(void **state)
{
	struct native_request r = read_good(
		"{\"id\":null,\"author\":null,\"article\":{\"tags\":null,\"title\":null},"
		"\"revision\":null,\"submitted\":null,\"text\":\"x\",\"deadline_ms\":null}");

	(void)state;
	assert_int_equal(r.comment.id.len, 0);
	assert_int_equal(r.comment.article.tags_count, 0);
	assert_int_equal(r.comment.submitted_ms, COMMENT_ABSENT);
	assert_int_equal(r.unknown_fields, 0);
}

static void unknown_fields_are_passed_over_and_counted(void **state)
{
	struct native_request r = read_good(
		"{\"x\":{\"text\":\"not "
		"this\",\"id\":[{}]},\"text\":\"this\",\"__proto__\":[1,[2]],"
		"\"author\":{\"text\":\"nor this\",\"name\":\"n\"},\"\":1,\"Text\":\"nor this\"}");

	(void)state;
	assert_span(r.comment.text, "this");
	assert_span(r.comment.author.name, "n");
	assert_int_equal(r.unknown_fields, 5);
}

static void nul_is_a_character_of_the_text(void **state)
{
	struct native_request r = read_good("{\"text\":\"bad\\u0000word\"}");

	(void)state;
	assert_span(r.comment.text, "bad\0word");
}

static void ids_are_plain(void **state)
{
	char json[400];

	(void)state;
	read_good("{\"text\":\"\",\"id\":\"AZaz09._:-\"}");
	snprintf(json, sizeof(json), "{\"text\":\"\",\"id\":\"%0*d\"}", NATIVE_ID_MAX, 1);
	read_good(json);
}

struct refused_case {
	const char *json;
	enum refusal_code code;
	const char *pointer;
	size_t offset;
	const char *id; /* that the answer can still name, or NULL */
};

static const struct refused_case refused_cases[] = {
	{"[]", REFUSAL_WRONG_TYPE, "", 0, NULL},
	{"[{\"text\":\"x\"}]", REFUSAL_WRONG_TYPE, "", 0, NULL},
	{"\"text\"", REFUSAL_WRONG_TYPE, "", 0, NULL},
	{" 5", REFUSAL_WRONG_TYPE, "", 1, NULL},
	{"null", REFUSAL_WRONG_TYPE, "", 0, NULL},
	{"{}", REFUSAL_MISSING_FIELD, "/text", REFUSAL_NOWHERE, NULL},
	{"{\"id\":\"a\"}", REFUSAL_MISSING_FIELD, "/text", REFUSAL_NOWHERE, "a"},
	{"{\"text\":5}", REFUSAL_WRONG_TYPE, "/text", 8, NULL},
	{"{\"text\":null}", REFUSAL_WRONG_TYPE, "/text", 8, NULL},
	{"{\"text\":[]}", REFUSAL_WRONG_TYPE, "/text", 8, NULL},
	{"{\"text\":{\"a\":[1]},\"id\":\"late\"}", REFUSAL_WRONG_TYPE, "/text", 8, "late"},
	{"{\"text\":true}", REFUSAL_WRONG_TYPE, "/text", 8, NULL},
	{"{\"text\":\"\",\"id\":5}", REFUSAL_WRONG_TYPE, "/id", 16, NULL},
	{"{\"text\":\"\",\"id\":{\"a\":1}}", REFUSAL_WRONG_TYPE, "/id", 16, NULL},
	{"{\"text\":\"\",\"id\":\"\"}", REFUSAL_BAD_VALUE, "/id", 16, NULL},
	{"{\"text\":\"\",\"id\":\"a b\"}", REFUSAL_BAD_VALUE, "/id", 16, NULL},
	{"{\"text\":\"\",\"id\":\"../etc\"}", REFUSAL_BAD_VALUE, "/id", 16, NULL},
	{"{\"text\":\"\",\"id\":\"a\\u0000\"}", REFUSAL_BAD_VALUE, "/id", 16, NULL},
	{"{\"text\":\"\",\"id\":\"%s\"}", REFUSAL_BAD_VALUE, "/id", 16, NULL},
	{"{\"text\":\"\",\"id\":\"a\\\"b\"}", REFUSAL_BAD_VALUE, "/id", 16, NULL},
	{"{\"text\":\"\",\"id\":\"\xC3\xA9\"}", REFUSAL_BAD_VALUE, "/id", 16, NULL},
	{"{\"text\":\"\",\"id\":\"a/b\"}", REFUSAL_BAD_VALUE, "/id", 16, NULL},
	{"{\"text\":\"\",\"author\":5}", REFUSAL_WRONG_TYPE, "/author", 20, NULL},
	{"{\"text\":\"\",\"author\":[]}", REFUSAL_WRONG_TYPE, "/author", 20, NULL},
	{"{\"text\":\"\",\"author\":{\"name\":1}}", REFUSAL_WRONG_TYPE, "/author/name", 28, NULL},
	{"{\"text\":\"\",\"author\":{\"id\":\"a b\"}}", REFUSAL_BAD_VALUE, "/author/id", 26, NULL},
	{"{\"author\":{\"approved\":-1},\"text\":\"\"}", REFUSAL_BAD_VALUE, "/author/approved", 22,
		NULL},
	{"{\"author\":{\"approved\":1.5},\"text\":\"\"}", REFUSAL_BAD_VALUE, "/author/approved", 22,
		NULL},
	{"{\"author\":{\"approved\":\"3\"},\"text\":\"\"}", REFUSAL_WRONG_TYPE, "/author/approved",
		22, NULL},
	{"{\"author\":{\"rejected\":9223372036854775808},\"text\":\"\"}", REFUSAL_BAD_VALUE,
		"/author/rejected", 22, NULL},
	{"{\"author\":{\"created\":\"yesterday\"},\"text\":\"\"}", REFUSAL_BAD_VALUE,
		"/author/created", 21, NULL},
	{"{\"author\":{\"created\":1767225600},\"text\":\"\"}", REFUSAL_WRONG_TYPE,
		"/author/created", 21, NULL},
	{"{\"author\":{\"role\":\"admin\"},\"text\":\"\"}", REFUSAL_BAD_VALUE, "/author/role", 18,
		NULL},
	{"{\"author\":{\"role\":\"none\"},\"text\":\"\"}", REFUSAL_BAD_VALUE, "/author/role", 18,
		NULL},
	{"{\"article\":{\"tags\":\"a\"},\"text\":\"\"}", REFUSAL_WRONG_TYPE, "/article/tags", 19,
		NULL},
	{"{\"article\":{\"tags\":[\"a\",[\"b\"]]},\"text\":\"\"}", REFUSAL_WRONG_TYPE,
		"/article/tags/1", 24, NULL},
	{"{\"text\":\"\",\"parent\":{\"id\":7}}", REFUSAL_WRONG_TYPE, "/parent/id", 26, NULL},
	{"{\"text\":\"\",\"revision\":-1}", REFUSAL_BAD_VALUE, "/revision", 22, NULL},
	{"{\"text\":\"\",\"revision\":4294967296}", REFUSAL_BAD_VALUE, "/revision", 22, NULL},
	{"{\"text\":\"\",\"deadline_ms\":3600001}", REFUSAL_BAD_VALUE, "/deadline_ms", 25, NULL},
	{"{\"text\":\"\",\"submitted\":\"2026-02-30\"}", REFUSAL_BAD_VALUE, "/submitted", 23, NULL},
	/* the first of several */
	{"{\"lang\":1,\"text\":2,\"id\":\"x\"}", REFUSAL_WRONG_TYPE, "/lang", 8, "x"},
	/* bad JSON counts before a wrong field */
	{"{\"id\":\"c\",\"text\":5,}", REFUSAL_BAD_JSON, "", 19, "c"},
	{"[1,]", REFUSAL_BAD_JSON, "", 3, NULL},
	{"{\"text\":\"a\"} x", REFUSAL_BAD_JSON, "", 13, NULL},
	{"{\"text\":\"ok\",\"text\":\"bad\"}", REFUSAL_DUPLICATE_KEY, "", 13, NULL},
	{"{\"text\":\"ok\",\"te\\u0078t\":2}", REFUSAL_DUPLICATE_KEY, "", 13, NULL},
	{"{\"author\":{\"id\":\"a\",\"id\":\"b\"},\"text\":\"\"}", REFUSAL_DUPLICATE_KEY, "", 20,
		NULL},
	{"{\"x\":[{\"y\":1,\"y\":1}],\"text\":\"\"}", REFUSAL_DUPLICATE_KEY, "", 13, NULL},
	{"{\"id\":\"c-1\",\"text\":\"a\xC0\xAF\"}", REFUSAL_INVALID_UTF8, "", 21, "c-1"},
	{"{\"id\":\"c-1\",\"text\":\"", REFUSAL_BAD_JSON, "", 19, "c-1"},
	{"{\"article\":{\"tags\":[\"a\",\"b\"", REFUSAL_BAD_JSON, "", 27, NULL},
	{"{\"article\":{\"tags\":[\"a\",}]},\"text\":\"\"}", REFUSAL_BAD_JSON, "", 24, NULL},
	{"", REFUSAL_BAD_JSON, "", 0, NULL},
};

static void every_wrong_request_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused_cases); i++) {
		const struct refused_case *c = &refused_cases[i];
		struct native_request request;
		struct refusal refusal;

		if (native_read(span_of(c->json), &arena, &request, &refusal))
			fail_msg("accepted: %s", c->json);
		if (refusal.code != c->code || strcmp(refusal.pointer, c->pointer) != 0 ||
			refusal.offset != c->offset)
			fail_msg("%s: %s `%s` at %zd", c->json, refusal_kinds[refusal.code].name,
				refusal.pointer, (ssize_t)refusal.offset);
		assert_true(span_eq(request.comment.id, span_of(c->id)));
	}
}

static void there_are_at_most_64_tags(void **state)
{
	for (int count = NATIVE_TAGS_MAX; count <= NATIVE_TAGS_MAX + 1; count++) {
		struct native_request request;
		struct refusal refusal;
		struct buf json = {0};

		(void)state;
		buf_str(&json, "{\"text\":\"\",\"article\":{\"tags\":[\"0\"");
		for (int i = 1; i < count; i++)
			buf_printf(&json, ",\"%d\"", i);
		buf_str(&json, "]}}");
		assert_int_equal(native_read(buf_content(&json), &arena, &request, &refusal),
			count == NATIVE_TAGS_MAX);
		if (count > NATIVE_TAGS_MAX)
			assert_string_equal(refusal.pointer, "/article/tags");
		buf_free(&json);
	}
}

static void no_memory_is_told_and_not_read_as_absent(void **state)
{
	static const char *const jsons[] = {
		"{\"text\":\"................................\\n\"}",
		"{\"author\":{\"name\":\"............................\\n\"},\"text\":\"\"}",
		"{\"article\":{\"tags\":[\"aaaaaaaaaaaaaaaa\",\"b\"]},\"text\":\"\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jsons); i++) {
		struct native_request request;
		struct refusal refusal;
		struct arena small;

		arena_init(&small, 8);
		assert_false(native_read(span_of(jsons[i]), &small, &request, &refusal));
		assert_int_equal(refusal.code, REFUSAL_OOM);
		arena_free(&small);
	}
}

/* --- writing --- */

static const struct span reason_tags[] = {{"en", 2}, {"ckb", 3}};
static const struct span reason_texts[] = {{"Threatens a \"person\".", 21}, {"\xD9\x87", 2}};
static const struct source rule_source = {.name = "rules/en/threats.yaml"};
static const struct yaml_node rule_node = {.line = 12, .column = 9};
static const struct guideline threats = {.id = "threats"};
static const struct guideline promotion = {.id = "promotion"};
static const struct rule direct = {
	.id = "en/threats/direct",
	.guideline = &threats,
	.reason = {reason_tags, reason_texts, 2},
	.source = &rule_source,
	.node = &rule_node,
};

static const struct match_span direct_spans[] = {
	{{3, 14}, {2, 13}, {2, 12}, {"i'll k1ll u", 11}, {"kill", 4}, true, false},
	{{20, 24}, {19, 23}, {18, 22}, {"a\n\"b", 4}, {NULL, 0}, false, true},
};

static void expect_verdict(
	const struct native_request *request, const struct verdict *verdict, const char *line)
{
	struct buf out = {0};

	buf_str(&out, "before\n");
	assert_int_equal(native_write_verdict(&out, request, verdict), OK);
	buf_char(&out, '\0');
	assert_string_equal(out.data + 7, line);
	buf_free(&out);
}

static void a_verdict_is_one_line_in_a_fixed_order(void **state)
{
	struct native_request request = read_good("{\"id\":\"c-1\",\"text\":\"\"}");
	const struct guideline_points points[] = {
		{&threats, 10, 10, false},
		{&promotion, 0, 5, false},
	};
	const struct match matches[] = {
		{&direct, "threats", ACTION_REJECT, 10, false, FIELD_TEXT, direct_spans, 2},
		{&direct, NULL, ACTION_APPROVE, 0, true, FIELD_AUTHOR_NAME, NULL, 0},
	};
	const struct fault faults[] = {{"regex_limit", &direct}, {"deadline", NULL}};
	struct verdict verdict = {
		.kind = VERDICT_REJECT,
		.score = 0.93,
		.guidelines = points,
		.guidelines_count = 1,
		.matches = matches,
		.matches_count = 1,
		.language = {.tag = "en", .source = LANGUAGE_TOLD},
		.rules_version = "3f2a91c0",
	};

	(void)state;
	expect_verdict(&request, &verdict,
		"{\"id\":\"c-1\",\"verdict\":\"reject\",\"score\":0.93,\"guidelines\":{\"threats\":"
		"10},"
		"\"matches\":[{\"rule\":\"en/threats/direct\",\"guideline\":\"threats\","
		"\"action\":\"reject\",\"points\":10,\"reason\":\"Threatens a \\\"person\\\".\","
		"\"field\":\"text\",\"spans\":[{\"bytes\":[3,14],\"chars\":[2,13],\"utf16\":[2,12],"
		"\"text\":\"i'll k1ll u\",\"entry\":\"kill\",\"disguised\":true},"
		"{\"bytes\":[20,24],\"chars\":[19,23],\"utf16\":[18,22],\"text\":\"a\\n\\\"b\","
		"\"entry\":\"\",\"disguised\":false,\"quoted\":true}]}],"
		"\"lang\":\"en\",\"lang_source\":\"told\",\"rules\":\"3f2a91c0\",\"queued\":false}"
		"\n");

	request = read_good("{\"text\":\"\",\"reason_lang\":\"ckb\"}");
	verdict.kind = VERDICT_REVIEW;
	verdict.score = 0.5;
	verdict.degraded = true;
	verdict.faults = faults;
	verdict.faults_count = 2;
	verdict.guidelines_count = 2;
	verdict.matches = matches + 1;
	verdict.language = (struct language){.tag = "", .source = LANGUAGE_UNKNOWN};
	expect_verdict(&request, &verdict,
		"{\"id\":null,\"verdict\":\"review\",\"score\":0.50,"
		"\"guidelines\":{\"threats\":10,\"promotion\":0},"
		"\"matches\":[{\"rule\":\"en/threats/direct\",\"guideline\":null,"
		"\"action\":\"approve\",\"points\":0,\"shadow\":true,\"reason\":\"\xD9\x87\","
		"\"field\":\"author_name\",\"spans\":[]}],"
		"\"degraded\":true,\"reasons\":[{\"code\":\"regex_limit\","
		"\"rule\":\"en/threats/direct\",\"file\":\"rules/en/threats.yaml:12:9\"},"
		"{\"code\":\"deadline\"}],"
		"\"lang\":\"\",\"lang_source\":\"unknown\",\"rules\":\"3f2a91c0\",\"queued\":false}"
		"\n");
}

static void the_end_of_an_answer_tells_where_it_is_queued(void **state)
{
	struct buf out = {0};

	(void)state;
	assert_int_equal(native_write_end(&out, "abcdefghijklmnopqrstuvwxyz", 3), OK);
	assert_int_equal(native_write_end(&out, NULL, 0), OK);
	buf_char(&out, '\0');
	assert_string_equal(out.data,
		",\"queued\":true,\"queue_id\":\"abcdefghijklmnopqrstuvwxyz\",\"revision\":3,"
		"\"durable\":\"fsync\"}\n,\"queued\":false}\n");
	out.limit = out.cap;
	while (out.len < out.cap)
		buf_char(&out, '.');
	assert_int_equal(native_write_end(&out, NULL, 0), ERR_NOMEM);
	assert_int_equal(out.len, out.cap);
	assert_false(out.failed);
	buf_free(&out);
}

static void a_score_never_crosses_a_threshold_by_rounding(void **state)
{
	static const struct {
		double score;
		const char *text;
	} cases[] = {
		{0, "0.00"},
		{0.49999999, "0.4999"},
		{0.5, "0.50"},
		{0.29, "0.29"},
		{0.57, "0.57"},
		{0.123456, "0.1234"},
		{0.125, "0.125"},
		{0.8999999, "0.8999"},
		{0.9, "0.90"},
		{0.99999, "0.9999"},
		{1, "1.00"},
		{1.5, "1.00"},
		{-1, "0.00"},
		{0.0 / 0.0, "0.00"},
	};
	const struct native_request request = {.comment = COMMENT_INIT};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct verdict verdict = {.score = cases[i].score, .rules_version = "0"};
		char line[256];

		snprintf(line, sizeof(line),
			"{\"id\":null,\"verdict\":\"approve\",\"score\":%s,\"guidelines\":{},"
			"\"matches\":[],"
			"\"lang\":\"\",\"lang_source\":\"unknown\",\"rules\":\"0\",\"queued\":"
			"false}\n",
			cases[i].text);
		expect_verdict(&request, &verdict, line);
	}
}

static void a_long_match_is_quoted_up_to_a_whole_character(void **state)
{
	char text[400];
	struct match_span span = {.bytes = {0, 400}};
	const struct match match = {.rule = &direct, .spans = &span, .spans_count = 1};
	const struct verdict verdict = {
		.matches = &match, .matches_count = 1, .rules_version = "0"};
	const struct native_request request = {.comment = COMMENT_INIT};

	(void)state;
	/* a two-byte character over the limit, for each of the two ways it can lie */
	for (size_t shift = 0; shift < 2; shift++) {
		struct buf out = {0};
		enum json_event event;
		struct span got;
		struct json j;

		memset(text, 'a', sizeof(text));
		for (size_t i = shift; i + 1 < sizeof(text); i += 2)
			memcpy(text + i, "\xC3\xA9", 2);
		span.text = (struct span){text, shift ? 399 : 400};
		assert_int_equal(native_write_verdict(&out, &request, &verdict), OK);
		json_init(&j, buf_content(&out), &arena);
		while ((event = json_next(&j)) > JSON_END) {
			if (event != JSON_KEY || !span_eq(j.token, SPAN("spans")))
				continue;
			while (json_next(&j) != JSON_KEY || !span_eq(j.token, SPAN("text")))
				;
			assert_int_equal(json_next(&j), JSON_STRING);
			got = json_text(&j);
			assert_int_equal(got.len, NATIVE_MATCHED_TEXT_MAX - shift);
			assert_memory_equal(got.ptr, text, got.len);
		}
		assert_int_equal(event, JSON_END);
		buf_free(&out);
	}
}

static void an_answer_that_does_not_fit_leaves_the_buffer_as_it_was(void **state)
{
	const struct native_request request = {.comment = COMMENT_INIT};
	const struct verdict verdict = {.rules_version = "0"};
	struct buf out = {.limit = 100};

	(void)state;
	buf_str(&out, "before\n");
	assert_int_equal(native_write_verdict(&out, &request, &verdict), ERR_NOMEM);
	assert_true(span_eq(buf_content(&out), SPAN("before\n")));
	assert_false(out.failed);
	buf_free(&out);
}

static void expect_refusal(struct span id, const struct refusal *refusal, const char *line)
{
	struct buf out = {0};

	native_write_refusal(&out, id, refusal);
	buf_char(&out, '\0');
	assert_string_equal(out.data, line);
	buf_free(&out);
}

static void a_refusal_tells_what_is_known(void **state)
{
	struct native_request request;
	struct refusal refusal;

	(void)state;
	native_read(SPAN("{\"id\":\"c-1\",\"text\":\"\xFF\"}"), &arena, &request, &refusal);
	expect_refusal(request.comment.id, &refusal,
		"{\"id\":\"c-1\",\"error\":{\"code\":\"invalid_utf8\","
		"\"message\":\"A string is not well-formed UTF-8.\",\"offset\":20}}\n");
	native_read(SPAN("{\"text\":[]}"), &arena, &request, &refusal);
	refusal.line = 7;
	expect_refusal(request.comment.id, &refusal,
		"{\"id\":null,\"error\":{\"code\":\"wrong_type\",\"message\":\"a string is "
		"expected here\","
		"\"line\":7,\"pointer\":\"/text\",\"offset\":8}}\n");
	refusal_set(&refusal, REFUSAL_OVERLOADED, NULL, REFUSAL_NOWHERE);
	expect_refusal(SPAN("c"), &refusal,
		"{\"id\":\"c\",\"error\":{\"code\":\"overloaded\","
		"\"message\":\"The server has too much to do.\",\"retry_after_ms\":1000}}\n");
}

static void a_bye_names_the_last_line(void **state)
{
	struct buf out = {0};

	(void)state;
	native_write_bye(&out, 1234567);
	assert_true(span_eq(buf_content(&out), SPAN("{\"bye\":\"closing\",\"line\":1234567}\n")));
	buf_free(&out);
}

static void the_table_of_refusals_is_whole(void **state)
{
	(void)state;
	for (int i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++) {
		const struct refusal_kind *kind = &refusal_kinds[i];

		assert_non_null(kind->name);
		assert_non_null(kind->meaning);
		assert_true(kind->status >= 400 && kind->status < 600);
		/* what is wrong with the request stays wrong; what is wrong with us, or is too
		 * much, passes */
		assert_int_equal(kind->retry_ms > 0,
			kind->status == 408 || kind->status == 429 || kind->status == 503);
		for (int other = 0; other < i; other++)
			assert_string_not_equal(kind->name, refusal_kinds[other].name);
	}
}

/* The manual's table of codes is that of refusal.c. */
static void the_manual_lists_every_refusal(void **state)
{
	FILE *f = fopen("filterd/wire/README.md", "rb");
	struct buf manual = {0}, row = {0};
	char *at;

	(void)state;
	if (!f)
		skip(); /* not run from the top of the sources */
	at = buf_reserve(&manual, 1 << 16);
	assert_non_null(at);
	at[fread(at, 1, (1 << 16) - 1, f)] = '\0';
	fclose(f);
	for (int i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++) {
		const struct refusal_kind *kind = &refusal_kinds[i];

		buf_clear(&row);
		buf_printf(&row, "| `%s` | %d | %s | %s |\n", kind->name, kind->status,
			kind->retry_ms ? "yes" : "no", kind->meaning);
		buf_char(&row, '\0');
		if (!strstr(at, row.data))
			fail_msg("filterd/wire/README.md lacks: %s", row.data);
	}
	buf_free(&manual);
	buf_free(&row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_arrives_where_it_belongs),
		cmocka_unit_test(only_text_is_required),
		cmocka_unit_test(null_is_the_same_as_absent_but_for_the_text),
		cmocka_unit_test(unknown_fields_are_passed_over_and_counted),
		cmocka_unit_test(nul_is_a_character_of_the_text),
		cmocka_unit_test(ids_are_plain),
		cmocka_unit_test(every_wrong_request_is_refused_with_its_place),
		cmocka_unit_test(there_are_at_most_64_tags),
		cmocka_unit_test(no_memory_is_told_and_not_read_as_absent),
		cmocka_unit_test(a_verdict_is_one_line_in_a_fixed_order),
		cmocka_unit_test(the_end_of_an_answer_tells_where_it_is_queued),
		cmocka_unit_test(a_score_never_crosses_a_threshold_by_rounding),
		cmocka_unit_test(a_long_match_is_quoted_up_to_a_whole_character),
		cmocka_unit_test(an_answer_that_does_not_fit_leaves_the_buffer_as_it_was),
		cmocka_unit_test(a_refusal_tells_what_is_known),
		cmocka_unit_test(a_bye_names_the_last_line),
		cmocka_unit_test(the_table_of_refusals_is_whole),
		cmocka_unit_test(the_manual_lists_every_refusal),
	};

	return cmocka_run_group_tests_name("wire/native", tests, begin, end);
}
