"""The same comment gets the same answer on every way in, whatever the number of workers."""

import os
import subprocess
import sys

import pytest

from command import FILTERD, TOP
from daemon import is_sanitized


@pytest.mark.shipped
def test_every_way_in_gives_the_same_bytes():
    tool = os.path.join(TOP, "tests/tools/agree.py")
    count = 1000 if is_sanitized() else 10000
    result = subprocess.run([sys.executable, tool, "--filterd", FILTERD, "--count", str(count)],
                            capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1] == "all agree"
    assert result.stdout.count(" %d answers, 0 differ" % count) == 6
