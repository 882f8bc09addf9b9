"""The shipped rules on ordinary text: what readers write about the news, and each language's frequent words.

The sentences are those of rules/tests/ordinary-LANG.test.yaml, which `filterd test` wants approved in their own
language. Here they are also judged as a CMS sends them that names no language, or the wrong one.
"""

import glob
import json
import os
import re
import subprocess

import pytest

from command import FILTERD, TOP

pytestmark = pytest.mark.shipped
LANGUAGES = ["ar", "ckb", "en", "fa", "kmr", "tr"]
CONFIG = os.path.join(TOP, "config.example.yaml")


def sentences(language):
    with open(os.path.join(TOP, "rules/tests/ordinary-%s.test.yaml" % language), encoding="utf-8") as f:
        return [json.loads(text) for text in re.findall(r'^ *- (".*")$', f.read(), re.M)]


def words(language):
    """The frequent words that lint knows, without names of peoples and places (they are tried, too)."""
    with open(os.path.join(TOP, "filterd/rules/ordinary/%s.txt" % language), encoding="utf-8") as f:
        lines = [line for line in f.read().splitlines() if line and line[0] not in "#["]
    return sorted(set(" ".join(lines).split()))


@pytest.fixture(scope="module")
def judged():
    """All verdicts by the configuration as it is shipped, of one run: (text, language told) to the answer."""
    pairs = [(text, told) for language in LANGUAGES for text in sentences(language) + words(language)
             for told in [""] + LANGUAGES]
    requests = [json.dumps({"id": str(i), "text": text, **({"lang": told} if told else {})})
                for i, (text, told) in enumerate(pairs)]
    result = subprocess.run([FILTERD, "check", "--ndjson", "-c", CONFIG], input="\n".join(requests) + "\n",
                            capture_output=True, text=True, check=True, cwd=TOP)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(answers) == len(pairs)
    return dict(zip(pairs, answers))


def shown(judged, texts, told, verdicts):
    answers = [(text, judged[text, told]) for text in texts]
    return ["%s: %s %s" % (answer["verdict"], text, [match["rule"] for match in answer["matches"]])
            for text, answer in answers if answer["verdict"] in verdicts]


def at_most_one_in_a_thousand(judged, texts, told):
    flagged = shown(judged, texts, told, ("review", "reject"))
    assert 1000 * len(flagged) <= len(texts), "\n".join(flagged)
    assert shown(judged, texts, told, ("reject",)) == []


@pytest.mark.parametrize("told", [True, False], ids=["told", "not-told"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_ordinary_sentences_pass(judged, language, told):
    texts = sentences(language)
    assert len(texts) >= 300
    at_most_one_in_a_thousand(judged, texts, language if told else "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_other_languages_rules_reject_them(judged, language):
    texts = sentences(language) + words(language)
    for other in LANGUAGES:
        if other != language:
            assert shown(judged, texts, other, ("reject",)) == [], "as " + other


@pytest.mark.parametrize("told", [True, False], ids=["told", "not-told"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_frequent_words_pass(judged, language, told):
    texts = words(language)
    assert len(texts) >= 400
    at_most_one_in_a_thousand(judged, texts, language if told else "")


def test_every_language_of_the_rules_has_its_sentences():
    found = {os.path.basename(path) for path in glob.glob(os.path.join(TOP, "rules/tests/ordinary-*.test.yaml"))}
    folders = {name for name in os.listdir(os.path.join(TOP, "rules")) if re.fullmatch("[a-z]{2,3}", name)} - {"any"}
    assert found == {"ordinary-%s.test.yaml" % language for language in folders}
