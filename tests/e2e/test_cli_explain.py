"""filterd explain: why a rule holds, and why another does not."""

import pytest

from command import filterd, on_terminal, write_rules


@pytest.fixture(name="rules")
def fixture_rules(tmp_path):
    return write_rules(tmp_path / "rules")


def test_why(rules):
    result = filterd("explain", "-r", rules, "I will kill you")
    assert result.code == 0
    assert "en/threats/direct" in result.out and "I will kill you" in result.out


def test_why_not(rules):
    result = filterd("explain", "-r", rules, "--rule", "any/promotion/links", "see http://a.com")
    assert result.code == 0
    assert "any/promotion/links" in result.out and "links" in result.out
    assert "en/threats/direct" not in result.out


def test_all_rules(rules):
    result = filterd("explain", "-r", rules, "--all", "hello")
    assert "en/threats/direct" in result.out and "any/promotion/links" in result.out


def test_an_unknown_rule_is_a_usage_error_with_the_nearest(rules):
    result = filterd("explain", "-r", rules, "--rule", "en/threats/dierct", "x")
    assert result.code == 2
    assert "did you mean `en/threats/direct`?" in result.err


def test_json(rules):
    report = filterd("explain", "--json", "--all", "-r", rules, "I will kill you").json()
    assert {rule["rule"] for rule in report["rules"]} == {"en/threats/direct",
                                                          "any/promotion/links"}


def test_hostile_text_is_tamed(rules):
    result = filterd("explain", "-r", rules, "--all", "I will kill you \033[2J\u202e")
    assert "\033" not in result.out and "\u202e" not in result.out


TREE = """\
guidelines: {g: {title: G}}
rules:
  - id: tree
    guideline: g
    reason: R
    action: review
    when:
      all:
        - {any: [{phrase: "(sell|buy) <fruit>"}, {words: [melon]}]}
        - {length: {at_least: 6}}
    unless: {words: [garden]}
lists: {fruit: [apples, pears]}
"""


def explained(tmp_path, text, *more):
    folder = write_rules(tmp_path / "tree", TREE)
    return filterd("explain", "-r", folder, "--rule", "tree", *more, text)


def test_what_settles_it(tmp_path):
    held = explained(tmp_path, "buy pears").out
    assert "): yes\n" in held
    assert "): no: the exception `words` of line 11 holds" in \
        explained(tmp_path, "buy pears for the garden").out
    assert "): no: `any` of line 9 does not hold" in explained(tmp_path, "nothing at all").out
    assert "): no: `length` of line 10 does not hold" in explained(tmp_path, "melon").out


def test_what_of_a_pattern_is_there_and_what_it_lacks(tmp_path):
    missing = explained(tmp_path, "buy pearls").out
    assert "found    " not in missing and "lacks" not in missing
    lacking = explained(tmp_path, "the pe4rs").out
    assert 'read as    "pe4rs": pears (disguised)' in lacking
    assert "phrase   (sell|buy) <fruit>" in lacking
    assert "found    pears" in lacking and "lacks    one of sell, buy" in lacking
    parted = explained(tmp_path, "pears to buy").out
    assert "let through by pears" in parted


def test_patterns_readings_and_cost_as_json(tmp_path):
    report = explained(tmp_path, "b\u00fcy pe4rs", "--patterns", "--cost", "--json").json()
    assert {(r["text"], r["read"], r["disguised"]) for r in report["readings"]} >= {
        ("pe4rs", "pears", True)}
    assert report["evaluate_ns"] > 0 and report["prepare_ns"] > 0
    rule, = report["rules"]
    assert rule["cost_ns"] >= 0
    either = rule["when"]["conditions"][1]
    assert either["condition"] == "any" and either["line"] == 9 and either["column"] > 1
    pattern = either["conditions"][0]["patterns"][0]
    assert pattern["phrase"] == "(sell|buy) <fruit>"
    assert pattern["found"] == ["pears"]
    assert "cost_ns" not in explained(tmp_path, "x", "--json").json()["rules"][0]


def test_on_a_terminal(tmp_path):
    folder = write_rules(tmp_path / "tree", TREE)
    result = on_terminal("explain", "-r", folder, "--all", "--cost", "buy pears")
    assert result.code == 0
    assert "): \033[1;32myes\033[0m, " in result.out and " µs\n" in result.out
    assert "\ncost       " in result.out


FORMS = """\
guidelines: {g: {title: G}}
forms:
  noun: {prefixes: [[un], [re]], suffixes: [[lar, ler], [ım, in], [da, dan]]}
lists: {fools: {forms: noun, entries: [salak, "yarım akıl"]}}
rules:
  - {id: word, guideline: g, reason: R, action: review, when: {words: "<fools>"}}
  - {id: phrase, guideline: g, reason: R, action: review, when: {phrase: "sen ... <fools>"}}
"""


@pytest.fixture(name="forms")
def fixture_forms(tmp_path):
    (tmp_path / "rules.yaml").write_text(FORMS, encoding="utf-8")
    return tmp_path


def test_how_a_word_is_inflected(forms):
    result = filterd("explain", "-r", forms, "Salaklarımdan unsalak salak")
    assert '"Salaklarımdan" at 0: salak (salak + lar + im + dan)\n' in result.out
    assert "salak (un + salak)\n" in result.out and ": salak\n" in result.out
    result = filterd("explain", "-r", forms, "sen bir unyarım akıllar, s4laklar")
    assert ": yarım akıl (un + yarim, akil + lar)\n" in result.out
    assert ": salak (salak + lar) (disguised)\n" in result.out


def test_which_forms_a_pattern_has(forms):
    result = filterd("explain", "--patterns", "-r", forms, "sen salakda")
    assert "forms    noun: [un] [re] + word + [lar|ler] [im|in] [dan|da]\n" in result.out


def test_forms_as_json(forms):
    result = filterd("explain", "--json", "--patterns", "-r", forms, "unsalaklar").json()
    when = result["rules"][0]["when"]
    assert when["evidence"][0]["inflected"] == [
        {"before": ["un"], "stem": "salak", "behind": ["lar"]}]
    assert when["patterns"][0]["forms"] == [
        {"name": "noun", "prefixes": [["un"], ["re"]],
         "suffixes": [["lar", "ler"], ["im", "in"], ["dan", "da"]]}]
