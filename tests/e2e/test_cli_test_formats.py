"""filterd test --json, --tap, --junit: what programs read."""

import os
import re
import stat
import xml.etree.ElementTree as xml

import pytest

from command import filterd, write_rules

CASES = """\
cases:
  - {text: "I will kill you", expect: reject}
  - {text: "I will kill you", expect: approve, name: "odd <&\\"> # 1"}
  - {text: "line\\nbreak \\x01 \\u202E", expect: review, todo: "ask #42"}
  - {text: "fine", expect: approve, todo: done}
"""


@pytest.fixture(name="folder")
def make_folder(tmp_path):
    folder = write_rules(tmp_path / "rules")
    write_rules(tmp_path / "rules" / "tests", CASES, "a.test.yaml")
    return folder


def test_json_has_what_did_not_plainly_pass(folder):
    result = filterd("test", "--json", "-r", folder)
    report = result.json()
    assert result.code == 1
    assert (report["passed"], report["failed"], report["todo"]) == (6, 1, 1)
    failed, todo, done = report["tests"]
    assert failed["kind"] == "case" and failed["state"] == "failed"
    assert failed["file"].endswith("a.test.yaml") and failed["line"] == 3
    assert failed["name"] == 'odd <&"> # 1' and failed["text"] == "I will kill you"
    assert (failed["expected"], failed["verdict"]) == ("approve", "reject")
    assert failed["problem"] == "reject instead of approve"
    assert (todo["state"], todo["todo"]) == ("todo", "ask #42")
    assert (done["state"], done["todo"]) == ("passed", "done") and "problem" not in done


def test_json_of_a_sentence(tmp_path):
    folder = write_rules(tmp_path / "rules", """\
guidelines: {g: {title: G}}
rules:
  - {id: z, guideline: g, reason: r, action: review, when: {words: zebra},
     tests: {match: ["a horse"]}}
""")
    test = filterd("test", "--json", "-r", folder).json()["tests"][0]
    assert test["kind"] == "sentence" and test["rule"] == "z" and test["line"] == 4
    assert test["expected"] == "match" and test["problem"] == "should match, but does not"


def test_json_of_a_broken_case_file(tmp_path):
    folder = write_rules(tmp_path / "rules")
    write_rules(tmp_path / "rules" / "tests", "cases:\n  - {text: x}\n", "a.test.yaml")
    result = filterd("test", "--json", "-r", folder)
    assert result.code == 78 and result.json()["passed"] == 4
    finding = result.json()["findings"][0]
    assert finding["line"] == 2 and "`expect` is missing" in finding["text"]


def test_tap(folder):
    result = filterd("test", "--tap", "-r", folder)
    lines = result.out.split("\n")
    assert result.code == 1
    assert lines[:2] == ["TAP version 14", "1..8"]
    tests = [line for line in lines if re.match(r"(not )?ok ", line)]
    assert [int(re.match(r"(?:not )?ok (\d+) - ", line).group(1)) for line in tests] == list(
        range(1, 9))
    assert tests[4] == "ok 5 - I will kill you"
    assert tests[5] == 'not ok 6 - odd <&"> \\# 1'
    assert tests[6] == "not ok 7 - line<U+000A>break <U+0001> <U+202E> # TODO ask \\#42"
    assert tests[7] == "ok 8 - fine # TODO done"
    assert sum(line.startswith("not ok") and " # TODO" not in line for line in tests) == 1
    at = lines.index(tests[5])
    assert lines[at + 1] == "  ---" and '"reject instead of approve"' in lines[at + 2]
    assert lines[at + 5] == "    line: 3" and lines[at + 6] == "  ..."


def test_junit(folder, tmp_path):
    path = tmp_path / "out.xml"
    result = filterd("test", "-r", folder, "--junit", str(path))
    assert result.code == 1 and result.out.endswith("6 passed, 1 failed, 1 todo\n")
    root = xml.parse(path).getroot()
    assert root.tag == "testsuites"
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("8", "1", "1")
    suites = root.findall("testsuite")
    assert [suite.get("name").rsplit("/", 1)[1] for suite in suites] == ["rules.yaml",
                                                                         "a.test.yaml"]
    assert [suite.get("tests") for suite in suites] == ["4", "4"]
    cases = suites[1].findall("testcase")
    assert cases[1].get("name") == 'odd <&"> # 1' and cases[1].get("line") == "3"
    assert cases[1].find("failure").get("message") == "reject instead of approve"
    assert cases[2].find("skipped").get("message") == "ask #42"
    assert cases[0].find("failure") is None and cases[3].find("skipped") is None


def test_junit_replaces_the_file_and_keeps_its_mode(folder, tmp_path):
    path = tmp_path / "out.xml"
    path.write_text("old")
    path.chmod(0o640)
    filterd("test", "-r", folder, "--junit", str(path))
    assert xml.parse(path).getroot().tag == "testsuites"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["out.xml", "rules"]


def test_junit_that_cannot_be_written(folder, tmp_path):
    result = filterd("test", "-r", folder, "--junit", str(tmp_path / "none" / "out.xml"))
    assert result.code == 74 and "none/out.xml: No such file" in result.err
    into_device = filterd("test", "-r", folder, "--junit", "/dev/full")
    assert into_device.code == 74 and "No space left" in into_device.err


def test_one_form_at_a_time(folder):
    assert filterd("test", "--tap", "--json", "-r", folder).code == 2
