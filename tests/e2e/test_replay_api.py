"""Replays over HTTP: what would change, decide it, take it back; beside moderators who go on working."""

import pytest

from daemon import wait_for
from test_queue_api import HERE, JSON, LINKS, decide, get, post, queue
from command import RULES

# Three links are one too few for this one.
MILDER = RULES.replace("links: 3", "links: 4").replace("http://c.com", "http://c.com http://d.com")


@pytest.fixture
def queueing(make_daemon):
    return make_daemon(store="var/queue.db")


def replay(daemon, body, moderator="Sara"):
    """Asks for it, and waits for its end."""
    answer = post(daemon, body.pop("path", "/v1/replay"), body, moderator)
    assert answer.status == 200, answer.json()
    return ended(daemon)


def ended(daemon):
    def told():
        state = get(daemon, "/v1/replay").json()
        return None if state["state"] in ("judging", "applying", "undoing") else state
    return wait_for(told, "the replay to end")


def files(text):
    return [{"path": "rules/rules.yaml", "text": text}]


def states(daemon, ids):
    return [i["state"] for i in post(daemon, "/v1/queue/look", {"ids": ids}).json()["items"]]


def reload(daemon, rules):
    daemon.write_rules(rules)
    with daemon.http() as http:
        assert http.request("POST", "/v1/rules/reload", b"", {}).status == 200


def test_milder_rules_differ():
    assert MILDER != RULES


def test_what_a_candidate_would_change_is_told_and_nothing_is_done(queueing):
    ids = queue(queueing, 12, site="s")
    told = replay(queueing, {"files": files(MILDER)})
    assert (told["state"], told["seen"], told["total"]) == ("judged", 12, 12)
    assert told["candidate"]["errors"] == [] and told["candidate"]["trial"] != told["candidate"]["live"]
    assert told["result"]["certain"]["approve"] == 12 and told["result"]["changed"] == 12
    group = told["result"]["groups"][0]
    assert (group["rule"], group["from"], group["to"], group["count"]) == (
        "any/promotion/links", "review", "approve", 12)
    assert len(group["examples"]) == 5
    refused = post(queueing, "/v1/replay/apply", {"id": told["id"]})
    assert refused.status == 409 and "rules in force" in refused.json()["detail"]
    assert set(states(queueing, ids)) == {"waiting"}


def test_a_rule_is_fixed_and_the_backlog_clears_and_comes_back(queueing):
    ids = queue(queueing, 230, site="s")
    post(queueing, "/v1/queue/claim", {"ids": [ids[0]]}, "Azad")
    decide(queueing, ids[1], "reject", "Azad")
    decide(queueing, ids[2], "escalate", "Azad")
    reload(queueing, MILDER)
    told = replay(queueing, {"filter": {"site": "s"}})
    assert told["result"]["certain"] == {"approve": 227, "reject": 0, "claimed": 1, "escalated": 1}
    decide(queueing, ids[3], "reject", "Azad")  # judged and decided meanwhile
    done = replay(queueing, {"path": "/v1/replay/apply", "id": told["id"], "note": "too strict"})
    assert done["state"] == "applied"
    assert {k: done["batch"][k] for k in ("approved", "rejected", "passed", "undone")} == {
        "approved": 226, "rejected": 0, "passed": 1, "undone": 0}
    assert states(queueing, ids[:5]) == ["waiting", "rejected", "escalated", "rejected", "approved"]
    event = get(queueing, "/v1/queue/" + ids[4]).json()["history"][-1]
    assert event["actor"] == "replay" and "by Sara: too strict" in event["note"]
    again = post(queueing, "/v1/replay/apply", {"id": told["id"]})
    assert again.status == 409
    batches = get(queueing, "/v1/replay/batches").json()["batches"]
    assert len(batches) == 1 and batches[0]["approved"] == 226
    decide(queueing, ids[4], "undo", "Azad")
    back = replay(queueing, {"path": "/v1/replay/undo", "batch": done["batch"]["id"]})
    assert (back["state"], back["batch"]["undone"], back["batch"]["passed"]) == ("undone", 225, 0)
    assert set(states(queueing, ids[4:204])) == {"waiting"}


def test_one_at_a_time_and_it_can_be_stopped(queueing):
    queue(queueing, 5, site="s")
    told = replay(queueing, {})
    assert told["id"] == 1
    assert post(queueing, "/v1/replay/apply", {"id": 7}).status == 409
    assert post(queueing, "/v1/replay/stop", {}).status == 200
    assert replay(queueing, {})["id"] == 2


def test_files_with_errors_and_none(queueing):
    told = replay(queueing, {"files": files(RULES + "  - {id: x}\n")})
    assert told["state"] == "failed" and told["candidate"]["errors"][0]["line"] > 0
    told = replay(queueing, {"files": [{"path": "rules/none.yaml", "text": ""}]})
    assert (told["state"], "result" in told) == ("failed", False)
    told = replay(queueing, {"path": "/v1/replay/undo", "batch": 99})
    assert told["state"] == "failed" and "no such batch" in told["detail"]
    assert replay(queueing, {})["state"] == "judged"


@pytest.mark.parametrize("path, body, status", [
    ("/v1/replay", b"", 400), ("/v1/replay", b'{"filter":{"x":1}}', 422), ("/v1/replay", b'{"nothing":1}', 422),
    ("/v1/replay/apply", b'{"id":"x"}', 422), ("/v1/replay/apply", b"{}", 409), ("/v1/replay/undo", b'{"batch":0}', 422),
], ids=str)
def test_what_is_no_request_begins_nothing(queueing, path, body, status):
    assert post(queueing, path, body).status == status
    assert get(queueing, "/v1/replay").json()["state"] == "none"


def test_pages_of_others_begin_nothing(queueing):
    for path in ("/v1/replay", "/v1/replay/apply", "/v1/replay/stop", "/v1/replay/undo"):
        assert post(queueing, path, {}, fields=dict(JSON, Origin="http://evil.example")).status == 403
    assert get(queueing, "/v1/replay", dict(HERE, Origin="http://evil.example")).status == 403
    assert get(queueing, "/v1/replay").json()["state"] == "none"


def test_it_ends_with_the_daemon(make_daemon):
    daemon = make_daemon(store="var/queue.db")
    queue(daemon, 200, site="s")
    assert post(daemon, "/v1/replay", {}).status == 200
    daemon.stop()  # fails if it does not end, or leaks under a sanitizer
    assert LINKS
