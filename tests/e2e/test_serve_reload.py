"""Reload: by signal and by request, good and broken, under load."""

import os
import signal
import threading

from daemon import RULES, line_of, wait_for

# How often the rules are changed under load; a release is tried with 1000.
RELOADS = int(os.environ.get("FILTERD_RELOADS", "100"))
OTHER = RULES + """\
  - id: any/threats/other
    guideline: threats
    reason: "Other."
    action: reject
    when: {phrase: "other words"}
"""
BROKEN = RULES.replace("    when: {links: 3}", "    patern: {links: 3}")


def place_of(text, word):
    before = text[:text.index(word)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def test_by_signal(daemon):
    before = daemon.version()
    daemon.write_rules(OTHER)
    daemon.signal(signal.SIGHUP)
    wait_for(lambda: daemon.version() != before, "the new rules")
    assert daemon.check("some other words")["rules"] == daemon.version()


def test_by_request(daemon):
    before = daemon.version()
    daemon.write_rules(OTHER)
    with daemon.ndjson() as client, daemon.http() as http:
        assert client.ask({"text": "a"})["rules"] == before
        response = http.request("POST", "/v1/rules/reload")
        assert response.status == 200
        after = response.json()["version"]
        assert after != before
        # Whoever has the answer is served by the new rules, everywhere and at once.
        assert client.ask({"text": "a"})["rules"] == after
        assert http.check({"text": "a"}).json()["rules"] == after
    metrics = daemon.metrics()
    assert metrics['filterd_reloads_total{result="ok"}'] == 1
    assert metrics['filterd_rules_info{version="%s"}' % after] == 1


def test_the_same_files_give_the_same_version(daemon):
    before = daemon.version()
    assert daemon.reload().json()["version"] == before


def test_a_broken_file_changes_nothing_and_is_told(daemon):
    before = daemon.version()
    daemon.write_rules(BROKEN)
    response = daemon.reload()
    assert response.status == 422
    problem = response.json()
    assert (problem["code"], problem["version"]) == ("rules_refused", before)
    places = [(e["file"], e["line"], e["column"]) for e in problem["errors"]]
    assert ("rules/rules.yaml", *place_of(BROKEN, "patern")) in places
    assert daemon.check("I will kill you")["rules"] == before
    daemon.log_contains(r"rules/rules\.yaml:%d:%d: error: " % place_of(BROKEN, "patern"))
    with daemon.http() as http:
        ready = http.request("GET", "/readyz")
        assert (ready.status, ready.json()["rules_stale"]) == (200, True)
        listing = http.request("GET", "/v1/rules").json()
        assert listing["stale"] is True
        assert listing["errors"] == problem["errors"]
    assert daemon.metrics()["filterd_rules_stale"] == 1
    daemon.write_rules(OTHER)
    assert daemon.reload().status == 200
    metrics = daemon.metrics()
    assert metrics["filterd_rules_stale"] == 0
    assert metrics['filterd_reloads_total{result="failed"}'] == 1


def test_an_empty_or_missing_file_changes_nothing(daemon):
    before = daemon.version()
    for text in ("", "# nothing\n", "rules: []\n"):
        daemon.write_rules(text)
        assert daemon.reload().status == 422, text
    assert daemon.check("I will kill you")["verdict"] == "reject"
    assert daemon.version() == before


def test_a_broken_configuration_changes_nothing(daemon):
    before = daemon.version()
    daemon.write_config(conections=5)
    response = daemon.reload()
    assert response.status == 422
    assert any("conections" in e["text"] for e in response.json()["errors"])
    assert daemon.version() == before


def test_limits_are_taken_over(daemon):
    long = "a" * 3000
    assert daemon.check("a", site=long)["verdict"] == "approve"
    daemon.write_config(request="1KiB")
    assert daemon.reload().status == 200
    assert daemon.check("a", site=long)["error"]["code"] == "too_large"


def test_what_only_a_start_takes_over_is_named(daemon):
    daemon.write_config(connections=7)
    assert daemon.reload().status == 200
    daemon.log_contains("`limits.connections` has changed .* next start")
    assert "`listen` has changed" not in daemon.log()


def test_a_storm_of_requests_is_coalesced(daemon):
    clients = [daemon.http() for _ in range(50)]
    for client in clients:
        client.send(b"POST /v1/rules/reload HTTP/1.1\r\nHost: a\r\n\r\n" * 4)
    for _ in range(100):
        daemon.signal(signal.SIGHUP)
    for client in clients:
        assert [client.response().status for _ in range(4)] == [200] * 4
        client.close()
    assert daemon.metrics()['filterd_reloads_total{result="ok"}'] < 200


def test_under_load_nothing_fails_and_each_answer_has_one_version(daemon):
    """Each text is rejected by one of the two rule sets: verdict and version must agree."""
    versions = {daemon.version(): "approve"}
    daemon.write_rules(OTHER)
    versions[daemon.reload().json()["version"]] = "reject"
    assert len(versions) == 2
    stop, seen, wrong = threading.Event(), set(), []

    def work(client):
        while not stop.is_set():
            client.send(line_of({"text": "some other words"}) * 32)
            for _ in range(32):
                answer = client.answer()
                seen.add(answer.get("rules"))
                if versions.get(answer.get("rules")) != answer.get("verdict"):
                    wrong.append(answer)

    clients = [daemon.ndjson(tcp=bool(i % 2)) for i in range(4)]
    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    before = 0
    with daemon.http() as http:
        for i in range(RELOADS):
            daemon.write_rules(OTHER if i % 2 else RULES)
            assert http.request("POST", "/v1/rules/reload").status == 200
            if i == 20:
                before = daemon.rss()
    grown = daemon.grown(before)
    stop.set()
    for thread in threads:
        thread.join()
    for client in clients:
        client.close()
    assert not wrong, wrong[0]
    assert seen == set(versions)
    assert grown < 16 << 20
