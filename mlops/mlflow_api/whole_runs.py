"""What a search of runs found, with all facts of each, by one statement of PostgreSQL: it is waited for once, and the
longer lists come as JSON that is passed on as it is."""

from __future__ import annotations

from threading import Event as Flag
from typing import Any
from uuid import UUID

import msgspec
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from mlops.events.models import Event
from mlops.mlflow_api.prepared import Question, plan_of
from mlops.mlflow_api.shapes import Facts, shaped, shaped_model_use, shaped_use, told_in
from mlops.runs.models import DatasetUse, Experiment, LatestMetric, LoggedModelUse, Run, RunParameter, Special
from mlops.tags.models import Tag

ASKED_AGAIN = 2
"""Times before the plan is kept."""
FACTS = 5
"""Columns after those of the run itself."""
NONE = msgspec.Raw(b"[]")
USES = msgspec.json.Decoder(list[tuple[str, str, str, str, str, str, str, dict[str, str]]])
MODELS = msgspec.json.Decoder(list[tuple[UUID, bool, int]])
TAGS = msgspec.json.Decoder(list[tuple[str, str]])
SPECIAL = " ".join(
    f"""WHEN '{special}' THEN '"{told}"'"""
    for special, told in ((Special.NAN, "NaN"), (Special.INFINITE, "Infinity"), (Special.MINUS_INFINITE, "-Infinity"))
)
METRIC = f"""
  '{{"key":' || to_json(key)::text || ',"value":' || coalesce(value::text, CASE special {SPECIAL} ELSE 'null' END)
  || ',"timestamp":' || round(date_part('epoch', at) * 1000)::bigint || ',"step":' || position
  || ',"run_id":"' || replace(run_id::text, '-', '') || '"}}'
"""
PARAMETER = """ '{"key":' || to_json(key)::text || ',"value":' || to_json(value)::text || '}' """
"""As text, for which PostgreSQL takes half the time that its functions of JSON take."""
FOUND = f"""
SELECT head.newest, run.id, run.display_name, run.description, run.state, run.started_at, run.created_at, run.ended_at,
  run.deleted_at, run.parent_id, person.username, experiment.id, experiment.project_id, experiment.artifact_location,
  (SELECT '[' || string_agg({METRIC}, ',' ORDER BY key) || ']'
    FROM {LatestMetric._meta.db_table} WHERE run_id = run.id),
  (SELECT '[' || string_agg({PARAMETER}, ',' ORDER BY key) || ']'
    FROM {RunParameter._meta.db_table} WHERE run_id = run.id),
  (SELECT json_agg(
      json_build_array(name, digest, context, source_type, source, schema, profile, tags) ORDER BY id)::text
    FROM {DatasetUse._meta.db_table} WHERE run_id = run.id),
  (SELECT json_agg(json_build_array(model_id, is_output, position) ORDER BY id)::text
    FROM {LoggedModelUse._meta.db_table} WHERE run_id = run.id),
  (SELECT json_agg(json_build_array(key, value) ORDER BY key)::text
    FROM {Tag._meta.db_table} WHERE content_type_id = %s AND object_id = run.id::text)
FROM (SELECT coalesce(max(seq), 0) AS newest FROM {Event._meta.db_table}) AS head
LEFT JOIN (
  (SELECT pk, row_number() OVER () AS place FROM (WHICH) AS which) AS found
  JOIN {Run._meta.db_table} AS run ON run.id = found.pk
  JOIN {Experiment._meta.db_table} AS experiment ON experiment.id = run.experiment_id
  LEFT JOIN {get_user_model()._meta.db_table} AS person ON person.id = run.created_by_id
) ON true
ORDER BY found.place
"""


_plans_are_lost = Flag()


def whole_runs(which: Question, *, newest_event: int) -> list[dict[str, Any]] | None:
    """The runs whose keys `which` asks for, in its order. None where a newer event has been recorded."""
    plan = plan_of(which)
    if plan is None:
        return None
    sql, values = plan.asked(which.lists)
    rows = _rows(FOUND.replace("WHICH", sql), [ContentType.objects.get_for_model(Run).pk, *values])
    if rows[0][0] != newest_event:
        return None
    found = [row[1:] for row in rows if row[1] is not None]
    told = told_in(row[:-FACTS] for row in found)
    return [shaped(run, _facts(*row[-FACTS:])) for run, row in zip(told, found, strict=True)]


def _rows(sql: str, values: list[Any]) -> list[Any]:
    """By the driver alone: it keeps the plan of a search that is asked again, which takes a good part of the answer to
    make, and it reads times faster than Django does. A pooler that gives each transaction another session of the
    database loses the plans: the first loss is an error, and then none are kept any more."""
    from psycopg import ClientCursor, Cursor, adapters, errors
    from psycopg.pq import Format

    connection.ensure_connection()
    session = connection.connection
    session.prepare_threshold = None if _plans_are_lost.is_set() else ASKED_AGAIN
    with Cursor(session) as cursor, connection.wrap_database_errors:
        if (read := adapters.get_loader(adapters.types["timestamptz"].oid, Format.TEXT)) is not None:
            cursor.adapters.register_loader("timestamptz", read)
        try:
            return cursor.execute(ClientCursor(session).mogrify(sql, values).encode()).fetchall()
        except (errors.InvalidSqlStatementName, errors.DuplicatePreparedStatement):
            _plans_are_lost.set()
            raise


def _facts(metrics: Any, parameters: Any, uses: Any, models: Any, tags: Any) -> Facts:
    """Each is None where there are none."""
    used = MODELS.decode(models) if models else []
    inputs, outputs = ([shaped_model_use(*one) for one in used if one[1] is is_output] for is_output in (False, True))
    return Facts(
        msgspec.Raw(metrics) if metrics else NONE,
        msgspec.Raw(parameters) if parameters else NONE,
        [shaped_use(*one) for one in USES.decode(uses)] if uses else [],
        inputs,
        outputs,
        dict(TAGS.decode(tags)) if tags else {},
    )
