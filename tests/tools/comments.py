#!/usr/bin/env python3
"""Synthetic comments as NDJSON requests: the same for the same seed, from the rules' own sentences.

usage: comments.py [--seed N] [--labels] COUNT RULES... > comments.ndjson

A comment is two to six sentences. Most are ordinary ones that no rule is meant for; about one comment
in five holds a sentence of the tests of a rule below the folders RULES, as it stands or in capitals.
With --labels a comment with a sentence for which a rule must hold is labelled bad, with the rule's
guideline as category, and every other one ok: what a rule is said to do, not what it does.
"""
import argparse
import glob
import json
import os
import random
import sys

import yaml

ORDINARY = """\
The {who} said that nobody had been paid since {when}, and I believe it.
I disagree with the author: the {what} was announced in {when}, and nothing happened.
Where did the money for the {what} go?
Thank you for this report on the {what}.
My {kin} worked on the {what} for years, and the {who} never came to see it.
In {when} we were told that the {what} would be ready.
This is the third article about the {what} in a week.
Not one {who} has said a word about the {what} since {when}.
ISIS killed people in that village, and the {who} has not rebuilt one house.
The paper should ask the {who} who pays for the {what}.
Somebody at the {what} told my {kin} that the {who} knew.
شكرا على هذا التقرير، لكن الأرقام غير صحيحة ولا أحد يسأل عنها.
سوپاس بۆ ئەم هەواڵە، بەڵام ژمارەکان هەڵەن و کەس لێیان ناپرسێتەوە.
Spas ji bo vê nûçeyê, lê belê hejmar ne rast in û kes li wan napirse.
Bu haber için teşekkürler ama rakamlar doğru değil.
""".splitlines()
FILL = {
    "who": ["minister", "mayor", "governor", "director", "company", "court", "union", "ministry"],
    "when": ["March", "the summer", "2014", "2019", "last year", "January"],
    "what": ["road", "bridge", "hospital", "school", "budget", "airport", "water plant", "election"],
    "kin": ["uncle", "sister", "father", "neighbour", "cousin"],
}


def words_of(value):
    """The sentences of a rule's `match` or `no_match`: strings, or mappings with a text."""
    for item in value if isinstance(value, list) else [value]:
        text = item.get("text") if isinstance(item, dict) else item
        if isinstance(text, str) and text.strip():
            yield text


def sentences(folders):
    """(text, guideline or None, language) of all tests of the rules."""
    found = []
    for folder in folders:
        for name in sorted(glob.glob(os.path.join(folder, "**", "*.yaml"), recursive=True)):
            if name.endswith(".test.yaml"):
                continue
            with open(name, encoding="utf-8") as file:
                loaded = yaml.safe_load(file) or {}
            for rule in loaded.get("rules") or []:
                tests = rule.get("tests") or {}
                guideline = rule.get("guideline", loaded.get("guideline"))
                good = rule.get("action") == "approve" or rule.get("shadow")
                for text in words_of(tests.get("match", [])):
                    found.append((text, None if good else guideline))
                found += [(text, None) for text in words_of(tests.get("no_match", []))]
    return found


def ordinary(chance):
    return chance.choice(ORDINARY).format(**{key: chance.choice(FILL[key]) for key in FILL})


def comment(chance, number, tests, labels):
    parts = [ordinary(chance) for _ in range(chance.randint(2, 6))]
    guideline = None
    if tests and chance.random() < 0.2:
        text, guideline = chance.choice(tests)
        parts[chance.randrange(len(parts))] = text.upper() if chance.random() < 0.1 else text
    request = {"id": "s-%d" % number, "text": " ".join(parts)}
    if labels:
        request["label"] = "bad" if guideline else "ok"
        if guideline:
            request["category"] = guideline
    return json.dumps(request, ensure_ascii=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--labels", action="store_true")
    parser.add_argument("count", type=int)
    parser.add_argument("rules", nargs="*")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    tests = sentences(given.rules)
    out = open(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False)
    for number in range(given.count):
        out.write(comment(chance, number, tests, given.labels) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
