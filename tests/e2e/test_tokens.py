"""Tokens, roles and sessions through a real daemon: who may do what, and what others try."""

import glob
import json
import os
import re
import sqlite3
import time

import pytest

from command import filterd
from daemon import Daemon, wait_for

JSON = {"Content-Type": "application/json"}
HERE = {"Host": "localhost"}
ROLES = ["cms", "moderator", "author", "admin"]
HOST = "moderation.example.org"
RELOAD = "a-word-for-reloading"


def token(daemon, *arguments, **options):
    return filterd("token", *arguments, cwd=daemon.folder, **options)


def add(daemon, name, role, *more):
    result = token(daemon, "add", name, "--role", role, *more)
    assert result.code == 0, result.err
    return result.out.strip()


def bearer(text, **fields):
    return {**HERE, **JSON, "Authorization": "Bearer " + text, **fields}


def ask(daemon, method, path, fields, body=None, **options):
    with daemon.http(**options) as http:
        return http.request(method, path, body, fields)


def is_known(daemon, text):
    return ask(daemon, "GET", "/v1/session", bearer(text)).status == 200


def login(daemon, text, fields=None, **options):
    return ask(daemon, "POST", "/v1/session", {**HERE, **JSON, **(fields or {})},
               json.dumps({"token": text}).encode(), **options)


def cookie_of(response):
    return response.fields["set-cookie"].split(";", 1)[0]


class Place:
    """A daemon with a token for each role, and the queue's database."""

    def __init__(self, folder, **options):
        more = "hosts: [%s, \"other.example.org:8443\"]\n" % HOST + options.pop("more", "")
        self.daemon = Daemon(folder, store="var/queue.db", more=more, **options)
        self.tokens = {role: add(self.daemon, role + "-1", role) for role in ROLES}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    made = Place(tmp_path_factory.mktemp("tokens"))
    with made.daemon:
        yield made


@pytest.fixture
def make_place(tmp_path):
    made = []

    def make(**options):
        place = Place(tmp_path, **options)
        made.append(place.daemon)
        place.daemon.start()
        return place

    yield make
    for daemon in made:
        daemon.stop()


# --- each role and each resource ---

CHECK = ("POST", "/v1/check", b'{"text":"hello"}')
RESOURCES = [
    # who gets it: "-" is who is far away and has no token
    (("GET", "/healthz", None), ["-"] + ROLES),
    (("GET", "/readyz", None), ["-"] + ROLES),
    (("GET", "/console/rules", None), ["-"] + ROLES),
    (("GET", "/metrics", None), ROLES),
    (CHECK, ["cms", "admin"]),
    (("GET", "/v1/rules", None), ROLES),
    (("GET", "/v1/session", None), ROLES),
    (("POST", "/v1/rules/reload", b""), ["author", "admin"]),
    (("POST", "/v1/try", b"{}"), ["author", "admin"]),
    (("GET", "/v1/try/rules", None), ["author", "admin"]),
]


@pytest.mark.parametrize("role", ["-"] + ROLES)
@pytest.mark.parametrize("request_, allowed", RESOURCES, ids=lambda value: str(value)[:40])
def test_each_role_and_each_resource(place, role, request_, allowed):
    method, path, body = request_
    fields = {**HERE, **JSON, "X-Forwarded-For": "203.0.113.7"}
    if role != "-":
        fields["Authorization"] = "Bearer " + place.tokens[role]
    response = ask(place.daemon, method, path, fields, body)
    wanted = 200 if role in allowed else 401 if role == "-" else 403
    assert response.status == wanted, response.body
    if wanted == 401:
        assert response.fields["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/healthz", 200), ("GET", "/metrics", 200), ("POST", "/v1/check", 200),
    ("GET", "/v1/rules", 401), ("POST", "/v1/rules/reload", 401), ("POST", "/v1/try", 401),
    ("GET", "/v1/try/rules", 401), ("GET", "/v1/session", 401), ("GET", "/console/rules", 200),
])
@pytest.mark.parametrize("unix", [False, True])
def test_without_a_token_this_machine_has_its_comments_judged_and_no_more(place, method, path, status, unix):
    body = b'{"text":"hello"}' if method == "POST" else None
    fields = {**HERE, **JSON, "X-Moderator": "amina"}
    assert ask(place.daemon, method, path, fields, body, unix=unix).status == status
    assert place.daemon.check("hello")["verdict"] == "approve"


def test_a_token_takes_nothing_away_that_is_open_without(place):
    assert ask(place.daemon, *CHECK[:2], bearer(place.tokens["moderator"]), CHECK[2]).status == 200


@pytest.mark.parametrize("text", [
    "x", "filterd_" + "A" * 43, "", "filterd_", "filterd_" + "A" * 44, "A" * 5000, "\u00fc"])
def test_wrong_tokens_are_refused(place, text):
    response = ask(place.daemon, "GET", "/v1/rules", bearer(text))
    assert (response.status, response.json()["code"]) == (401, "unauthorized")
    assert ask(place.daemon, *CHECK[:2], bearer(text), CHECK[2]).status == (401 if text else 200)


def test_a_changed_token_is_refused(place):
    good = place.tokens["admin"]
    assert is_known(place.daemon, good)
    for i in (0, 7, 8, 20, len(good) - 1):
        assert not is_known(place.daemon, good[:i] + ("A" if good[i] != "A" else "B") + good[i + 1:])
    assert not is_known(place.daemon, good[:-1]) and not is_known(place.daemon, good + "A")
    assert not is_known(place.daemon, good.lower())


def test_methods_of_a_path(place):
    response = ask(place.daemon, "PUT", "/v1/session", HERE)
    assert (response.status, response.fields["allow"]) == (405, "DELETE, GET, HEAD, POST")


# --- before there is one ---


def test_with_the_first_token_the_door_closes_and_stays_closed(make_daemon):
    daemon = make_daemon(store="var/queue.db")
    assert ask(daemon, "GET", "/v1/try/rules", HERE).status == 200
    me = ask(daemon, "GET", "/v1/session", {**HERE, "X-Moderator": "%D8%A6%D8%A7%D8%B1%D8%A7%D9%85"}).json()
    assert me["name"] == "\u0626\u0627\u0631\u0627\u0645" and me["token"] is False
    text = add(daemon, "amina", "author")
    wait_for(lambda: ask(daemon, "GET", "/v1/try/rules", HERE).status == 401, "the token to count", 2)
    assert ask(daemon, "GET", "/v1/try/rules", bearer(text)).status == 200
    assert token(daemon, "revoke", "amina").code == 0
    wait_for(lambda: ask(daemon, "GET", "/v1/try/rules", bearer(text)).status == 401, "its end", 2)
    assert ask(daemon, "GET", "/v1/try/rules", HERE).status == 401
    daemon.stop()
    daemon.start()
    assert ask(daemon, "GET", "/v1/try/rules", HERE).status == 401


@pytest.mark.parametrize("name, good", [
    ("amina", True), ("Amina%20H", True), ("a" * 128, True), ("%c3%bc", True), ("", False), ("a" * 129, False),
    ("a%0Ab", False), ("a%00b", False), ("%E2%80%AEa", False), ("%ff", False), ("%4", False), ("%zz", False),
    ("%20a", False)])
def test_names_that_callers_on_this_machine_give(make_daemon, name, good):
    daemon = make_daemon(store="var/queue.db")
    response = ask(daemon, "GET", "/v1/session", {**HERE, "X-Moderator": name})
    assert response.status == (200 if good else 422)
    assert ask(daemon, "GET", "/v1/session", HERE).json()["name"] == "moderator"


def test_a_name_is_worth_nothing_beside_a_token(place):
    me = ask(place.daemon, "GET", "/v1/session", bearer(place.tokens["cms"], **{"X-Moderator": "admin"})).json()
    assert (me["name"], me["role"], me["token"]) == ("cms-1", "cms", True)
    assert me["version"] == place.daemon.version()


def test_the_configured_reload_token_goes_on_as_an_author(make_place):
    place = make_place(more="reload_token: %s" % RELOAD)
    me = ask(place.daemon, "GET", "/v1/session", bearer(RELOAD)).json()
    assert (me["name"], me["role"]) == ("reload_token", "author")
    assert ask(place.daemon, "POST", "/v1/rules/reload", bearer(RELOAD), b"").status == 200
    assert ask(place.daemon, "GET", "/v1/try/rules", bearer(RELOAD[:-1] + "x")).status == 401


# --- tokens end ---


def test_revoked_and_expired_tokens_end_within_two_seconds_and_so_do_their_sessions(make_place):
    place = make_place()
    short = add(place.daemon, "short", "author", "--expires", "2s")
    made = time.monotonic()
    other = add(place.daemon, "other", "author")
    wait_for(lambda: is_known(place.daemon, other), "the token to count", 2)
    sessions = {}
    for name, text in (("short", short), ("other", other)):
        response = login(place.daemon, text)
        if response.status == 200:  # a slow machine may find the short one gone
            sessions[name] = {**HERE, "Cookie": cookie_of(response)}
            assert ask(place.daemon, "GET", "/v1/session", sessions[name]).status == 200
    assert token(place.daemon, "revoke", "other").code == 0
    wait_for(lambda: not is_known(place.daemon, other), "the revoked one to end", 2)
    refused = ask(place.daemon, "GET", "/v1/session", sessions["other"])
    assert refused.status == 401 and "log in again" in refused.json()["detail"]
    wait_for(lambda: not is_known(place.daemon, short), "the short one to end", 4)
    assert time.monotonic() - made >= 1.9 or "short" not in sessions
    for fields in sessions.values():
        assert ask(place.daemon, "GET", "/v1/session", fields).status == 401
    states = {item["name"]: item["state"] for item in
              map(json.loads, token(place.daemon, "--json").out.splitlines())}
    assert (states["short"], states["other"], states["cms-1"]) == ("expired", "revoked", "holds")


# --- sessions ---


def test_logging_in_and_out(place):
    response = login(place.daemon, place.tokens["moderator"])
    assert response.status == 200 and response.json()["name"] == "moderator-1"
    parts = response.fields["set-cookie"].split("; ")
    assert parts[0].startswith("filterd_session=v1.") and parts[1:] == [
        "Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Strict"]
    cookie = {**HERE, "Cookie": "theme=dark; %s; x=y" % parts[0]}
    me = ask(place.daemon, "GET", "/v1/session", cookie).json()
    assert (me["name"], me["role"], me["token"]) == ("moderator-1", "moderator", True)
    assert place.tokens["moderator"] not in str(response.fields) + str(response.body)
    out = ask(place.daemon, "DELETE", "/v1/session", {**cookie, "Origin": "http://localhost"})
    assert out.status == 200 and "filterd_session=; Path=/; Max-Age=0" in out.fields["set-cookie"]


def test_a_cookie_is_secure_where_the_page_came_by_https(place):
    far = {"Host": HOST, "Origin": "https://" + HOST, "Sec-Fetch-Site": "same-origin"}
    assert login(place.daemon, place.tokens["author"], far).fields["set-cookie"].endswith("; Secure")


def test_sessions_outlive_a_restart(make_place):
    place = make_place()
    cookie = {**HERE, "Cookie": cookie_of(login(place.daemon, place.tokens["author"]))}
    place.daemon.stop()
    place.daemon.start()
    assert ask(place.daemon, "GET", "/v1/try/rules", cookie).status == 200


def test_a_session_ends_with_its_token(make_place):
    place = make_place()
    text = add(place.daemon, "a-day", "author", "--expires", "1h")
    wait_for(lambda: is_known(place.daemon, text), "the token to count", 2)
    age = int(re.search(r"Max-Age=(\d+)", login(place.daemon, text).fields["set-cookie"]).group(1))
    assert 3500 < age <= 3600


def test_forged_sessions_are_refused(place):
    good = cookie_of(login(place.daemon, place.tokens["admin"])).split("=", 1)[1]
    other = cookie_of(login(place.daemon, place.tokens["cms"])).split("=", 1)[1]
    version, name, end, mac = good.split(".")

    def status(*values):
        cookie = "; ".join("filterd_session=" + value for value in values)
        return ask(place.daemon, "GET", "/v1/session", {**HERE, "Cookie": cookie}).status

    assert status(good) == 200 and status(good, good) == 200
    assert status(good, other) == 401  # two that differ
    for i in range(len(good)):  # a bit of each byte
        changed = chr(ord(good[i]) ^ 1)
        if changed not in "; ,\"":
            assert status(good[:i] + changed + good[i + 1:]) == 401, i
    later = str(int(end) + 3600)
    for forged in (".".join((version, name, later, mac)), ".".join((version, other.split(".")[1], end, mac)),
                   ".".join((version, name, end, other.split(".")[3])), ".".join((version, name, end, "")),
                   ".".join((version, name, "0" + end, mac)), ".".join((version, name, "", mac)),
                   ".".join(("v2", name, end, mac)), good + "A", good[:-1], "", "v1", "." * 80, "A" * 4000,
                   place.tokens["admin"]):
        assert status(forged) == 401, forged


def test_a_session_of_another_key_or_time_is_refused(make_place):
    place = make_place()
    cookie = {**HERE, "Cookie": cookie_of(login(place.daemon, place.tokens["author"]))}
    assert ask(place.daemon, "GET", "/v1/session", cookie).status == 200
    place.daemon.stop()
    with sqlite3.connect(place.daemon.folder + "/var/queue.db") as base:
        assert base.execute("UPDATE secret SET value = randomblob(32)").rowcount == 1
    place.daemon.start()
    assert ask(place.daemon, "GET", "/v1/session", cookie).status == 401


# --- forgeries ---

FORGERIES = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://localhost:9999"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "https://evil.example/localhost"},
    {"Origin": "file://localhost"},
    {"Origin": "chrome-extension://localhost"},
    {"Origin": "https://moderation.example.org.evil.example"},
    {"Origin": "https://moderation.example.org:9000"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},  # a link or bookmark does not change anything
    {"Sec-Fetch-Site": "Same-Origin"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-origin", "Host": "evil.example"},
    {"Origin": "http://evil.example", "Host": "evil.example"},
    {"Origin": "http://evil.example:8787", "Host": "evil.example:8787"},
    {"Host": "evil.example"},
    {"Referer": "http://localhost/console/rules"},
    {},  # neither field: no browser that we can trust to have checked
]


@pytest.mark.parametrize("fields", FORGERIES, ids=str)
def test_forgeries_with_a_session_change_nothing(place, fields):
    cookie = cookie_of(login(place.daemon, place.tokens["author"]))
    for path, body in (("/v1/try", b"{}"), ("/v1/rules/reload", b"{}")):
        response = ask(place.daemon, "POST", path, {**HERE, **JSON, "Cookie": cookie, **fields}, body)
        assert (response.status, response.json()["code"]) == (403, "forbidden"), path


@pytest.mark.parametrize("media", [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/x-ndjson",
    "application/json; charset=utf-7", ""])
def test_what_a_form_can_send_changes_nothing(place, media):
    cookie = cookie_of(login(place.daemon, place.tokens["author"]))
    for path in ("/v1/try", "/v1/rules/reload"):
        response = ask(place.daemon, "POST", path, {
            **HERE, "Content-Type": media, "Cookie": cookie, "Origin": "http://localhost"}, b"{}")
        assert response.status == 415, path


@pytest.mark.parametrize("fields", [
    {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    {"Host": HOST, "Origin": "https://" + HOST, "Sec-Fetch-Site": "same-origin"},
    {"Host": HOST + ":8787", "Origin": "http://%s:8787" % HOST},
    {"Host": "127.0.0.1:8787", "Origin": "https://" + HOST, "Sec-Fetch-Site": "same-origin"},  # a proxy
    {"Host": "127.0.0.1:8787", "Origin": "https://other.example.org:8443"},
], ids=str)
def test_our_own_page_may(place, fields):
    cookie = cookie_of(login(place.daemon, place.tokens["author"]))
    sent = {**HERE, **JSON, "Cookie": cookie, **fields}
    assert ask(place.daemon, "POST", "/v1/try", sent, b"{}").status == 200
    assert ask(place.daemon, "GET", "/v1/try/rules", sent).status == 200


@pytest.mark.parametrize("fields", [f for f in FORGERIES if f.keys() & {"Origin", "Sec-Fetch-Site"}
                                    and f != {"Sec-Fetch-Site": "none"}], ids=str)
def test_nobody_is_logged_in_by_another_site(place, fields):
    assert login(place.daemon, place.tokens["author"], fields).status == 403
    cookie = cookie_of(login(place.daemon, place.tokens["author"]))
    assert ask(place.daemon, "DELETE", "/v1/session", {**HERE, "Cookie": cookie, **fields}).status == 403
    assert ask(place.daemon, "GET", "/v1/try/rules", {**HERE, "Cookie": cookie, **fields}).status == 403


def test_other_sites_cannot_use_a_token_that_a_page_holds(place):
    fields = bearer(place.tokens["author"], **{"Sec-Fetch-Site": "cross-site"})
    assert ask(place.daemon, "POST", "/v1/try", fields, b"{}").status == 403


# --- guessing ---


def test_logins_are_limited_by_address(make_place):
    place = make_place()
    for _ in range(5):
        assert login(place.daemon, "filterd_" + "x" * 43).status == 401
    refused = login(place.daemon, place.tokens["author"])
    assert (refused.status, refused.json()["code"]) == (429, "too_many_attempts")
    assert 1 <= int(refused.fields["retry-after"]) <= 60
    # Others, and who has a session or token, are not held up.
    assert login(place.daemon, place.tokens["author"], {"X-Forwarded-For": "198.51.100.1"}).status == 200
    assert login(place.daemon, place.tokens["author"], unix=True).status == 200
    assert is_known(place.daemon, place.tokens["author"])


def test_all_logins_together_are_limited(make_place):
    place = make_place()
    statuses = [login(place.daemon, "x", {"X-Forwarded-For": "198.51.%d.1" % (i // 4)}).status for i in range(310)]
    assert statuses == [401] * 300 + [429] * 10


@pytest.mark.parametrize("body, status", [
    (b"", 400), (b"{", 400), (b"[]", 422), (b"{}", 422), (b'{"token":5}', 422), (b'{"token":null}', 422),
    (b'{"token":"a","token":"b"}', 400), (b'{"token":"\xff"}', 400), (b'"token"', 422),
    (b"[" * 100 + b"]" * 100, 400)])
def test_logins_that_are_none(place, body, status):
    response = ask(place.daemon, "POST", "/v1/session", {**HERE, **JSON}, body)
    assert response.status == status and "set-cookie" not in response.fields


# --- NDJSON and listeners for others ---


@pytest.fixture
def public(make_place):
    """TCP on all addresses; loopback connects through the same listeners."""
    place = make_place()
    daemon = place.daemon
    daemon.stop()
    for port, protocol in ((daemon.ndjson_port, "ndjson"), (daemon.http_port, "http")):
        daemon.edit_config("127.0.0.1:%d\", protocol: %s" % (port, protocol),
                           "0.0.0.0:%d\", protocol: %s, public: true" % (port, protocol))
    daemon.start()
    return place


def test_listeners_for_others_take_a_token_for_everything(public):
    daemon = public.daemon
    assert ask(daemon, "GET", "/healthz", HERE).status == 200
    assert ask(daemon, "GET", "/console/rules", HERE).status == 200
    for method, path, body in (CHECK, ("GET", "/metrics", None), ("GET", "/v1/rules", None)):
        assert ask(daemon, method, path, {**HERE, **JSON}, body).status == 401, path
    assert ask(daemon, *CHECK[:2], bearer(public.tokens["cms"]), CHECK[2]).status == 200
    assert ask(daemon, *CHECK[:2], bearer(public.tokens["author"]), CHECK[2]).status == 403
    assert daemon.check("hello")["verdict"] == "approve"  # a Unix socket goes by its mode
    assert ask(daemon, *CHECK[:2], {**HERE, **JSON}, CHECK[2], unix=True).status == 200


def test_ndjson_for_others_begins_with_a_token(public):
    daemon = public.daemon
    with daemon.ndjson(tcp=True) as client:
        assert client.ask({"token": public.tokens["cms"]}) == {"ok": True}
        assert client.ask({"text": "I will kill you"})["verdict"] == "reject"
    with daemon.ndjson(tcp=True) as client:  # all at once
        client.send(json.dumps({"token": public.tokens["admin"]}).encode() + b"\n" + b'{"text":"a"}\n' * 3)
        client.half_close()
        assert [line.get("verdict") for line in client.answers()] == [None] + ["approve"] * 3
    for line, code in ((b'{"text":"hello"}', "unauthorized"), (b'{"token":"x"}', "unauthorized"),
                       (b"[]", "unauthorized"), (b"nonsense", "unauthorized"), (b"\xff", "wrong_protocol"),
                       (json.dumps({"token": public.tokens["author"]}).encode(), "forbidden")):
        with daemon.ndjson(tcp=True) as client:
            client.send(line + b"\n" + b'{"text":"I will kill you"}\n')
            answers = client.answers()
            assert [answer["error"]["code"] for answer in answers] == [code], line


def test_an_open_connection_ends_with_its_token(public):
    daemon = public.daemon
    with daemon.ndjson(tcp=True) as client:
        assert client.ask({"token": public.tokens["cms"]}) == {"ok": True}
        assert client.ask({"text": "a"})["verdict"] == "approve"
        assert token(daemon, "revoke", "cms-1").code == 0

        def refused():
            answer = client.ask({"text": "a"})
            return answer.get("error", {}).get("code")

        assert wait_for(refused, "the connection to end", 2) == "unauthorized"
        assert client.answer() is None


def test_tokens_may_be_required_of_this_machine_too(make_place):
    place = make_place(more="require_tokens: true")
    daemon = place.daemon
    assert ask(daemon, *CHECK[:2], {**HERE, **JSON}, CHECK[2]).status == 401
    assert ask(daemon, *CHECK[:2], bearer(place.tokens["cms"]), CHECK[2]).status == 200
    with daemon.ndjson(tcp=True) as client:
        assert client.ask({"text": "a"})["error"]["code"] == "unauthorized"
    with daemon.ndjson(tcp=True) as client:
        assert client.ask({"token": place.tokens["cms"]}) == {"ok": True}
        assert client.ask({"text": "a"})["verdict"] == "approve"
    assert daemon.check("a")["verdict"] == "approve"
    assert ask(daemon, "GET", "/metrics", HERE).status == 200


def test_required_tokens_need_a_store_and_are_required_before_there_is_one(tmp_path):
    daemon = Daemon(tmp_path, more="require_tokens: true")
    daemon.spawn()
    assert daemon.wait() == 78 and "without a store there are no tokens" in daemon.log()
    daemon.edit_config("store: off", "store: var/queue.db")
    with daemon:
        for method, path, body in (CHECK, ("GET", "/v1/try/rules", None), ("GET", "/v1/session", None)):
            assert ask(daemon, method, path, {**HERE, **JSON}, body).status == 401, path


# --- what is written down ---


def audit(daemon):
    return [json.loads(line) for line in token(daemon, "audit", "--json").out.splitlines()]


def test_the_audit_tells_who_did_what_and_never_a_token(make_place):
    place = make_place()
    daemon, text = place.daemon, place.tokens["author"]
    wrong = "filterd_" + "Q" * 43
    cookie = cookie_of(login(daemon, text))
    login(daemon, wrong, {"X-Forwarded-For": "198.51.100.9"})
    page = {**HERE, **JSON, "Cookie": cookie, "Origin": "http://localhost"}
    assert ask(daemon, "POST", "/v1/rules/reload", page, b"{}").status == 200
    for _ in range(20):
        assert ask(daemon, "POST", "/v1/try", page, b'{"comments":[{"text":"seldomword"}]}').status == 200
    assert ask(daemon, "GET", "/v1/try/rules", bearer(place.tokens["cms"])).status == 403
    assert ask(daemon, "DELETE", "/v1/session", page).status == 200
    found = wait_for(lambda: [row for row in audit(daemon) if row["what"] == "logout"], "the audit", 5)
    assert (found[0]["actor"], found[0]["address"], found[0]["outcome"]) == ("author-1", "127.0.0.1", "ok")
    daemon.stop()
    rows = [(row["actor"], row["address"], row["what"], row["outcome"], row["times"]) for row in audit(daemon)]
    for row in (("author-1", "127.0.0.1", "login", "ok", 1),
                ("", "127.0.0.1 for 198.51.100.9", "login", "unauthorized", 1),
                ("author-1", "127.0.0.1", "POST /v1/rules/reload", "ok", 1),
                ("author-1", "127.0.0.1", "POST /v1/try", "ok", 20),
                ("cms-1", "127.0.0.1", "GET /v1/try/rules", "forbidden", 1)):
        assert row in rows, row
    assert ("cli", "token add cms-1") in [(row[1], row[2]) for row in rows]
    log = daemon.log()
    assert "audit: login by author-1 from 127.0.0.1: ok" in log and "by nobody known" in log
    secrets = [value[8:] for value in place.tokens.values()] + [wrong[8:], cookie.rsplit(".", 1)[1], "seldomword"]
    for name in glob.glob(daemon.folder + "/**", recursive=True):
        if os.path.isfile(name):
            with open(name, "rb") as file:
                content = file.read()
            for secret in secrets:
                assert secret.encode() not in content, name


def test_when_a_token_was_used_is_told(place):
    assert is_known(place.daemon, place.tokens["admin"])

    def used():
        rows = map(json.loads, token(place.daemon, "--json").out.splitlines())
        return {row["name"]: row["used"] for row in rows}["admin-1"]

    assert wait_for(used, "the use to be written down", 3).startswith("20")


def test_old_audit_goes(make_place):
    place = make_place(more="audit_days: 30")
    place.daemon.stop()
    base = sqlite3.connect(place.daemon.folder + "/var/queue.db")
    now = int(time.time() * 1000)
    for days in (40, 20):
        base.execute("INSERT INTO audit (at_ms, times, actor, address, what, outcome) VALUES (?, 1, '', '', ?, '')",
                     (now - days * 86400000, "old-%d" % days))
    base.commit()
    base.close()
    place.daemon.start()
    wait_for(lambda: "old-40" not in [row["what"] for row in audit(place.daemon)], "the old to go", 5)
    assert "old-20" in [row["what"] for row in audit(place.daemon)]


# --- the command ---


def test_the_command_says_what_is_wrong(tmp_path):
    def run(*arguments):
        return filterd("token", *arguments, "--store", "q.db", cwd=tmp_path)

    assert run("list").code == 74
    assert run("add", "amina", "--role", "moderator").out.startswith("filterd_")
    taken = run("add", "amina", "--role", "admin")
    assert taken.code == 1 and "already" in taken.err
    for wrong, says in ((["add"], "name"), (["add", "x"], "--role"), (["add", "x", "--role", "king"], "--role"),
                        (["add", "", "--role", "cms"], "name"), (["add", "a\nb", "--role", "cms"], "name"),
                        (["add", "x", "--role", "cms", "--expires", "soon"], "--expires"),
                        (["add", "x", "--role", "cms", "--expires", "2001-01-01"], "--expires"),
                        (["list", "x"], "no name"), (["revoke"], "name"), (["ad", "x"], "did you mean `add`"),
                        (["revoke", "x", "--role", "cms"], "--role")):
        result = run(*wrong)
        assert result.code == 2 and says in result.err, wrong
    assert run("revoke", "baran").code == 1
    assert run("revoke", "amina").code == 0 and "revoked" in run().out
    made = json.loads(run("add", "amina", "--role", "cms", "--expires", "90d", "--json").out)
    assert (made["name"], made["role"], len(made["token"])) == ("amina", "cms", 51)
    assert oct(os.stat(tmp_path / "q.db").st_mode)[-3:] == "600"
