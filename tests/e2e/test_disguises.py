"""The shipped rules see through disguises, and take no ordinary text for one."""

import os
import subprocess
import sys

import pytest

from command import FILTERD, TOP


@pytest.mark.shipped
def test_disguises_are_caught_and_ordinary_text_is_not():
    tool = os.path.join(TOP, "tests/tools/disguises.py")
    result = subprocess.run([sys.executable, tool, "--filterd", FILTERD],
                            capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
