"""Metrics in one statement of PostgreSQL, where a transaction of several waits six times: the points, the last values
and the notices, all of them or none, and only while no act has been recorded that the caller does not know of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from mlops.events.models import Event, Notice
from mlops.runs.latest import last_of
from mlops.runs.many import MetricRow
from mlops.runs.models import LatestMetric, Metric, Run

USES_BEFORE_PREPARED = 3
INSERT = f"""
WITH told AS MATERIALIZED (
  SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::float8[], %s::text[], %s::int8[], %s::timestamptz[])
    WITH ORDINALITY AS row (run_id, node, key, value, special, position, at, place)
  WHERE (SELECT coalesce(max(seq), 0) FROM {Event._meta.db_table}) = %s::int8
), kept AS (
  INSERT INTO {Metric._meta.db_table} (run_id, node, key, value, special, position, at)
  SELECT run_id, node, key, value, special, position, at FROM told ORDER BY place
), raised AS (
  INSERT INTO {LatestMetric._meta.db_table} AS known (run_id, key, value, special, position, at)
  SELECT run_id, key, value, special, position, at
    FROM unnest(%s::int8[]) WITH ORDINALITY AS last (place, number) JOIN told USING (place) ORDER BY number
  ON CONFLICT (run_id, key) DO UPDATE
    SET value = excluded.value, special = excluded.special, position = excluded.position, at = excluded.at
    WHERE (excluded.position, excluded.at) >= (known.position, known.at)
), noticed AS (
  INSERT INTO {Notice._meta.db_table} (kind, ref, project_id, at)
  SELECT 'metrics', ref, project_id, now() FROM unnest(%s::text[], %s::uuid[]) AS notice (ref, project_id)
  WHERE EXISTS (SELECT FROM told)
)
SELECT EXISTS (SELECT FROM told)
"""
INSERT_SOON = f"{INSERT.rstrip()}, set_config('synchronous_commit', 'off', true)"
"""The same, answered before it is on disk. The next act that is waited for, as the end of the run, has it there."""


def insert_while(rows: Sequence[MetricRow], runs: Iterable[Run], *, newest_event: int) -> bool:
    """Whether they are kept: not where a newer event has been recorded. `runs`: whose the rows are, for the notices.

    Outside of a transaction, where the statement is one by itself."""
    places = {id(row): place for place, row in enumerate(rows, 1)}
    known = list(runs)
    values = [
        _array(row.run_id for row in rows),
        _texts(row.node for row in rows),
        _texts(row.key for row in rows),
        _array("NULL" if row.value is None else repr(row.value) for row in rows),
        _texts(row.special for row in rows),
        _array(row.position for row in rows),
        _texts(row.at.isoformat() for row in rows),
        newest_event,
        _array(places[id(row)] for row in last_of(rows)),
        _array(run.pk for run in known),
        _array(run.project_id for run in known),
    ]
    with _cursor() as cursor:
        sql = INSERT_SOON if settings.RUN_METRICS_COMMIT == "soon" else INSERT
        return bool(cursor.execute(sql, values).fetchone()[0])


def _cursor() -> Any:
    """Django's own has values written into each statement, so that none of them can be prepared."""
    import psycopg

    connection.ensure_connection()
    raw = connection.connection
    raw.prepare_threshold = USES_BEFORE_PREPARED
    return psycopg.Cursor(raw)


def _array(values: Iterable[Any]) -> str:
    """As the database writes arrays, many times as fast as psycopg's lists."""
    return "{" + ",".join(map(str, values)) + "}"


def _texts(values: Iterable[str]) -> str:
    told = list(values)
    quoted = {value: '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in set(told)}
    return _array(map(quoted.__getitem__, told))
