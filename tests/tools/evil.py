#!/usr/bin/env python3
"""What does a comment made to stall regexes cost everybody else?

usage: evil.py [--filterd BINARY] [--requests N] [--share PERCENT]

Starts a daemon with regexes that explode (nested repeats, back-references into repeats) among
ordinary rules. First shows what each evil comment of 16 KiB gets alone: verdict, fault, time. Then
four clients send N ordinary comments each, one at a time, first undisturbed, then while others send
evil comments as the given share of all traffic; prints both p50 and p99 and their ratio, before and
after the breaker has suspended the rules. A measurement, not a test: it asserts nothing about time,
but exits 1 if an evil comment is approved or rejected, or an ordinary one gets a wrong verdict.
"""
import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EVIL = [
    ("nested", r"(a+)+$", "a" * 16000 + "!"),
    ("overlap", r"(a|aa)+$", "a" * 16000 + "!"),
    ("letters", r"([a-z]+)*$", "a" * 16000 + "1"),
    ("dots", r"(.*a){12}b", "a" * 16000),
    ("bounded", r"(?:a{0,40}){0,3}[bc]", "a" * 16000),
    ("recursion", r"(a(?1)?a|a)!", "a" * 16000),
    ("words", r"^(\w+\s?)*$", "word " * 3000 + "\u0001"),
]
GOOD = ["A fair point about the budget, and well written.", "I will kill you"]


def rules(folder):
    items = [{"id": "evil/" + name, "reason": "Shows a limit.", "action": "review",
              "when": {"regex": regex}} for name, regex, _ in EVIL]
    items.append({"id": "good/threat", "reason": "Threatens.", "action": "reject",
                  "when": {"phrase": "i will kill you"}})
    with open(os.path.join(folder, "rules.yaml"), "w", encoding="utf-8") as f:
        json.dump({"guidelines": {"all": {"title": "All"}}, "guideline": "all", "rules": items}, f)


@contextlib.contextmanager
def daemon(binary):
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "rules"))
        rules(os.path.join(folder, "rules"))
        path = os.path.join(folder, "s")
        with open(os.path.join(folder, "config.yaml"), "w", encoding="utf-8") as f:
            json.dump({"rules": ["rules"], "listen": [
                {"address": "unix:" + path, "protocol": "ndjson"}]}, f)
        log = open(os.path.join(folder, "log"), "w+b")
        process = subprocess.Popen([binary, "serve", "-c", os.path.join(folder, "config.yaml")],
                                   stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 20
            while not os.path.exists(path):
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    sys.exit(log.read().decode("utf-8", "replace"))
                time.sleep(0.05)
            yield path
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def ask(self, text):
        started = time.perf_counter()
        self.socket.sendall(json.dumps({"text": text, "lang": "en"}).encode() + b"\n")
        line = self.file.readline()
        return time.perf_counter() - started, json.loads(line)


def good_client(path, count, times, wrong):
    client = Client(path)
    for i in range(count):
        took, answer = client.ask(GOOD[i % 2])
        times.append(took)
        # A suspended evil rule is unknown, so a good comment may have to be reviewed.
        if answer.get("verdict") not in (("approve", "review"), ("reject",))[i % 2]:
            wrong.append(answer)


def evil_client(path, share, times, stop, wrong):
    client, sent = Client(path), 0
    while not stop.is_set():
        if sent * (100 - share) > len(times) * share:
            time.sleep(0.0005)
            continue
        sent += 1
        answer = client.ask(EVIL[sent % len(EVIL)][2])[1]
        if answer.get("verdict") != "review" and answer.get("error", {}).get("code") != "overloaded":
            wrong.append(answer)


def run(path, count, share, wrong):
    times, stop = [], threading.Event()
    evil = threading.Thread(target=evil_client, args=(path, share, times, stop, wrong))
    good = [threading.Thread(target=good_client, args=(path, count, times, wrong))
            for _ in range(4)]
    if share:
        evil.start()
    for thread in good:
        thread.start()
    for thread in good:
        thread.join()
    stop.set()
    if share:
        evil.join()
    times.sort()
    return times[len(times) // 2] * 1e6, times[len(times) * 99 // 100] * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--filterd", default=os.path.join(ROOT, "build/filterd"))
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--share", type=int, default=10)
    a = parser.parse_args()
    wrong = []
    with daemon(a.filterd) as path:
        client = Client(path)
        for name, _, text in EVIL:
            took, answer = client.ask(text)
            reasons = ["%s %s" % (r["code"], r.get("rule", "")) for r in answer.get("reasons", [])]
            print("%-10s %7.1f ms  %s  %s" % (name, took * 1e3, answer.get("verdict"), reasons[:8]))
            if answer.get("verdict") != "review":
                wrong.append(answer)
        calm = run(path, a.requests, 0, wrong)
        first = run(path, a.requests, a.share, wrong)
        later = run(path, a.requests, a.share, wrong)
    for name, figures in (("undisturbed", calm), ("%d %% evil, at first" % a.share, first),
                          ("%d %% evil, rules suspended" % a.share, later)):
        print("%-28s p50 %8.0f us  p99 %8.0f us  %5.1f times" % (name, *figures, figures[1] / calm[1]))
    print("wrong verdicts: %d %s" % (len(wrong), wrong[:2]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
