"""filterd import: other systems' lists and rules become rule files that lint and test, and nothing is lost."""

import json
import os
import re

import pytest
import yaml

from command import TOP, filterd, on_terminal

FILES = os.path.join(TOP, "tests", "import")
INPUTS = sorted(name for name in os.listdir(FILES) if "-" in name)


def kind_of(name):
    return name.split("-")[0]


def import_file(tmp_path, name, *options):
    """Imports one of the test files into a rule folder; its path, the result and the rule file."""
    folder = tmp_path / "rules"
    folder.mkdir(exist_ok=True)
    target = folder / "imported.yaml"
    result = filterd("import", kind_of(name), os.path.join("tests", "import", name),
                     "-o", str(target), *options)
    return str(folder), result, target.read_text(encoding="utf-8")


# --- what comes out ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", INPUTS)
def test_every_file_lints_and_its_rules_pass_their_tests(tmp_path, name):
    folder, result, text = import_file(tmp_path, name)
    assert result.code in (0, 1), result.err
    if "\nrules:\n" not in text:
        return
    lint = filterd("lint", "-r", folder)
    assert lint.code == 0 and " no errors" in lint.out, lint.out
    tests = filterd("test", "-r", folder)
    assert tests.code == 0 and tests.out.endswith(" 0 failed\n"), tests.out


@pytest.mark.parametrize("name", [name for name in INPUTS if name.startswith("wordpress")])
def test_each_line_of_a_list_is_an_item(tmp_path, name):
    with open(os.path.join(FILES, name), "rb") as file:
        lines = [line for line in file.read().split(b"\n") if line.strip()]
    result = import_file(tmp_path, name, "--json")[1].json()
    assert result["items"] == len(lines)
    assert result["items"] == result["carried"] + result["left"] + result["repeated"]


def leaves(node, path=()):
    """Each value of a rule of AutoModerator: its keys, and the value."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, path + (str(key),))
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, path)
    else:
        yield path, node


def test_each_key_and_value_of_automoderator_is_in_the_file(tmp_path):
    """A value stands there as an entry, or its key in a remark, or its rule word for word."""
    text = import_file(tmp_path, "automoderator-keys.yaml")[2]
    plain = text.replace("\\s+", " ").replace("\\", "")
    with open(os.path.join(FILES, "automoderator-keys.yaml"), encoding="utf-8") as file:
        documents = list(yaml.safe_load_all(file))
    carried = {"action", "type", "moderators_exempt", "is_top_level", "body_shorter_than",
               "body_longer_than", "account_age", "satisfy_any_threshold", "ignore_blockquotes"}
    assert len(documents) == 44
    for document in documents:
        for path, value in leaves(document):
            if path[-1] in carried:
                continue
            shown = str(value).replace("\\", "")
            shown = re.sub(r"^https?://www\.|/$", "", shown)
            assert shown in plain or path[-1] + ":" in plain, (path, value)


def test_automoderators_verdicts(tmp_path):
    folder = import_file(tmp_path, "automoderator-keys.yaml")[0]
    for comment, action, rule in [
            ("A way to QUICK money!", "reject", "rule-1"),
            ("Join t.me/joinchat/abc", "review", "rule-2"),
            ("Selling followers, cheap", "reject", "rule-3"),
            ("fr33 giftcards", "review", "rule-4"),
            ("Get FREE MONEY", "review", "rule-5"),
            ("Hello dear, how are you", "review", "rule-7"),
            ("please please follow me", "review", "rule-8"),
            ("First", "reject", "rule-9"),
            ("... this!!!", "reject", "rule-10"),
            ("upvote this, pls", "review", "rule-11"),
            ("This account is a bot", "review", "rule-12"),
            ("see http://x.badshop.example.com/buy", "reject", "rule-14"),
            ("http://a.example/?utm_source=b", "review", "rule-16"),
    ]:
        verdict = filterd("check", "--json", "-r", folder, comment).json()
        rules = {match["rule"]: match["action"] for match in verdict["matches"]}
        assert rules.get("automoderator/" + rule) == action, (comment, rules)
    for comment in ["Get free money now or never at all", "upvote this one if you like it",
                    "I am not a bot although this account is a bot", "whatever you say, reader"]:
        verdict = filterd("check", "--json", "-r", folder, comment).json()
        assert verdict["verdict"] == "approve", (comment, verdict)


def test_moderators_are_exempt(tmp_path):
    folder = import_file(tmp_path, "automoderator-keys.yaml")[0]
    for role, verdict in [("reader", "reject"), ("staff", "approve")]:
        line = json.dumps({"text": "quick money for everybody here", "author": {"role": role}})
        answer = filterd("check", "--ndjson", "-r", folder, stdin=line + "\n").json()
        assert answer["verdict"] == verdict


def test_wordpress_keys_are_looked_for_in_author_and_links(tmp_path):
    folder = import_file(tmp_path, "wordpress-keys.txt")[0]
    for comment, verdict in [
            ({"text": "nice post", "author": {"url": "http://shop.spam.example/x"}}, "reject"),
            ({"text": "nice post", "author": {"name": "Cheap Pills"}}, "reject"),
            ({"text": "nice post", "author": {"email": "a@casino-online.example"}}, "reject"),
            ({"text": "see <a href=x>"}, "reject"),
            ({"text": "visit http://pills.ru/now"}, "reject"),
            ({"text": "a specialist wrote this"}, "approve"),
    ]:
        answer = filterd("check", "--ndjson", "-r", folder, stdin=json.dumps(comment) + "\n").json()
        assert answer["verdict"] == verdict, (comment, answer)


def test_discourse_looks_at_capitals_where_it_should(tmp_path):
    folder = import_file(tmp_path, "discourse-words.csv")[0]
    for comment, verdict in [("I work at ACME now", "review"), ("the acme of skill", "approve"),
                             ("New ideas", "reject"), ("new ideas", "approve"),
                             ("he kills", "review"), ("two lines", "reject")]:
        assert filterd("check", "--json", "-r", folder, comment).json()["verdict"] == verdict


@pytest.mark.shipped
def test_beside_the_shipped_rules(tmp_path):
    """With a guideline of theirs the file is one more file of the set."""
    folder = import_file(tmp_path, "words-plain.txt", "-g", "profanity", "-l", "en",
                         "--id", "our/words", "-a", "reject")[0]
    lint = filterd("lint", "-r", "rules", "-r", folder)
    assert lint.code == 0, lint.out
    shown = filterd("check", "--json", "--lang", "en", "-r", "rules", "-r", folder, "what a half wit")
    match = [m for m in shown.json()["matches"] if m["rule"] == "our/words/list"]
    assert match and match[0]["guideline"] == "profanity" and match[0]["action"] == "reject"


# --- how it is called -------------------------------------------------------------------------


def test_exit_code_and_summary(tmp_path):
    (tmp_path / "good.txt").write_text("one\ntwo\n")
    (tmp_path / "bad.txt").write_text("one\n*\none\n")
    result = filterd("import", "words", str(tmp_path / "good.txt"))
    assert result.code == 0
    assert result.err == "1 rule; 2 of 2 items carried over, 0 not\n"
    assert result.out.startswith("# Made by `filterd import words` from ")
    result = filterd("import", "words", str(tmp_path / "bad.txt"))
    assert result.code == 1
    assert result.err == (
        "%s/bad.txt:2: not carried over: *: it would be found in far too many comments\n"
        "1 rule; 1 of 3 items carried over, 1 repeated, 1 not: comments in the file say why\n"
        % tmp_path)


def test_standard_input():
    result = filterd("import", "coral", "-", stdin='{"wordList": {"banned": ["idiot"]}}')
    assert result.code == 0 and "    - idiot\n" in result.out
    assert "from standard input" in result.out
    again = filterd("import", "coral", "-", "-o", "-", stdin='{"wordList": {"banned": ["idiot"]}}')
    assert again.out == result.out


def test_json(tmp_path):
    result = import_file(tmp_path, "coral-settings.json", "--json")[1]
    report = result.json()
    assert result.code == 1 and result.err == ""
    assert (report["rules"], report["items"], report["carried"]) == (2, 11, 7)
    assert {"kind": "repeated", "line": 7, "what": "idiot",
            "why": "it stands in line 7 already"} in report["notes"]
    assert sum(note["kind"] == "not carried over" for note in report["notes"]) == report["left"]


def test_json_of_bytes_that_are_no_text(tmp_path):
    (tmp_path / "bytes").write_bytes(b"\xff\x1b[31m\xe2\x80\xae\"\\\n")
    out = tmp_path / "out.yaml"
    report = filterd("import", "wordpress", str(tmp_path / "bytes"), "-o", str(out), "--json").json()
    assert report["notes"][0]["what"] == "<0xFF><U+001B>[31m<U+202E>\"\\"
    assert b"\x1b" not in out.read_bytes()


def test_a_file_that_is_there_is_not_replaced(tmp_path):
    target = tmp_path / "rules.yaml"
    target.write_text("mine")
    result = filterd("import", "words", "-", "-o", str(target), stdin="one\n")
    assert result.code == 74 and "`--force` replaces it" in result.err
    assert target.read_text() == "mine"
    assert filterd("import", "words", "-", "-o", str(target), "--force", stdin="one\n").code == 0
    assert "- one" in target.read_text()


@pytest.mark.parametrize("arguments, said", [
    ([], "it needs KIND and FILE"),
    (["words"], "it needs KIND and FILE"),
    (["wordpres", "x"], "did you mean `wordpress`?"),
    (["mailman", "x"], "there are automoderator, coral, discourse, words, wordpress"),
    (["words", "x", "y"], "too many arguments"),
    (["words", "x", "--json"], "`--json` needs `--output FILE`"),
    (["words", "x", "-g", "Two Words"], "`--guideline` takes"),
    (["words", "x", "--id", "a<b"], "`--id` takes"),
    (["words", "x", "-l", "english!"], "is not a language code"),
    (["words", "x", "-l", "ku"], "is not a language code"),
    (["words", "x", "-a", "delete"], "`--action` is one of"),
])
def test_wrong_usage(arguments, said):
    result = filterd("import", *arguments)
    assert result.code == 2 and said in result.err and result.out == ""


def test_help_tells_every_kind():
    there = filterd("import", "mailman", "x").err.split("there are ")[1].split("\n")[0]
    text = filterd("import", "--help").out
    assert re.findall(r"^  ([a-z]+)  ", text, re.M) == there.split(", ")


def test_unreadable(tmp_path):
    result = filterd("import", "words", str(tmp_path / "missing"))
    assert result.code == 74 and "cannot be read: No such file" in result.err
    assert filterd("import", "words", str(tmp_path)).code == 74
    (tmp_path / "big").write_bytes(b"a\n" * (2 * 1024 * 1024 + 1))
    result = filterd("import", "words", str(tmp_path / "big"))
    assert result.code == 74 and "is larger than 4194304 bytes" in result.err
    (tmp_path / "many").write_text("".join("word%d\n" % i for i in range(100000)))
    result = filterd("import", "words", str(tmp_path / "many"))
    assert result.code == 74 and "the rule file would be larger than" in result.err
    (tmp_path / "wide").write_bytes("idiot\n".encode("utf-16"))
    result = filterd("import", "words", str(tmp_path / "wide"))
    assert result.code == 74 and "is in UTF-16; save it as UTF-8" in result.err
    (tmp_path / "broken.json").write_text('{"wordList": [')
    result = filterd("import", "coral", str(tmp_path / "broken.json"))
    assert result.code == 74 and re.search(r"broken\.json:\d+:\d+: error: ", result.err)


def test_full_disk():
    result = filterd("import", "words", "-", "-o", "/dev/full", "--force", stdin="one\n")
    assert result.code == 74 and "cannot write /dev/full" in result.err


def test_on_a_terminal(tmp_path):
    (tmp_path / "keys.txt").write_text("idiot\n10.0.0.\n")
    result = on_terminal("import", "wordpress", str(tmp_path / "keys.txt"))
    assert result.code == 1
    text, summary = result.out.split("\n%s/keys.txt:2: " % tmp_path)
    assert text.startswith("# Made by") and "\033" not in text
    assert summary.startswith("\033[1;33mnot carried over\033[0m: 10.0.0.: it is an IP address")
    assert "\033[1;33m1 not\033[0m: comments in the file say why\n" in summary
    result = on_terminal("import", "wordpress", str(tmp_path / "keys.txt"), "--color=never")
    assert "\033" not in result.out
