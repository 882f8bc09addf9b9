"""Runs the project's tests and closes with one line, `N passed, N failed`.

    tests/run.py [--build DIR] [GROUP...]      groups: see GROUPS below, or `all`

Each group is a function that returns a Count. A program that crashes, a group that finds no tests
and a tool that cannot be run are failures, never silence. Output of what passed is not shown.
"""

import argparse
import concurrent.futures
import glob
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
UNIT_SECONDS = 300
E2E_SECONDS = 900

# Programs of tests/unit that run on PostgreSQL, too, and that run there alone.
ON_BOTH_ENGINES = ["test_queue", "test_store", "test_store_add"]
ON_POSTGRES = ["test_store_pg"]

# cmocka catches SIGSEGV itself and would hide the sanitizer's report: handle_segv=2.
SANITIZERS = {
    "ASAN_OPTIONS": "handle_segv=2:detect_leaks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
}


class Count:
    """How many tests of a group passed and failed, and what those that failed said."""

    def __init__(self, passed=0, failed=0, output=""):
        self.passed = passed
        self.failed = failed
        self.output = output

    def __iadd__(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.output += other.output
        return self


def environment(build):
    env = dict(os.environ, **SANITIZERS)
    env["FILTERD"] = os.path.join(build, "filterd")
    env["FILTERD_BUILD"] = build
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    return env


def run(command, build, seconds, **more):
    """Exit code and all output; 124 after `seconds`, 127 if it could not be started."""
    try:
        done = subprocess.run(command, cwd=TOP, env=dict(environment(build), **more), timeout=seconds,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired as late:
        text = (late.stdout or b"").decode(errors="replace")
        return 124, text + "\nstill running after %d seconds\n" % seconds
    except OSError as error:
        return 127, "%s: %s\n" % (command[0], error)
    return done.returncode, done.stdout.decode(errors="replace")


def titled(name, output):
    return "--- %s\n%s\n" % (name, output.rstrip())


def tail_counts(text):
    """The numbers of the last `N passed, N failed` in the text, or None."""
    found = re.findall(r"^(\d+) passed, (\d+) failed", text, re.M)
    return (int(found[-1][0]), int(found[-1][1])) if found else None


def cmocka_count(name, code, text):
    """One cmocka program: its own figures, and one failure more if it ended badly without any."""
    ok = len(re.findall(r"^\[ +OK \]", text, re.M))
    skipped = sum(int(n) for n in re.findall(r"^\[ +SKIPPED +\] (\d+) test", text, re.M))
    failed = sum(int(n) for n in re.findall(r"^\[ +FAILED +\] (\d+) test", text, re.M))
    if code != 0 and failed == 0:
        failed = 1
        text += "\nended with exit code %d\n" % code
    if skipped:
        print("  %s: %d skipped" % (name, skipped))
    if ok + failed + skipped == 0:
        failed = 1
        text += "\nran no tests\n"
    told = "\n".join(line for line in text.split("\n")
                     if not line.startswith(("[ RUN      ]", "[       OK ]")))
    return Count(ok, failed, titled(name, told) if failed else "")


def unit(build):
    """tests/unit: one cmocka program for each module."""
    names = sorted(glob.glob(os.path.join(TOP, "tests/unit/test_*.c")))
    modules = [os.path.basename(name)[:-2] for name in names]
    programs = [os.path.join(build, "tests/unit", m) for m in modules if m not in ON_POSTGRES]
    total = Count()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        ended = pool.map(lambda program: run([program], build, UNIT_SECONDS), programs)
        for program, (code, text) in zip(programs, ended):
            total += cmocka_count(os.path.basename(program), code, text)
    return total


def postgres(build):
    """The tests of the queue once more, on a PostgreSQL server of their own."""
    from tools.postgres import Postgres, folder_of_programs
    if not folder_of_programs():
        return Count(0, 1, titled("postgres", "PostgreSQL is not installed: `make deps`"))
    total = Count()
    with Postgres() as server, concurrent.futures.ThreadPoolExecutor(2) as pool:
        names = ON_BOTH_ENGINES + ON_POSTGRES
        programs = [os.path.join(build, "tests/unit", name) for name in names]
        ended = pool.map(
            lambda p: run([p], build, UNIT_SECONDS, FILTERD_POSTGRES=server.uri), programs)
        for name, (code, text) in zip(names, ended):
            total += cmocka_count(name + " on PostgreSQL", code, text)
    return total


def fuzz(build):
    """tests/fuzz: corpus and past crashes of each target; one test a target."""
    total = Count()
    for source in sorted(glob.glob(os.path.join(TOP, "tests/fuzz/fuzz_*.c"))):
        target = os.path.basename(source)[len("fuzz_"):-2]
        program = os.path.join(build, "tests/fuzz", "replay_" + target)
        inputs = ["tests/fuzz/%s.%s" % (target, kind) for kind in ("in", "repro")]
        code, text = run([program] + inputs, build, UNIT_SECONDS)
        replayed = re.search(r"^(\d+) inputs replayed", text, re.M)
        if code == 0 and replayed and int(replayed.group(1)) > 0:
            total += Count(1)
        else:
            total += Count(0, 1, titled("fuzz " + target, text + "\nexit code %d" % code))
    return total


def rules(build):
    """The shipped rules: they load without a warning, and their tests and case files pass."""
    filterd = os.path.join(build, "filterd")
    code, text = run([filterd, "test", "-c", "config.example.yaml"], build, UNIT_SECONDS)
    counts = tail_counts(text)
    if not counts:
        total = Count(0, 1, titled("filterd test", text + "\nexit code %d" % code))
    else:
        failed = counts[1] if counts[1] or code == 0 else 1
        total = Count(counts[0], failed, titled("filterd test", text) if failed else "")
    code, text = run([filterd, "lint", "--strict", "-c", "config.example.yaml"], build, UNIT_SECONDS)
    total += Count(1) if code == 0 else Count(0, 1, titled("filterd lint --strict", text))
    return total


def tool(script, *arguments):
    """A script of tests/tools that prints its own `N passed, N failed` last."""
    def group(build):
        command = [sys.executable, os.path.join(TOP, "tests/tools", script), *arguments]
        code, text = run(command + ["--build", build], build, UNIT_SECONDS)
        counts = tail_counts(text)
        if not counts:
            return Count(0, 1, titled(script, text + "\nexit code %d" % code))
        failed = counts[1] if counts[1] or code == 0 else 1
        return Count(counts[0], failed, titled(script, text) if failed else "")
    group.__doc__ = "tests/tools/%s" % script
    return group


def e2e(build):
    """tests/e2e: the built binary through its real sockets and command line."""
    with tempfile.TemporaryDirectory(prefix="filterd-e2e-") as folder:
        report = os.path.join(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                   "--junitxml", report, "tests/e2e"]
        if importlib.util.find_spec("xdist"):
            command[3:3] = ["-n", "2"]
        if "san" in os.path.basename(build):
            # The rules group runs the shipped rules under the sanitizers; once is enough.
            command[3:3] = ["-m", "not shipped and not plain"]
        code, text = run(command, build, E2E_SECONDS)
        try:
            suites = xml.parse(report).getroot().iter("testsuite")
            figures = [{key: int(s.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
                       for s in suites]
        except (OSError, xml.ParseError):
            return Count(0, 1, titled("pytest", text + "\nexit code %d" % code))
    failed = sum(f["failures"] + f["errors"] for f in figures)
    skipped = sum(f["skipped"] for f in figures)
    passed = sum(f["tests"] for f in figures) - failed - skipped
    if skipped:
        print("  e2e: %d skipped" % skipped)
    if code != 0 and failed == 0:
        failed = 1
    return Count(passed, failed, titled("pytest", text) if failed else "")


GROUPS = {
    "unit": unit,
    "postgres": postgres,
    "fuzz": fuzz,
    "rules": rules,
    "layers": tool("layers.py"),
    "docs": tool("docs.py"),
    "e2e": e2e,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", help="where the variant was built")
    parser.add_argument("groups", nargs="*", default=["all"], help=", ".join(GROUPS))
    options = parser.parse_args()
    build = os.path.join(TOP, options.build)
    names = list(GROUPS) if "all" in options.groups else options.groups
    total = Count()
    for name in names:
        if name not in GROUPS:
            parser.error("no group `%s`: %s" % (name, ", ".join(GROUPS)))
        began = time.monotonic()
        count = GROUPS[name](build)
        if count.passed + count.failed == 0:
            count = Count(0, 1, titled(name, "no tests were found"))
        print(count.output, end="")
        print("  %-7s %5d passed, %d failed, %.1f s" % (name, count.passed, count.failed,
                                                      time.monotonic() - began), flush=True)
        total += count
    print("%d passed, %d failed" % (total.passed, total.failed), flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
