"""A file store of MLflow: the folder `mlruns`, with its experiments, runs, datasets, logged and registered models."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.mlflow_stores.database import model_in
from mlops.mlflow_stores.folders import lying_in
from mlops.mlflow_stores.places import Folders
from mlops.mlflow_stores.tracing import PLACE, trace_told
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

META, TRACE_META = "meta.yaml", "trace_info.yaml"
MODELS, TRASH, TRACES, ASSESSMENTS = "models", ".trash", "traces", "assessments"
MOST_META_BYTES = 4 * 2**20
MOST_TEXT_BYTES = 1 * 2**20
POINTS_A_PIECE = 20_000
STATUSES = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
STATES = {1: "pending", 2: "ready", 3: "failed"}
NO_RUNS = {"tags", "datasets", MODELS, TRACES, "artifacts", ASSESSMENTS}
DELETED_VERSION = "Deleted_Internal"


class FileStore:
    def __init__(self, root: Path, folders: Folders) -> None:
        self._root, self._folders = root, folders
        self._homes: dict[str, Path] = {}
        self._runs: dict[str, Path] = {}
        if not is_file_store(root):
            raise Refusal(
                "no_mlflow_store",
                _("The folder holds no experiments of MLflow's."),
                hint=_("Name the folder `mlruns` itself, or that of --backend-store-uri."),
                status=422,
            )

    def experiments(self) -> Iterator[Experiment]:
        for home in [*_folders(self._root), *_folders(self._root / TRASH)]:
            meta = _meta(home)
            if meta is None or "artifact_location" not in meta:
                continue
            key = str(meta.get("experiment_id", home.name))
            self._homes[key] = home
            yield Experiment(
                id=key,
                name=str(meta.get("name") or key),
                created=_whole(meta.get("creation_time")),
                changed=_whole(meta.get("last_update_time")),
                is_deleted=meta.get("lifecycle_stage") == "deleted",
                tags=_texts(home / "tags"),
            )

    def runs(self, experiment: str) -> Iterator[Run]:
        home = self._home(experiment)
        for folder in _folders(home):
            meta = None if folder.name in NO_RUNS else _meta(folder)
            if meta is None or not ("run_id" in meta or "run_uuid" in meta):
                continue
            key = str(meta.get("run_id") or meta.get("run_uuid"))
            self._runs[key] = folder
            yield self._run(key, experiment, home, folder, meta)

    def points(self, runs: list[str]) -> Iterator[tuple[str, list[Point]]]:
        for key in runs:
            piece: list[Point] = []
            for point in _points(self._runs[key]):
                piece.append(point)
                if len(piece) >= POINTS_A_PIECE:
                    yield key, piece
                    piece = []
            if piece:
                yield key, piece

    def logged_models(self, experiment: str) -> Iterator[LoggedModel]:
        for folder in _folders(self._home(experiment) / MODELS):
            meta = _meta(folder)
            if meta is None or "model_id" not in meta:
                continue
            yield LoggedModel(
                id=str(meta["model_id"]),
                experiment=experiment,
                name=str(meta.get("name") or ""),
                run=str(meta.get("source_run_id") or ""),
                kind=str(meta.get("model_type") or ""),
                state=STATES.get(_whole(meta.get("status")) or 2, "ready"),
                created=_whole(meta.get("creation_timestamp")),
                changed=_whole(meta.get("last_updated_timestamp")),
                is_deleted=meta.get("lifecycle_stage") == "deleted",
                place=self._place(folder, meta.get("artifact_location")),
                parameters=_texts(folder / "params"),
                tags=_texts(folder / "tags"),
                metrics=tuple(_model_points(folder)),
            )

    def traces(self, experiment: str) -> Iterator[Trace]:
        for folder in _folders(self._home(experiment) / TRACES):
            told = _meta(folder, TRACE_META)
            if told is None or not (told.get("trace_id") or told.get("request_id")):
                continue
            tags, metadata = _texts(folder / "tags"), _texts(folder / "request_metadata")
            told |= {ASSESSMENTS: _metas(folder / ASSESSMENTS)}
            try:
                yield trace_told(told, experiment, tags, metadata, self._place(folder, tags.get(PLACE)))
            except (ValueError, TypeError):  # a time that is none
                continue

    def registered(self) -> Iterator[Registered]:
        for folder in _folders(self._root / MODELS):
            meta = _meta(folder)
            if meta is None or "name" not in meta:
                continue
            aliases = {key: _whole(number) for key, number in _texts(folder / "aliases").items()}
            versions = [_version(one) for one in _folders(folder) if one.name.startswith("version-")]
            yield Registered(
                name=str(meta["name"]),
                description=str(meta.get("description") or ""),
                created=_whole(meta.get("creation_timestamp")),
                changed=_whole(meta.get("last_updated_timestamp")),
                tags=_texts(folder / "tags"),
                aliases={key: number for key, number in aliases.items() if number},
                versions=tuple(sorted((one for one in versions if one), key=lambda one: one.number)),
            )

    def leftovers(self) -> list[Leftover]:
        return []

    def files(self, place: str) -> list[Lying]:
        return self._folders.files(place)

    def fetch(self, place: str, path: str, target: Path) -> int:
        return self._folders.fetch(place, path, target)

    def _home(self, experiment: str) -> Path:
        if experiment not in self._homes:
            list(self.experiments())
        return self._homes[experiment]

    def _place(self, folder: Path, told: Any) -> str:
        """Beside the facts, where files lie unless the experiment names another place."""
        beside = folder / "artifacts"
        return str(beside) if beside.is_dir() else str(told or "")

    def _run(self, key: str, experiment: str, home: Path, folder: Path, meta: dict[str, Any]) -> Run:
        status = meta.get("status")
        latest, count = _latest(folder)
        uses, models = _uses(home, folder)
        tags = _texts(folder / "tags")
        return Run(
            id=key,
            experiment=experiment,
            name=str(meta.get("run_name") or meta.get("name") or tags.get("mlflow.runName") or ""),
            user=str(meta.get("user_id") or ""),
            status=STATUSES.get(status, "") if isinstance(status, int) else str(status or ""),
            started=_whole(meta.get("start_time")),
            ended=_whole(meta.get("end_time")),
            is_deleted=meta.get("lifecycle_stage") == "deleted",
            place=self._place(folder, meta.get("artifact_uri")),
            parameters=_texts(folder / "params"),
            tags=tags,
            latest=latest,
            points=count,
            uses=uses,
            models=models,
        )


def is_file_store(root: Path) -> bool:
    return any((_meta(home) or {}).get("artifact_location") is not None for home in _folders(root)[:1_000]) or any(
        _meta(home) for home in _folders(root / TRASH)[:10]
    )


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if one.is_dir() and not one.is_symlink())
    except OSError:
        return []


def _meta(folder: Path, name: str = META) -> dict[str, Any] | None:
    """Plain values alone: tags of YAML that make objects, and aliases that swell, are not read."""
    import yaml

    text = _text(folder / name, most=MOST_META_BYTES)
    if text is None:
        return None
    try:
        found = yaml.load(text, Loader=_plain_loader())  # a safe loader, without aliases  # nosec B506
    except yaml.YAMLError:
        return None
    return found if isinstance(found, dict) else None


def _metas(folder: Path) -> list[dict[str, Any]]:
    names = [one.path for one in _lying(folder) if one.path.endswith(".yaml") and "/" not in one.path]
    return [found for name in names if (found := _meta(folder, name)) is not None]


def _plain_loader() -> Any:
    import yaml

    class Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("aliases are not read")
            return super().compose_node(parent, index)

    return Plain


def _text(file: Path, *, most: int = MOST_TEXT_BYTES) -> str | None:
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > most:
            return None
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _texts(folder: Path) -> dict[str, str]:
    """Each file's name, below the folder with `/` between, and what it holds."""
    found = {}
    for one in _lying(folder):
        text = _text(folder / one.path)
        if text is not None:
            found[one.path] = text.removesuffix("\n")
    return found


def _lying(folder: Path) -> list[Lying]:
    return [] if folder.is_symlink() else lying_in(folder)


def _points(folder: Path) -> Iterator[Point]:
    """In the order in which they were logged; a line that is none is left out."""
    metrics = folder / "metrics"
    for one in _lying(metrics):
        key, file = one.path, metrics / one.path
        seen: set[tuple[str, ...]] = set()
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                words = tuple(line.split())
                if words in seen:
                    continue
                seen.add(words)
                point = _point(key, words)
                if point is not None:
                    yield point


def _point(key: str, words: tuple[str, ...]) -> Point | None:
    try:
        return Point(key, float(words[1]), int(words[2]) if len(words) > 2 else 0, int(words[0]))
    except (ValueError, IndexError):
        return None


def _latest(folder: Path) -> tuple[tuple[Point, ...], int]:
    last: dict[str, Point] = {}
    count = 0
    for point in _points(folder):
        known = last.get(point.key)
        count += 1
        if known is None or (point.step, point.at, _sortable(point)) >= (known.step, known.at, _sortable(known)):
            last[point.key] = point
    return tuple(last[key] for key in sorted(last)), count


def _sortable(point: Point) -> float:
    return -math.inf if math.isnan(point.value) else point.value


def _model_points(folder: Path) -> Iterator[ModelPoint]:
    metrics = folder / "metrics"
    for one in _lying(metrics):
        text, key = _text(metrics / one.path, most=64 * 2**20), one.path
        for line in dict.fromkeys((text or "").splitlines()):
            words = tuple(line.split())
            point = _point(key, words)
            if point is not None and len(words) >= 4:
                yield ModelPoint(point, words[3], *(words[4:6] if len(words) >= 6 else ("", "")))


def _uses(home: Path, folder: Path) -> tuple[tuple[Use, ...], tuple[ModelUse, ...]]:
    uses, models = [], []
    for one in _folders(folder / "inputs"):
        meta = _meta(one) or {}
        source = str(meta.get("source_id") or "")
        if meta.get("source_type") == "MODEL" or source.startswith("m-"):
            models.append(ModelUse(model=source, is_output=False))
            continue
        data = _meta(home / "datasets" / source) if source and "/" not in source and source != ".." else None
        if data:
            uses.append(
                Use(
                    name=str(data.get("name") or ""),
                    digest=str(data.get("digest") or ""),
                    source_type=str(data.get("source_type") or ""),
                    source=str(data.get("source") or ""),
                    schema=str(data.get("schema") or ""),
                    profile=str(data.get("profile") or ""),
                    tags={str(key): str(value) for key, value in (meta.get("tags") or {}).items()},
                )
            )
    for one in _folders(folder / "outputs"):
        meta = _meta(one) or {}
        if meta.get("destination_id"):
            step = _whole(meta.get("step")) or 0
            models.append(ModelUse(model=str(meta["destination_id"]), is_output=True, step=step))
    return tuple(uses), tuple(sorted(models, key=lambda use: (use.is_output, use.step, use.model)))


def _version(folder: Path) -> Version | None:
    meta = _meta(folder) or {}
    number = _whole(meta.get("version"))
    if not number or meta.get("current_stage") == DELETED_VERSION:
        return None
    source = str(meta.get("source") or "")
    return Version(
        number=number,
        description=str(meta.get("description") or ""),
        stage=str(meta.get("current_stage") or "None"),
        source=source,
        place=str(meta.get("storage_location") or source),
        run=str(meta.get("run_id") or ""),
        model=str(meta.get("model_id") or model_in(source)),
        user=str(meta.get("user_id") or ""),
        status=str(meta.get("status") or "READY"),
        created=_whole(meta.get("creation_timestamp")),
        changed=_whole(meta.get("last_updated_timestamp")),
        tags=_texts(folder / "tags"),
    )


def _whole(value: Any) -> int | None:
    try:
        return int(value) if value is not None and str(value).strip() else None
    except (ValueError, TypeError, OverflowError):
        return None
