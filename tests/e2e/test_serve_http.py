"""HTTP on sockets: resources, keep-alive, streaming, the cases H of hostile input."""

import json

import pytest

from daemon import Daemon, check_request, line_of, request_of

TOKEN = "0123456789abcdef"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("http")) as daemon:
        yield daemon


def test_health_and_readiness(shared):
    with shared.http() as http:
        health = http.request("GET", "/healthz")
        assert (health.status, health.json()) == (200, {"ok": True})
        ready = http.request("GET", "/readyz").json()
        assert ready["ready"] is True and ready["rules_stale"] is False
        assert len(ready["rules"]) == 8


def test_every_answer_says_what_it_is(shared):
    with shared.http() as http:
        for response in (http.check({"text": "a"}), http.check(b"{"), http.request("GET", "/no")):
            assert response.fields["x-content-type-options"] == "nosniff"
            assert response.fields["cache-control"] == "no-store"
            assert response.fields["date"].endswith(" GMT")
        assert http.check({"text": "a"}).fields["content-type"] == "application/json"
        assert http.check(b"{").fields["content-type"] == "application/problem+json"


def test_the_rules_are_listed(shared):
    with shared.http() as http:
        listing = http.request("GET", "/v1/rules").json()
    assert listing["version"] == shared.version()
    assert listing["stale"] is False and listing["errors"] == []
    rules = {rule["id"]: rule for rule in listing["rules"]}
    assert rules["en/threats/direct"]["action"] == "reject"
    assert rules["en/threats/direct"]["guideline"] == "threats"
    assert rules["en/threats/direct"]["reason"] == "Threatens a person."
    assert rules["en/threats/direct"]["shadow"] is False


def test_head_is_get_without_a_body(shared):
    with shared.http() as http:
        head = http.request("HEAD", "/readyz")
        full = http.request("GET", "/readyz")
        assert (head.status, head.body) == (200, b"")
        assert head.fields["content-length"] == full.fields["content-length"]


@pytest.mark.parametrize("method, path, status, allow", [
    ("GET", "/v1/check", 405, "POST"),
    ("HEAD", "/v1/check", 405, "POST"),
    ("DELETE", "/v1/rules", 405, "GET, HEAD"),
    ("OPTIONS", "/v1/rules/reload", 405, "POST"),
    ("PUT", "/metrics", 405, "GET, HEAD"),
    ("GET", "/", 404, None),
    ("GET", "/v1", 404, None),
    ("GET", "/v1/rules/", 404, None),
    ("POST", "/V1/check", 404, None),
])
def test_wrong_path_or_method(shared, method, path, status, allow):
    with shared.http() as http:
        response = http.request(method, path)
        assert (response.status, response.fields.get("allow")) == (status, allow)
        assert http.request("GET", "/healthz").status == 200


@pytest.mark.parametrize("fields", [
    {}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "application/json; charset=utf-7"},
    {"Content-Type": "application/json", "Content-Encoding": "gzip"},
])
def test_other_media_are_refused(shared, fields):
    with shared.http() as http:
        response = http.request("POST", "/v1/check", b'{"text":"a"}', fields)
        assert (response.status, response.json()["code"]) == (415, "unsupported_media_type")


def test_who_asks_at_the_wrong_place_is_shown_the_right_one(shared):
    with shared.http() as http:
        assert "/v1/check" in http.request("POST", "/", b"{}").json()["detail"]


def test_a_refused_comment_says_where(shared):
    with shared.http() as http:
        problem = http.check(b'{"text":5}')
        assert problem.status == 422
        assert (problem.json()["code"], problem.json()["pointer"]) == ("wrong_type", "/text")
        assert problem.json()["status"] == 422
        problem = http.check(b'{"text":"\xc0\xaf"}')
        assert (problem.status, problem.json()["offset"]) == (400, 9)
        assert http.check({"text": "I will kill you"}).json()["verdict"] == "reject"


def test_keep_alive_and_close(shared):
    with shared.http() as http:
        assert "connection" not in http.check({"text": "a"}).fields
        closing = http.request("GET", "/healthz", fields={"Connection": "close"})
        assert closing.fields["connection"] == "close"
        assert http.response() is None
    with shared.http() as http:
        http.send(b"GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n")
        assert http.response().fields["connection"] == "close"
        assert http.response() is None


def test_pipelined_requests_are_answered_in_order(shared):
    with shared.http() as http:
        http.send_while_reading(b"".join(check_request(id="c-%d" % i) for i in range(10000)))
        for i in range(10000):
            assert http.response().json()["id"] == "c-%d" % i


def test_half_close_still_gets_its_answer(shared):
    with shared.http() as http:
        http.send(check_request("I will kill you"))
        http.half_close()
        assert http.response().json()["verdict"] == "reject"
        assert http.response() is None


def test_one_byte_at_a_time(shared):
    with shared.http() as http:
        for byte in check_request("I will kill you"):
            http.send(bytes([byte]))
        assert http.response().json()["verdict"] == "reject"


def chunked(body, size):
    pieces = [body[i:i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def test_a_chunked_body(shared):
    head = (b"POST /v1/check HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n")
    with shared.http() as http:
        for size in (1, 7, 1000):
            http.send(head + chunked(b'{"text":"I will kill you"}', size))
            assert http.response().json()["verdict"] == "reject"


def test_expect_100_continue(shared):
    body = b'{"text":"I will kill you"}'
    head = (b"POST /v1/check HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n")
    with shared.http() as http:
        http.send(head % len(body))
        assert http.response().status == 100
        http.send(body)
        assert http.response().json()["verdict"] == "reject"
    with shared.http() as http:
        http.send(head % (1024 * 1024))
        assert http.response().status == 413
        assert http.response() is None


def test_many_comments_in_one_body(shared):
    requests = [{"id": "c-%d" % i, "text": "I will kill you"} for i in range(1000)]
    body = b"".join(line_of(r) for r in requests) + b'nonsense\n{"id":"last","text":"a"}'
    with shared.http() as http:
        response = http.check(body, "application/x-ndjson")
        assert response.status == 200
        assert response.fields["content-type"] == "application/x-ndjson"
        lines = response.lines()
        assert [line["id"] for line in lines[:1000]] == [r["id"] for r in requests]
        assert lines[1000]["error"]["code"] == "bad_json"
        assert lines[1000]["error"]["line"] == 1001
        assert lines[1001]["id"] == "last"
        assert http.check({"text": "a"}).status == 200
    with shared.http() as http:
        head = "POST /v1/check HTTP/1.0\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n" \
               "Content-Length: %d\r\n\r\n" % len(body)
        http.send(head.encode() + body)
        response = http.response()
        assert "transfer-encoding" not in response.fields
        assert len(response.lines()) == 1002


def test_a_wrong_first_line_of_a_body_is_merely_a_wrong_line(shared):
    with shared.http() as http:
        response = http.check(b'GET /\n{"id":"last","text":"a"}', "application/x-ndjson")
        assert response.status == 200
        wrong, right = response.lines()
        assert wrong["error"]["code"] == "bad_json"
        assert right["verdict"] == "approve"


def test_answers_to_a_body_wait_for_the_reader(shared):
    """The shortest lines have much longer answers: they are not collected in memory."""
    body = b"{}\n" * 80000
    before = shared.rss()
    clients = [shared.http(receive_buffer=4096) for _ in range(20)]
    for client in clients:
        client.send(request_of("POST", "/v1/check", body,
                               {"Content-Type": "application/x-ndjson"}))
    with shared.http() as other:
        assert other.check({"text": "a"}).status == 200
    assert shared.grown(before) < 64 * 1024 * 1024
    for client in clients[1:]:
        client.close()
    assert len(clients[0].response().body.splitlines()) == 80000
    clients[0].close()


GOOD = b"Host: a\r\nContent-Type: application/json\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
BODY = b'{"text":"a"}'
POST = b"POST /v1/check HTTP/1.1\r\n"


def with_length(value):
    return POST + GOOD + b"Content-Length: " + value + b"\r\n\r\n" + BODY


def with_coding(value, body=b"0\r\n\r\n"):
    return POST + GOOD + b"Transfer-Encoding: " + value + b"\r\n\r\n" + body


# Requests that two parsers could read in two ways, and the statuses they may be refused with.
REFUSED = {
    "H1 length and coding": (POST + GOOD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
                             b"\r\n0\r\n\r\n", {400}),
    "H2 two lengths": (POST + GOOD + b"Content-Length: 12\r\nContent-Length: 13\r\n\r\n" + BODY,
                       {400}),
    "H2 twice the same": (POST + GOOD + b"Content-Length: 12\r\nContent-Length: 12\r\n\r\n" + BODY,
                          {400}),
    "H3 plus": (with_length(b"+12"), {400}),
    "H3 minus": (with_length(b"-1"), {400}),
    "H3 hex": (with_length(b"0xc"), {400}),
    "H3 list": (with_length(b"12,12"), {400}),
    "H3 space": (with_length(b"1 2"), {400}),
    "H3 empty": (with_length(b""), {400}),
    "H3 2^63": (with_length(b"9223372036854775808"), {400, 413}),
    "H3 2^64+12": (with_length(b"18446744073709551628"), {400, 413}),
    "H4 xchunked": (with_coding(b"xchunked"), {400, 501}),
    "H4 gzip, chunked": (with_coding(b"gzip, chunked"), {400, 501}),
    "H4 chunked, chunked": (with_coding(b"chunked, chunked"), {400, 501}),
    "H4 comma": (with_coding(b",chunked"), {400, 501}),
    "H4 vertical tab": (with_coding(b"\x0bchunked"), {400, 501}),
    "H4 on 1.0": (with_coding(b"chunked").replace(b"HTTP/1.1", b"HTTP/1.0"), {400, 501}),
    "H5 0x size": (with_coding(b"chunked", b"0xc\r\n" + BODY + b"\r\n0\r\n\r\n"), {400}),
    "H5 plus": (with_coding(b"chunked", b"+c\r\n" + BODY + b"\r\n0\r\n\r\n"), {400}),
    "H5 extension": (with_coding(b"chunked", b"c;a=b\r\n" + BODY + b"\r\n0\r\n\r\n"), {400}),
    "H5 trailing space": (with_coding(b"chunked", b"c \r\n" + BODY + b"\r\n0\r\n\r\n"), {400}),
    "H5 sixteen digits": (with_coding(b"chunked", b"ffffffffffffffff\r\n"), {400, 413}),
    "H5 no end of chunk": (with_coding(b"chunked", b"c\r\n" + BODY + b"0\r\n\r\n"), {400}),
    "H5 bare LF": (with_coding(b"chunked", b"c\n" + BODY + b"\r\n0\r\n\r\n"), {400}),
    "H6 large trailer": (with_coding(b"chunked", b"0\r\nX: " + b"a" * 500000 + b"\r\n\r\n"), {400}),
    "H6 many trailers": (with_coding(b"chunked", b"0\r\n" + b"X: 1\r\n" * 90000 + b"\r\n"), {400}),
    "H7 bare LF": (b"GET /healthz HTTP/1.1\nHost: a\n\n", {400}),
    "H7 bare CR": (b"GET /healthz HTTP/1.1\r\nHost: a\rb\r\n\r\n", {400}),
    "H8 NUL in a value": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", {400}),
    "H8 control in the target": (b"GET /heal\x01thz HTTP/1.1\r\nHost: a\r\n\r\n", {400}),
    "H9 space before colon": (b"GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n", {400}),
    "H9 empty name": (b"GET /healthz HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", {400}),
    "H9 no colon": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nabc\r\n\r\n", {400}),
    "H9 folded": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", {400}),
    "H10 no host": (b"GET /healthz HTTP/1.1\r\n\r\n", {400}),
    "H10 two hosts": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", {400}),
    "H10 host with @": (b"GET /healthz HTTP/1.1\r\nHost: a@b\r\n\r\n", {400}),
    "H11 0.9": (b"GET /healthz\r\n", {400, 505}),
    "H11 1.9": (b"GET /healthz HTTP/1.9\r\nHost: a\r\n\r\n", {400, 505}),
    "H11 2.0": (b"GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n", {400, 505}),
    "H11 space behind": (b"GET /healthz HTTP/1.1 \r\nHost: a\r\n\r\n", {400, 505}),
    "H12 h2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 501, 505}),
    "H12 TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", {400}),
    "H12 PROXY v1": (b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n" + SMUGGLED, {400, 501, 505}),
    "H12 PROXY v2": (b"\r\n\r\n\0\r\nQUIT\n" + SMUGGLED, {400}),
    "H12 SMTP": (b"EHLO x\r\n", {400, 501, 505}),
    "H13 lower case": (b"get /healthz HTTP/1.1\r\nHost: a\r\n\r\n", {405, 501}),
    "H13 unknown": (b"BREW /healthz HTTP/1.1\r\nHost: a\r\n\r\n", {405, 501}),
    "H13 8 KiB": (b"A" * 8192 + b" /healthz HTTP/1.1\r\nHost: a\r\n\r\n", {405, 414, 501}),
    "H15 %00": (b"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", {400, 404}),
    "H15 dots": (b"GET /v1/%2e%2e/healthz HTTP/1.1\r\nHost: a\r\n\r\n", {400, 404}),
    "H15 two slashes": (b"GET //healthz HTTP/1.1\r\nHost: a\r\n\r\n", {400, 404}),
    "H15 absolute": (b"GET http://a/healthz HTTP/1.1\r\nHost: a\r\n\r\n", {400, 404}),
    "H15 0x80": (b"GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", {400, 404}),
    "H15 8 KiB": (b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n" % (b"a" * 8192), {414}),
    "H15 star": (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", {400, 404}),
    "H19 expect foo": (POST + GOOD + b"Expect: foo\r\nContent-Length: 12\r\n\r\n" + BODY, {417}),
    "H24 65 fields": (b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: 1\r\n" * 65 + b"\r\n", {431}),
    "H24 long field": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 8193 + b"\r\n\r\n", {431}),
    "NDJSON": (b'{"text":"a"}\n', {400}),
    "Redis": (b"*1\r\n$4\r\nPING\r\n", {400, 501}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_ambiguous_requests_are_refused_and_nothing_behind_is_read(shared, name):
    bytes_, statuses = REFUSED[name]
    with shared.http() as http:
        http.send(bytes_ + SMUGGLED)
        response = http.response()
        assert response.status in statuses, response.body
        assert http.response() is None or response.status == 404
    # A 404 is an answer like any other; only then may what is behind be a request of its own.


@pytest.mark.parametrize("method", ["GET", "DELETE", "HEAD"])
def test_a_body_that_nobody_wants_is_never_a_request(shared, method):
    with shared.http() as http:
        http.send(request_of(method, "/healthz", SMUGGLED) + request_of("GET", "/readyz"))
        first = http.response(method == "HEAD")
        assert first.status in (200, 400, 405)
        second = http.response()
        assert second is None or "ready" in second.json()


def test_a_client_that_is_gone_harms_nobody(shared):
    for cut in (20, 90, None):
        for _ in range(10):
            client = shared.http()
            client.send((check_request() * 50)[:cut])
            client.reset()
    with shared.http() as http:
        assert http.check({"text": "a"}).status == 200


def test_who_may_reload(make_daemon):
    daemon = make_daemon(more="reload_token: %s" % TOKEN)

    def status(fields):
        with daemon.http() as http:
            return http.request("POST", "/v1/rules/reload", fields=fields).status

    bearer = {"Authorization": "Bearer " + TOKEN}
    assert status({}) == 200
    for field in ("X-Forwarded-For", "Forwarded", "Via", "Origin", "Sec-Fetch-Site"):
        assert status({field: "x"}) == 401, field
        assert status({field: "x", **bearer}) == 200
        assert status({field: "x", "Authorization": "Bearer " + TOKEN[:-1] + "x"}) == 401
        assert status({field: "x", "Authorization": "Bearer "}) == 401


def test_without_a_token_only_this_machine_reloads(shared):
    with shared.http() as http:
        refused = http.request("POST", "/v1/rules/reload", fields={"X-Forwarded-For": "192.0.2.1"})
        assert (refused.status, refused.json()["code"]) == (403, "forbidden")


def test_metrics_count_what_happened(make_daemon):
    daemon = make_daemon()
    with daemon.ndjson() as client, daemon.http() as http:
        for _ in range(3):
            client.ask({"text": "I will kill you"})
        client.ask(b"nonsense\n")
        http.check({"text": "good morning"})
        http.check(b'{"text":1}')
        http.request("GET", "/nowhere")
        text = http.request("GET", "/metrics")
        assert text.fields["content-type"].startswith("text/plain; version=0.0.4")
    m = daemon.metrics()
    assert m['filterd_comments_total{verdict="reject"}'] == 3
    assert m['filterd_comments_total{verdict="approve"}'] == 1
    assert m['filterd_rule_hits_total{rule="en/threats/direct"}'] == 3
    assert m['filterd_requests_total{protocol="ndjson",status="200",code="ok"}'] == 3
    assert m['filterd_requests_total{protocol="ndjson",status="400",code="bad_json"}'] == 1
    assert m['filterd_requests_total{protocol="http",status="422",code="wrong_type"}'] == 1
    assert m['filterd_requests_total{protocol="http",status="404",code="not_found"}'] == 1
    assert m["filterd_request_duration_seconds_count"] == 4
    assert m['filterd_rules_info{version="%s"}' % daemon.version()] == 1
    assert m["filterd_rules_stale"] == 0
    assert m["filterd_rules"] >= 2


def test_metrics_keep_the_format(shared):
    with shared.http() as http:
        http.check({"text": "I will kill you"})
        lines = http.request("GET", "/metrics").body.decode().splitlines()
    declared, seen = {}, set()
    for line in lines:
        if line.startswith("# TYPE "):
            name, kind = line.split()[2:]
            assert name not in declared
            declared[name] = kind
        elif not line.startswith("#"):
            key, value = line.rsplit(" ", 1)
            assert key not in seen, "twice: " + key
            seen.add(key)
            float(value)
            name = key.split("{")[0]
            base = name.rsplit("_", 1)[0]
            assert name in declared or declared.get(base) == "histogram", line
            assert declared.get(name) != "counter" or name.endswith("_total")
    buckets = [float(line.rsplit(" ", 1)[1]) for line in lines if "_bucket{" in line]
    assert buckets == sorted(buckets)


def test_the_answer_to_json_is_json(shared):
    with shared.http() as http:
        answer = http.check({"id": "</script>".strip("<>/"), "text": "</script>\u2028"})
        assert json.loads(answer.body)["verdict"]
