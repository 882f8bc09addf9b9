"""filterd test --update: shows a diff, writes only when told to, and keeps what people wrote."""

import os
import pty
import select
import stat
import subprocess
import time

import pytest

from command import FILTERD, RULES, SECONDS, TOP, filterd, write_rules

LINE = '  - {text: "I will kill you", expect: approve}\n'


def write_cases(tmp_path, text):
    folder = write_rules(tmp_path / "rules", RULES.replace(
        "rules:\n", "rules:\n  - {id: two, guideline: promotion, reason: r, action: review, "
        "when: {words: zebra}}\n", 1))
    path = tmp_path / "rules" / "a.test.yaml"
    path.write_bytes(text.encode())
    return folder, path


@pytest.mark.parametrize("before, after", [
    (LINE, LINE.replace("approve", "reject")),
    ("  - {expect: 'approve', text: I will kill you} # why\n",
     "  - {expect: reject, text: I will kill you} # why\n"),
    ("  - text: I will kill you\n    # why\n    expect: approve   # tail\n",
     "  - text: I will kill you\n    # why\n    expect: reject   # tail\n"),
    ("  - text: >\n      I will\n      kill you\n\n    expect: approve\n",
     "  - text: >\n      I will\n      kill you\n\n    expect: reject\n"),
    ("  - text: I will kill you\n    expect: approve", "  - text: I will kill you\n    expect: reject"),
    ("  - text: I will kill you\r\n    expect: approve\r\n",
     "  - text: I will kill you\r\n    expect: reject\r\n"),
    ("  - {text: تۆ کەس I will kill you, expect: review, lang: ckb}\n",
     "  - {text: تۆ کەس I will kill you, expect: reject, lang: ckb}\n"),
    ("  - {text: I will kill you, rules: two, expect: reject}\n",
     "  - {text: I will kill you, rules: en/threats/direct, expect: reject}\n"),
    ("  - {text: I will kill you, rules: [two], expect: reject}\n",
     "  - {text: I will kill you, rules: [en/threats/direct], expect: reject}\n"),
    ("  - {text: I will kill you zebra, rules: two, expect: reject}\n",
     "  - {text: I will kill you zebra, rules: [two, en/threats/direct], expect: reject}\n"),
    ("  - {text: nothing, rules: [two, en/threats/direct], expect: approve}\n",
     "  - {text: nothing, rules: none, expect: approve}\n"),
    ("  - text: I will kill you zebra\n    rules:\n      # first\n      - two # zebra\n"
     "    expect: reject\n",
     "  - text: I will kill you zebra\n    rules:\n      # first\n      - two # zebra\n"
     "      - en/threats/direct\n    expect: reject\n"),
    ("  - text: I will kill you\n    expect: reject\n    rules:\n    - two # zebra",
     "  - text: I will kill you\n    expect: reject\n    rules:\n    - en/threats/direct\n"),
    ("  - text: nothing\n    expect: approve\n    rules:\n    - two\n    - en/threats/direct # x\n",
     "  - text: nothing\n    expect: approve\n    rules:\n    - none # x\n"),
    ("  - {text: I will kill you, guidelines: {threats: 9}, expect: reject}\n",
     "  - {text: I will kill you, guidelines: {threats: 10}, expect: reject}\n"),
    ("  - {text: I will kill you zebra, guidelines: {threats: 10}, expect: reject}\n",
     "  - {text: I will kill you zebra, guidelines: {threats: 10, promotion: 5}, expect: reject}\n"),
    ("  - {text: nothing, guidelines: {threats: 10}, expect: approve}\n",
     "  - {text: nothing, guidelines: none, expect: approve}\n"),
    ("  - text: I will kill you\n    expect: reject\n    guidelines:\n      threats: 4 # points\n",
     "  - text: I will kill you\n    expect: reject\n    guidelines:\n      threats: 10 # points\n"),
    ("  - {text: I will kill you, guidelines: promotion, expect: reject}\n",
     "  - {text: I will kill you, guidelines: threats, expect: reject}\n"),
    ("  - {text: fine, degraded: true, expect: approve}\n",
     "  - {text: fine, degraded: false, expect: approve}\n"),
])
def test_what_is_written(tmp_path, before, after):
    folder, path = write_cases(tmp_path, "# top\ncases:\n" + before)
    result = filterd("test", "--update", "--yes", "-r", folder)
    assert path.read_bytes().decode() == "# top\ncases:\n" + after, result.out
    assert result.code == 0 and result.out.endswith("all cases are up to date\n")
    assert filterd("test", "-r", folder).code == 0


@pytest.mark.parametrize("before, after", [
    ("  - approve:\n      - I will kill you # why\n      - fine\n    reject:\n    - we will kill you\n",
     "  - approve:\n      - fine\n    reject:\n    - we will kill you\n    - I will kill you # why\n"),
    ("  - lang: en\n    approve:\n      - fine\n      - I will kill you\n      - we will kill you",
     None),
    ("  - lang: en\n    approve:\n      - fine\n      - I will kill you\n      - we will kill you\n",
     "  - lang: en\n    approve:\n      - fine\n    reject:\n      - I will kill you\n"
     "      - we will kill you\n"),
])
def test_entries_of_tables_move(tmp_path, before, after):
    folder, path = write_cases(tmp_path, "tables:\n" + before)
    result = filterd("test", "--update", "--yes", "-r", folder)
    if after:
        assert path.read_text() == "tables:\n" + after, result.out
        assert result.code == 0 and filterd("test", "-r", folder).code == 0
    else:
        assert result.code == 1 and "by hand:" in result.out


@pytest.mark.parametrize("text, why", [
    ("cases:\n  - {text: I will kill you, expect: reject, not_rules: en/threats/direct}\n",
     "a rule in its `not_rules` holds"),
    ("tables: [{approve: [I will kill you]}]\n", "it has to be moved to another list"),
    ("cases:\n  - {text: nothing, expect: approve, rules: [two,\n    en/threats/direct]}\n",
     "written over several lines"),
])
def test_what_is_left_to_people(tmp_path, text, why):
    folder, path = write_cases(tmp_path, text)
    result = filterd("test", "--update", "--yes", "-r", folder)
    assert result.code == 1 and "by hand: " in result.out and why in result.out
    assert path.read_text() == text
    assert result.out.endswith("1 cases left as they are\n")


def test_the_last_entry_of_a_list_stays(tmp_path):
    folder, path = write_cases(
        tmp_path, "tables:\n  - approve:\n      - I will kill you\n      - we will kill you\n")
    result = filterd("test", "--update", "--yes", "-r", folder)
    assert result.code == 1 and "by hand: it has to be moved to another list" in result.out
    assert path.read_text() == ("tables:\n  - approve:\n      - we will kill you\n"
                                "    reject:\n      - I will kill you\n")


def test_todo_is_left_alone(tmp_path):
    text = "cases:\n  - {text: fine, expect: reject, todo: later}\n"
    folder, path = write_cases(tmp_path, text)
    result = filterd("test", "--update", "--yes", "-r", folder)
    assert result.code == 0 and path.read_text() == text


def test_without_yes_nothing_is_written(tmp_path):
    folder, path = write_cases(tmp_path, "cases:\n" + LINE)
    before = os.stat(path)
    result = filterd("test", "--update", "-r", folder, stdin="y\n")
    assert result.code == 1
    assert "@@ -1,2 +1,2 @@\n cases:\n-%s+%s" % (LINE, LINE.replace("approve", "reject")) in (
        result.out)
    assert "a.test.yaml: not written without --yes\n" in result.out
    assert path.read_text() == "cases:\n" + LINE and os.stat(path).st_mtime_ns == before.st_mtime_ns


def test_the_diff_is_one_that_patch_takes(tmp_path):
    filler = "".join('  - {text: "fine %d", expect: approve} # fine\n' % i for i in range(20))
    text = "cases:\n" + LINE + filler + LINE + filler + LINE + LINE + filler + LINE[:-1]
    folder, path = write_cases(tmp_path, text)
    diff = filterd("test", "--update", "--color=never", "-r", folder).out
    diff = diff[:diff.rindex("%s: not written" % path)]
    subprocess.run(["patch", "-s", str(path)], input=diff.encode(), check=True)
    assert path.read_text() == text.replace("you\", expect: approve", "you\", expect: reject")


def test_mode_and_links_are_kept(tmp_path):
    folder, path = write_cases(tmp_path, "cases:\n" + LINE)
    real = tmp_path / "real.yaml"
    os.rename(path, real)
    real.chmod(0o640)
    os.symlink(real, path)
    assert filterd("test", "--update", "--yes", "-r", folder, str(real)).code == 0
    # Only regular files are found below a folder, so it is named here by its own name.
    assert filterd("test", "-r", folder).out.endswith("4 passed, 0 failed\n")
    assert path.is_symlink() and stat.S_IMODE(os.stat(real).st_mode) == 0o640


def test_sentences_of_rules_are_never_changed(tmp_path):
    folder = write_rules(tmp_path / "rules", RULES.replace("will kill you\"]", "will hug you\"]"))
    before = (tmp_path / "rules" / "rules.yaml").read_text()
    result = filterd("test", "--update", "--yes", "-r", folder)
    assert result.code == 1 and "1 sentences beside rules fail" in result.out
    assert (tmp_path / "rules" / "rules.yaml").read_text() == before


def on_terminal(answer, *arguments):
    """Runs on a pty and types `answer` when asked; (exit code, what was shown)."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([FILTERD, "test", *arguments], cwd=TOP, stdin=theirs, stdout=theirs,
                             stderr=theirs, env=dict(os.environ, TERM="xterm"))
    os.close(theirs)
    text, deadline, asked = b"", time.monotonic() + SECONDS, False
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.5)[0]:
            continue
        try:
            text += os.read(ours, 65536)
        except OSError:
            break
        if not asked and text.endswith(b"[y/N] "):
            os.write(ours, answer)
            asked = True
    os.close(ours)
    return child.wait(SECONDS), text.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("answer, written", [
    (b"y\n", True), (b"yes\n", True), (b"n\n", False), (b"\n", False), (b"\x04", False),
    (b"yup\n", False)])
def test_asking_on_a_terminal(tmp_path, answer, written):
    folder, path = write_cases(tmp_path, "cases:\n" + LINE)
    code, said = on_terminal(answer, "--update", "-r", folder)
    assert "Write this to %s? [y/N] " % path in said
    assert "\033[1;31m-" + LINE[:-1] in said
    assert "\033[1;32m+" + LINE[:-1].replace("approve", "reject") in said
    assert path.read_text() == "cases:\n" + (
        LINE.replace("approve", "reject") if written else LINE)
    assert code == (0 if written else 1)


@pytest.mark.parametrize("wrong", [["--update", "--json"], ["--update", "--watch"], ["--yes"],
                                   ["--update", "--tap"], ["--update", "--coverage"]])
def test_wrong_usage(wrong):
    assert filterd("test", *wrong).code == 2
