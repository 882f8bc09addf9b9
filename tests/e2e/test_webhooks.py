"""Webhooks: a daemon, a CMS that listens, and what goes wrong between them."""

import hashlib
import hmac
import http.server
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest

from command import FILTERD, TOP
from daemon import Daemon, is_sanitized, wait_for

LINKS = "see http://a.com http://b.com http://c.com"
SECRET = "a secret that only the CMS has"


class Cms:
    """Listens, checks signatures, keeps what it is told, and answers as the test says."""

    def __init__(self, port=0, tls=None):
        cms = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                cms.take(self, body)

            def log_message(self, *unused):
                pass

        self.told, self.attempts, self.forged = [], [], []
        self.answer = lambda handler, event: 204
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *unused: None
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def take(self, handler, body):
        event = json.loads(body)
        if not is_signed(handler.headers, body):
            self.forged.append(event)
        with self.lock:
            self.attempts.append((time.monotonic(), event))
        status = self.answer(handler, event)
        if status is None:
            return
        with self.lock:
            if 200 <= status < 300:
                self.told.append(event)
        if isinstance(status, int):
            handler.send_response(status)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

    def seqs(self):
        with self.lock:
            return [event["seq"] for event in self.told]

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        assert not self.forged

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


def shown_check():
    """The function that the manual gives CMS developers."""
    with open(os.path.join(TOP, "filterd", "server", "README.md"), encoding="utf-8") as manual:
        code = re.search(r"```python\n(.*?def is_from_filterd.*?)```", manual.read(), re.S).group(1)
    names = {}
    exec(code, names)  # pylint: disable=exec-used
    return names["is_from_filterd"]


is_from_filterd = shown_check()


def is_signed(headers, body):
    return (is_from_filterd(SECRET.encode(), headers["X-Filterd-Signature"], body)
            and headers["X-Filterd-Delivery"] == str(json.loads(body)["seq"]))


def test_the_check_of_the_manual_refuses_what_is_not_signed():
    def signed(text, at, secret=SECRET):
        mac = hmac.new(secret.encode(), b"%d." % at + text, hashlib.sha256).hexdigest()
        return "t=%d,v1=%s" % (at, mac)

    now = int(time.time())
    assert is_from_filterd(SECRET.encode(), signed(b"{}", now), b"{}")
    for signature, body in ((signed(b"{}", now), b"{ }"), (signed(b"{}", now, "x" * 16), b"{}"), ("", b"{}"),
                            (signed(b"{}", now - 301), b"{}"), ("t=x,v1=y", b"{}"), ("t=%d" % now, b"{}")):
        assert not is_from_filterd(SECRET.encode(), signature, body)


@pytest.fixture
def cms():
    with Cms() as made:
        yield made


def settings(*ports, undo="0s", keys=""):
    """The configuration of webhooks at these ports."""
    hooks = "".join('  - {url: "http://127.0.0.1:%d/told?key=k", secret: "%s"%s}\n' % (port, SECRET, keys)
                    for port in ports)
    return "undo_time: %s\nwebhooks:\n%s" % (undo, hooks)


@pytest.fixture
def tell(make_daemon):
    """Starts a daemon that tells these ports."""
    def make(*ports, **options):
        return make_daemon(store="var/queue.db", more=settings(*ports, **options))
    return make


def queue(daemon, *arguments, code=0):
    done = subprocess.run([FILTERD, "queue", *arguments, "--as", "ana", "--store",
                           os.path.join(daemon.folder, "var", "queue.db")],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == code, done.stderr
    return done.stdout


def waiting(daemon):
    return daemon.metrics()['filterd_webhook_waiting{webhook="1"}']


def hold(daemon, count, prefix="c"):
    """Queue ids of comments that wait."""
    return [daemon.check("%s %s-%d" % (LINKS, prefix, n), id="%s-%d" % (prefix, n), site="english")["queue_id"]
            for n in range(count)]


def test_a_decision_is_told_signed(tell, cms):
    daemon = tell(cms.port)
    first, second = hold(daemon, 2)
    queue(daemon, "approve", first)
    queue(daemon, "reject", second, "--reason", "promotion", "--note", "links")
    wait_for(lambda: len(cms.seqs()) == 2, "two decisions")
    told = {event["queue_id"]: event for event in cms.told}
    at = told[second].pop("at")
    assert re.match(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ$", at)
    assert told[second] == {
        "seq": 2, "queue_id": second, "site": "english", "id": "c-1", "revision": 1, "act": "reject",
        "state": "rejected", "actor": "ana", "reason": "promotion", "note": "links", "verdict": "reject"}
    assert (told[first]["act"], told[first]["verdict"]) == ("approve", "approve")
    queue(daemon, "undo", first)
    wait_for(lambda: len(cms.seqs()) == 3, "that it is taken back")
    assert (cms.told[2]["act"], cms.told[2]["state"], cms.told[2]["verdict"]) == ("undo", "waiting", "review")
    wait_for(lambda: daemon.metrics()['filterd_webhook_attempts_total{webhook="1",result="delivered"}'] == 3,
             "it to be counted")
    assert daemon.metrics()['filterd_webhook_attempts_total{webhook="1",result="failed"}'] == 0


def test_what_is_undone_in_time_is_never_told(tell, cms):
    daemon = tell(cms.port, undo="2s")
    first, second = hold(daemon, 2)
    queue(daemon, "approve", first)
    queue(daemon, "undo", first)
    queue(daemon, "reject", second)
    wait_for(lambda: cms.seqs() == [3], "the one that was not undone")
    queue(daemon, "undo", second)
    wait_for(lambda: cms.seqs() == [3, 4], "what was told to be taken back")


def test_what_is_told_waits_for_the_time_to_undo(tell, cms):
    daemon = tell(cms.port, undo="2s")
    (only,) = hold(daemon, 1)
    decided = time.monotonic()
    queue(daemon, "approve", only)
    wait_for(cms.seqs, "it to be told")
    assert cms.attempts[0][0] - decided >= 1.9


def test_a_cms_that_is_down_is_told_everything_once_when_it_is_back(tell):
    with Cms() as gone:
        port = gone.port
    daemon = tell(port)
    ids = hold(daemon, 30)
    queue(daemon, "approve", *ids)
    wait_for(lambda: waiting(daemon) == 30, "what waits to be counted")
    queue(daemon, "undo", *ids[:5])
    daemon.log_contains("cannot connect: Connection refused")
    assert daemon.check("good morning")["verdict"] == "approve"
    wait_for(lambda: waiting(daemon) == 35, "what waits to be counted")
    listed = [json.loads(line) for line in queue(daemon, "hooks", "--json").splitlines()]
    assert listed[0] == {"webhook": "http://127.0.0.1:%d/told" % port, "seq": 35, "waiting": 35, "dead": 0}
    assert {line["error"] for line in listed[1:]} == {"cannot connect: Connection refused"}
    with Cms(port) as cms:
        wait_for(lambda: len(cms.seqs()) >= 35, "all of them")
        assert sorted(cms.seqs()) == list(range(1, 36))
        by_item = {}
        for event in cms.told:
            by_item.setdefault(event["queue_id"], []).append(event["act"])
        assert [by_item[queue_id] for queue_id in ids] == [["approve", "undo"]] * 5 + [["approve"]] * 25
        daemon.log_contains("takes decisions again")
        wait_for(lambda: waiting(daemon) == 0, "none to wait")


def test_later_ones_of_a_comment_wait_and_others_go_on(tell, cms):
    daemon = tell(cms.port)
    first, second = hold(daemon, 2)
    sick = threading.Event()
    cms.answer = lambda handler, event: 500 if event["queue_id"] == first and not sick.is_set() else 200
    queue(daemon, "approve", first)
    wait_for(lambda: cms.attempts, "the first attempt")
    queue(daemon, "undo", first)
    queue(daemon, "approve", second)
    wait_for(lambda: cms.seqs() == [3], "the other comment")
    attempts = wait_for(lambda: [a for a in cms.attempts if a[1]["seq"] == 1][2:] and list(cms.attempts),
                        "three attempts")
    assert 2 not in [event["seq"] for _, event in attempts]
    times = [at for at, event in attempts if event["seq"] == 1]
    # Longer and longer: 1 s and 2 s, a quarter more or less, and half a second for the look around.
    assert 0.7 <= times[1] - times[0] <= 3 and 1.4 <= times[2] - times[1] <= 6
    sick.set()
    wait_for(lambda: cms.seqs() == [3, 1, 2], "both, in their order")


@pytest.mark.parametrize("how, said", [
    ("slow", r"no answer within 300 ms \(for its answer\)"),
    ("closes", "it closed without an answer"),
    ("midway", "it closed without an answer"),
    ("garbage", "what it answers is no HTTP"),
    ("endless", "the head of its answer is too long"),
    ("redirect", r"answered 302 \(redirects are not followed\)"),
])
def test_whatever_it_does_it_is_told_again(tell, cms, how, said):
    daemon = tell(cms.port, keys=', timeout: 300ms')
    raw = {"midway": b"HTTP/1.1 200 OK\r\nContent-", "garbage": b"\0\1\2 whatever\r\n\r\n",
           "endless": b"HTTP/1.1 200 OK\r\n" + b"X-Filler: aaaaaaaaaaaaaaaaaaaaaaa\r\n" * 1000,
           "closes": b"", "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"}
    done = threading.Event()

    def answer(handler, event):
        if len(cms.attempts) > 1:
            return 200
        if how == "slow":
            done.wait(5)
        else:
            handler.wfile.write(raw[how])
        handler.close_connection = True
        return None

    cms.answer = answer
    (only,) = hold(daemon, 1)
    queue(daemon, "approve", only)
    daemon.log_contains(said)
    wait_for(lambda: cms.seqs() == [1], "it to be told at last")
    done.set()


def test_what_it_says_beside_the_status_does_not_matter(tell, cms):
    """A long page, an interim answer, a connection that stays open."""
    daemon = tell(cms.port)
    bodies = [b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100000,
              b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 3\r\n\r\nyes",
              b"HTTP/1.0 200\r\nContent-Length: 900\r\n\r\nshort"]
    stay = threading.Event()

    def answer(handler, event):
        try:
            handler.wfile.write(bodies[event["seq"] - 1])
            handler.wfile.flush()
        except OSError:
            pass
        if event["seq"] == 3:
            stay.wait(10)
        handler.close_connection = True
        return None

    cms.answer = answer
    for queue_id in hold(daemon, 3):
        queue(daemon, "approve", queue_id)
    wait_for(lambda: daemon.metrics()['filterd_webhook_attempts_total{webhook="1",result="delivered"}'] == 3,
             "all to be taken")
    stay.set()
    assert len(cms.attempts) == 3


def test_retry_after_is_heeded(tell, cms):
    daemon = tell(cms.port)

    def answer(handler, event):
        if len(cms.attempts) > 1:
            return 200
        handler.wfile.write(b"HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n")
        return None

    cms.answer = answer
    (only,) = hold(daemon, 1)
    queue(daemon, "approve", only)
    wait_for(lambda: cms.seqs() == [1], "it to be told")
    assert cms.attempts[1][0] - cms.attempts[0][0] >= 2.9


def test_dead_letters_are_seen_and_tried_again(tell, cms):
    daemon = tell(cms.port)
    cms.answer = lambda handler, event: 410
    first, second = hold(daemon, 2)
    queue(daemon, "approve", first, second)
    wait_for(lambda: daemon.metrics()['filterd_webhook_dead{webhook="1"}'] == 2, "dead letters to be counted")
    daemon.log_contains("decision 1 about %s is not tried any more: answered 410" % first)
    shown = queue(daemon, "hooks")
    assert "0 wait, 2 dead letters, told or underway up to decision 2\n" in shown
    assert "dead  decision 1, approve of %s, site english, comment c-0\n" % first in shown
    assert "after 1 attempt at http://127.0.0.1:%d/told: answered 410\n" % cms.port in shown
    queue(daemon, "hooks", "retry", "7", code=1)
    queue(daemon, "hooks", "retry", "x", code=2)
    queue(daemon, "hooks", "again", code=2)
    assert len(cms.attempts) == 2
    cms.answer = lambda handler, event: 200
    queue(daemon, "undo", first)
    wait_for(lambda: cms.seqs() == [3], "the undo")
    said = queue(daemon, "hooks", "retry", "1", "2")
    assert said == "1 is tried again\n1 dropped: a later decision about the same comment was told\n"
    wait_for(lambda: cms.seqs() == [3, 2], "the dead letter")
    wait_for(lambda: daemon.metrics()['filterd_webhook_dead{webhook="1"}'] == 0, "none to be dead")
    assert "0 wait, 0 dead letters" in queue(daemon, "hooks")


def test_one_that_is_forgotten_begins_anew(tell, cms):
    daemon = tell(cms.port)
    cms.answer = lambda handler, event: 500
    first, second = hold(daemon, 2)
    queue(daemon, "approve", first)
    wait_for(lambda: cms.attempts, "an attempt")
    url = "http://127.0.0.1:%d/told" % cms.port
    queue(daemon, "hooks", "forget", url)
    queue(daemon, "hooks", "forget", "http://other/", code=1)
    queue(daemon, "hooks", "forget", code=2)
    wait_for(lambda: url in queue(daemon, "hooks"), "it to begin anew")
    cms.answer = lambda handler, event: 200
    queue(daemon, "approve", second)
    wait_for(cms.seqs, "the next decision")
    assert cms.seqs() == [2]


def test_after_give_up_it_is_a_dead_letter(tell, cms):
    daemon = tell(cms.port, keys=', give_up: 1s')
    cms.answer = lambda handler, event: 500
    (only,) = hold(daemon, 1)
    queue(daemon, "approve", only)
    daemon.log_contains("decision 1 about .* is not tried any more: answered 500")
    assert 2 <= len(cms.attempts) <= 4


def test_each_webhook_gets_what_is_of_its_sites(make_daemon):
    with Cms() as all_sites, Cms() as english, Cms() as sick:
        sick.answer = lambda handler, event: 500
        daemon = make_daemon(store="var/queue.db", more=(
            settings(all_sites.port, sick.port) +
            '  - {url: "http://localhost:%d/", secret: "%s", sites: [english]}\n' % (english.port, SECRET)))
        ids = [daemon.check(LINKS + site, id="c", site=site)["queue_id"] for site in ("english", "sorani", "english2")]
        queue(daemon, "approve", *ids)
        wait_for(lambda: sorted(all_sites.seqs()) == [1, 2, 3], "all")
        wait_for(lambda: english.seqs() == [1], "one")
        assert not sick.told and english.seqs() == [1]


def test_kill_9_loses_nothing(tmp_path):
    """In the midst of telling; a decision may come twice then, with the same number."""
    with Cms() as cms:
        daemon = Daemon(tmp_path / "d", store="var/queue.db", more=settings(cms.port))
        daemon.start()
        ids = hold(daemon, 120)
        cms.answer = lambda handler, event: time.sleep(0.01) or 200
        queue(daemon, "approve", *ids)
        for number in range(1, 5):
            wait_for(lambda: len(set(cms.seqs())) >= 20 * number, "some to be told")
            daemon.signal(signal.SIGKILL)
            daemon.wait()
            daemon.kill()
            daemon.start()
        wait_for(lambda: set(cms.seqs()) == set(range(1, 121)), "all to be told")
        wait_for(lambda: '"waiting":0' in queue(daemon, "hooks", "--json"), "none to wait")
        told = cms.seqs()
        assert len(told) - len(set(told)) <= 8 * 4, daemon.log()  # what was under way each time
        daemon.stop()


def test_a_stop_in_the_midst_of_a_call(tell, cms):
    daemon = tell(cms.port)
    stay = threading.Event()
    cms.answer = lambda handler, event: stay.wait(20) and 200
    (only,) = hold(daemon, 1)
    queue(daemon, "approve", only)
    wait_for(lambda: cms.attempts, "the call")
    began = time.monotonic()
    daemon.stop()
    assert time.monotonic() - began < 8
    stay.set()


# --- names, TLS, the sandbox ---


def certificate(folder, name="127.0.0.1"):
    """A certificate that signs itself; the paths of key and certificate."""
    key, cert = os.path.join(str(folder), "key.pem"), os.path.join(str(folder), "cert.pem")
    kind = "IP" if name[0].isdigit() else "DNS"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=cms", "-addext",
                    "subjectAltName=%s:%s" % (kind, name)], check=True, stderr=subprocess.DEVNULL)
    return key, cert


def tls_cms(folder, name="127.0.0.1"):
    key, cert = certificate(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return Cms(tls=context)


def https(port, host="127.0.0.1", ca=None):
    return 'undo_time: 0s\nwebhooks:\n  - {url: "https://%s:%d/", secret: "%s"%s}\n' % (
        host, port, SECRET, ', ca_file: "%s"' % ca if ca else "")


@pytest.mark.parametrize("host, name, trusted, said", [
    ("127.0.0.1", "127.0.0.1", True, None),
    ("localhost", "localhost", True, None),
    ("127.0.0.1", "127.0.0.1", False, "its certificate is refused: self.signed certificate"),
    ("127.0.0.1", "127.0.0.2", True, "its certificate is refused: IP address mismatch"),
    ("localhost", "cms.example", True, "its certificate is refused: hostname mismatch"),
])
def test_https_is_checked(tmp_path, make_daemon, host, name, trusted, said):
    with tls_cms(tmp_path, name) as cms:
        daemon = make_daemon(store="var/queue.db", more=https(
            cms.port, host, str(tmp_path / "cert.pem") if trusted else None))
        (only,) = hold(daemon, 1)
        queue(daemon, "approve", only)
        if said:
            daemon.log_contains(said)
            assert not cms.attempts
        else:
            wait_for(lambda: cms.seqs() == [1], "it to be told")


def test_https_to_what_speaks_no_tls(make_daemon, cms):
    daemon = make_daemon(store="var/queue.db", more=https(cms.port))
    (only,) = hold(daemon, 1)
    queue(daemon, "approve", only)
    daemon.log_contains("TLS failed: ")


def test_a_name_that_there_is_not(make_daemon):
    daemon = make_daemon(store="var/queue.db", more=(
        'undo_time: 0s\nwebhooks:\n  - {url: "http://cms.invalid/", secret: "%s", timeout: 6s}\n' % SECRET))
    (only,) = hold(daemon, 1)
    queue(daemon, "approve", only)
    daemon.log_contains(r"cannot resolve cms.invalid|no answer within 6000 ms \(for its address\)")


def test_it_works_in_the_whole_sandbox(tmp_path, make_daemon, cms):
    mode = "on" if "Landlock is in force" in make_daemon().log() else "auto"
    with tls_cms(tmp_path, "localhost") as second:
        daemon = make_daemon(store="var/queue.db", more=(
            "sandbox: %s\n" % ("auto" if is_sanitized() else mode) +
            https(second.port, "localhost", str(tmp_path / "cert.pem")) +
            '  - {url: "http://localhost:%d/", secret: "%s"}\n' % (cms.port, SECRET)))
        (only,) = hold(daemon, 1)
        queue(daemon, "approve", only)
        wait_for(lambda: cms.seqs() == [1] and second.seqs() == [1], "both to be told")


# --- the configuration ---


def test_the_secret_may_be_in_a_file(tmp_path, make_daemon, cms):
    (tmp_path / "secret").write_text(SECRET + "\n", encoding="utf-8")
    daemon = make_daemon(store="var/queue.db", more=(
        'undo_time: 0s\nwebhooks:\n  - {url: "http://127.0.0.1:%d", secret_file: "%s"}\n' % (
            cms.port, tmp_path / "secret")))
    (only,) = hold(daemon, 1)
    queue(daemon, "approve", only)
    wait_for(lambda: cms.seqs() == [1], "it to be told")


@pytest.mark.parametrize("hook, said", [
    ('url: "http://cms/", secret_file: nowhere', "config.yaml:.*: error: the webhook cannot be used: nowhere: No such"),
    ('url: "http://cms/", secret_file: config.yaml', "a secret has 16 to 256 bytes"),
    ('url: "https://cms/", ca_file: config.yaml, secret: "%s"' % SECRET, "no certificates can be read from it"),
])
def test_what_cannot_be_used_is_told_at_the_start(tmp_path, hook, said):
    daemon = Daemon(tmp_path / "d", store="var/queue.db", more="webhooks: [{%s}]\n" % hook)
    daemon.spawn()
    assert daemon.wait() == 78
    assert re.search(said, daemon.log()), daemon.log()


def test_a_reload_says_that_webhooks_wait_for_a_restart_and_takes_undo_time(tell, cms):
    daemon = tell(cms.port, undo="1h")
    (only,) = hold(daemon, 1)
    queue(daemon, "approve", only)
    daemon.edit_config("undo_time: 1h", "undo_time: 0s")
    daemon.edit_config("key=k", "key=other")
    assert daemon.reload().status == 200
    daemon.log_contains("`webhooks` has changed in the configuration: it takes effect at the next start")
    wait_for(lambda: cms.seqs() == [1], "it to be told")
