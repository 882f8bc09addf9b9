"""filterd check: the verdict on one text as a person reads it, and as JSON."""

import pytest

from command import filterd, on_terminal, write_rules


@pytest.fixture(name="rules")
def fixture_rules(tmp_path):
    return write_rules(tmp_path / "rules")


def test_approve_review_reject_and_exit_codes(rules):
    for text, verdict, code in [("A fair point.", "approve", 0),
                                ("I will kill you", "reject", 1),
                                ("http://a.com http://b.com http://c.com", "review", 1)]:
        result = filterd("check", "-r", rules, text)
        assert (result.out.split()[0], result.code) == (verdict, code)
        assert filterd("check", "-r", rules, "-", stdin=text + "\n").out == result.out
        assert filterd("check", "-r", rules, stdin=text).out == result.out


def test_shows_where_why_and_which_rule(rules):
    result = filterd("check", "-r", rules, "--lang", "en", "You know, I will kill you tomorrow")
    lines = result.out.split("\n")
    assert lines[0].startswith("reject  score 0.9")
    assert "language en (told), rules " in lines[0]
    assert lines[2:4] == ["    You know, I will kill you tomorrow",
                          "              ^^^^^^^^^^^^^^^"]
    assert "  en/threats/direct  reject 10 for threats  (%s/rules.yaml:5)" % rules in lines
    assert "      Threatens a person." in lines
    assert '      "I will kill you"' in result.out
    assert "  threats: 10 points (review at 5, reject at 10)" in lines


def test_the_match_is_underlined_on_a_terminal(rules):
    result = on_terminal("check", "-r", rules, "Now I will kill you")
    assert "Now \033[4mI will kill you\033[0m" in result.out
    assert result.out.startswith("\033[1;31mreject\033[0m")


def test_long_lines_are_wrapped_to_the_terminal(rules):
    text = "word " * 30 + "I will kill you " + "word " * 30
    result = on_terminal("check", "-r", rules, "--color=never", text, columns=50)
    assert all(len(line) <= 50 for line in result.out.split("\n")
               if line.startswith("    word") or "^" in line)
    shown = result.out.split("\n")
    # However the line was broken, the carets stand below the match.
    marked = [(shown[i - 1], line) for i, line in enumerate(shown) if "^" in line]
    found = "".join(above[i] for above, line in marked for i, c in enumerate(line) if c == "^")
    assert found.replace(" ", "") == "Iwillkillyou"


def test_a_hostile_text_cannot_steer_the_terminal(rules):
    text = "I will kill you \033]0;owned\007\033[2J\u202eevil\u2066"
    result = on_terminal("check", "-r", rules, "--color=never", text)
    assert "\033" not in result.out and "\007" not in result.out
    assert "\u202e" not in result.out and "\u2066" not in result.out
    assert "<U+001B>" in result.out and "<U+202E>" in result.out


def test_disguised_text_is_said_to_be(rules):
    result = filterd("check", "-r", rules, "i will k1ll you")
    assert result.code == 1
    assert '"i will k1ll you"' in result.out and "disguised" in result.out


def test_json_is_the_answer_of_the_daemon(rules):
    answer = filterd("check", "-r", rules, "--json", "I will kill you").json()
    assert answer["verdict"] == "reject"
    assert answer["guidelines"] == {"threats": 10}
    match = answer["matches"][0]
    assert match["rule"] == "en/threats/direct" and match["reason"] == "Threatens a person."
    assert match["spans"][0]["bytes"] == [0, 15]
    assert match["spans"][0]["text"] == "I will kill you"


def test_site_and_title_are_taken_into_account(tmp_path):
    write_rules(tmp_path / "rules")
    (tmp_path / "config.yaml").write_text(
        "rules: [rules]\nsites:\n  quiet:\n    overrides: [{rules: 'any/promotion/*', off: true}]\n")
    text = "http://a.com http://b.com http://c.com"
    assert filterd("check", text, cwd=tmp_path).code == 1
    assert filterd("check", "--site", "quiet", text, cwd=tmp_path).code == 0
    mistyped = filterd("check", "--site", "quite", text, cwd=tmp_path)
    assert mistyped.code == 2 and "did you mean `quiet`?" in mistyped.err


def test_title_is_the_article(tmp_path):
    rules = write_rules(tmp_path / "rules", """\
guidelines: {g: {title: G}}
rules:
  - {id: t, guideline: g, reason: r, action: review, when: {field: {in: title, words: zebra}}}
""")
    assert filterd("check", "-r", rules, "--title", "A zebra", "text").code == 1
    result = filterd("check", "-r", rules, "--title", "A zebra", "text")
    assert '"zebra" in title' in result.out
    assert filterd("check", "-r", rules, "a zebra").code == 0


def test_text_that_is_no_utf8_is_refused_with_its_place(rules):
    result = filterd("check", "-r", rules, stdin=b"abc\xff")
    assert result.code == 74
    assert "not UTF-8 at byte 3" in result.err
    assert result.out == ""


def test_nul_is_a_character(rules):
    result = filterd("check", "-r", rules, "--json", stdin=b"I will kill you\0 x")
    assert result.json()["verdict"] == "reject"


def test_too_long_a_text_goes_to_review(rules):
    result = filterd("check", "-r", rules, stdin="word " * 5000)
    assert result.code == 1
    assert result.out.startswith("review") and "too_long" in result.out


def test_empty_text_is_answered(rules):
    assert filterd("check", "-r", rules, "").out.split()[0] in ("approve", "review")


def test_broken_rules_are_shown_and_nothing_is_judged(tmp_path):
    rules = write_rules(tmp_path / "rules", """\
guidelines: {g: {title: G}}
rules:
  - {id: a, guideline: g, reason: r, action: review, when: {prhase: "x"}}
""")
    result = filterd("check", "-r", rules, "x")
    assert result.code == 78 and result.out == ""
    assert "rules.yaml:3:" in result.err and "did you mean `phrase`?" in result.err
