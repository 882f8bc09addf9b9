/* One call of a webhook: see webhook_call.h. */
#include "server/webhook_call.h"

#include "wire/webhook.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINGER_MS 1000 /* [ms] that the rest of an answer may take once its head is there */

struct call {
	const struct call_means *means;
	const struct webhook *hook;
	SSL_CTX *tls; /* NULL: http */
	struct buf request;
	struct event *deadline;
	struct evdns_getaddrinfo_request *resolving; /* its answer has yet to come */
	struct evutil_addrinfo *addresses, *address; /* all, and the one that is tried */
	int fd; /* of a connection that is being made; -1: none */
	struct event *connecting;
	struct bufferevent *stream; /* once it is made */
	const char *stage; /* what is waited for */
	bool orphan; /* freed as soon as `resolving` is over */
	bool answered; /* the head of the answer has been read */
	struct webhook_answer answer;
	bool over;
	struct call_result result;
};

/* --- the end --- */

static void finish(struct call *call)
{
	if (call->over)
		return;
	call->over = true;
	if (call->stream)
		bufferevent_disable(call->stream, EV_READ | EV_WRITE);
	event_del(call->deadline);
	call->means->over(call->means->context);
}

__attribute__((format(printf, 2, 3))) static void fail(struct call *call, const char *format, ...)
{
	va_list arguments;

	if (call->over)
		return;
	va_start(arguments, format);
	vsnprintf(call->result.error, sizeof(call->result.error), format, arguments);
	va_end(arguments);
	finish(call);
}

static void on_deadline(evutil_socket_t fd, short what, void *argument)
{
	struct call *call = argument;

	(void)fd;
	(void)what;
	if (call->answered) /* what the rest of it says does not matter */
		finish(call);
	else
		fail(call, "no answer within %lld ms (%s)", (long long)call->hook->timeout,
			call->stage);
}

static bool set_deadline(struct call *call, int64_t ms)
{
	const struct timeval within = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	return event_add(call->deadline, &within) == 0;
}

static void drop_connecting(struct call *call)
{
	if (call->connecting)
		event_free(call->connecting);
	call->connecting = NULL;
	if (call->fd >= 0)
		close(call->fd);
	call->fd = -1;
}

static void release(struct call *call)
{
	drop_connecting(call);
	if (call->stream)
		bufferevent_free(call->stream);
	if (call->addresses)
		evutil_freeaddrinfo(call->addresses);
	if (call->deadline)
		event_free(call->deadline);
	buf_free(&call->request);
	free(call);
}

void call_free(struct call *call)
{
	if (!call)
		return;
	if (!call->resolving) {
		release(call);
		return;
	}
	/* Its callback comes all the same, and needs the memory. */
	call->orphan = call->over = true;
	event_del(call->deadline);
	evdns_getaddrinfo_cancel(call->resolving);
}

const struct call_result *call_result(const struct call *call)
{
	return call->over ? &call->result : NULL;
}

/* --- talking --- */

static void on_read(struct bufferevent *stream, void *argument)
{
	struct call *call = argument;
	struct evbuffer *input = bufferevent_get_input(stream);
	size_t len = evbuffer_get_length(input);
	int rc = OK;

	if (call->over)
		return;
	if (!call->answered) {
		struct span bytes = {(const char *)evbuffer_pullup(input, -1), len};

		rc = bytes.ptr ? webhook_read(bytes, &call->answer) : ERR_AGAIN;
		call->answered = rc == OK;
	}
	if (rc == ERR_INVALID) {
		fail(call, "what it answers is no HTTP");
	} else if (rc == ERR_AGAIN && len >= WEBHOOK_ANSWER_MAX) {
		fail(call, "the head of its answer is too long");
	} else if (rc == OK) {
		size_t body = len - call->answer.body_at;

		call->result.status = call->answer.status;
		call->result.retry_after_s = call->answer.retry_after_s;
		/* The rest is taken so that the CMS is not cut off, but not for long. */
		if ((call->answer.body_len >= 0 && body >= (size_t)call->answer.body_len) ||
			len >= WEBHOOK_ANSWER_MAX || !set_deadline(call, LINGER_MS))
			finish(call);
	}
}

/* Why TLS failed. */
static void fail_tls(struct call *call, unsigned long code)
{
	SSL *ssl = bufferevent_openssl_get_ssl(call->stream);
	long verified = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;

	if (verified != X509_V_OK)
		fail(call, "its certificate is refused: %s",
			X509_verify_cert_error_string(verified));
	else
		fail(call, "TLS failed: %s",
			code ? ERR_reason_error_string(code) : "the connection ended");
}

static void on_event(struct bufferevent *stream, short what, void *argument)
{
	struct call *call = argument;
	int code = EVUTIL_SOCKET_ERROR();
	unsigned long tls_code;

	if (what & BEV_EVENT_CONNECTED) {
		call->stage = "for its answer";
		return;
	}
	tls_code = call->tls ? bufferevent_get_openssl_error(stream) : 0;
	on_read(stream, call);
	if (call->answered)
		finish(call);
	else if (call->tls && (tls_code || strcmp(call->stage, "for TLS") == 0))
		fail_tls(call, tls_code);
	else if (what & BEV_EVENT_ERROR)
		fail(call, "the connection broke: %s", evutil_socket_error_to_string(code));
	else
		fail(call, "it closed without an answer");
}

/* The certificate must be for the host of the URL. */
static SSL *new_ssl(struct call *call)
{
	SSL *ssl = SSL_new(call->tls);
	X509_VERIFY_PARAM *param;
	bool done;

	if (!ssl)
		return NULL;
	param = SSL_get0_param(ssl);
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	done = X509_VERIFY_PARAM_set1_ip_asc(param, call->hook->host) == 1;
	if (!done)
		done = X509_VERIFY_PARAM_set1_host(param, call->hook->host, 0) == 1 &&
		       SSL_set_tlsext_host_name(ssl, call->hook->host) == 1;
	if (done)
		return ssl;
	SSL_free(ssl);
	return NULL;
}

/* Makes the connected socket a stream, which then has it. */
static struct bufferevent *new_stream(struct call *call)
{
	const int options = BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS;
	struct bufferevent *stream;
	SSL *ssl;

	if (!call->tls)
		return bufferevent_socket_new(call->means->base, call->fd, options);
	ssl = new_ssl(call);
	if (!ssl)
		return NULL;
	stream = bufferevent_openssl_socket_new(
		call->means->base, call->fd, ssl, BUFFEREVENT_SSL_CONNECTING, options);
	if (stream)
		bufferevent_openssl_set_allow_dirty_shutdown(stream, 1);
	else
		SSL_free(ssl);
	return stream;
}

static void talk(struct call *call)
{
	event_free(call->connecting);
	call->connecting = NULL;
	call->stage = call->tls ? "for TLS" : "for its answer";
	call->stream = new_stream(call);
	if (!call->stream) {
		fail(call, "out of memory");
		return;
	}
	call->fd = -1;
	bufferevent_setcb(call->stream, on_read, NULL, on_event, call);
	bufferevent_setwatermark(call->stream, EV_READ, 0, WEBHOOK_ANSWER_MAX);
	if (bufferevent_write(call->stream, call->request.data, call->request.len) != 0 ||
		bufferevent_enable(call->stream, EV_READ | EV_WRITE) != 0)
		fail(call, "out of memory");
}

/* --- connecting --- */

static void connect_next(struct call *call, int code);

static void on_connected(evutil_socket_t fd, short what, void *argument)
{
	struct call *call = argument;
	int code = ETIMEDOUT;
	socklen_t len = sizeof(code);

	if (what & EV_WRITE && getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len) != 0)
		code = errno;
	if (code == 0) {
		talk(call);
		return;
	}
	drop_connecting(call);
	call->address = call->address->ai_next;
	connect_next(call, code);
}

/* Begins with one address; false: errno says why not. */
static bool begin_connecting(struct call *call)
{
	const struct evutil_addrinfo *to = call->address;
	/* Another address needs time, too. */
	int64_t ms = to->ai_next ? call->hook->timeout / 3 : call->hook->timeout;
	const struct timeval within = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	call->fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (call->fd < 0)
		return false;
	if (connect(call->fd, to->ai_addr, (socklen_t)to->ai_addrlen) != 0 && errno != EINPROGRESS)
		return false;
	call->connecting = event_new(call->means->base, call->fd, EV_WRITE, on_connected, call);
	if (call->connecting && event_add(call->connecting, &within) == 0)
		return true;
	errno = ENOMEM;
	return false;
}

/* Goes on with the next address; without one `code` says why the last one failed. */
static void connect_next(struct call *call, int code)
{
	call->stage = "for the connection";
	for (; call->address; call->address = call->address->ai_next) {
		if (begin_connecting(call))
			return;
		code = errno;
		drop_connecting(call);
	}
	fail(call, "cannot connect: %s", strerror(code));
}

static void on_addresses(int code, struct evutil_addrinfo *addresses, void *argument)
{
	struct call *call = argument;

	call->resolving = NULL;
	call->addresses = call->address = addresses;
	if (call->orphan)
		release(call);
	else if (call->over)
		return; /* out of time meanwhile */
	else if (code != 0)
		fail(call, "cannot resolve %s: %s", call->hook->host, evutil_gai_strerror(code));
	else
		connect_next(call, EADDRNOTAVAIL);
}

struct call *call_start(const struct call_means *means, const struct webhook *hook, SSL_CTX *tls,
	struct buf *request)
{
	const struct evutil_addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_protocol = IPPROTO_TCP,
		.ai_flags = EVUTIL_AI_NUMERICSERV,
	};
	struct call *call = calloc(1, sizeof(*call));
	struct evdns_getaddrinfo_request *resolving;
	char port[8];

	if (!call)
		return NULL;
	*call = (struct call){.means = means, .hook = hook, .tls = tls, .fd = -1};
	call->result.retry_after_s = -1;
	call->stage = "for its address";
	call->deadline = evtimer_new(means->base, on_deadline, call);
	if (!call->deadline || !set_deadline(call, hook->timeout)) {
		release(call);
		return NULL;
	}
	call->request = *request;
	*request = (struct buf){0};
	snprintf(port, sizeof(port), "%u", hook->port);
	/* It may call back before it returns: then with NULL. */
	resolving = evdns_getaddrinfo(means->dns, hook->host, port, &hints, on_addresses, call);
	call->resolving = resolving;
	return call;
}

/* --- what TLS takes --- */

/* Where systems keep what they trust, in one file: a folder of many could not be read later. */
static const char *const bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/cert.pem",
};

static const char *find_bundle(void)
{
	for (size_t i = 0; i < ARRAY_LEN(bundles); i++) {
		if (access(bundles[i], R_OK) == 0)
			return bundles[i];
	}
	return NULL;
}

int call_tls_new(const char *ca_file, struct buf *why, SSL_CTX **out)
{
	const char *trusted = ca_file ? ca_file : find_bundle();

	*out = NULL;
	if (!trusted) {
		buf_str(why, "there is no file of certificates that this system trusts; name one "
			     "as `ca_file`");
		return ERR_INVALID;
	}
	*out = SSL_CTX_new(TLS_client_method());
	if (!*out)
		return ERR_NOMEM;
	SSL_CTX_set_verify(*out, SSL_VERIFY_PEER, NULL);
	if (SSL_CTX_set_min_proto_version(*out, TLS1_2_VERSION) == 1 &&
		SSL_CTX_load_verify_locations(*out, trusted, NULL) == 1)
		return OK;
	buf_printf(why, "%s: no certificates can be read from it", trusted);
	ERR_clear_error();
	SSL_CTX_free(*out);
	*out = NULL;
	return ERR_INVALID;
}
