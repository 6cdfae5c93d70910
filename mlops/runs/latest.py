"""The last value of each metric of a run: by position, then by time, then by arrival.

Writers may come out of order and at once, so the database itself decides in one statement which value is later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

from django.db import connection

from mlops.runs.many import MetricRow, column
from mlops.runs.models import LatestMetric, Metric

COLUMNS = ("run", "key", "value", "special", "position", "at")
ROWS_A_STATEMENT = 150
"""Times the columns: below the least limit of parameters that a database has."""
Kept = TypeVar("Kept", Metric, MetricRow, Metric | MetricRow)


def keep_latest(metrics: Iterable[Metric | MetricRow]) -> None:
    """Raises the last values of their runs to these, where these are later."""
    last = last_of(metrics)
    for start in range(0, len(last), ROWS_A_STATEMENT):
        _raise_to(last[start : start + ROWS_A_STATEMENT])


def last_of(metrics: Iterable[Kept]) -> list[Kept]:
    """The last of each run and key, in one order for all, so that writers never cross."""
    last: dict[UUID, dict[str, Kept]] = {}
    for run, told in groupby(metrics, attrgetter("run_id")):
        own = last.setdefault(run, {})
        for metric in told:
            known = own.get(metric.key)
            if known is None or (metric.position, metric.at) >= (known.position, known.at):
                own[metric.key] = metric
    return [last[run][key] for run in sorted(last) for key in sorted(last[run])]


def find_latest_anew(run: UUID, keys: Iterable[str]) -> None:
    """After points of these metrics were removed."""
    wanted = sorted(set(keys))
    LatestMetric.objects.filter(run=run, key__in=wanted).delete()
    keep_latest(Metric.objects.filter(run=run, key__in=wanted).order_by("pk").iterator())


def _raise_to(rows: Sequence[Metric | MetricRow]) -> None:
    fields = [LatestMetric._meta.get_field(name) for name in COLUMNS]
    columns = [column(field, rows) for field in fields]
    values = [value for row in zip(*columns, strict=True) for value in row]
    table = connection.ops.quote_name(LatestMetric._meta.db_table)
    names = [connection.ops.quote_name(str(field.column)) for field in fields]  # type: ignore[union-attr]
    places = ", ".join(["(" + ", ".join(["%s"] * len(fields)) + ")"] * (len(values) // len(fields)))
    run, key, *others = names
    position, at = names[-2:]
    statement = (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES {places} "
        f"ON CONFLICT ({run}, {key}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in others)} "
        f"WHERE (excluded.{position}, excluded.{at}) >= ({table}.{position}, {table}.{at})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
