"""filterd eval: verdicts against the labels of comments, and what that is due to."""

import json

import pytest

from command import filterd, on_terminal, write_rules

EVAL_RULES = """\
guidelines:
  insults: {title: Insults, review_at: 5, reject_at: 10}
  promotion: {title: Promotion, review_at: 5, reject_at: 10}
rules:
  - {id: insult, guideline: insults, reason: I, action: reject, when: {words: [idiot, donkey]}}
  - {id: shout, guideline: insults, reason: S, points: 2, when: {words: [shame]}}
  - {id: shop, guideline: promotion, reason: P, action: review, when: {phrase: "buy (now|here)"}}
  - {id: library, reason: L, action: approve, when: {words: [library]}}
  - {id: quiet, guideline: insults, reason: Q, action: reject, shadow: true, when: {words: [shame]}}
"""
ROWS = [
    ("you idiot", "en", "bad", "insults"),                 # caught: insult
    ("such an idiot of a minister", "en", "bad", "mean"),    # caught: insult
    ("the donkey carried water", "en", "ok", None),         # flagged: insult, donkey
    ("his donkey is well", "en", "ok", None),               # flagged: insult, donkey
    ("buy here", "en", "bad", "insults"),                   # elsewhere: shop
    ("buy now", "en", "review", None),                      # review: neither
    ("donkey, buy now", "en", "review", None),              # rejected, though labelled review
    ("you are so dumb", "en", "bad", "insults"),           # missed
    ("shame on the paper", "en", "ok", None),               # shout is wrong, but takes no part
    ("idiot, read at the library", "en", "bad", None),      # missed: library approves
    ("the library is open", "en", "ok", None),              # library is right
    ("ئەمە باشە", "ckb", "ok", None),
    ("no label", "en", None, None),
]


def rows_in(path, rows=ROWS):
    lines = []
    for i, (text, lang, label, category) in enumerate(rows):
        row = {"id": "set:%d" % i, "text": text, "lang": lang, "source": "somewhere"}
        if label:
            row["label"] = label
        if category:
            row["category"] = category
        lines.append(json.dumps(row, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture(name="rules")
def fixture_rules(tmp_path):
    return write_rules(tmp_path / "rules", EVAL_RULES)


@pytest.fixture(name="labelled")
def fixture_labelled(tmp_path):
    return rows_in(tmp_path / "labelled.jsonl")


def test_confusion_and_figures(rules, labelled):
    result = filterd("eval", "--json", "-r", rules, labelled)
    assert result.code == 0 and result.err == ""
    report = result.json()
    assert (report["comments"], report["labelled"], report["refused"]) == (13, 12, 0)
    scores = report["scores"]
    assert scores["labels"] == {
        "ok": {"approve": 3, "review": 0, "reject": 2},
        "review": {"approve": 0, "review": 1, "reject": 1},
        "bad": {"approve": 2, "review": 1, "reject": 2}}
    assert (scores["caught"], scores["rejected"]) == (0.6, 0.4)
    assert (scores["flagged"], scores["wrong"]) == (0.4, 0.4)
    assert (scores["precision"], scores["precision_rejected"]) == (0.6, 0.5)
    assert scores["review_rejected"] == 0.5


def test_per_guideline_and_language(rules, labelled):
    report = filterd("eval", "--json", "-r", rules, labelled).json()
    insults, promotion = report["guidelines"]
    assert insults["guideline"] == "insults"
    assert {key: insults["score"][key] for key in
            ("labelled", "right", "elsewhere", "missed", "other", "wrong")} == {
                "labelled": 3, "right": 1, "elsewhere": 1, "missed": 1, "other": 1, "wrong": 2}
    assert (insults["score"]["precision"], insults["score"]["recall"]) == (0.5, 0.6667)
    assert [e["text"] for e in insults["examples"]] == ["you are so dumb"]
    assert promotion["score"]["other"] == 1 and promotion["score"]["recall"] is None
    assert report["unnamed"]["missed"] == 1
    assert [e["text"] for e in report["unnamed"]["examples"]] == ["idiot, read at the library"]
    languages = {each["lang"]: each["scores"] for each in report["languages"]}
    assert set(languages) == {"en", "ckb"}
    assert languages["ckb"]["labels"]["ok"] == {"approve": 1, "review": 0, "reject": 0}
    mapped = filterd("eval", "--json", "-r", rules, "--as", "mean=insults", labelled).json()
    assert mapped["guidelines"][0]["score"]["right"] == 2


def test_per_rule_and_entry_the_costliest_first(rules, labelled):
    report = filterd("eval", "--json", "-r", rules, labelled).json()
    hits = {rule["rule"]: rule for rule in report["rules"]}
    counted = ("right", "wrong", "between", "caught", "flagged", "flagged_alone")
    # In two bad comments it took part; in the third the library's rule approved.
    assert [hits["insult"][key] for key in counted] == [3, 2, 1, 2, 2, 2]
    assert hits["insult"]["precision"] == 0.6
    assert [hits["shout"][key] for key in counted] == [0, 1, 0, 0, 0, 0]
    assert [hits["quiet"][key] for key in counted] == [0, 1, 0, 0, 0, 0]
    # It approves: right on what is ok, wrong on what is bad.
    assert [hits["library"][key] for key in counted] == [1, 1, 0, 1, 1, 0]
    assert [e["text"] for e in hits["library"]["examples"]] == ["idiot, read at the library"]
    assert [e["text"] for e in hits["insult"]["examples"]] == [
        "the donkey carried water", "his donkey is well"]
    assert report["rules"][0]["rule"] == "insult"
    entries = [(e["entry"], e["rule"], e["right"], e["wrong"]) for e in report["entries"]]
    assert entries[0] == ("donkey", "insult", 0, 2)
    assert ("idiot", "insult", 3, 0) in entries
    assert ("shame", "shout", 0, 1) in entries


def test_for_people(rules, labelled):
    text = filterd("eval", "-r", rules, labelled).out
    assert "12 labelled comments of 13" in text
    assert "no guidelines, but named in labels: mean (1)" in text
    entries = text[text.index("by entry"):text.index("look at first")]
    first = entries.split("\n")[2]
    assert first.endswith("`donkey` in insult") and first.split()[:4] == ["0", "2", "0", "%"]
    assert "`idiot`" not in entries  # it has no wrong hits
    look = text[text.index("look at first"):]
    assert "  insult  (%s/rules.yaml:5)\n  2 ok comments flagged, against 2 bad\n" % rules in look
    assert "  %s:3  set:2  labelled ok\n    the donkey carried water\n        ^^^^^^\n" % labelled \
        in look
    assert "  library, approves  (%s/rules.yaml:8)\n  1 bad comment approved, against 1 ok\n" \
        % rules in look
    assert look.index("insult  (") < look.index("1 bad comment approved\n  %s:8" % labelled)


def test_on_a_terminal(rules, labelled):
    result = on_terminal("eval", "-r", rules, labelled, columns=90)
    assert result.code == 0
    before, _, report = result.out.rpartition("\r\033[K")
    assert "judging [" in before and "judging" not in report
    assert "the \033[4mdonkey\033[0m carried water" in report


def test_the_same_on_any_number_of_threads(rules, tmp_path):
    path = rows_in(tmp_path / "many.jsonl", ROWS * 1500)
    one = filterd("eval", "--json", "-j1", "-r", rules, path).out
    assert filterd("eval", "--json", "-j5", "-r", rules, path).out == one
    assert json.loads(one)["labelled"] == 18000


def test_without_labels_it_says_so(rules, tmp_path):
    path = tmp_path / "plain"
    path.write_text('{"text":"x"}\n')
    result = filterd("eval", "-r", rules, str(path))
    assert result.code == 74 and "no comment has a label" in result.err and result.out == ""
    assert filterd("eval", "-r", rules).code == 2
    assert filterd("eval", "-r", rules, "--as", "=x", str(path)).code == 2
    assert filterd("eval", "-r", rules, str(tmp_path / "none")).code == 74
