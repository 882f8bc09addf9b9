"""filterd explain: why a rule holds, and why another does not."""

import pytest

from command import filterd, write_rules


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
