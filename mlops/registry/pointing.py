"""Which version is meant: aliases that move from one to another, and the stage that a version is in.

Where a rule of the project or the model wants approval, asking makes a request, and nothing moves until it is
approved (registry.approval)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.formats.refusal import Refusal, nearest
from mlops.registry.approval.checks import Finding, judged
from mlops.registry.approval.demands import Demand, demand_of
from mlops.registry.models import (
    ModelAlias,
    ModelVersion,
    PointKind,
    RegisteredModel,
    Stage,
    Transition,
    TransitionState,
)
from mlops.registry.moving import carry_out, tell
from mlops.registry.named_in import check_alias_free

ALIAS = re.compile(r"[\w-]{1,255}")
RESERVED = re.compile(r"latest|v\d+", re.IGNORECASE)
LONGEST_REASON = 2_000


def set_alias(actor: Any, version: ModelVersion, *, alias: str, reason: str = "") -> Transition:
    """Done, or pending where somebody must approve. Raises Refusal `alias_invalid`, `checks_not_passed`."""
    require(actor, "models.promote", version.model.project)
    check_alias(alias)
    return _ask(actor, Transition(version=version, kind=PointKind.ALIAS, name=alias, reason=reason))


def remove_alias(actor: Any, model: RegisteredModel, *, alias: str, reason: str = "") -> Transition | None:
    """One that is not there needs no removal: None. Raises InUse `alias_in_use` where a document loads by it."""
    require(actor, "models.promote", model.project)
    pointed = ModelAlias.objects.filter(model=model, name=alias).select_related("version__model__project").first()
    if pointed is None:
        return None
    check_alias_free(pointed)
    asked = Transition(version=pointed.version, kind=PointKind.ALIAS, name=alias, is_removal=True, reason=reason)
    return _ask(actor, asked)


def change_stage(
    actor: Any, version: ModelVersion, *, stage: str, archive_others: bool = False, reason: str = ""
) -> Transition:
    """Done, or pending where somebody must approve. `archive_others`: versions that are in that stage then go to the
    archive. Raises Refusal `stage_unknown`, `checks_not_passed`."""
    require(actor, "models.promote", version.model.project)
    check_stage(stage)
    asked = Transition(version=version, kind=PointKind.STAGE, name=stage, archive_others=archive_others, reason=reason)
    return _ask(actor, asked)


def check_alias(alias: str) -> None:
    """Raises Refusal `alias_invalid`."""
    if ALIAS.fullmatch(alias) is None or RESERVED.fullmatch(alias):
        raise Refusal(
            "alias_invalid",
            _("“%(alias)s” cannot be an alias.") % {"alias": alias[:100]},
            hint=_("Use letters, digits, “-” and “_”; “latest” and names such as “v1” are reserved."),
        )


def check_stage(stage: str) -> None:
    """Raises Refusal `stage_unknown`."""
    if stage not in Stage.values:
        hint = nearest(stage, Stage.values) or _("There are: %(stages)s.") % {"stages": ", ".join(Stage.values)}
        raise Refusal("stage_unknown", _("“%(stage)s” is no stage.") % {"stage": stage[:100]}, hint=hint)


def _ask(actor: Any, asked: Transition) -> Transition:
    """Carries it out at once where no rule wants more; else keeps it, once however often it is asked."""
    asked.reason = asked.reason.strip()[:LONGEST_REASON]
    asked.asked_by = actor
    asked.state = TransitionState.PENDING
    with transaction.atomic():
        _look_again(asked)
        asked.before = _present(asked)
        if _is_so_already(asked):
            asked.state = TransitionState.DONE
            return asked
        demand = demand_of(asked)
        if demand is not None:
            _require_passed(asked, demand)
        if demand is not None and demand.approvals:
            return _kept(actor, asked, demand)
        _close_waiting(actor, asked)
        carry_out(actor, asked)
        return asked


def _look_again(asked: Transition) -> None:
    """As it is now, with the model's and the version's row locked. Raises Refusal `version_deleted`."""
    models = RegisteredModel.objects.select_for_update(of=("self",), no_key=True).select_related("project")
    model = models.filter(pk=asked.version.model_id).first()
    version = ModelVersion.objects.select_for_update(of=("self",), no_key=True).filter(pk=asked.version.pk).first()
    if model is None or version is None:
        raise Refusal(
            "version_deleted",
            _("%(version)s is in the recycle bin.") % {"version": asked.version},
            hint=_("Restore it first."),
            status=409,
        )
    asked.model, asked.version.stage = model, version.stage


def _present(asked: Transition) -> str:
    if asked.kind == PointKind.STAGE:
        return asked.version.stage
    pointed = ModelAlias.objects.filter(model=asked.model, name=asked.name).select_related("version").first()
    return str(pointed.version.number) if pointed else ""


def _is_so_already(asked: Transition) -> bool:
    """Nothing would move, so nobody is asked and nothing is recorded."""
    if asked.kind == PointKind.ALIAS:
        return not asked.is_removal and asked.before == str(asked.version.number)
    others = ModelVersion.objects.filter(model=asked.model, stage=asked.name).exclude(pk=asked.version.pk)
    return asked.before == asked.name and not (asked.archive_others and others.exists())


def _waiting(asked: Transition) -> Transition | None:
    """The same, asked before."""
    return Transition.objects.filter(
        version=asked.version,
        kind=asked.kind,
        name=asked.name,
        is_removal=asked.is_removal,
        state=TransitionState.PENDING,
    ).first()


def _close_waiting(actor: Any, asked: Transition) -> None:
    """One that waits for an approval that is not needed any more would move things again when it comes."""
    same = _waiting(asked)
    if same is None:
        return
    same.state, same.ended_at, same.ended_by = TransitionState.WITHDRAWN, timezone.now(), actor
    same.ended_reason = _("It was asked anew, when no approval was needed any more.")
    same.save()
    tell(actor, asked.model, asked.subject, "mlops.model.change_withdrawn", same.ended_reason, **told_of(same))


def _kept(actor: Any, asked: Transition, demand: Demand) -> Transition:
    same = _waiting(asked)
    now = timezone.now()
    if same is not None and (same.expires_at is None or same.expires_at > now):
        return same
    if same is not None:
        Transition.objects.filter(pk=same.pk).update(state=TransitionState.EXPIRED, ended_at=same.expires_at)
    asked.demand = msgspec.to_builtins(demand)
    asked.expires_at = now + timedelta(days=demand.expires_after_days)
    asked.save()
    tell(
        actor,
        asked.model,
        asked.subject,
        "mlops.model.change_asked",
        asked.reason,
        **told_of(asked),
    )
    return asked


def told_of(transition: Transition) -> dict[str, Any]:
    """The data of its events."""
    return {
        "request": transition.pk,
        "kind": str(transition.kind),
        "name": transition.name,
        "removal": transition.is_removal,
        "before": transition.before,
    }


def _require_passed(asked: Transition, demand: Demand) -> None:
    require_passed(judged(asked.version, demand.checks), asked)


def require_passed(findings: tuple[Finding, ...], asked: Transition) -> None:
    """Raises Refusal `checks_not_passed`, which names each of them."""
    failed = [one for one in findings if not one.passed]
    if failed:
        raise Refusal(
            "checks_not_passed",
            _("%(version)s does not yet show what “%(name)s” asks for: %(what)s")
            % {"version": asked.version, "name": asked.name, "what": " ".join(one.said for one in failed)},
            hint=" ".join(dict.fromkeys(one.hint for one in failed if one.hint)),
            status=409,
        )
