#!/usr/bin/env python3
"""Holds the totals of `filterd diff` against two runs of `filterd check`, and measures the diff.

usage: totals.py [--filterd BINARY] [-j N] [--comments N] OLD NEW [FILE]

OLD and NEW are rule folders. FILE holds requests, one a line; without it N synthetic comments are
made (comments.py, 1000000). Prints comments, seconds, MB of peak memory and what differs; exit code 1
if a total does, or one of the programs fails.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What a busy machine does to one comment is no verdict on the rules: see cli/survey.h.
CONFIG = "limits: {comment_time: 5s, rule_time: 5s}\n"


def verdicts(filterd, config, rules, path, threads):
    """The verdict of each line, in order."""
    command = [filterd, "check", "--ndjson", "-j", str(threads), "-c", config, "-r", rules]
    with open(path, "rb") as lines:
        running = subprocess.Popen(command, stdin=lines, stdout=subprocess.PIPE)
        for answer in running.stdout:
            yield json.loads(answer)["verdict"]
        if running.wait() != 0:
            sys.exit("%s: exit code %d" % (" ".join(command), running.returncode))


def measured(filterd, old, new, path, threads):
    """The report of filterd diff, the seconds and the MB at its peak."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as out:
        running = subprocess.Popen([filterd, "diff", "--json", "-j", str(threads), old, new, path],
                                   stdout=out)
        _, status, used = os.wait4(running.pid, 0)
        seconds = time.monotonic() - begun
        out.seek(0)
        report = out.read()
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit("filterd diff: exit code %d" % os.waitstatus_to_exitcode(status))
    return json.loads(report), seconds, used.ru_maxrss / 1024


def differences(report, counted):
    """A line for each total that is not the same."""
    told = {(old, new): count for old, row in report["verdicts"].items()
            for new, count in row.items() if count}
    groups = collections.Counter()
    for group in report["groups"]:
        groups[group["from"], group["to"]] += group["count"]
    for pair in sorted(set(told) | set(counted)):
        if told.get(pair, 0) != counted.get(pair, 0):
            yield "%s to %s: diff says %d, check %d" % (*pair, told.get(pair, 0),
                                                        counted.get(pair, 0))
        if pair[0] != pair[1] and groups[pair] != counted.get(pair, 0):
            yield "%s to %s: the groups of diff have %d, check %d" % (*pair, groups[pair],
                                                                     counted.get(pair, 0))
    if report["comments"] != sum(counted.values()):
        yield "diff has %d comments, check %d" % (report["comments"], sum(counted.values()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--filterd", default=os.path.join(TOP, "build", "filterd"))
    parser.add_argument("-j", type=int, default=2)
    parser.add_argument("--comments", type=int, default=1000000)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("file", nargs="?")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "config.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG)
        path = given.file
        if not path:
            path = os.path.join(folder, "comments.ndjson")
            with open(path, "wb") as out:
                subprocess.run([sys.executable, os.path.join(TOP, "tests/tools/comments.py"),
                                str(given.comments), given.old], stdout=out, check=True)
        report, seconds, peak = measured(given.filterd, given.old, given.new, path, given.j)
        counted = collections.Counter(zip(
            verdicts(given.filterd, config, given.old, path, given.j),
            verdicts(given.filterd, config, given.new, path, given.j)))
    print("%d comments, %d change: %.1f s on %d threads, %.0f MB" % (
        report["comments"], report["changed"], seconds, given.j, peak))
    wrong = list(differences(report, counted))
    print("\n".join(wrong) if wrong else "the totals are those of two runs of check")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
