"""Python interpreters of this machine, as uv finds them."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache

from mlops.formats.environment_key import own_python


@cache
def found(version: str) -> str:
    """The interpreter of that minor version; empty where there is none."""
    if version in ("", own_python()):
        return sys.executable
    from uv import find_uv_bin

    words = [find_uv_bin(), "python", "find", "--no-python-downloads", "--no-project", version]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def serving(version: str) -> tuple[str, str]:
    """The interpreter that serves a wanted version, and what has to be said of it: the product's own stands in for a
    version that this machine has not."""
    if interpreter := found(version):
        return interpreter, ""
    own = own_python()
    if not re.fullmatch(r"3\.\d+", version):
        return "", ""
    return sys.executable, f"Python {version} is not on this machine: Python {own} serves instead."
