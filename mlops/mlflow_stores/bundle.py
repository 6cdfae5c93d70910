"""A store on its way: what is new in it, as a small database of MLflow's form with the files beside it, in a zip.

The reader of databases reads it at the other end, wherever it came from. What the other end has by its marks is left
out."""

from __future__ import annotations

import math
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from mlops.formats.refusal import Refusal
from mlops.mlflow_stores.assessing import COLUMNS, row_of
from mlops.mlflow_stores.attachments import attachments_in
from mlops.mlflow_stores.database import GREATEST
from mlops.mlflow_stores.tracing import PLACE, SPANS_FILE
from mlops.mlflow_stores.values import (
    Experiment,
    LoggedModel,
    Lying,
    ModelPoint,
    Point,
    Registered,
    Run,
    Store,
    Trace,
    Version,
    files_mark,
)

DATABASE, FILES = "mlflow.db", "files"
RUNS_A_TIME = 200
CHUNK_BYTES = 1 << 20
TABLES = f"""
CREATE TABLE experiments (experiment_id INTEGER, name, lifecycle_stage, creation_time, last_update_time);
CREATE TABLE experiment_tags (experiment_id INTEGER, key, value);
CREATE TABLE runs (run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage, artifact_uri,
  experiment_id INTEGER);
CREATE TABLE params (run_uuid, key, value);
CREATE TABLE tags (run_uuid, key, value);
CREATE TABLE metrics (run_uuid, key, value, timestamp, step, is_nan);
CREATE TABLE latest_metrics (run_uuid, key, value, timestamp, step, is_nan);
CREATE TABLE datasets (dataset_uuid, name, digest, dataset_source_type, dataset_source, dataset_schema,
  dataset_profile);
CREATE TABLE inputs (input_uuid, source_type, source_id, destination_type, destination_id, step);
CREATE TABLE input_tags (input_uuid, name, value);
CREATE TABLE logged_models (model_id, experiment_id INTEGER, name, artifact_location, creation_timestamp_ms,
  last_updated_timestamp_ms, status, lifecycle_stage, model_type, source_run_id);
CREATE TABLE logged_model_params (model_id, param_key, param_value);
CREATE TABLE logged_model_tags (model_id, tag_key, tag_value);
CREATE TABLE logged_model_metrics (model_id, metric_name, metric_timestamp_ms, metric_step, metric_value, run_id,
  dataset_name, dataset_digest);
CREATE TABLE trace_info (request_id, experiment_id INTEGER, timestamp_ms, execution_time_ms, status, client_request_id,
  request_preview, response_preview);
CREATE TABLE trace_tags (request_id, key, value);
CREATE TABLE trace_request_metadata (request_id, key, value);
CREATE TABLE spans (trace_id, content);
CREATE TABLE assessments ({COLUMNS});
CREATE TABLE registered_models (name, description, creation_time, last_updated_time);
CREATE TABLE registered_model_tags (name, key, value);
CREATE TABLE registered_model_aliases (name, alias, version);
CREATE TABLE model_versions (name, version, description, current_stage, source, storage_location, run_id, user_id,
  status, creation_time, last_updated_time);
CREATE TABLE model_version_tags (name, version, key, value);
CREATE INDEX metrics_by_run ON metrics (run_uuid);
CREATE INDEX params_by_run ON params (run_uuid);
CREATE INDEX tags_by_run ON tags (run_uuid);
CREATE INDEX latest_by_run ON latest_metrics (run_uuid);
CREATE INDEX tags_by_trace ON trace_tags (request_id);
CREATE INDEX metadata_by_trace ON trace_request_metadata (request_id);
CREATE INDEX spans_by_trace ON spans (trace_id);
CREATE INDEX assessments_by_trace ON assessments (trace_id);
CREATE INDEX inputs_by_run ON inputs (destination_id);
CREATE INDEX inputs_by_source ON inputs (source_id);
"""
STATES = {"pending": 1, "ready": 2, "failed": 3}
Marks = Mapping[str, Mapping[str, tuple[str, str]]]
"""Kind (run, logged_model, trace, version) to id to the marks of what the other end has."""


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Something whose files could not be read."""

    what: str
    message: str


class Bundle:
    """`wants_experiment(name, id)` and `wants_model(name)` say what is taken; of a trial the files are
    counted and stay; `tell` is told of each step."""

    def __init__(
        self,
        store: Store,
        target: Path,
        *,
        have: Marks,
        wants_experiment: Callable[[str, str], bool],
        wants_model: Callable[[str], bool],
        with_files: bool = True,
        is_trial: bool = False,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._store, self._target, self._have, self._tell = store, target, have, tell
        self._wants_experiment, self._wants_model, self._with_files = wants_experiment, wants_model, with_files
        self._is_trial = is_trial
        self._inputs = self._datasets = self._places = 0
        self.left: list[Left] = []
        self.runs = self.files = self.file_bytes = 0

    def write(self) -> None:
        """Raises Refusal where the store cannot be read."""
        with tempfile.TemporaryDirectory(prefix="mlops-import-", dir=self._target.parent) as folder:
            self._scratch = Path(folder)
            self._database = sqlite3.connect(self._scratch / DATABASE)
            self._database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {TABLES}")
            with zipfile.ZipFile(self._target, "w", zipfile.ZIP_STORED) as self._archive:
                for experiment in self._store.experiments():
                    if self._wants_experiment(experiment.name, experiment.id):
                        self._add_experiment(experiment)
                for model in self._store.registered():
                    if self._wants_model(model.name):
                        self._add_registered(model)
                self._database.commit()
                self._database.close()
                self._archive.write(self._scratch / DATABASE, DATABASE, zipfile.ZIP_DEFLATED, 1)

    def _add_experiment(self, one: Experiment) -> None:
        self._tell(f"experiment {one.name}")
        stage = "deleted" if one.is_deleted else "active"
        self._insert("experiments", [(one.id, one.name, stage, one.created, one.changed)])
        self._insert("experiment_tags", [(one.id, *pair) for pair in one.tags.items()])
        waiting: list[Run] = []
        for run in self._store.runs(one.id):
            waiting.append(run)
            if len(waiting) == RUNS_A_TIME:
                self._add_runs(waiting)
                waiting = []
        self._add_runs(waiting)
        for model in self._store.logged_models(one.id):
            self._add_logged(model)
        for trace in self._store.traces(one.id):
            if self._have.get("trace", {}).get(trace.id, ("", ""))[0] != trace.mark():
                self._add_trace(trace)

    def _add_runs(self, runs: list[Run]) -> None:
        new = []
        for run in runs:
            mark, place = self._files("run", run.id, run.place, f"run {run.name or run.id}")
            known, files = self._have.get("run", {}).get(run.id, ("", ""))
            if known != run.mark() or files != mark or run.status == "RUNNING":
                new.append(run)
                self._add_run(run, self._brought(run.place, place))
        for key, points in self._store.points([run.id for run in new]):
            self._insert("metrics", [_measured(key, point) for point in points])
        self.runs += len(new)
        self._tell(f"{self.runs:,} runs, {self.files:,} files")

    def _add_run(self, run: Run, place: str) -> None:
        stage = "deleted" if run.is_deleted else "active"
        facts = (run.id, run.name, run.user, run.status, run.started, run.ended, stage, place, run.experiment)
        self._insert("runs", [facts])
        self._insert("params", [(run.id, *pair) for pair in run.parameters.items()])
        self._insert("tags", [(run.id, *pair) for pair in run.tags.items()])
        self._insert("latest_metrics", [_measured(run.id, point) for point in run.latest])
        for use in run.uses:
            self._datasets += 1
            data, key = f"d-{self._datasets}", self._next_input()
            row = (data, use.name, use.digest, use.source_type, use.source, use.schema, use.profile)
            self._insert("datasets", [row])
            self._insert("inputs", [(key, "DATASET", data, "RUN", run.id, 0)])
            self._insert("input_tags", [(key, *pair) for pair in use.tags.items()])
        for model in run.models:
            ends = ("RUN_OUTPUT", "MODEL_OUTPUT") if model.is_output else ("RUN_INPUT", "MODEL_INPUT")
            self._insert("inputs", [(self._next_input(), ends[0], run.id, ends[1], model.model, model.step)])

    def _add_logged(self, model: LoggedModel) -> None:
        mark, lying = self._files("logged_model", model.id, model.place, f"logged model {model.name}")
        known, files = self._have.get("logged_model", {}).get(model.id, ("", ""))
        if known == model.mark() and files == mark:
            return
        place = self._brought(model.place, lying)
        facts = (model.id, model.experiment, model.name, place, model.created, model.changed, STATES[model.state])
        stage = "deleted" if model.is_deleted else "active"
        self._insert("logged_models", [(*facts, stage, model.kind, model.run)])
        self._insert("logged_model_params", [(model.id, *pair) for pair in model.parameters.items()])
        self._insert("logged_model_tags", [(model.id, *pair) for pair in model.tags.items()])
        rows = [(model.id, *_told(told)) for told in model.metrics]
        self._insert("logged_model_metrics", rows)

    def _add_trace(self, one: Trace) -> None:
        facts = (one.id, one.experiment, one.started, one.duration, one.status, one.client_request_id)
        self._insert("trace_info", [(*facts, one.request, one.response)])
        self._insert("trace_tags", [(one.id, *pair) for pair in one.tags.items()])
        self._insert("trace_request_metadata", [(one.id, *pair) for pair in one.metadata.items()])
        self._insert("spans", [(one.id, span) for span in one.spans])
        self._insert("assessments", [row_of(said, one.id) for said in one.assessments])
        lying = [Lying(path, 0) for path in attachments_in(one.spans) or ([] if one.spans else [SPANS_FILE])]
        if one.place and lying and self._with_files:
            place = self._brought(one.place, lying)
            self._insert("trace_tags", [(one.id, PLACE, place)])

    def _add_registered(self, model: Registered) -> None:
        self._insert("registered_models", [(model.name, model.description, model.created, model.changed)])
        self._insert("registered_model_tags", [(model.name, *pair) for pair in model.tags.items()])
        self._insert("registered_model_aliases", [(model.name, *pair) for pair in model.aliases.items()])
        for version in model.versions:
            self._add_version(model.name, version)

    def _add_version(self, name: str, one: Version) -> None:
        """Files that lie with a run or a logged model came with it."""
        place, source_id = one.place, f"{name}/{one.number}"
        lies_there = place.startswith(("runs:", "models:")) or (
            "/artifacts" in place and (one.run in place or one.model)
        )
        if not lies_there and source_id not in self._have.get("version", {}):
            _mark, lying = self._files("version", source_id, place, f"version {source_id}")
            place = self._brought(place, lying)
        row = (name, one.number, one.description, one.stage, one.source, place, one.run, one.user, one.status)
        self._insert("model_versions", [(*row, one.created, one.changed)])
        self._insert("model_version_tags", [(name, one.number, *pair) for pair in one.tags.items()])

    def _files(self, kind: str, key: str, place: str, what: str) -> tuple[str, list[Lying]]:
        """Of what lies at a place: the mark, empty where there is nothing, and the list."""
        if not self._with_files or not place:
            return self._have.get(kind, {}).get(key, ("", ""))[1], []
        try:
            lying = self._store.files(place)
        except Refusal as refusal:
            self.left.append(Left(what=what, message=refusal.message))
            return "", []
        return (files_mark(lying) if lying else ""), lying

    def _brought(self, place: str, lying: list[Lying]) -> str:
        """Where the files are in the archive."""
        self._places += 1
        home = f"{FILES}/p-{self._places}"
        passing = self._scratch / "file"
        for one in lying:
            self.files += 1
            self.file_bytes += one.size_bytes
            if self._is_trial:
                continue
            try:
                self._store.fetch(place, one.path, passing)
                self._archive.write(passing, f"{home}/{one.path}")
            except (Refusal, ValueError) as problem:
                self.left.append(Left(what=one.path, message=str(problem)))
        return home

    def _next_input(self) -> str:
        self._inputs += 1
        return f"{self._inputs:012}"

    def _insert(self, table: str, rows: list[tuple[object, ...]]) -> None:
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self._database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


def _measured(run: str, point: Point) -> tuple[object, ...]:
    is_nan = math.isnan(point.value)
    return run, point.key, 0.0 if is_nan else _finite(point.value), point.at, point.step, is_nan


def _told(one: ModelPoint) -> tuple[object, ...]:
    point = one.point
    return point.key, point.at, point.step, _finite(point.value), one.run, one.dataset, one.dataset_digest


def _finite(value: float) -> float | None:
    if math.isnan(value):
        return None
    return math.copysign(GREATEST, value) if math.isinf(value) else value
