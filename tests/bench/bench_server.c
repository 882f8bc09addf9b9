/*
 * What a request costs the daemon, beside servers that do nothing but send bytes back.
 *
 * usage: bench_server [FILTERD]          default: the binary of the same build
 *
 * The real daemon with one worker and a rule set of 2,000 synthetic patterns is asked over 8
 * connections, with 1 and with 16 requests under way on each: NDJSON over a Unix socket beside a
 * bare epoll echo, HTTP over TCP beside an evhttp echo. Requests have 486 bytes (NDJSON; HTTP as
 * much in its body). Costs are CPU times of the server process by its own clock; rounds of the
 * servers alternate and the median counts. Ends with 1 when a figure is worse than promised.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "synthetic.h"
#include "wire/json.h"

#define SEED 20261123
#define PATTERNS 2000
#define REQUESTS 512 /* different ones, asked in turn */
#define REQUEST_BYTES 486
#define CONNECTIONS 8
#define DEPTH_MAX 16
#define ROUNDS 5
#define ROUND_NS (700 * NS_PER_MS)
#define WARM_NS (100 * NS_PER_MS)
#define LATENCIES 400000 /* kept of a round */

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench_server: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *must(void *p)
{
	if (p == NULL)
		die("out of memory");
	return p;
}

/* --- rules and requests --- */

/* A YAML scalar in single quotes. */
static void write_quoted(struct buf *out, struct span s)
{
	buf_char(out, '\'');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\'')
			buf_char(out, '\'');
		buf_char(out, s.ptr[i]);
	}
	buf_char(out, '\'');
}

static void write_file(const char *folder, const char *name, const struct buf *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	if (f == NULL || text->failed || fwrite(text->data, 1, text->len, f) != text->len ||
		fclose(f) != 0)
		die(path);
}

static void write_rules(const char *folder, const struct synthetic *synthetic)
{
	static const char *const keys[] = {"words", "phrase", "regex"};
	const struct synthetic_pattern *patterns = synthetic_patterns(synthetic);
	char path[256];
	struct buf text = {0};

	buf_str(&text, "guideline: bench\nguidelines: {bench: {title: Bench}}\nrules:\n");
	for (size_t i = 0; i < PATTERNS; i++) {
		buf_printf(&text, "  - {id: bench/%zu, reason: Bench., points: 1, when: {%s: ", i,
			keys[patterns[i].kind]);
		write_quoted(&text, patterns[i].text);
		buf_str(&text, "}}\n");
	}
	snprintf(path, sizeof(path), "%s/rules", folder);
	if (mkdir(path, 0700) != 0)
		die(path);
	write_file(path, "rules.yaml", &text);
	buf_free(&text);
}

/* Requests of exactly REQUEST_BYTES bytes with their LF; a title makes up for short comments. */
static struct span make_request(struct span comment, size_t number)
{
	struct buf json = {0}, text = {0};
	size_t taken = comment.len;

	do {
		buf_clear(&text);
		buf_clear(&json);
		while (taken > 0 && taken < comment.len && (comment.ptr[taken] & 0xC0) == 0x80)
			taken--;
		json_write(&text, span_sub(comment, 0, taken));
		buf_printf(&json,
			"{\"id\":\"c-%04zu\",\"site\":\"news\",\"author\":{\"id\":\"u-%04zu\","
			"\"approved\":3,\"rejected\":0},\"article\":{\"id\":\"a-1\",\"title\":\"",
			number, number);
		taken--;
	} while (json.len + text.len + strlen("\"},\"text\":}\n") > REQUEST_BYTES);
	while (json.len + text.len + strlen("\"},\"text\":}\n") < REQUEST_BYTES)
		buf_char(&json, 't');
	buf_str(&json, "\"},\"text\":");
	buf_span(&json, buf_content(&text));
	buf_str(&json, "}\n");
	buf_free(&text);
	must(json.data);
	return buf_content(&json);
}

static struct span as_http(struct span json)
{
	struct buf out = {0};

	buf_printf(&out,
		"POST /v1/check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n",
		json.len);
	buf_span(&out, json);
	must(out.data);
	return buf_content(&out);
}

/* --- servers --- */

struct server {
	const char *name;
	pid_t pid;
	clockid_t clock; /* its CPU time */
	struct sockaddr_storage address;
	socklen_t address_len;
	bool http;
};

static void unix_address(struct server *s, const char *folder, const char *name)
{
	struct sockaddr_un *a = (struct sockaddr_un *)&s->address;

	a->sun_family = AF_UNIX;
	snprintf(a->sun_path, sizeof(a->sun_path), "%s/%s", folder, name);
	s->address_len = sizeof(*a);
}

/* A loopback address with a port that was free a moment ago. */
static void tcp_address(struct server *s)
{
	struct sockaddr_in *a = (struct sockaddr_in *)&s->address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a->sin_family = AF_INET;
	a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->address_len = sizeof(*a);
	if (fd < 0 || bind(fd, (struct sockaddr *)a, sizeof(*a)) != 0 ||
		getsockname(fd, (struct sockaddr *)a, &s->address_len) != 0)
		die("finding a port");
	close(fd);
}

static int listen_on(const struct server *s)
{
	int on = 1, fd = socket(s->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&s->address, s->address_len) != 0 ||
		listen(fd, 64) != 0)
		die("listening");
	return fd;
}

/* Sends back what it reads: the least a server can do. */
static _Noreturn void serve_echo(const struct server *s)
{
	static char bytes[65536];
	struct epoll_event events[64], one = {.events = EPOLLIN};
	int loop = epoll_create1(0), listening = listen_on(s);

	one.data.fd = listening;
	epoll_ctl(loop, EPOLL_CTL_ADD, listening, &one);
	for (;;) {
		int count = epoll_wait(loop, events, 64, -1);

		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;
			ssize_t n;

			if (fd == listening) {
				one.data.fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK);
				epoll_ctl(loop, EPOLL_CTL_ADD, one.data.fd, &one);
				continue;
			}
			n = recv(fd, bytes, sizeof(bytes), 0);
			if (n <= 0 || send(fd, bytes, (size_t)n, MSG_NOSIGNAL) != n)
				close(fd);
		}
	}
}

static void echo_body(struct evhttp_request *request, void *argument)
{
	struct evbuffer *body = evbuffer_new();

	(void)argument;
	evbuffer_add_buffer(body, evhttp_request_get_input_buffer(request));
	evhttp_send_reply(request, 200, "OK", body);
	evbuffer_free(body);
}

static _Noreturn void serve_evhttp(const struct server *s)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);

	evhttp_set_gencb(http, echo_body, NULL);
	if (evhttp_accept_socket(http, listen_on(s)) != 0)
		die("evhttp");
	event_base_dispatch(base);
	exit(1);
}

static void write_config(const char *folder, const struct server *ndjson, const struct server *http)
{
	const struct sockaddr_un *u = (const struct sockaddr_un *)&ndjson->address;
	const struct sockaddr_in *i = (const struct sockaddr_in *)&http->address;
	struct buf text = {0};

	buf_printf(&text,
		"rules: [rules]\nworkers: 1\nlog: {level: warn}\nstore: off\n"
		"listen:\n"
		"  - {address: \"unix:%s\", protocol: ndjson}\n"
		"  - {address: \"127.0.0.1:%d\", protocol: http}\n",
		u->sun_path, ntohs(i->sin_port));
	write_file(folder, "config.yaml", &text);
	buf_free(&text);
}

static _Noreturn void serve_filterd(const char *binary, const char *folder)
{
	char config[256];

	/* Synthetic rules have no tests, and are warned about. */
	snprintf(config, sizeof(config), "%s/log", folder);
	if (freopen(config, "w", stdout) == NULL || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		die(config);
	snprintf(config, sizeof(config), "%s/config.yaml", folder);
	execl(binary, binary, "serve", "-c", config, (char *)NULL);
	die(binary);
}

static void await(const struct server *s)
{
	for (int i = 0; i < 3000; i++) {
		struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
		int fd = socket(s->address.ss_family, SOCK_STREAM, 0);
		bool up = connect(fd, (const struct sockaddr *)&s->address, s->address_len) == 0;

		close(fd);
		if (up)
			return;
		if (waitpid(s->pid, NULL, WNOHANG) == s->pid)
			break;
		nanosleep(&pause, NULL);
	}
	errno = 0;
	die(s->name);
}

/* --- the client --- */

struct client {
	int fd;
	struct buf in;
	unsigned under_way;
	int64_t asked_ns[DEPTH_MAX]; /* a ring */
	unsigned first; /* the oldest of them */
};

struct round {
	double cpu_us; /* of the server, per request */
	double p50_us, p99_us;
};

struct load {
	const struct server *server;
	const struct span *requests;
	size_t next;
	unsigned depth;
	struct client clients[CONNECTIONS];
	uint64_t answered;
	float *latencies; /* [us] */
	size_t latencies_count;
};

static int64_t cpu_ns(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) != 0)
		die("the server's clock");
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Asks until `depth` requests are under way, in one write. */
static void ask(struct load *load, struct client *c)
{
	static struct buf out;
	int64_t now = clock_mono_ns();

	buf_clear(&out);
	while (c->under_way < load->depth) {
		buf_span(&out, load->requests[load->next++ % REQUESTS]);
		c->asked_ns[(c->first + c->under_way++) % DEPTH_MAX] = now;
	}
	for (size_t sent = 0; sent < out.len;) {
		ssize_t n = send(c->fd, out.data + sent, out.len - sent, MSG_NOSIGNAL);

		if (n < 0)
			die("sending");
		sent += (size_t)n;
	}
}

/* [bytes] of the first whole answer in the buffer, 0 if there is none. */
static size_t answer_len(const struct load *load, const struct buf *in, size_t at)
{
	const char *from = in->data + at, *end, *field;
	size_t left = in->len - at, length;

	if (!load->server->http) {
		end = memchr(from, '\n', left);
		return end ? (size_t)(end - from) + 1 : 0;
	}
	end = memmem(from, left, "\r\n\r\n", 4);
	if (end == NULL)
		return 0;
	field = memmem(from, (size_t)(end - from), "Content-Length: ", 16);
	if (field == NULL || memcmp(from, "HTTP/1.1 200", 12) != 0)
		die("an answer is not as it should be");
	length = strtoul(field + 16, NULL, 10) + (size_t)(end - from) + 4;
	return length <= left ? length : 0;
}

static void read_answers(struct load *load, struct client *c)
{
	char *to = must(buf_reserve(&c->in, 65536));
	ssize_t n = recv(c->fd, to, 65536, MSG_DONTWAIT);
	int64_t now = clock_mono_ns();
	size_t at = 0, len;

	if (n <= 0) {
		if (n < 0 && errno == EAGAIN)
			return;
		die("the server hung up");
	}
	c->in.len += (size_t)n;
	while ((len = answer_len(load, &c->in, at)) > 0) {
		at += len;
		load->answered++;
		if (load->latencies_count < LATENCIES)
			load->latencies[load->latencies_count++] =
				(float)(now - c->asked_ns[c->first]) / 1000.0F;
		c->first = (c->first + 1) % DEPTH_MAX;
		c->under_way--;
	}
	buf_consume(&c->in, at);
	/* With more than one under way the next are asked together, as a pipelining client does. */
	if (c->under_way == 0)
		ask(load, c);
}

static void run_for(struct load *load, int loop, int64_t ns)
{
	struct epoll_event events[CONNECTIONS];
	int64_t until = clock_mono_ns() + ns;

	load->answered = 0;
	load->latencies_count = 0;
	while (clock_mono_ns() < until) {
		int count = epoll_wait(loop, events, CONNECTIONS, 1000);

		for (int i = 0; i < count; i++)
			read_answers(load, events[i].data.ptr);
	}
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

static struct round measure(
	const struct server *server, const struct span *requests, unsigned depth)
{
	struct load load = {.server = server, .requests = requests, .depth = depth};
	struct epoll_event one = {.events = EPOLLIN};
	int loop = epoll_create1(0), on = 1;
	struct round round;
	int64_t before;

	load.latencies = must(malloc(LATENCIES * sizeof(*load.latencies)));
	for (int i = 0; i < CONNECTIONS; i++) {
		struct client *c = &load.clients[i];

		c->fd = socket(server->address.ss_family, SOCK_STREAM, 0);
		if (connect(c->fd, (const struct sockaddr *)&server->address,
			    server->address_len) != 0)
			die(server->name);
		if (server->address.ss_family == AF_INET)
			setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		one.data.ptr = c;
		epoll_ctl(loop, EPOLL_CTL_ADD, c->fd, &one);
		ask(&load, c);
	}
	run_for(&load, loop, WARM_NS);
	before = cpu_ns(server->clock);
	run_for(&load, loop, ROUND_NS);
	round.cpu_us = (double)(cpu_ns(server->clock) - before) / 1000 / (double)load.answered;
	qsort(load.latencies, load.latencies_count, sizeof(*load.latencies), by_size);
	round.p50_us = load.latencies[load.latencies_count / 2];
	round.p99_us = load.latencies[load.latencies_count * 99 / 100];
	for (int i = 0; i < CONNECTIONS; i++) {
		close(load.clients[i].fd);
		buf_free(&load.clients[i].in);
	}
	close(loop);
	free(load.latencies);
	return round;
}

/* --- the comparison --- */

static int by_cost(const void *a, const void *b)
{
	const struct round *x = a, *y = b;

	return x->cpu_us < y->cpu_us ? -1 : x->cpu_us > y->cpu_us;
}

/* Measures two servers in turn; the medians by cost. */
static void compare(const struct server servers[2], const struct span *requests, unsigned depth,
	struct round out[2])
{
	struct round rounds[2][ROUNDS];

	for (int r = 0; r < ROUNDS; r++) {
		for (int s = 0; s < 2; s++)
			rounds[s][r] = measure(&servers[s], requests, depth);
	}
	for (int s = 0; s < 2; s++) {
		qsort(rounds[s], ROUNDS, sizeof(rounds[s][0]), by_cost);
		out[s] = rounds[s][ROUNDS / 2];
		printf("%-22s %5u %12.2f %10.0f %10.0f\n", servers[s].name, depth, out[s].cpu_us,
			out[s].p50_us, out[s].p99_us);
	}
}

/* Prints a promise and whether it is kept. */
static bool promise(const char *what, double got, double most)
{
	printf("  %-58s %6.2f of at most %.2f%s\n", what, got, most, got <= most ? "" : "  MISSED");
	return got <= most;
}

static bool report(const struct server unix_pair[2], const struct server http_pair[2],
	const struct span *lines, const struct span *posts)
{
	struct round one[2], many[2], http_one[2], http_many[2];
	bool kept = true;

	printf("%d connections, %d bytes a request, %d patterns, one worker\n\n", CONNECTIONS,
		REQUEST_BYTES, PATTERNS);
	printf("%-22s %5s %12s %10s %10s\n", "server", "depth", "CPU us/req", "p50 us", "p99 us");
	compare(unix_pair, lines, 1, one);
	compare(unix_pair, lines, DEPTH_MAX, many);
	compare(http_pair, posts, 1, http_one);
	compare(http_pair, posts, DEPTH_MAX, http_many);
	printf("\n");
	kept &= promise(
		"Unix socket, depth 1: times a bare epoll echo", one[0].cpu_us / one[1].cpu_us, 2);
	kept &= promise("Unix socket, depth 16: us of CPU a request", many[0].cpu_us, 3);
	kept &= promise(
		"HTTP, depth 1: times an evhttp echo", http_one[0].cpu_us / http_one[1].cpu_us, 1);
	kept &= promise("HTTP, depth 16: times an evhttp echo",
		http_many[0].cpu_us / http_many[1].cpu_us, 1);
	return kept;
}

static void remove_all(const char *folder)
{
	static const char *const names[] = {
		"rules/rules.yaml", "rules", "config.yaml", "log", "filterd.sock", "echo.sock", ""};
	char path[256];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		remove(path);
	}
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/bench-server-XXXXXX", binary[4096];
	struct server unix_pair[2] = {{.name = "filterd, Unix"}, {.name = "bare epoll echo, Unix"}};
	struct server http_pair[2] = {{.name = "filterd, HTTP", .http = true},
		{.name = "evhttp echo, HTTP", .http = true}};
	struct server *all[] = {&unix_pair[0], &unix_pair[1], &http_pair[1]};
	struct synthetic *synthetic = synthetic_new(SEED, PATTERNS, REQUESTS);
	struct span lines[REQUESTS], posts[REQUESTS];
	const char *slash = strrchr(argv[0], '/');
	bool kept;

	signal(SIGPIPE, SIG_IGN);
	snprintf(binary, sizeof(binary), "%.*s/../../filterd", slash ? (int)(slash - argv[0]) : 1,
		slash ? argv[0] : ".");
	if (mkdtemp(folder) == NULL)
		die(folder);
	write_rules(folder, synthetic);
	for (size_t i = 0; i < REQUESTS; i++) {
		lines[i] = make_request(synthetic_comments(synthetic)[i], i);
		posts[i] = as_http(lines[i]);
	}
	unix_address(&unix_pair[0], folder, "filterd.sock");
	unix_address(&unix_pair[1], folder, "echo.sock");
	tcp_address(&http_pair[0]);
	tcp_address(&http_pair[1]);
	write_config(folder, &unix_pair[0], &http_pair[0]);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		all[i]->pid = fork();
		if (all[i]->pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (i == 0)
				serve_filterd(argc > 1 ? argv[1] : binary, folder);
			if (i == 1)
				serve_echo(all[i]);
			serve_evhttp(all[i]);
		}
		await(all[i]);
		if (clock_getcpuclockid(all[i]->pid, &all[i]->clock) != 0)
			die("the server's clock");
	}
	http_pair[0].clock = unix_pair[0].clock;
	kept = report(unix_pair, http_pair, lines, posts);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		kill(all[i]->pid, SIGTERM);
		waitpid(all[i]->pid, NULL, 0);
	}
	remove_all(folder);
	for (size_t i = 0; i < REQUESTS; i++) {
		free((char *)lines[i].ptr);
		free((char *)posts[i].ptr);
	}
	synthetic_free(synthetic);
	return kept ? 0 : 1;
}
