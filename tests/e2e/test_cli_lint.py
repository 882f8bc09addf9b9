"""filterd lint: all mistakes at once, for people and as JSON, in all files or in those named."""

import json
import re
import subprocess

from command import FILTERD, RULES, filterd, on_terminal, write_rules

BROKEN = """\
guidelines: {g: {title: G}}
rules:
  - {id: one, guideline: g, reason: r, action: review, when: {prhase: "x"}}
  - {id: two, guideline: gg, reason: r, action: review, when: {words: x}}
  - {id: one, guideline: g, reason: r, action: rewiev, when: {words: y}}
"""

UNUSED = RULES + """\
lists:
  nobody: [zebra]
"""

FAILING = """\
guidelines: {g: {title: G}}
rules:
  - id: a
    guideline: g
    reason: r
    action: review
    when: {words: zebra}
    tests:
      match: ["a horse"]
      no_match: ["a zebra"]
"""


def test_good_rules(tmp_path):
    result = filterd("lint", "-r", write_rules(tmp_path / "rules"))
    assert result.code == 0 and result.err == ""
    assert result.out == "2 rules, 2 guidelines: no errors, no warnings\n"


def test_all_mistakes_in_one_run_with_place_and_suggestion(tmp_path):
    folder = write_rules(tmp_path / "rules", BROKEN)
    result = filterd("lint", "-r", folder)
    assert result.code == 1
    name = folder + "/rules.yaml"
    assert re.search(r"^%s:3:\d+: error: .*`prhase`; did you mean `phrase`\? \[unknown-key\]$"
                     % re.escape(name), result.out, re.M)
    assert re.search(r"^%s:4:\d+: error: .*gg" % re.escape(name), result.out, re.M)
    assert re.search(r"^%s:5:\d+: error: .*one" % re.escape(name), result.out, re.M)
    assert re.search(r"^%s:5:\d+: error: .*rewiev.*`review`" % re.escape(name), result.out, re.M)
    assert re.search(r"^4 errors, ", result.out, re.M)
    places = [(int(line), int(column)) for line, column in
              re.findall(r"^%s:(\d+):(\d+):" % re.escape(name), result.out, re.M)]
    assert places == sorted(places)


def test_the_caret_stands_below_the_mistake(tmp_path):
    folder = write_rules(tmp_path / "rules", BROKEN)
    lines = filterd("lint", "-r", folder).out.split("\n")
    at = next(i for i, line in enumerate(lines) if "prhase" in line and ": error:" in line)
    assert lines[at + 2].index("^") == lines[at + 1].index("prhase")


def test_json(tmp_path):
    folder = write_rules(tmp_path / "rules", BROKEN)
    result = filterd("lint", "--json", "-r", folder)
    report = result.json()
    assert result.code == 1
    assert report["errors"] == 4
    assert len(report["findings"]) == report["errors"] + report["warnings"]
    first = next(f for f in report["findings"] if f["severity"] == "error")
    assert first["file"].endswith("rules.yaml")
    assert first["line"] == 3 and first["column"] > 1
    assert first["hint"] == "did you mean `phrase`?"
    good = filterd("lint", "--json", "-r", write_rules(tmp_path / "good"))
    assert good.code == 0 and good.json()["findings"] == []


def test_warnings_fail_only_when_strict(tmp_path):
    folder = write_rules(tmp_path / "rules", UNUSED)
    result = filterd("lint", "-r", folder)
    assert result.code == 0
    assert re.search(r"rules.yaml:\d+:\d+: warning: .*nobody", result.out)
    assert result.out.endswith("no errors, 1 warning\n"), result.out
    assert filterd("lint", "--strict", "-r", folder).code == 1


def test_rules_own_tests_are_run(tmp_path):
    folder = write_rules(tmp_path / "rules", FAILING)
    result = filterd("lint", "-r", folder)
    assert result.code == 1
    assert re.search(r"rules.yaml:9:\d+: error: ", result.out)
    assert re.search(r"rules.yaml:10:\d+: error: ", result.out)
    assert result.out.endswith("2 errors, no warnings\n")


def test_a_file_of_the_set_shows_only_its_own(tmp_path):
    folder = write_rules(tmp_path / "rules", BROKEN, "a.yaml")
    write_rules(tmp_path / "rules", "lists:\n  a b: [x]\n", "b.yaml")
    everything = filterd("lint", "-r", folder)
    assert "a.yaml:3" in everything.out and "b.yaml:2" in everything.out
    one = filterd("lint", "-r", folder, str(tmp_path / "rules" / "b.yaml"))
    assert "a.yaml" not in one.out and "b.yaml:2:3: error: " in one.out
    assert "1 error, no warnings\n" in one.out


def test_a_folder_that_is_not_configured_is_a_rule_set(tmp_path):
    folder = write_rules(tmp_path / "elsewhere")
    (tmp_path / "config.yaml").write_text("rules: [mine]\n")
    write_rules(tmp_path / "mine", BROKEN)
    assert filterd("lint", folder, cwd=tmp_path).code == 0
    assert filterd("lint", cwd=tmp_path).code == 1


def test_a_missing_path_is_named(tmp_path):
    result = filterd("lint", "-r", write_rules(tmp_path / "rules"), str(tmp_path / "no.yaml"))
    assert result.code == 78 and "no.yaml" in result.err


def test_the_configuration_is_checked_too(tmp_path):
    write_rules(tmp_path / "rules")
    config = tmp_path / "c.yaml"
    config.write_text("rules: [rules]\nwokers: 3\nlimits: {text: 1KiBB}\n")
    result = filterd("lint", "-c", str(config))
    assert result.code == 78
    said = result.out + result.err
    assert "c.yaml:2:1: error:" in said and "did you mean `workers`?" in said
    assert "c.yaml:3:" in said


def test_colour(tmp_path):
    folder = write_rules(tmp_path / "rules", BROKEN)
    assert "\033[1;31merror:" in on_terminal("lint", "-r", folder).out


def test_fifty_are_shown_and_the_rest_counted(tmp_path):
    rules = "".join("  - {id: r%d, guideline: g, reason: r, action: nope, when: {words: x}}\n" % n
                    for n in range(80))
    folder = write_rules(tmp_path / "rules", "guidelines: {g: {title: G}}\nrules:\n" + rules)
    result = filterd("lint", "-r", folder)
    assert result.out.count(": error:") == 50 and ": warning:" not in result.out
    assert re.search(r"^and \d+ more$", result.out, re.M) and "--all" in result.out
    assert re.search(r"^80 errors, ", result.out, re.M)
    everything = filterd("lint", "--all", "-r", folder)
    assert everything.out.count(": error:") == 80
    assert len(filterd("lint", "--json", "-r", folder).json()["findings"]) > 80


def test_every_prefix_of_a_rule_file_ends_without_a_crash(tmp_path):
    """A file cut anywhere is refused or accepted, in time, with a code that says which."""
    text = RULES.encode()
    for end in range(0, len(text), 37):
        folder = tmp_path / ("cut%d" % end)
        folder.mkdir()
        (folder / "rules.yaml").write_bytes(text[:end])
        done = subprocess.run([FILTERD, "lint", "--json", "-r", str(folder)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
        assert done.returncode in (0, 1), done.stderr
        json.loads(done.stdout)


def test_one_broken_file_hides_nothing_of_the_others(tmp_path):
    """Neither mistakes, nor warnings, nor the tests of rules that are fine."""
    folder = write_rules(tmp_path / "rules", FAILING.replace("rules:", "lists:\n  l: [x]\nrules:"))
    write_rules(tmp_path / "rules", "rules: [", "broken.yaml")
    write_rules(tmp_path / "rules", BROKEN.replace("{g: {title: G}}", "{h: {title: H}}"), "c.yaml")
    found = {(f["code"], f["file"].split("/")[-1], f["line"])
             for f in filterd("lint", "--json", "-r", folder).json()["findings"]}
    assert {("unused-list", "rules.yaml", 3), ("failed-test", "rules.yaml", 11),
            ("failed-test", "rules.yaml", 12), ("unknown-key", "c.yaml", 3),
            ("duplicate-id", "c.yaml", 5)} <= found
    assert any(code == "syntax" and name == "broken.yaml" for code, name, _ in found)
    # What is unknown may stand in the file that could not be read.
    assert not any(code == "unknown-name" for code, _, _ in found)


def test_sarif(tmp_path):
    write_rules(tmp_path / "my rules", BROKEN)
    result = filterd("lint", "--sarif", "-r", "my rules", cwd=tmp_path)
    assert result.code == 1
    report = result.json()
    assert report["version"] == "2.1.0"
    run = report["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == tmp_path.as_uri() + "/"
    kinds = run["tool"]["driver"]["rules"]
    assert all(kind["help"]["text"] and kind["defaultConfiguration"]["level"] for kind in kinds)
    levels = {"error": 0, "warning": 0}
    for found in run["results"]:
        assert kinds[found["ruleIndex"]]["id"] == found["ruleId"]
        levels[found["level"]] += 1
    counted = filterd("lint", "--json", "-r", "my rules", cwd=tmp_path).json()
    assert levels == {"error": counted["errors"], "warning": counted["warnings"]}
    place = next(f for f in run["results"] if "prhase" in f["message"]["text"])
    where = place["locations"][0]["physicalLocation"]
    assert where["artifactLocation"] == {"uri": "my%20rules/rules.yaml", "uriBaseId": "SRCROOT"}
    column = BROKEN.split("\n")[2].index("prhase") + 1
    assert where["region"] == {"startLine": 3, "startColumn": column, "endColumn": column + 6}


def test_every_code_is_in_the_table(tmp_path):
    folder = write_rules(tmp_path / "rules", BROKEN)
    kinds = filterd("lint", "--sarif", "-r", folder).json()["runs"][0]["tool"]["driver"]["rules"]
    known = {kind["id"] for kind in kinds}
    assert len(known) == len(kinds)
    for found in filterd("lint", "--json", "-r", folder).json()["findings"]:
        assert found["code"] in known


def test_json_and_sarif_exclude_each_other(tmp_path):
    result = filterd("lint", "--json", "--sarif", "-r", write_rules(tmp_path / "rules"))
    assert result.code == 2 and "--sarif" in result.err


def test_a_misspelt_name_is_no_unused_one(tmp_path):
    """What a wrong name was probably meant for is not called unused besides."""
    text = RULES.replace("guideline: promotion", "guideline: promotoin") + """\
lists:
  animals: [zebra]
conditions:
  newcomers: {author: {approved: {at_most: 0}}}
exceptions:
  - {rules: "en/*", unless: {words: ["<animal>"], condition: newcomer}}
"""
    report = filterd("lint", "--json", "-r", write_rules(tmp_path / "rules", text)).json()
    assert [f["code"] for f in report["findings"]] == ["unknown-name"] * 3
