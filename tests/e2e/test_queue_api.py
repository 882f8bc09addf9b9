"""The review queue over HTTP: what a page or a CMS asks, and what it must never be able to do."""

import json
import os
import sqlite3
import threading
import time
import urllib.parse

import pytest

from command import filterd
from daemon import Daemon, wait_for

HERE = {"Host": "localhost"}
JSON = {"Host": "localhost", "Content-Type": "application/json"}
LINKS = "see http://a.com http://b.com http://c.com"


@pytest.fixture(scope="module")
def shared(tmp_path_factory, shared_store):
    with Daemon(tmp_path_factory.mktemp("desk"), store=shared_store) as daemon:
        yield daemon


@pytest.fixture
def queueing(make_daemon, store):
    return make_daemon(store=store)


def get(daemon, path, fields=None):
    with daemon.http() as http:
        return http.request("GET", path, fields=fields or HERE)


def post(daemon, path, body, moderator=None, fields=None):
    fields = dict(fields or JSON)
    if moderator:
        fields["X-Moderator"] = urllib.parse.quote(moderator)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with daemon.http() as http:
        return http.request("POST", path, data, fields)


def queue(daemon, count=1, **more):
    """Comments of a site of their own, queued; their queue ids."""
    answers = [daemon.check("%s %s %d" % (LINKS, more["site"], i), id="c-%d" % i, **more) for i in range(count)]
    return [answer["queue_id"] for answer in answers]


def decide(daemon, queue_id, act, moderator=None, **more):
    return post(daemon, "/v1/queue/%s/decide" % queue_id, dict(more, act=act), moderator)


# --- lists ---


def test_a_page_tells_everything_a_moderator_needs(shared):
    ids = queue(shared, 1, site="page", author={"id": "u1", "name": "A <b>"}, lang="en",
                article={"id": "a1", "title": "A title"})
    page = get(shared, "/v1/queue?site=page").json()
    assert (page["total"], page["total_is_more"], page["next"]) == (1, False, None)
    item = page["items"][0]
    assert item["queue_id"] == ids[0] and item["state"] == "waiting" and item["version"] == 1
    assert item["author_name"] == "A <b>" and item["guideline"] == "promotion"
    assert item["request"]["text"].startswith(LINKS)
    assert item["answer"]["matches"][0]["rule"] == "any/promotion/links"
    assert item["answer"]["matches"][0]["spans"][0]["utf16"][0] == 4


def test_pages_follow_each_other_and_nothing_is_shown_twice(shared):
    ids = queue(shared, 7, site="pages")
    for order, wanted in (("oldest", ids), ("newest", ids[::-1])):
        seen, after = [], ""
        while after is not None:
            page = get(shared, "/v1/queue?site=pages&limit=3&order=%s&after=%s" % (order, after)).json()
            assert page["total"] == 7
            seen += [item["queue_id"] for item in page["items"]]
            after = page["next"]
        assert seen == wanted


def test_filters(shared):
    ids = queue(shared, 2, site="filters ü&=", lang="tr", author={"id": "u-9"}, article={"id": "a-9"})
    site = urllib.parse.urlencode({"site": "filters ü&="})
    for filters, count in (("", 2), ("&lang=tr", 2), ("&lang=en", 0), ("&author=u%2D9", 2), ("&author=u+9", 0),
                           ("&article=a-9", 2), ("&guideline=promotion", 2), ("&rule=any/promotion/links", 2),
                           ("&rule=none", 0), ("&min_score=50", 2), ("&max_score=10", 0), ("&state=approved", 0),
                           ("&since=2020-01-01", 2), ("&until=2020-01-01", 0), ("&same_text_as=" + ids[0], 1)):
        page = get(shared, "/v1/queue?" + site + filters).json()
        assert len(page["items"]) == count, filters


@pytest.mark.parametrize("query, pointer", [
    ("sit=english", "/sit"), ("limit=0", "/limit"), ("limit=201", "/limit"), ("limit=x", "/limit"),
    ("order=best", "/order"), ("state=gone", "/state"), ("since=yesterday", "/since"), ("min_score=101", "/min_score"),
    ("min_score=-1", "/min_score"), ("after=q1", ""), ("after=o1x", ""), ("site=%ff", ""), ("site=%C0%80", ""), ("%C3%BC=1", "/"),
], ids=str)
def test_a_query_that_is_none_is_refused_and_never_passed_over(shared, query, pointer):
    answer = get(shared, "/v1/queue?" + query)
    assert answer.status == 422 and answer.json()["code"] == "bad_value"
    assert answer.json().get("pointer", "").startswith(pointer)


def test_counts_and_groups(queueing):
    queue(queueing, 3, site="a", lang="en")
    queue(queueing, 2, site="b", lang="tr")
    stats = get(queueing, "/v1/queue/stats").json()
    assert stats["states"]["waiting"] == 5 and stats["decisions"] == 0
    assert stats["groups"]["site"] == [{"id": "a", "open": 3}, {"id": "b", "open": 2}]
    assert stats["groups"]["lang"] == [{"id": "en", "open": 3}, {"id": "tr", "open": 2}]
    assert stats["groups"]["guideline"] == [{"id": "promotion", "open": 5}]
    assert stats["groups"]["rule"] == [{"id": "any/promotion/links", "open": 5}]


def test_one_comment_with_its_history_and_its_authors_others(queueing):
    ids = queue(queueing, 3, site="s", author={"id": "u1"})
    other = queue(queueing, 1, site="t", author={"id": "u1"})
    decide(queueing, ids[0], "reject", "Sara", reason="promotion", note="third time")
    told = get(queueing, "/v1/queue/" + ids[0]).json()
    assert told["item"]["state"] == "rejected"
    assert [(e["act"], e["actor"], e["reason"], e["note"]) for e in told["history"]] == [
        ("reject", "Sara", "promotion", "third time")]
    assert [o["queue_id"] for o in told["author_items"]] == [ids[2], ids[1]]
    assert told["author_items"][0]["text"].startswith(LINKS) and other[0] not in str(told)
    for nothing in ("a" * 26, "x", "a" * 300, "claim/decide/x"):
        assert get(queueing, "/v1/queue/" + nothing).status == 404


# --- claims ---


def test_two_moderators_never_get_the_same_comment(queueing):
    ids = queue(queueing, 4, site="s")
    first = post(queueing, "/v1/queue/claim", {"limit": 3}, "Sara").json()["items"]
    second = post(queueing, "/v1/queue/claim", {"limit": 3}, "Azad").json()["items"]
    assert [i["queue_id"] for i in first] == ids[:3] and [i["queue_id"] for i in second] == ids[3:]
    assert {i["claimed_by"] for i in first} == {"Sara"}
    refused = decide(queueing, ids[0], "approve", "Azad")
    assert refused.status == 409 and refused.json()["code"] == "conflict"
    assert refused.json()["item"]["claimed_by"] == "Sara"
    assert post(queueing, "/v1/queue/release", {"ids": ids}, "Azad").json() == {"released": 1}
    assert post(queueing, "/v1/queue/release", {"ids": ids}, "Sara").json() == {"released": 3}
    assert decide(queueing, ids[0], "approve", "Azad").status == 200


def test_claims_by_id_end_by_themselves(queueing):
    ids = queue(queueing, 2, site="s")
    claimed = post(queueing, "/v1/queue/claim", {"ids": [ids[1]], "lease_s": 1}, "Sara").json()["items"]
    assert [i["queue_id"] for i in claimed] == [ids[1]]
    assert post(queueing, "/v1/queue/claim", {"ids": [ids[1]]}, "Azad").json()["items"] == []

    def free():
        return post(queueing, "/v1/queue/claim", {"ids": [ids[1]]}, "Azad").json()["items"] != []
    wait_for(free, "the lease to end")


def test_how_they_stand(queueing):
    ids = queue(queueing, 3, site="s")
    post(queueing, "/v1/queue/claim", {"ids": [ids[0]]}, "سارا")
    decide(queueing, ids[1], "approve", "Azad")
    decide(queueing, ids[1], "note", "Sara", note="well")
    told = post(queueing, "/v1/queue/look", {"ids": ids + ["nothing"]}).json()
    assert told["waiting"] == 2
    assert [(i["queue_id"], i["state"], i["claimed_by"], i["decided_by"]) for i in told["items"]] == [
        (ids[0], "waiting", "سارا", ""), (ids[1], "approved", "", "Azad"), (ids[2], "waiting", "", "")]


# --- decisions ---


def test_a_decision_on_what_was_seen_before_is_refused(queueing):
    (one,) = queue(queueing, 1, site="s")
    seen = get(queueing, "/v1/queue/" + one).json()["item"]["version"]
    decided = decide(queueing, one, "approve", "Sara", version=seen).json()["item"]
    assert decided["state"] == "approved" and decided["version"] == seen + 1
    late = decide(queueing, one, "reject", "Azad", version=seen)
    assert late.status == 409 and late.json()["item"]["state"] == "approved"
    assert decide(queueing, one, "undo", "Sara", version=seen + 1).json()["item"]["state"] == "waiting"
    queueing.check(LINKS + " edited", site="s", id="c-0")
    assert decide(queueing, one, "approve", "Sara").status == 409  # it is superseded


def test_many_decisions_each_stand_on_their_own(queueing):
    ids = queue(queueing, 4, site="s")
    decide(queueing, ids[1], "approve", "Azad")
    results = post(queueing, "/v1/queue/decide", {"decisions": [
        {"queue_id": ids[0], "act": "approve"}, {"queue_id": ids[1], "act": "reject"},
        {"queue_id": "nothing", "act": "reject"}, {"queue_id": ids[2], "act": "reject", "reason": "NOT A CODE"},
        {"queue_id": ids[3], "act": "escalate", "note": "law?"}]}, "Sara").json()["results"]
    assert [(r["ok"], r.get("code"), r.get("state"), r.get("decided_by")) for r in results] == [
        (True, None, "approved", "Sara"), (False, "conflict", "approved", "Azad"), (False, "not_found", None, None),
        (False, "bad_value", "waiting", ""), (True, None, "escalated", "Sara")]
    states = [i["state"] for i in post(queueing, "/v1/queue/look", {"ids": ids}).json()["items"]]
    assert states == ["approved", "approved", "waiting", "escalated"]
    assert queueing_verify(queueing) == "3 decisions, each as it was written\n"


def queueing_verify(daemon):
    return filterd("queue", "verify", "-c", "config.yaml", cwd=daemon.folder).out


def test_many_clients_decide_each_comment_once(make_daemon, store):
    queueing = make_daemon(store=store, more="undo_time: 0s")
    ids = queue(queueing, 40, site="s")
    taken, lock = [], threading.Lock()

    def work(name):
        with queueing.http() as http:
            fields = dict(JSON, **{"X-Moderator": name})
            while True:
                items = http.request("POST", "/v1/queue/claim", b'{"limit":2}', fields).json()["items"]
                if not items:
                    return
                for item in items:
                    answer = http.request(
                        "POST", "/v1/queue/%s/decide" % item["queue_id"],
                        json.dumps({"act": "approve", "version": item["version"]}).encode(), fields)
                    assert answer.status == 200
                    with lock:
                        taken.append(item["queue_id"])

    threads = [threading.Thread(target=work, args=("m%d" % i,)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(ids)
    feed = [e["queue_id"] for e in wait_for(lambda: decisions(queueing, 40), "the feed")]
    assert sorted(feed) == sorted(ids)


def decisions(daemon, count):
    told = get(daemon, "/v1/decisions").json()["decisions"]
    return told if len(told) == count else None


# --- what is refused ---


@pytest.mark.parametrize("path, body, status, code", [
    ("/v1/queue/claim", b"", 400, "bad_json"),
    ("/v1/queue/claim", b"[]", 422, "wrong_type"),
    ("/v1/queue/claim", b'{"filter":{"sit":"x"}}', 422, "bad_value"),
    ("/v1/queue/claim", b'{"filter":[]}', 422, "wrong_type"),
    ("/v1/queue/claim", b'{"filter":{"site":{}}}', 422, "wrong_type"),
    ("/v1/queue/claim", b'{"filter":{"site":7}}', 422, "wrong_type"),
    ("/v1/queue/claim", b'{"limit":201}', 422, "bad_value"),
    ("/v1/queue/claim", b'{"lease_s":0}', 422, "bad_value"),
    ("/v1/queue/claim", b'{"lease_s":86401}', 422, "bad_value"),
    ("/v1/queue/claim", b'{"ids":[]}', 422, "bad_value"),
    ("/v1/queue/claim", b'{"ids":["a",1]}', 422, "bad_value"),
    ("/v1/queue/claim", json.dumps({"ids": ["a"] * 201}).encode(), 422, "bad_value"),
    ("/v1/queue/claim", b'{"limit":1}}', 400, "bad_json"),
    ("/v1/queue/claim", b'{"limit":1,"limit":2}', 400, "duplicate_key"),
    ("/v1/queue/release", b"{}", 422, "bad_value"),
    ("/v1/queue/decide", b"{}", 422, "bad_value"),
    ("/v1/queue/decide", b'{"decisions":[{"act":"approve"}]}', 422, "bad_value"),
    ("/v1/queue/decide", b'{"decisions":[{"queue_id":"a"}]}', 422, "bad_value"),
    ("/v1/queue/decide", b'{"decisions":[{"queue_id":"a","act":"delete"}]}', 422, "bad_value"),
    ("/v1/queue/decide", b'{"decisions":[{"queue_id":"a","act":"undo","actor":"boss"}]}', 422, "bad_value"),
    ("/v1/queue/decide", b'{"decisions":["a"]}', 422, "bad_value"),
    ("/v1/queue/%s/decide", b"{}", 422, "bad_value"),
    ("/v1/queue/%s/decide", b'{"act":"note"}', 422, "bad_value"),
    ("/v1/queue/%s/decide", b'{"act":"reject","reason":"A B"}', 422, "bad_value"),
    ("/v1/queue/%s/decide", b'{"act":"reject","version":-1}', 422, "bad_value"),
    ("/v1/queue/%s/decide", b'{"act":"reject","version":99}', 409, "conflict"),
    ("/v1/queue/%s/decide", json.dumps({"act": "note", "note": "x" * 2001}).encode(), 422, "bad_value"),
    ("/v1/queue/nothing/decide", b'{"act":"approve"}', 404, "not_found"),
    ("/v1/queue/look", b'{"ids":"a"}', 422, "wrong_type"),
], ids=str)
def test_what_is_no_request_changes_nothing(shared, path, body, status, code):
    (one,) = queue(shared, 1, site="refused")
    before = get(shared, "/v1/queue/" + one).body
    answer = post(shared, path % one if "%s" in path else path, body)
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert get(shared, "/v1/queue/" + one).body == before


def test_methods_and_types(shared):
    assert get(shared, "/v1/queue/claim").status == 405
    assert post(shared, "/v1/queue", b"{}").status == 405
    assert post(shared, "/v1/queue/look", b'{"ids":["a"]}', fields=HERE).status == 415
    assert post(shared, "/v1/queue/look", b'{"ids":["a"]}',
                fields=dict(HERE, **{"Content-Type": "text/plain"})).status == 415


@pytest.mark.parametrize("fields", [
    {"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"X-Forwarded-For": "127.0.0.1"},
], ids=str)
def test_pages_of_others_get_nothing(shared, fields):
    (one,) = queue(shared, 1, site="forged")
    assert get(shared, "/v1/queue", dict(HERE, **fields)).status == 403
    assert post(shared, "/v1/queue/%s/decide" % one, {"act": "approve"}, fields=dict(JSON, **fields)).status == 403
    assert get(shared, "/v1/queue/" + one).json()["item"]["state"] == "waiting"


@pytest.mark.parametrize("name, known", [
    ("Sara", "Sara"), ("سارا", "سارا"), ("x" * 128, "x" * 128), ("x" * 129, None), ("a\nb", None), ("", "moderator"),
], ids=str)
def test_who_decided(queueing, name, known):
    (one,) = queue(queueing, 1, site="s")
    assert decide(queueing, one, "approve", name).status == (200 if known else 422)
    history = get(queueing, "/v1/queue/" + one).json()["history"]
    assert [event["actor"] for event in history] == ([known] if known else [])


def test_without_a_store_there_is_no_queue(make_daemon):
    answer = get(make_daemon(), "/v1/queue")
    assert answer.status == 404 and "store: off" in answer.json()["detail"]


# --- retention ---


def test_what_was_decided_is_erased_when_its_time_is_over(make_daemon):
    daemon = make_daemon(store="var/queue.db", more="retention: 1s")
    decided, waits = (daemon.check("%s word%d" % (LINKS, i), id="c-%d" % i, author={"name": "Someone%d" % i})["queue_id"]
                      for i in (1, 2))
    decide(daemon, decided, "reject", "Sara", note="for Someone1")

    def item(queue_id):
        return get(daemon, "/v1/queue/" + queue_id).json()["item"]
    wait_for(lambda: item(decided)["request"] is None, "the comment to be erased", 30)
    assert item(decided)["state"] == "rejected" and item(decided)["author_name"] == ""
    assert item(waits)["request"]["text"].endswith("word2")  # what waits is never erased
    assert queueing_verify(daemon) == "1 decisions, each as it was written\n"
    raw = b"".join(open(os.path.join(daemon.folder, "var", name), "rb").read()
                   for name in os.listdir(os.path.join(daemon.folder, "var")))
    assert b"word2" in raw and b"word1" not in raw and b"Someone1" not in raw


# --- faults ---


def test_a_locked_database_is_told_and_heals(make_daemon):
    queueing = make_daemon(store="var/queue.db")
    (one,) = queue(queueing, 1, site="s")
    other = sqlite3.connect(os.path.join(queueing.folder, "var", "queue.db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = decide(queueing, one, "approve", "Sara")
    assert (answer.status, answer.json()["code"]) == (503, "queue_unavailable")
    assert get(queueing, "/v1/queue/" + one).json()["item"]["state"] == "waiting"
    other.execute("ROLLBACK")
    other.close()
    assert decide(queueing, one, "approve", "Sara").status == 200


def test_lists_do_not_make_verdicts_wait(queueing):
    queue(queueing, 200, site="s")
    stop = threading.Event()

    def read():
        with queueing.http() as http:
            while not stop.is_set():
                assert len(http.request("GET", "/v1/queue?limit=200", fields=HERE).json()["items"]) == 200

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    begin = time.monotonic()
    for i in range(50):
        assert queueing.check("good morning %d" % i)["verdict"] == "approve"
    taken = time.monotonic() - begin
    stop.set()
    for reader in readers:
        reader.join()
    assert taken < 20  # a bound for a hang, no measurement


def test_a_client_that_does_not_wait_harms_nobody(queueing):
    (one,) = queue(queueing, 1, site="s")
    for _ in range(50):
        with queueing.http() as http:
            http.send(b"GET /v1/queue?limit=200 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert get(queueing, "/v1/queue/" + one).status == 200
