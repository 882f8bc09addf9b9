"""Rules that run wild and more work than can be done: what is told, and that it ends."""

from daemon import RULES, line_of, wait_for

EVIL = RULES + """\
  - id: any/evil
    guideline: threats
    reason: "Runs wild."
    action: reject
    when: {regex: '(?:a{0,40}){0,3}[bc]'}
    tests: {match: ["ab"], no_match: ["zz"]}
"""
WILD = {"text": "a" * 16000}

# Rules without a literal are run on every comment: dear, but far from any limit.
DEAR = RULES + "".join("""\
  - {id: any/dear-%d, guideline: threats, reason: Dear., points: 1, when: {regex: '[%s]\\d[a-f][%s]\\d'}}
""" % (i, "abcdefghijkl"[i % 6:i % 6 + 6], "ghij"[:1 + i // 6]) for i in range(24))


def reasons(answer):
    return {(reason["code"], reason.get("rule")) for reason in answer.get("reasons", [])}


def test_a_rule_that_runs_wild_is_bounded_then_suspended(make_daemon):
    daemon = make_daemon(rules=EVIL, workers=1)
    with daemon.ndjson() as client, daemon.http() as http:
        for _ in range(11):
            answer = client.ask(WILD)
            assert answer["verdict"] == "review" and answer["degraded"] is True
            assert reasons(answer) == {("regex_limit", "any/evil")}
        # What other rules prove stays a certain reject; the rest is for a person.
        answer = client.ask({"text": "I will kill you"})
        assert answer["verdict"] == "reject"
        assert reasons(client.ask({"text": "good morning"})) == {("rule_suspended", "any/evil")}
        daemon.log_contains("rule any/evil is suspended")
        listing = {rule["id"]: rule for rule in http.request("GET", "/v1/rules").json()["rules"]}
        assert listing["any/evil"]["suspended"] is True
        assert listing["en/threats/direct"]["suspended"] is False
        metrics = daemon.metrics()
        assert metrics["filterd_rules_suspended"] == 1
        assert metrics['filterd_rule_limits_total{rule="any/evil"}'] == 11
        assert metrics['filterd_faults_total{code="regex_limit"}'] == 11
        assert http.request("POST", "/v1/rules/reload").status == 200
        assert reasons(client.ask({"text": "good morning"})) == set()
        assert daemon.metrics()["filterd_rules_suspended"] == 0


def test_a_rule_is_suspended_for_every_worker(make_daemon):
    daemon = make_daemon(rules=EVIL, workers=4)
    clients = [daemon.ndjson() for _ in range(8)]
    for _ in range(11):
        clients[0].ask(WILD)
    for client in clients:
        assert ("rule_suspended", "any/evil") in reasons(client.ask({"text": "good morning"}))
        client.close()


def test_more_than_can_be_done_is_refused_and_passes(make_daemon):
    # Slow as the machine may be, each comment is judged to its end.
    daemon = make_daemon(rules=DEAR, workers=1, limits={"comment_time": "60s", "rule_time": "60s"})
    text = "a1b2 c3d " * 1700
    flood = b"".join(line_of({"id": "c-%d" % i, "text": text}) for i in range(12))
    clients = [daemon.ndjson() for _ in range(60)]
    key = 'filterd_requests_total{protocol="ndjson",status="503",code="overloaded"}'
    codes = set()

    def push():
        """Rounds of requests until some are refused; each is answered, in order."""
        for client in clients:
            client.send(flood)
        for client in clients:
            for i in range(12):
                answer = client.answer()
                assert answer["id"] == "c-%d" % i
                if "error" in answer:
                    codes.add(answer["error"]["code"])
                    assert answer["error"]["retry_after_ms"] >= 1000
                else:
                    assert answer["verdict"] == "approve"
        return codes

    wait_for(push, "requests to be refused")
    assert codes == {"overloaded"}
    assert daemon.metrics()[key] > 0
    for client in clients:
        client.close()
    assert daemon.check("I will kill you")["verdict"] == "reject"
    assert daemon.check("good morning")["verdict"] == "approve"
