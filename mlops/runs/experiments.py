"""Acts on experiments: made, renamed, put into the recycle bin with their runs, and taken out again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.events.chain import record
from mlops.events.facts import Change, sides, stored
from mlops.formats.refusal import Refusal
from mlops.runs.deletion import LIGHT, check_together, locked, restorable
from mlops.runs.models import Experiment, Run
from mlops.tags.filters import remove_tag, write_tags

LONGEST_NAME = 500


def create_experiment(
    actor: Any,
    project: Project,
    *,
    name: str,
    description: str = "",
    artifact_location: str = "",
    tags: Mapping[str, str] | None = None,
) -> Experiment:
    """Raises Refusal `experiment_missing`, `experiment_name_long` or `experiment_exists`."""
    require(actor, "runs.track", project)
    checked = _checked(name)
    facts = {"description": description, "artifact_location": artifact_location, "changed_at": timezone.now()}
    try:
        with transaction.atomic():
            experiment = Experiment.objects.create(project=project, name=checked, **facts)
            write_tags(experiment, dict(tags or {}))
            _tell(actor, experiment, "mlops.experiment.created")
    except IntegrityError:
        raise _exists(checked) from None
    return experiment


def rename_experiment(actor: Any, experiment: Experiment, *, name: str) -> None:
    require(actor, "runs.track", experiment.project)
    _active(experiment)
    checked = _checked(name)
    try:
        with transaction.atomic():
            was = stored(experiment)
            Experiment.objects.filter(pk=experiment.pk).update(name=checked, changed_at=timezone.now())
            experiment.name = checked
            _tell(actor, experiment, "mlops.experiment.renamed", (was, stored(experiment)))
    except IntegrityError:
        raise _exists(checked) from None


def delete_experiment(actor: Any, experiment: Experiment) -> None:
    """Into the recycle bin, with the runs that are not there yet.

    Raises Refusal `run_under_way` or `run_in_use`, which names the users: then nothing is deleted."""
    require(actor, "runs.track", experiment.project)
    _active(experiment)
    now = timezone.now()
    with transaction.atomic():
        check_together(list(Run.kept.filter(experiment=experiment).select_related("project").defer(*LIGHT)))
        was = stored(experiment)
        Experiment.objects.filter(pk=experiment.pk).update(deleted_at=now, changed_at=now)
        Run.kept.filter(experiment=experiment).update(deleted_at=now)
        experiment.deleted_at = now
        _tell(actor, experiment, "mlops.experiment.deleted", (was, stored(experiment)))


def restore_experiment(actor: Any, experiment: Experiment) -> None:
    """With the runs that went into the recycle bin with it."""
    require(actor, "runs.track", experiment.project)
    with transaction.atomic():
        was = stored(experiment)
        gone_with = {"experiment": experiment, "deleted_at": experiment.deleted_at}
        locked(Run.objects.filter(**gone_with))
        restorable().filter(**gone_with).update(deleted_at=None)
        Experiment.objects.filter(pk=experiment.pk).update(deleted_at=None, changed_at=timezone.now())
        experiment.deleted_at = None
        _tell(actor, experiment, "mlops.experiment.restored", (was, stored(experiment)))


def tag_experiment(actor: Any, experiment: Experiment, *, tags: Mapping[str, str]) -> None:
    require(actor, "runs.track", experiment.project)
    _active(experiment)
    with transaction.atomic():
        write_tags(experiment, dict(tags))
        Experiment.objects.filter(pk=experiment.pk).update(changed_at=timezone.now())


def untag_experiment(actor: Any, experiment: Experiment, *, key: str) -> None:
    require(actor, "runs.track", experiment.project)
    _active(experiment)
    with transaction.atomic():
        remove_tag(experiment, key)
        Experiment.objects.filter(pk=experiment.pk).update(changed_at=timezone.now())


def describe_experiment(actor: Any, experiment: Experiment, *, description: str) -> None:
    require(actor, "runs.track", experiment.project)
    _active(experiment)
    with transaction.atomic():
        was = stored(experiment)
        Experiment.objects.filter(pk=experiment.pk).update(description=description, changed_at=timezone.now())
        experiment.description = description
        _tell(actor, experiment, "mlops.experiment.described", (was, stored(experiment)))


def _checked(given: str) -> str:
    name = given.strip()
    if not name:
        raise Refusal("experiment_missing", _("An experiment needs a name."))
    if len(name) > LONGEST_NAME:
        raise Refusal(
            "experiment_name_long",
            _("A name of %(count)d characters is too long for an experiment.") % {"count": len(name)},
            hint=_("It may have %(most)d.") % {"most": LONGEST_NAME},
        )
    return name


def _active(experiment: Experiment) -> None:
    if experiment.deleted_at is not None:
        raise Refusal(
            "experiment_deleted",
            _("The experiment “%(name)s” is in the recycle bin.") % {"name": experiment.name},
            hint=_("Restore it first."),
            status=409,
        )


def _exists(name: str) -> Refusal:
    return Refusal(
        "experiment_exists",
        _("There is an experiment “%(name)s” in this project already.") % {"name": name},
        hint=_("Use it, or choose another name; one in the recycle bin keeps its name until it is purged."),
        status=409,
    )


def _tell(actor: Any, experiment: Experiment, type: str, change: Change | None = None) -> None:
    record(
        actor,
        type,
        subject=f"experiments/{experiment.pk}",
        project=experiment.project,
        data={"experiment_id": str(experiment.pk), "name": experiment.name},
        notice=("experiment", str(experiment.pk)),
        **sides(change),
    )
