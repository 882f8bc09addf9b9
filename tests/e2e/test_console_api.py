"""Try-outs over HTTP: what they answer, who may ask, and that the live rules stay as they are."""

import json
import threading
import time

import pytest

from daemon import RULES, Daemon

HERE = {"Host": "localhost"}
JSON = {"Host": "127.0.0.1:8787", "Content-Type": "application/json"}
TOKEN = "0123456789abcdef"
# A regex that no limit on steps stops, only time.
SLOW = RULES.replace('{phrase: "(i|we) will kill you"}', '{regex: "(?:a{0,40}){0,3}[bc]"}').replace(
    'match: ["I will kill you"]', 'match: ["ab"]')
MILDER = RULES.replace("action: reject", "action: review")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("console")) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def tokened(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("token"), more='reload_token: "%s"' % TOKEN) as daemon:
        yield daemon


def files(daemon):
    with daemon.http() as http:
        return http.request("GET", "/v1/try/rules", fields=HERE).json()


def ask(daemon, body, fields=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with daemon.http() as http:
        return http.request("POST", "/v1/try", data, JSON if fields is None else fields)


def change(text, *comments, **more):
    return dict(more, files=[{"path": "rules/rules.yaml", "text": text}], comments=list(comments))


# --- what it answers ---


def test_the_files_of_the_rules_in_force(shared):
    told = files(shared)
    assert told["version"] == shared.version()
    assert told["files"] == [{"path": "rules/rules.yaml", "words": False, "text": RULES}]
    assert (told["request_max"], told["comments_max"]) == (256 * 1024, 1000)


def test_files_are_those_in_force_not_those_on_disk(make_daemon):
    daemon = make_daemon()
    daemon.write_rules(MILDER)
    assert files(daemon)["files"][0]["text"] == RULES
    assert daemon.reload().status == 200
    assert files(daemon)["files"][0]["text"] == MILDER


def test_both_verdicts_and_why(shared):
    answer = ask(shared, change(MILDER, {"text": "I will kill you"}, {"text": "Thanks"},
                                explain=0)).json()
    assert answer["errors"] == [] and answer["live"] == shared.version()
    assert answer["trial"] != answer["live"]
    assert (answer["judged"], answer["left"], answer["changed"]) == (2, 0, 1)
    first, second = answer["results"]
    assert (first["live"]["verdict"], first["trial"]["verdict"]) == ("reject", "review")
    assert first["changed"] and not second["changed"]
    assert first["trial"]["matches"][0]["spans"][0]["utf16"] == [0, 15]
    threats = [g for g in first["guidelines"] if g["id"] == "threats"][0]
    assert (threats["points"], threats["review_at"], threats["reject_at"]) == ([5, 5], 5, 10)
    assert first["explanation"]["rules"][0]["rule"] == "en/threats/direct"
    assert "explanation" not in second


def test_the_same_text_is_the_same_rules(shared):
    answer = ask(shared, change(RULES, {"text": "I will kill you"})).json()
    assert answer["trial"] == answer["live"] and answer["changed"] == 0


def test_nothing_changed_at_all(shared):
    answer = ask(shared, {"comments": [{"text": "I will kill you"}]}).json()
    assert answer["results"][0]["trial"]["verdict"] == "reject"
    assert ask(shared, {}).json()["results"] == []


def test_only_the_comments_that_change(shared):
    comments = [{"text": "Nice"}] * 500 + [{"text": "We will kill you"}] + [{"text": "Fine"}] * 499
    answer = ask(shared, change(MILDER, *comments, changed_only=True)).json()
    assert (answer["judged"], answer["changed"]) == (1000, 1)
    assert [result["index"] for result in answer["results"]] == [500]


def test_errors_say_where_and_the_live_verdict_is_still_told(shared):
    answer = ask(shared, change(RULES.replace("    action: reject", "    acton: reject"),
                                {"text": "I will kill you"})).json()
    error = answer["errors"][0]
    assert (error["file"], error["line"], error["column"]) == ("rules/rules.yaml", 8, 5)
    assert "acton" in error["text"] and "action" in error["hint"]
    assert answer["trial"] is None and "tests" not in answer
    assert answer["results"][0]["live"]["verdict"] == "reject"
    assert "trial" not in answer["results"][0]


def test_rules_whose_tests_fail_are_tried_all_the_same(shared):
    text = RULES.replace('match: ["I will kill you"]', 'match: ["I will hug you"]')
    answer = ask(shared, change(text, {"text": "I will kill you"})).json()
    assert (answer["tests"]["tests"], answer["tests"]["failed"]) == (4, 1)
    failure = answer["tests"]["failures"][0]
    assert failure["line"] == 11 and "should match, but does not: `I will hug you`" in failure["text"]
    assert answer["results"][0]["trial"]["verdict"] == "reject"


def test_word_files_can_be_changed_and_no_others_read(make_daemon):
    daemon = make_daemon()
    rules = RULES.replace("rules:\n", "lists: {bad: {file: bad.txt}}\nrules:\n", 1)
    rules = rules.replace('when: {links: 3}', 'when: {any: [{links: 3}, {words: ["<bad>"]}]}')
    with open(daemon.folder + "/rules/bad.txt", "w", encoding="utf-8") as words:
        words.write("casino\n")
    daemon.write_rules(rules)
    assert daemon.reload().status == 200
    assert [file["words"] for file in files(daemon)["files"]] == [False, True]
    answer = ask(daemon, {"files": [{"path": "rules/bad.txt", "text": "lottery\n"}],
                          "comments": [{"text": "lottery"}]}).json()
    assert answer["results"][0]["trial"]["verdict"] == "review" and answer["changed"] == 1
    secret = rules.replace("bad.txt", "/etc/passwd")
    answer = ask(daemon, change(secret, {"text": "root"})).json()
    assert answer["trial"] is None
    assert "is not one of the files of this rule set" in json.dumps(answer["errors"])


# --- what stays as it is ---


def test_the_live_rules_their_counts_and_the_breaker_stay(make_daemon):
    daemon = make_daemon()
    before = daemon.version()

    def hits():
        with daemon.http() as http:
            return [(rule["id"], rule["hits"], rule["suspended"])
                    for rule in http.request("GET", "/v1/rules").json()["rules"]]

    slow = RULES.replace('{phrase: "(i|we) will kill you"}', '{regex: "(a+)+$"}').replace(
        'match: ["I will kill you"]', 'match: ["a"]')
    verdicts = {name: value for name, value in daemon.metrics().items() if "verdict" in name}
    for text in (MILDER, slow, "nonsense: ["):
        assert ask(daemon, change(text, *[{"text": "I will kill you"}] * 50)).status == 200
    assert daemon.version() == before and daemon.check("I will kill you")["verdict"] == "reject"
    assert hits() == [("en/threats/direct", 1, False), ("any/promotion/links", 0, False)]
    after = {name: value for name, value in daemon.metrics().items() if "verdict" in name}
    assert sum(after.values()) == sum(verdicts.values()) + 1
    with open(daemon.rules_file, encoding="utf-8") as text:
        assert text.read() == RULES


def test_a_reload_is_followed(make_daemon):
    daemon = make_daemon()
    request = change(MILDER, {"text": "I will kill you"})
    assert ask(daemon, request).json()["changed"] == 1
    daemon.write_rules(MILDER)
    assert daemon.reload().status == 200
    answer = ask(daemon, request).json()
    assert answer["live"] == daemon.version() == answer["trial"] and answer["changed"] == 0


def test_a_wild_regex_costs_no_other_client_its_answer(make_daemon):
    daemon = make_daemon(workers=1)
    answers = []
    worker = threading.Thread(target=lambda: answers.append(
        ask(daemon, change(SLOW, *[{"text": "a" * 2000}] * 30))))
    worker.start()
    asked = 0
    while worker.is_alive():
        assert daemon.check("I will kill you")["verdict"] == "reject"
        asked += 1
    worker.join()
    answer = answers[0].json()
    assert answer["judged"] + answer["left"] == 30 and answer["judged"] >= 1
    assert answer["results"][0]["trial"]["verdict"] == "review" and asked > 100


def test_too_many_at_once_are_turned_away(make_daemon):
    daemon = make_daemon()
    body = json.dumps(change(SLOW, *[{"text": "a" * 2000}] * 2)).encode()
    clients = [daemon.http() for _ in range(14)]
    for client in clients:
        head = "POST /v1/try HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        client.send(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    statuses = [client.response().status for client in clients]
    assert set(statuses) == {200, 503} and statuses.count(200) >= 8
    assert ask(daemon, {}).status == 200


def test_who_leaves_and_a_stop_in_between_do_no_harm(make_daemon):
    daemon = make_daemon(limits={"drain_time": "300ms"})
    body = json.dumps(change(SLOW, *[{"text": "a" * 2000}] * 100)).encode()
    clients = [daemon.http() for _ in range(4)]
    for client in clients:
        head = "POST /v1/try HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        client.send(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    clients[0].reset()
    clients[1].half_close()
    assert daemon.check("I will kill you")["verdict"] == "reject"
    began = time.monotonic()
    daemon.stop()
    assert time.monotonic() - began < 4


# --- who may ask ---


CROSS = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9999"},
    {"Origin": "http://127.0.0.1:8787.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Host": "evil.example"},
    {"Host": "evil.example:8787"},
    {"Host": "localhost.evil.example"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "127.1"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Via": "1.1 proxy"},
]


@pytest.mark.parametrize("fields", CROSS, ids=str)
def test_other_sites_names_and_proxies_are_refused(shared, fields):
    sent = {**JSON, **fields}
    assert ask(shared, change(MILDER, {"text": "a"}), sent).status == 403
    with shared.http() as http:
        for path in ("/v1/try/rules", "/console/rules"):
            response = http.request("GET", path, fields=sent)
            assert response.status == 403 and b"threats" not in response.body


@pytest.mark.parametrize("fields", [
    {}, {"Host": "localhost:1"}, {"Host": "[::1]:8787"}, {"Host": "127.3.2.1"},
    {"Origin": "http://127.0.0.1:8787", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
], ids=str)
def test_this_machine_and_our_own_page_may(shared, fields):
    assert ask(shared, {}, {**JSON, **fields}).status == 200


def test_a_link_elsewhere_may_lead_to_the_page(shared):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    with shared.http() as http:
        assert http.request("GET", "/console/rules", fields={**HERE, **link}).status == 200
        assert http.request("GET", "/v1/try/rules", fields={**HERE, **link}).status == 403
        assert http.request("GET", "/console/rules",
                            fields={"Host": "evil.example", **link}).status == 403


@pytest.mark.parametrize("media", [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/x-ndjson",
    "application/json; charset=utf-7"])
def test_what_a_form_can_send_is_refused(shared, media):
    response = ask(shared, {}, {"Host": "localhost", "Content-Type": media})
    assert (response.status, response.json()["code"]) == (415, "unsupported_media_type")


def test_a_preflight_gets_no_permission(shared):
    with shared.http() as http:
        response = http.request("OPTIONS", "/v1/try", fields={
            **HERE, "Origin": "https://evil.example", "Access-Control-Request-Method": "POST"})
    assert response.status == 405
    assert not any(name.startswith("access-control") for name in response.fields)


def test_over_a_unix_socket(shared):
    with shared.http(unix=True) as http:
        assert http.request("GET", "/v1/try/rules", fields=HERE).status == 200


def test_the_token_opens_it_for_others(tokened):
    far = {**JSON, "Host": "filterd.example", "X-Forwarded-For": "203.0.113.9"}
    assert ask(tokened, {}, far).status == 401
    assert ask(tokened, {}, {**far, "Authorization": "Bearer " + TOKEN[:-1]}).status == 401
    good = {**far, "Authorization": "Bearer " + TOKEN}
    assert ask(tokened, {}, good).status == 200
    assert ask(tokened, {}, {**good, "Sec-Fetch-Site": "cross-site"}).status == 403
    page = {**good, "Origin": "https://filterd.example", "Sec-Fetch-Site": "same-origin"}
    assert ask(tokened, {}, page).status == 200
    with tokened.http() as http:
        assert http.request("GET", "/console/rules", fields=far).status == 200
        assert http.request("GET", "/v1/try/rules", fields=far).status == 401


# --- the page's files ---


@pytest.mark.parametrize("name, media", [
    ("rules", "text/html; charset=utf-8"), ("rules.html", "text/html; charset=utf-8"),
    ("rules.css", "text/css; charset=utf-8"), ("rules.js", "text/javascript; charset=utf-8"),
    ("", "text/html; charset=utf-8"), ("queue", "text/html; charset=utf-8")])
def test_files_of_the_page_bind_the_browser(shared, name, media):
    with shared.http() as http:
        response = http.request("GET", "/console/" + name, fields=HERE)
        head = http.request("HEAD", "/console/" + name, fields=HERE)
    assert (response.status, response.fields["content-type"]) == (200, media)
    assert head.fields["content-length"] == str(len(response.body)) != "0"
    policy = response.fields["content-security-policy"].split("; ")
    for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
                 "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'",
                 "require-trusted-types-for 'script'"):
        assert part in policy
    assert "unsafe" not in response.fields["content-security-policy"]
    assert response.fields["x-frame-options"] == "DENY"
    assert response.fields["x-content-type-options"] == "nosniff"
    assert response.fields["referrer-policy"] == "no-referrer"
    assert response.fields["cache-control"] == "no-store"


def test_nothing_else_is_there(shared):
    for path in ("/console/rules/", "/console/../config.yaml", "/console/README.md",
                 "/console/console.c", "/console/rule", "/console/%2e%2e/rules", "/console"):
        with shared.http() as http:
            assert http.request("GET", path, fields=HERE).status in (400, 404), path
    with shared.http() as http:
        assert http.request("POST", "/console/rules", b"", HERE).status == 405


def test_the_page_asks_nobody_else_for_anything(shared):
    for name in ("rules", "queue"):
        with shared.http() as http:
            page = http.request("GET", "/console/" + name, fields=HERE).body.decode()
        assert "<script" in page and "//" not in page.replace("<!doctype", "")
        assert " style=" not in page and "onclick" not in page and "<style" not in page


# --- hostile requests ---


@pytest.mark.parametrize("body, status, code", [
    (b"", 400, "bad_json"),
    (b"{", 400, "bad_json"),
    (b"[]", 422, "wrong_type"),
    (b"5", 422, "wrong_type"),
    (b'{"files":{}}', 422, "wrong_type"),
    (b'{"files":[5]}', 422, "wrong_type"),
    (b'{"files":[{}]}', 422, "bad_value"),
    (b'{"files":[{"path":"rules/rules.yaml"}]}', 422, "bad_value"),
    (b'{"files":[{"path":5,"text":"a"}]}', 422, "wrong_type"),
    (b'{"files":[{"path":"/etc/passwd","text":"a"}]}', 422, "bad_value"),
    (b'{"files":[{"path":"rules/../rules/rules.yaml","text":"a"}]}', 422, "bad_value"),
    (b'{"files":[{"path":"rules/rules.yaml\\u0000","text":"a"}]}', 422, "bad_value"),
    (b'{"comments":["a"]}', 422, "wrong_type"),
    (b'{"comments":[[[[]]]]}', 422, "wrong_type"),
    (b'{"comments":{"text":"a"}}', 422, "wrong_type"),
    (b'{"explain":-1}', 422, "bad_value"),
    (b'{"explain":"0"}', 422, "bad_value"),
    (b'{"changed_only":1}', 422, "wrong_type"),
    (b'{"comments":[],"comments":[]}', 400, "duplicate_key"),
    (b'{"comments":[{"text":"\xc0\xaf"}]}', 400, "invalid_utf8"),
    (b'{"comments":' + b"[" * 100 + b"]" * 100 + b"}", 400, "too_deep"),
    (b'{"comments":[' + b",".join([b"{}"] * 1001) + b"]}", 422, "bad_value"),
    (b'{"files":[' + b",".join([b'{"path":"a","text":"b"}'] * 65) + b"]}", 422, "bad_value"),
    pytest.param(b'{"comments":[{"text":"' + b"a" * 300000 + b'"}]}', 413, "too_large", id="too large"),
])
def test_requests_that_are_none(shared, body, status, code):
    response = ask(shared, body)
    assert (response.status, response.json()["code"]) == (status, code), response.body[:300]


def test_a_comment_that_is_none_does_not_keep_the_others_from_theirs(shared):
    answer = ask(shared, {"comments": [{"text": 5}, {"text": "I will kill you"}, {}],
                          "unknown": [{"a": {}}]}).json()
    assert [result.get("error", {}).get("code") for result in answer["results"]] == [
        "wrong_type", None, "missing_field"]
    assert answer["results"][1]["live"]["verdict"] == "reject"


def test_the_rules_text_may_hold_anything(shared):
    for text in ("", "\u0000", "a: &a [*a]", "[" * 5000, "- " * 5000, "\ufeff", "\u202e: \u2028",
                 "rules: \"</script><script>alert(1)</script>\"", RULES[:-40], RULES * 2):
        answer = ask(shared, change(text, {"text": "a"}))
        assert answer.status == 200 and answer.json()["trial"] is None and answer.json()["errors"]


def test_answers_to_large_samples_come_in_parts(shared):
    text = RULES.replace('when: {links: 3}', 'when: {length: {min: 1}}').replace(
        'no_match: ["see http://a.com"]', 'no_match: [""]')
    comments = [{"text": "http://a.example/%d " % i * 20, "id": "c-%d" % i} for i in range(400)]
    many = RULES.replace('when: {links: 3}', 'when: {regex: "example"}').replace(
        'match: ["http://a.com http://b.com http://c.com"]', 'match: [example]')
    for rules in (text, many):
        answer = ask(shared, change(rules, *comments)).json()
        assert answer["judged"] + answer["left"] == 400 and answer["judged"] > 0
        assert len(answer["results"]) == answer["judged"]
