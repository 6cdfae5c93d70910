"""A tracking server of MLflow's, by its REST API. Files come by way of it, wherever it keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext
from mlops.mlflow_stores.attachments import FOLDER
from mlops.mlflow_stores.calling import Caller
from mlops.mlflow_stores.database import finite, model_in
from mlops.mlflow_stores.opening import Address
from mlops.mlflow_stores.places import PROXIED, unreachable
from mlops.mlflow_stores.tracing import trace_told
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

API, API_3 = "/api/2.0/mlflow", "/api/3.0/mlflow"
PAGE = 200
RUNS_A_CALL = 100
MOST_BULK = 25_000
"""Points that the server gives for many runs at once; where so many come, some may be missing."""
HISTORY_PAGE = 25_000
MOST_PAGES = 1_000_000
MOST_LISTED = 200_000
STATES = {"LOGGED_MODEL_PENDING": "pending", "LOGGED_MODEL_UPLOAD_FAILED": "failed"}
OF_RUN, OF_MODEL, OF_TRACE = "run-files:", "model-files:", "trace-files:"


class Server:
    def __init__(self, where: Address) -> None:
        self._call = Caller(where)
        self._keys: dict[str, list[str]] = {}
        self._call.post(f"{API}/experiments/search", {"max_results": 1, "view_type": "ALL"})

    def experiments(self) -> Iterator[Experiment]:
        for row in self._pages("experiments/search", "experiments", {"view_type": "ALL"}):
            yield Experiment(
                id=str(row["experiment_id"]),
                name=str(row.get("name", "")),
                created=_whole(row.get("creation_time")),
                changed=_whole(row.get("last_update_time")),
                is_deleted=row.get("lifecycle_stage") == "deleted",
                tags=_pairs(row.get("tags")),
            )

    def runs(self, experiment: str) -> Iterator[Run]:
        asked = {"experiment_ids": [experiment], "run_view_type": "ALL", "order_by": ["attributes.start_time ASC"]}
        for row in self._pages("runs/search", "runs", asked):
            run = _run(row, experiment)
            self._keys[run.id] = [point.key for point in run.latest]
            yield run

    def points(self, runs: list[str]) -> Iterator[tuple[str, list[Point]]]:
        """By many runs at once where the server can, else one history after the other."""
        for start in range(0, len(runs), RUNS_A_CALL):
            some = runs[start : start + RUNS_A_CALL]
            for key in sorted({key for run in some for key in self._keys.get(run, ())}):
                having = [run for run in some if key in self._keys.get(run, ())]
                for run, points in self._bulk(having, key) or self._each(having, key):
                    yield run, points
        for run in runs:
            self._keys.pop(run, None)

    def logged_models(self, experiment: str) -> Iterator[LoggedModel]:
        try:
            for row in self._pages("logged-models/search", "models", {"experiment_ids": [experiment]}):
                yield _logged(row, experiment)
        except Refusal as refusal:
            if refusal.code != "source_lacks":  # a server of MLflow 2 has none
                raise

    def traces(self, experiment: str) -> Iterator[Trace]:
        for told, tags, metadata in self._traces(experiment):
            key = str(told.get("trace_id") or told["request_id"])
            try:
                yield trace_told(told, experiment, tags, metadata, f"{OF_TRACE}{key}")
            except (ValueError, TypeError):  # a time that is none
                continue

    def _traces(self, experiment: str) -> Iterator[tuple[dict[str, Any], dict[str, str], dict[str, str]]]:
        """In the form of 3.x, else in that of 2.x; earlier servers have none."""
        where = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}
        order = ["timestamp_ms ASC"]
        try:
            for row in self._pages("traces/search", "traces", {"locations": [where], "order_by": order}, api=API_3):
                yield row, dict(row.get("tags") or {}), dict(row.get("trace_metadata") or {})
            return
        except Refusal as refusal:
            if refusal.code != "source_lacks":
                raise
        try:
            for row in self._gotten("traces", "traces", experiment_ids=experiment, order_by=order):
                yield row, _pairs(row.get("tags")), _pairs(row.get("request_metadata"))
        except Refusal as refusal:
            if refusal.code != "source_lacks":
                raise

    def registered(self) -> Iterator[Registered]:
        versions: dict[str, list[Version]] = {}
        try:
            for row in self._gotten("model-versions/search", "model_versions"):
                versions.setdefault(str(row["name"]), []).append(_version(row))
            models = list(self._gotten("registered-models/search", "registered_models"))
        except Refusal as refusal:
            if refusal.code == "source_lacks":
                return
            raise
        for row in models:
            aliases = {str(one["alias"]): int(one["version"]) for one in row.get("aliases") or ()}
            yield Registered(
                name=str(row["name"]),
                description=str(row.get("description") or ""),
                created=_whole(row.get("creation_timestamp")),
                changed=_whole(row.get("last_updated_timestamp")),
                tags=_pairs(row.get("tags")),
                aliases=aliases,
                versions=tuple(sorted(versions.get(str(row["name"]), ()), key=lambda one: one.number)),
            )

    def leftovers(self) -> list[Leftover]:
        return []

    def files(self, place: str) -> list[Lying]:
        listed, _down = self._ways(place)
        found: list[Lying] = []
        waiting = [""]
        while waiting:
            below = waiting.pop()
            for path, is_folder, size in listed(below):
                if is_folder:
                    waiting.append(path)
                else:
                    found.append(Lying(path, size))
            if len(found) + len(waiting) > MOST_LISTED:
                raise Refusal(
                    "too_many_files",
                    gettext("There are more than %(most_listed)s files there.") % {"most_listed": f"{MOST_LISTED:,}"},
                    status=422,
                )
        return sorted(found, key=lambda one: one.path)

    def fetch(self, place: str, path: str, target: Path) -> int:
        _listed, down = self._ways(place)
        return down(path, target)

    def _ways(self, place: str) -> tuple[Callable[[str], Iterator[tuple[str, bool, int]]], Callable[[str, Path], int]]:
        """How files at a place are listed, and how one is fetched."""
        if place.startswith(OF_RUN):
            run = place.removeprefix(OF_RUN)
            return (
                lambda below: self._listed(f"{API}/artifacts/list", below, run_id=run),
                lambda path, target: self._call.download("/get-artifact", target, path=path, run_uuid=run),
            )
        if place.startswith(OF_MODEL):
            model = quote(place.removeprefix(OF_MODEL), safe="")
            home = f"/logged-models/{model}/artifacts"
            return (
                lambda below: self._listed(f"{API}{home}/directories", below, name="artifact_directory_path"),
                lambda path, target: self._call.download(
                    f"/ajax-api/2.0/mlflow{home}/files", target, artifact_file_path=path
                ),
            )
        if place.startswith(OF_TRACE):
            key = place.removeprefix(OF_TRACE)
            return (
                lambda below: iter(()),
                lambda path, target: self._call.download(
                    "/ajax-api/2.0/mlflow/get-trace-artifact",
                    target,
                    request_id=key,
                    **({"path": path.removeprefix(FOLDER)} if path.startswith(FOLDER) else {}),
                ),
            )
        if urlsplit(place).scheme == PROXIED:
            root = urlsplit(place).path.strip("/")
            home = "/api/2.0/mlflow-artifacts/artifacts"
            return (
                lambda below: self._proxied(home, root, below),
                lambda path, target: self._call.download(f"{home}/{quote(f'{root}/{path}')}", target),
            )
        raise unreachable(place)

    def _listed(self, route: str, below: str, *, name: str = "path", **query: str) -> Iterator[tuple[str, bool, int]]:
        token = ""
        for _ in range(MOST_PAGES):
            asked = query | ({name: below} if below else {}) | ({"page_token": token} if token else {})
            answer = self._call.get(route, **asked)
            for row in answer.get("files") or ():
                path = str(row.get("path", ""))
                if path != below and path.startswith(f"{below}/" if below else ""):
                    yield path, bool(row.get("is_dir")), _whole(row.get("file_size")) or 0
            token = str(answer.get("next_page_token") or "")
            if not token:
                return

    def _proxied(self, home: str, root: str, below: str) -> Iterator[tuple[str, bool, int]]:
        """Paths in these answers are relative to the folder that was asked for."""
        answer = self._call.get(home, path=f"{root}/{below}".rstrip("/"))
        for row in answer.get("files") or ():
            path = f"{below}/{row.get('path', '')}".strip("/")
            yield path, bool(row.get("is_dir")), _whole(row.get("file_size")) or 0

    def _bulk(self, runs: list[str], key: str) -> list[tuple[str, list[Point]]] | None:
        """None where the server lacks the route, or has more points than it gives."""
        try:
            answer = self._call.get(
                "/ajax-api/2.0/mlflow/metrics/get-history-bulk", run_id=runs, metric_key=key, max_results=MOST_BULK
            )
        except Refusal as refusal:
            if refusal.code in ("source_lacks", "source_odd"):
                return None
            raise
        rows = answer.get("metrics") or ()
        if len(rows) >= MOST_BULK:
            return None
        found: dict[str, dict[tuple[Any, ...], Point]] = {run: {} for run in runs}
        for row in rows:
            point = _point(row)
            if str(row.get("run_id")) in found:
                found[str(row["run_id"])][point.step, point.at, repr(point.value)] = point
        return [(run, list(points.values())) for run, points in found.items() if points]

    def _each(self, runs: list[str], key: str) -> Iterator[tuple[str, list[Point]]]:
        for run in runs:
            token = ""
            for _ in range(MOST_PAGES):
                more = {"page_token": token} if token else {}
                answer = self._call.get(
                    f"{API}/metrics/get-history", run_id=run, metric_key=key, max_results=HISTORY_PAGE, **more
                )
                points = {(one.step, one.at, repr(one.value)): one for one in map(_point, answer.get("metrics") or ())}
                if points:
                    yield run, list(points.values())
                token = str(answer.get("next_page_token") or "")
                if not token:
                    break

    def _pages(self, route: str, what: str, asked: dict[str, Any], *, api: str = API) -> Iterator[dict[str, Any]]:
        token = ""
        for _ in range(MOST_PAGES):
            more = {"page_token": token} if token else {}
            answer = self._call.post(f"{api}/{route}", asked | {"max_results": PAGE} | more)
            yield from answer.get(what) or ()
            token = str(answer.get("next_page_token") or "")
            if not token:
                return

    def _gotten(self, route: str, what: str, **query: Any) -> Iterator[dict[str, Any]]:
        token = ""
        for _ in range(MOST_PAGES):
            more = {"page_token": token} if token else {}
            answer = self._call.get(f"{API}/{route}", max_results=PAGE, **query, **more)
            yield from answer.get(what) or ()
            token = str(answer.get("next_page_token") or "")
            if not token:
                return


def _run(row: dict[str, Any], experiment: str) -> Run:
    info, data = row.get("info") or {}, row.get("data") or {}
    inputs, outputs = row.get("inputs") or {}, row.get("outputs") or {}
    key = str(info.get("run_id") or info.get("run_uuid"))
    tags = _pairs(data.get("tags"))
    models = [ModelUse(model=str(one["model_id"]), is_output=False) for one in inputs.get("model_inputs") or ()]
    models += [
        ModelUse(model=str(one["model_id"]), is_output=True, step=_whole(one.get("step")) or 0)
        for one in outputs.get("model_outputs") or ()
    ]
    return Run(
        id=key,
        experiment=experiment,
        name=str(info.get("run_name") or tags.get("mlflow.runName") or ""),
        user=str(info.get("user_id") or ""),
        status=str(info.get("status") or ""),
        started=_whole(info.get("start_time")),
        ended=_whole(info.get("end_time")) or None,
        is_deleted=info.get("lifecycle_stage") == "deleted",
        place=f"{OF_RUN}{key}",
        parameters=_pairs(data.get("params")),
        tags=tags,
        latest=tuple(sorted(map(_point, data.get("metrics") or ()), key=lambda point: point.key)),
        uses=tuple(_use(one) for one in inputs.get("dataset_inputs") or ()),
        models=tuple(sorted(models, key=lambda use: (use.is_output, use.step, use.model))),
    )


def _use(row: dict[str, Any]) -> Use:
    data = row.get("dataset") or {}
    return Use(
        name=str(data.get("name", "")),
        digest=str(data.get("digest", "")),
        source_type=str(data.get("source_type") or ""),
        source=str(data.get("source") or ""),
        schema=str(data.get("schema") or ""),
        profile=str(data.get("profile") or ""),
        tags=_pairs(row.get("tags")),
    )


def _logged(row: dict[str, Any], experiment: str) -> LoggedModel:
    info, data = row.get("info") or {}, row.get("data") or {}
    key = str(info["model_id"])
    metrics = [
        ModelPoint(
            _point(one), str(one.get("run_id") or ""), str(one.get("dataset_name") or ""),
            str(one.get("dataset_digest") or ""),
        )
        for one in data.get("metrics") or ()
    ]  # fmt: skip
    return LoggedModel(
        id=key,
        experiment=experiment,
        name=str(info.get("name") or ""),
        run=str(info.get("source_run_id") or ""),
        kind=str(info.get("model_type") or ""),
        state=STATES.get(str(info.get("status")), "ready"),
        created=_whole(info.get("creation_timestamp_ms")),
        changed=_whole(info.get("last_updated_timestamp_ms")),
        place=f"{OF_MODEL}{key}",
        parameters=_pairs(data.get("params")),
        tags=_pairs(info.get("tags")),
        metrics=tuple(sorted(metrics, key=lambda one: (one.run, one.point.key, one.point.step, one.point.at))),
    )


def _version(row: dict[str, Any]) -> Version:
    source = str(row.get("source") or "")
    return Version(
        number=int(row["version"]),
        description=str(row.get("description") or ""),
        stage=str(row.get("current_stage") or "None"),
        source=source,
        place=source,
        run=str(row.get("run_id") or ""),
        model=str(row.get("model_id") or model_in(source)),
        user=str(row.get("user_id") or ""),
        status=str(row.get("status") or "READY"),
        created=_whole(row.get("creation_timestamp")),
        changed=_whole(row.get("last_updated_timestamp")),
        tags=_pairs(row.get("tags")),
    )


def _point(row: dict[str, Any]) -> Point:
    """Numbers that JSON has not come as texts, or as what Python writes."""
    return Point(
        str(row.get("key", "")),
        finite(float(row.get("value") or 0.0)),
        _whole(row.get("step")) or 0,
        _whole(row.get("timestamp")) or 0,
    )


def _pairs(rows: Any) -> dict[str, str]:
    return {str(one["key"]): str(one.get("value", "")) for one in rows or ()}


def _whole(value: Any) -> int | None:
    try:
        return None if value is None else int(value)
    except (ValueError, TypeError):
        return None
