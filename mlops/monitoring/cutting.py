"""Rows of a dataset version as a Parquet file in a scratch folder: all of them, or a window's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.datasets.models import DatasetVersion
from mlops.formats.refusal import Refusal, Where
from mlops.packaging.child import run_module
from mlops.packaging.tables import fetch_table
from mlops.stats.slices import SliceAnswer, SliceOrder

CUT_SECONDS = 1800.0

Beat = Callable[[], None]


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    path: Path
    rows: int


def whole(version: DatasetVersion, folder: Path) -> Path:
    """Fetched once for each folder."""
    path = folder / f"{version.pk}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fetch_table(version, path)
    return path


def by_time(
    version: DatasetVersion, folder: Path, *, name: str, axis: str, start: datetime, end: datetime, beat: Beat
) -> Cut:
    return _cut(version, folder, name, beat, axis=axis, start=start, end=end)


def by_value(version: DatasetVersion, folder: Path, *, name: str, axis: str, value: float, beat: Beat) -> Cut:
    return _cut(version, folder, name, beat, axis=axis, value=value)


def by_place(version: DatasetVersion, folder: Path, *, name: str, first: int, last: int, beat: Beat) -> Cut:
    return _cut(version, folder, name, beat, first=first, last=last)


def values_in(version: DatasetVersion, folder: Path, *, axis: str, beat: Beat) -> tuple[float, ...]:
    """The distinct ones of a numeric column, in order."""
    return _ask(version, folder, "values", beat, axis=axis).values


def renamed(sources: tuple[str, ...], folder: Path, *, columns: dict[str, str], beat: Beat) -> Path:
    """A folder with the rows as tables between steps have it: `data.parquet` with these columns, and `meta.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "table"
    table.mkdir()
    which = {"target": str(table / "data.parquet"), "meta": str(table / "meta.json"), "columns": columns}
    _ordered(folder, "renamed", beat, sources=sources, **which)
    return table


def _cut(version: DatasetVersion, folder: Path, name: str, beat: Beat, **which: Any) -> Cut:
    target = folder / f"{name}.parquet"
    return Cut(path=target, rows=_ask(version, folder, name, beat, target=str(target), **which).rows)


def _ask(version: DatasetVersion, folder: Path, name: str, beat: Beat, **which: Any) -> SliceAnswer:
    return _ordered(folder, name, beat, source=str(whole(version, folder)), **which)


def _ordered(folder: Path, name: str, beat: Beat, **which: Any) -> SliceAnswer:
    answer, paper = folder / f"{name}-answer.json", folder / f"{name}-order.json"
    order = SliceOrder(answer=str(answer), **which)
    paper.write_bytes(msgspec.json.encode(order))
    ended = run_module("mlops.stats.slices", [str(paper)], folder=folder, seconds=CUT_SECONDS, beat=beat)
    if ended.status != 0 or not answer.exists():
        raise Refusal("rows_not_read", _("The rows could not be read: %(why)s.") % {"why": ended.why})
    told = msgspec.json.decode(answer.read_bytes(), type=SliceAnswer)
    if told.refusal is not None:
        raise Refusal(told.refusal["code"], told.refusal["detail"], hint=told.refusal["hint"], where=Where())
    return told
