"""filterd lint on rules with known defects: each is found at its line, and nothing else is.

tests/lint/seeded holds the rules and a configuration. A remark `# defect 17: code, code` stands in
the line that the findings are about.
"""

import collections
import os
import re

import pytest

from command import TOP, filterd, on_terminal

SEEDED = os.path.join(TOP, "tests", "lint", "seeded")
REMARK = re.compile(r"# defect (\d+): (.*)$")


def remarks():
    """What is to be found, as (file, line, code), and the numbers of the defects."""
    wanted, numbers = collections.Counter(), []
    for folder, _, names in os.walk(SEEDED):
        for name in names:
            with open(os.path.join(folder, name), encoding="utf-8") as lines:
                for line, text in enumerate(lines, 1):
                    found = REMARK.search(text)
                    if not found:
                        continue
                    numbers.append(int(found.group(1)))
                    wanted.update((name, line, code) for code in found.group(2).split(", "))
    return wanted, numbers


def lint():
    return filterd("lint", "--json", "-c", os.path.join(SEEDED, "config.yaml"))


def test_each_defect_is_found_and_nothing_else():
    wanted, numbers = remarks()
    assert sorted(numbers) == list(range(1, len(numbers) + 1)) and len(numbers) >= 40
    result = lint()
    assert result.code == 1
    found = collections.Counter((os.path.basename(f["file"]), f["line"], f["code"])
                                for f in result.json()["findings"])
    assert sorted(wanted - found) == [], "not found"
    assert sorted(found - wanted) == [], "found, but no defect"


def test_what_was_tried_is_shown():
    texts = {(f["code"], f["line"]): f["text"] for f in lint().json()["findings"]
             if f["file"].endswith("d-patterns.yaml")}
    costs = [text for (code, _), text in texts.items() if code == "no-literal"]
    assert costs and all(re.search(r"about \d+ ns", text) for text in costs)
    attacks = [text for (code, _), text in texts.items() if code == "catastrophic"]
    assert any(re.search(r"`zebra(x+)?`, then `x+` \d+ times, then `.*more than 20000 steps", text)
               for text in attacks), attacks
    assert any(re.search(r"`a+` \d+ times, then `!`: more than 20000 steps", text)
               for text in attacks), attacks
    assert any(re.search(r"` ` 16384 times, then `!`: more than \d+ ms", text)
               for text in attacks), attacks


def test_an_ordinary_word_is_a_note_where_the_rule_is_for_other_languages():
    severity = {f["text"].split("`")[1]: f["severity"] for f in lint().json()["findings"]
                if f["code"] == "ordinary-word"}
    assert severity == {"am": "note", "kürt": "warning", "van": "warning",
                        "kurdistan": "warning", "ye": "warning"}


@pytest.mark.shipped
def test_the_shipped_rules_have_no_finding():
    result = filterd("lint", "--json", "-c", "config.example.yaml")
    assert result.code == 0 and result.json() == {
        "errors": 0, "warnings": 0, "notes": 0, "findings": []}


def test_on_a_terminal_it_is_coloured_and_ends_with_what_there_is():
    result = on_terminal("lint", "--all", "-c", os.path.join(SEEDED, "config.yaml"))
    assert result.code == 1
    plain = re.sub(r"\033\[[0-9;]*m", "", result.out)
    for severity, colour in (("error", "1;31"), ("warning", "1;33"), ("note", "1;36")):
        assert "\033[%sm%s:" % (colour, severity) in result.out
    # Files are parted by blank lines, kinds counted, the commonest first.
    assert "\n\n" + os.path.join(SEEDED, "rules", "b-rules.yaml") + ":" in plain
    counts = [int(n) for n in re.findall(r"^ +(\d+)  [a-z-]+$", plain, re.M)]
    assert counts == sorted(counts, reverse=True) and counts[0] > 5
    report = lint().json()
    assert sum(counts) == len(report["findings"])
    assert plain.endswith("\n%d errors, %d warnings, 1 note\n"
                          % (report["errors"], report["warnings"]))
    assert "\033" not in filterd("lint", "-c", os.path.join(SEEDED, "config.yaml")).out
