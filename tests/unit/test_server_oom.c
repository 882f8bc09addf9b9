/*
 * The whole server with too little memory: the k-th allocation fails, for every k, once and from
 * then on, while it starts, takes connections, answers NDJSON and HTTP, and reloads.
 *
 * Whoever asked gets the right verdict, review, a refusal, or is hung up on: never approval or
 * rejection by mistake. Afterwards it answers as before, and when it has stopped nothing is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/span.h"
#include "failing_malloc.h"
#include "server/server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define STEPS_MAX 100000 /* more allocations than anything here makes */
#define WAIT_MS 10000 /* no answer comes later than that */

static const char config_text[] = "rules: [rules]\n"
				  "workers: 1\n"
				  "store: %s\n"
				  "listen:\n"
				  "  - {address: 'unix:ndjson', protocol: ndjson}\n"
				  "  - {address: 'unix:http', protocol: http}\n"
				  "log: {level: error}\n"
				  "sandbox: off\n" /* this process goes on */;

/* Two rule sets that judge alike and differ in their version. */
static const char rules_text[] = "guidelines: {conduct: {title: Conduct}}\n"
				 "rules:\n"
				 "  - id: t/kill\n"
				 "    guideline: conduct\n"
				 "    reason: R%d.\n"
				 "    action: reject\n"
				 "    when: {phrase: 'i will kill you'}\n"
				 "    unless: {regex: 'zeb+ra'}\n"
				 "    tests: {match: ['i will kill you'], no_match: [zebra]}\n"
				 "  - {id: t/see, guideline: conduct, reason: R., action: review,\n"
				 "     when: {phrase: 'see for yourself'},\n"
				 "     tests: {match: ['see for yourself'], no_match: [see]}}\n";

static char folder[32]; /* the working directory while the tests run */

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen("new", "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) < 0, 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rename("new", name), 0);
}

static void write_rules(int number)
{
	char text[sizeof(rules_text) + 16];

	snprintf(text, sizeof(text), rules_text, number);
	write_file("rules/rules.yaml", text);
}

static void write_config(const char *store)
{
	char text[sizeof(config_text) + 16];

	snprintf(text, sizeof(text), config_text, store);
	write_file("config.yaml", text);
}

/* --- the server, on a thread of its own --- */

static pthread_t server;
static bool running; /* still, after a test that failed: then the others fail, too */
static _Atomic bool ended; /* by itself, or because it was told to */
static int exit_code;

static void *serve(void *unused)
{
	const struct server_options options = {.config_path = "config.yaml"};

	exit_code = server_run(&options);
	atomic_store(&ended, true);
	return unused;
}

/* --- a client --- */

static long step; /* of the sweep, for what is said about failures */
static int from_then_on;

struct client {
	int fd;
	char got[65536];
	size_t len;
};

/* Whether it could connect. */
static bool client_open(struct client *c, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	*c = (struct client){.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
	assert_true(c->fd >= 0);
	strcpy(address.sun_path, path);
	return connect(c->fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

/* A server that has hung up already is no failure: what it said then is still to be read. */
static void client_send(struct client *c, const char *text)
{
	(void)!send(c->fd, text, strlen(text), MSG_NOSIGNAL);
}

static bool has(const struct client *c, const char *text)
{
	return strstr(c->got, text) != NULL;
}

/* Reads until `count` times `mark` has come (true) or the connection ends. */
static bool client_read(struct client *c, const char *mark, int count)
{
	for (;;) {
		struct pollfd poll_for = {.fd = c->fd, .events = POLLIN};
		const char *at = c->got;
		ssize_t n;
		int seen = 0;

		while (seen < count && (at = strstr(at, mark)) != NULL) {
			at += strlen(mark);
			seen++;
		}
		if (seen == count)
			return true;
		if (poll(&poll_for, 1, WAIT_MS) != 1)
			fail_msg("no answer at step %ld (%d); so far: %s", step, from_then_on,
				c->got);
		n = recv(c->fd, c->got + c->len, sizeof(c->got) - 1 - c->len, 0);
		if (n <= 0)
			return false;
		c->len += (size_t)n;
		c->got[c->len] = '\0';
	}
}

static void launch(void)
{
	assert_false(running);
	atomic_store(&ended, false);
	assert_int_equal(pthread_create(&server, NULL, serve, NULL), 0);
	running = true;
}

/* Whether it said that it is healthy; *heard: it took the connection, whatever came of that. */
static bool is_healthy(bool *heard)
{
	struct client c;
	bool healthy = false;

	*heard = client_open(&c, "http");
	if (*heard) {
		client_send(&c, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
		healthy = client_read(&c, "{\"ok\":true}\n", 1);
	}
	close(c.fd);
	return healthy;
}

/* Waits until it works. False: it has ended instead. */
static bool await_start(void)
{
	bool heard;

	for (int tries = 0; !is_healthy(&heard); tries++) {
		if (atomic_load(&ended))
			return false;
		assert_true(tries < WAIT_MS);
		poll(NULL, 0, 1);
	}
	return true;
}

static void start(void)
{
	launch();
	assert_true(await_start());
}

static void stop(void)
{
	kill(getpid(), SIGTERM);
	assert_int_equal(pthread_join(server, NULL), 0);
	running = false;
	assert_int_equal(exit_code, 0);
}

/* --- what is asked --- */

static char words[4096]; /* harmless, and more than any buffer has at first */
static char ndjson_pair[3 * sizeof(words)], http_pair[3 * sizeof(words)];

/* One comment to reject and one to approve, as two requests of each protocol. */
static void make_requests(void)
{
	static const char *const openings[] = {"i will kill you, ", "good morning, "};
	size_t ndjson_len = 0, http_len = 0;

	for (size_t i = 0; i + 1 < sizeof(words); i++)
		words[i] = i % 6 == 5 ? ' ' : (char)('a' + (i * 7 + i / 26) % 26);
	for (size_t i = 0; i < 2; i++) {
		char json[2 * sizeof(words)];
		int len = snprintf(json, sizeof(json),
			"{\"id\":\"%s\",\"text\":\"%s%s\",\"author\":{\"name\":\"A \\u0042\"},"
			"\"article\":{\"title\":\"T\",\"tags\":[\"a\",\"b\"]}}",
			i == 0 ? "bad" : "good", openings[i], words);

		ndjson_len += (size_t)snprintf(
			ndjson_pair + ndjson_len, sizeof(ndjson_pair) - ndjson_len, "%s\n", json);
		http_len += (size_t)snprintf(http_pair + http_len, sizeof(http_pair) - http_len,
			"POST /v1/check HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
			"Content-Length: %d\r\n\r\n%s",
			len, json);
	}
}

static int ooms; /* requests that were refused with `oom` */

/* What may be said when memory lacks: refusals to try again, and reasons to let a person judge. */
static void check_said(const struct client *c, bool http)
{
	static const char *const codes[] = {"oom\"", "too_many_connections\"", "internal\"",
		"queue_unavailable\"", "conflict\""};
	bool oom = has(c, "\"code\":\"oom\"");

	assert_false(has(c, "\"id\":\"bad\",\"verdict\":\"approve\""));
	assert_false(has(c, "\"id\":\"good\",\"verdict\":\"reject\""));
	for (const char *at = c->got; (at = strstr(at, "\"code\":\"")) != NULL;) {
		bool known = false;

		at += strlen("\"code\":\"");
		for (size_t i = 0; i < ARRAY_LEN(codes); i++)
			known |= strncmp(at, codes[i], strlen(codes[i])) == 0;
		if (!known)
			fail_msg("step %ld (%d): %s", step, from_then_on, c->got);
	}
	ooms += oom;
	if (http && oom) {
		assert_true(has(c, "HTTP/1.1 503 "));
		assert_true(has(c, "\r\nRetry-After: 1\r\n"));
		assert_true(has(c, "\r\nConnection: close\r\n"));
	}
}

static void ask_pair(bool http)
{
	struct client c;

	if (client_open(&c, http ? "http" : "ndjson")) {
		client_send(&c, http ? http_pair : ndjson_pair);
		client_read(&c, "}\n", 2);
		check_said(&c, http);
	}
	close(c.fd);
}

/* With enough memory: the server is as good as new. */
static void check_answers(void)
{
	for (int http = 0; http < 2; http++) {
		struct client c;

		assert_true(client_open(&c, http ? "http" : "ndjson"));
		client_send(&c, http ? http_pair : ndjson_pair);
		assert_true(client_read(&c, "}\n", 2));
		assert_true(has(&c, "\"id\":\"bad\",\"verdict\":\"reject\""));
		assert_true(has(&c, "\"id\":\"good\",\"verdict\":\"approve\""));
		assert_false(has(&c, "\"degraded\""));
		close(c.fd);
	}
}

/* --- the queue --- */

static const char review_request[] =
	"{\"id\":\"%s\",\"text\":\"see for yourself\",\"author\":{\"name\":\"A\"}}\n";

/* Sends a comment for review; the queue id that was promised, or "". */
static void ask_review(const char *id, char queue_id[32])
{
	static const char mark[] = "\"queued\":true,\"queue_id\":\"";
	char line[sizeof(review_request) + 64];
	struct client c;
	const char *at;

	queue_id[0] = '\0';
	snprintf(line, sizeof(line), review_request, id);
	if (client_open(&c, "ndjson")) {
		client_send(&c, line);
		client_read(&c, "}\n", 1);
		check_said(&c, false);
		assert_false(has(&c, "\"verdict\":\"approve\"") || has(&c, "\"reject\""));
		/* It says `review` only with a promise. */
		at = strstr(c.got, mark);
		assert_int_equal(at != NULL, has(&c, "\"verdict\":\"review\""));
		if (at != NULL)
			assert_int_equal(sscanf(at + strlen(mark), "%31[a-z2-7]", queue_id), 1);
	}
	close(c.fd);
}

/* Asks at the desk; whether it answered with 200. What it says then holds `expected`. */
static bool ask_desk(const char *method, const char *path, const char *body, const char *expected)
{
	char request[1024];
	struct client c;
	bool well = false;

	snprintf(request, sizeof(request),
		"%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
		"Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		method, path, strlen(body), body);
	if (client_open(&c, "http")) {
		client_send(&c, request);
		client_read(&c, "no such thing", 1); /* up to the end */
		well = has(&c, "HTTP/1.1 200 ");
		check_said(&c, true);
		if (well && !has(&c, expected))
			fail_msg("step %ld (%d): %s", step, from_then_on, c.got);
	}
	close(c.fd);
	return well;
}

/* --- sweeps --- */

/*
 * It starts, or says what lacks and ends. (With 78 only when it was within a rule's own test, where
 * an allocation of PCRE2's that fails is a rule that could not be tested.)
 */
static void starting(void **state)
{
	int blamed = 0;

	(void)state;
	for (from_then_on = 0; from_then_on < 2; from_then_on++) {
		bool failed = true;

		for (step = 0; failed; step++) {
			long before = failing_live;
			bool heard = false;

			assert_true(step < STEPS_MAX);
			failing_start(step, from_then_on);
			launch();
			while (!atomic_load(&ended) && !heard && !is_healthy(&heard))
				poll(NULL, 0, 1);
			failed = failing_stop();
			if (await_start()) {
				check_answers();
				stop();
			} else {
				pthread_join(server, NULL);
				running = false;
				assert_true(exit_code == 1 || exit_code == EXIT_CONFIG);
				blamed += exit_code == EXIT_CONFIG;
			}
			if (failing_live != before)
				fail_msg("step %ld (%d) leaks %ld blocks", step, from_then_on,
					failing_live - before);
		}
	}
	assert_true(blamed < 10);
}

/* Each step has a server of its own, in which nothing has been allocated for requests yet. */
static void sweep_requests(bool http)
{
	ooms = 0;
	for (from_then_on = 0; from_then_on < 2; from_then_on++) {
		bool failed = true;

		for (step = 0; failed; step++) {
			long before = failing_live;

			assert_true(step < STEPS_MAX);
			start();
			failing_start(step, from_then_on);
			ask_pair(http);
			failed = failing_stop();
			check_answers();
			stop();
			assert_int_equal(failing_live, before);
		}
	}
	assert_true(ooms > 0);
}

static void ndjson(void **state)
{
	(void)state;
	sweep_requests(false);
}

static void http(void **state)
{
	(void)state;
	sweep_requests(true);
}

/* Reloads; the version that the answer names, or "" when it says that it failed or says nothing. */
static void ask_reload(char version[16])
{
	struct client c;

	version[0] = '\0';
	if (client_open(&c, "http")) {
		client_send(&c,
			"POST /v1/rules/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
		client_read(&c, "}\n", 1);
		if (has(&c, "HTTP/1.1 200 "))
			assert_int_equal(sscanf(strstr(c.got, "{\"version\":\""),
						 "{\"version\":\"%15[0-9a-f]", version),
				1);
	}
	close(c.fd);
}

/* Who is told that the new rules are in force is right; and the next reload succeeds. */
static void reload(void **state)
{
	char versions[2][16], told[16];
	long before = failing_live;

	(void)state;
	start();
	for (int i = 0; i < 2; i++) {
		write_rules(i);
		ask_reload(versions[i]);
	}
	assert_string_not_equal(versions[0], versions[1]);
	for (from_then_on = 0; from_then_on < 2; from_then_on++) {
		bool failed = true;

		for (step = 0; failed; step++) {
			assert_true(step < STEPS_MAX);
			write_rules(step % 2);
			failing_start(step, from_then_on);
			ask_reload(told);
			failed = failing_stop();
			if (told[0] != '\0')
				assert_string_equal(told, versions[step % 2]);
			ask_reload(told);
			assert_string_equal(told, versions[step % 2]);
			check_answers();
		}
	}
	stop();
	assert_int_equal(failing_live, before);
}

/* Nobody is told that broken rules are in force, and they are not. */
static void reload_of_broken_rules(void **state)
{
	char version[16], told[16];
	long before = failing_live;

	(void)state;
	write_rules(0);
	start();
	ask_reload(version);
	write_file("rules/rules.yaml", "guidelines: {conduct: {title: Conduct}}\nrulez: []\n");
	for (from_then_on = 0; from_then_on < 2; from_then_on++) {
		bool failed = true;

		for (step = 0; failed; step++) {
			assert_true(step < STEPS_MAX);
			failing_start(step, from_then_on);
			ask_reload(told);
			failed = failing_stop();
			assert_string_equal(told, "");
			check_answers();
		}
	}
	write_rules(0);
	ask_reload(told);
	assert_string_equal(told, version);
	stop();
	assert_int_equal(failing_live, before);
}

/*
 * A comment is held, looked at and decided while memory lacks at any point: what was promised is
 * there, a decision is made once or not at all, and then everything goes on.
 */
static void queue(void **state)
{
	long before = failing_live;
	char promised[32], again[32], path[96], id[32];

	(void)state;
	write_config("queue.db");
	start();
	ask_review("first", promised);
	assert_string_not_equal(promised, "");
	for (from_then_on = 0; from_then_on < 2; from_then_on++) {
		bool failed = true;

		for (step = 0; failed; step++) {
			assert_true(step < STEPS_MAX);
			snprintf(id, sizeof(id), "c-%d-%ld", from_then_on, step);
			failing_start(step, from_then_on);
			ask_review(id, promised);
			(void)ask_desk("GET", "/v1/queue?limit=1&order=newest", "", "\"items\":[");
			(void)ask_desk("POST", "/v1/queue/claim", "{\"limit\":1}", "\"items\":[");
			failed = failing_stop();
			ask_review(id, again);
			assert_string_not_equal(again, "");
			if (promised[0] != '\0')
				assert_string_equal(promised, again);
			snprintf(path, sizeof(path), "/v1/queue/%s/decide", again);
			failing_start(step, from_then_on);
			(void)ask_desk("POST", path, "{\"act\":\"approve\"}", "\"approved\"");
			failed |= failing_stop();
			(void)ask_desk("POST", path, "{\"act\":\"approve\"}", "\"approved\"");
			snprintf(path, sizeof(path), "/v1/queue/%s", again);
			assert_true(ask_desk("GET", path, "", "\"state\":\"approved\""));
			check_answers();
		}
	}
	stop();
	write_config("off");
	assert_int_equal(unlink("queue.db"), 0);
	assert_int_equal(failing_live, before);
}

/* --- around the tests --- */

static int set_up(void **state)
{
	(void)state;
	failing_spares = true;
	make_requests();
	strcpy(folder, "/tmp/filterd-test-XXXXXX");
	if (!mkdtemp(folder) || chdir(folder) != 0 || mkdir("rules", 0700) != 0)
		return -1;
	write_config("off");
	write_rules(0);
	/* What libraries keep for the life of the process is allocated before anything is counted.
	 */
	start();
	check_answers();
	stop();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink("rules/rules.yaml");
	rmdir("rules");
	unlink("config.yaml");
	return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starting),
		cmocka_unit_test(ndjson),
		cmocka_unit_test(http),
		cmocka_unit_test(reload),
		cmocka_unit_test(reload_of_broken_rules),
		cmocka_unit_test(queue),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
