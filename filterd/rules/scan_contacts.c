/*
 * Finds ways to reach somebody in a folded text.
 *
 * Folding has unified digits (Arabic-Indic ones are ASCII here), width and case, and dropped hidden
 * characters. Each kind is one pass that looks at a bounded stretch around an anchor: an @, the
 * word `at`, the first digit of a number.
 */
#include "rules/scan_contacts.h"

#include "text/chars.h"
#include "text/lanes.h"
#include "text/utf8.h"

#define LOCAL_MAX 64 /* [bytes] of an address before the @ */
#define GAP_MAX 3 /* [bytes] of spaces and brackets around a written-out `at` or `dot` */
#define PHONE_DIGITS_MAX 17 /* 00 and the 15 of E.164 */
#define PHONE_GROUPS_MAX 8
#define HANDLE_MIN 3
#define HANDLE_MAX 30

/* Where people have addresses: only there is "name at … dot com" surely one. */
static const char *const providers[] = {"gmail", "googlemail", "hotmail", "outlook", "yahoo",
	"live", "icloud", "proton", "protonmail", "yandex", "mail", "gmx", "aol"};

static const struct span messenger_hosts[] = {{"t.me", 4}, {"telegram.me", 11}, {"wa.me", 5},
	{"whatsapp.com", 12}, {"m.me", 4}, {"viber.com", 9}, {"signal.me", 9}, {"signal.group", 12},
	{"discord.gg", 10}, {"instagram.com", 13}, {"snapchat.com", 12}, {"line.me", 7}};

static const struct span messenger_schemes[] = {
	{"viber://", 8}, {"tg://", 5}, {"whatsapp://", 11}, {"skype:", 6}};

/* Instagram's own content: worth reading, nobody's address. */
static const struct span content_paths[] = {{"/p/", 3}, {"/reel/", 6}, {"/tv/", 4}};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || is_digit(c);
}

static bool is_local(char c)
{
	return is_alnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-';
}

/* Whether a letter or digit of any script ends just before `at`. */
static bool word_before(struct span s, size_t at)
{
	return at > 0 && (char_info(utf8_prev(s, &at)).flags & CHAR_WORD);
}

static bool word_at(struct span s, size_t at)
{
	return at < s.len && (char_info(utf8_next(s, &at)).flags & CHAR_WORD);
}

static int add(
	struct arena *arena, struct contacts *out, enum contact_kind kind, size_t from, size_t to)
{
	if (!arena_grow(arena, (void **)&out->items, out->count, &out->capacity,
		    sizeof(*out->items), 4))
		return ERR_NOMEM;
	out->items[out->count++] = (struct contact){kind, {(uint32_t)from, (uint32_t)to}};
	return OK;
}

/* --- e-mail ----------------------------------------------------------------------------------- */

/* Skips at most GAP_MAX spaces and brackets. */
static size_t skip_gap(struct span s, size_t at)
{
	for (size_t i = 0; i < GAP_MAX && at < s.len && strchr(" ()[]{}<>", s.ptr[at]) && s.ptr[at];
		i++)
		at++;
	return at;
}

static size_t skip_gap_back(struct span s, size_t at, size_t floor)
{
	for (size_t i = 0;
		i < GAP_MAX && at > floor && s.ptr[at - 1] && strchr(" ()[]{}<>", s.ptr[at - 1]);
		i++)
		at--;
	return at;
}

static size_t local_start(struct span s, size_t at, size_t floor)
{
	size_t from = at;

	while (from > floor && at - from < LOCAL_MAX && is_local(s.ptr[from - 1]))
		from--;
	while (from < at && !is_alnum(s.ptr[from]))
		from++;
	return from;
}

static size_t label_end(struct span s, size_t at)
{
	size_t from = at;

	while (at < s.len && at - from < LOCAL_MAX && (is_alnum(s.ptr[at]) || s.ptr[at] == '-'))
		at++;
	return at;
}

/* The end of `label.label` (dots as written) at `at`, or 0. */
static size_t domain_end(struct span s, size_t at)
{
	size_t labels = 0, end = 0, last = at;

	for (;;) {
		size_t to = label_end(s, at);

		if (to == at)
			break;
		last = at;
		end = to;
		labels++;
		if (to >= s.len || s.ptr[to] != '.' || labels == 8)
			break;
		at = to + 1;
	}
	/* The last label is letters only: a version number is no domain. */
	if (labels < 2 || end - last < 2)
		return 0;
	for (size_t i = last; i < end; i++)
		if (!(s.ptr[i] >= 'a' && s.ptr[i] <= 'z'))
			return 0;
	return end;
}

static bool is_provider(struct span label)
{
	for (size_t i = 0; i < ARRAY_LEN(providers); i++)
		if (span_eq(label, span_of(providers[i])))
			return true;
	return false;
}

/*
 * The end of a domain whose dot is written out ("gmail dot com", "gmail . com", "gmail[.]com"), or
 * 0. Outside brackets only a provider of addresses counts: "we met at amazon dot com".
 */
static size_t spelled_domain_end(struct span s, size_t at, bool sure)
{
	size_t end = label_end(s, at), dot = skip_gap(s, end), tld;

	if (end == at || !(sure || is_provider(span_sub(s, at, end))))
		return 0;
	if (span_starts(span_sub(s, dot, s.len), SPAN("dot")) && dot > end)
		tld = skip_gap(s, dot + 3);
	else if (dot < s.len && s.ptr[dot] == '.')
		tld = skip_gap(s, dot + 1);
	else
		return 0;
	end = label_end(s, tld);
	return scan_is_tld(span_sub(s, tld, end)) ? end : 0;
}

/* Whether the `at` of two letters at `at` stands alone; *bracketed if in brackets. */
static bool is_spelled_at(struct span s, size_t at, bool *bracketed)
{
	char before, after;

	if (at == 0 || at + 2 >= s.len || s.ptr[at] != 'a' || s.ptr[at + 1] != 't')
		return false;
	before = s.ptr[at - 1];
	after = s.ptr[at + 2];
	*bracketed = (before == '(' || before == '[' || before == '{' || before == '<') &&
		     (after == ')' || after == ']' || after == '}' || after == '>');
	return *bracketed || (before == ' ' && after == ' ');
}

/* Reads an address whose @ (or `at`) stands in [at, after); false if there is none. */
static bool read_email(
	struct span s, size_t floor, size_t at, size_t after, bool sure, struct range *out)
{
	bool sign = after == at + 1;
	size_t from = local_start(s, at, floor), end = sign ? domain_end(s, after) : 0;

	if (!sign || end == 0 || from == at) {
		size_t before = skip_gap_back(s, at, floor), next = skip_gap(s, after);

		/* "follow @some.one" names somebody, "me @ some.one" is an address. */
		sure &= (before != at) == (next != after);
		from = local_start(s, before, floor);
		end = domain_end(s, next);
		/* "me @ work.com": with the dot as written the sign or brackets must say so. */
		if (end && !sure && !is_provider(span_sub(s, next, label_end(s, next))))
			end = 0;
		if (!end)
			end = spelled_domain_end(s, next, sure);
		if (before - from < 2)
			return false;
	}
	if (end == 0 || from >= at)
		return false;
	*out = (struct range){(uint32_t)from, (uint32_t)end};
	return true;
}

/* The first `@`, or `at`, at or after `at`; the end if there is none. */
static size_t next_sign(struct span s, size_t at)
{
	while (s.len - at > LANES) {
		lanes here = lanes_load(s.ptr + at), next = lanes_load(s.ptr + at + 1);
		unsigned bits = lanes_bits(
			(lanes)(here == '@') | ((lanes)(here == 'a') & (lanes)(next == 't')));

		if (bits)
			return at + (size_t)__builtin_ctz(bits);
		at += LANES;
	}
	while (at < s.len && s.ptr[at] != '@' && s.ptr[at] != 'a')
		at++;
	return at;
}

static int scan_emails(struct arena *arena, struct span s, struct contacts *out)
{
	size_t floor = 0;

	for (size_t at = next_sign(s, 0); at < s.len; at = next_sign(s, at + 1)) {
		struct range range;
		bool sure = true, found = false;

		if (s.ptr[at] == '@')
			found = read_email(s, floor, at, at + 1, true, &range);
		else if (s.ptr[at] == 'a' && is_spelled_at(s, at, &sure))
			found = read_email(s, floor, at, at + 2, sure, &range);
		if (!found)
			continue;
		if (add(arena, out, CONTACT_EMAIL, range.from, range.to) != OK)
			return ERR_NOMEM;
		floor = range.to;
		at = range.to - 1;
	}
	return OK;
}

/* --- phone ------------------------------------------------------------------------------------ */

static size_t distinct(struct span digits)
{
	unsigned seen = 0, count = 0;

	for (size_t i = 0; i < digits.len; i++)
		seen |= 1u << (digits.ptr[i] - '0');
	for (; seen; seen &= seen - 1)
		count++;
	return count;
}

static bool groups_are(const uint8_t *groups, size_t count, const char *shape)
{
	for (size_t i = 0; i < count; i++, shape++)
		if (groups[i] != (uint8_t)(*shape - '0'))
			return false;
	return *shape == '\0';
}

/* Countries of our readers whose numbers are often written without the +. */
static const struct {
	struct span start;
	size_t digits;
} bare_countries[] = {
	{{"9647", 4}, 13}, /* Iraq */
	{{"905", 3}, 12}, /* Turkey */
	{{"989", 3}, 12}, /* Iran */
};

static bool has_bare_country(struct span digits)
{
	for (size_t i = 0; i < ARRAY_LEN(bare_countries); i++)
		if (digits.len == bare_countries[i].digits &&
			span_starts(digits, bare_countries[i].start))
			return true;
	return false;
}

bool scan_is_phone(struct span digits, const uint8_t *groups, size_t count, bool plus)
{
	if (distinct(digits) < 3)
		return false; /* 0000000000, 1010101010 */
	if (plus)
		return digits.len >= 9 && digits.len <= 15 && digits.ptr[0] != '0';
	if (digits.len > 2 && digits.ptr[0] == '0' && digits.ptr[1] == '0')
		return digits.len >= 11 && digits.len <= 17 && digits.ptr[2] != '0';
	/*
	 * A first group of two is a day or month; a lone 0 is the Turkish way (0 532 123 45 67),
	 * or, with one digit less, an ISBN.
	 */
	if (digits.ptr[0] == '0')
		return (groups[0] >= 3 && (digits.len == 10 || digits.len == 11)) ||
		       (groups[0] == 1 && digits.len == 11);
	if (digits.len == 10 && digits.ptr[0] >= '2')
		return groups_are(groups, count, "334") || groups_are(groups, count, "3322");
	return has_bare_country(digits);
}

/* A number as it is written: its digits in groups, and where each group ends. */
struct number {
	char digits[PHONE_DIGITS_MAX + 1];
	size_t count; /* digits */
	uint8_t groups[PHONE_GROUPS_MAX];
	size_t ends[PHONE_GROUPS_MAX]; /* [bytes] offsets after each group */
	size_t groups_count;
	bool plus;
};

/* The separator between two groups: at most two of these; 0 long if there is none. */
static size_t separator(struct span s, size_t at)
{
	size_t len = 0;

	while (len < 2 && at + len < s.len && s.ptr[at + len] && strchr(" -./()", s.ptr[at + len]))
		len++;
	return len;
}

/* Reads groups of digits from `at` (a digit) as long as they can be one number. */
static void read_number(struct span s, size_t at, struct number *n)
{
	*n = (struct number){0};
	while (n->groups_count < PHONE_GROUPS_MAX) {
		size_t from = at, gap;

		while (at < s.len && is_digit(s.ptr[at]) && n->count < PHONE_DIGITS_MAX + 1)
			n->digits[n->count++] = s.ptr[at++];
		if (at == from)
			break;
		n->groups[n->groups_count] = (uint8_t)(at - from);
		n->ends[n->groups_count++] = at;
		/* `0.123456789` is a fraction: a lone digit and a point are no group of a phone. */
		if (at - from == 1 && at < s.len && s.ptr[at] == '.')
			break;
		gap = separator(s, at);
		if (gap == 0)
			break;
		at += gap;
	}
}

/* The end of the longest part of the number that is a phone number, or 0. */
static size_t phone_end(struct span s, const struct number *n)
{
	size_t digits = n->count;

	for (size_t count = n->groups_count; count > 0; count--) {
		size_t end = n->ends[count - 1];
		struct span written = {n->digits, digits};

		/* Kurdish and Arabic endings are written right after a number. */
		if (digits <= PHONE_DIGITS_MAX && digits >= 9 &&
			!(end < s.len &&
				(is_alnum(s.ptr[end]) || s.ptr[end] == '_' || s.ptr[end] == '%')) &&
			scan_is_phone(written, n->groups, count, n->plus))
			return end;
		digits -= n->groups[count - 1];
	}
	return 0;
}

/* Whether what stands before says that a number is no phone number: a word, money, a decimal. */
static bool number_continues(struct span s, size_t at)
{
	char before = at ? s.ptr[at - 1] : ' ';

	return is_alnum(before) || before == '_' || before == '$' || before == '#' ||
	       (at >= 2 && (before == '.' || before == ',') && is_digit(s.ptr[at - 2]));
}

static bool inside_link(const struct links *links, size_t *next, size_t at, size_t *end)
{
	while (*next < links->count && links->items[*next].range.to <= at)
		(*next)++;
	if (*next == links->count || links->items[*next].range.from > at)
		return false;
	*end = links->items[*next].range.to;
	return true;
}

/* The first digit at or after `at`; the end if there is none. */
static size_t next_digit(struct span s, size_t at)
{
	while (s.len - at >= LANES) {
		unsigned bits = lanes_bits(lanes_within(lanes_load(s.ptr + at), '0', 10));

		if (bits)
			return at + (size_t)__builtin_ctz(bits);
		at += LANES;
	}
	while (at < s.len && !is_digit(s.ptr[at]))
		at++;
	return at;
}

static int scan_phones(
	struct arena *arena, struct span s, const struct links *links, struct contacts *out)
{
	size_t next = 0;

	for (size_t at = 0; (at = next_digit(s, at)) < s.len;) {
		struct number n;
		size_t from, end;

		if (inside_link(links, &next, at, &end)) {
			at = end;
			continue;
		}
		read_number(s, at, &n);
		n.plus = at > 0 && s.ptr[at - 1] == '+';
		/* "+964 (0) 770" and "(0770) 123" begin before their first digit. */
		from = n.plus || (at > 0 && s.ptr[at - 1] == '(') ? at - 1 : at;
		end = number_continues(s, from) ? 0 : phone_end(s, &n);
		if (end && add(arena, out, CONTACT_PHONE, from, end) != OK)
			return ERR_NOMEM;
		at = end ? end : n.ends[0];
	}
	return OK;
}

/* --- handles and messengers ------------------------------------------------------------------- */

static int scan_handles(
	struct arena *arena, struct span s, const struct links *links, struct contacts *out)
{
	size_t next = 0;

	for (size_t at = 0; at < s.len; at++) {
		const char *sign = memchr(s.ptr + at, '@', s.len - at);
		size_t end, skip;

		if (!sign)
			break;
		at = (size_t)(sign - s.ptr);
		end = at + 1;
		if (inside_link(links, &next, at, &skip)) {
			at = skip - 1;
			continue;
		}
		if (word_before(s, at))
			continue; /* an address */
		while (end < s.len && end - at <= HANDLE_MAX &&
			(is_alnum(s.ptr[end]) || s.ptr[end] == '_' || s.ptr[end] == '.'))
			end++;
		while (s.ptr[end - 1] == '.')
			end--;
		if (end - at - 1 >= HANDLE_MIN && !word_at(s, end) &&
			add(arena, out, CONTACT_HANDLE, at, end) != OK)
			return ERR_NOMEM;
	}
	return OK;
}

static bool is_messenger(const struct link *link)
{
	if (link->path.len < 2)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(content_paths); i++)
		if (span_starts(link->path, content_paths[i]))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(messenger_hosts); i++)
		if (scan_host_within(link->host, messenger_hosts[i]))
			return true;
	return false;
}

/* The link of a messenger's scheme whose colon stands at `colon`, not before `floor`. */
static bool scheme_around(struct span s, size_t floor, size_t colon, size_t *from, size_t *end)
{
	for (size_t i = 0; i < ARRAY_LEN(messenger_schemes); i++) {
		struct span scheme = messenger_schemes[i];
		size_t name =
			(size_t)((const char *)memchr(scheme.ptr, ':', scheme.len) - scheme.ptr);

		if (colon < floor + name ||
			!span_starts(span_sub(s, colon - name, s.len), scheme) ||
			word_before(s, colon - name))
			continue;
		*from = colon - name;
		for (*end = *from + scheme.len; *end < s.len && (unsigned char)s.ptr[*end] > ' ';)
			++*end;
		if (*end > *from + scheme.len)
			return true;
	}
	return false;
}

static int scan_messengers(
	struct arena *arena, struct span s, const struct links *links, struct contacts *out)
{
	for (size_t i = 0; i < links->count; i++) {
		const struct range *range = &links->items[i].range;

		if (is_messenger(&links->items[i]) &&
			add(arena, out, CONTACT_MESSENGER, range->from, range->to) != OK)
			return ERR_NOMEM;
	}
	for (size_t floor = 0, at = 0; at < s.len; at++) {
		const char *colon = memchr(s.ptr + at, ':', s.len - at);
		size_t from, end;

		if (!colon)
			break;
		at = (size_t)(colon - s.ptr);
		if (!scheme_around(s, floor, at, &from, &end))
			continue;
		if (add(arena, out, CONTACT_MESSENGER, from, end) != OK)
			return ERR_NOMEM;
		floor = end;
		at = end - 1;
	}
	return OK;
}

int scan_contacts(
	struct arena *arena, struct span folded, const struct links *links, struct contacts *out)
{
	int rc;

	*out = (struct contacts){0};
	if (folded.len == 0)
		return OK;
	rc = scan_emails(arena, folded, out);
	if (rc == OK)
		rc = scan_phones(arena, folded, links, out);
	if (rc == OK)
		rc = scan_handles(arena, folded, links, out);
	return rc == OK ? scan_messengers(arena, folded, links, out) : rc;
}
