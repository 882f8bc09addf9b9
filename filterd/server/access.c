/* Who may ask for what: see access.h. */
#include "server/access.h"

#include "store/queue.h"
#include "wire/query.h"

#include <openssl/crypto.h>
#include <strings.h>

static struct span field(const struct exchange *x, const char *name)
{
	return http_field(x->request, span_of(name));
}

/* Whether somebody forwards for others: then the address of the connection says nothing. */
static bool is_forwarded(const struct exchange *x)
{
	static const char *const names[] = {"Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (field(x, names[i]).ptr != NULL)
			return true;
	}
	return false;
}

bool access_is_near(const struct exchange *x)
{
	return x->connection->peer.local && !is_forwarded(x);
}

struct span access_actor(const struct exchange *x)
{
	static const struct span nobody = {"moderator", 9};
	struct span given = field(x, "X-Moderator");
	struct query_part name;
	struct refusal refusal;

	arena_reset(&x->connection->worker->arena);
	if (given.len == 0 || memchr(given.ptr, '&', given.len) ||
		memchr(given.ptr, '=', given.len) ||
		!query_next(&given, &x->connection->worker->arena, &name, &refusal) ||
		name.name.len == 0 || name.name.len > QUEUE_ACTOR_MAX)
		return nobody;
	for (size_t i = 0; i < name.name.len; i++) {
		if ((unsigned char)name.name.ptr[i] < ' ' || name.name.ptr[i] == 0x7F)
			return nobody;
	}
	return name.name;
}

bool access_is_from_browser(const struct http_request *request)
{
	return http_field(request, SPAN("Origin")).ptr != NULL ||
	       http_field(request, SPAN("Sec-Fetch-Site")).ptr != NULL;
}

bool access_has_token(const struct exchange *x)
{
	struct span token = x->connection->worker->service->reload_token;
	struct span given = field(x, "Authorization");

	if (!span_starts(given, SPAN("Bearer ")))
		return false;
	given = span_sub(given, strlen("Bearer "), given.len);
	return token.len > 0 && given.len == token.len &&
	       CRYPTO_memcmp(given.ptr, token.ptr, token.len) == 0;
}

static bool has_same_letters(struct span a, struct span b)
{
	return a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

/* The host without its port. */
static struct span without_port(struct span host)
{
	size_t end = host.len;

	while (end > 0 && host.ptr[end - 1] >= '0' && host.ptr[end - 1] <= '9')
		end--;
	return end > 1 && host.ptr[end - 1] == ':' ? span_sub(host, 0, end - 1) : host;
}

/* 127.0.0.0/8 as it is written: four groups of digits. */
static bool is_loopback_v4(struct span name)
{
	size_t groups = 1, digits = 0;

	if (!span_starts(name, SPAN("127.")))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '.') {
			groups++;
			digits = 0;
		} else if (name.ptr[i] < '0' || name.ptr[i] > '9' || ++digits > 3) {
			return false;
		}
	}
	return groups == 4 && digits > 0;
}

/* Whether Host is a name that only this machine gives itself. */
static bool is_own_name(const struct exchange *x)
{
	struct span name = without_port(field(x, "Host"));

	return has_same_letters(name, SPAN("localhost")) || span_eq(name, SPAN("[::1]")) ||
	       is_loopback_v4(name);
}

/* Whether a page of another site, or of none, makes the browser ask. */
static bool is_cross_site(const struct exchange *x)
{
	struct span site = field(x, "Sec-Fetch-Site"), origin = field(x, "Origin");

	if (site.ptr != NULL && !span_eq(site, SPAN("same-origin")) && !span_eq(site, SPAN("none")))
		return true;
	if (origin.ptr == NULL)
		return false;
	/* A proxy may give us another Host than the browser asked; the token speaks for it. */
	if (span_eq(site, SPAN("same-origin")) && access_has_token(x))
		return false;
	if (span_starts(origin, SPAN("http://")))
		origin = span_sub(origin, strlen("http://"), origin.len);
	else if (span_starts(origin, SPAN("https://")))
		origin = span_sub(origin, strlen("https://"), origin.len);
	else
		return true;
	return !has_same_letters(origin, field(x, "Host"));
}

static bool refused(
	enum refusal_code *code, const char **why, enum refusal_code what, const char *message)
{
	*code = what;
	*why = message;
	return false;
}

bool access_page(const struct exchange *x, enum refusal_code *code, const char **why)
{
	bool token = x->connection->worker->service->reload_token.len > 0;

	if (is_cross_site(x))
		return refused(code, why, REFUSAL_FORBIDDEN, "pages of other sites may not ask");
	if (access_has_token(x))
		return true;
	if (!access_is_near(x))
		return refused(code, why, token ? REFUSAL_UNAUTHORIZED : REFUSAL_FORBIDDEN,
			"this takes the configured token, or a caller on this machine");
	if (!is_own_name(x))
		return refused(code, why, REFUSAL_FORBIDDEN,
			"without the token only as localhost, 127.0.0.1 or [::1]");
	return true;
}

bool access_page_file(const struct exchange *x, enum refusal_code *code, const char **why)
{
	if (x->connection->worker->service->reload_token.len > 0)
		return true;
	/* Following a link to the page is no harm; a frame or a script of others gets nothing. */
	if (span_eq(field(x, "Sec-Fetch-Mode"), SPAN("navigate")) && access_is_near(x) &&
		is_own_name(x))
		return true;
	return access_page(x, code, why);
}
