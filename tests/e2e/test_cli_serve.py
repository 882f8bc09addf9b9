"""filterd serve: tells how to talk to it, and its socket answers what `check --ndjson` answers."""

import json
import os
import random
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from command import FILTERD, filterd, write_rules

SECONDS = 30


class Daemon:
    """`filterd serve` in a folder of its own, on a Unix socket."""

    def __init__(self, folder, *words, more=""):
        self.folder = folder
        self.path = str(folder / "s")
        (folder / "config.yaml").write_text(
            'rules: [rules]\nstore: off\nlisten:\n  - {address: "unix:s", protocol: ndjson}\n' + more)
        self.log = open(folder / "log", "wb")
        self.child = subprocess.Popen([FILTERD, "serve", *words], cwd=folder,
                                      stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def said(self):
        return (self.folder / "log").read_text(errors="replace")

    def connect(self):
        deadline = time.monotonic() + SECONDS
        while True:
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(SECONDS)
            try:
                client.connect(self.path)
                return client
            except OSError:
                client.close()
                assert self.child.poll() is None, self.said()
                assert time.monotonic() < deadline, self.said()
                time.sleep(0.02)

    def ask(self, data):
        """Sends all, then reads until the daemon has answered and closed."""
        with self.connect() as client:
            answers = b""
            view = memoryview(data)
            client.setblocking(False)
            deadline = time.monotonic() + SECONDS
            open_end = True
            while time.monotonic() < deadline:
                try:
                    if view:
                        view = view[client.send(view):]
                    elif open_end:
                        client.shutdown(socket.SHUT_WR)
                        open_end = False
                except BlockingIOError:
                    pass
                try:
                    piece = client.recv(65536)
                    if not piece:
                        return answers
                    answers += piece
                except BlockingIOError:
                    time.sleep(0.001)
        raise AssertionError("no end of answers")

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            code = self.child.wait(SECONDS)
        finally:
            if self.child.poll() is None:
                self.child.kill()
                self.child.wait()
            self.log.close()
        assert "Sanitizer" not in self.said(), self.said()
        return code


@pytest.fixture(name="daemon")
def fixture_daemon(tmp_path):
    write_rules(tmp_path / "rules")
    daemon = Daemon(tmp_path)
    yield daemon
    assert daemon.stop() == 0, daemon.said()


def test_says_how_to_talk_to_it(daemon):
    with daemon.connect():
        pass
    assert re.search(r"^  echo '\{\"text\":.*\}' \| socat - UNIX-CONNECT:s$", daemon.said(), re.M)


def test_a_json_log_is_json_from_the_first_line(tmp_path):
    write_rules(tmp_path / "rules")
    daemon = Daemon(tmp_path, more="log: {format: json}\n")
    with daemon.connect():
        pass
    assert daemon.stop() == 0
    lines = daemon.said().splitlines()
    assert lines and all("text" in json.loads(line) for line in lines)


def test_answers_and_drains(daemon):
    answer = json.loads(daemon.ask(b'{"id":"a","text":"I will kill you"}\n'))
    assert (answer["id"], answer["verdict"]) == ("a", "reject")


def random_requests(count, seed):
    """Requests of every kind: good, odd, broken; several languages; all with a time of their own."""
    source = random.Random(seed)
    texts = ["I will kill you", "i'll k1ll you", "fine", "http://a.com http://b.com http://c.com",
             "سأقتلك", "دەتکوژم", "Seni öldüreceğim", "😀😀", "a\u0000b", "\u202eabc", ""]
    for number in range(count):
        request = {"id": "r%d" % number, "submitted": "2026-11-23T10:00:00Z",
                   "text": " ".join(source.choices(texts, k=source.randint(1, 4)))}
        if source.random() < 0.3:
            request["lang"] = source.choice(["en", "ckb", "ar", "tr", "xx", ""])
        if source.random() < 0.3:
            request["author"] = {"approved": source.randint(0, 9), "name": "http://spam.com"}
        line = json.dumps(request, ensure_ascii=source.random() < 0.5).encode()
        if source.random() < 0.1:
            line = line[:source.randint(1, len(line))].replace(b"\n", b"") or b"{"
        yield line + source.choice([b"\n", b"\r\n", b"\n\n"])


def test_the_socket_and_check_give_the_same_bytes(daemon):
    data = b"".join(random_requests(3000, 11))
    wanted = filterd("check", "--ndjson", "-c", str(daemon.folder / "config.yaml"),
                     cwd=daemon.folder, stdin=data)
    assert wanted.code == 0
    got = daemon.ask(data)
    assert got.split(b"\n") == wanted.raw.split(b"\n")


def test_rule_folders_replace_the_configured_ones(tmp_path):
    write_rules(tmp_path / "rules")
    other = write_rules(tmp_path / "other", "guidelines: {g: {title: G}}\nrules:\n"
                        "  - {id: z, guideline: g, reason: r, action: reject, when: {words: zebra}}\n")
    daemon = Daemon(tmp_path, "-r", other)
    try:
        answers = daemon.ask(b'{"text":"zebra"}\n{"text":"I will kill you"}\n').splitlines()
        assert [json.loads(line)["verdict"] for line in answers] == ["reject", "approve"]
    finally:
        assert daemon.stop() == 0


@pytest.mark.parametrize("config, said", [
    ("rules: [none]\n", "none"),
    ("rulez: []\n", "did you mean `rules`?"),
    ("rules: [rules]\nlisten: [{address: \"0.0.0.0:8786\", protocol: ndjson}]\n", "public"),
    ("rules: [rules]\nlisten: [{address: \"unix:config.yaml/s\", protocol: ndjson}]\n",
     "config.yaml/s"),
])
def test_refuses_to_start_with_a_broken_configuration(tmp_path, config, said):
    write_rules(tmp_path / "rules")
    (tmp_path / "config.yaml").write_text(config)
    result = filterd("serve", cwd=tmp_path)
    assert result.code == 78
    assert said in result.err


def test_refuses_to_start_with_broken_rules(tmp_path):
    write_rules(tmp_path / "rules", "rules: [{id: a, when: {prhase: x}}]\n")
    (tmp_path / "config.yaml").write_text(
        'rules: [rules]\nlisten: [{address: "unix:s", protocol: ndjson}]\n')
    result = filterd("serve", cwd=tmp_path)
    assert result.code == 78
    assert "did you mean `phrase`?" in result.err
    assert not os.path.exists(tmp_path / "s")


def test_it_says_where_rules_can_be_tried_in_a_browser(tmp_path):
    """The address of the page, which is there; for a listener on this machine alone."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    write_rules(tmp_path / "rules")
    (tmp_path / "config.yaml").write_text(
        'rules: [rules]\nlisten:\n  - {address: "127.0.0.1:%d", protocol: http}\n' % port)
    with open(tmp_path / "log", "wb") as log:
        child = subprocess.Popen([FILTERD, "serve"], cwd=tmp_path, stdin=subprocess.DEVNULL,
                                 stdout=log, stderr=log)
    deadline = time.monotonic() + SECONDS
    try:
        while True:
            shown = re.search(r"http://\S+/console/rules", (tmp_path / "log").read_text())
            if shown:
                try:
                    with urllib.request.urlopen(shown.group(), timeout=SECONDS) as page:
                        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
                    break
                except urllib.error.URLError:
                    pass
            assert child.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(SECONDS) == 0
