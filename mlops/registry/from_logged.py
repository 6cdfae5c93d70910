"""Registering a model that code logged: its files, and what was measured of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.blobs.models import Tree
from mlops.blobs.trees import keep_manifest
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal
from mlops.registry import actions
from mlops.registry.logged_versions import tell_of_versions
from mlops.registry.models import ModelVersion
from mlops.runs.models import LoggedModel, LoggedModelFile, LoggedModelMetric


def register_logged(
    actor: Any, model: LoggedModel, *, name: str, description: str = "", tags: Mapping[str, str] | None = None
) -> ModelVersion:
    """Raises Refusal `model_without_files` and those of `register`."""
    tree = tree_of(model)
    if not tree.file_count:
        raise Refusal(
            "model_without_files",
            _("“%(model)s” has no files yet.") % {"model": model},
            hint=_("Wait until its code has uploaded them, or log it again."),
            status=409,
        )
    version = actions.register(
        actor,
        model.experiment.project,
        name=name,
        run=model.run,
        tree=tree,
        description=description,
        tags=dict(tags or {}),
        metrics=metrics_of(model),
    )
    version.logged_model = model
    version.save(update_fields=["logged_model"])
    tell_of_versions(actor, model)
    return version


def tree_of(model: LoggedModel) -> Tree:
    rows = LoggedModelFile.objects.filter(model=model).order_by("path").values_list("path", "blob_id", "size_bytes")
    files = [File(path=path, digest=digest, size_bytes=size) for path, digest, size in rows]
    return keep_manifest(Manifest(files=tuple(sorted(files, key=lambda file: file.path))))


def metrics_of(model: LoggedModel) -> dict[str, float]:
    """The last value of each."""
    told = LoggedModelMetric.objects.filter(model=model, special="").order_by("pk").values_list("key", "value")
    return {key: value for key, value in told if value is not None}
