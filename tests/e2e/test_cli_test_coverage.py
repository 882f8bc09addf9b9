"""filterd test --coverage: which rules, list entries and alternatives no test hits."""

import re

import pytest

from command import filterd, write_rules

RULES = """\
guidelines: {g: {title: G}}
lists:
  harm: [kill, murder, Kill]
  more: ["<harm>", "burn alive"]
  sites: [example.com]
rules:
  - id: direct
    guideline: g
    reason: r
    action: reject
    when: {phrase: "(i|we) (will|am going to) <more> [all of] you"}
    unless: {phrase: ["told (me|us)", "quote"]}
    tests:
      match: ["I will kill you"]
      no_match: ["They told us: we will murder you", "We burn alive. You told me"]
  - id: words
    guideline: g
    reason: r
    action: review
    when:
      words: [zebra, "<harm>", yak]
      near: {first: "(cat|dog)", second: "food|feed" }
      none: [{regex: "n[o0]ne"}, {words: gnu}]
  - id: links
    guideline: g
    reason: r
    action: review
    when: {links: {domains: "<sites>"}}
"""
RULES = RULES.replace('"food|feed" ', '"(food|feed)"')


def missing(result):
    """(line, column, text) of what is listed, and the line of figures."""
    found = re.findall(r"^  \S*?:(\d+):(\d+): no test hits (.*)$", result.out, re.M)
    figures = re.search(r"^coverage: (.*)$", result.out, re.M).group(1)
    return [(int(line), int(column), text) for line, column, text in found], figures


def test_what_no_sentence_hits(tmp_path):
    result = filterd("test", "--coverage", "-r", write_rules(tmp_path / "rules", RULES))
    assert result.code == 0
    listed, figures = missing(result)
    # `kill` and `Kill` are the same after folding. What stands in a sentence for which the rule
    # holds in neither way (`burn alive`, `me`) is no test of it.
    assert listed == [
        (3, 16, "`murder` of <harm>"),
        (4, 20, "`burn alive` of <more>"),
        (11, 24, "`we`"),
        (11, 34, "`am going to`"),
        (11, 55, "`all of`"),
        (12, 30, "`me`"),
        (12, 40, "`quote`"),
        (16, 5, "the rule words"),
        (21, 15, "`zebra`"),
        (21, 32, "`yak`"),
        (22, 22, "`(cat|dog)`"),
        (22, 23, "`cat`"),
        (22, 27, "`dog`"),
        (22, 43, "`(food|feed)`"),
        (22, 44, "`food`"),
        (22, 49, "`feed`"),
        (23, 23, "`n[o0]ne`"),
        (23, 42, "`gnu`"),
        (24, 5, "the rule links"),
    ]
    assert figures == ("rules 33 % (1 of 3), entries 50 % (2 of 4), alternatives 25 % (5 of 20)")


def test_cases_count_too(tmp_path):
    folder = write_rules(tmp_path / "rules", RULES)
    write_rules(tmp_path / "rules" / "tests", """\
tables:
  - reject: ["We are gone and I am going to murder you", "we will burn alive all of you"]
    review: ["zebra, dog food", "the yak and cat feed http://example.com"]
    approve: ["zebra dog food, none", "zebra dog food for a gnu", "A quote, we will kill you",
              "You told me we will kill you"]
""", "a.test.yaml")
    result = filterd("test", "--coverage=100", "-r", folder)
    assert result.code == 0, result.out
    listed, figures = missing(result)
    assert listed == [] and figures == (
        "rules 100 % (3 of 3), entries 100 % (4 of 4), alternatives 100 % (20 of 20); "
        "100 % of each are asked for")


@pytest.mark.parametrize("percent, code", [("25", 0), ("26", 1), ("0", 0), ("100", 1)])
def test_threshold(tmp_path, percent, code):
    result = filterd("test", "--coverage=" + percent, "-r", write_rules(tmp_path / "r", RULES))
    assert result.code == code


def test_fifty_lines_unless_all(tmp_path):
    words = ", ".join("word%d" % i for i in range(80))
    folder = write_rules(tmp_path / "rules", """\
guidelines: {g: {title: G}}
rules: [{id: w, guideline: g, reason: r, action: review, when: {words: [%s]}}]
""" % words)
    few = filterd("test", "--coverage", "-r", folder)
    assert few.out.count("no test hits") == 50 and "… and 31 more; --all" in few.out
    assert filterd("test", "--coverage", "--all", "-r", folder).out.count("no test hits") == 81


def test_files_asked_for(tmp_path):
    folder = write_rules(tmp_path / "rules", RULES)
    write_rules(tmp_path / "rules", """\
rules: [{id: z, guideline: g, reason: r, action: review, when: {words: [ape, bee]},
         tests: {match: [bee]}}]
""", "z.yaml")
    listed, figures = missing(filterd("test", "--coverage", "-r", folder, folder + "/z.yaml"))
    assert listed == [(1, 73, "`ape`")]
    assert figures == "rules 100 % (1 of 1), entries 100 % (0 of 0), alternatives 50 % (1 of 2)"


def test_json(tmp_path):
    result = filterd("test", "--coverage", "--json", "-r", write_rules(tmp_path / "r", RULES))
    coverage = result.json()["coverage"]
    assert coverage["rules"] == {"covered": 1, "of": 3}
    assert coverage["entries"] == {"covered": 2, "of": 4}
    first = coverage["missing"][0]
    assert first["file"].endswith("rules.yaml") and (first["line"], first["column"]) == (3, 16)
    assert (first["kind"], first["text"], first["list"]) == ("entry", "murder", "harm")
    assert [item["text"] for item in coverage["missing"] if item["kind"] == "rule"] == [
        "words", "links"]


@pytest.mark.shipped
def test_the_shipped_rules_are_all_hit():
    result = filterd("test", "--coverage", "--json")
    rules = result.json()["coverage"]["rules"]
    assert rules["covered"] == rules["of"] > 100


@pytest.mark.parametrize("wrong", ["--coverage=101", "--coverage=x", "--coverage=-1"])
def test_no_percentage(wrong):
    result = filterd("test", wrong)
    assert result.code == 2 and "`--coverage` takes a number from 0 to 100" in result.err


def test_suggested_comments_cover_what_is_missing(tmp_path):
    folder = write_rules(tmp_path / "rules", RULES)
    suggested = filterd("test", "--suggest", "-r", folder)
    assert suggested.code == 0 and suggested.err == ""
    lines = suggested.out.splitlines()
    assert lines[0] == "cases:" and lines[1] == "  # direct"
    # alternatives of one pattern together, then what keeps the rule from holding
    assert '  - {expect: reject, text: "we am going to murder all of you"}' in lines
    assert '  - {expect: approve, text: "I will kill you. told me"}' in lines
    assert '  - {expect: approve, text: "I will kill you. quote"}' in lines
    before, _ = missing(filterd("test", "--coverage", "-r", folder))
    write_rules(tmp_path / "rules" / "tests", suggested.out, "more.test.yaml")
    result = filterd("test", "--coverage", "-r", folder)
    assert result.code == 0, result.out
    after, figures = missing(result)
    # rules with no sentence of their own that they hold for, and regexes, are left to people
    assert set(after) < set(before)
    assert [line for line, _, _ in after if line < 16] == []
    # nothing is suggested twice
    again = filterd("test", "--suggest", "-r", folder)
    assert again.code == 0 and "# direct" not in again.out


def test_suggestions_are_as_written_and_in_the_rules_language(tmp_path):
    folder = write_rules(tmp_path / "rules", """\
guidelines: {g: {title: G}}
rules:
  - id: tr/x
    guideline: g
    language: tr
    reason: r
    action: review
    when: {phrase: "(çöp*|\\\\(pis\\\\)|haşere'ler) [\\"çok\\"] kötü"}
""")
    result = filterd("test", "--suggest", "-r", folder)
    assert result.out.splitlines()[2:] == [
        '  - {lang: tr, expect: review, text: "çöp \\"çok\\" kötü"}',
        '  - {lang: tr, expect: review, text: "(pis) kötü"}',
        '  - {lang: tr, expect: review, text: "haşere\'ler kötü"}',
    ], result.out
    write_rules(tmp_path / "rules" / "tests", result.out, "more.test.yaml")
    assert "alternatives 100 %" in filterd("test", "--coverage", "-r", folder).out


def test_suggest_stands_alone(tmp_path):
    folder = write_rules(tmp_path / "rules", RULES)
    for other in ("--tap", "--json", "--coverage", "--update", "--watch"):
        result = filterd("test", "--suggest", other, "-r", folder)
        assert result.code == 2 and "stands alone" in result.err
    result = filterd("test", "--suggest", "-r", folder, str(tmp_path / "rules" / "none.yaml"))
    assert result.out == ""
    write_rules(tmp_path / "rules" / "tests", 'cases: [{expect: reject, text: "hello"}]\n', "a.test.yaml")
    result = filterd("test", "--suggest", "-r", folder)
    assert result.code == 1 and "1 of the tests that are there fail" in result.err
