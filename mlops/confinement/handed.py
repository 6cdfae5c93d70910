"""Walls that one process writes down for another, which goes behind them by itself before it opens anybody's code."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import asdict, replace
from typing import Any

from mlops.confinement.confining import Confinement, confine
from mlops.confinement.places import homes_of

VARIABLE = "MLOPS_WALLS"


def written(how: Confinement) -> str:
    """The value of the variable."""
    return json.dumps(asdict(replace(how, pythons=())))


def read(text: str) -> Confinement:
    told: dict[str, Any] = json.loads(text)
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in told.items()}
    return Confinement(**values)


def enter() -> bool:
    """For good; whether this process is confined now. Its home and its temporary files are in the first folder that it
    may write. Raises Unconfinable, and OSError where the kernel refuses."""
    text = os.environ.pop(VARIABLE, "")
    if not text:
        return False
    how = read(text)
    for name, folder in zip(("HOME", "TMPDIR"), ("home", "tmp"), strict=True):
        place = os.path.join(how.writes[0], folder)
        os.makedirs(place, exist_ok=True)
        os.environ[name] = place
    tempfile.tempdir = None
    confined = confine(replace(how, given=(*how.given, *homes_of(sys.executable)), tmp=os.environ["TMPDIR"]))
    return confined is not None
