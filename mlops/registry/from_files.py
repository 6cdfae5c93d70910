"""Registering what lies among the files of a run: a model that its code logged, or any folder or file that it made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.blobs.trees import keep_manifest
from mlops.formats.refusal import Refusal, nearest
from mlops.registry import actions
from mlops.registry.logged_versions import tell_of_versions
from mlops.registry.models import ModelVersion
from mlops.runs.files import logged_models
from mlops.runs.model_places import manifest_at, model_places
from mlops.runs.models import LatestMetric, Run


def register_place(
    actor: Any, run: Run, *, place: str, name: str, description: str = "", tags: Mapping[str, str] | None = None
) -> ModelVersion:
    """With the metrics that the run ended with. Raises Refusal `no_model_here` and those of `register`."""
    manifest = manifest_at(run, place)
    if not manifest.files:
        raise Refusal(
            "no_model_here",
            _("The run has no files at “%(place)s”.") % {"place": place[:200]}
            if place
            else _("Say which files of the run are the model."),
            hint=nearest(place, [one.place for one in model_places(run)]) or _("Choose a folder or a file."),
            status=422,
        )
    metrics = LatestMetric.objects.filter(run=run, special="").values_list("key", "value")
    version = actions.register(
        actor,
        run.project,
        name=name,
        run=run,
        tree=keep_manifest(manifest),
        description=description,
        tags=dict(tags or {}),
        metrics={key: value for key, value in metrics if value is not None},
    )
    if (model := logged_models(run).get(place.strip("/"))) is not None:
        version.logged_model = model
        version.save(update_fields=["logged_model"])
        tell_of_versions(actor, model)
    return version
