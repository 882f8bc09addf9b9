"""filterd test: the rules' own sentences and case files, as a person and as a program reads them."""

import re

from command import RULES, filterd, write_rules

CASES = """\
cases:
  - {text: "I will kill you", expect: reject, rules: [en/threats/direct]}
  - {text: "A fair point.", expect: approve}
"""


def test_all_pass(tmp_path):
    result = filterd("test", "-r", write_rules(tmp_path / "rules"))
    assert result.code == 0 and result.err == ""
    assert result.out.endswith("4 passed, 0 failed\n")


def test_a_failure_says_what_was_expected_and_where(tmp_path):
    folder = write_rules(tmp_path / "rules", RULES.replace("match: [\"I will kill you\"]",
                                                           "match: [\"I will hug you\"]"))
    result = filterd("test", "-r", folder)
    assert result.code == 1
    assert "en/threats/direct" in result.out
    assert "I will hug you" in result.out
    assert re.search(r"rules\.yaml:\d+", result.out)
    assert result.out.endswith("3 passed, 1 failed\n")


def test_case_files_in_the_tests_folder_are_found(tmp_path):
    folder = write_rules(tmp_path / "rules")
    write_rules(tmp_path / "rules" / "tests", CASES, "a.test.yaml")
    assert filterd("test", "-r", folder).out.endswith("6 passed, 0 failed\n")


def test_a_failing_case_shows_verdict_and_matches(tmp_path):
    folder = write_rules(tmp_path / "rules")
    write_rules(tmp_path / "rules" / "tests",
                'cases:\n  - {text: "I will kill you", expect: approve}\n', "a.test.yaml")
    result = filterd("test", "-r", folder)
    assert result.code == 1
    assert re.search(r"a\.test\.yaml:2", result.out)
    for word in ("approve", "reject", "I will kill you", "en/threats/direct", "^^^^^^^^^^^^^^^"):
        assert word in result.out, word
    assert result.out.endswith("4 passed, 1 failed\n")


def test_a_case_file_elsewhere(tmp_path):
    folder = write_rules(tmp_path / "rules")
    write_rules(tmp_path, CASES, "my.test.yaml")
    result = filterd("test", "-r", folder, str(tmp_path / "my.test.yaml"))
    assert result.out.endswith("2 passed, 0 failed\n")


def test_a_rule_file_alone(tmp_path):
    folder = write_rules(tmp_path / "rules")
    write_rules(tmp_path / "rules", """\
rules:
  - {id: z, guideline: threats, reason: r, action: review, when: {words: zebra},
     tests: {match: ["a zebra"]}}
""", "z.yaml")
    assert filterd("test", "-r", folder).out.endswith("5 passed, 0 failed\n")
    one = filterd("test", "-r", folder, str(tmp_path / "rules" / "z.yaml"))
    assert one.out.endswith("1 passed, 0 failed\n")


def test_a_broken_case_file_is_an_error(tmp_path):
    folder = write_rules(tmp_path / "rules")
    write_rules(tmp_path / "rules" / "tests", "cases:\n  - {txt: x, expect: approve}\n",
                "a.test.yaml")
    result = filterd("test", "-r", folder)
    assert result.code == 78
    assert re.search(r"a\.test\.yaml:2:\d+: error: .*did you mean `text`\?", result.err)


def test_json(tmp_path):
    folder = write_rules(tmp_path / "rules", RULES.replace("match: [\"I will kill you\"]",
                                                           "match: [\"I will hug you\"]"))
    result = filterd("test", "--json", "-r", folder)
    report = result.json()
    assert result.code == 1
    assert (report["passed"], report["failed"]) == (3, 1)
    failure = report["findings"][0]
    assert "en/threats/direct" in failure["text"] and "I will hug you" in failure["text"]
    assert failure["file"].endswith("rules.yaml") and failure["line"] > 0
    assert report["cases"] == []


def test_rules_without_tests_are_said_to_have_none(tmp_path):
    folder = write_rules(tmp_path / "rules", """\
guidelines: {g: {title: G}}
rules:
  - {id: a, guideline: g, reason: r, action: review, when: {words: zebra}}
""")
    result = filterd("test", "-r", folder)
    assert "0 passed, 0 failed" in result.out


def test_broken_rules_are_no_test_result(tmp_path):
    folder = write_rules(tmp_path / "rules", "rulez: []\n")
    result = filterd("test", "-r", folder)
    assert result.code == 78 and "rules.yaml:1:1: error:" in result.err
