"""Limits at, below and above; deadlines; connections, descriptors and memory that run out."""

import contextlib
import json
import select
import time

from daemon import SHORT, check_request, line_of, request_of, wait_for

SLACK = 0.5  # [s] that a deadline may be late


def line_of_size(size):
    """A request of so many bytes without its end."""
    line = b'{"id":"x","text":"a","site":"%s"}'
    return line % (b"s" * (size - len(line) + 2))


# --- sizes ---

def test_a_line_at_the_limit(make_daemon):
    daemon = make_daemon(limits={"request": "4KiB"})
    for size in (4095, 4096):
        with daemon.ndjson() as client:
            assert client.ask(line_of_size(size) + b"\n")["verdict"] == "approve"
            assert client.ask(line_of_size(size) + b"\r\n")["verdict"] == "approve"
    with daemon.ndjson() as client:
        client.send(line_of_size(4097) + b"\n" + line_of({"text": "behind"}))
        errors = [a["error"] for a in client.answers()]
        assert [(e["code"], e["line"]) for e in errors] == [("too_large", 1)]


def test_a_body_at_the_limit(make_daemon):
    daemon = make_daemon(limits={"request": "4KiB"})
    with daemon.http() as http:
        for size in (4095, 4096):
            assert http.check(line_of_size(size)).status == 200
        response = http.check(line_of_size(4097))
        assert (response.status, response.json()["code"]) == (413, "too_large")
        assert http.response() is None


def test_headers_at_the_limit(make_daemon):
    daemon = make_daemon(limits={"headers": "1KiB"})

    def status(size):
        """With fields of so many bytes, line ends included, but not the empty line's."""
        fields = b"Host: a\r\nX: "
        with daemon.http() as http:
            http.send(b"GET /healthz HTTP/1.1\r\n" + fields + b"x" * (size - len(fields) - 2) +
                      b"\r\n\r\n")
            return http.response().status

    # The empty line that ends the fields counts with them.
    assert [status(1021), status(1022), status(1023)] == [200, 200, 431]


def test_a_request_line_at_the_limit(make_daemon):
    daemon = make_daemon()

    def status(size):
        path = "/" + "a" * (size - len("GET / HTTP/1.1"))
        with daemon.http() as http:
            return http.request("GET", path).status

    assert [status(4095), status(4096), status(4097)] == [404, 404, 414]


def test_a_text_over_the_scan_limit_goes_to_a_person(make_daemon):
    daemon = make_daemon(limits={"text": "1KiB"})
    for size, verdict in ((1023, "approve"), (1024, "approve"), (1025, "review")):
        assert daemon.check("ab c" * 256 + "d" * (size - 1024) if size >= 1024
                            else "ab c" * 255 + "abc")["verdict"] == verdict
    answer = daemon.check("harmless " * 120 + "I will kill you")
    assert answer["verdict"] == "review"
    assert [reason["code"] for reason in answer["reasons"]] == ["too_long"]
    # A limit that would cut a character in two does not.
    assert daemon.check("a" * 1022 + "\u2026")["verdict"] == "review"


def test_a_line_without_end_is_told_once_and_not_kept(make_daemon):
    daemon = make_daemon()
    before = daemon.rss()
    with daemon.ndjson() as client:
        sent = client.send_until_closed(b'{"text":"' + b"a" * (1 << 20), b"a" * (1 << 20), 256)
        assert sent < 16 << 20
        assert client.buffer.count(b"\n") == 1
        assert json.loads(client.buffer)["error"]["code"] == "too_large"
    assert daemon.grown(before) < 8 << 20


# --- times ---

def drip(client, data, every=0.02):
    """Sends a byte at a time until the server hangs up; how long that took and what it said."""
    began = time.monotonic()
    for i in range(len(data)):
        try:
            client.send(data[i:i + 1])
        except OSError:
            break
        if select.select([client.socket], [], [], every)[0]:
            break
    said = client.rest()
    return time.monotonic() - began, said


def assert_about(seconds, wanted):
    assert wanted - 0.02 <= seconds <= wanted + SLACK


def test_slow_headers(make_daemon):
    daemon = make_daemon(limits=SHORT)
    with daemon.http() as client:
        took, said = drip(client, b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 100)
        assert_about(took, 0.3)
        assert said.startswith(b"HTTP/1.1 408 ") and b'"request_timeout"' in said
    assert daemon.metrics()['filterd_timeouts_total{deadline="header"}'] == 1


def test_slow_body(make_daemon):
    daemon = make_daemon(limits=SHORT)
    with daemon.http() as client:
        head, body = check_request("x" * 200).split(b"\r\n\r\n")
        client.send(head + b"\r\n\r\n")
        took, said = drip(client, body)
        assert_about(took, 0.6)
        assert said.startswith(b"HTTP/1.1 408 ")
    assert daemon.metrics()['filterd_timeouts_total{deadline="request"}'] == 1


def test_slow_line(make_daemon):
    daemon = make_daemon(limits=SHORT)
    with daemon.ndjson() as client:
        client.ask({"text": "a"})
        took, said = drip(client, line_of({"text": "x" * 200}))
        assert_about(took, 0.6)
        error = json.loads(said)["error"]
        assert (error["code"], error["line"]) == ("request_timeout", 2)


def test_each_request_has_its_own_time(make_daemon):
    """A connection that is always within a request, but each is in time, lives on."""
    daemon = make_daemon(limits=SHORT)
    line = line_of({"text": "x" * 40})
    began = time.monotonic()
    with daemon.ndjson() as client:
        client.send(line[:5])
        while time.monotonic() - began < 1.5:
            select.select([], [], [], 0.1)
            client.send(line[5:] + line[:5])
            assert client.answer()["verdict"] == "approve"


def test_idle_connections_are_closed(make_daemon):
    daemon = make_daemon(limits=SHORT)
    began = time.monotonic()
    with daemon.http() as silent, daemon.ndjson() as line, daemon.http() as used:
        line.ask({"text": "a"})
        used.check({"text": "a"})
        assert silent.rest() == b""
        assert_about(time.monotonic() - began, 0.3)
        assert used.rest() == b""
        assert_about(time.monotonic() - began, 0.9)
        assert json.loads(line.rest()) == {"bye": "closing", "line": 1}
    assert daemon.metrics()['filterd_timeouts_total{deadline="idle"}'] == 3


def test_answers_that_nobody_reads(make_daemon):
    daemon = make_daemon(limits=SHORT)
    with daemon.ndjson() as client:
        sent = client.send_what_fits(line_of({"text": "I will kill you"}) * 100000)
        assert sent < 3000000
        key = 'filterd_timeouts_total{deadline="write"}'
        wait_for(lambda: daemon.metrics()[key] == 1, "the connection to be closed", 3)


def test_a_reader_slower_than_the_deadline_is_cut_off(make_daemon):
    """Reading a little now and then does not extend it."""
    daemon = make_daemon(limits=SHORT)
    with daemon.ndjson(receive_buffer=2048) as client:
        client.send_what_fits(line_of({"text": "I will kill you"}) * 100000)
        key = 'filterd_timeouts_total{deadline="write"}'

        def cut_off():
            try:
                client.socket.recv(1)
            except ConnectionError:
                return True
            return daemon.metrics()[key] == 1
        wait_for(cut_off, "the slow reader to be cut off", 3)


# --- what runs out ---

def refusal_of(client):
    """What an NDJSON client is told that is not served, or None."""
    try:
        answer = client.answer()
    except ConnectionError:
        return None
    return answer["error"]["code"]


def served(daemon, **way):
    """A connection that is served, or None when there is no place."""
    client = daemon.ndjson(**way)
    try:
        if "verdict" in (client.ask({"text": "a"}) or {}):
            return client
    except OSError:
        pass
    client.close()
    return None


def take(daemon, count, **way):
    """So many connections; the daemon may still be closing those of its start."""
    return [wait_for(lambda: served(daemon, **way), "a place to be free") for _ in range(count)]


def test_too_many_connections(make_daemon):
    daemon = make_daemon(limits={"connections": 10})
    taken = take(daemon, 10)
    with daemon.ndjson() as client:
        assert refusal_of(client) == "too_many_connections"
        assert client.answer() is None
    with daemon.http() as http:
        response = http.response()
        assert (response.status, response.json()["code"]) == (503, "too_many_connections")
        assert int(response.fields["retry-after"]) >= 1
        assert http.response() is None
    assert taken[0].ask({"text": "I will kill you"})["verdict"] == "reject"
    for client in taken[:5]:
        client.close()
    take(daemon, 1)[0].close()
    assert daemon.metrics()['filterd_connections_rejected_total{reason="connections"}'] >= 2
    for client in taken[5:]:
        client.close()


def test_too_many_connections_of_one_address(make_daemon):
    daemon = make_daemon(limits={"connections_per_address": 5})
    taken = take(daemon, 5, tcp=True)
    with daemon.ndjson(tcp=True) as client:
        assert refusal_of(client) == "too_many_connections"
    unix = [daemon.ndjson() for _ in range(10)]
    for client in unix:
        assert client.ask({"text": "a"})["verdict"] == "approve"
    taken.pop().close()
    taken += take(daemon, 1, tcp=True)
    for client in taken + unix:
        client.close()


def test_out_of_descriptors(make_daemon):
    daemon = make_daemon(files=64)
    clients, refused = [], 0
    while refused < 5:
        client = daemon.ndjson()
        with contextlib.suppress(BrokenPipeError):  # refused and hung up on before it asks
            client.send(line_of({"text": "a"}))
        answer = client.answer()
        if "error" in answer:
            assert answer["error"]["code"] == "too_many_connections"
            refused += 1
            client.close()
        else:
            clients.append(client)
        assert len(clients) < 64
    assert clients[0].ask({"text": "I will kill you"})["verdict"] == "reject"
    busy = daemon.cpu()
    waiting = [daemon.ndjson() for _ in range(5)]
    assert [refusal_of(client) for client in waiting] == ["too_many_connections"] * 5
    select.select([], [], [], 0.5)
    assert daemon.cpu() - busy < 0.2
    for client in clients + waiting:
        client.close()
    take(daemon, 1)[0].close()
    assert daemon.metrics()['filterd_connections_rejected_total{reason="files"}'] >= 10
    daemon.log_contains("out of file descriptors")


def test_a_body_nobody_asked_for_does_not_cost(make_daemon):
    """After a refusal what still comes is passed over, so that the client can read the answer."""
    daemon = make_daemon(limits={"request": "64KiB"})
    with daemon.http() as http:
        http.send(request_of("POST", "/v1/check", None, {
            "Content-Type": "application/json", "Content-Length": "900000"}) + b"x" * 900000)
        assert http.response().status == 413
