"""filterd test: what case files may say, and how it is judged."""

import re

import pytest

from command import filterd, write_rules


def run(tmp_path, text):
    folder = write_rules(tmp_path / "rules")
    write_rules(tmp_path / "rules" / "tests", text, "a.test.yaml")
    return filterd("test", "-r", folder, str(tmp_path / "rules" / "tests"))


def counts(result):
    found = re.search(r"(\d+) passed, (\d+) failed(?:, (\d+) todo)?\n$", result.out)
    return tuple(int(n or 0) for n in found.groups())


def test_a_table(tmp_path):
    result = run(tmp_path, """\
tables:
  - approve:
      - A fair point.
      - "Colons: and # signs need quotes"
    reject:
      - I will kill you
      - {text: "we will kill you", rules: en/threats/direct, guidelines: {threats: 10}}
    review:
      - http://a.com http://b.com http://c.com
  - approve: [one, two]
""")
    assert result.code == 0 and counts(result) == (7, 0, 0)


def test_a_table_entry_that_fails_is_named_by_its_line(tmp_path):
    result = run(tmp_path, "tables:\n  - name: praise\n    reject:\n      - I will kill you\n"
                 "      - fine words\n      - {text: nice, name: one}\n")
    assert result.code == 1 and counts(result) == (1, 2, 0)
    assert re.search(r"a\.test\.yaml:5:9: failed: praise: approve instead of reject\n", result.out)
    assert "6:9: failed: praise: one: approve instead of reject\n" in result.out


def test_context_of_file_table_and_entry(tmp_path):
    folder = write_rules(tmp_path / "rules", """\
guidelines: {g: {title: G}}
rules:
  - {id: en, language: en, guideline: g, reason: r, action: review, when: {words: zebra}}
  - {id: new, guideline: g, reason: r, action: reject,
     when: {words: zebra, author: {approved: {at_most: 0}}}}
""")
    write_rules(tmp_path / "rules" / "tests", """\
lang: tr
cases:
  - {text: zebra, expect: approve}
  - {text: zebra, lang: en, expect: review, rules: en}
tables:
  - lang: en
    author: {approved: 0}
    reject: [zebra]
    review: [{text: zebra, author: {approved: 4}}]
    approve: [{text: zebra, lang: tr, author: {approved: 4}}]
""", "a.test.yaml")
    result = filterd("test", "-r", folder)
    assert result.code == 0 and counts(result) == (5, 0, 0)


def test_todo_is_counted_apart(tmp_path):
    result = run(tmp_path, """\
cases:
  - {text: "I will k i l l you", expect: approve, todo: "spaced letters"}
  - {text: "fine", expect: reject, todo: "later", name: the fine one}
""")
    assert result.code == 0 and counts(result) == (0, 0, 2)
    assert "failed:" not in result.out


def test_todo_that_passes_is_named(tmp_path):
    result = run(tmp_path, "cases:\n  - {text: fine, expect: approve, todo: 'not yet'}\n")
    assert result.code == 0 and counts(result) == (1, 0, 0)
    assert re.search(r"a\.test\.yaml:2:5: passes: take its `todo` out: not yet\n", result.out)


@pytest.mark.parametrize("asked, problem", [
    ("guidelines: {threats: 10}", None),
    ("guidelines: threats", None),
    ("guidelines: {threats: 9}", "10 points for guideline threats instead of 9"),
    ("guidelines: none", "with points for guideline threats"),
    ("guidelines: {threats: 10, promotion: 5}", "without points for guideline promotion"),
    ("rules: [en/threats/direct]", None),
    ("rules: none", "with rule en/threats/direct"),
    ("not_rules: any/promotion/links", None),
    ("not_rules: [en/threats/direct]", "with rule en/threats/direct"),
    ("degraded: true", "not degraded"),
])
def test_what_a_case_may_ask_for(tmp_path, asked, problem):
    result = run(tmp_path, "cases:\n  - {text: I will kill you, expect: reject, %s}\n" % asked)
    assert result.code == (1 if problem else 0), result.out
    if problem:
        assert ": failed: %s\n" % problem in result.out


@pytest.mark.parametrize("text, error", [
    ("cases: [{text: x, expect: approve, not_rules: en/threats/dirct}]",
     "there is no rule `en/threats/dirct`; did you mean `en/threats/direct`?"),
    ("cases: [{text: x, expect: approve, guidelines: {threat: 5}}]",
     "there is no guideline `threat`; did you mean `threats`?"),
    ("cases: [{text: x, expect: approve, guidelines: {threats: many}}]", "`threats`"),
    ("cases: [{text: x, expect: maybe}]", "`expect` cannot be `maybe`"),
    ("cases: [x]", "a case is written as `key: value`"),
    ("cases: {text: x, expect: approve}", "`cases` is a list"),
    ("tables: [{approve: x}]", "`approve` is a list"),
    ("tables: [{aprove: [x]}]", "did you mean `approve`?"),
    ("tables: [{approve: [{text: x, expect: reject}]}]", "unknown key `expect` in an entry"),
    ("tables: [{approve: [You: go away]}]", "a comment with `: ` in it needs quotes around it"),
    ("# nothing\n", "the file has no cases"),
])
def test_mistakes_in_case_files(tmp_path, text, error):
    result = run(tmp_path, text)
    assert result.code == 78
    assert re.search(r"a\.test\.yaml(:1:\d+)?: error: ", result.err)
    assert error in result.err


def test_a_broken_file_does_not_keep_others_from_running(tmp_path):
    folder = write_rules(tmp_path / "rules")
    write_rules(tmp_path / "rules" / "tests", "cases: [{text: x}]\n", "a.test.yaml")
    write_rules(tmp_path / "rules" / "tests", "cases: [{text: x, expect: reject}]\n",
                "b.test.yaml")
    result = filterd("test", "-r", folder)
    assert result.code == 78
    assert "`expect` is missing" in result.err and "b.test.yaml:1:9: failed:" in result.out
