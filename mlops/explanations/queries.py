"""Reading explanations: rows, and what is in their files."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.access.models import Project
from mlops.blobs.trees import manifest_of, open_file
from mlops.explanations.models import Explanation, ExplanationState
from mlops.formats.explanation import (
    DEPENDENCE_FILE,
    FAIRNESS_FILE,
    Dependence,
    ExplanationSummary,
    FairnessSlice,
)
from mlops.formats.refusal import Refusal
from mlops.registry.models import ModelVersion
from mlops.runs.models import Run

RELATED = ("version__model__project", "run__project", "created_by", "dataset__dataset")


def project_of(one: Explanation) -> Project:
    if one.version is not None:
        return one.version.model.project
    assert one.run is not None
    found: Project = one.run.project
    return found


def visible_to(user: Any) -> QuerySet[Explanation]:
    projects = visible_projects(user)
    seen = Q(version__model__project__in=projects) | Q(version=None, run__project__in=projects)
    return Explanation.objects.filter(seen).select_related(*RELATED)


def visible_explanation(user: Any, explanation_id: uuid.UUID) -> Explanation:
    one = visible_to(user).filter(pk=explanation_id).first()
    if one is None:
        raise Refusal("not_found", _("There is no such explanation, or you may not see it."), status=404)
    return one


def explanations_of(version: ModelVersion) -> QuerySet[Explanation]:
    """Newest first: its own, and those that the run which made it has of the same files."""
    own = Q(version=version)
    if version.run_id is not None:
        own |= Q(version=None, run=version.run_id, model_tree=version.tree_id)
    return Explanation.objects.filter(own).select_related(*RELATED)


def explanations_of_run(run: Run) -> QuerySet[Explanation]:
    """Newest first: of models that its steps made, and those that its code brought along."""
    return Explanation.objects.filter(run=run).select_related(*RELATED)


def named(version: ModelVersion, name: str) -> Explanation:
    """Raises Refusal `not_found`."""
    one = explanations_of(version).filter(name=name).first()
    if one is None:
        raise Refusal(
            "not_found",
            _("%(version)s has no explanation “%(name)s”.") % {"version": version, "name": name[:120]},
            status=404,
        )
    return one


def latest(version: ModelVersion) -> Explanation | None:
    return explanations_of(version).filter(state=ExplanationState.COMPLETED).first()


def latest_for_deployments(version: ModelVersion) -> Explanation | None:
    found = explanations_of(version).filter(state=ExplanationState.COMPLETED)
    return found.filter(order__for_deployments=True).first()


def latest_of_many(versions: Sequence[ModelVersion]) -> dict[Any, Explanation]:
    """By version key: the newest completed one of each."""
    made = {(one.run_id, one.tree_id): one.pk for one in versions if one.run_id is not None}
    theirs = Q(version__in=versions) | Q(version=None, run__in={run for run, _tree in made})
    rows = Explanation.objects.filter(theirs, state=ExplanationState.COMPLETED).order_by("created_at")
    found = {}
    for one in rows.defer("progress", "order"):
        key = one.version_id
        if key is None and one.run_id is not None and one.model_tree_id is not None:
            key = made.get((one.run_id, one.model_tree_id))
        if key is not None:
            found[key] = one
    return found


def summary_of(one: Explanation) -> ExplanationSummary | None:
    return msgspec.convert(one.summary, ExplanationSummary) if one.summary else None


def files_of(one: Explanation) -> dict[str, int]:
    """Name to size in bytes."""
    return {file.path: file.size_bytes for file in manifest_of(one.tree_id).files} if one.tree_id else {}


def dependence_of(one: Explanation) -> tuple[Dependence, ...]:
    return _json(one, DEPENDENCE_FILE, tuple[Dependence, ...]) or ()


def fairness_of(one: Explanation) -> tuple[FairnessSlice, ...]:
    return _json(one, FAIRNESS_FILE, tuple[FairnessSlice, ...]) or ()


def table_of(one: Explanation, name: str) -> Any:
    """A Polars frame of a Parquet file; None where it has none."""
    if name not in files_of(one):
        return None
    import polars as pl

    with open_file(str(one.tree_id), name) as source:
        return pl.read_parquet(source.read())


def _json(one: Explanation, name: str, kind: Any) -> Any:
    if name not in files_of(one):
        return None
    with open_file(str(one.tree_id), name) as source:
        return msgspec.json.decode(source.read(), type=kind)
