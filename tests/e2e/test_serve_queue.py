"""The review queue through the sockets: what is answered, when, and what is on disk then."""

import json
import os
import random
import re
import resource
import select
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

from daemon import Daemon, is_sanitized, line_of, wait_for

LINKS = "see http://a.com http://b.com http://c.com"
FINE = "good morning"
KILL = "I will kill you"
QUEUE_ID = re.compile(r"[a-z2-7]{26}$")


@pytest.fixture
def queueing(make_daemon):
    return make_daemon(store="var/queue.db")


def database(daemon):
    return os.path.join(daemon.folder, "var", "queue.db")


def rows(daemon, columns="queue_id, site, comment_id, revision, state"):
    base = sqlite3.connect(database(daemon))
    try:
        return base.execute("SELECT %s FROM item ORDER BY seq" % columns).fetchall()
    finally:
        base.close()


def review(number, **more):
    return dict({"id": "r-%d" % number, "text": "%s %d" % (LINKS, number)}, **more)


def mixed(count):
    """Comments of all three verdicts in turn, with what is expected of each."""
    texts = [(LINKS, "review"), (FINE, "approve"), (KILL, "reject")]
    return [({"id": "m-%d" % i, "text": "%s %d" % (texts[i % 3][0], i)}, texts[i % 3][1]) for i in range(count)]


def test_only_a_review_is_stored_and_the_answer_says_where(queueing):
    answer = queueing.check(LINKS, id="c-1", site="english", author={"id": "u1", "name": "A"},
                            article={"id": "a1", "title": "T"})
    assert answer["verdict"] == "review" and answer["queued"] is True
    assert QUEUE_ID.match(answer["queue_id"]) and answer["revision"] == 1 and answer["durable"] == "fsync"
    for text, verdict in ((FINE, "approve"), (KILL, "reject")):
        other = queueing.check(text, id="c-2")
        assert (other["verdict"], other["queued"]) == (verdict, False)
        assert "queue_id" not in other
    assert rows(queueing) == [(answer["queue_id"], "english", "c-1", 1, 0)]
    assert rows(queueing, "author_id, author_name, article_id, article_title, guideline, score, rules_version") == [
        ("u1", "A", "a1", "T", "promotion", round(answer["score"] * 10000), answer["rules"])]
    base = sqlite3.connect(database(queueing))
    request, kept = base.execute("SELECT request, answer FROM content").fetchone()
    assert json.loads(request)["text"] == LINKS
    assert json.loads(kept + "}")["matches"] == answer["matches"]
    assert base.execute("SELECT rule FROM item_rule").fetchall() == [("any/promotion/links",)]
    base.close()
    assert os.stat(database(queueing)).st_mode & 0o777 == 0o600


def test_a_comment_sent_again_is_the_same_and_an_edited_one_a_new_revision(queueing):
    first = queueing.check(LINKS, id="c-1")
    again = queueing.check(LINKS, id="c-1")
    assert (again["queue_id"], again["revision"]) == (first["queue_id"], 1)
    edited = queueing.check(LINKS + " again", id="c-1")
    assert edited["queue_id"] != first["queue_id"] and edited["revision"] == 2
    assert [row[3:] for row in rows(queueing)] == [(1, 4), (2, 0)]  # the first one is superseded
    other_site = queueing.check(LINKS, id="c-1", site="sorani")
    assert other_site["queue_id"] not in (first["queue_id"], edited["queue_id"])
    nameless = [queueing.check(LINKS)["queue_id"] for _ in range(2)]
    assert nameless[0] != nameless[1]
    metrics = queueing.metrics()
    assert metrics['filterd_store_rows_total{result="again"}'] == 1
    assert metrics['filterd_store_rows_total{result="stored"}'] == 5
    assert metrics["filterd_store_well"] == 1 and metrics["filterd_store_waiting"] == 0


def expected_of(answers, requests):
    """Answers in order, each with its verdict; the queue ids of the reviews."""
    assert [a["id"] for a in answers] == [r["id"] for r, _ in requests]
    assert [a["verdict"] for a in answers] == [v for _, v in requests]
    ids = [a["queue_id"] for a in answers if a["verdict"] == "review"]
    assert len(set(ids)) == len(ids)
    return set(ids)


def test_pipelined_answers_stay_in_order(queueing):
    requests = mixed(3000)
    with queueing.ndjson() as client:
        client.send_while_reading(b"".join(line_of(r) for r, _ in requests))
        client.half_close()
        ids = expected_of(client.answers(), requests)
    assert ids == {row[0] for row in rows(queueing)}
    assert queueing.metrics()["filterd_store_commit_seconds_count"] < len(ids)  # many with one commit


def test_a_streamed_body_stays_in_order(queueing):
    requests = mixed(999)
    body = b"".join(line_of(r) for r, _ in requests)
    with queueing.http() as http:
        for _ in range(2):
            response = http.check(body, "application/x-ndjson")
            assert response.status == 200
            ids = expected_of(response.lines(), requests)
        assert http.request("GET", "/healthz").status == 200
    assert ids == {row[0] for row in rows(queueing)}


def test_http_answers_wait_in_order_and_a_close_waits_too(queueing):
    with queueing.http() as http:
        for number in range(40):
            body = json.dumps(review(number) if number % 2 else {"text": FINE}).encode()
            http.send(b"POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                      b"Content-Length: %d\r\n%s\r\n%s" % (
                          len(body), b"Connection: close\r\n" if number == 39 else b"", body))
        answers = [http.response() for _ in range(40)]
        assert http.response() is None
    assert [a.json()["queued"] for a in answers] == [n % 2 == 1 for n in range(40)]
    assert [a.fields.get("connection") for a in answers] == [None] * 39 + ["close"]
    with queueing.http() as http:
        body = json.dumps(review(100)).encode()
        http.send(b"POST /v1/check HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
            len(body), body))
        assert http.response().json()["queued"] is True


def hold_lock(daemon):
    base = sqlite3.connect(database(daemon), isolation_level=None)
    base.execute("BEGIN IMMEDIATE")
    return base


def test_while_another_process_holds_the_database_only_reviews_are_refused(make_daemon):
    daemon = make_daemon(store="var/queue.db", limits={"store_time": "400ms"})
    assert daemon.check(**review(1))["queued"] is True
    base = hold_lock(daemon)
    with daemon.ndjson() as client, daemon.http() as http:
        client.send(b"".join(line_of(r) for r in (review(2), {"id": "ok", "text": FINE})))
        refused = client.answer()
        assert refused["id"] == "r-2" and refused["error"]["code"] == "queue_unavailable"
        assert refused["error"]["retry_after_ms"] == 2000 and refused["error"]["line"] == 1
        assert client.answer()["verdict"] == "approve"
        response = http.check(review(3))
        assert response.status == 503 and response.fields["retry-after"] == "2"
        assert response.json()["code"] == "queue_unavailable"
        assert http.check({"text": KILL}).json()["verdict"] == "reject"
        wait_for(lambda: http.request("GET", "/readyz").status == 503, "it to be not ready")
        base.execute("ROLLBACK")
        base.close()
        wait_for(lambda: "verdict" in client.ask(review(4)), "the queue to work again")
        assert http.request("GET", "/readyz").status == 200
        # What was refused may be sent again, and is there once.
        assert client.ask(review(2))["queued"] is True
    assert sorted(row[2] for row in rows(daemon)).count("r-2") == 1


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (400 * 1024, 400 * 1024))


def test_when_it_cannot_write_nothing_is_promised_and_it_ends_to_be_started_anew(tmp_path):
    """A file that may not grow: the kernel answers EFBIG."""
    daemon = Daemon(tmp_path / "d", store="var/queue.db", before=small_files)
    daemon.start()
    promised, refused = [], 0
    with daemon.ndjson() as client:
        for number in range(2000):
            try:
                answer = client.ask(review(number, parent={"id": "p", "text": "x" * 2000}))
            except (ConnectionError, AssertionError):
                break
            if answer is None or "bye" in answer:
                break
            if "error" in answer:
                assert answer["error"]["code"] in ("queue_unavailable", "closing")
                refused += 1
            else:
                promised.append(answer["queue_id"])
    assert daemon.wait() == 75, daemon.log()
    assert refused > 0 and promised
    assert "cannot be written any more" in daemon.log()
    assert set(promised) <= {row[0] for row in rows(daemon)}
    daemon.before = None
    with daemon:
        assert daemon.check(**review(5000))["queued"] is True


@pytest.mark.parametrize("what, said", [
    ("folder", "is a directory|not a file"), ("text", "database"), ("newer", "newer")])
def test_a_queue_that_cannot_be_opened_is_told_at_the_start(tmp_path, what, said):
    daemon = Daemon(tmp_path / "d", store="var/queue.db")
    os.makedirs(os.path.dirname(database(daemon)))
    if what == "folder":
        os.mkdir(database(daemon))
    elif what == "text":
        with open(database(daemon), "w", encoding="utf-8") as out:
            out.write("this is no database, and must not be overwritten " * 100)
    else:
        with daemon:
            pass
        base = sqlite3.connect(database(daemon))
        base.execute("PRAGMA user_version = 999")
        base.close()
    daemon.spawn()
    assert daemon.wait() == 78
    log = daemon.log()
    assert "the review queue cannot be opened" in log and re.search(said, log), log
    if what == "text":
        with open(database(daemon), encoding="utf-8") as kept:
            assert kept.read().startswith("this is no database")


def load(daemon, promised, stop, name):
    """Sends reviews one after the other until the connection breaks; notes what was promised."""
    try:
        with daemon.ndjson() as client:
            for number in range(100000):
                if stop.is_set():
                    return
                comment = "%s-%d" % (name, number)
                client.send(line_of({"id": comment, "text": LINKS + comment}) * 2)
                for _ in range(2):
                    answer = client.answer()
                    if answer is None:
                        return
                    if answer.get("queued"):
                        promised.append((comment, answer["queue_id"]))
    except (OSError, AssertionError):
        return


def check_kept(daemon, promised):
    """Every acknowledged comment is there, once."""
    found = {}
    for queue_id, _, comment, _, _ in rows(daemon):
        found.setdefault(comment, []).append(queue_id)
    assert all(found.get(comment) == [queue_id] for comment, queue_id in promised)
    assert all(len(ids) == 1 for ids in found.values())


def kill_under_load(daemon, times, seed):
    random.seed(seed)
    promised = []
    for round_number in range(times):
        began = time.monotonic()
        daemon.start()
        took = time.monotonic() - began
        stop = threading.Event()
        threads = [threading.Thread(target=load, args=(daemon, promised, stop, "k%d-%d" % (round_number, i)))
                   for i in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(random.uniform(0.005, 0.08))  # when it dies is the point
        daemon.signal(signal.SIGKILL)
        daemon.wait()
        stop.set()
        for thread in threads:
            thread.join()
        daemon.kill()
        assert took < 2 or is_sanitized(), "start took %.1f s" % took
    check_kept(daemon, promised)
    base = sqlite3.connect(database(daemon))
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    base.close()
    return len(promised)


def test_nothing_acknowledged_is_lost_or_doubled_by_kill_9(tmp_path):
    times = int(os.environ.get("FILTERD_KILLS", "8"))
    daemon = Daemon(tmp_path / "d", store="var/queue.db")
    assert kill_under_load(daemon, times, 1) > 0


def test_sigterm_under_load_keeps_what_it_acknowledged(tmp_path):
    daemon = Daemon(tmp_path / "d", store="var/queue.db")
    promised, stop = [], threading.Event()
    daemon.start()
    threads = [threading.Thread(target=load, args=(daemon, promised, stop, "t%d" % i)) for i in range(4)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(promised) > 200, "comments to be stored")
    daemon.stop()
    stop.set()
    for thread in threads:
        thread.join()
    check_kept(daemon, promised)
    # Closed in good order: everything is in the one file.
    assert os.listdir(os.path.dirname(database(daemon))) == ["queue.db"]


needs_strace = pytest.mark.skipif(shutil.which("strace") is None or is_sanitized(), reason="needs strace")


def attach(daemon, trace, *options):
    """strace on a running daemon, once it is there."""
    tracer = subprocess.Popen(["strace", "-f", "-q", "-o", trace, *options, "-p", str(daemon.child.pid)],
                              stderr=subprocess.DEVNULL)
    status = "/proc/%d/status" % daemon.child.pid

    def attached():
        if tracer.poll() is not None:
            daemon.stop()
            pytest.skip("strace may not attach here")
        with open(status, encoding="ascii") as text:
            return "TracerPid:\t%d\n" % tracer.pid in text.read()

    wait_for(attached, "strace to attach")
    return tracer


def kill_points(count):
    """Before the nth write, sync or answer of a thread, in turn: (system call, n)."""
    calls = ("pwrite64", "fdatasync", "sendto")
    return [(calls[i % 3], 1 + i // 3) for i in range(count)]


@needs_strace
def test_nothing_acknowledged_is_lost_or_doubled_by_kill_9_at_each_write_sync_and_answer(tmp_path):
    """FILTERD_KILLS=200: the first 67 of each."""
    daemon = Daemon(tmp_path / "d", store="var/queue.db", workers=1)
    promised, died = [], 0
    for number, (call, nth) in enumerate(kill_points(int(os.environ.get("FILTERD_KILLS", "6")))):
        began = time.monotonic()
        daemon.start()
        assert time.monotonic() - began < 2
        tracer = attach(daemon, str(tmp_path / "trace"), "-e", "trace=" + call,
                        "-e", "inject=%s:signal=KILL:when=%d" % (call, nth))
        stop = threading.Event()
        threads = [threading.Thread(target=load, args=(daemon, promised, stop, "p%d-%d" % (number, i)))
                   for i in range(2)]
        for thread in threads:
            thread.start()
        try:
            assert daemon.wait() == -signal.SIGKILL
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        tracer.wait()
        daemon.kill()
        died += 1
    check_kept(daemon, promised)
    assert died > 0 and promised


@needs_strace
def test_after_a_failed_sync_nothing_is_promised_and_it_ends(tmp_path):
    """A sync that fails may have lost what it was to keep, and a second one may succeed without it."""
    daemon = Daemon(tmp_path / "d", store="var/queue.db")
    daemon.start()
    promised = [daemon.check(**review(n))["queue_id"] for n in range(5)]
    tracer = attach(daemon, str(tmp_path / "trace"), "-e", "inject=fdatasync:error=EIO:when=3")
    with daemon.ndjson() as client:
        answers = [client.ask(review(n)) for n in range(5, 8)]
    assert [bool(a.get("queued")) for a in answers] == [True, True, False]
    assert answers[2]["error"]["code"] == "queue_unavailable"
    assert daemon.wait() == 75
    tracer.wait()
    promised += [a["queue_id"] for a in answers[:2]]
    assert set(promised) <= {row[0] for row in rows(daemon)}
    with daemon:
        assert daemon.check(**review(7))["queued"] is True
    assert [row[2] for row in rows(daemon)].count("r-7") == 1


@needs_strace
def test_while_a_commit_is_slow_the_others_are_answered(tmp_path):
    daemon = Daemon(tmp_path / "d", store="var/queue.db")
    daemon.start()
    tracer = attach(daemon, str(tmp_path / "trace"), "-e", "inject=fdatasync:delay_enter=1000000")
    with daemon.ndjson() as slow, daemon.ndjson() as quick, daemon.http() as http:
        slow.send(line_of(review(1)) + line_of({"id": "behind", "text": FINE}))
        # On every worker, while the first one waits for its second to be over.
        for number in range(50):
            assert quick.ask({"id": "q-%d" % number, "text": FINE})["verdict"] == "approve"
            assert http.check({"text": KILL}).json()["verdict"] == "reject"
        assert not select.select([slow.socket], [], [], 0)[0]
        assert slow.answer()["queued"] is True
        assert slow.answer()["id"] == "behind"
    daemon.stop()
    tracer.wait()


@needs_strace
def test_the_answer_leaves_after_the_sync_that_covers_it(tmp_path):
    count = int(os.environ.get("FILTERD_ACKNOWLEDGEMENTS", "200"))
    daemon = Daemon(tmp_path / "d", store="var/queue.db", workers=1)
    daemon.start()
    trace = str(tmp_path / "trace")
    tracer = attach(daemon, trace, "-e", "trace=fdatasync,fsync,sendto,pwrite64", "-s", "4000")
    try:
        with daemon.ndjson() as client:
            for number in range(count):
                assert client.ask({"id": "s-%d" % number, "text": LINKS + " %d" % number})["queued"] is True
    finally:
        daemon.stop()
        tracer.wait()
    written = synced = checked = 0
    dirty = False
    with open(trace, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if "pwrite64(" in line:
                written += 1
                dirty = True
            elif re.search(r"(fdatasync|fsync)(\(| resumed).*= 0", line):
                synced += 1
                dirty = False
            elif "sendto(" in line and '\\"queued\\":true' in line:
                checked += 1
                assert not dirty, "answered before the sync: " + line
    assert checked == count and synced >= count and written >= count


def test_off_stores_nothing(daemon):
    answer = daemon.check(LINKS, id="c-1")
    assert (answer["verdict"], answer["queued"]) == ("review", False)
    assert not os.path.exists(database(daemon))
    assert "filterd_store_well" not in daemon.metrics()


def test_without_the_key_the_queue_is_beside_the_configuration(tmp_path):
    daemon = Daemon(tmp_path / "d")
    daemon.edit_config("store: off\n", "")
    with daemon:
        assert daemon.check(LINKS)["queued"] is True
        assert len(rows(daemon)) == 1


def test_it_works_in_the_sandbox(make_daemon):
    daemon = make_daemon(store="var/queue.db", more="sandbox: auto")
    for number in range(300):
        assert daemon.check(**review(number))["queued"] is True
    assert "Permission denied" not in daemon.log() and len(rows(daemon)) == 300
