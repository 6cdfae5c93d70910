"""Models that code logs: made while their files arrive, then ready; the acts on them and what runs do with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require, seen_in
from mlops.blobs.models import Blob
from mlops.events.chain import notify, record
from mlops.events.facts import INTO_BIN, sides
from mlops.formats.refusal import Refusal
from mlops.runs.logging import Point, artifact_path, special_of
from mlops.runs.models import (
    Experiment,
    LoggedModel,
    LoggedModelFile,
    LoggedModelMetric,
    LoggedModelState,
    LoggedModelUse,
    Run,
)
from mlops.runs.naming import made_up_name
from mlops.tags.filters import write_tags


def visible_to(user: Any) -> QuerySet[LoggedModel]:
    """Without those in the recycle bin, by themselves or with their experiment."""
    kept = LoggedModel.objects.filter(deleted_at=None, experiment__deleted_at=None)
    seen = kept.filter(seen_in(user, "experiment__project"))
    return seen.select_related("experiment__project", "run", "created_by")


def visible_model(user: Any, key: UUID) -> LoggedModel:
    """Raises Refusal `not_found`."""
    found = visible_to(user).filter(pk=key).first()
    if found is None:
        raise Refusal("not_found", _("There is no such logged model, or you may not see it."), status=404)
    return found


def begin_model(
    actor: Any,
    experiment: Experiment,
    *,
    name: str = "",
    kind: str = "",
    run: Run | None = None,
    run_told: str = "",
    parameters: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> LoggedModel:
    """Its files are to follow."""
    require(actor, "runs.track", experiment.project)
    if run is not None and run.experiment_id != experiment.pk:
        raise Refusal("run_elsewhere", _("The run that made the model is in another experiment."))
    with transaction.atomic():
        model = LoggedModel.objects.create(
            experiment=experiment,
            run=run,
            run_told=run.pk.hex if run else run_told,
            name=name or made_up_name(),
            kind=kind[:500],
            parameters=dict(parameters or {}),
            changed_at=timezone.now(),
            created_by=actor,
        )
        write_tags(model, dict(tags or {}))
    return model


def finish_model(actor: Any, model: LoggedModel, *, state: LoggedModelState) -> None:
    require(actor, "runs.track", model.experiment.project)
    with transaction.atomic():
        _change(model, state=state)
        record(
            actor,
            "mlops.logged_model.finished",
            subject=f"logged-models/{model.pk}",
            project=model.experiment.project,
            data={"name": model.name, "state": state, "run_id": str(model.run_id or "")},
            notice=("run", str(model.run_id)) if model.run_id else None,
        )


def add_parameters(actor: Any, model: LoggedModel, *, parameters: Mapping[str, str]) -> None:
    require(actor, "runs.track", model.experiment.project)
    with transaction.atomic():
        known = LoggedModel.objects.select_for_update(no_key=True).get(pk=model.pk)
        _change(model, parameters=known.parameters | dict(parameters))


def tag_model(actor: Any, model: LoggedModel, *, tags: Mapping[str, str]) -> None:
    require(actor, "runs.track", model.experiment.project)
    with transaction.atomic():
        write_tags(model, dict(tags))
        _change(model)


def delete_model(actor: Any, model: LoggedModel) -> None:
    """Into the recycle bin."""
    require(actor, "runs.track", model.experiment.project)
    with transaction.atomic():
        _change(model, deleted_at=timezone.now())
        record(
            actor,
            "mlops.logged_model.deleted",
            subject=f"logged-models/{model.pk}",
            project=model.experiment.project,
            data={"name": model.name, "state": model.state, "run_id": str(model.run_id or "")},
            **sides(INTO_BIN),
        )


def keep_model_file(model: LoggedModel, path: str, blob: Blob) -> None:
    """Whoever calls has asked for permission. Raises Refusal `artifact_path_invalid`."""
    facts = {"blob": blob, "size_bytes": blob.size_bytes, "at": timezone.now()}
    LoggedModelFile.objects.update_or_create(model=model, path=artifact_path(path), defaults=facts)


def use_models(run: Run, models: Iterable[tuple[LoggedModel, int]], *, is_output: bool) -> None:
    """The model, and the step at which the run gave it."""
    rows = [LoggedModelUse(run=run, model=model, is_output=is_output, position=step) for model, step in models]
    unique = ["run", "model", "is_output"]
    LoggedModelUse.objects.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=["position"])
    notify("run", str(run.pk), project=run.project)


def tell_model_metrics(run: Run, told: Iterable[tuple[LoggedModel, Point, str, str]]) -> None:
    """Points of models, each with the name and the digest of the data that it was measured on."""
    rows = []
    for model, point, dataset, digest in told:
        special = special_of(point.value)
        rows.append(
            LoggedModelMetric(
                model=model,
                run=run,
                key=point.key,
                value=None if special else point.value,
                special=special,
                position=point.position,
                at=point.at,
                dataset=dataset,
                dataset_digest=digest,
            )
        )
    LoggedModelMetric.objects.bulk_create(rows, batch_size=1_000)


def _change(model: LoggedModel, **changes: Any) -> None:
    changes["changed_at"] = timezone.now()
    LoggedModel.objects.filter(pk=model.pk).update(**changes)
    for name, value in changes.items():
        setattr(model, name, value)
