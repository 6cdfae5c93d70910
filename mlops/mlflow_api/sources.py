"""Where a model version's files come from: a run or a logged model of ours, or another version. Nothing else is read.

A place outside, such as `s3://…`, is kept as what it is: a word of the client's, with which its loaders may do what
they can. A path of a machine is refused, for whose machine would it be?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from mlops.access.decisions import may
from mlops.blobs.models import Tree
from mlops.blobs.trees import keep_manifest
from mlops.formats.manifest import File, Manifest
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.faults import Fault, invalid, missing
from mlops.mlflow_api.finding import DEEPEST, DEFAULT_ID, as_key, model_of, project_of, run_of, seen_run
from mlops.mlflow_api.places import (
    ARTIFACTS,
    IN_NO_ADDRESS,
    LONGEST_LOCATION,
    MODELS,
    OUTSIDE,
    SCHEME,
    parts_of,
    safe_path,
    without_dots,
)
from mlops.registry.from_logged import metrics_of, tree_of
from mlops.registry.models import ModelAlias, ModelVersion
from mlops.runs.models import Artifact, LatestMetric, LoggedModel, Run

REGISTRY = "registry"
OURS = ("runs", "models", SCHEME)
SCHEMED = re.compile(r"[a-zA-Z][\w+.-]+:")
"""More than one letter: `C:` is a drive."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    tree: Tree
    run: Run | None = None
    logged_model: LoggedModel | None = None
    metrics: dict[str, float] = {}
    run_told: str = ""
    """Of a version: what was told of its run."""


def source_of(caller: Caller, text: str, *, run_id: str = "", model_id: str = "") -> Source:
    """Raises Fault for what is no place of ours, is not there, or is not the caller's to see."""
    if len(text) > LONGEST_LOCATION or IN_NO_ADDRESS.search(text) or "#" in text or "?" in text:
        raise _bad(text)
    parts = parts_of(text)
    scheme = parts.scheme.lower()
    if scheme not in (*OURS, *OUTSIDE):  # also where something else tells the files: clients are told the word
        raise _bad(text)
    if scheme == SCHEME and parts.netloc:  # another server's, to which clients would carry their token
        raise _bad(text)
    path = re.sub("/+", "/", parts.path).lstrip("/") if scheme == SCHEME else parts.path.lstrip("/")
    _require_safe(without_dots(path), text)
    run = seen_run(caller, run_id) if run_id else None
    if model_id:
        return _of_model(model_of(caller, model_id), run)
    if scheme == "runs":
        whose, _slash, path = text.removeprefix("runs:").strip("/").partition("/")
        folder, own = safe_path(path), seen_run(caller, whose)
        return _of_run(own, folder) if own is not None else _word(run)
    if scheme == "models":
        return _of_models(caller, text.removeprefix("models:").strip("/"), run)
    if scheme == SCHEME:
        return _of_path(caller, path, run, text)
    if scheme in OUTSIDE and parts.netloc:
        _require_safe(path, text)
        return _word(run)
    raise _bad(text)


def _word(run: Run | None) -> Source:
    """No files: what the client says is kept as it is said, and is never read."""
    return Source(tree=keep_manifest(Manifest(files=())), run=run)


def place_to_load(version: ModelVersion) -> str:
    """Where its files are to be had: here; of a version without files, where it or the version that it was copied from
    was said to lie."""
    for _depth in range(DEEPEST):
        if Tree.objects.filter(pk=version.tree_id, file_count__gt=0).exists():
            return place_of_version(version)
        name, _slash, number = version.source.removeprefix("models:/").rpartition("/")
        if not version.source.startswith("models:/") or not number.isdecimal():
            break
        known = ModelVersion.objects.filter(model__project=version.model.project_id, model__name=name)
        before = known.filter(number=int(number)).select_related("model").first()
        if before is None:
            break
        version = before
    return version.source or place_of_version(version)


def place_of_version(version: ModelVersion) -> str:
    return f"{SCHEME}:/{REGISTRY}/{version.model_id.hex}/{version.number}"


def _of_path(caller: Caller, path: str, run: Run | None, text: str) -> Source:
    steps = safe_path(path).split("/")
    if len(steps) > 3 and steps[1] == MODELS and steps[3] == ARTIFACTS:
        return _of_model(model_of(caller, steps[2]), run)
    if len(steps) > 2 and steps[2] == ARTIFACTS:
        return _of_run(run_of(caller, steps[1]), "/".join(steps[3:]))
    if len(steps) == 3 and steps[0] == REGISTRY and steps[2].isdecimal():
        found = ModelVersion.objects.filter(model_id=as_key(steps[1]), number=int(steps[2])).first()
        return _of_version(caller, found, text)
    if steps[0] in ("", REGISTRY, DEFAULT_ID) or as_key(steps[0]) is not None:  # as places of ours begin
        raise _bad(text)
    return _word(run)


def _of_models(caller: Caller, text: str, run: Run | None) -> Source:
    """`m-…`, `name/3`, `name@alias`."""
    if "/" not in text and "@" not in text:
        return _of_model(model_of(caller, text), run)
    name, _sign, alias = text.partition("@")
    if alias:
        pointed = ModelAlias.objects.filter(model__project=project_of(caller), model__name=name, name=alias)
        found = ModelVersion.objects.filter(pk__in=pointed.values("version")).first()
    else:
        name, _slash, number = text.rpartition("/")
        wanted = ModelVersion.objects.filter(model__project=project_of(caller), model__name=name)
        found = wanted.filter(number=int(number)).first() if number.isdecimal() else None
    return _of_version(caller, found, f"models:/{text}")


def _of_version(caller: Caller, version: ModelVersion | None, text: str) -> Source:
    if version is None or caller.run is not None or not may(caller.person, "read", version.model.project):
        raise missing(f"There is no model version at '{text[:300]}'.")
    run = version.run if version.model.project_id == project_of(caller).pk else None
    return Source(
        tree=version.tree,
        run=run,
        logged_model=version.logged_model,
        metrics=version.metrics,
        run_told=version.run_told,
    )


def _of_model(model: LoggedModel, run: Run | None) -> Source:
    return Source(tree=tree_of(model), run=run or model.run, logged_model=model, metrics=metrics_of(model))


def _of_run(run: Run, folder: str) -> Source:
    """Its files below the folder; where there are none, those of the logged model of that name."""
    rows = Artifact.objects.filter(run=run).values_list("path", "blob_id", "size_bytes")
    start = f"{folder}/" if folder else ""
    below = [(path.removeprefix(start), digest, size) for path, digest, size in rows if path.startswith(start)]
    if not below:
        logged = LoggedModel.objects.filter(run=run, name=folder, deleted_at=None).first()
        if logged is not None:
            return _of_model(logged, run)
    told = LatestMetric.objects.filter(run=run, special="").values_list("key", "value")
    return Source(tree=_tree(below), run=run, metrics=_numbers(told))


def _numbers(told: Iterable[tuple[str, float | None]]) -> dict[str, float]:
    return {key: value for key, value in told if value is not None}


def _tree(rows: list[tuple[Any, ...]]) -> Tree:
    files = sorted((File(path=path, digest=digest, size_bytes=size) for path, digest, size in rows), key=_path)
    return keep_manifest(Manifest(files=tuple(files)))


def _path(file: File) -> str:
    return file.path


def _require_safe(path: str, text: str) -> None:
    try:
        safe_path(path)
    except Fault:
        raise _bad(text) from None


def _bad(text: str) -> Fault:
    """In MLflow's words, which clients look for, and what to write instead."""
    if SCHEMED.match(text) is None or text.lower().startswith("file:"):
        why = (
            "To use a local path as a model version source is not possible here: the server reads no paths of machines."
            " Log the files to a run first."
        )
    else:
        why = (
            "If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an"
            " absolute path must be provided without relative path references present."
        )
    return invalid(
        f"Invalid model version source: '{text[:500]}'. {why} It must be runs:/RUN/PATH, models:/NAME/VERSION, the"
        f" place of a logged model or of a run's files, or a place outside"
        f" ({', '.join(f'{one}://' for one in OUTSIDE)})."
    )
