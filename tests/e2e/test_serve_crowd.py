"""Thousands of clients that are slow, silent or never read, and the others meanwhile."""

import time

from crowd import Crowd, files_for
from daemon import check_request, is_sanitized, line_of, wait_for

SLOW_CLIENTS = 4000
# [s] that a deadline may be late, or seen late by one thread that looks at thousands
LATE = 6.0 if is_sanitized() else 2.0
KIB, MIB = 1 << 10, 1 << 20
REJECT = line_of({"text": "I will kill you"})

# What clients are slow with: where, what they say at first, then byte by byte (None: they read byte
# by byte), and the deadline that ends it.
SLOW = {
    "silence": ("http", b"", b"", "header_time"),
    "head": ("http", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ", b"y", "header_time"),
    "body": ("http", check_request("x" * 200)[:-200], b"x", "request_time"),
    "line": ("ndjson", b'{"text":"', b"x", "request_time"),
    "answer": ("ndjson", REJECT * 8000, None, "write_time"),
}
DEADLINES = {"header_time": 2, "request_time": 3, "write_time": 2}  # [s]


def is_answered(client):
    """Whether it got its verdict; it may be told to come back when there is too much to do."""
    answer = client.ask({"text": "I will kill you"})
    assert answer.get("verdict") == "reject" or answer["error"]["code"] == "overloaded", answer
    return "verdict" in answer


def waits(client, count):
    """[s] that it took each of so many times to get an answer, in order of length."""
    took = []
    for _ in range(count):
        began = time.perf_counter()
        wait_for(lambda: is_answered(client), "a client that is not slow to be served")
        took.append(time.perf_counter() - began)
    return sorted(took)


def join_slowly(crowd, daemon, kind):
    protocol, first, more, _ = SLOW[kind]
    port = daemon.http_port if protocol == "http" else daemon.ndjson_port
    crowd.join(port, kind, 2048 if more is None else None).pump(first)


def go_on_slowly(crowd):
    for member in crowd.open():
        if SLOW[member.kind][2] is None:
            member.read(1)
        else:
            member.send(SLOW[member.kind][2])


def check_slow_clients(daemon, crowd, times):
    """False if those who came first were at their deadline before the last one came."""
    before, grown, took = daemon.rss(), 0, []
    for i in range(SLOW_CLIENTS):
        join_slowly(crowd, daemon, list(SLOW)[i % len(SLOW)])
        if i % 100 == 0:
            crowd.look()
    if len(crowd.open()) < SLOW_CLIENTS:
        return False
    with daemon.ndjson() as good:
        while crowd.open():
            crowd.look()
            go_on_slowly(crowd)
            took.append(waits(good, 50))
            grown = max(grown, daemon.grown(before))
    # Other work on the machine makes some rounds slow; slow clients would make all of them so.
    assert min(waited[-1] for waited in took) < 0.010
    assert sorted(waited[25] for waited in took)[len(took) // 2] < 0.010
    assert grown < SLOW_CLIENTS * 32 * KIB
    for member in crowd.members.values():
        deadline = DEADLINES[SLOW[member.kind][3]] * times
        assert deadline - 0.02 <= member.closed <= deadline + LATE * times, member.kind
    metrics = daemon.metrics()
    closed = {name: metrics['filterd_timeouts_total{deadline="%s"}' % name]
              for name in ("idle", "header", "request", "write")}
    assert closed == {"idle": 800, "header": 800, "request": 1600, "write": 800}
    return True


def test_slow_clients(make_daemon):
    """4,000 at once: others are answered as ever, and each is closed at its own deadline."""
    with files_for(SLOW_CLIENTS + 200) as files:
        for times in (1, 4, 16):  # as long, where everything takes longer
            daemon = make_daemon(files=files, limits={key: "%ds" % (seconds * times)
                                                      for key, seconds in DEADLINES.items()})
            with Crowd() as crowd:
                if check_slow_clients(daemon, crowd, times):
                    return
    raise AssertionError("this machine is too slow for %d clients at once" % SLOW_CLIENTS)


def push_all(crowd, data):
    """Sends `data[kind]` from each until all is sent or nothing more is taken."""
    left = [[member, memoryview(data[member.kind])] for member in crowd.open()]
    quiet = time.monotonic()
    while time.monotonic() - quiet < 0.3:
        for entry in left:
            sent = entry[0].pump(entry[1])
            if sent:
                entry[1], quiet = entry[1][sent:], time.monotonic()


def test_clients_that_never_read(make_daemon):
    """1,000 that pipeline 1 MiB each: what is kept for them is bounded, others are answered."""
    count = 1000
    data = {"ndjson": REJECT * (MIB // len(REJECT)),
            "http": check_request("I will kill you") * (MIB // len(check_request("I will kill you")))}
    with files_for(count + 200) as files, Crowd() as crowd:
        # No deadline ends them, however slow the machine is.
        daemon = make_daemon(files=files, limits={"header_time": "60s", "request_time": "60s",
                                                  "write_time": "60s"})
        for i in range(count):
            if i % 2:
                crowd.join(daemon.http_port, "http")
            else:
                crowd.join(daemon.ndjson_port, "ndjson")
        push_all(crowd, data)
        with daemon.ndjson() as other:
            wait_for(lambda: is_answered(other), "another client to be served")
        crowd.look()
        assert len(crowd.open()) == count
        assert is_sanitized() or daemon.rss() < 64 * MIB + count * 64 * KIB
        # Nor does the kernel keep megabytes of answers for each.
        assert daemon.metrics()['filterd_comments_total{verdict="reject"}'] < count * 1500
