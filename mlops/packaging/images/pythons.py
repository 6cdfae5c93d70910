"""Which Python an image has, found in the names of its files: nothing of it is run."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.images.progress import Progress

PLACES = re.compile(r"(?:\./)?((?:usr/local/bin|usr/bin|opt/[\w.-]+/bin)/python3\.(\d+))")
MUSL = re.compile(r"(?:\./)?lib/ld-musl-[\w]+\.so\.1")
LEAST_MINOR = 11
"""The scoring server is written for it."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    python: str
    interpreter: str
    is_musl: bool


def python_in(layers: Iterable[Path], *, name: str, progress: Progress) -> Found:
    """The newest that the scoring server runs in. Raises Refusal `base_without_python`."""
    found: dict[int, str] = {}
    is_musl = False
    for layer in layers:
        with tarfile.open(layer) as tar:
            for info in tar:
                progress.check()
                is_musl = is_musl or MUSL.fullmatch(info.name) is not None
                place = PLACES.fullmatch(info.name)
                if place is not None and not info.isdir():
                    found.setdefault(int(place[2]), f"/{place[1]}")
    minors = [minor for minor in found if minor >= LEAST_MINOR]
    if not minors:
        has = ", ".join(f"3.{minor}" for minor in sorted(found))
        raise Refusal(
            "base_without_python",
            (
                _("The base image %(name)s has Python %(has)s only.")
                if has
                else _("The base image %(name)s has no Python.")
            )
            % {"name": name, "has": has},
            hint=_("Use one with Python 3.%(least_minor)s or later, such as python:3.11-slim.")
            % {"least_minor": LEAST_MINOR},
        )
    best = max(minors)
    return Found(python=f"3.{best}", interpreter=found[best], is_musl=is_musl)
