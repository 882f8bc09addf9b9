"""filterd diff: what another rule set would do to real comments, before it is live."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from command import FILTERD, TOP, filterd, on_terminal, write_rules

OLD = """\
guidelines:
  threats: {title: Threats, review_at: 5, reject_at: 10}
  promotion: {title: Promotion, review_at: 5, reject_at: 10}
lists:
  harm: [kill, hurt]
rules:
  - {id: threat, guideline: threats, reason: T, action: reject, when: {phrase: "i will <harm> you"}}
  - {id: shop, guideline: promotion, reason: S, action: review, when: {words: [buy]}}
  - {id: weak, guideline: promotion, reason: W, points: 1, when: {words: [cheap]}}
  - {id: trusted, reason: A, action: approve, when: {words: [library]}}
"""
NEW = """\
guidelines:
  threats: {title: Threats, review_at: 5, reject_at: 10}
  promotion: {title: Promotion, review_at: 5, reject_at: 10}
lists:
  harm: [kill]
rules:
  - {id: threat, guideline: threats, reason: T, action: reject, when: {phrase: "i will <harm> you"}}
  - {id: shop, guideline: promotion, reason: S, action: reject, when: {words: [buy]}}
  - {id: weak, guideline: promotion, reason: W, points: 2, when: {words: [cheap]}}
  - {id: casino, guideline: promotion, reason: C, action: reject, when: {words: [casino]}}
"""
COMMENTS = [
    "I will hurt you",                # reject -> approve: threat
    "I will kill you",                # reject
    "come to the casino",             # approve -> reject: casino
    "the new casino is open",         # approve -> reject: casino
    "buy it",                         # review -> reject: shop
    "buy it at the library",          # approve -> reject: trusted is gone (and shop)
    "cheap talk",                     # approve, other points
    "a fair point",
]


def ndjson(path, comments, **more):
    lines = [json.dumps(dict({"id": "c-%d" % i, "text": text}, **more), ensure_ascii=False)
             for i, text in enumerate(comments)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture(name="sets")
def fixture_sets(tmp_path):
    return write_rules(tmp_path / "old", OLD), write_rules(tmp_path / "new", NEW)


@pytest.fixture(name="comments")
def fixture_comments(tmp_path):
    return ndjson(tmp_path / "comments.ndjson", COMMENTS)


def test_groups_by_rule_and_direction_the_worst_first(sets, comments):
    result = filterd("diff", "--json", *sets, comments)
    assert result.code == 1 and result.err == ""
    report = result.json()
    assert report["comments"] == 8 and report["changed"] == 5 and report["share"] == 0.625
    assert report["verdicts"] == {
        "approve": {"approve": 2, "review": 0, "reject": 3},
        "review": {"approve": 0, "review": 0, "reject": 1},
        "reject": {"approve": 1, "review": 0, "reject": 1}}
    assert [(g["from"], g["to"], g["rule"], g["is"], g["count"]) for g in report["groups"]] == [
        ("approve", "reject", "casino", "added", 2),
        ("approve", "reject", "trusted", "removed", 1),
        ("reject", "approve", "threat", "kept", 1),
        ("review", "reject", "shop", "kept", 1)]
    casino = report["groups"][0]
    assert casino["file"] == sets[1] + "/rules.yaml" and casino["rule_line"] == 10
    assert [(e["line"], e["id"], e["text"], e["spans"]) for e in casino["examples"]] == [
        (3, "c-2", "come to the casino", [[12, 18]]),
        (4, "c-3", "the new casino is open", [[8, 14]])]
    assert report["matches_only"]["count"] == 1
    assert [(r["rule"], r["count"]) for r in report["matches_only"]["rules"]] == [("weak", 1)]
    assert report["labels"] is None


def test_nothing_changes(sets, comments):
    result = filterd("diff", sets[0], sets[0], comments)
    assert result.code == 0
    assert result.out.endswith("0 of 8 comments change (0 %)\n")


def test_for_people(sets, comments):
    lines = filterd("diff", *sets, comments).out.split("\n")
    at = lines.index("approve to reject: 3 comments (38 %)")
    assert lines[at + 2] == "  casino, a new rule  (%s/rules.yaml:10)" % sets[1]
    assert lines[at + 3] == "  2 comments, 67 % of these"
    assert lines[at + 4] == "  %s:3  c-2" % comments
    assert lines[at + 5:at + 7] == ["    come to the casino", "                ^^^^^^"]
    heads = [line for line in lines if " to " in line and line.endswith("%)")]
    assert [head.split(":")[0] for head in heads] == [
        "approve to reject", "reject to approve", "review to reject"]
    assert "  trusted, a rule that is gone  (%s/rules.yaml:10)" % sets[0] in lines
    assert lines[-2] == ("5 of 8 comments change (62 %): 4 newly rejected, 1 newly approved, "
                         "0 newly to be reviewed")


def test_on_a_terminal(sets, comments):
    result = on_terminal("diff", *sets, comments)
    assert result.code == 1
    # The bar was drawn, and wiped before the report was written.
    before, _, report = result.out.rpartition("\r\033[K")
    assert "comparing [" in before and "8 comments" in before
    assert "comparing" not in report
    assert "come to the \033[4mcasino\033[0m" in report
    lines = on_terminal("diff", "--ndjson", *sets, comments).out
    assert "comparing" not in lines and len(lines.splitlines()) == 5
    plain = on_terminal("diff", *sets, comments, term="dumb")
    assert "comparing" not in plain.out


def test_a_narrow_terminal_gets_no_bar(sets, comments):
    result = on_terminal("diff", "--color=never", *sets, comments, columns=40)
    assert "comparing" in result.out and "[#" not in result.out
    assert all(len(line) <= 40 for line in result.out.split("\n") if "^" in line)


def test_examples_are_the_first_whatever_the_threads(sets, tmp_path):
    many = ndjson(tmp_path / "many", ["casino number %d" % i if i % 3 else "fine" for i in range(9000)])
    one = filterd("diff", "-j1", "--json", "--examples", "5", *sets, many)
    for threads in ("2", "7"):
        assert filterd("diff", "-j", threads, "--json", "--examples", "5", *sets, many).out == one.out
    assert [e["line"] for e in one.json()["groups"][0]["examples"]] == [2, 3, 5, 6, 8]
    lines = filterd("diff", "-j7", "--ndjson", *sets, many).out.split("\n")
    assert [json.loads(line)["line"] for line in lines[:5]] == [2, 3, 5, 6, 8]
    assert len(lines) == 6001


def test_ndjson_is_a_line_for_each_change(sets, comments):
    result = filterd("diff", "--ndjson", *sets, comments)
    assert result.code == 1
    changed = [json.loads(line) for line in result.out.splitlines()]
    assert [(c["id"], c["old"]["verdict"], c["new"]["verdict"]) for c in changed] == [
        ("c-0", "reject", "approve"), ("c-2", "approve", "reject"), ("c-3", "approve", "reject"),
        ("c-4", "review", "reject"), ("c-5", "approve", "reject")]
    assert changed[4]["cause"] == {"rule": "trusted", "guideline": None}
    assert {r["rule"]: (r["old"], r["new"]) for r in changed[4]["rules"]} == {
        "trusted": ({"action": "approve", "points": 0}, None),
        "shop": ({"action": "review", "points": 5}, {"action": "reject", "points": 10})}
    assert changed[4]["text"] == COMMENTS[5]


def test_a_threshold_is_told_as_the_guideline(tmp_path, comments):
    old = write_rules(tmp_path / "old", OLD)
    new = write_rules(tmp_path / "new", OLD.replace("review_at: 5, reject_at: 10}\nlists",
                                                    "review_at: 1, reject_at: 10}\nlists"))
    report = filterd("diff", "--json", old, new, comments).json()
    group = report["groups"][0]
    assert (group["from"], group["to"], group["rule"], group["guideline"], group["count"]) == (
        "approve", "review", None, "promotion", 1)
    assert "review at 5, reject at 10; new: review at 1" in filterd("diff", old, new, comments).out


def test_configurations_with_their_sites(tmp_path):
    write_rules(tmp_path / "rules", OLD)
    (tmp_path / "one.yaml").write_text("rules: [rules]\nsites: {a: {}}\n")
    (tmp_path / "two.yaml").write_text(
        "rules: [rules]\nsites: {a: {overrides: [{rules: shop, off: true}]}}\n")
    lines = [json.dumps({"text": "buy it", "site": site}) for site in ("a", "b")]
    result = filterd("diff", "--json", "one.yaml", "two.yaml", "-", cwd=tmp_path,
                     stdin="\n".join(lines))
    report = result.json()
    assert report["changed"] == 1
    assert report["groups"][0]["rule"] == "shop"
    assert report["groups"][0]["examples"][0]["file"] == "standard input"


LABELLED = [
    ("I will hurt you", {"label": "bad", "category": "threats"}),   # wrong: no longer rejected
    ("come to the casino", {"label": {"guidelines": ["promotion"]}}),   # right
    ("the casino on the hill burnt down", {"label": "ok"}),   # wrong
    ("buy it", {"label": {"verdict": "review"}}),   # wrong: must not be rejected
    ("buy it at the library", {"label": "reject"}),   # right
    ("a fair point", {"label": {"guidelines": []}}),
    ("no label here", {}),
    ("nothing is said", {"label": None}),
]


def test_labels_tell_right_changes_from_wrong(sets, tmp_path):
    path = tmp_path / "labelled"
    path.write_text("".join(json.dumps(dict(label, text=text)) + "\n" for text, label in LABELLED))
    report = filterd("diff", "--json", *sets, str(path)).json()
    said = {g["rule"]: (g["right"], g["wrong"]) for g in report["groups"]}
    assert said == {"casino": (1, 1), "trusted": (1, 0), "threat": (0, 1), "shop": (0, 1)}
    labels = report["labels"]
    assert labels["count"] == 6
    assert labels["old"]["labels"]["bad"] == {"approve": 2, "review": 0, "reject": 1}
    assert labels["new"]["labels"]["bad"] == {"approve": 1, "review": 0, "reject": 2}
    assert (labels["old"]["caught"], labels["new"]["caught"]) == (0.3333, 0.6667)
    assert (labels["old"]["precision"], labels["new"]["precision"]) == (1.0, 0.6667)
    assert (labels["old"]["review_rejected"], labels["new"]["review_rejected"]) == (0.0, 1.0)
    guidelines = {g["guideline"]: g for g in labels["guidelines"]}
    assert guidelines["threats"]["old"]["recall"] == 1.0
    assert guidelines["threats"]["new"]["recall"] == 0.0
    assert guidelines["promotion"]["new"]["right"] == 1
    text = filterd("diff", *sets, str(path)).out
    assert "2 comments, 67 % of these; by their labels 1 right, 1 wrong" in text
    assert "labelled ok" in text


def test_names_of_labels_are_mapped_to_guidelines(sets, tmp_path):
    path = ndjson(tmp_path / "c", ["I will hurt you"], label="bad", category="violence")
    text = filterd("diff", *sets, path).out
    assert "named in labels: violence (1); `--as NAME=GUIDELINE`" in text
    mapped = filterd("diff", "--json", "--as", "violence=threats", *sets, path).json()
    assert mapped["labels"]["guidelines"][0]["old"]["recall"] == 1.0
    assert filterd("diff", "--as", "violence", *sets, path).code == 2


def test_lines_that_are_no_requests_are_counted_and_named(sets, tmp_path):
    path = tmp_path / "bad.ndjson"
    path.write_bytes(b'{"text":"come to the casino","id":17}\nnonsense\n\n{"txet":1}\n'
                     b'{"text":"' + b"a" * 300000 + b'"}\n{"text":"fine","label":"baad"}\n'
                     b'{"text":"\xff"}\n' + b"\n" * 300 + b'{"text":"the casino"}')
    result = filterd("diff", "--json", *sets, str(path))
    report = result.json()
    assert (report["comments"], report["refused"], report["changed"]) == (3, 4, 2)
    assert report["groups"][0]["examples"][0]["id"] == "17"
    said = [line.split(": ")[:2] for line in result.err.splitlines()]
    assert said == [["%s:%d" % (path, line), what] for line, what in
                    [(2, "no request"), (4, "no request"), (5, "no request"), (6, "no label"),
                     (7, "no request")]]


def test_of_many_bad_lines_the_first_are_shown(sets, tmp_path):
    path = tmp_path / "bad.ndjson"
    path.write_text("x\n" * 1000 + '{"text":"fine"}\n')
    result = filterd("diff", *sets, str(path))
    assert result.code == 0
    assert result.err.count("no request:") == 20 and "and 980 lines more" in result.err
    assert "1,000 lines are no requests" in result.out
    path.write_text("x\n" * 10)
    assert filterd("diff", *sets, str(path)).code == 74


def test_what_cannot_be_read(sets, comments, tmp_path):
    missing = filterd("diff", *sets, comments, str(tmp_path / "none"))
    assert missing.code == 74 and "none: No such file" in missing.err and missing.out == ""
    folder = filterd("diff", *sets, str(tmp_path))
    assert folder.code == 74 and "is a folder" in folder.err
    rules = filterd("diff", sets[0], str(tmp_path / "none"), comments)
    assert rules.code == 78 and "No such file" in rules.err
    broken = write_rules(tmp_path / "broken", NEW.replace("phrase", "prhase"))
    refused = filterd("diff", sets[0], broken, comments)
    assert refused.code == 78 and "did you mean `phrase`?" in refused.err
    assert filterd("diff", *sets).code == 2
    assert filterd("diff", "--json", "--ndjson", *sets, comments).code == 2


def test_a_hostile_comment_cannot_steer_the_terminal(sets, tmp_path):
    path = tmp_path / "evil"
    path.write_text(json.dumps({"id": "\033[2Jx", "text": "casino \033]0;owned\007 \u202eevil"}))
    result = on_terminal("diff", "--color=never", *sets, str(path), term="dumb")
    assert "\033" not in result.out and "\u202e" not in result.out
    assert "<U+202E>" in result.out


def test_a_long_comment_is_shown_around_the_match(sets, tmp_path):
    text = "ئەمە دەقێکی درێژە " * 60 + "casino " + "ئەمە " * 200
    report = filterd("diff", "--json", *sets, ndjson(tmp_path / "long", [text])).json()
    example = report["groups"][0]["examples"][0]
    assert example["cut"] and example["text"].startswith("…") and example["text"].endswith("…")
    (start, end), = example["spans"]
    assert example["text"].encode()[start:end] == b"casino"
    assert len(example["text"].encode()) < 600


@pytest.mark.shipped
def test_the_same_totals_as_two_runs_of_check(tmp_path):
    """The shipped rules against a copy with other thresholds, on synthetic comments."""
    old = os.path.join(TOP, "rules")
    new = tmp_path / "new"
    shutil.copytree(old, new)
    guidelines = new / "guidelines.yaml"
    guidelines.write_text(guidelines.read_text().replace("reject_at: 10", "reject_at: 7"))
    (new / "more.yaml").write_text(
        "rules:\n  - {id: more, guideline: abuse, reason: M, action: review, "
        "when: {words: [bridge]}}\n")
    done = subprocess.run(
        [sys.executable, os.path.join(TOP, "tests/tools/totals.py"), "--filterd", FILTERD,
         "--comments", "4000", old, str(new)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240)
    said = done.stdout.decode()
    assert done.returncode == 0, said
    assert "the totals are those of two runs of check" in said
    assert re.match(r"4000 comments, [1-9]\d+ change: ", said), said
