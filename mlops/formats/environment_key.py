"""The one name by which an environment is built and found: a digest of what it holds, never of what it is called."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterable
from typing import Any

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from mlops.formats.definition import Requirements


def key_of(requirements: Requirements) -> str:
    """SHA-256 of the packages in any order and spelling, the Python version, the kind of machine, and the rest."""
    python = requirements.python or own_python()
    content: list[Any] = [_plain(requirements.packages), python, platform.system(), platform.machine()]
    more = {
        "conda": sorted(requirements.conda),
        "channels": list(requirements.channels),
        "image": requirements.image,
        "build": requirements.build,
        "dockerfile": requirements.dockerfile,
        "constraints": _plain(requirements.constraints),
        "options": list(requirements.options),
        "hashes": {name: sorted(ones) for name, ones in sorted(requirements.hashes.items())},
        "edition": requirements.edition,
    }
    if given := {name: value for name, value in more.items() if value}:
        content.append(given)
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def own_python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _plain(lines: Iterable[str]) -> list[str]:
    return sorted({_one(line) for line in lines})


def _one(line: str) -> str:
    try:
        found = Requirement(line)
    except InvalidRequirement:
        return line.strip()
    found.name = str(canonicalize_name(found.name))
    found.extras = {str(canonicalize_name(one)) for one in found.extras}
    return str(found)
