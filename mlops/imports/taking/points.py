"""Histories of metrics: all of a new run's, and of a known one those that are not here yet."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.imports.models import Outcome
from mlops.imports.taking.session import Session, moment
from mlops.mlflow_stores.values import Point
from mlops.runs.latest import keep_latest
from mlops.runs.logging import GREATEST_POSITION, LONGEST_KEY, special_of
from mlops.runs.many import MetricRow, insert
from mlops.runs.models import Metric

KIND = "point"
ROWS_A_TRANSACTION = 20_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def take_points(session: Session, ours: dict[str, UUID], *, new: set[str]) -> None:
    """`ours`: run of the source to run of ours; `new`: those of which nothing is here."""
    if not ours:
        return
    rows: list[MetricRow] = []
    here: dict[str, set[tuple[object, ...]]] = {}
    for run, points in session.reader.points(list(ours)):
        if run not in new and run not in here:
            here = {run: _here(ours[run])}
        known = here.get(run, set())
        found = [_row(ours[run], point) for point in points if _is_sound(session, run, point)]
        rows += [row for row in found if not known or _identity(row) not in known]
        if len(rows) >= ROWS_A_TRANSACTION:
            rows = _write(session, rows)
    _write(session, rows)


def _write(session: Session, rows: list[MetricRow]) -> list[MetricRow]:
    if rows:
        with transaction.atomic():
            insert(rows)
            keep_latest(rows)
        session.report.count(KIND, Outcome.NEW, len(rows))
    return []


def _here(run: UUID) -> set[tuple[object, ...]]:
    return set(Metric.objects.filter(run=run).values_list("key", "position", "at", "value", "special"))


def _identity(row: MetricRow) -> tuple[object, ...]:
    return row.key, row.position, row.at, row.value, row.special


def _row(run: UUID, point: Point) -> MetricRow:
    special = special_of(point.value)
    return MetricRow(
        run_id=run,
        node="",
        key=point.key,
        value=None if special else point.value,
        special=special,
        position=point.step,
        at=moment(point.at) or EPOCH,
    )


def _is_sound(session: Session, run: str, point: Point) -> bool:
    if 0 < len(point.key) <= LONGEST_KEY and point.key.isprintable() and abs(point.step) <= GREATEST_POSITION:
        return True
    refusal = Refusal(
        "metric_left_out",
        _("The metric “%(key)s” is left out: names have 1 to %(most)d printable characters, steps 64 bits.")
        % {"key": point.key[:80], "most": LONGEST_KEY},
    )
    session.report.note("run", run, run, refusal)
    return False
