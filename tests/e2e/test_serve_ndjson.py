"""NDJSON on sockets: framing, order, the cases N and B of hostile input."""

import json

import pytest

from daemon import check_request, line_of

KILL = {"id": "k", "text": "I will kill you"}


def texts(count):
    return [{"id": "c-%d" % i, "text": "I will kill you" if i % 3 else "good morning %d" % i}
            for i in range(count)]


def test_every_way_in_gives_the_same_answer(daemon):
    requests = texts(20) + [{"text": "see http://a.com http://b.com http://c.com", "lang": "en"},
                            {"text": ""}, {"text": "z\u0000w \u202e \U0001f600", "revision": 7}]
    with daemon.ndjson() as unix, daemon.ndjson(tcp=True) as tcp, daemon.http() as http, \
            daemon.http(unix=True) as unix_http:
        for request in requests:
            line = json.dumps(request).encode() + b"\n"
            unix.send(line)
            tcp.send(line)
            answer = unix.line()
            assert tcp.line() == answer
            assert http.check(request).body == answer + b"\n"
            assert unix_http.check(request).body == answer + b"\n"
        body = b"".join(line_of(r) for r in requests)
        streamed = http.check(body, "application/x-ndjson")
        unix.send(body)
        assert streamed.body.splitlines() == [unix.line() for _ in requests]


def test_a_verdict_says_what_why_and_by_which_rules(daemon):
    answer = daemon.check("I will kill you", id="c-1")
    assert answer["id"] == "c-1"
    assert answer["verdict"] == "reject"
    assert answer["score"] >= 0.9
    assert answer["queued"] is False
    assert answer["rules"] == daemon.version()
    assert [m["rule"] for m in answer["matches"]] == ["en/threats/direct"]
    assert daemon.check("good morning")["verdict"] == "approve"


def test_pipelined_answers_come_in_order(daemon):
    requests = texts(5000)
    with daemon.ndjson() as client:
        client.send_while_reading(b"".join(line_of(r) for r in requests))
        client.half_close()
        assert [a["id"] for a in client.answers()] == [r["id"] for r in requests]


def test_half_close_still_gets_its_answers(daemon):
    with daemon.ndjson(tcp=True) as client:
        client.send(line_of(KILL))
        client.half_close()
        assert [a["verdict"] for a in client.answers()] == ["reject"]


def test_one_byte_at_a_time(daemon):
    with daemon.ndjson() as client:
        for byte in line_of({"id": "slow", "text": "I w\u0131ll kill you \u2026"}):
            client.send(bytes([byte]))
        assert client.answer()["id"] == "slow"
        assert client.ask(KILL)["verdict"] == "reject"


# What is sent before a good line, and the code it is refused with; the connection goes on.
REFUSED_AND_ON = {
    "not json": (b"nonsense\n", "bad_json"),
    "two objects": (b'{"text":"a"}{"text":"b"}\n', "bad_json"),
    "array": (b'[{"text":"a"}]\n', "wrong_type"),
    "number": (b"7\n", "wrong_type"),
    "no text": (b'{"id":"a"}\n', "missing_field"),
    "text a number": (b'{"text":5}\n', "wrong_type"),
    "id an object": (b'{"text":"a","id":{}}\n', "wrong_type"),
    "id with a slash": (b'{"text":"a","id":"../x"}\n', "bad_value"),
    "id of 129 bytes": (b'{"text":"a","id":"%s"}\n' % (b"x" * 129), "bad_value"),
    "carriage return inside": (b'{"text":\r"a"}\n', "bad_line"),
    "overlong slash": (b'{"text":"\xc0\xaf"}\n', "invalid_utf8"),
    "surrogate": (b'{"text":"\xed\xa0\x80"}\n', "invalid_utf8"),
    "lone continuation": (b'{"text":"\x80"}\n', "invalid_utf8"),
    "cut sequence": (b'{"text":"\xe2\x82"}\n', "invalid_utf8"),
    "above U+10FFFF": (b'{"text":"\xf4\x90\x80\x80"}\n', "invalid_utf8"),
    "lone escape surrogate": (b'{"text":"\\ud800"}\n', "bad_json"),
    "duplicate key": (b'{"text":"ok","te\\u0078t":"bad"}\n', "duplicate_key"),
    "too deep": (b'{"x":%s}\n' % (b"[" * 33 + b"]" * 33), "too_deep"),
    "too many keys": (b'{%s}\n' % b",".join(b'"k%d":1' % i for i in range(65)), "too_many_keys"),
    "nested 100,000": (b"[" * 100000 + b"\n", "too_deep"),
    "raw tab": (b'{"text":"a\tb"}\n', "bad_json"),
    "line separators do not end a line": ('{"text":"a"}\u2028{"text":"b"}\n'.encode(), "bad_json"),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    from daemon import Daemon

    with Daemon(tmp_path_factory.mktemp("ndjson")) as daemon:
        yield daemon


@pytest.mark.parametrize("name", REFUSED_AND_ON)
def test_a_bad_line_is_refused_and_the_next_is_judged(shared, name):
    bad, code = REFUSED_AND_ON[name]
    with shared.ndjson() as client:
        assert client.ask({"id": "before", "text": "a"})["id"] == "before"
        client.send(bad + line_of(KILL))
        error = client.answer()["error"]
        assert (error["code"], error["line"]) == (code, 2)
        assert client.answer()["verdict"] == "reject"


# What hangs up, whatever comes behind it.
REFUSED_AND_CLOSED = {
    "TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "wrong_protocol"),
    "HTTP": (check_request(), "wrong_protocol"),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "wrong_protocol"),
    "PROXY v1": (b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n", "wrong_protocol"),
    "PROXY v2": (b"\r\n\r\n\0\r\nQUIT\n", "wrong_protocol"),
    "SMTP": (b"EHLO x\r\n", "wrong_protocol"),
    "Redis": (b"*1\r\n$4\r\nPING\r\n", "wrong_protocol"),
    "SSH": (b"SSH-2.0-x\r\n", "wrong_protocol"),
    "101 empty lines": (b"\n" * 101, "bad_line"),
}


@pytest.mark.parametrize("name", REFUSED_AND_CLOSED)
def test_what_is_no_ndjson_is_hung_up_on_with_a_reason(shared, name):
    bytes_, code = REFUSED_AND_CLOSED[name]
    with shared.ndjson(tcp=True) as client:
        client.send(bytes_ + line_of(KILL))
        answers = client.answers()
        assert [a["error"]["code"] for a in answers] == [code]
    if code == "wrong_protocol":
        shared.log_contains("does not speak ndjson")


def test_a_text_with_a_raw_line_end_is_told_how_to_write_it(shared):
    with shared.ndjson() as client:
        client.send(b'{"text":"two\nlines"}\n')
        assert "\\n" in client.answer()["error"]["message"]


def test_crlf_and_some_empty_lines_are_fine(shared):
    with shared.ndjson() as client:
        client.send(b"\r\n\n" + b"\n" * 50 + line_of(KILL).replace(b"\n", b"\r\n"))
        client.half_close()
        assert [a["verdict"] for a in client.answers()] == ["reject"]


def test_a_line_cut_off_is_never_judged(shared):
    with shared.ndjson() as client:
        client.send(b'{"text":"a"}\n{"text":"I will kill you"}')
        client.half_close()
        first, second = client.answers()
        assert first["verdict"] == "approve"
        assert (second["error"]["code"], second["error"]["line"]) == ("bad_line", 2)


def test_a_client_that_is_gone_harms_nobody(shared):
    for _ in range(20):
        client = shared.ndjson(tcp=True)
        client.send(line_of(KILL) * 200 + b'{"text":"half')
        client.reset()
    assert shared.check("I will kill you")["verdict"] == "reject"


def test_unknown_fields_are_passed_over_and_counted(shared):
    name = "filterd_unknown_fields_total"
    before = shared.metrics()[name]
    assert shared.check(text="I will kill you", colour="red", more={"a": [1]})["verdict"] == "reject"
    assert shared.metrics()[name] == before + 2


def test_ids_may_repeat(shared):
    with shared.ndjson() as client:
        client.send(line_of(KILL) * 2)
        assert [client.answer()["id"] for _ in range(2)] == ["k", "k"]


def test_a_deadline_that_is_over_is_not_worked_for(shared):
    with shared.ndjson() as client:
        error = client.ask(dict(KILL, deadline_ms=0))
        assert (error["id"], error["error"]["code"]) == ("k", "expired")
        assert client.ask(dict(KILL, deadline_ms=60000))["verdict"] == "reject"
    with shared.http() as http:
        body = json.dumps(KILL).encode()
        late = http.request("POST", "/v1/check", body, {"Content-Type": "application/json",
                                                        "X-Deadline-Ms": "0"})
        assert (late.status, late.json()["code"]) == (503, "expired")
        assert int(late.fields["retry-after"]) >= 1


def test_a_pipelining_client_does_not_starve_others(daemon):
    with daemon.ndjson() as greedy, daemon.ndjson() as patient:
        greedy.send_what_fits(line_of(KILL) * 20000)
        assert patient.ask(KILL)["verdict"] == "reject"
