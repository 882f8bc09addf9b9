/* Tests what conditions rest on: links, contacts and the logic of combined conditions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "rules/condition_parts.h"
#include "rules/scan_contacts.h"
#include "text/fold.h"

static struct arena arena;

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* --- links ------------------------------------------------------------------------------------ */

struct link_case {
	const char *text;
	const char *hosts; /* of the links in it, separated by spaces */
};

static const struct link_case link_cases[] = {
	{"see http://example.com/a", "example.com"},
	{"HTTPS://WWW.Example.COM/A?b=c#d", "example.com"},
	{"(https://example.com).", "example.com"},
	{"ftp://files.example.org/x", "files.example.org"},
	{"www.example.krd", "example.krd"},
	{"www.example.pizza/menu", "example.pizza"},
	{"go to example.com now", "example.com"},
	{"rudaw.net, kurdistan24.net and nrttv.com", "rudaw.net kurdistan24.net nrttv.com"},
	{"x.com", "x.com"},
	{"bit.ly/2abc t.me/channel wa.me/9647701234567", "bit.ly t.me wa.me"},
	{"cheap.shop/now and cheap.shop", "cheap.shop"},
	{"http://good.com@evil.com/login", "evil.com"},
	{"http://user:pass@evil.com:8080/", "evil.com"},
	{"example.com:8080/path", "example.com"},
	{"http://192.168.1.1/admin", "192.168.1.1"},
	{"[url=http://example.com]x[/url]", "example.com"},
	{"<a href=\"http://example.com/a\">http://other.com</a>", "example.com other.com"},
	{"ئەمە http://example.com/یەک ببینە", "example.com"},
	{"سەردانhttp://example.com بکە", "example.com"},
	{"example.comسڵاو", "example.com"},
	{"http://example.comسلام", "example.com"},
	{"http://موقع.com/x", "موقع.com"},
	{"http://вестник.рф/", "вестник.рф"},
	{"ｈｔｔｐ：／／ｅｘａｍｐｌｅ．ｃｏｍ", "example.com"},
	{"exam\xE2\x80\x8Bple.com", "example.com"},
	{"a.b.c.example.co.uk/x", "a.b.c.example.co.uk"},
	{"http://example.com/a_(b)!", "example.com"},
	/* no links */
	{"I agree.so do they. join.us e.g. i.e. U.S.A. P.K.K.", ""},
	{"bu haber yalan.biz de biliyoruz.de", ""},
	{"3.14 1.2.3 10.000.000 12.05.2026", ""},
	{"main.c report.pdf photo.jpg index.html", ""},
	{"write to me@example.com or a.b@sub.example.org", ""},
	{"http:// https://localhost www. www", ""},
	{"http://..com http://a..com x..com", ""},
	{"end.Start and...more", ""},
	{"and/or he/she 24/7", ""},
	{"", ""},
};

static struct links links_in(const char *text)
{
	struct links links;
	struct span folded = fold_word(&arena, span_of(text));

	assert_non_null(folded.ptr);
	assert_int_equal(scan_links(&arena, folded, &links), OK);
	return links;
}

static void test_links(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(link_cases); i++) {
		struct links links = links_in(link_cases[i].text);
		char found[256] = "";
		size_t len = 0;
		struct span want = fold_word(&arena, span_of(link_cases[i].hosts));

		for (size_t k = 0; k < links.count; k++)
			len += (size_t)snprintf(found + len, sizeof(found) - len, "%s%.*s",
				k ? " " : "", SPAN_ARGS(links.items[k].host));
		if (!span_eq((struct span){found, len}, want))
			fail_msg("`%s`: found `%s`, not `%.*s`", link_cases[i].text, found,
				SPAN_ARGS(want));
	}
}

static void test_link_ranges(void **state)
{
	struct span text = SPAN("(see http://example.com/a?b,c). bye");
	struct links links;

	(void)state;
	assert_int_equal(scan_links(&arena, text, &links), OK);
	assert_int_equal(links.count, 1);
	assert_true(span_eq(span_sub(text, links.items[0].range.from, links.items[0].range.to),
		SPAN("http://example.com/a?b,c")));
	assert_true(span_eq(links.items[0].path, SPAN("/a?b,c")));
}

static void test_host_within(void **state)
{
	(void)state;
	assert_true(scan_host_within(SPAN("example.com"), SPAN("example.com")));
	assert_true(scan_host_within(SPAN("a.b.example.com"), SPAN("example.com")));
	assert_false(scan_host_within(SPAN("badexample.com"), SPAN("example.com")));
	assert_false(scan_host_within(SPAN("example.com.evil.org"), SPAN("example.com")));
	assert_false(scan_host_within(SPAN("example.com"), SPAN("")));
}

/* --- contacts --------------------------------------------------------------------------------- */

struct contact_case {
	const char *text;
	const char *kinds; /* a letter each: e-mail, phone, handle, messenger */
};

static const struct contact_case contact_cases[] = {
	{"write to me@example.com", "e"},
	{"First.Last+news@mail.example.co.uk!", "e"},
	{"mailto:a_b@example.krd?subject=x", "e"},
	{"name at gmail dot com", "e"},
	{"name [at] gmail [dot] com", "e"},
	{"name(at)example.org", "e"},
	{"name @ gmail . com", "e"},
	{"name@gmail dot com", "e"},
	{"a@b.com c@d.org", "ee"},
	{"we met at amazon dot com, at work", ""},
	{"look at this. com is short", ""},
	{"meet me at yahoo", ""},
	{"me@home", ""},
	/* phones of our readers */
	{"+964 770 123 4567", "p"},
	{"+9647701234567", "p"},
	{"00964 770 123 4567", "p"},
	{"009647701234567", "p"},
	{"964 750 123 4567", "p"},
	{"0770 123 4567", "p"},
	{"07701234567", "p"},
	{"0770-123-45-67", "p"},
	{"٠٧٧٠ ١٢٣ ٤٥٦٧", "p"},
	{"۰۷۵۰۱۲۳۴۵۶۷", "p"},
	{"٠٩١٢٣٤٥٦٧٨٩", "p"},
	{"+90 532 123 45 67", "p"},
	{"0532 123 45 67", "p"},
	{"0 532 123 45 67", "p"},
	{"0(532)1234567", "p"},
	{"905321234567", "p"},
	{"532 123 45 67", "p"},
	{"+98 912 345 6789", "p"},
	{"0912 345 6789", "p"},
	{"07911 123456", "p"},
	{"+44 20 7946 0958", "p"},
	{"(555) 123-4567", "p"},
	{"555-123-4567", "p"},
	{"call 07701234567 or 07509876543 now", "pp"},
	{"ژمارەکەم ٠٧٥٠١٢٣٤٥٦٧ـە", "p"},
	/* numbers that are none */
	{"in 1988 and 2003, 2014-2017", ""},
	{"23.11.2026 10:30", ""},
	{"2026-11-23 10:30:05", ""},
	{"01/02/2026", ""},
	{"01.02.2026 1030", ""},
	{"1,500,000,000 dinars or 1.500.000.000", ""},
	{"it costs $1234567890", ""},
	{"3-0 2-1 0-0 1-1 5-4", ""},
	{"0.1234567890", ""},
	{"case 1234567890123", ""},
	{"id 12345678901", ""},
	{"0000000000 1111111111", ""},
	{"10000000000000", ""},
	{"182 000 people, 5000 villages, 4 500 years", ""},
	{"100% 1234567890%", ""},
	{"192.168.1.1 10.0.0.1", ""},
	{"4111 1111 1111 1111", ""},
	{"ISBN 0-691-04356-2", ""},
	{"https://example.com/07701234567", ""},
	{"abc07701234567", ""},
	/* handles and messengers */
	{"@name_1 you are right", "h"},
	{"follow @some.one.", "h"},
	{"@ab is short, @ alone", ""},
	{"t.me/somechannel", "m"},
	{"https://t.me/joinchat/AAA", "m"},
	{"https://wa.me/9647701234567", "m"},
	{"chat.whatsapp.com/AbCd", "m"},
	{"instagram.com/name", "m"},
	{"https://www.instagram.com/p/Cxyz/", ""},
	{"viber://chat?number=%2B9647701234567", "m"},
	{"tg://resolve?domain=x", "m"},
	{"I use whatsapp and telegram", ""},
	{"not.me/x", ""},
	{"", ""},
};

static void test_contacts(void **state)
{
	static const char letters[CONTACT_COUNT + 1] = "ephm";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(contact_cases); i++) {
		struct span folded = fold_word(&arena, span_of(contact_cases[i].text));
		struct links links;
		struct contacts contacts;
		char found[32] = "";

		assert_int_equal(scan_links(&arena, folded, &links), OK);
		assert_int_equal(scan_contacts(&arena, folded, &links, &contacts), OK);
		for (size_t k = 0; k < contacts.count && k < 31; k++) {
			struct range range = contacts.items[k].range;

			found[k] = letters[contacts.items[k].kind];
			assert_true(range.from < range.to && range.to <= folded.len);
		}
		if (strcmp(found, contact_cases[i].kinds) != 0)
			fail_msg("`%s`: found `%s`, not `%s`", contact_cases[i].text, found,
				contact_cases[i].kinds);
	}
}

/* Text made to be looked at again and again must not be: a scan of 1 MiB takes milliseconds. */
static void test_scans_are_linear(void **state)
{
	static const char *const seeds[] = {"http://", "www.", "www.\xC3\xA9..", "a.", "a@", "@a",
		"1 ", "(0", "at ", "a at gmail dot ", "http://a@", "+1-", "0770 ", "viber:", "tg:"};
	size_t size = 1 << 20;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	for (size_t s = 0; s < ARRAY_LEN(seeds); s++) {
		size_t len = strlen(seeds[s]), whole = size / len * len;
		struct timespec from, to;
		struct links links;
		struct contacts contacts;
		double spent;

		for (size_t i = 0; i < whole; i++)
			text[i] = seeds[s][i % len];
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		assert_int_equal(scan_links(&arena, (struct span){text, whole}, &links), OK);
		assert_int_equal(
			scan_contacts(&arena, (struct span){text, whole}, &links, &contacts), OK);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		spent = (double)(to.tv_sec - from.tv_sec) +
			(double)(to.tv_nsec - from.tv_nsec) / 1e9;
		if (spent > 2.0) /* a quadratic scan takes minutes */
			fail_msg("`%s` again and again took %.1f s", seeds[s], spent);
		arena_reset(&arena);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_link_ranges),
		cmocka_unit_test(test_host_within),
		cmocka_unit_test(test_contacts),
		cmocka_unit_test(test_scans_are_linear),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
