"""Runs other projects' test suites, which are not part of this repository, on our readers.

    suites.py [--build DIR] [--json DIR] [--yaml DIR]

--json: a folder of JSONTestSuite (y_*.json are JSON, n_*.json are not, i_*.json may be either). Each
is sent to the daemon as the body of a request; what is JSON may only be refused for what it says, or
by a bound that wire/README.md names. --yaml: a folder of yaml-test-suite as plain *.yaml files; each
is linted as a rule file, which may refuse it, but with a place, and must not crash.
Ends with `N passed, N failed`.
"""

import argparse
import glob
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SYNTAX = {"bad_json", "invalid_utf8"}
# Refused although it is JSON: two readers could see two things, or a bound.
STRICTER = {"duplicate_key", "too_deep", "bad_number", "key_too_long", "too_many_keys"}
SECONDS = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    """A daemon on a free port, with one rule."""

    def __init__(self, filterd, folder):
        self.port = free_port()
        os.mkdir(os.path.join(folder, "rules"))
        with open(os.path.join(folder, "rules", "r.yaml"), "w", encoding="utf-8") as file:
            file.write("guideline: g\nguidelines: {g: {title: G}}\nrules:\n"
                       "  - {id: a, reason: r, points: 1, when: {words: [a]}}\n")
        config = os.path.join(folder, "config.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("rules: [rules]\nworkers: 1\nlog: {level: error}\nlisten:\n"
                       "  - {address: \"127.0.0.1:%d\", protocol: http}\n" % self.port)
        self.child = subprocess.Popen([filterd, "serve", "-c", config], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.child.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def code(self, body):
        """The code of the refusal, or None for a verdict."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        client.request("POST", "/v1/check", body, {"Content-Type": "application/json"})
        answer = client.getresponse()
        text = answer.read()
        client.close()
        return None if answer.status == 200 else json.loads(text)["code"]

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(SECONDS) == 0


def check_json(filterd, folder):
    with tempfile.TemporaryDirectory() as place:
        daemon = Daemon(filterd, place)
        for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
            with open(path, "rb") as file:
                code = daemon.code(file.read())
            kind = os.path.basename(path)[0]
            fine = {"y": code not in SYNTAX, "n": code in SYNTAX | STRICTER, "i": True}[kind]
            if kind == "y" and code in STRICTER:
                print("stricter than JSON: %s: %s" % (os.path.basename(path), code))
            if not fine:
                print("%s: %s" % (path, code))
            yield fine
        yield daemon.stop()


def check_yaml(filterd, folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.yaml"))):
        with tempfile.TemporaryDirectory() as place:
            os.symlink(path, os.path.join(place, "suite.yaml"))
            done = subprocess.run([filterd, "lint", "-r", place], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
        text = done.stdout.decode("utf-8", "replace")
        fine = done.returncode == 1 and re.search(
            r"suite\.yaml(:\d+:\d+|: error: the file is empty)|error: there is no", text) is not None
        if not fine:
            print("%s: exit code %d\n%s" % (path, done.returncode, text))
        yield fine


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("--json")
    parser.add_argument("--yaml")
    options = parser.parse_args()
    filterd = os.path.join(TOP, options.build, "filterd")
    results = []
    if options.json:
        results += check_json(filterd, options.json)
    if options.yaml:
        results += check_yaml(filterd, options.yaml)
    print("%d passed, %d failed" % (sum(results), len(results) - sum(results)))
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
