"""The tabs Images and Tables: what a run's code logged as such."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

import msgspec
from django.http import HttpRequest

from mlops.formats.refusal import Refusal
from mlops.runs.files import RunFile, logged
from mlops.runs.models import Run, Step
from mlops.runs.preview import PICTURES, Preview, preview

MOST_LOOKED_AT = 2_000
MOST_PICTURES = 200
MOST_TABLES = 20
TABLES = (".csv", ".tsv", ".parquet")
SERIES = re.compile(r"images/(?P<key>.+?)[%+]step[%+](?P<step>-?\d+)[%+]timestamp[%+](?P<at>\d+)[%+].*")
"""How MLflow's `log_image(…, key=…, step=…)` names its files; with `compressed` in it, a small copy."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    file: RunFile
    title: str
    step: int | None = None


def is_picture(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in PICTURES


def is_table(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in TABLES or path.endswith("_table.json") or "table" in path.lower()


def images(request: HttpRequest, run: Run, steps: list[Step]) -> dict[str, Any]:
    """In groups by their name, each in the order of its steps."""
    groups: dict[str, list[Picture]] = {}
    count = 0
    for file in logged(run):
        path = file.place.removeprefix("artifacts/")
        if not is_picture(path) or "compressed" in path:
            continue
        count += 1
        if count <= MOST_PICTURES:
            picture = _picture(file, path)
            groups.setdefault(picture.title, []).append(picture)
    for group in groups.values():
        group.sort(key=lambda one: one.step or 0)
    return {"groups": groups.items(), "picture_count": count, "most": MOST_PICTURES}


def tables(request: HttpRequest, run: Run, steps: list[Step]) -> dict[str, Any]:
    found: list[tuple[RunFile, Preview | None, str]] = []
    for file in logged(run):
        if not is_table(file.place.removeprefix("artifacts/")):
            continue
        if len(found) == MOST_TABLES:
            break
        try:
            seen = preview(file)
        except Refusal as refusal:
            found.append((file, None, refusal.message))
            continue
        if seen.kind == "table":
            found.append((file, seen, ""))
    return {"tables": found}


def _picture(file: RunFile, path: str) -> Picture:
    match = SERIES.fullmatch(path)
    if match:
        return Picture(file=file, title=unquote(match["key"]).replace("#", "/"), step=int(match["step"]))
    return Picture(file=file, title=path)
