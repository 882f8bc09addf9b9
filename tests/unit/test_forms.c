/* Forms: what slots of prefixes and suffixes make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "match/forms.h"

#define TEXT(text)                                                                                 \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}
#define SLOT(texts)                                                                                \
	{                                                                                          \
		texts, ARRAY_LEN(texts)                                                            \
	}

static struct span plural[] = {TEXT("lar"), TEXT("ler"), TEXT("lar")};
static struct span own[] = {TEXT("i"), TEXT("im"), TEXT("in")};
static struct span locative[] = {TEXT("da"), TEXT("i"), TEXT("dan")};
static struct span same[] = {TEXT("a"), TEXT("aa")};

/* As `written` folds, or what is wrong with it. */
static void folds(const char *written, const char *expected)
{
	struct arena arena;
	struct span folded;
	const char *problem;

	arena_init(&arena, 0);
	assert_int_equal(forms_fold(&arena, span_of(written), &folded, &problem), OK);
	if (problem)
		assert_string_equal(problem, expected);
	else
		assert_true(span_eq(folded, span_of(expected)));
	arena_free(&arena);
}

static void test_fold(void **state)
{
	(void)state;
	folds("Lar\u0131", "lari");
	folds("\u0643", "\u06A9");
	folds("\u200C\u0647\u0627", "\u0647\u0627"); /* as Persian writes an ending */
	folds("abcdefghijklmnop", "abcdefghijklmnop");
	folds("abcdefghijklmnopq", "is too long");
	folds("", "is empty after folding");
	folds("\u0640", "is empty after folding");
	folds("l-r", "holds something else than letters");
	folds("a b", "holds something else than letters");
	folds("\u6F22", "holds something else than letters");
	folds("\u0915\u093F", "holds something else than letters");
	folds("\xFF", "is not valid UTF-8");
}

/* How many forms of a word so many slots of so many texts make. */
static size_t combined(size_t slots, size_t texts)
{
	static char letters[FORMS_TEXTS_MAX][2];
	struct span items[FORMS_TEXTS_MAX];
	struct forms forms = {.suffixes = {.count = slots}};

	for (size_t i = 0; i < texts; i++) {
		letters[i][0] = (char)(' ' + i);
		items[i] = (struct span){letters[i], 1};
	}
	for (size_t i = 0; i < slots; i++)
		forms.suffixes.items[i] = (struct form_slot){items, texts};
	return forms_settle(&forms);
}

static void test_settle(void **state)
{
	struct forms forms = {.prefixes = {{SLOT(same)}, .count = 1},
		.suffixes = {{SLOT(plural), SLOT(own)}, .count = 2}};

	(void)state;
	assert_int_equal(forms_settle(&forms), 3 * 3 * 4);
	assert_int_equal(forms.suffixes.items[0].count, 2);
	assert_int_equal(forms.suffixes.longest, 3 + 2);
	assert_true(span_eq(forms.prefixes.items[0].texts[0], SPAN("aa")));
	assert_int_equal(combined(0, 1), 1);
	assert_int_equal(combined(2, FORMS_TEXTS_MAX), 65 * 65);
	assert_int_equal(combined(3, FORMS_TEXTS_MAX), FORMS_COMBINED_MAX + 1);
	assert_int_equal(combined(FORMS_SLOTS_MAX, FORMS_TEXTS_MAX), FORMS_COMBINED_MAX + 1);
}

/* The parts of `text`, joined by `+`; "-" if the slots do not make it. */
static void cuts(const struct form_slots *slots, const char *text, const char *expected)
{
	struct span parts[FORMS_SLOTS_MAX];
	struct buf out = {0};
	size_t count = forms_cut(slots, span_of(text), parts);

	for (size_t i = 0; i < count; i++)
		buf_printf(&out, "%s%.*s", i ? "+" : "", SPAN_ARGS(parts[i]));
	if (!forms_can_make(slots, span_of(text)))
		buf_char(&out, '-');
	buf_char(&out, '\0');
	assert_string_equal(out.data, expected);
	buf_free(&out);
}

static void test_make(void **state)
{
	struct forms forms = {.suffixes = {{SLOT(plural), SLOT(own), SLOT(locative)}, .count = 3}};
	struct forms again = {.suffixes = {{SLOT(same), SLOT(same)}, .count = 2}};
	const struct form_slots none = {.count = 0};

	(void)state;
	forms_settle(&forms);
	forms_settle(&again);
	cuts(&forms.suffixes, "", "");
	cuts(&forms.suffixes, "lar", "lar");
	cuts(&forms.suffixes, "larimdan", "lar+im+dan");
	cuts(&forms.suffixes, "ii", "i+i");
	cuts(&forms.suffixes, "dan", "dan");
	cuts(&forms.suffixes, "dalar", "-");
	cuts(&forms.suffixes, "larlar", "-");
	cuts(&forms.suffixes, "larx", "-");
	cuts(&forms.suffixes, "la", "-");
	cuts(&forms.suffixes, "larimdanlarimdan", "-");
	cuts(&again.suffixes, "aaa", "aa+a");
	cuts(&again.suffixes, "aaaa", "aa+aa");
	cuts(&again.suffixes, "aaaaa", "-");
	cuts(&none, "", "");
	cuts(&none, "a", "-");
}

static bool add(void *context, struct span made)
{
	buf_printf(context, "%.*s ", SPAN_ARGS(made));
	return ((struct buf *)context)->len < 40;
}

static void test_combine(void **state)
{
	struct forms forms = {.suffixes = {{SLOT(plural), SLOT(own)}, .count = 2}};
	struct buf out = {0};

	(void)state;
	forms_settle(&forms);
	assert_false(forms_combine(&forms.suffixes, add, &out)); /* stopped */
	buf_clear(&out);
	forms.suffixes.count = 1;
	assert_true(forms_combine(&forms.suffixes, add, &out));
	assert_true(span_eq(buf_content(&out), SPAN("lar ler ")));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_combine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
