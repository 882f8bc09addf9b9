#!/usr/bin/env python3
"""Does filterd say the same on every way in?

usage: agree.py [--filterd BINARY] [--rules DIR] [--count N] [FILE.jsonl | DIR]...

Every row's text and lang (or N comments made with a fixed seed, if no file is named) goes through
`filterd check --ndjson` and through daemons with 1 and with 8 workers: pipelined NDJSON over the Unix
socket, split over several connections, and HTTP with NDJSON bodies. The answers must be the same,
byte for byte. Prints one line per way; exit 0 if all agree.
"""
import argparse
import contextlib
import glob
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORDS = """the war killed many people in the city and i will kill you if you come you are an idiot
minister paper article f u c k sh1t fuuuck check out my channel http://bit.ly/xyz call 0750 123 4567
هەولێر کوردستان سوپاس بۆ هەواڵەکە الحرب قتلت الناس شكرا للخبر sikerim seni aptal haber için teşekkürler
spas ji bo nûçeyê این خبر دروغ است "he said kill them" 😀😀 !!!!! AAAAAAA""".split()


def made_up(count):
    rng = random.Random(20261123)
    for _ in range(count):
        yield " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 60))), ""


def rows(paths):
    for path in paths:
        files = sorted(glob.glob(os.path.join(path, "*.jsonl"))) if os.path.isdir(path) else [path]
        for name in files:
            with open(name, encoding="utf-8") as f:
                for line in f:
                    row = json.loads(line)
                    yield row["text"], row.get("lang", "")


def requests(comments):
    for i, (text, lang) in enumerate(comments):
        row = {"id": str(i), "text": text}
        if lang:
            row["lang"] = lang
        yield json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n"


def free_port():
    with contextlib.closing(socket.socket()) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def daemon(binary, rules, workers):
    with tempfile.TemporaryDirectory() as folder:
        path, port = os.path.join(folder, "s"), free_port()
        config = os.path.join(folder, "config.yaml")
        with open(config, "w", encoding="utf-8") as f:
            json.dump({"rules": [rules], "workers": workers, "store": "off", "listen": [
                {"address": "unix:" + path, "protocol": "ndjson"},
                {"address": "127.0.0.1:%d" % port, "protocol": "http"}]}, f)
        log = open(os.path.join(folder, "log"), "w+b")
        process = subprocess.Popen([binary, "serve", "-c", config], stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 20
            while True:
                try:
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                    connection.request("GET", "/readyz")
                    if connection.getresponse().status == 200:
                        break
                except OSError:
                    pass
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    sys.exit("the daemon did not start:\n" + log.read().decode("utf-8", "replace"))
                time.sleep(0.05)
            yield path, port
        finally:
            process.send_signal(signal.SIGTERM)
            if process.wait(20) != 0:
                sys.exit("the daemon ended with %d" % process.returncode)


def over_unix(path, lines):
    """Writes all at once and reads until every line is answered."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as s:
        s.settimeout(120)
        s.connect(path)

        def send():
            s.sendall(b"".join(lines))
            s.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        got = b""
        parts = []
        while True:
            piece = s.recv(1 << 20)
            if not piece:
                break
            parts.append(piece)
        sender.join()
        got = b"".join(parts)
        return got.splitlines(keepends=True)


def over_http(port, lines):
    """NDJSON bodies of at most 128 KiB over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    out, batch, size = [], [], 0
    for line in lines + [None]:
        if line is None or size + len(line) > 128 * 1024 or len(batch) >= 500:
            if batch:
                connection.request("POST", "/v1/check", b"".join(batch),
                                   {"Content-Type": "application/x-ndjson"})
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200:
                    sys.exit("HTTP %d: %r" % (answer.status, body[:300]))
                out += body.splitlines(keepends=True)
            batch, size = [], 0
        if line is not None:
            batch.append(line)
            size += len(line)
    return out


def in_parallel(work, lines, ways):
    """Splits the lines over `ways` connections; the answers come back in the lines' order."""
    size = (len(lines) + ways - 1) // ways
    results = [None] * ways

    def run(i):
        results[i] = work(lines[i * size:(i + 1) * size])

    threads = [threading.Thread(target=run, args=(i,)) for i in range(ways)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return [line for part in results for line in part or []]


def compare(name, expected, got, started):
    differ = [i for i, (a, b) in enumerate(zip(expected, got)) if a != b]
    same = len(expected) == len(got) and not differ
    print("%-34s %6d answers, %d differ, %.2f s" % (name, len(got), len(differ),
                                                   time.monotonic() - started))
    for i in differ[:3]:
        print("  expected %r\n  got      %r" % (expected[i][:400], got[i][:400]))
    return same


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--filterd", default=os.path.join(ROOT, "build/filterd"))
    parser.add_argument("--rules", default=os.path.join(ROOT, "rules"))
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("paths", nargs="*")
    a = parser.parse_args()
    lines = list(requests(rows(a.paths) if a.paths else made_up(a.count)))
    started = time.monotonic()
    check = subprocess.run([a.filterd, "check", "--ndjson", "-r", a.rules], input=b"".join(lines),
                           stdout=subprocess.PIPE, check=True).stdout.splitlines(keepends=True)
    print("%-34s %6d answers, %.2f s" % ("check --ndjson", len(check), time.monotonic() - started))
    same = len(check) == len(lines)
    verdicts = {}
    for line in check:
        verdict = json.loads(line).get("verdict", "none")
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
    print("verdicts: " + ", ".join("%s %d" % v for v in sorted(verdicts.items())))
    same = same and "none" not in verdicts
    for workers in (1, 8):
        with daemon(a.filterd, os.path.abspath(a.rules), workers) as (path, port):
            for name, work, ways in (
                    ("NDJSON, one connection", lambda part: over_unix(path, part), 1),
                    ("NDJSON, 8 connections", lambda part: over_unix(path, part), 8),
                    ("HTTP, 4 connections", lambda part: over_http(port, part), 4)):
                started = time.monotonic()
                got = in_parallel(work, lines, ways)
                same &= compare("%d workers: %s" % (workers, name), check, got, started)
    print("all agree" if same else "NOT the same")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
