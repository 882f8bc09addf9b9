"""The recipes in rules/README.md work as they stand: each is loaded, linted and tested."""

import os
import re
import subprocess

import pytest

from command import FILTERD, TOP

SECONDS = 60


def recipes():
    """(title, YAML) of each block under `## Cookbook`, and of that under `## Words with endings`."""
    with open(os.path.join(TOP, "rules", "README.md"), encoding="utf-8") as file:
        text = file.read()
    chapter = re.search(r"^## Cookbook\n(.*?)^## ", text, re.M | re.S).group(1)
    endings = re.findall(r"^## (Words with endings)\n.*?^```yaml\n(.*?)^```", text, re.M | re.S)
    return endings + re.findall(r"^\*\*(\d+\. .*?)\*\*.*?^```yaml\n(.*?)^```", chapter,
                                re.M | re.S)


RECIPES = recipes()


def run(*args):
    done = subprocess.run([FILTERD, *args], timeout=SECONDS, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode()


def test_there_are_enough_of_them():
    assert len(RECIPES) >= 15
    assert len({title for title, _ in RECIPES}) == len(RECIPES)


@pytest.mark.parametrize("title, text", RECIPES, ids=[title for title, _ in RECIPES])
def test_recipe(title, text, tmp_path):
    """Beside the shipped guidelines alone, without a warning; with examples of both kinds."""
    del title
    (tmp_path / "recipe.yaml").write_text(text, encoding="utf-8")
    with open(os.path.join(TOP, "rules", "guidelines.yaml"), encoding="utf-8") as file:
        (tmp_path / "guidelines.yaml").write_text(file.read(), encoding="utf-8")
    assert "no_match:" in text
    code, shown = run("lint", "-r", str(tmp_path))
    assert code == 0, shown
    code, shown = run("test", "-r", str(tmp_path))
    assert code == 0, shown


@pytest.mark.shipped
def test_all_of_them_beside_the_shipped_rules(tmp_path):
    for number, (_, text) in enumerate(RECIPES):
        (tmp_path / ("recipe%02d.yaml" % number)).write_text(text, encoding="utf-8")
    code, shown = run("lint", "--strict", "-r", os.path.join(TOP, "rules"), "-r", str(tmp_path))
    assert code == 0, shown
