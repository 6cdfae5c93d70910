"""What a version is, as plain values that can stand beside those of another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from mlops.blobs.trees import manifest_of, open_blob
from mlops.explanations.queries import latest, summary_of
from mlops.formats.finding import FINDING_FILE, Finding, Importance
from mlops.formats.refusal import Refusal
from mlops.lineage.kinds.kind import page
from mlops.lineage.versions.packages import packages_of
from mlops.lineage.versions.serving import Served, served_by
from mlops.monitoring.model_facts import facts_of_model
from mlops.packaging.models import Conversion, ConversionState, Profile, ProfileState
from mlops.packaging.queries import report_of
from mlops.registry.models import ModelDataset, ModelVersion
from mlops.registry.queries import aliases_of_many, datasets_of_many
from mlops.registry.reading import describe
from mlops.registry.recognising import signature_told
from mlops.runs.code import git_of
from mlops.runs.models import DONE_STEP_STATES, Run, RunParameter, Step
from mlops.tags.filters import of_people, tags_of_many

MOST_FEATURES = 30


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset version behind a model; `missing` is the share of empty cells over all columns, 0–1."""

    relation: str
    name: str
    dataset: UUID
    number: int
    rows: int | None
    columns: int
    missing: float | None
    url: str


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """As the newest completed profile recommends."""

    p99_ms: float
    per_second: float
    cores: float
    memory_bytes: int
    url: str


class VersionFacts(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    number: int
    url: str
    stage: str
    aliases: tuple[str, ...]
    tags: dict[str, str]
    description: str
    created_at: datetime
    created_by: str
    task: str
    algorithm: str
    framework: str
    label: str
    trained_rows: int
    metrics: dict[str, float]
    parameters: dict[str, Any]
    data: tuple[Data, ...]
    size_bytes: int
    files: int
    latency: Latency | None
    onnx: str
    """`accepted` where a certified ONNX form is there, else the state of the last conversion; empty: none."""
    importances: dict[str, float]
    """Column to its weight, the largest first; `importances_of` says where they come from."""
    importances_of: str
    inputs: dict[str, str]
    """Column to its type, with `?` where it may be missing."""
    outputs: dict[str, str]
    packages: dict[str, str]
    run: str
    run_url: str
    commit: str
    repository: str
    served: tuple[Served, ...]


def facts_of(versions: Sequence[ModelVersion]) -> list[VersionFacts]:
    """In the order of the versions."""
    aliases, datasets, tags = (
        aliases_of_many(list(versions)),
        datasets_of_many(list(versions)),
        tags_of_many(list(versions)),
    )
    served = served_by(versions)
    latencies, conversions = _latencies(versions), _conversions(versions)
    parameters = _run_parameters(versions)
    return [
        _facts(
            one,
            aliases=tuple(sorted(aliases[one.pk])),
            tags=of_people(tags[str(one.pk)]),
            data=tuple(_data(link) for link in datasets[one.pk]),
            served=tuple(served[one.pk]),
            latency=latencies.get(one.pk),
            onnx=conversions.get(one.pk, ""),
            given=parameters.get(one.run_id, {}),
        )
        for one in versions
    ]


def _facts(version: ModelVersion, *, given: dict[str, Any], **known: Any) -> VersionFacts:
    manifest = describe(version.tree_id).manifest
    model, run = facts_of_model(version), version.run
    importances, told = _importances(version, model.importances)
    git = git_of(run) if run is not None else None
    signature = version.signature or msgspec.to_builtins(signature_told(version)) or {}
    return VersionFacts(
        id=version.pk,
        name=version.model.name,
        number=version.number,
        url=page("model-version", version.model_id, version.number),
        stage=version.stage,
        description=version.description,
        created_at=version.created_at,
        created_by=version.created_by.get_username() if version.created_by else "",
        task=version.task,
        algorithm=version.algorithm,
        framework=f"{version.framework} {version.framework_version}".strip(),
        label=model.label,
        trained_rows=manifest.trained_rows if manifest else 0,
        metrics={name: value for name, value in version.metrics.items() if value is not None},
        parameters={**given, **(manifest.parameters if manifest else {})},
        size_bytes=version.tree.size_bytes,
        files=version.tree.file_count,
        importances=importances,
        importances_of=told,
        inputs=_columns(signature.get("inputs", ())),
        outputs=_columns(signature.get("outputs", ())),
        packages=packages_of(version),
        run=f"#{run.number} {run.display_name}".strip() if run is not None else "",
        run_url=page("run", run.pk) if run is not None and run.deleted_at is None else "",
        commit=git.commit if git else "",
        repository=git.repository_uri if git else "",
        **known,
    )


def _columns(fields: Any) -> dict[str, str]:
    return {one["name"]: str(one["type"]) + ("" if one.get("required") else "?") for one in fields}


def _data(link: ModelDataset) -> Data:
    version = link.dataset_version
    columns = (version.profile or {}).get("columns", ())
    rows = version.row_count or 0
    empty = sum(one.get("missing_count", 0) or 0 for one in columns)
    return Data(
        relation=link.relation,
        name=str(version),
        dataset=version.dataset_id,
        number=version.number,
        rows=version.row_count,
        columns=len(columns),
        missing=empty / (rows * len(columns)) if rows and columns else None,
        url=page("dataset", version.dataset_id),
    )


def _latencies(versions: Sequence[ModelVersion]) -> dict[UUID, Latency]:
    found: dict[UUID, Latency] = {}
    rows = Profile.objects.filter(version__in=versions, state=ProfileState.COMPLETED).order_by("created_at")
    for one in rows:
        report = report_of(one)
        if report is None or report.recommendation is None:
            continue
        told = report.recommendation
        found[one.version_id] = Latency(
            p99_ms=told.p99_ms,
            per_second=told.per_second,
            cores=told.cores,
            memory_bytes=told.memory_bytes,
            url=page("profile", one.pk),
        )
    return found


def _conversions(versions: Sequence[ModelVersion]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for one in Conversion.objects.filter(version__in=versions).order_by("created_at"):
        if found.get(one.version_id) != ConversionState.ACCEPTED:
            found[one.version_id] = str(one.state)
    return found


def _run_parameters(versions: Sequence[ModelVersion]) -> dict[Any, dict[str, Any]]:
    runs = {one.run_id for one in versions if one.run_id is not None}
    found: dict[Any, dict[str, Any]] = {}
    rows: QuerySet[RunParameter] = RunParameter.objects.filter(run__in=runs)
    for row in rows.order_by("key"):
        found.setdefault(row.run_id, {})[row.key] = row.value
    return found


def _importances(version: ModelVersion, own: dict[str, float]) -> tuple[dict[str, float], str]:
    """The model's own weights; else the shares of its newest explanation; else what a permutation step of its run
    found."""
    if own:
        return _largest(own), "model"
    explained = latest(version)
    if explained is not None and (summary := summary_of(explained)) is not None:
        return _largest(summary.shares()), "explanation"
    found = _permuted(version.run, version.node) if version.run is not None else None
    if found is None:
        return {}, ""
    return _largest({one.column: one.importance for one in found.columns}), "permutation"


def _largest(weights: dict[str, float]) -> dict[str, float]:
    ordered = sorted(weights.items(), key=lambda pair: -abs(pair[1]))
    return dict(ordered[:MOST_FEATURES])


def _permuted(run: Run, node: str) -> Importance | None:
    """Of the step that was fed by the model's own."""
    fed = {edge["target"] for edge in run.spec.get("edges", ()) if edge["source"] == node}
    for step in Step.objects.filter(run=run, node__in=fed, state__in=DONE_STEP_STATES):
        for output in step.outputs.values():
            found = _finding(output.get("tree", ""))
            if isinstance(found, Importance):
                return found
    return None


def _finding(tree: str) -> Any:
    try:
        file = next((one for one in manifest_of(tree).files if one.path == FINDING_FILE), None) if tree else None
        if file is None:
            return None
        with open_blob(file.digest) as source:
            return msgspec.json.decode(source.read(), type=Finding)
    except (Refusal, msgspec.MsgspecError):
        return None
