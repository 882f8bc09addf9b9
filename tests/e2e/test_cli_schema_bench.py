"""filterd schema and filterd bench: a schema that editors can use, and figures that make sense."""

import glob
import os
import re

import jsonschema
import pytest
import yaml

from command import TOP, filterd, write_rules


@pytest.mark.parametrize("name", ["rules", "config", "tests"])
def test_the_schema_is_a_schema(name):
    result = filterd("schema", name)
    assert result.code == 0
    jsonschema.Draft202012Validator.check_schema(result.json())


def test_rules_is_the_default():
    assert filterd("schema").out == filterd("schema", "rules").out



class Loader(yaml.SafeLoader):
    """YAML 1.2's core as filterd and editors read it: `on` is a word, a date is text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in rows
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def accepts(schema, text):
    document = yaml.load(text, Loader=Loader)
    return jsonschema.Draft202012Validator(schema).is_valid(document)


@pytest.mark.shipped
def test_the_shipped_rules_fit_the_schema():
    schema = filterd("schema", "rules").json()
    files = [name for name in glob.glob(os.path.join(TOP, "rules/**/*.yaml"), recursive=True)
             if not name.endswith(".test.yaml")]
    assert files
    for name in files:
        with open(name, encoding="utf-8") as file:
            assert accepts(schema, file.read()), name



@pytest.mark.parametrize("good, text", [
    (True, "cases: [{text: a, expect: review, guidelines: {threats: 5}, not_rules: x}]"),
    (True, "{lang: en, tables: [{site: s, approve: [a, {text: b, todo: later}]}]}"),
    (False, "cases: [{text: a}]"),
    (False, "cases: [{text: a, expect: maybe}]"),
    (False, "tables: [{approve: [{text: a, expect: approve}]}]"),
    (False, "tables: [{aprove: [a]}]"),
])
def test_what_fits_the_schema_of_cases(good, text):
    assert accepts(filterd("schema", "tests").json(), text) == good


def test_the_shipped_configuration_fits_the_schema():
    with open(os.path.join(TOP, "config.example.yaml"), encoding="utf-8") as file:
        assert accepts(filterd("schema", "config").json(), file.read())


@pytest.mark.parametrize("wrong", [
    "rulez: []", "rules: {}", "rules: [{id: 5}]",
    "rules: [{id: a, guideline: g, reason: r, action: explode, when: {words: x}}]",
    "rules: [{id: a, guideline: g, reason: r, action: review, when: {wrods: x}}]",
])
def test_the_schema_refuses_what_the_loader_refuses(wrong, tmp_path):
    assert not accepts(filterd("schema", "rules").json(), wrong + "\n")
    assert filterd("lint", "-r", write_rules(tmp_path / "rules", wrong + "\n")).code == 1


def test_bench_gives_a_figure_for_each_stage(tmp_path):
    folder = write_rules(tmp_path / "rules")
    figures = filterd("bench", "--json", "--time", "20", "-r", folder).json()
    assert figures["rules"] == 2 and figures["comments"] > 5
    assert 0 < figures["fold_us"] < figures["evaluate_us"]
    assert figures["match_us"] > 0
    text = filterd("bench", "--time", "20", "-r", folder).out
    for stage in ("fold", "match", "evaluate"):
        assert "  %s " % stage in text


def test_bench_of_own_comments(tmp_path):
    folder = write_rules(tmp_path / "rules")
    lines = 'one comment\n{"text":"another","lang":"en"}\n\nand a third\n'
    figures = filterd("bench", "--json", "--time", "5", "-r", folder, "-", stdin=lines).json()
    assert figures["comments"] == 3
    assert figures["bytes"] == len("one comment" + "another" + "and a third")
    result = filterd("bench", "-r", folder, str(tmp_path / "none"))
    assert result.code == 74 and "none" in result.err
