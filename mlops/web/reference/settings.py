"""The page of settings, from mlops/env.py."""

from __future__ import annotations

from mlops.env import VARIABLES, Variable
from mlops.web.reference.tables import code, table

INTRODUCTION = """# Settings

Variables of the environment, read when a process starts. None is needed: without any, everything is kept in the data
directory. Each has a second form, `NAME_FILE`, that names a file with the value, as secrets of containers are given.

`mlops doctor` shows every setting with its value and where it came from; secrets are masked. A name that begins with
`MLOPS_` and is none of these is told at start, with the nearest that is.
"""


def page() -> str:
    ordered = sorted(VARIABLES, key=lambda one: one.name)
    return "\n".join([INTRODUCTION, *table(("name", "meaning", "default"), map(_row, ordered))])


def _row(variable: Variable) -> tuple[str, str, str]:
    return code(variable.name), variable.help + (" *Secret.*" if variable.secret else ""), code(variable.default)
