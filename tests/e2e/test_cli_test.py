"""filterd test: which tests are run, and what a person reads about them."""

import re
import time

from command import RULES, filterd, on_terminal, write_rules

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


def test_rules_without_tests_are_said_to_have_none(tmp_path):
    folder = write_rules(tmp_path / "rules", """\
guidelines: {g: {title: G}}
rules:
  - {id: a, guideline: g, reason: r, action: review, when: {words: zebra}}
""")
    result = filterd("test", "-r", folder)
    assert "0 passed, 0 failed" in result.out


def test_a_path_without_tests_is_said_to_have_none(tmp_path):
    folder = write_rules(tmp_path / "rules")
    (tmp_path / "empty").mkdir()
    result = filterd("test", "-r", folder, str(tmp_path / "empty"))
    assert result.code == 0 and "there are no tests in %s/empty\n" % tmp_path in result.err
    assert filterd("test", "-r", folder, str(tmp_path / "none")).code == 78


def test_broken_rules_are_no_test_result(tmp_path):
    folder = write_rules(tmp_path / "rules", "rulez: []\n")
    result = filterd("test", "-r", folder)
    assert result.code == 78 and "rules.yaml:1:1: error:" in result.err


def run_cases(tmp_path, text, rules=RULES):
    folder = write_rules(tmp_path / "rules", rules)
    write_rules(tmp_path / "rules" / "tests", text, "a.test.yaml")
    return filterd("test", "-r", folder)


def test_expected_and_got_stand_below_each_other(tmp_path):
    result = run_cases(tmp_path, """\
cases:
  - {text: "I will kill you", expect: approve, rules: none, guidelines: {threats: 5}}
""")
    lines = result.out.split("\n")
    assert lines[0].endswith("a.test.yaml:2:5: failed: reject instead of approve, with rule "
                             "en/threats/direct, 10 points for guideline threats instead of 5")
    assert lines[1:5] == ["    I will kill you",
                          "    ^^^^^^^^^^^^^^^",
                          "    expected  approve, no rules, threats 5",
                          "    got       reject, with en/threats/direct, threats 10"]
    assert re.match(r"  en/threats/direct  reject 10 for threats  \(.*rules\.yaml:5\)", lines[5])


WHY = """\
guidelines: {threats: {title: Threats}, more: {title: More}}
lists: {harm: [kill, murder]}
rules:
  - id: direct
    guideline: threats
    language: en
    reason: r
    action: reject
    when: {phrase: "(i|we) will <harm> (you|u)"}
    unless: {phrase: "told (me|us)"}
  - id: both
    guideline: more
    reason: r
    action: review
    when: {links: 2, words: [zebra]}
  - id: own
    guideline: more
    reason: r
    action: review
    when: {words: [yak, gnu]}
    excuse_article_words: true
  - id: quoted
    guideline: more
    reason: r
    action: review
    in_quotes: ignore
    when: {phrase: ["a gnat", "a midge here", "the wasp"]}
"""


def why(tmp_path, case):
    result = run_cases(tmp_path, "cases: [{%s}]\n" % case, WHY)
    assert result.code == 1
    return re.search(r"does not hold  \(.*rules\.yaml:\d+\)\n      (.*)\n", result.out).group(1)


def test_a_missing_rule_says_why(tmp_path):
    direct = "expect: reject, rules: direct, lang: en, text: "
    assert why(tmp_path, direct + "'They told me: I will kill you'") == (
        '`unless` holds: "told me" by phrase (line 10)')
    assert why(tmp_path, direct + "I will hug you") == (
        "phrase (line 9): needs `<harm>`, which is not there")
    assert why(tmp_path, direct + "I will k1ll them") == (
        "phrase (line 9): needs `(you|u)`, which is not there")
    assert why(tmp_path, direct + "You I will kill") == (
        "phrase (line 9): of `(i|we) will <harm> (you|u)` all words are there, but not in this "
        "order or too far apart")
    turkish = "expect: reject, rules: direct, lang: tr, text: "
    assert why(tmp_path, turkish + "Beni kill u") == "it is for en, the comment is tr"
    both = "expect: review, rules: both, text: "
    assert why(tmp_path, both + "'http://a.com http://b.com'") == (
        "words (line 15): nothing of it is there")
    assert why(tmp_path, both + "a zebra") == "links (line 15) does not hold"
    assert why(tmp_path, both + "'<\u202e>'").endswith("the 2 conditions in it fail")
    assert why(tmp_path, "expect: review, rules: own, title: My yak, text: a yak") == (
        "what it finds stands in the article")
    quoted = "expect: review, rules: quoted, text: "
    assert why(tmp_path, quoted + "'he said \"a gnat\"'") == "what it finds is quoted"
    assert why(tmp_path, quoted + "some midge here") == (
        "phrase (line 27): none of 3; the nearest needs `a`, which is not there")


def test_a_sentence_that_fails_shows_what_was_found_or_missing(tmp_path):
    rules = RULES.replace('match: ["I will kill you"]', 'match: ["I will hug you"]').replace(
        'no_match: ["ISIS said it would kill hostages"]', 'no_match: ["so we will kill you"]')
    result = filterd("test", "-r", write_rules(tmp_path / "rules", rules))
    assert ("    I will hug you\n    expected  a match\n    got       no match\n"
            "    why not   phrase (line 9): needs `kill`, which is not there\n") in result.out
    assert ("    so we will kill you\n       ^^^^^^^^^^^^^^^^\n    expected  no match\n"
            "    got       a match\n") in result.out


def test_colours_on_a_terminal(tmp_path):
    folder = write_rules(tmp_path / "rules")
    write_rules(tmp_path / "rules" / "tests",
                'cases:\n  - {text: "I will kill you", expect: approve}\n', "a.test.yaml")
    result = on_terminal("test", "-r", folder)
    assert "\033[1;31mfailed:\033[0m" in result.out
    assert "    \033[4mI will kill you\033[0m\n" in result.out
    assert "expected  \033[1;32mapprove\033[0m" in result.out
    assert "got       \033[1;31mreject\033[0m" in result.out
    assert result.out.endswith("\033[1;31m4 passed, 1 failed\033[0m\n")


def test_progress_when_it_takes_long(tmp_path):
    folder = write_rules(tmp_path / "rules")
    text = " ".join(["I will not kill them but"] * 300)
    cases = "cases:\n" + "".join(
        "  - {text: '%s %d', expect: approve}\n" % (text, i) for i in range(120))
    files, took = 0, 0
    while took < 1:
        for _ in range(max(15, files)):
            write_rules(tmp_path / "rules" / "tests", cases, "%03d.test.yaml" % files)
            files += 1
        started = time.monotonic()
        piped = filterd("test", "-r", folder)
        took = time.monotonic() - started
        assert piped.code == 0 and piped.err == "" and "\r" not in piped.out
    on_pty = on_terminal("test", "-r", folder)
    assert on_pty.code == 0
    assert re.search(r"\r\d+ tests, 0 failed\033\[K", on_pty.out), "no progress in a slow run"
    assert "\r\033[Krules: 4 of 4" in on_pty.out


def test_no_more_failures_than_anybody_reads(tmp_path):
    folder = write_rules(tmp_path / "rules")
    write_rules(tmp_path / "rules" / "tests", "tables:\n  - reject:\n" + "".join(
        "      - nice %d\n" % i for i in range(60)), "a.test.yaml")
    few = filterd("test", "-r", folder)
    assert few.out.count("failed:") == 50 and "… and 10 more; --all shows them" in few.out
    assert filterd("test", "--all", "-r", folder).out.count("failed:") == 60
