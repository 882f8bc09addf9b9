/*
 * JSON texts that must be accepted (Y), refused (N) or are left open by RFC 8259 and pinned here
 * (P), by category: structure, white space, literals, numbers, strings, escapes, encodings,
 * objects, arrays, bounds.
 *
 * An accepted text is given with what it is when written again without white space and with as few
 * escapes as possible; NULL: itself. A refused one with its code and the offset it is told at.
 */
#pragma once

#include "wire/refusal.h"

struct json_case {
	struct span text;
	enum refusal_code code; /* REFUSAL_NONE: accepted */
	size_t offset; /* [bytes] of a refusal */
	const char *again; /* of an accepted text; NULL: the same */
};

#define Y(text)                                                                                    \
	{                                                                                          \
		{text, sizeof(text) - 1}, REFUSAL_NONE, 0, NULL                                    \
	}
#define YA(text, again)                                                                            \
	{                                                                                          \
		{text, sizeof(text) - 1}, REFUSAL_NONE, 0, again                                   \
	}
#define N(text, offset)                                                                            \
	{                                                                                          \
		{text, sizeof(text) - 1}, REFUSAL_BAD_JSON, offset, NULL                           \
	}
#define NC(text, code, offset)                                                                     \
	{                                                                                          \
		{text, sizeof(text) - 1}, REFUSAL_##code, offset, NULL                             \
	}
#define P Y
#define PA YA
#define PN N
#define PNC NC

#define TEN(text) text text text text text text text text text text
#define DIGITS_100 TEN("1234567890")

/* clang-format off */
static const struct json_case json_cases[] = {
	/* structure: one value, nothing beside it */
	Y("{}"), Y("[]"), Y("\"\""), Y("0"), Y("true"), Y("false"), Y("null"),
	Y("{\"a\":{}}"), Y("{\"a\":[]}"), Y("[[]]"), Y("[{}]"), Y("[[],[],{}]"),
	Y("{\"a\":{\"b\":{\"c\":[1,2,{\"d\":null}]}}}"),
	N("", 0), N(" ", 1), N("\n\t", 2), N("[", 1), N("]", 0), N("{", 1), N("}", 0), N("[]]", 2),
	N("{}}", 2), N("[}", 1), N("{]", 1), N("[1}", 2), N("{\"a\":1]", 6), N("[[]", 3),
	N("{\"a\":{}", 7), N("[1", 2), N("[1,", 3), N("{\"a\"", 4), N("{\"a\":", 5),
	N("{\"a\":1", 6), N("{\"a\":1,", 7), N(",", 0), N(":", 0), N("1 2", 2), N("{}{}", 2),
	N("[][]", 2), N("{} {}", 3), N("\"a\"\"b\"", 3), N("[1]x", 3), N("[1]\0", 3), N("{}#", 2),
	N("{}//c", 2), N("{}/*c*/", 2), N("/*c*/{}", 0), N("//c\n{}", 0), N("#c\n{}", 0),
	N("{/*c*/}", 1), N("<null>", 0), N("a", 0), N("*", 0), N("$", 0), N("&b", 0), N("(1)", 0),
	N("{}\n{}", 3), N("\0", 0), N("\0{}", 0), N("{\0}", 1), N("[\0]", 1), N("%", 0), N("@{}", 0),
	N("callback({})", 0), N("---\n{}", 0), N("]]][[[", 0), N("{\"a\":[}", 6), N("[{]", 2),

	/* white space: space, tab, LF, CR and nothing else */
	YA(" {} ", "{}"), YA("\t[\t]\t", "[]"), YA("\r\n{\r\n}\r\n", "{}"),
	YA(" [ 1 , 2 ] ", "[1,2]"), YA("{ \"a\" : 1 , \"b\" : 2 }", "{\"a\":1,\"b\":2}"),
	YA(" \"a\" ", "\"a\""), YA("\n\n1\n\n", "1"), YA("[\n1,\n2\n]", "[1,2]"),
	YA("{\"a\"\t:\r1}", "{\"a\":1}"), YA(TEN(" ") "7" TEN("\n"), "7"),
	N("[\f]", 1), N("[\v]", 1), N("\f{}", 0), N("{}\f", 2), N("[\b]", 1), N("[\xC2\xA0]", 1),
	N("[\xE2\x80\xA8]", 1), N("[\xE2\x81\xA0]", 1), N("[\xE3\x80\x80]", 1), N("[1\x0B]", 2),
	N("[\x1F]", 1), N("[\x7F]", 1), N("\x1E{}\n", 0), N("[1\x85]", 2), N("[\\n]", 1),

	/* literals */
	Y("[true,false,null]"), YA("[ true , false , null ]", "[true,false,null]"),
	N("True", 0), N("TRUE", 0), N("tru", 0), N("t", 0), N("nul", 0), N("n", 0), N("fals", 0),
	N("truee", 4), N("nullx", 4), N("falsey", 5), N("NULL", 0), N("None", 0), N("undefined", 0),
	N("nan", 0), N("NaN", 0), N("-NaN", 0), N("Infinity", 0), N("-Infinity", 0), N("inf", 0),
	N("+Infinity", 0), N("[true false]", 6), N("[nul]", 1), N("[tru,1]", 1), N("yes", 0),
	N("true,", 4), N("[fals\0e]", 1), N("{true:1}", 1), N("{null:1}", 1), N("[\"a\",\ntrue\n", 11),

	/* numbers */
	Y("1"), Y("-0"), Y("-1"), Y("10"), Y("123456789"), Y("0.1"), Y("-0.1"), Y("1.0"), Y("0.0"),
	Y("1e1"), Y("1E1"), Y("1e+1"), Y("1e-1"), Y("0e0"), Y("0e+1"), Y("0E-5"), Y("1.5e10"),
	Y("-1.5E-10"), Y("1.234567890123456789"), Y("9007199254740993"), Y("9223372036854775807"),
	Y("-9223372036854775808"), Y("18446744073709551616"), Y("[1,-2,3.5]"),
	Y("-0.0000000000000000000000000000000000000000000000000000000000000000000000000000001"),
	Y("1e0000000000000000001"), Y("1e307"), Y("9.999999999999999e307"), Y("-1e307"), Y("0e999"),
	Y("0.0000e99999999999999999999"), Y("0.001e310"), Y("20e-1"), Y(DIGITS_100),
	N("+1", 0), N("-", 0), N("--1", 0), N("-+1", 0), N("01", 1), N("-01", 2), N("00", 1),
	N("-00", 2), N("012", 1), N("0x1", 1), N("0x", 1), N("0b1", 1), N("0o7", 1), N("1_000", 1),
	N("1,000", 1), N(".1", 0), N("-.1", 0), N("1.", 2), N("-1.", 3), N("1.e1", 2), N("0.e1", 2),
	N("1e", 2), N("1e+", 3), N("1E-", 3), N("1e1.5", 3), N("1ee1", 2), N("1e++1", 3), N("1.2.3", 3),
	N("1..2", 2), N("1 .5", 2), N("1. 5", 2), N("- 1", 0), N("1a", 1), N("1-2", 1), N("1+2", 1),
	N("[1 2]", 3), N("0.3e", 4), N("0.3e+", 5), N("-a", 0), N("1e1e1", 3), N("\xEF\xBC\x91", 0),
	N("\xD9\xA1", 0), N("1\0", 1), N("-\0001", 0), N("1/2", 1), N("1%", 1), N("$1", 0), N("1L", 1),
	N("1f", 1), N("1.0f", 3), N("[-foo]", 1), N("[2.e3]", 3), N("[1\xE5]", 2), N("[1e1\xE5]", 4),
	NC("1e308", BAD_NUMBER, 0), NC("1e309", BAD_NUMBER, 0), NC("-1e400", BAD_NUMBER, 0),
	NC("1E+999999999", BAD_NUMBER, 0), NC("[0.1e309]", BAD_NUMBER, 1),
	NC("1" DIGITS_100 "e300", BAD_NUMBER, 0), NC(DIGITS_100 DIGITS_100, BAD_NUMBER, 0),
	NC("{\"a\":123e99999999999999999999999}", BAD_NUMBER, 5),
	P("1e-400"), P("-1e-99999999999"), P("123.456e-789"), P("0.5e308"),
	PNC("1.7976931348623157e308", BAD_NUMBER, 0), PNC("-1.5e308", BAD_NUMBER, 0),
	PNC("100000000000000000000e300", BAD_NUMBER, 0),

	/* strings */
	Y("\"a\""), Y("\"abc def\""), Y("\" \""), Y("\"\x7F\""), Y("\"'\""), Y("\"/\""), Y("\"//\""),
	Y("\"/*\""), Y("\"a/*b*/c\""), Y("\"{}[]:,\""), Y("\"null\""), Y("\"12345678\""),
	Y("\"1234567\""), Y("\"123456789\""), Y("\"123456789012345\""), Y("\"1234567890123456\""),
	Y("\"12345678901234567\""), Y("[\"a\",\"\",\"b\"]"), Y("\"\xC3\xA9\""), Y("\"\xE2\x82\xAC\""),
	Y("\"\xF0\x9F\x98\x80\""), Y("\"\xE2\x80\xA8\xE2\x80\xA9\""), Y("\"\xEF\xBB\xBF\""),
	Y("\"\xDA\xA9\xD9\x88\xD8\xB1\xD8\xAF\xDB\x8C\""), Y("\"\xE2\x80\xAE\xE2\x81\xA6\""),
	Y("\"\xEF\xBF\xBE\xEF\xBF\xBF\""), Y("\"\xF4\x8F\xBF\xBF\""), Y("\"\xED\x9F\xBF\xEE\x80\x80\""),
	N("\"", 0), N("\"a", 0), N("[\"", 1), N("[\"a", 1), N("[\"a]", 1), N("a\"", 0), N("'a'", 0),
	N("['a']", 1), N("[\"a\"b]", 4), N("\"a\nb\"", 2), N("\"\t\"", 1), N("\"\0\"", 1),
	N("\"a\0b\"", 2), N("\"\x1F\"", 1), N("\"\x01\"", 1), N("\"\r\"", 1), N("\"\x1B[31m\"", 1),
	N("\"12345678\n\"", 9), N("\"1234567890123456\t\"", 17), N("`a`", 0), N("\xE2\x80\x9C""a\"", 0),
	N("[\"a\" \"b\"]", 5), N("\"a\" \"b\"", 4), N("[\"a\n\"]", 3), N("[a]", 1), N("\"a\\\"", 0),
	N("\"\\\\\\\"", 0), N("abc", 0), N("[\"x\"", 4), N("[\"\", \"\"", 7),

	/* escapes */
	Y("\"\\\"\""), Y("\"\\\\\""), YA("\"\\/\"", "\"/\""), Y("\"\\b\\f\\n\\r\\t\""),
	YA("\"\\u0041\"", "\"A\""), YA("\"\\u00e9\"", "\"\xC3\xA9\""), YA("\"\\u00E9\"", "\"\xC3\xA9\""),
	YA("\"\\u20aC\"", "\"\xE2\x82\xAC\""), YA("\"\\uD83D\\uDE00\"", "\"\xF0\x9F\x98\x80\""),
	YA("\"\\ud800\\udc00\"", "\"\xF0\x90\x80\x80\""), YA("\"\\uDBFF\\uDFFF\"", "\"\xF4\x8F\xBF\xBF\""),
	Y("\"\\u0000\""), Y("\"a\\u0000b\""), Y("\"\\u001f\""), YA("\"\\u007f\"", "\"\x7F\""),
	YA("\"\\u0022\"", "\"\\\"\""), YA("\"\\u005c\"", "\"\\\\\""), YA("\"\\u002f\"", "\"/\""),
	YA("\"\\u000a\"", "\"\\n\""), YA("\"\\uFEFF\"", "\"\xEF\xBB\xBF\""), Y("\"\\\\u0041\""),
	YA("\"\\uFFFF\\uFFFE\\uFDD0\"", "\"\xEF\xBF\xBF\xEF\xBF\xBE\xEF\xB7\x90\""),
	YA("\"\\u2028\\u2029\"", "\"\xE2\x80\xA8\xE2\x80\xA9\""), YA("\"x\\u0061\\u0062y\"", "\"xaby\""),
	YA("\"\\uD7FF\\uE000\"", "\"\xED\x9F\xBF\xEE\x80\x80\""), Y("\"\\\\\\\"\\\\\""), Y("\"a\\nb\""),
	YA("\"1234567\\u00388\"", "\"123456788\""), YA("{\"\\u0061\":\"\\u0062\"}", "{\"a\":\"b\"}"),
	N("\"\\\"", 0), N("\"\\", 1), N("\"\\a\"", 1), N("\"\\x41\"", 1), N("\"\\0\"", 1), N("\"\\'\"", 1),
	N("\"\\v\"", 1), N("\"\\e\"", 1), N("\"\\U0041\"", 1), N("\"\\N\"", 1), N("\"\\ \"", 1),
	N("\"\\\n\"", 1), N("\"\\\t\"", 1), N("\"\\u\"", 1), N("\"\\u0\"", 1), N("\"\\u00\"", 1),
	N("\"\\u004\"", 1), N("\"\\u004", 1), N("\"\\u", 1), N("\"\\u00G1\"", 1), N("\"\\u+041\"", 1),
	N("\"\\u 041\"", 1), N("\"\\u-041\"", 1), N("\"\\u{41}\"", 1), N("\"\\u0x41\"", 1),
	N("\"\\\xF0\x9F\x8C\x80\"", 1), N("\"\\u\xC3\xA9\"", 1), N("\"\\\0\"", 1), N("\\n", 0),
	N("[\\u0020]", 1), N("\"\\uD800\"", 1), N("\"\\uDC00\"", 1), N("\"\\uDFFF\\uD800\"", 1),
	N("\"\\uD800\\uD800\"", 1), N("\"\\uD800a\"", 1), N("\"\\uD800\\n\"", 1), N("\"\\uD800\\\"", 1),
	N("\"\\uD800\\u\"", 1), N("\"\\uD800\\u1\"", 1), N("\"\\uD800\\u0041\"", 1),
	N("\"\\uDBFF\\uE000\"", 1), N("\"a\\uDE00\\uD83D\"", 2), N("\"\\uD83D \\uDE00\"", 1),
	N("\"\\uD83D\\\\uDE00\"", 1), N("\"\\uD83D\xED\xB8\x80\"", 1), N("\"\\ud83d\\ude0\"", 1),
	N("{\"\\uD800\":1}", 2),

	/* encodings: only well-formed UTF-8 */
	NC("\"\xC0\xAF\"", INVALID_UTF8, 1), NC("\"\xC0\x80\"", INVALID_UTF8, 1),
	NC("\"\xE0\x80\xAF\"", INVALID_UTF8, 1), NC("\"\xF0\x80\x80\xAF\"", INVALID_UTF8, 1),
	NC("\"\xED\xA0\x80\"", INVALID_UTF8, 1), NC("\"\xED\xBF\xBF\"", INVALID_UTF8, 1),
	NC("\"\xED\xA0\xBD\xED\xB8\x80\"", INVALID_UTF8, 1), NC("\"\xF4\x90\x80\x80\"", INVALID_UTF8, 1),
	NC("\"\xF5\x80\x80\x80\"", INVALID_UTF8, 1), NC("\"\xF8\x88\x80\x80\x80\"", INVALID_UTF8, 1),
	NC("\"\xFC\x84\x80\x80\x80\x80\"", INVALID_UTF8, 1), NC("\"\xFE\"", INVALID_UTF8, 1),
	NC("\"\xFF\"", INVALID_UTF8, 1), NC("\"\x80\"", INVALID_UTF8, 1), NC("\"\xBF\"", INVALID_UTF8, 1),
	NC("\"a\xE5\"", INVALID_UTF8, 2), NC("\"\xE2\x82\"", INVALID_UTF8, 1),
	NC("\"ab\xF0\x9F\x98\"", INVALID_UTF8, 3), NC("\"\xC3\"", INVALID_UTF8, 1),
	NC("\"\xC3\\n\"", INVALID_UTF8, 1), NC("\"\xE2\\u0082\\u00AC\"", INVALID_UTF8, 1),
	NC("\"12345678\xFF\"", INVALID_UTF8, 9), NC("\"12345678901234567890\xC1\xBF\"", INVALID_UTF8, 21),
	NC("{\"\xB9\":0}", INVALID_UTF8, 2), NC("{\"a\":\"\xB9\"}", INVALID_UTF8, 6),
	NC("[\"\xC3\xA9\",\"\xC3\"]", INVALID_UTF8, 7), NC("\"\xC3\xA9\xA9\"", INVALID_UTF8, 3),
	NC("[\"\xE9\"]", INVALID_UTF8, 2), NC("\"\xC3 \"", INVALID_UTF8, 1),
	N("\"\xE2\x82", 0), N("\xE5", 0), N("\xEF\xBB", 0), N("[\xFF]", 1), N("\xC3\xA9", 0),
	PN("\xEF\xBB\xBF{}", 0), PN("\xEF\xBB\xBF", 0), PN("{}\xEF\xBB\xBF", 2),
	PN("\xFF\xFE{\0}\0", 0), PN("\xFE\xFF\0{\0}", 0), PN("{\0}\0", 1), PN("\0{\0}", 0),
	PN("\0\0\0[\0\0\0]", 0), P("\"\xEF\xB7\x90\xF0\x9F\xBF\xBE\""),

	/* objects */
	Y("{\"a\":1}"), Y("{\"a\":1,\"b\":2}"), Y("{\"\":0}"), Y("{\"a\":{\"a\":{\"a\":1}}}"),
	Y("[{\"a\":1},{\"a\":2}]"), Y("{\"a\":1,\"A\":2}"), Y("{\"a\":1,\"a \":2}"),
	Y("{\"__proto__\":1,\"constructor\":2,\"toString\":3}"), Y("{\"a\\u0000\":1,\"a\":2}"),
	Y("{\"\xC3\xA9\":1,\"e\xCC\x81\":2}"), Y("{\"a\":[1,{\"a\":2}],\"b\":{\"a\":3}}"),
	Y("{\"ab\":1,\"ba\":2,\"abc\":3,\"acc\":4,\"aXc\":5}"), Y("{\"min\":-1.0e+28,\"max\":1.0e+28}"),
	NC("{\"a\":1,\"a\":1}", DUPLICATE_KEY, 7), NC("{\"a\":1,\"b\":2,\"a\":3}", DUPLICATE_KEY, 13),
	NC("{\"\":1,\"\":2}", DUPLICATE_KEY, 6), NC("{\"text\":1,\"te\\u0078t\":2}", DUPLICATE_KEY, 10),
	NC("{\"te\\u0078t\":1,\"text\":2}", DUPLICATE_KEY, 15),
	NC("{\"\\u0061\":1,\"\\u0061\":2}", DUPLICATE_KEY, 12),
	NC("{\"a\":{\"b\":1},\"a\":2}", DUPLICATE_KEY, 13), NC("[{\"b\":{},\"b\":[]}]", DUPLICATE_KEY, 9),
	NC("{\"\\/\":1,\"/\":2}", DUPLICATE_KEY, 8), NC("{\"\xC3\xA9\":1,\"\\u00e9\":2}", DUPLICATE_KEY, 8),
	NC("{\"\\ud83d\\ude00\":1,\"\xF0\x9F\x98\x80\":2}", DUPLICATE_KEY, 18),
	NC("{\"a\\u0000\":1,\"a\\u0000\":2}", DUPLICATE_KEY, 13),
	N("{a:1}", 1), N("{'a':1}", 1), N("{1:1}", 1), N("{[]:1}", 1), N("{{}:1}", 1), N("{\"a\"}", 4),
	N("{\"a\":}", 5), N("{\"a\" 1}", 5), N("{\"a\"::1}", 5), N("{\"a\",1}", 4), N("{\"a\"=1}", 4),
	N("{:1}", 1), N("{\"a\":1,}", 7), N("{,}", 1), N("{,\"a\":1}", 1), N("{\"a\":1,,\"b\":2}", 7),
	N("{\"a\":1 \"b\":2}", 7), N("{\"a\":1;\"b\":2}", 6), N("{\"a\":1,b}", 7), N("{\"a\":1:2}", 6),
	N("{\"a\":\"b\":\"c\"}", 8), N("{\"a\":a}", 5), N("{\"a\":'b'}", 5), N("{\"a\"\0:1}", 4),
	N("{\"a\":1}}", 7), N("{\"x\",null}", 4), N("{\"a\":true} \"x\"", 11), N("{\"a", 1),
	N("{\"a\":/*c*/1}", 5), N("{\"a\":\"b\"}/**/", 9), N("{\"id\":0,}", 8), N("{\"a\":1,\"b\"", 10),

	/* arrays */
	Y("[1]"), Y("[1,2,3]"), Y("[null,1,\"a\",{},[]]"), Y("[[[[[]]]]]"), Y("[\"a\",[\"b\"]]"),
	YA("[ 1,2 , 3]", "[1,2,3]"), Y("[0.5,-0,1e2]"),
	N("[,]", 1), N("[1,]", 3), N("[,1]", 1), N("[1,,2]", 3), N("[1;2]", 2), N("[1:2]", 2),
	N("[1]]", 3), N("[\"a\",]", 5), N("[\"a\",,]", 5), N("[\"a\":1]", 4), N("[1,\n1\n,1", 8),
	N("[a", 1), N("[{}", 3), N("[*]", 1), N("[\"\"", 3), N("[1,2", 4), N("[[1,2],[3]", 10),
	N("[   , \"\"]", 4), N("[3[4]]", 2), N("[1 true]", 3), N("[\"a\" 1]", 5), N("[x", 1), N("[--2.]", 1),
	N("[+]", 1), N("[-]", 1), N("[.5]", 1), N("[1.]", 3),

	/* bounds: JSON_DEPTH_MAX 32, JSON_NUMBER_MAX 128; keys are tested with generated texts */
	Y(TEN("[") TEN("[") TEN("[") "[[" "]]" TEN("]") TEN("]") TEN("]")),
	PNC(TEN("[") TEN("[") TEN("[") "[[[" "]]]" TEN("]") TEN("]") TEN("]"), TOO_DEEP, 32),
	PNC(TEN(TEN("[")) TEN(TEN("[")), TOO_DEEP, 32),
	PNC(TEN("{\"a\":") TEN("{\"a\":") TEN("{\"a\":") TEN("{\"a\":"), TOO_DEEP, 160),
	PNC(TEN("[{\"a\":") TEN("[{\"a\":"), TOO_DEEP, 96),
	Y("0." DIGITS_100 "12345678901234567890123456"),
	PNC("0." DIGITS_100 "123456789012345678901234567", BAD_NUMBER, 0),
};
/* clang-format on */

#undef Y
#undef YA
#undef N
#undef NC
#undef P
#undef PA
#undef PN
#undef PNC
#undef TEN
#undef DIGITS_100
