"""Packages of a built environment with their licences, read from what is installed."""

from __future__ import annotations

from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from mlops.environments.models import EnvironmentVersion
from mlops.environments.store import folder_by

CLASSIFIER = "License :: "
MOST_CHARACTERS = 60


def listed(version: EnvironmentVersion, packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The packages with `licence`; empty where it is not installed on this machine, or says nothing."""
    known = licences_in(folder_by(version.key))
    return [{**one, "licence": known.get(one["name"], "")} for one in packages]


def licences_in(folder: Path) -> dict[str, str]:
    """By the package's name."""
    found = {}
    for file in folder.glob("lib/python*/site-packages/*.dist-info/METADATA"):
        with file.open(encoding="utf-8", errors="replace") as opened:
            head = HeaderParser().parse(opened, headersonly=True)
        found[str(canonicalize_name(head.get("Name", "")))] = _licence(head)
    return found


def _licence(head: Any) -> str:
    """SPDX's expression where there is one, else the classifier, else the first line of the text."""
    if expression := head.get("License-Expression"):
        return str(expression)
    classified = [one for one in head.get_all("Classifier") or [] if one.startswith(CLASSIFIER)]
    if classified:
        return ", ".join(one.rsplit(" :: ", 1)[-1] for one in classified)
    text = (head.get("License") or "").strip().splitlines()
    return text[0][:MOST_CHARACTERS] if text else ""
