"""filterd test --watch: runs again on every save, however editors save; ends with SIGINT."""

import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

from command import FILTERD, RULES, SECONDS, TOP, filterd, write_rules


class Watch:
    """A running `filterd test --watch` and what it has said since it was last looked at."""

    def __init__(self, *arguments, terminal=True, cwd=TOP):
        self.fd, theirs = pty.openpty() if terminal else os.pipe()
        self.child = subprocess.Popen([FILTERD, "test", "--watch", *arguments], cwd=cwd,
                                      stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
                                      env=dict(os.environ, TERM="xterm"))
        os.close(theirs)
        self.text = ""

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self.fd, 65536)
        except OSError:
            piece = b""
        self.text += piece.decode(errors="replace").replace("\r\n", "\n")
        return bool(piece)

    def until(self, pattern):
        """Waits for the pattern and gives all that was said up to its end."""
        deadline = time.monotonic() + SECONDS
        while not (found := re.search(pattern, self.text, re.S)):
            assert time.monotonic() < deadline, "no %r in %r" % (pattern, self.text)
            assert self.read(0.5), "ended without %r: %r" % (pattern, self.text)
        said, self.text = self.text[:found.end()], self.text[found.end():]
        return said

    def run(self, figures=""):
        """What is said up to the end of the next run that has these figures."""
        return self.until(re.escape(figures) + r".*?waiting for changes, Ctrl-C ends\n")

    def stop(self, number=signal.SIGINT):
        self.child.send_signal(number)
        code = self.child.wait(SECONDS)
        while self.read(0.1) and select.select([self.fd], [], [], 0)[0]:
            pass
        os.close(self.fd)
        assert "Sanitizer" not in self.text, self.text
        return code


@pytest.fixture(name="watch")
def make_watch():
    running = []

    def start(*arguments, **options):
        running.append(Watch(*arguments, **options))
        return running[-1]

    yield start
    for watch in running:
        if watch.child.poll() is None:
            watch.child.kill()
            watch.child.wait()


BROKEN = RULES.replace("will kill you", "will hug you", 1)


def test_saving_runs_again(watch, tmp_path):
    folder = write_rules(tmp_path / "rules")
    running = watch("-r", folder)
    running.run("4 passed, 0 failed")
    write_rules(tmp_path / "rules", BROKEN)
    said = running.run("3 passed, 1 failed")
    assert said.startswith("\033[H\033[2J\033[3J")
    assert re.search(r"changed:\S* \S*/rules/rules\.yaml\n", said)
    assert re.search(r"\n\d+\.\d\d s; waiting", said)
    write_rules(tmp_path / "rules")
    running.run("4 passed, 0 failed")
    assert running.stop() == 0


def test_saving_by_rename(watch, tmp_path):
    folder = write_rules(tmp_path / "rules")
    running = watch("-r", folder)
    running.run()
    for text, figures in ((BROKEN, "3 passed, 1 failed"), (RULES, "4 passed, 0 failed")):
        (tmp_path / "rules" / ".rules.yaml.swp").write_text(text)
        os.rename(tmp_path / "rules" / ".rules.yaml.swp", tmp_path / "rules" / "rules.yaml")
        said = running.run(figures)
        assert "rules.yaml\n" in said and ".swp" not in said
    assert running.stop() == 0


def test_new_folders_and_files_and_those_that_go(watch, tmp_path):
    folder = write_rules(tmp_path / "rules")
    running = watch("-r", folder)
    running.run()
    write_rules(tmp_path / "rules" / "tests", "cases: [{text: x, expect: approve}]\n",
                "a.test.yaml")
    running.run("5 passed, 0 failed")
    write_rules(tmp_path / "rules" / "tests", "cases: [{text: x, expect: reject}]\n",
                "a.test.yaml")
    running.run("4 passed, 1 failed")
    os.remove(tmp_path / "rules" / "tests" / "a.test.yaml")
    running.run("4 passed, 0 failed")
    assert running.stop(signal.SIGTERM) == 0


def test_broken_rules_are_shown_and_waited_for(watch, tmp_path):
    folder = write_rules(tmp_path / "rules")
    running = watch("-r", folder)
    running.run()
    write_rules(tmp_path / "rules", "rulez: []\n")
    said = running.run("unknown key `rulez`")
    assert "rules.yaml:1:1: " in said
    assert said.index("\033[2J") < said.index("unknown key")
    os.rename(folder, str(tmp_path / "away"))
    running.run()
    write_rules(tmp_path / "rules")
    running.run("4 passed, 0 failed")
    assert running.stop() == 0


def test_the_configuration_is_watched(watch, tmp_path):
    write_rules(tmp_path / "one")
    write_rules(tmp_path / "two", BROKEN)
    (tmp_path / "config.yaml").write_text("rules: [one]\n")
    running = watch(cwd=tmp_path)
    running.run("4 passed, 0 failed")
    (tmp_path / "config.yaml").write_text("rules: [two]\n")
    said = running.run("3 passed, 1 failed")
    assert re.search(r"changed:\S* config\.yaml\n", said)
    write_rules(tmp_path / "two")
    running.run("4 passed, 0 failed")
    assert running.stop() == 0


def test_what_does_not_count_does_not_run(watch, tmp_path):
    folder = write_rules(tmp_path / "rules")
    running = watch("-r", folder, "--junit", folder + "/out.xml")
    running.run()
    for name in (".hidden.yaml", "rules.yaml~", "out.xml"):
        (tmp_path / "rules" / name).write_text("x")
    (tmp_path / "beside.yaml").write_text("x")
    write_rules(tmp_path / "rules", BROKEN)
    said = running.run("3 passed, 1 failed")
    assert re.search(r"changed:\S* \S*/rules/rules\.yaml\n", said), said
    assert said.count("changed:") == 1
    assert running.stop() == 0


def test_many_changes_at_once_are_few_runs(watch, tmp_path):
    folder = write_rules(tmp_path / "rules")
    running = watch("-r", folder)
    running.run()
    for i in range(20):
        write_rules(tmp_path / "rules", "cases: [{text: x, expect: approve}]\n",
                    "%02d.test.yaml" % i)
    said = running.run("24 passed, 0 failed")
    assert said.count("changed:") < 5 and re.search(r"test\.yaml and \d+ more\n", said)
    assert running.stop() == 0


def test_json_is_a_line_for_each_run(watch, tmp_path):
    folder = write_rules(tmp_path / "rules")
    running = watch("--json", "-r", folder, terminal=False)
    assert running.until(r"\n").startswith('{"passed":4,"failed":0,')
    write_rules(tmp_path / "rules", BROKEN)
    assert running.until(r"\n").startswith('{"passed":3,"failed":1,')
    assert running.stop() == 0


def test_not_with_tap():
    assert filterd("test", "--watch", "--tap").code == 2
