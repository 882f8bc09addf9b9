/*
 * Finds links in a folded text.
 *
 * One pass: at each place where a link can begin (a letter or digit after something else) the
 * scheme, www. or run of host characters there is read once and skipped, so every byte is looked at
 * a bounded number of times. What is a word in one of our languages (`me`, `to`, `de`, `biz`) is a
 * top-level domain only before a path: people forget the space after a full stop.
 */
#include "rules/scan_links.h"

#include "text/chars.h"
#include "text/utf8.h"

#include <stdlib.h>

/* Both sorted for bsearch(). */
static const char *const plain_tlds[] = {"cc", "cn", "com", "cz", "dk", "edu", "eu", "fi", "fr",
	"gg", "gov", "gr", "icu", "info", "int", "io", "iq", "ir", "jp", "krd", "kr", "kz", "ly",
	"mil", "net", "nl", "org", "pl", "ru", "tk", "tr", "tv", "ua", "uk", "xyz"};

static const char *const path_tlds[] = {"app", "art", "asia", "bet", "bid", "biz", "blog", "buzz",
	"cam", "cash", "casino", "cat", "chat", "click", "cloud", "club", "dating", "deals", "dev",
	"digital", "direct", "download", "email", "expert", "fun", "fund", "games", "gift", "group",
	"guru", "help", "host", "ink", "jobs", "life", "link", "live", "loan", "lol", "ltd",
	"market", "media", "men", "mobi", "money", "name", "network", "news", "ninja", "one",
	"online", "page", "party", "photo", "pics", "plus", "porn", "press", "pro", "pub", "racing",
	"review", "rocks", "run", "sale", "science", "sex", "sexy", "shop", "site", "social",
	"solutions", "space", "store", "stream", "studio", "support", "tech", "tips", "today",
	"tools", "top", "trade", "tube", "video", "vip", "webcam", "website", "wiki", "win", "work",
	"world", "wtf", "xin", "xxx", "zone"};

static const struct span openings[] = {
	{"https://", 8},
	{"http://", 7},
	{"ftp://", 6},
	{"www.", 4},
};

#define HOST_MAX 253 /* [bytes] of a domain name */
#define LABEL_MAX 63 /* [bytes] of one part of a domain name */

static int compare_label(const void *key, const void *item)
{
	return span_cmp(*(const struct span *)key, span_of(*(const char *const *)item));
}

static bool is_listed(struct span label, const char *const *names, size_t count)
{
	return bsearch(&label, names, count, sizeof(*names), compare_label) != NULL;
}

bool scan_is_tld(struct span label)
{
	return is_listed(label, plain_tlds, ARRAY_LEN(plain_tlds));
}

bool scan_host_within(struct span host, struct span domain)
{
	if (!span_ends(host, domain) || domain.len == 0)
		return false;
	return host.len == domain.len || host.ptr[host.len - domain.len - 1] == '.';
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_host(char c)
{
	return is_alnum(c) || c == '.' || c == '-' || c == '_';
}

static bool is_path_start(struct span s, size_t at)
{
	return at < s.len && (s.ptr[at] == '/' || s.ptr[at] == '?' || s.ptr[at] == '#');
}

static struct span last_label(struct span host)
{
	size_t from = host.len;

	while (from > 0 && host.ptr[from - 1] != '.')
		from--;
	return span_sub(host, from, host.len);
}

/* Dot-separated labels, none empty or too long, none beginning or ending in a dash. */
static bool is_domain(struct span host)
{
	size_t from = 0, dots = 0;

	for (size_t i = 0; i <= host.len; i++) {
		if (i < host.len && host.ptr[i] != '.')
			continue;
		if (i == from || i - from > LABEL_MAX || host.ptr[from] == '-' ||
			host.ptr[i - 1] == '-')
			return false;
		dots += i < host.len;
		from = i + 1;
	}
	return dots > 0;
}

static bool has_letter(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return true;
	return false;
}

/* Whether a bare run like `name.tld` is a domain, and not the end of one sentence and the next. */
static bool is_bare_domain(struct span host, bool path)
{
	struct span tld = last_label(host), rest;

	if (!is_domain(host) || memchr(host.ptr, '_', host.len))
		return false;
	rest = span_sub(host, 0, host.len - tld.len - 1);
	if (rest.len < 2 && !path && tld.len < 3)
		return false; /* an abbreviation: `p.tr` */
	if (scan_is_tld(tld))
		return has_letter(rest);
	if (!path || !has_letter(rest))
		return false;
	return (tld.len == 2 && is_alnum(tld.ptr[0]) && tld.ptr[0] > '9' && tld.ptr[1] > '9') ||
	       is_listed(tld, path_tlds, ARRAY_LEN(path_tlds));
}

/* Punctuation that belongs to the sentence when it ends a link. */
static bool is_trailing(uint32_t c)
{
	return (c < 0x80 && strchr(".,;:!?'()[]{}*|", (int)c)) || c == 0x060C || c == 0x061B;
}

/* The end of the link's path: the next space or character that cannot stand in a link. */
static size_t path_end(struct span s, size_t at)
{
	size_t end = at;

	while (at < s.len) {
		size_t next = at;
		uint32_t c = utf8_next(s, &next);

		if (c <= 0x20 || c == '<' || c == '>' || c == '"' || c == '`' || c == 0x7F)
			break;
		if (c >= 0x80 && (char_info(c).flags & (CHAR_SPACE | CHAR_QUOTE | CHAR_END)))
			break;
		at = next;
		if (!is_trailing(c))
			end = at;
	}
	return end;
}

/* The end of the host that begins at `at`: letters of any script, for names like موقع.com. */
static size_t host_end(struct span s, size_t at)
{
	size_t from = at, last = at + HOST_MAX < s.len ? at + HOST_MAX : s.len;

	while (at < last && is_host(s.ptr[at]))
		at++;
	/* Text may follow without a space: the host ends where it already is a domain. */
	if (at > from && is_domain(span_sub(s, from, at)) &&
		scan_is_tld(last_label(span_sub(s, from, at))))
		return at;
	while (at < last && (is_host(s.ptr[at]) || (unsigned char)s.ptr[at] >= 0x80)) {
		size_t next = at;
		uint32_t c = utf8_next(s, &next);

		if (c >= 0x80 && !(char_info(c).flags & CHAR_WORD))
			break;
		at = next;
	}
	return at;
}

static struct span trim_dots(struct span host)
{
	while (host.len && (host.ptr[host.len - 1] == '.' || host.ptr[host.len - 1] == '-'))
		host.len--;
	return host;
}

/* Skips `user:password@`: the host is what follows the last @ before the path. */
static size_t skip_user(struct span s, size_t at)
{
	size_t from = at;

	for (size_t i = at; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '/' || c == '?' || c == '#' || c == '\\' || (unsigned char)c <= 0x20)
			break;
		if (c == '@')
			from = i + 1;
	}
	return from;
}

static size_t skip_port(struct span s, size_t at)
{
	size_t end = at + 1;

	if (at >= s.len || s.ptr[at] != ':')
		return at;
	while (end < s.len && end - at <= 5 && s.ptr[end] >= '0' && s.ptr[end] <= '9')
		end++;
	return end > at + 1 ? end : at;
}

static int add(struct arena *arena, struct links *out, struct link link)
{
	if (!arena_grow(arena, (void **)&out->items, out->count, &out->capacity,
		    sizeof(*out->items), 4))
		return ERR_NOMEM;
	out->items[out->count++] = link;
	return OK;
}

/* Fills *link from a host at [from, to); `start` is where the link as a whole begins. */
static void fill(struct span s, size_t start, size_t from, size_t to, struct link *link)
{
	struct span host = trim_dots(span_sub(s, from, to));
	size_t end = from + host.len, after = skip_port(s, end);

	if (span_starts(host, SPAN("www.")))
		host = span_sub(host, 4, host.len);
	link->host = host;
	link->path = (struct span){s.ptr + after, 0};
	if (is_path_start(s, after)) {
		end = path_end(s, after);
		if (end < after)
			end = after;
		link->path.len = end - after;
	} else {
		end = after;
	}
	link->range = (struct range){(uint32_t)start, (uint32_t)end};
}

/* A link with a scheme or www. that begins at `at`. */
static bool read_opened(struct span s, size_t at, struct link *link)
{
	struct span rest = span_sub(s, at, s.len);

	for (size_t i = 0; i < ARRAY_LEN(openings); i++) {
		size_t from = at + openings[i].len;

		if (!span_starts(rest, openings[i]))
			continue;
		if (s.ptr[from - 1] == '/')
			from = skip_user(s, from);
		fill(s, at, from, host_end(s, from), link);
		return is_domain(link->host);
	}
	return false;
}

/* The end of the run of host characters at `at`. */
static size_t run_end(struct span s, size_t at)
{
	while (at < s.len && is_host(s.ptr[at]))
		at++;
	return at;
}

static bool read_bare(struct span s, size_t at, size_t end, struct link *link)
{
	/* One side of an e-mail address is no link. */
	if ((at > 0 && s.ptr[at - 1] == '@') || (end < s.len && s.ptr[end] == '@'))
		return false;
	fill(s, at, at, end, link);
	return is_bare_domain(trim_dots(span_sub(s, at, end)), link->path.len > 0);
}

/*
 * The dot of the next host from `at` on, as every host has one inside: with something before it and
 * a letter, digit, dash or underscore of any script behind. At the end: there is none.
 */
static size_t next_dot(struct span s, size_t at)
{
	const char *dot;

	while (at < s.len && (dot = memchr(s.ptr + at, '.', s.len - at))) {
		at = (size_t)(dot - s.ptr) + 1;
		if (at < s.len && s.ptr[at] != '.' &&
			(is_host(s.ptr[at]) || (unsigned char)s.ptr[at] >= 0x80))
			return at - 1;
	}
	return s.len;
}

/* Where to begin for the dot: white space stands in no link, so behind that before it. */
static size_t stretch_start(struct span s, size_t dot, size_t floor)
{
	while (dot > floor && (unsigned char)s.ptr[dot - 1] > ' ')
		dot--;
	return dot;
}

int scan_links(struct arena *arena, struct span folded, struct links *out)
{
	size_t at = 0, dot = next_dot(folded, 0);

	*out = (struct links){0};
	at = stretch_start(folded, dot, at);
	while (dot < folded.len && at < folded.len) {
		struct link link;
		size_t end;

		if (at > dot && (unsigned char)folded.ptr[at] <= ' ') {
			dot = next_dot(folded, at);
			at = stretch_start(folded, dot, at);
			continue;
		}
		if (!is_alnum(folded.ptr[at])) {
			at++;
			continue;
		}
		end = run_end(folded, at);
		if (read_opened(folded, at, &link) || read_bare(folded, at, end, &link)) {
			if (add(arena, out, link) != OK)
				return ERR_NOMEM;
			if (link.range.to > end)
				end = link.range.to;
		}
		at = end;
	}
	return OK;
}
