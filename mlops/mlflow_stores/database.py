"""A tracking database of MLflow 1.x to 3.x, read only. A table or a column that its version lacks counts as empty."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.mlflow_stores.places import Folders
from mlops.mlflow_stores.tracing import trace_in
from mlops.mlflow_stores.values import (
    Experiment,
    Leftover,
    LoggedModel,
    Lying,
    ModelPoint,
    ModelUse,
    Point,
    Registered,
    Run,
    Trace,
    Use,
    Version,
)

RUNS_A_TIME = 200
ROWS_A_PIECE = 20_000
GREATEST = 1.7976931348623157e308
"""What MLflow writes into a database for an infinite value."""
WORKSPACE = "default"
STATES = {1: "pending", 2: "ready", 3: "failed"}
DELETED_VERSION = "Deleted_Internal"
LEFT = {
    "evaluation_datasets": "evaluation datasets",
    "scorers": "scorers",
    "webhooks": "webhooks",
    "endpoints": "gateway endpoints",
    "secrets": "secrets of the gateway",
    "users": "users (people sign in here by accounts of their own)",
    "issues": "issues",
    "mcp_servers": "MCP servers",
}


class Database:
    """`connection`: one of SQLAlchemy's, which cannot write. `folders`: where local files are looked for."""

    def __init__(self, connection: Any, folders: Folders) -> None:
        from sqlalchemy import inspect

        self._connection, self._folders = connection, folders
        seen = inspect(connection)
        self._columns = {table: {one["name"] for one in seen.get_columns(table)} for table in seen.get_table_names()}
        if "experiments" not in self._columns or "runs" not in self._columns:
            raise Refusal(
                "no_mlflow_store",
                _("This database has no tables of MLflow's."),
                hint=_("Name the database that `mlflow server --backend-store-uri` was started with."),
                status=422,
            )

    def experiments(self) -> Iterator[Experiment]:
        tags = self._pairs("experiment_tags", "experiment_id", None)
        for row in self._rows("experiments", order="experiment_id"):
            yield Experiment(
                id=str(row["experiment_id"]),
                name=within(row, str(row["name"])),
                created=row.get("creation_time"),
                changed=row.get("last_update_time"),
                is_deleted=row.get("lifecycle_stage") == "deleted",
                tags=tags[row["experiment_id"]],
            )

    def runs(self, experiment: str) -> Iterator[Run]:
        rows = self._rows("runs", where={"experiment_id": _number(experiment)}, order="start_time")
        for start in range(0, len(rows), RUNS_A_TIME):
            yield from self._whole(rows[start : start + RUNS_A_TIME], experiment)

    def points(self, runs: list[str]) -> Iterator[tuple[str, list[Point]]]:
        """In the order of the runs, and within a run in that of steps."""
        sql = self._select("metrics", "run_uuid", runs, order="run_uuid, step, timestamp")
        whose, piece = "", list[Point]()
        for row in self._streamed(sql):
            if piece and (row["run_uuid"] != whose or len(piece) >= ROWS_A_PIECE):
                yield whose, piece
                piece = []
            whose = row["run_uuid"]
            piece.append(_point(row))
        if piece:
            yield whose, piece

    def logged_models(self, experiment: str) -> Iterator[LoggedModel]:
        rows = self._rows("logged_models", where={"experiment_id": _number(experiment)}, order="creation_timestamp_ms")
        for start in range(0, len(rows), RUNS_A_TIME):
            some = rows[start : start + RUNS_A_TIME]
            ids = [row["model_id"] for row in some]
            parameters = self._pairs("logged_model_params", "model_id", ids, "param_key", "param_value")
            tags = self._pairs("logged_model_tags", "model_id", ids, "tag_key", "tag_value")
            metrics: dict[str, list[ModelPoint]] = defaultdict(list)
            for row in self._among("logged_model_metrics", "model_id", ids):
                value = row["metric_value"]
                number = math.nan if value is None else finite(value)
                point = Point(row["metric_name"], number, row["metric_step"], row["metric_timestamp_ms"])
                about = row.get("dataset_name") or "", row.get("dataset_digest") or ""
                metrics[row["model_id"]].append(ModelPoint(point, row["run_id"], *about))
            for row in some:
                yield LoggedModel(
                    id=row["model_id"],
                    experiment=experiment,
                    name=row["name"],
                    run=row.get("source_run_id") or "",
                    kind=row.get("model_type") or "",
                    state=STATES.get(row.get("status") or 2, "ready"),
                    created=row.get("creation_timestamp_ms"),
                    changed=row.get("last_updated_timestamp_ms"),
                    is_deleted=row.get("lifecycle_stage") == "deleted",
                    place=row.get("artifact_location") or "",
                    parameters=parameters[row["model_id"]],
                    tags=tags[row["model_id"]],
                    metrics=tuple(sorted(metrics[row["model_id"]], key=_order)),
                )

    def traces(self, experiment: str) -> Iterator[Trace]:
        rows = self._rows("trace_info", where={"experiment_id": _number(experiment)}, order="timestamp_ms")
        for start in range(0, len(rows), RUNS_A_TIME):
            some = rows[start : start + RUNS_A_TIME]
            ids = [row["request_id"] for row in some]
            tags = self._pairs("trace_tags", "request_id", ids)
            metadata = self._pairs("trace_request_metadata", "request_id", ids)
            spans: dict[str, list[str]] = defaultdict(list)
            for row in self._among("spans", "trace_id", ids):
                spans[row["trace_id"]].append(row.get("content") or "")
            assessments: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for row in self._among("assessments", "trace_id", ids):
                assessments[row["trace_id"]].append(row)
            for row in some:
                key = row["request_id"]
                yield trace_in(row, experiment, tags[key], metadata[key], spans, assessments)

    def registered(self) -> Iterator[Registered]:
        tags, version_tags = defaultdict[Any, dict[str, str]](dict), defaultdict[Any, dict[str, str]](dict)
        for row in self._rows("registered_model_tags"):
            tags[_key(row)][row["key"]] = row["value"] or ""
        for row in self._rows("model_version_tags"):
            version_tags[(*_key(row), row["version"])][row["key"]] = row["value"] or ""
        aliases = defaultdict[Any, dict[str, int]](dict)
        for row in self._rows("registered_model_aliases"):
            aliases[_key(row)][row["alias"]] = row["version"]
        versions = defaultdict[Any, list[Version]](list)
        for row in self._rows("model_versions", order="version"):
            if row.get("current_stage") != DELETED_VERSION:
                versions[_key(row)].append(_version(row, version_tags[(*_key(row), row["version"])]))
        for row in self._rows("registered_models", order="name"):
            yield Registered(
                name=within(row, row["name"]),
                description=row.get("description") or "",
                created=row.get("creation_time"),
                changed=row.get("last_updated_time"),
                tags=tags[_key(row)],
                aliases=aliases[_key(row)],
                versions=tuple(versions[_key(row)]),
            )

    def leftovers(self) -> list[Leftover]:
        from sqlalchemy import func, select, table

        counts = {
            what: self._connection.execute(select(func.count()).select_from(table(name))).scalar() or 0
            for name, what in LEFT.items()
            if name in self._columns
        }
        return [Leftover(what=what, count=count) for what, count in counts.items() if count]

    def files(self, place: str) -> list[Lying]:
        return self._folders.files(place)

    def fetch(self, place: str, path: str, target: Path) -> int:
        return self._folders.fetch(place, path, target)

    def _whole(self, rows: list[dict[str, Any]], experiment: str) -> Iterator[Run]:
        ids = [row["run_uuid"] for row in rows]
        parameters, tags = self._pairs("params", "run_uuid", ids), self._pairs("tags", "run_uuid", ids)
        latest: dict[str, list[Point]] = defaultdict(list)
        for row in self._among("latest_metrics", "run_uuid", ids):
            latest[row["run_uuid"]].append(_point(row))
        uses, models, counts = self._uses(ids), self._models(ids), self._counts(ids)
        for row in rows:
            key = row["run_uuid"]
            yield Run(
                id=key,
                experiment=experiment,
                name=row.get("name") or "",
                user=row.get("user_id") or "",
                status=row.get("status") or "",
                started=row.get("start_time"),
                ended=row.get("end_time"),
                is_deleted=row.get("lifecycle_stage") == "deleted",
                place=row.get("artifact_uri") or "",
                parameters=parameters[key],
                tags=_sourced(tags[key], row),
                latest=tuple(sorted(latest[key], key=lambda point: point.key)),
                points=counts.get(key, 0),
                uses=tuple(uses[key]),
                models=tuple(models[key]),
            )

    def _uses(self, runs: list[str]) -> dict[str, list[Use]]:
        found: dict[str, list[Use]] = defaultdict(list)
        inputs = [row for row in self._among("inputs", "destination_id", runs) if row["source_type"] == "DATASET"]
        known = {row["dataset_uuid"]: row for row in self._among("datasets", "dataset_uuid", _all(inputs, "source_id"))}
        tags = self._pairs("input_tags", "input_uuid", _all(inputs, "input_uuid"), "name")
        for row in sorted(inputs, key=lambda row: str(row["input_uuid"])):
            data = known.get(row["source_id"])
            if data is None:
                continue
            found[row["destination_id"]].append(
                Use(
                    name=data["name"],
                    digest=data["digest"],
                    source_type=data.get("dataset_source_type") or "",
                    source=data.get("dataset_source") or "",
                    schema=data.get("dataset_schema") or "",
                    profile=data.get("dataset_profile") or "",
                    tags=tags[row["input_uuid"]],
                )
            )
        return found

    def _models(self, runs: list[str]) -> dict[str, list[ModelUse]]:
        found: dict[str, list[ModelUse]] = defaultdict(list)
        for row in self._among("inputs", "source_id", runs):
            if row["source_type"] in ("RUN_INPUT", "RUN_OUTPUT"):
                is_output = row["source_type"] == "RUN_OUTPUT"
                use = ModelUse(model=row["destination_id"], is_output=is_output, step=row.get("step") or 0)
                found[row["source_id"]].append(use)
        return {
            key: sorted(uses, key=lambda use: (use.is_output, use.step, use.model)) for key, uses in found.items()
        } | (defaultdict(list))

    def _counts(self, runs: list[str]) -> dict[str, int]:
        from sqlalchemy import bindparam, text

        if "metrics" not in self._columns:
            return {}
        sql = text("SELECT run_uuid, COUNT(*) FROM metrics WHERE run_uuid IN :ids GROUP BY run_uuid")
        rows = self._connection.execute(sql.bindparams(bindparam("ids", runs, expanding=True)))
        return {row[0]: row[1] for row in rows}

    def _pairs(
        self, table: str, of: str, ids: Sequence[Any] | None, key: str = "key", value: str = "value"
    ) -> dict[Any, dict[str, str]]:
        found: dict[Any, dict[str, str]] = defaultdict(dict)
        rows = self._rows(table) if ids is None else self._among(table, of, ids)
        for row in rows:
            found[row[of]][row[key]] = row[value] or ""
        return found

    def _rows(self, table: str, *, where: dict[str, Any] | None = None, order: str = "") -> list[dict[str, Any]]:
        if table not in self._columns:
            return []
        (column, value), *_more = (where or {"": None}).items()
        return list(self._streamed(self._select(table, column, [value] if where else None, order=order)))

    def _among(self, table: str, column: str, ids: Sequence[Any]) -> list[dict[str, Any]]:
        if not ids or table not in self._columns:
            return []
        found: list[dict[str, Any]] = []
        for start in range(0, len(ids), RUNS_A_TIME):
            found += self._streamed(self._select(table, column, ids[start : start + RUNS_A_TIME]))
        return found

    def _select(self, table: str, column: str, ids: Sequence[Any] | None, *, order: str = "") -> Any:
        from sqlalchemy import column as a_column
        from sqlalchemy import select
        from sqlalchemy import table as a_table

        names = sorted(self._columns.get(table, ()))
        statement: Any = select(*(a_column(name) for name in names)).select_from(a_table(table, *map(a_column, names)))
        if ids is not None:
            statement = statement.where(a_column(column).in_(list(ids)))
        by = [name.strip() for name in order.split(",") if name.strip() in names]
        return statement.order_by(*(a_column(name) for name in by))

    def _streamed(self, statement: Any) -> Iterator[dict[str, Any]]:
        found = self._connection.execution_options(stream_results=True).execute(statement)
        for row in found.mappings().yield_per(5_000):
            yield dict(row)


def within(row: dict[str, Any], name: str) -> str:
    """Names are unique within a workspace: those of others than the first carry its name."""
    workspace = row.get("workspace") or WORKSPACE
    return name if workspace == WORKSPACE else f"{workspace}.{name}"


def finite(value: float) -> float:
    return math.copysign(math.inf, value) if abs(value) >= GREATEST else float(value)


def _point(row: dict[str, Any]) -> Point:
    value = math.nan if row.get("is_nan") else finite(row["value"])
    return Point(row["key"], value, row.get("step") or 0, row.get("timestamp") or 0)


def _version(row: dict[str, Any], tags: dict[str, str]) -> Version:
    source = row.get("source") or ""
    return Version(
        number=row["version"],
        description=row.get("description") or "",
        stage=row.get("current_stage") or "None",
        source=source,
        place=row.get("storage_location") or source,
        run=row.get("run_id") or "",
        model=model_in(source),
        user=row.get("user_id") or "",
        status=row.get("status") or "READY",
        created=row.get("creation_time"),
        changed=row.get("last_updated_time"),
        tags=tags,
    )


def model_in(source: str) -> str:
    """The id in `models:/m-…`."""
    name = source.removeprefix("models:").strip("/") if source.startswith("models:") else ""
    return name if name.startswith("m-") and "/" not in name and "@" not in name else ""


def _sourced(tags: dict[str, str], row: dict[str, Any]) -> dict[str, str]:
    """What old versions kept in columns, as the tags that followed them."""
    told = {"mlflow.source.name": row.get("source_name"), "mlflow.source.git.commit": row.get("source_version")}
    return {key: value for key, value in told.items() if value} | tags


def _key(row: dict[str, Any]) -> tuple[str, str]:
    return row.get("workspace") or WORKSPACE, row["name"]


def _order(told: ModelPoint) -> tuple[str, str, int, int]:
    return told.run, told.point.key, told.point.step, told.point.at


def _all(rows: list[dict[str, Any]], column: str) -> list[Any]:
    return list({row[column] for row in rows})


def _number(key: str) -> int | str:
    """As the column holds it."""
    return int(key) if key.isdecimal() else key
