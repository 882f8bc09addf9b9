/*
 * The JSON reader: a state machine over one document, without recursion: see json.h.
 *
 * Strings are most of every request, so they are scanned eight bytes at a time, and their UTF-8 is
 * validated only when one of the bytes was not ASCII. Keys of open objects are kept on a stack; a
 * 64-bit set of their hashes tells a new key from a possible duplicate without comparing.
 */
#include "wire/json.h"

#include "text/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

static enum json_event refuse(
	struct json *j, enum refusal_code code, const char *message, const char *where)
{
	refusal_set(&j->refusal, code, message, (size_t)(where - j->input.ptr));
	j->state = JSON_STOPPED;
	return JSON_REFUSED;
}

static inline const char *end_of(const struct json *j)
{
	return j->input.ptr + j->input.len;
}

static inline void skip_space(struct json *j)
{
	const char *end = end_of(j), *p = j->at;

	if (p < end && (unsigned char)*p > ' ') /* as clients write it: no space */
		return;
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	j->at = p;
}

/* --- strings --- */

/* Eight bytes as a number whose lowest byte is the first one. */
static inline uint64_t load_word(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? word : __builtin_bswap64(word);
}

static inline uint64_t load_half(const char *p)
{
	uint32_t half;

	memcpy(&half, p, sizeof(half));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? half : __builtin_bswap32(half);
}

/*
 * Marks (0x80) in the bytes that are a quote, a backslash or a control character. Exact for the
 * lowest mark; above it a borrow can set a wrong one.
 */
static inline uint64_t special_in(uint64_t word)
{
	uint64_t quote = word ^ (ONES * '"'), backslash = word ^ (ONES * '\\');

	return (((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) |
		       ((word - ONES * 0x20) & ~word)) &
	       HIGHS;
}

static inline bool is_special(char c)
{
	return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

#ifdef __SSE2__ /* twice as fast on long strings; every x86-64 has it */
#define ROW 16 /* bytes */

/* Bit i: byte i is special. */
static inline unsigned special_in_row(__m128i bytes)
{
	__m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
	__m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
	__m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash)));
}
#endif

/*
 * The first quote, backslash or control character in [p, end), or end. *high collects the bytes
 * passed: its top bits say whether one of them was not ASCII (those of the last word looked at
 * count too: it only costs a needless validation).
 */
static inline const char *find_special(const char *p, const char *end, uint64_t *high)
{
#ifdef __SSE2__
	while (end - p >= ROW) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
		unsigned marks = special_in_row(bytes);

		if (_mm_movemask_epi8(bytes))
			*high |= HIGHS;
		if (marks)
			return p + __builtin_ctz(marks);
		p += ROW;
	}
#endif
	while (end - p >= 8) {
		uint64_t word = load_word(p), marks = special_in(word);

		*high |= word;
		if (marks)
			return p + (unsigned)__builtin_ctzll(marks) / 8;
		p += 8;
	}
	if (end - p >= 4) { /* the first four and the last four, which may overlap */
		uint64_t word = load_half(p) | load_half(end - 4) << 32, marks = special_in(word);
		unsigned at = marks ? (unsigned)__builtin_ctzll(marks) / 8 : 8;

		*high |= word;
		return at < 4 ? p + at : end - 8 + at;
	}
	while (p < end && !is_special(*p))
		*high |= (unsigned char)*p++;
	return p;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The value of the four hex digits at p, or -1 if they are not there. */
static int32_t hex_unit(const char *p, const char *end)
{
	int32_t unit = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

/*
 * Reads the \u escape (or pair of them) at p, which points to the backslash. Returns what follows
 * it, or NULL with *problem set. *c is the code point.
 */
static const char *read_unicode_escape(
	const char *p, const char *end, uint32_t *c, const char **problem)
{
	int32_t unit = hex_unit(p + 2, end), low;

	*problem = "\\u must be followed by four hex digits";
	if (unit < 0)
		return NULL;
	*c = (uint32_t)unit;
	p += 6;
	if (unit < 0xD800 || unit > 0xDFFF)
		return p;
	*problem = "a lone surrogate is no character";
	if (unit > 0xDBFF || end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return NULL;
	low = hex_unit(p + 2, end);
	if (low < 0xDC00 || low > 0xDFFF)
		return NULL;
	*c = 0x10000 + (((uint32_t)unit - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
	return p + 6;
}

/* What stands for the character after a backslash (not u), or 0 if there is no such escape. */
static char simple_escape(char c)
{
	switch (c) {
	case '"':
	case '\\':
	case '/':
		return c;
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return 0;
	}
}

/* Passes over the escape at p (a backslash). NULL after refusing. */
static const char *check_escape(struct json *j, const char *p)
{
	const char *end = end_of(j), *after, *problem;
	uint32_t c;

	if (end - p >= 2 && p[1] != 'u' && simple_escape(p[1]))
		return p + 2;
	if (end - p < 2 || p[1] != 'u') {
		refuse(j, REFUSAL_BAD_JSON, "a backslash is followed by no escape of JSON", p);
		return NULL;
	}
	after = read_unicode_escape(p, end, &c, &problem);
	if (!after)
		refuse(j, REFUSAL_BAD_JSON, problem, p);
	return after;
}

/*
 * The same as scan_long_string() for a string that is all ASCII, shorter than a row and without
 * escapes, as keys and ids are; ptr is NULL if it is not.
 */
static inline struct span scan_short_string(struct json *j)
{
#ifdef __SSE2__
	const char *begin = j->at + 1;

	if (end_of(j) - begin >= ROW) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)begin);
		unsigned marks = special_in_row(bytes), high = (unsigned)_mm_movemask_epi8(bytes);
		unsigned len = marks ? (unsigned)__builtin_ctz(marks) : 0;

		/* The first that is special is a quote, and no byte before it is high. */
		if (marks && begin[len] == '"' && !(high & ((1u << len) - 1))) {
			j->escaped = false;
			j->offset = (size_t)(j->at - j->input.ptr);
			j->at = begin + len + 1;
			return (struct span){begin, len};
		}
	}
#else
	(void)j;
#endif
	return (struct span){NULL, 0};
}

/*
 * Reads the string whose opening quote j->at points to, and returns it as written; ptr is NULL
 * after refusing. Spans are passed in registers here: a span stored as two words and loaded as one
 * stalls the processor for longer than a short string takes to read.
 */
static struct span scan_long_string(struct json *j)
{
	static const struct span refused = {NULL, 0};
	const char *end = end_of(j), *begin = j->at + 1, *p = begin;
	uint64_t high = 0;
	size_t bad;

	j->escaped = false;
	for (;;) {
		p = find_special(p, end, &high);
		if (p == end) {
			refuse(j, REFUSAL_BAD_JSON,
				"a string is never closed; a line end in it is written \\n", j->at);
			return refused;
		}
		if (*p == '"')
			break;
		if (*p != '\\') {
			refuse(j, REFUSAL_BAD_JSON,
				"a raw control character in a string; it is written \\u and four "
				"digits",
				p);
			return refused;
		}
		j->escaped = true;
		p = check_escape(j, p);
		if (!p)
			return refused;
	}
	j->offset = (size_t)(j->at - j->input.ptr);
	j->at = p + 1;
	if ((high & HIGHS) && !utf8_valid((struct span){begin, (size_t)(p - begin)}, &bad)) {
		refuse(j, REFUSAL_INVALID_UTF8, NULL, begin + bad);
		return refused;
	}
	return (struct span){begin, (size_t)(p - begin)};
}

static inline struct span scan_string(struct json *j)
{
	struct span string = scan_short_string(j);

	return string.ptr ? string : scan_long_string(j);
}

/* The text of a string with escapes, all of them checked; ptr is NULL when out of memory. */
static struct span decode(struct arena *arena, struct span raw)
{
	const char *end = raw.ptr + raw.len, *p = raw.ptr, *problem;
	char *text, *to;

	text = to = arena_alloc(arena, raw.len); /* an escape is never shorter than what it is */
	if (!text)
		return (struct span){NULL, 0};
	while (p < end) {
		const char *backslash = memchr(p, '\\', (size_t)(end - p));
		size_t plain = (size_t)((backslash ? backslash : end) - p);

		memcpy(to, p, plain);
		to += plain;
		p += plain;
		if (p == end)
			break;
		if (p[1] == 'u') {
			uint32_t c = 0;

			p = read_unicode_escape(p, end, &c, &problem);
			to += utf8_put(c, to);
		} else {
			*to++ = simple_escape(p[1]);
			p += 2;
		}
	}
	return (struct span){text, (size_t)(to - text)};
}

struct span json_text(struct json *j)
{
	return j->escaped ? decode(j->arena, j->token) : j->token;
}

/* --- keys --- */

/* One bit of 64 for a key: keys that share it are compared, so it need not be a good hash. */
static inline uint64_t key_bit(struct span key)
{
	uint64_t hash = key.len;

	if (key.len) {
		hash = hash * 31 + (unsigned char)key.ptr[0];
		hash = hash * 31 + (unsigned char)key.ptr[key.len / 2];
		hash = hash * 31 + (unsigned char)key.ptr[key.len - 1];
	}
	return UINT64_C(1) << ((hash * UINT64_C(0x9E3779B97F4A7C15)) >> 58);
}

/* Notes the key in the open object. False after refusing a second one or too many. */
static bool add_key(struct json *j, struct span key)
{
	unsigned from = j->open[j->depth - 1].keys_from;
	uint64_t *seen = &j->open[j->depth - 1].seen, bit = key_bit(key);
	const char *where = j->input.ptr + j->offset;

	if (j->keys_count - from == JSON_KEYS_MAX) {
		refuse(j, REFUSAL_TOO_MANY_KEYS, NULL, where);
		return false;
	}
	if (*seen & bit) {
		for (unsigned i = from; i < j->keys_count; i++) {
			if (span_eq(j->keys[i], key)) {
				refuse(j, REFUSAL_DUPLICATE_KEY, NULL, where);
				return false;
			}
		}
	}
	*seen |= bit;
	j->keys[j->keys_count++] = key;
	return true;
}

static enum json_event read_key(struct json *j)
{
	struct span key;

	skip_space(j);
	if (j->at == end_of(j) || *j->at != '"')
		return refuse(j, REFUSAL_BAD_JSON, "a key in quotes is expected here", j->at);
	key = scan_string(j);
	if (!key.ptr)
		return JSON_REFUSED;
	if (key.len > JSON_KEY_MAX)
		return refuse(j, REFUSAL_KEY_TOO_LONG, NULL, key.ptr);
	if (j->escaped)
		key = decode(j->arena, key);
	if (!key.ptr)
		return refuse(j, REFUSAL_OOM, NULL, j->at);
	if (!add_key(j, key))
		return JSON_REFUSED;
	skip_space(j);
	if (j->at == end_of(j) || *j->at != ':')
		return refuse(j, REFUSAL_BAD_JSON, "a colon is expected after the key", j->at);
	j->at++;
	j->token = key;
	j->state = JSON_AT_VALUE;
	return JSON_KEY;
}

/* --- numbers and literals --- */

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *p, const char *end)
{
	while (p < end && is_digit(*p))
		p++;
	return p;
}

/* The decimal exponent written in [p, end): sign and digits, clamped to +-100,000. */
static int32_t written_exponent(const char *p, const char *end)
{
	bool negative = p < end && *p == '-';
	int32_t value = 0;

	for (; p < end; p++) {
		if (is_digit(*p) && value < 100000)
			value = value * 10 + (*p - '0');
	}
	return negative ? -value : value;
}

/*
 * Whether the number is below 1e308 in size, from its digits alone: strtod() would read gigabytes
 * of digits without complaint, and depends on the locale.
 */
static bool is_in_range(
	const char *whole, const char *fraction, const char *exponent, const char *end)
{
	int32_t magnitude; /* of the first digit that is not zero */

	if (*whole != '0') {
		magnitude = (int32_t)(skip_digits(whole, end) - whole) - 1;
	} else {
		const char *p = fraction;

		while (p < exponent && *p == '0')
			p++;
		if (p == exponent || !is_digit(*p))
			return true; /* zero, whatever the exponent */
		magnitude = -(int32_t)(p - fraction) - 1;
	}
	return magnitude + written_exponent(exponent < end ? exponent + 1 : end, end) < 308;
}

static enum json_event read_number(struct json *j)
{
	const char *begin = j->at, *end = end_of(j), *p = begin, *whole, *fraction, *exponent;

	if (*p == '-')
		p++;
	whole = p;
	p = p < end && *p == '0' ? p + 1 : skip_digits(p, end);
	if (p == whole)
		return refuse(j, REFUSAL_BAD_JSON, "a minus sign is followed by no digit", begin);
	fraction = p;
	if (p < end && *p == '.') {
		fraction = p + 1;
		p = skip_digits(fraction, end);
		if (p == fraction)
			return refuse(j, REFUSAL_BAD_JSON, "a decimal point without digits", p);
	}
	exponent = p;
	if (p < end && (*p == 'e' || *p == 'E')) {
		const char *digits = p + 1;

		if (digits < end && (*digits == '+' || *digits == '-'))
			digits++;
		p = skip_digits(digits, end);
		if (p == digits)
			return refuse(j, REFUSAL_BAD_JSON, "an exponent without digits", p);
	}
	if (p - begin > JSON_NUMBER_MAX || !is_in_range(whole, fraction, exponent, p))
		return refuse(j, REFUSAL_BAD_NUMBER, NULL, begin);
	j->token = (struct span){begin, (size_t)(p - begin)};
	j->at = p;
	return JSON_NUMBER;
}

bool json_int(struct span token, int64_t *out)
{
	size_t sign = token.len && token.ptr[0] == '-';
	uint64_t value = 0, most = (uint64_t)INT64_MAX + sign;

	if (token.len == sign)
		return false;
	for (size_t i = sign; i < token.len; i++) {
		unsigned digit = (unsigned)(token.ptr[i] - '0');

		if (!is_digit(token.ptr[i]) || value > (most - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = sign ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

static enum json_event read_literal(struct json *j, struct span word, enum json_event event)
{
	if (!span_starts(span_sub(j->input, j->offset, j->input.len), word))
		return refuse(j, REFUSAL_BAD_JSON, "a value is expected here", j->at);
	j->token = (struct span){j->at, word.len};
	j->at += word.len;
	return event;
}

/* --- structure --- */

static enum json_event open_container(struct json *j, bool object)
{
	if (j->depth == JSON_DEPTH_MAX)
		return refuse(j, REFUSAL_TOO_DEEP, NULL, j->at);
	j->at++;
	j->open[j->depth].seen = 0;
	j->open[j->depth].keys_from = j->keys_count;
	j->depth++;
	if (object)
		j->objects |= UINT64_C(1) << j->depth;
	else
		j->objects &= ~(UINT64_C(1) << j->depth);
	j->state = object ? JSON_AT_FIRST_KEY : JSON_AT_FIRST_ITEM;
	return object ? JSON_OBJECT : JSON_ARRAY;
}

static inline bool in_object(const struct json *j)
{
	return j->objects >> j->depth & 1;
}

static enum json_event close_container(struct json *j)
{
	bool object = in_object(j);

	j->offset = (size_t)(j->at - j->input.ptr);
	j->at++;
	j->depth--;
	j->keys_count = j->open[j->depth].keys_from;
	j->state = JSON_AFTER_VALUE;
	return object ? JSON_OBJECT_END : JSON_ARRAY_END;
}

static enum json_event read_value(struct json *j)
{
	skip_space(j);
	j->offset = (size_t)(j->at - j->input.ptr);
	if (j->at == end_of(j))
		return refuse(
			j, REFUSAL_BAD_JSON, "the text ends where a value is expected", j->at);
	j->state = JSON_AFTER_VALUE;
	switch (*j->at) {
	case '"':
		j->token = scan_string(j);
		return j->token.ptr ? JSON_STRING : JSON_REFUSED;
	case '{':
		return open_container(j, true);
	case '[':
		return open_container(j, false);
	case 't':
		return read_literal(j, SPAN("true"), JSON_TRUE);
	case 'f':
		return read_literal(j, SPAN("false"), JSON_FALSE);
	case 'n':
		return read_literal(j, SPAN("null"), JSON_NULL);
	case '-':
		return read_number(j);
	case '\xEF':
		return refuse(j, REFUSAL_BAD_JSON,
			"a value is expected here, not a byte order mark", j->at);
	default:
		if (is_digit(*j->at))
			return read_number(j);
		return refuse(j, REFUSAL_BAD_JSON, "a value is expected here", j->at);
	}
}

static enum json_event after_value(struct json *j)
{
	char closing;

	skip_space(j);
	if (j->depth == 0) {
		if (j->at != end_of(j))
			return refuse(j, REFUSAL_BAD_JSON, "something follows the value", j->at);
		j->state = JSON_STOPPED;
		return JSON_END;
	}
	closing = in_object(j) ? '}' : ']';
	if (j->at == end_of(j))
		return refuse(j, REFUSAL_BAD_JSON, "an array or object is never closed", j->at);
	if (*j->at == closing)
		return close_container(j);
	if (*j->at != ',')
		return refuse(
			j, REFUSAL_BAD_JSON, "a comma or closing bracket is expected here", j->at);
	j->at++;
	return in_object(j) ? read_key(j) : read_value(j);
}

void json_init(struct json *j, struct span input, struct arena *arena)
{
	if (!input.ptr)
		input = SPAN("");
	j->input = input;
	j->at = input.ptr;
	j->arena = arena;
	j->token = (struct span){NULL, 0};
	j->offset = 0;
	j->escaped = false;
	j->state = JSON_AT_VALUE;
	j->refusal = (struct refusal)REFUSAL_INIT;
	j->depth = 0;
	j->keys_count = 0;
	j->objects = 0;
}

enum json_event json_next(struct json *j)
{
	switch (j->state) {
	case JSON_AT_VALUE:
		return read_value(j);
	case JSON_AT_FIRST_ITEM:
		skip_space(j);
		return j->at < end_of(j) && *j->at == ']' ? close_container(j) : read_value(j);
	case JSON_AT_FIRST_KEY:
		skip_space(j);
		return j->at < end_of(j) && *j->at == '}' ? close_container(j) : read_key(j);
	case JSON_AFTER_VALUE:
		return after_value(j);
	case JSON_STOPPED:
		break;
	}
	return j->refusal.code ? JSON_REFUSED : JSON_END;
}

enum json_event json_leave(struct json *j, enum json_event event)
{
	unsigned outside = j->depth - 1;

	if (event != JSON_OBJECT && event != JSON_ARRAY)
		return event;
	while (j->depth != outside) {
		if (json_next(j) == JSON_REFUSED)
			return JSON_REFUSED;
	}
	return event;
}

/* --- writer --- */

static void write_escape(struct buf *out, char c)
{
	static const char hex[] = "0123456789abcdef";
	char escape[6] = {'\\', 'u', '0', '0', hex[(unsigned char)c >> 4], hex[c & 15]};

	switch (c) {
	case '"':
	case '\\':
		escape[1] = c;
		break;
	case '\b':
		escape[1] = 'b';
		break;
	case '\f':
		escape[1] = 'f';
		break;
	case '\n':
		escape[1] = 'n';
		break;
	case '\r':
		escape[1] = 'r';
		break;
	case '\t':
		escape[1] = 't';
		break;
	default:
		buf_append(out, escape, sizeof(escape));
		return;
	}
	buf_append(out, escape, 2);
}

void json_write_text(struct buf *out, struct span s)
{
	const char *p = s.len ? s.ptr : "", *end = p + s.len;
	uint64_t high = 0;

	while (p < end) {
		const char *special = find_special(p, end, &high);

		buf_append(out, p, (size_t)(special - p));
		if (special == end)
			break;
		write_escape(out, *special);
		p = special + 1;
	}
}

void json_write(struct buf *out, struct span s)
{
	uint64_t high = 0;
	char *to = buf_reserve(out, s.len + 2);

	if (!to)
		return;
	if (s.len && find_special(s.ptr, s.ptr + s.len, &high) != s.ptr + s.len) {
		buf_char(out, '"');
		json_write_text(out, s);
		buf_char(out, '"');
		return;
	}
	to[0] = '"';
	if (s.len)
		memcpy(to + 1, s.ptr, s.len);
	to[s.len + 1] = '"';
	out->len += s.len + 2;
}
