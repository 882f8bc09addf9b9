/* The configuration: defaults, the example, addresses, paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct fixture {
	struct arena keep;
	struct errors errors;
	struct config *config;
	int rc;
	char dir[32];
	char path[64];
};

/* Writes the text to a file config.yaml in a folder of its own and loads it. */
static void load(struct fixture *f, const char *text)
{
	FILE *file;

	*f = (struct fixture){.dir = "/tmp/filterd-conf-XXXXXX"};
	arena_init(&f->keep, 0);
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/config.yaml", f->dir);
	file = fopen(f->path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	f->rc = config_load(f->path, &f->errors, &f->keep, &f->config);
	assert_true((f->rc == OK) == (f->errors.errors == 0));
	assert_true((f->rc == OK) == (f->config != NULL));
}

static void finish(struct fixture *f)
{
	config_free(f->config);
	errors_free(&f->errors);
	arena_free(&f->keep);
	unlink(f->path);
	rmdir(f->dir);
}

static void check_defaults(const struct config *config)
{
	assert_int_equal(config->listeners_count, 3);
	assert_int_equal(config->listeners[0].protocol, PROTOCOL_NDJSON);
	assert_int_equal(config->listeners[0].mode, 0660);
	assert_string_equal(config->listeners[1].text, "127.0.0.1:8786");
	assert_int_equal(config->listeners[2].protocol, PROTOCOL_HTTP);
	assert_true(config->listeners[2].loopback);
	assert_int_equal(config->workers, 0);
	assert_int_equal(config->limits.text, 16384);
	assert_int_equal(config->limits.request, 256 * 1024);
	assert_int_equal(config->limits.headers, 8192);
	assert_int_equal(config->limits.connections, 4096);
	assert_int_equal(config->limits.connections_per_address, 256);
	assert_int_equal(config->limits.output, 65536);
	assert_int_equal(config->limits.in_flight, 0);
	assert_int_equal(config->limits.comment_time, 100);
	assert_int_equal(config->limits.rule_time, 25);
	assert_int_equal(config->limits.header_time, 5000);
	assert_int_equal(config->limits.request_time, 10000);
	assert_int_equal(config->limits.idle_time, 60000);
	assert_int_equal(config->limits.write_time, 10000);
	assert_int_equal(config->limits.drain_time, 10000);
	assert_int_equal(config->log_level, LOG_INFO);
	assert_false(config->log_json);
	assert_int_equal(config->reload_token.len, 0);
	assert_int_equal(config->undo_time, 30000);
	assert_int_equal(config->webhooks_count, 0);
}

static void defaults_without_a_file(void **state)
{
	struct config *config;
	(void)state;

	assert_int_equal(config_defaults(&config), OK);
	check_defaults(config);
	assert_int_equal(config->sites_count, 0);
	assert_null(config->path);
	assert_string_equal(config->rules[0], "rules");
	assert_string_equal(config->listeners[0].path, "run/filterd.sock");
	config_free(config);
}

/* Apart from its sites the example says what holds without it. */
static void the_example_states_the_defaults(void **state)
{
	struct errors errors = {0};
	struct config *config;
	struct arena keep;
	(void)state;

	arena_init(&keep, 0);
	assert_int_equal(config_load("config.example.yaml", &errors, &keep, &config), OK);
	assert_int_equal(errors.errors + errors.warnings, 0);
	check_defaults(config);
	assert_string_equal(config->rules[0], "rules");
	assert_string_equal(config->listeners[0].path, "run/filterd.sock");
	config_free(config);
	errors_free(&errors);
	arena_free(&keep);
}

static void an_empty_file_is_the_defaults(void **state)
{
	struct fixture f;
	char expected[96];
	(void)state;

	load(&f, "# nothing\n");
	assert_int_equal(f.rc, OK);
	check_defaults(f.config);
	snprintf(expected, sizeof(expected), "%s/run/filterd.sock", f.dir);
	assert_string_equal(f.config->listeners[0].path, expected);
	finish(&f);
}

static void paths_start_at_the_file(void **state)
{
	struct fixture f;
	char expected[96];
	(void)state;

	load(&f, "rules: [a, /b/c, ../d]\nlisten:\n"
		 "  - {address: \"unix:/run/x\", protocol: http, mode: \"600\"}\n");
	assert_int_equal(f.rc, OK);
	assert_int_equal(f.config->rules_count, 3);
	snprintf(expected, sizeof(expected), "%s/a", f.dir);
	assert_string_equal(f.config->rules[0], expected);
	assert_string_equal(f.config->rules[1], "/b/c");
	assert_string_equal(f.config->listeners[0].path, "/run/x");
	assert_int_equal(f.config->listeners[0].mode, 0600);
	assert_string_equal(
		((const struct sockaddr_un *)&f.config->listeners[0].address)->sun_path, "/run/x");
	finish(&f);
}

static void addresses(void **state)
{
	static const struct {
		const char *address;
		int family; /* 0: refused */
		bool loopback;
	} cases[] = {
		{"127.0.0.1:8786", AF_INET, true},
		{"127.9.9.9:1", AF_INET, true},
		{"[::1]:65535", AF_INET6, true},
		{"[::ffff:127.0.0.1]:80", AF_INET6, true},
		{"0.0.0.0:80", AF_INET, false},
		{"10.1.2.3:80", AF_INET, false},
		{"[::]:80", AF_INET6, false},
		{"[2001:db8::1]:80", AF_INET6, false},
		{"::1:80", 0, false},
		{"[::1]", 0, false},
		{"[127.0.0.1]:80", 0, false},
		{"127.0.0.1:", 0, false},
		{"127.0.0.1:080", 0, false},
		{"127.0.0.1:65536", 0, false},
		{"127.1:80", 0, false},
		{":80", 0, false},
		{"*:80", 0, false},
		{"example.org:80", 0, false},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture f;
		char text[256];

		snprintf(text, sizeof(text),
			"listen: [{address: \"%s\", protocol: http, public: true}]\n",
			cases[i].address);
		load(&f, text);
		if ((f.rc == OK) != (cases[i].family != 0))
			fail_msg("%s", cases[i].address);
		if (f.rc == OK) {
			assert_int_equal(f.config->listeners[0].address.ss_family, cases[i].family);
			assert_int_equal(f.config->listeners[0].loopback, cases[i].loopback);
		}
		finish(&f);
		snprintf(text, sizeof(text), "listen: [{address: \"%s\", protocol: http}]\n",
			cases[i].address);
		load(&f, text);
		if ((f.rc == OK) != cases[i].loopback)
			fail_msg("%s must be said to be public", cases[i].address);
		finish(&f);
	}
}

static void the_longest_socket_path(void **state)
{
	(void)state;

	for (int len = 107; len <= 108; len++) {
		struct fixture f;
		char text[256];

		snprintf(text, sizeof(text),
			"listen: [{address: \"unix:/%0*d\", protocol: http}]\n", len - 1, 0);
		load(&f, text);
		assert_int_equal(f.rc, len == 107 ? OK : ERR_INVALID);
		finish(&f);
	}
}

static void sites(void **state)
{
	struct fixture f;
	const struct site *site;
	(void)state;

	load(&f, "sites:\n"
		 "  english:\n"
		 "    lang: en\n"
		 "    overrides:\n"
		 "      - {rules: [\"en/*\", x], action: review, section: sport}\n"
		 "      - {rules: y, points: 7}\n"
		 "      - {rules: z, off: true}\n"
		 "    guidelines: {threats: {review_at: 4}}\n"
		 "  kurdish:\n"
		 "    guidelines: [{guideline: threats, section: a, off: true}]\n");
	assert_int_equal(f.rc, OK);
	assert_int_equal(f.config->sites_count, 2);
	site = &f.config->sites[0];
	assert_true(span_eq(site->lang, SPAN("en")));
	assert_int_equal(site->overrides_count, 4);
	assert_true(span_eq(site->overrides[1].rules, SPAN("x")));
	assert_true(span_eq(site->overrides[1].section, SPAN("sport")));
	assert_int_equal(site->overrides[1].action, ACTION_REVIEW);
	assert_int_equal(site->overrides[2].action, ACTION_POINTS);
	assert_int_equal(site->overrides[2].points, 7);
	assert_true(site->overrides[3].off);
	assert_false(site->overrides[3].has_action);
	assert_int_equal(site->thresholds[0].review_at, 4);
	assert_int_equal(site->thresholds[0].reject_at, 0);
	assert_true(f.config->sites[1].thresholds[0].off);
	assert_int_equal(f.config->temperament, TEMPERAMENT_BALANCED);
	finish(&f);
}

static void sites_are_as_strict_as_all_unless_they_say(void **state)
{
	struct fixture f;
	(void)state;

	load(&f, "temperament: strict\n"
		 "sites: {a: {lang: en}, b: {temperament: open}, c: {temperament: balanced}}\n");
	assert_int_equal(f.rc, OK);
	assert_int_equal(f.config->temperament, TEMPERAMENT_STRICT);
	assert_int_equal(f.config->sites[0].temperament, TEMPERAMENT_STRICT);
	assert_int_equal(f.config->sites[1].temperament, TEMPERAMENT_OPEN);
	assert_int_equal(f.config->sites[2].temperament, TEMPERAMENT_BALANCED);
	finish(&f);
}

static void check_webhook(const struct webhook *hook, bool tls, const char *host, unsigned port,
	const char *authority, const char *target, const char *name)
{
	assert_int_equal(hook->tls, tls);
	assert_string_equal(hook->host, host);
	assert_int_equal(hook->port, port);
	assert_true(span_eq(hook->authority, span_of(authority)));
	assert_true(span_eq(hook->target, span_of(target)));
	assert_true(span_eq(hook->name, span_of(name)));
}

static void webhooks(void **state)
{
	const struct webhook *hooks;
	struct fixture f;
	char expected[96];
	(void)state;

	load(&f, "undo_time: 0s\nwebhooks:\n"
		 "  - {url: \"https://cms.example\", secret: \"0123456789abcdef\"}\n"
		 "  - {url: \"http://cms:8080/a/b?c=d&e\", secret_file: s, sites: [en, ku]}\n"
		 "  - {url: \"https://[::1]:65535/\", secret_file: /s, ca_file: ca.pem,"
		 " timeout: 2s, give_up: 5m}\n"
		 "  - {url: \"https://192.0.2.1/?x\", secret_file: s}\n");
	assert_int_equal(f.rc, OK);
	assert_int_equal(f.config->undo_time, 0);
	assert_int_equal(f.config->webhooks_count, 4);
	hooks = f.config->webhooks;
	check_webhook(
		&hooks[0], true, "cms.example", 443, "cms.example", "/", "https://cms.example");
	assert_true(span_eq(hooks[0].secret, SPAN("0123456789abcdef")));
	assert_int_equal(hooks[0].timeout, 10000);
	assert_int_equal(hooks[0].give_up, 72 * 3600 * 1000);
	assert_int_equal(hooks[0].sites.count, 0);
	check_webhook(
		&hooks[1], false, "cms", 8080, "cms:8080", "/a/b?c=d&e", "http://cms:8080/a/b");
	snprintf(expected, sizeof(expected), "%s/s", f.dir);
	assert_string_equal(hooks[1].secret_file, expected);
	assert_null(hooks[1].ca_file);
	assert_int_equal(hooks[1].sites.count, 2);
	check_webhook(&hooks[2], true, "::1", 65535, "[::1]:65535", "/", "https://[::1]:65535/");
	assert_string_equal(hooks[2].secret_file, "/s");
	assert_non_null(hooks[2].ca_file);
	assert_int_equal(hooks[2].timeout, 2000);
	assert_int_equal(hooks[2].give_up, 300000);
	check_webhook(&hooks[3], true, "192.0.2.1", 443, "192.0.2.1", "/?x", "https://192.0.2.1/");
	finish(&f);
}

static void a_file_that_is_not_there(void **state)
{
	struct errors errors = {0};
	struct config *config;
	struct arena keep;
	(void)state;

	arena_init(&keep, 0);
	assert_int_equal(config_load("/nonexistent/c.yaml", &errors, &keep, &config), ERR_INVALID);
	assert_null(config);
	assert_int_equal(errors.errors, 1);
	errors_free(&errors);
	arena_free(&keep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_without_a_file),
		cmocka_unit_test(the_example_states_the_defaults),
		cmocka_unit_test(an_empty_file_is_the_defaults),
		cmocka_unit_test(paths_start_at_the_file),
		cmocka_unit_test(addresses),
		cmocka_unit_test(the_longest_socket_path),
		cmocka_unit_test(sites),
		cmocka_unit_test(sites_are_as_strict_as_all_unless_they_say),
		cmocka_unit_test(webhooks),
		cmocka_unit_test(a_file_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
