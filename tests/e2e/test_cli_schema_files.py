"""What an editor makes of our files: the schemas accept good ones and refuse bad shapes."""

import glob
import json
import os
import re

import jsonschema
import pytest
import yaml

from command import TOP, filterd
from test_cli_cookbook import RECIPES
from test_cli_schema_bench import Loader

# What the loader says of a mistake that a schema can see, as long as YAML readers agree on what
# stands there: keys, kinds of values, bounds, choices.
SHAPE = re.compile("|".join([
    "^unknown (key|condition) ", "^`[^`]*` is missing in ", "^`[^`]*` cannot be `[^`]*`; (did|it) ",
    "must be between", "must be true or false", "must be a single value", "is written as ",
    "has no value", "is an empty list", "needs a mapping", "needs at least one condition$",
    "is not available in this version", "must be a time with its unit", "must be a size",
    "must be a whole number; take the quotes away"]))

# Of the shape by their words, but not for a schema: why.
BEYOND = {
    "config-duration-range": "bounds of a text with a unit",
    "config-size-range": "bounds of a text with a unit",
    "config-undo-time": "bounds of a text with a unit",
    "config-webhook-twice": "bounds of a text with a unit",
    "config-threshold": "a key that only the list form needs",
    "rule-neither": "one of two keys",
    "rule-no-guideline": "the key may stand at the top of the file",
}


def schema_of(name):
    return jsonschema.Draft202012Validator(filterd("schema", name).json())


def shipped(pattern):
    return sorted(glob.glob(os.path.join(TOP, pattern), recursive=True))


# Of the files that `filterd test --suggest` has written, which are large and all alike, the smallest.
SUGGESTED = shipped("rules/tests/alternatives-*.yaml")
FILES = (sorted(set(shipped("rules/**/*.yaml")) - set(SUGGESTED)) + sorted(SUGGESTED, key=os.path.getsize)[:1] +
         [os.path.join(TOP, "config.example.yaml")])


@pytest.mark.shipped
@pytest.mark.parametrize("path", FILES, ids=[os.path.relpath(path, TOP) for path in FILES])
def test_a_shipped_file_names_its_schema_and_fits_it(path):
    with open(path, encoding="utf-8") as file:
        first, rest = file.readline(), file.read()
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)\n", first)
    assert named, first
    schema = os.path.normpath(os.path.join(os.path.dirname(path), named.group(1)))
    with open(schema, encoding="utf-8") as file:
        validator = jsonschema.Draft202012Validator(json.load(file))
    errors = [error.message for error in validator.iter_errors(yaml.load(rest, Loader=Loader))]
    assert errors == []


def good_files():
    """Rule sets and case files of the tests, what import writes, and the cookbook's recipes."""
    for path in shipped("tests/rules/**/*.yaml") + shipped("tests/import/expected/*.yaml"):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if yaml.load(text, Loader=Loader) is not None:  # an import that carried nothing over
            yield (os.path.relpath(path, TOP),
                   "tests" if path.endswith(".test.yaml") else "rules", text)
    for title, text in RECIPES:
        yield title, "rules", text


GOOD = list(good_files())


@pytest.mark.parametrize("kind, text", [good[1:] for good in GOOD], ids=[good[0] for good in GOOD])
def test_a_good_file_is_accepted(kind, text, schemas):
    document = yaml.load(text, Loader=Loader)
    assert [error.message for error in schemas[kind].iter_errors(document)] == []


@pytest.fixture(name="schemas", scope="module")
def fixture_schemas():
    return {name: schema_of(name) for name in ("rules", "tests", "config")}


def bad_files():
    for path in shipped("tests/bad/*.yaml"):
        name = os.path.splitext(os.path.basename(path))[0]
        with open(os.path.splitext(path)[0] + ".err", encoding="utf-8", errors="replace") as file:
            mistakes = re.findall(r"error: (.*)", file.read())
        try:
            with open(path, encoding="utf-8") as file:
                document = yaml.load(file, Loader=Loader)
        except (yaml.YAMLError, UnicodeDecodeError, ValueError):
            continue  # no editor gets as far as the schema
        yield name, document, mistakes


def test_bad_shapes_are_refused(schemas):
    """Each file of tests/bad whose mistake is one of shape, by the schema of its kind."""
    accepted, refused = [], 0
    for name, document, mistakes in bad_files():
        if name in BEYOND or not any(SHAPE.search(mistake) for mistake in mistakes):
            continue
        if schemas["config" if name.startswith("config-") else "rules"].is_valid(document):
            accepted.append((name, mistakes))
        else:
            refused += 1
    assert accepted == []
    assert refused >= 75


@pytest.mark.parametrize("kind", ["rules", "config", "tests"])
def test_every_key_tells_what_it_is_for(kind):
    """Hovering over any key shows a sentence."""
    def properties(node):
        if isinstance(node, dict):
            yield from node.get("properties", {}).items()
            for value in node.values():
                yield from properties(value)
        elif isinstance(node, list):
            for value in node:
                yield from properties(value)

    keys = list(properties(filterd("schema", kind).json()))
    assert len(keys) > 20
    for name, key in keys:
        assert len(key.get("description", "")) >= 8, name


def test_a_misspelt_condition_is_seen_inside_field():
    schema = schema_of("rules")
    rule = {"id": "a", "guideline": "g", "reason": "r", "points": 1,
            "when": {"field": {"in": "author_name", "words": "admin"}}}
    assert schema.is_valid({"rules": [rule]})
    rule["when"]["field"] = {"in": "author_name", "wrods": "admin"}
    assert not schema.is_valid({"rules": [rule]})
