"""Reading what was collected: a window as Parquet, and how much there is without reading."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.db.models import QuerySet

from mlops.blobs.stores import store
from mlops.collected.children import ask_tables
from mlops.collected.columns import widest
from mlops.collected.models import Part, PartKind
from mlops.collected.tables.orders import PartAt
from mlops.deployments.models import Endpoint

USUAL = ("inputs", "predictions", "labels")
EARLY = timedelta(days=1)
"""A label may be known so long before its request is made."""
TRIES = 3
FILE = "rows.parquet"


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """`files`: Parquet with request_id, correlation_id, row, at, deployment, model, is_mirrored and the columns of the
    designations (`inputs.X`, `predictions.Y`, `labels.Z`), in order of time; none where there are no rows."""

    files: tuple[Path, ...]
    rows: int
    first_at: datetime | None = None
    last_at: datetime | None = None
    labelled: int = 0
    """Rows with a label."""
    columns: dict[str, str] = {}
    """Name to DuckDB's type."""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """Of a window. Minutes that are only partly in it count in proportion."""

    rows: int
    requests: int
    labels: int
    """Rows of labels that came in the window; which rows they are of is known when they are read."""
    first_at: datetime | None
    last_at: datetime | None
    columns: dict[str, str]
    """Name to one of collected.columns.TYPES."""


def fetch_window(
    endpoint: Endpoint,
    *,
    folder: Path,
    deployments: Sequence[str] = (),
    start: datetime | None,
    end: datetime | None,
    designations: Sequence[str] = USUAL,
    is_labelled: bool = False,
    names: dict[str, str] | None = None,
    beat: Callable[[], bool] | None = None,
) -> Window:
    """Rows whose requests were in [start, end), of these deployments (none: all) by name, written below `folder`.

    Mirrored copies are left out unless deployments are named. `is_labelled`: only rows that have a label. `names`:
    what columns are called in the file, where that is something else. Runs in a child process for as long as the rows
    need: call it from a worker, with a `beat` that says whether to go on. Raises Refusal where it takes too much
    memory or time."""
    asked = _Asked(
        endpoint=endpoint,
        deployments=tuple(deployments),
        start=start,
        end=end,
        designations=tuple(designations),
        more={"is_labelled": is_labelled, "names": names or {}},
        beat=beat,
    )
    folder.mkdir(parents=True, exist_ok=True)
    for attempt in range(TRIES):
        scratch = Path(tempfile.mkdtemp(prefix="parts-", dir=folder))
        try:
            return _written(asked, folder, scratch)
        except FileNotFoundError:  # parts were put together since they were listed
            if attempt == TRIES - 1:
                raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    raise AssertionError("unreachable")


def count_window(
    endpoint: Endpoint, *, deployments: Sequence[str] = (), start: datetime | None = None, end: datetime | None = None
) -> Counted:
    parts = list(parts_of(endpoint, deployments=deployments, start=start, end=end).defer("blob"))
    rows, requests = 0.0, 0.0
    for part in parts:
        share = _share(part, start, end)
        rows += share * part.row_count
        requests += share * part.request_count
    labels = parts_of(endpoint, kind=PartKind.LABELS, start=start, end=end)
    return Counted(
        rows=round(rows),
        requests=round(requests),
        labels=sum(labels.values_list("row_count", flat=True)),
        first_at=max(min(p.first_at for p in parts), start or datetime.min.replace(tzinfo=UTC)) if parts else None,
        last_at=max(part.last_at for part in parts) if parts else None,
        columns=columns_of(parts),
    )


def parts_of(
    endpoint: Endpoint,
    *,
    kind: str = PartKind.ROWS,
    deployments: Sequence[str] = (),
    start: datetime | None = None,
    end: datetime | None = None,
) -> QuerySet[Part]:
    """Those that may have rows of [start, end)."""
    found = Part.objects.filter(endpoint=endpoint, kind=kind)
    if deployments:
        found = found.filter(deployment__in=deployments)
    if start is not None:
        found = found.filter(day__gte=start.astimezone(UTC).date(), last_at__gte=start)
    if end is not None:
        found = found.filter(day__lte=end.astimezone(UTC).date(), first_at__lt=end)
    return found.order_by("day", "first_at", "pk")


def columns_of(parts: Sequence[Part]) -> dict[str, str]:
    types: dict[str, set[str]] = {}
    for part in parts:
        for name, kind in part.columns.items():
            types.setdefault(name, set()).add(kind)
    return {name: widest(kinds) for name, kinds in types.items()}


def fetched(parts: Sequence[Part], folder: Path) -> tuple[PartAt, ...]:
    """As files of this machine. Raises FileNotFoundError where one is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for part in parts:
        path = folder / f"{part.pk}.parquet"
        store().fetch(part.blob_id, str(path))
        found.append(
            PartAt(
                path=str(path),
                columns=part.columns,
                designations=tuple(part.designations),
                model=part.model,
                day=part.day.isoformat(),
            )
        )
    return tuple(found)


def label_parts(endpoint: Endpoint, start: datetime | None) -> QuerySet[Part]:
    """Those whose labels may belong to requests from `start` on: a label comes after its request, or little before."""
    return parts_of(endpoint, kind=PartKind.LABELS, start=start - EARLY if start else None)


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    endpoint: Any
    deployments: tuple[str, ...]
    start: datetime | None
    end: datetime | None
    designations: tuple[str, ...]
    more: dict[str, Any]
    beat: Any


def _written(asked: _Asked, folder: Path, scratch: Path) -> Window:
    parts = list(parts_of(asked.endpoint, deployments=asked.deployments, start=asked.start, end=asked.end))
    if not parts:
        return Window(files=(), rows=0)
    labels = list(label_parts(asked.endpoint, asked.start)) if "labels" in asked.designations else []
    target = folder / FILE
    answer = ask_tables(
        "window",
        folder=scratch,
        beat=asked.beat,
        parts=fetched(parts, scratch),
        labels=fetched(labels, scratch),
        start=asked.start,
        end=asked.end,
        designations=asked.designations,
        with_mirrored=bool(asked.deployments),
        target=str(target),
        **asked.more,
    )
    told = msgspec.convert({**answer, "files": []}, Window)
    return msgspec.structs.replace(told, files=(target,) if told.rows else ())


def _share(part: Part, start: datetime | None, end: datetime | None) -> float:
    """Of the part's rows, 0-1."""
    is_inside = (start is None or start <= part.first_at) and (end is None or part.last_at < end)
    if is_inside or not part.row_count:
        return 1.0
    low, high = _minute(part.day, start, 0.0), _minute(part.day, end, 1440.0)
    found = sum(rows * max(0.0, min(high, int(m) + 1) - max(low, int(m))) for m, rows in part.minutes.items())
    return min(1.0, float(found) / part.row_count)


def _minute(day: date, at: datetime | None, usual: float) -> float:
    """Of the day, with its fraction."""
    if at is None:
        return usual
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return (at - midnight).total_seconds() / 60
