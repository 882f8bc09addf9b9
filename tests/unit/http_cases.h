/*
 * HTTP inputs and what must come of them, however they are cut up: for each request
 * "METHOD path?query<body>" with + when the connection is kept and - when not, then the status of
 * the refusal if there is one, or "~" if more bytes are awaited.
 */
#pragma once

#include "base/span.h"

struct http_case {
	struct span input;
	const char *expected;
};

#define CASE(input, expected)                                                                      \
	{                                                                                          \
		{input, sizeof(input) - 1}, expected                                               \
	}
#define H "Host: a\r\n"
#define GET(fields) "GET / HTTP/1.1\r\n" H fields "\r\n"
#define POST(fields) "POST /v1/check HTTP/1.1\r\n" H fields "\r\n"
#define CHUNKED(body) POST("Transfer-Encoding: chunked\r\n") body
#define TARGET(target) "GET " target " HTTP/1.1\r\n" H "\r\n"

/* clang-format off */
static const struct http_case http_cases[] = {
	/* what is understood */
	CASE("", ""),
	CASE(GET(""), "GET /<>+"),
	CASE(GET("") GET(""), "GET /<>+GET /<>+"),
	CASE(POST("Content-Length: 2\r\n") "{}", "POST /v1/check<{}>+"),
	CASE(POST("Content-Length: 2\r\n") "{}" GET(""), "POST /v1/check<{}>+GET /<>+"),
	CASE(POST("Content-Length: 0\r\n"), "POST /v1/check<>+"),
	CASE(POST(""), "POST /v1/check<>+"),
	CASE(POST("content-length:2\r\n") "{}", "POST /v1/check<{}>+"),
	CASE(POST("CONTENT-LENGTH: \t 2 \t \r\n") "{}", "POST /v1/check<{}>+"),
	CASE(POST("Content-Length: 002\r\n") "{}", "POST /v1/check<{}>+"),
	CASE("GET / HTTP/1.0\r\n\r\n", "GET /<>-"),
	CASE("GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n", "GET /<>+"),
	CASE("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", "POST /<abc>-"),
	CASE(GET("Connection: close\r\n"), "GET /<>-"),
	CASE(GET("Connection: keep-alive, Close\r\n"), "GET /<>-"),
	CASE(GET("Connection: keep-alive\r\nConnection: close\r\n"), "GET /<>-"),
	CASE(GET("Connection: ,, x,\r\n"), "GET /<>+"),
	CASE(GET("Connection: closed\r\n"), "GET /<>+"),
	CASE(GET("Connection:\r\nX-Empty:\r\n"), "GET /<>+"),
	CASE(GET("X-Text: caf\xC3\xA9 \xE9 \"q\" {};\r\n"), "GET /<>+"),
	CASE(GET("X: a\tb\r\n"), "GET /<>+"),
	CASE(GET("!#$%&'*+-.^_`|~09azAZ: x\r\n"), "GET /<>+"),
	CASE("\r\n" GET(""), "GET /<>+"),
	CASE(POST("Content-Length: 2\r\n") "{}\r\n" GET(""), "POST /v1/check<{}>+GET /<>+"),
	CASE(POST("Expect: 100-continue\r\nContent-Length: 2\r\n") "{}", "POST /v1/check<{}>+"),
	CASE(GET("Expect: 100-Continue\r\n"), "GET /<>+"),
	CASE("PUT /a HTTP/1.1\r\n" H "\r\nPATCH /b HTTP/1.1\r\n" H "\r\nDELETE /c HTTP/1.1\r\n" H "\r\n",
		"PUT /a<>+PATCH /b<>+DELETE /c<>+"),
	CASE("HEAD / HTTP/1.1\r\n" H "\r\nOPTIONS / HTTP/1.1\r\n" H "\r\n", "HEAD /<>+OPTIONS /<>+"),
	CASE("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET ", "GET /<GET >+"), /* H14 */
	CASE("DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx" GET(""), "DELETE /<x>+GET /<>+"),
	CASE(GET("X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 5.6.7.8\r\n"), "GET /<>+"),
	CASE(GET("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x\r\n"), "GET /<>-"),

	/* what is not whole */
	CASE("G", "~"), CASE("GET / HTTP/1.1\r\n", "~"), CASE("GET / HTTP/1.1\r\nHost: a\r\n", "~"),
	CASE("\r\n", "~"), CASE(POST("Content-Length: 3\r\n") "{}", "~"),
	CASE(GET("") "GET", "GET /<>+~"), CASE(CHUNKED("2\r\n{}\r\n"), "~"), CASE(CHUNKED("2\r\n{}\r\n0\r\n"), "~"),
	CASE(CHUNKED("5\r\n{}"), "~"), CASE(CHUNKED("2\r\n{}\r"), "~"),

	/* chunked */
	CASE(CHUNKED("2\r\n{}\r\n0\r\n\r\n"), "POST /v1/check<{}>+"),
	CASE(CHUNKED("1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"), "POST /v1/check<{}>+"),
	CASE(CHUNKED("0\r\n\r\n"), "POST /v1/check<>+"),
	CASE(CHUNKED("00000002\r\n{}\r\n00\r\n\r\n"), "POST /v1/check<{}>+"),
	CASE(CHUNKED("A\r\n0123456789\r\nb\r\n01234567890\r\n0\r\n\r\n"), "POST /v1/check<012345678901234567890>+"),
	CASE(CHUNKED("4\r\n\r\n\r\n\r\n0\r\n\r\n"), "POST /v1/check<\r\n\r\n>+"),
	CASE(CHUNKED("2\r\n{}\r\n0\r\n\r\n") GET(""), "POST /v1/check<{}>+GET /<>+"),
	CASE(CHUNKED("2\r\n{}\r\n0\r\nX-Sum: 1\r\nContent-Length: 99\r\n\r\n") GET(""),
		"POST /v1/check<{}>+GET /<>+"), /* H6: trailers mean nothing */
	CASE(CHUNKED("2\r\n{}\r\n0\r\nTransfer-Encoding: x\r\nHost: b\r\n\r\n"), "POST /v1/check<{}>+"),
	CASE(POST("transfer-encoding: Chunked\r\n") "0\r\n\r\n", "POST /v1/check<>+"),
	CASE(CHUNKED("0x2\r\n{}\r\n"), "400"), CASE(CHUNKED("+2\r\n{}\r\n"), "400"),
	CASE(CHUNKED("-2\r\n{}\r\n"), "400"), CASE(CHUNKED("2 \r\n{}\r\n"), "400"),
	CASE(CHUNKED(" 2\r\n{}\r\n"), "400"), CASE(CHUNKED("2;a=b\r\n{}\r\n"), "400"),
	CASE(CHUNKED("2;\r\n{}\r\n"), "400"), CASE(CHUNKED("\r\n"), "400"), CASE(CHUNKED("g\r\n"), "400"),
	CASE(CHUNKED("2\n{}\r\n"), "400"), CASE(CHUNKED("2\r\n{}\n0\r\n\r\n"), "400"),
	CASE(CHUNKED("2\r\n{}x\r\n"), "400"), CASE(CHUNKED("2\r\n{}0\r\n\r\n"), "400"),
	CASE(CHUNKED("2\r\n{}\r\r\n"), "400"), CASE(CHUNKED("000000002\r\n{}\r\n"), "400"),
	CASE(CHUNKED("FFFFFFFFFFFFFFFF\r\n"), "400"), CASE(CHUNKED("FFFFFFFF\r\n"), "413"),
	CASE(CHUNKED("40001\r\n"), "413"), CASE(CHUNKED("40000\r\n"), "~"), CASE(CHUNKED("1\r\nx\r\n40000\r\n"), "413"),
	CASE(CHUNKED("0\r\nX\r\n\r\n"), "400"), CASE(CHUNKED("0\r\n X: y\r\n\r\n"), "400"),
	CASE(CHUNKED("0\r\nX: a\x01\r\n\r\n"), "400"), CASE(CHUNKED("0\n\n"), "400"), CASE(CHUNKED("0\r\n\n"), "400"),
	CASE(CHUNKED("2\r\n{}\r\n0\r\n: x\r\n\r\n"), "400"), CASE(CHUNKED("\"2\"\r\n{}\r\n"), "400"),

	/* H1-H5: framing that two readers could take for two things */
	CASE(POST("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") "0\r\n\r\n", "400"),
	CASE(POST("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n") "{}", "400"),
	CASE(POST("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n") "0\r\n\r\n", "400"),
	CASE(POST("Content-Length: 2\r\nContent-Length: 2\r\n") "{}", "400"),
	CASE(POST("Content-Length: 2\r\ncontent-length: 3\r\n") "{}", "400"),
	CASE(POST("Content-Length: +2\r\n") "{}", "400"), CASE(POST("Content-Length: -1\r\n") "{}", "400"),
	CASE(POST("Content-Length: 0x2\r\n") "{}", "400"), CASE(POST("Content-Length: 2,2\r\n") "{}", "400"),
	CASE(POST("Content-Length: 2 2\r\n") "{}", "400"), CASE(POST("Content-Length:\r\n") "{}", "400"),
	CASE(POST("Content-Length: 2;\r\n") "{}", "400"), CASE(POST("Content-Length: 2.0\r\n") "{}", "400"),
	CASE(POST("Content-Length: \"2\"\r\n") "{}", "400"), CASE(POST("Content-Length: two\r\n") "{}", "400"),
	CASE(POST("Content-Length: \xD9\xA2\r\n") "{}", "400"),
	CASE(POST("Content-Length: 9223372036854775808\r\n"), "400"),
	CASE(POST("Content-Length: 18446744073709551621\r\n") "hello", "400"),
	CASE(POST("Content-Length: 4294967298\r\n"), "413"), CASE(POST("Content-Length: 262145\r\n"), "413"),
	CASE(POST("Content-Length: 262144\r\n"), "~"), CASE(POST("Content-Length: 999999999999999\r\n"), "413"),
	CASE(POST("Content-Length: 2\r\n Content-Length: 3\r\n") "{}", "400"),
	CASE(POST("Content-Length : 2\r\n") "{}", "400"), CASE(POST("Content-Length\t: 2\r\n") "{}", "400"),
	CASE(POST(" Content-Length: 2\r\n") "{}", "400"), CASE(POST("Content-Length: 2\n") "{}", "400"),
	CASE(POST("Content-Length: 2\r") "{}", "400"), CASE(POST("Content\0-Length: 2\r\n") "{}", "400"),
	CASE(POST("Content_Length: 2\r\n") "{}", "POST /v1/check<>+400"),
	CASE(POST("Transfer-Encoding: xchunked\r\n"), "501"), CASE(POST("Transfer-Encoding: gzip, chunked\r\n"), "501"),
	CASE(POST("Transfer-Encoding: chunked, chunked\r\n"), "501"), CASE(POST("Transfer-Encoding: ,chunked\r\n"), "501"),
	CASE(POST("Transfer-Encoding: chunked,\r\n"), "501"), CASE(POST("Transfer-Encoding: chunked, identity\r\n"), "501"),
	CASE(POST("Transfer-Encoding: \x0B""chunked\r\n"), "400"), CASE(POST("Transfer-Encoding: chunked\x0C\r\n"), "400"),
	CASE(POST("Transfer-Encoding:\r\n"), "501"), CASE(POST("Transfer-Encoding: identity\r\n"), "501"),
	CASE(POST("Transfer-Encoding: \"chunked\"\r\n"), "501"), CASE(POST("Transfer-Encoding: chunked;q=1\r\n"), "501"),
	CASE(POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "400"),
	CASE(POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), "400"),
	CASE(POST("Transfer-Encoding:\r\n chunked\r\n"), "501"),
	CASE("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),

	/* H7-H9: lines and fields */
	CASE("GET / HTTP/1.1\n" H "\r\n", "400"), CASE("GET / HTTP/1.1\r\nHost: a\n\r\n", "400"),
	CASE("GET / HTTP/1.1\r\n" H "\n", "400"), CASE("GET / HTTP/1.1\n\n", "400"), CASE("\n" GET(""), "400"),
	CASE("GET / HTTP/1.1\r\r\n" H "\r\n", "400"), CASE("GET / HTTP/1.1\r\n" H "\r\r\n", "400"),
	CASE("GET / HTTP/1.1\rHost: a\r\n\r\n", "400"), CASE("\r\n\r\n" GET(""), "400"), CASE("\r" GET(""), "400"),
	CASE(" " GET(""), "400"), CASE("\t" GET(""), "400"), CASE(GET("A: b\rC: d\r\n"), "400"),
	CASE(GET("A: b\0c\r\n"), "400"), CASE(GET("A\0: b\r\n"), "400"), CASE(GET("A: b\x7F\r\n"), "400"),
	CASE(GET("A: \x1B[31m\r\n"), "400"), CASE(GET("A : b\r\n"), "400"), CASE(GET(": b\r\n"), "400"),
	CASE(GET("A b\r\n"), "400"), CASE(GET("A\r\n"), "400"), CASE(GET("A: b\r\n c\r\n"), "400"),
	CASE(GET("A: b\r\n\tc\r\n"), "400"), CASE("GET / HTTP/1.1\r\n A: b\r\n" H "\r\n", "400"),
	CASE(GET("A(b): c\r\n"), "400"), CASE(GET("A\xC3\xA9: c\r\n"), "400"), CASE(GET("\"A\": c\r\n"), "400"),
	CASE(GET("A b: c\r\n"), "400"), CASE(GET("A/b: c\r\n"), "400"), CASE(GET("A[]: c\r\n"), "400"),

	/* H10: Host */
	CASE("GET / HTTP/1.1\r\n\r\n", "400"), CASE("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400"),
	CASE("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", "400"), CASE("GET / HTTP/1.1\r\nHost:\r\n\r\n", "400"),
	CASE("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "400"), CASE("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400"),
	CASE("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400"), CASE("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", "400"),
	CASE("GET / HTTP/1.1\r\nHost: a:80x\r\n\r\n", "400"), CASE("GET / HTTP/1.1\r\nHost: :80\r\n\r\n", "400"),
	CASE("GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n", "400"), CASE("GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n", "400"),
	CASE("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "400"), CASE("GET / HTTP/1.1\r\nHost: []\r\n\r\n", "400"),
	CASE("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", "400"), CASE("GET / HTTP/1.1\r\nHost: http://a\r\n\r\n", "400"),
	CASE("GET / HTTP/1.1\r\nHost: \xC3\xA9\r\n\r\n", "400"), CASE("GET / HTTP/1.1\r\nHost: a%00\r\n\r\n", "400"),
	CASE("GET / HTTP/1.1\r\nHost: 127.0.0.1:8787\r\n\r\n", "GET /<>+"),
	CASE("GET / HTTP/1.1\r\nHost: [::1]:8787\r\n\r\n", "GET /<>+"),
	CASE("GET / HTTP/1.1\r\nHost: filterd_1.internal\r\n\r\n", "GET /<>+"),
	CASE("GET / HTTP/1.1\r\nHost: a:\r\n\r\n", "GET /<>+"),
	CASE("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400"),

	/* H11-H13: versions, methods, other protocols */
	CASE("GET /\r\n", "400"), CASE("GET / HTTP/0.9\r\n", "505"), CASE("GET / HTTP/1.2\r\n", "505"),
	CASE("GET / HTTP/1.9\r\n", "505"), CASE("GET / HTTP/2.0\r\n", "505"), CASE("GET / HTTP/3.1\r\n", "505"),
	CASE("GET / HTTP/1.1 \r\n", "400"), CASE("GET / HTTP/1.10\r\n", "400"), CASE("GET / HTTP/11\r\n", "400"),
	CASE("GET / http/1.1\r\n", "400"), CASE("GET / HTTP/ 1.1\r\n", "400"), CASE("GET / HTTP/1,1\r\n", "400"),
	CASE("GET / HTTP/\xD9\xA1.1\r\n", "400"), CASE("GET / HTTPS/1.1\r\n", "400"), CASE("GET  / HTTP/1.1\r\n", "400"),
	CASE("GET /  HTTP/1.1\r\n", "400"), CASE("GET / x HTTP/1.1\r\n", "400"), CASE("GET\t/\tHTTP/1.1\r\n", "400"),
	CASE("GET\r\n", "400"), CASE("GET \r\n", "400"), CASE("GET HTTP/1.1\r\n", "400"), CASE("/ HTTP/1.1\r\n", "400"),
	CASE("get / HTTP/1.1\r\n", "501"), CASE("BREW / HTTP/1.1\r\n", "501"), CASE("GETS / HTTP/1.1\r\n", "501"),
	CASE("TRACE / HTTP/1.1\r\n", "501"), CASE("CONNECT a:1 HTTP/1.1\r\n", "400"), CASE("G\0T / HTTP/1.1\r\n", "400"),
	CASE("GET: / HTTP/1.1\r\n", "400"), CASE("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"),
	CASE("\x16\x03\x01\x02", "400"), CASE("\x80\x2E\x01", "400"), CASE("{\"text\":\"x\"}\n", "400"), CASE("\0\0", "400"),
	CASE("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", "400"), CASE("\r\n\r\n\0\r\nQUIT\n", "400"), CASE("EHLO a\r\n", "400"),
	CASE("*1\r\n$4\r\nPING\r\n", "400"), CASE("SSH-2.0-OpenSSH\r\n", "400"),

	/* H15: targets */
	CASE(TARGET("/a/b-c_d.e~f"), "GET /a/b-c_d.e~f<>+"), CASE(TARGET("/a?b=c&d=%20/?"), "GET /a?b=c&d=%20/?<>+"),
	CASE(TARGET("/?"), "GET /<>+"), CASE(TARGET("/a%20b"), "GET /a b<>+"), CASE(TARGET("/%61%2D"), "GET /a-<>+"),
	CASE(TARGET("/%C3%A9"), "GET /\xC3\xA9<>+"), CASE(TARGET("/%25"), "GET /%<>+"), CASE(TARGET("/a/"), "GET /a/<>+"),
	CASE(TARGET("/..."), "GET /...<>+"), CASE(TARGET("/.a/b."), "GET /.a/b.<>+"), CASE(TARGET("/comments:analyze"), "GET /comments:analyze<>+"),
	CASE(TARGET("/%252e%252e/"), "GET /%2e%2e/<>+"), CASE(TARGET("/a?../.."), "GET /a?../..<>+"),
	CASE(TARGET("/%00"), "400"), CASE(TARGET("/a%0Ab"), "400"), CASE(TARGET("/%7f"), "400"), CASE(TARGET("/%2e%2e/"), "400"),
	CASE(TARGET("/.."), "400"), CASE(TARGET("/../etc"), "400"), CASE(TARGET("/a/./b"), "400"), CASE(TARGET("/a/."), "400"),
	CASE(TARGET("/a/%2E"), "400"), CASE(TARGET("/%2e./x"), "400"), CASE(TARGET("/a%2Fb"), "400"), CASE(TARGET("/a%5cb"), "400"),
	CASE(TARGET("//"), "400"), CASE(TARGET("//a"), "400"), CASE(TARGET("/a//b"), "400"), CASE(TARGET("/%"), "400"),
	CASE(TARGET("/%4"), "400"), CASE(TARGET("/%zz"), "400"), CASE(TARGET("/%C3"), "400"), CASE(TARGET("/%C0%AF"), "400"),
	CASE(TARGET("/\x80"), "400"), CASE(TARGET("/\xC3\xA9"), "400"), CASE(TARGET("/a#b"), "400"), CASE(TARGET("/a\\b"), "400"),
	CASE(TARGET("/<script>"), "400"), CASE(TARGET("/\"a\""), "400"), CASE(TARGET("/{a}"), "400"), CASE(TARGET("/a|b"), "400"),
	CASE(TARGET("/\0"), "400"), CASE(TARGET("/a?b=%00"), "400"), CASE(TARGET("/a?b=%"), "400"), CASE(TARGET("/a?b=%4"), "400"),
	CASE(TARGET("/a?<b>"), "400"), CASE(TARGET("*"), "400"), CASE(TARGET("http://a/"), "400"), CASE(TARGET("a"), "400"),
	CASE(TARGET("?a"), "400"), CASE(TARGET("a:80"), "400"),

	/* H19, and fields that must stand once */
	CASE(POST("Expect: foo\r\nContent-Length: 2\r\n") "{}", "417"), CASE(POST("Expect:\r\n"), "417"),
	CASE(POST("Expect: 100-continue\r\nContent-Length: 262145\r\n"), "413"),
	CASE(POST("Expect: 100-continue\r\nExpect: 100-continue\r\n"), "400"),
	CASE(GET("Content-Type: a/b\r\nContent-Type: a/b\r\n"), "400"),
	CASE(GET("Authorization: a\r\nAuthorization: b\r\n"), "400"),
	CASE(GET("Content-Encoding: gzip\r\nContent-Encoding: br\r\n"), "400"),
};
/* clang-format on */

#undef CASE
#undef H
#undef GET
#undef POST
#undef CHUNKED
#undef TARGET
