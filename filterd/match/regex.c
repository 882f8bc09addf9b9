/* Vets and compiles regexes: see regex.h. */
#include "match/regex.h"

#include "match/phrase_tree.h"

#include "text/utf8.h"

#define JIT_SIZE_MAX (1024 * 1024) /* [bytes] of machine code for one pattern */

/* Walks over a regex, so far as is needed to tell what stands in a class or is quoted. */
struct vetting {
	struct span in;
	size_t at;
};

static bool looking_at(const struct vetting *v, const char *what)
{
	return span_starts(span_sub(v->in, v->at, v->in.len), span_of(what));
}

/* Moves past `what`, or to the end. */
static void skip_past(struct vetting *v, const char *what)
{
	while (v->at < v->in.len && !looking_at(v, what))
		v->at++;
	v->at += v->at < v->in.len ? strlen(what) : 0;
}

size_t regex_posix_class(struct span regex, size_t at)
{
	size_t end = at + 2;

	if (!span_starts(span_sub(regex, at, regex.len), SPAN("[:")))
		return 0;
	while (end < regex.len && ((regex.ptr[end] >= 'a' && regex.ptr[end] <= 'z') ||
					  strchr("^<>", regex.ptr[end] ? regex.ptr[end] : ' ')))
		end++;
	return span_starts(span_sub(regex, end, regex.len), SPAN(":]")) ? end + 2 - at : 0;
}

/* Past an escape; \Q...\E as a whole. */
static void skip_escape(struct vetting *v)
{
	if (looking_at(v, "\\Q")) {
		skip_past(v, "\\E");
		return;
	}
	v->at += 1;
	if (v->at < v->in.len)
		v->at += utf8_len((unsigned char)v->in.ptr[v->at]);
}

static void skip_class(struct vetting *v)
{
	v->at++;
	if (looking_at(v, "^"))
		v->at++;
	if (looking_at(v, "]"))
		v->at++;
	while (v->at < v->in.len && v->in.ptr[v->at] != ']') {
		size_t posix = regex_posix_class(v->in, v->at);

		if (posix > 0)
			v->at += posix;
		else if (v->in.ptr[v->at] == '\\')
			skip_escape(v);
		else
			v->at++;
	}
	v->at += v->at < v->in.len;
}

/* What must not stand in a regex, wherever it is not quoted or in a class. */
static const struct {
	const char *what;
	const char *why;
} refused[] = {
	{"(*", "`(*` verbs and options are not allowed"},
	{"(?C", "callouts are not allowed"},
	{"\\C", "`\\C` is not allowed: it could match a part of a character"},
	{"\\G", "`\\G` is not allowed: it depends on where the search began"},
};

static int check_refused(const struct vetting *v, struct pattern_error *error)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (looking_at(v, refused[i].what))
			return pattern_fail(error, v->at, "%s", refused[i].why);
	return OK;
}

/* Whether extended mode is switched on anywhere: then `#` begins a comment. */
static bool may_be_extended(struct span regex)
{
	for (size_t at = 0; at + 2 < regex.len; at++) {
		if (regex.ptr[at] != '(' || regex.ptr[at + 1] != '?')
			continue;
		for (size_t i = at + 2; i < regex.len; i++) {
			if (regex.ptr[i] == 'x')
				return true;
			if (!strchr("imsnJU^-", regex.ptr[i]) || regex.ptr[i] == '\0')
				break;
		}
	}
	return false;
}

int regex_vet(struct span regex, struct pattern_error *error)
{
	struct vetting v = {.in = regex};
	bool anywhere;
	size_t bad;

	if (regex.len == 0)
		return pattern_fail(error, 0, "the regex is empty");
	if (regex.len > REGEX_LENGTH_MAX)
		return pattern_fail(
			error, REGEX_LENGTH_MAX, "a regex has at most %d bytes", REGEX_LENGTH_MAX);
	if (!utf8_valid(regex, &bad))
		return pattern_fail(error, bad, "this is not valid UTF-8");
	/* Comments could hide what follows from this simple reader, so there it refuses more. */
	anywhere = may_be_extended(regex);
	while (v.at < regex.len) {
		if (check_refused(&v, error) != OK)
			return ERR_INVALID;
		if (anywhere)
			v.at++;
		else if (regex.ptr[v.at] == '\\')
			skip_escape(&v);
		else if (regex.ptr[v.at] == '[')
			skip_class(&v);
		else if (looking_at(&v, "(?#"))
			skip_past(&v, ")");
		else
			v.at++;
	}
	return OK;
}

static int fail_compile(int code, size_t offset, struct pattern_error *error)
{
	PCRE2_UCHAR text[sizeof(error->text)];

	if (code == PCRE2_ERROR_HEAP_FAILED)
		return ERR_NOMEM;
	pcre2_get_error_message(code, text, sizeof(text));
	return pattern_fail(error, offset, "%s", (const char *)text);
}

int regex_compile(struct span regex, bool jit, pcre2_code **out, struct pattern_error *error)
{
	const uint32_t options =
		PCRE2_UTF | PCRE2_UCP | PCRE2_USE_OFFSET_LIMIT | PCRE2_NEVER_BACKSLASH_C;
	size_t offset;
	pcre2_code *code;
	int rc;

	code = pcre2_compile((PCRE2_SPTR)regex.ptr, regex.len, options, &rc, &offset, NULL);
	if (!code)
		return fail_compile(rc, offset, error);
	*out = code;
	return jit ? regex_speed_up(out, error) : OK;
}

int regex_speed_up(pcre2_code **code, struct pattern_error *error)
{
	size_t size = 0;

	/* Without JIT (a platform without it, or no memory for it) the interpreter does the same.
	 */
	pcre2_jit_compile(*code, PCRE2_JIT_COMPLETE);
	pcre2_pattern_info(*code, PCRE2_INFO_JITSIZE, &size);
	if (size <= JIT_SIZE_MAX)
		return OK;
	pcre2_code_free(*code);
	*code = NULL;
	return pattern_fail(error, 0, "regular expression is too large");
}

bool regex_matches_empty(const pcre2_code *code)
{
	uint32_t empty = 0;

	pcre2_pattern_info(code, PCRE2_INFO_MATCHEMPTY, &empty);
	return empty != 0;
}
