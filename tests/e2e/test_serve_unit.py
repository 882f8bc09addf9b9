"""The unit of the manual: systemd understands it, and finds it hardened."""

import os
import shutil
import subprocess
import textwrap

import pytest

from command import FILTERD, TOP

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")


@pytest.fixture
def unit(tmp_path):
    with open(os.path.join(TOP, "filterd/server/README.md"), encoding="utf-8") as manual:
        text = manual.read()
    begin = text.index("    [Unit]\n")
    end = text.index("multi-user.target\n", begin) + len("multi-user.target\n")
    path = tmp_path / "filterd.service"
    path.write_text(textwrap.dedent(text[begin:end]).replace("/usr/bin/filterd", FILTERD))
    return str(path)


def analyze(*arguments):
    """Exit code and what it said, without what it says about other units of the machine."""
    done = subprocess.run(["systemd-analyze", *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, [line for line in done.stdout.splitlines() if "filterd" in line]


def test_it_has_no_mistakes(unit):
    code, said = analyze("verify", unit)
    assert said == [], said
    assert code == 0


def test_it_gives_little_away(unit):
    """10 is everything, below 2 is what systemd calls OK."""
    code, said = analyze("security", "--offline=true", "--threshold=15", unit)
    assert code == 0, said
