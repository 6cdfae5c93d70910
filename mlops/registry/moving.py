"""Carrying a transition out: the only place where a stage changes or an alias moves.

Nobody is asked here: acts that come here have asked before."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from mlops.events.chain import record
from mlops.registry.models import (
    ModelAlias,
    ModelVersion,
    PointKind,
    RegisteredModel,
    Stage,
    Transition,
    TransitionState,
)


def carry_out(actor: Any, transition: Transition, *, reason: str = "") -> None:
    """In the caller's transaction, with the model's row locked."""
    with transaction.atomic():
        if transition.kind == PointKind.STAGE:
            _into_stage(actor, transition)
        elif transition.is_removal:
            _off_alias(actor, transition)
        else:
            _under_alias(actor, transition)
        transition.state = TransitionState.DONE
        transition.ended_at, transition.ended_by = timezone.now(), actor
        transition.ended_reason = reason
        transition.save()


def _into_stage(actor: Any, transition: Transition) -> None:
    version, stage = transition.version, transition.name
    others = ModelVersion.objects.filter(model=transition.model, stage=stage).exclude(pk=version.pk)
    for other in others.select_related("model__project") if transition.archive_others else ():
        _move(actor, other, Stage.ARCHIVED, transition.reason)
    _move(actor, version, stage, transition.reason)
    transition.model.save(update_fields=["changed_at"])


def _move(actor: Any, version: ModelVersion, stage: str, reason: str) -> None:
    before, version.stage = version.stage, stage
    version.changed_at = timezone.now()
    version.save(update_fields=["stage", "changed_at"])
    tell(
        actor,
        version.model,
        f"models/{version}",
        "mlops.model.staged",
        reason,
        stage=str(stage),
        before=str(before),
        change=({"stage": str(before)}, {"stage": str(stage)}),
    )


def _under_alias(actor: Any, transition: Transition) -> None:
    model, version, alias = transition.model, transition.version, transition.name
    was = _numbers_under(model, alias)
    ModelAlias.objects.update_or_create(model=model, name=alias, defaults={"version": version})
    model.save(update_fields=["changed_at"])
    tell(
        actor,
        model,
        f"models/{version}",
        "mlops.model.alias_set",
        transition.reason,
        alias=alias,
        change=(was, _numbers_under(model, alias)),
    )


def _off_alias(actor: Any, transition: Transition) -> None:
    model, alias = transition.model, transition.name
    was = _numbers_under(model, alias)
    ModelAlias.objects.filter(model=model, name=alias).delete()
    model.save(update_fields=["changed_at"])
    tell(
        actor,
        model,
        f"models/{model.name}",
        "mlops.model.alias_removed",
        transition.reason,
        alias=alias,
        change=(was, {}),
    )


def _numbers_under(model: RegisteredModel, alias: str) -> dict[str, int]:
    found = ModelAlias.objects.filter(model=model, name=alias).values_list("version__number", flat=True)
    number = found.first()
    return {} if number is None else {"version": number}


def tell(
    actor: Any,
    model: RegisteredModel,
    subject: str,
    type: str,
    reason: str,
    *,
    change: tuple[dict[str, Any], dict[str, Any]] | None = None,
    **data: Any,
) -> None:
    """`change`: the facts before and after."""
    notice = ("model", str(model.pk))
    was, now_is = change or (None, None)
    record(
        actor,
        type,
        subject=subject,
        project=model.project,
        data=data,
        reason=reason,
        notice=notice,
        before=was,
        after=now_is,
    )
