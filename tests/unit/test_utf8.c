/* UTF-8: the same accept and reject as a slow reference, for every sequence of boundary bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/utf8.h"

/* The offset of the first ill-formed character, or len; written for clearness, from code points. */
static size_t reference(const unsigned char *p, size_t len)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};

	for (size_t at = 0; at < len;) {
		size_t size = p[at] < 0x80             ? 1
			      : (p[at] & 0xE0) == 0xC0 ? 2
			      : (p[at] & 0xF0) == 0xE0 ? 3
			      : (p[at] & 0xF8) == 0xF0 ? 4
						       : 0;
		uint32_t c;

		if (size == 0 || len - at < size)
			return at;
		c = size == 1 ? p[at] : p[at] & (0x7Fu >> size);
		for (size_t i = 1; i < size; i++) {
			if ((p[at + i] & 0xC0) != 0x80)
				return at;
			c = c << 6 | (p[at + i] & 0x3Fu);
		}
		if (c < least[size] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
			return at;
		at += size;
	}
	return len;
}

static void check(const unsigned char *bytes, size_t len)
{
	struct span s = {(const char *)bytes, len};
	size_t bad = len, expected = reference(bytes, len);
	bool valid = utf8_valid(s, &bad);

	if (valid != (expected == len) || bad != expected)
		fail_msg("%02x %02x %02x %02x (%zu bytes): valid %d, bad %zu, expected %zu",
			bytes[0], len > 1 ? bytes[1] : 0, len > 2 ? bytes[2] : 0,
			len > 3 ? bytes[3] : 0, len, valid, bad, expected);
}

static void agrees_on_all_boundary_sequences(void **state)
{
	static const unsigned char edges[] = {0x00, 0x20, 0x41, 0x7F, 0x80, 0x81, 0x8F, 0x90, 0x9F,
		0xA0, 0xBE, 0xBF, 0xC0, 0xC1, 0xC2, 0xC3, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
		0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF};
	unsigned char b[4];

	(void)state;
	for (int first = 0; first < 256; first++) {
		b[0] = (unsigned char)first;
		check(b, 1);
		for (int second = 0; second < 256; second++) {
			b[1] = (unsigned char)second;
			check(b, 2);
			for (size_t i = 0; i < sizeof(edges); i++) {
				b[2] = edges[i];
				check(b, 3);
				for (size_t j = 0; first >= 0xC0 && j < sizeof(edges); j++) {
					b[3] = edges[j];
					check(b, 4);
				}
			}
		}
	}
}

static void finds_a_bad_byte_anywhere(void **state)
{
	static const char *const bad[] = {"\xC0\xAF", "\xC0\x80", "\xE0\x80\xAF",
		"\xF0\x80\x80\xAF", "\xED\xA0\x80", "\xED\xA0\xBD\xED\xB8\x80", "\xF4\x90\x80\x80",
		"\xF8\x88\x80\x80", "\xFE", "\xFF", "\x80", "\xBF", "\xE2\x82", "\xE2\x82 ",
		"\xF0\x9F\x98"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (size_t before = 0; before < 40; before++) {
			struct span sequence = span_of(bad[i]);
			unsigned char text[64];
			size_t at = 99;

			memset(text, 'x', sizeof(text));
			memcpy(text + before, sequence.ptr, sequence.len);
			assert_false(utf8_valid((struct span){(char *)text, sizeof(text)}, &at));
			assert_int_equal(at, before);
			assert_false(utf8_valid(
				(struct span){(char *)text, before + sequence.len}, NULL));
		}
	}
}

static void accepts_nul_and_noncharacters(void **state)
{
	(void)state;
	assert_true(utf8_valid(SPAN(""), NULL));
	assert_true(utf8_valid((struct span){NULL, 0}, NULL));
	assert_true(utf8_valid(SPAN("a\0b"), NULL));
	assert_true(utf8_valid(SPAN("\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xB7\x90"), NULL));
	assert_true(utf8_valid(SPAN("\xF4\x8F\xBF\xBF"), NULL));
	assert_true(utf8_valid(SPAN("سڵاو، hello, привет, 你好 😀"), NULL));
}

static void decodes_what_it_encodes(void **state)
{
	(void)state;
	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		char bytes[4];
		size_t len, at = 0;
		struct span s;

		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		len = utf8_put(c, bytes);
		s = (struct span){bytes, len};
		assert_true(utf8_valid(s, NULL));
		assert_int_equal(utf8_len((unsigned char)bytes[0]), len);
		assert_int_equal(utf8_next(s, &at), c);
		assert_int_equal(at, len);
		assert_int_equal(utf8_prev(s, &at), c);
		assert_int_equal(at, 0);
	}
}

static void counts_code_points_and_utf16_units(void **state)
{
	struct utf8_counts counts = utf8_count(SPAN("aé€😀\0z"));

	(void)state;
	assert_int_equal(counts.chars, 6);
	assert_int_equal(counts.utf16, 7);
	counts = utf8_count((struct span){NULL, 0});
	assert_int_equal(counts.chars, 0);
	assert_int_equal(counts.utf16, 0);
}

/* Long texts are counted many bytes at a time. */
static void counts_long_texts(void **state)
{
	static const struct span pieces[] = {{"a", 1}, {"é", 2}, {"€", 3}, {"😀", 4}};
	static char text[4 * 20000];
	size_t len = 0, chars = 0, utf16 = 0;

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		struct span piece = pieces[(i * i / 7 + i / 300) % ARRAY_LEN(pieces)];
		struct utf8_counts counts;

		memcpy(text + len, piece.ptr, piece.len);
		len += piece.len;
		chars++;
		utf16 += piece.len == 4 ? 2 : 1;
		if (i > 100 && i % 997 != 0)
			continue;
		counts = utf8_count((struct span){text, len});
		assert_int_equal(counts.chars, chars);
		assert_int_equal(counts.utf16, utf16);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_on_all_boundary_sequences),
		cmocka_unit_test(finds_a_bad_byte_anywhere),
		cmocka_unit_test(accepts_nul_and_noncharacters),
		cmocka_unit_test(decodes_what_it_encodes),
		cmocka_unit_test(counts_code_points_and_utf16_units),
		cmocka_unit_test(counts_long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
