"""Policies and attempts as people lead them: made, changed, started, approved, cancelled, taken up again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides, stored
from mlops.formats.refusal import Refusal, Where
from mlops.formats.retraining import Triggered
from mlops.registry.models import ModelVersion
from mlops.retraining.beginning import begin, begin_dry_run
from mlops.retraining.champion import champion_of
from mlops.retraining.checking import check, read_settings
from mlops.retraining.ending import stop_run
from mlops.retraining.models import LIVE, Attempt, Policy, PolicyRevision, Stage
from mlops.retraining.moving import move, tell
from mlops.retraining.triggers import present, remember
from mlops.rollouts import actions as rollouts
from mlops.work.calls import later


def create_policy(
    actor: Any, project: Project, *, name: str, settings: Any, description: str = "", is_enabled: bool = True
) -> Policy:
    """`settings`: formats.retraining.RetrainingSettings or its JSON form. What is there already triggers nothing."""
    require(actor, "retraining.change", project)
    name = name.strip()[:120]
    if not name:
        raise Refusal("policy_name_missing", _("Give the policy a name."), where=Where(parameter="name"))
    wanted = read_settings(settings)
    check(project, wanted)
    if Policy.objects.filter(project=project, name=name).exists():
        raise Refusal(
            "policy_exists",
            _("There is a retraining policy “%(name)s” already.") % {"name": name},
            hint=_("Change it, or choose another name."),
            status=409,
            where=Where(parameter="name"),
        )
    now = timezone.now()
    with transaction.atomic():
        policy = Policy.objects.create(
            project=project,
            name=name,
            description=description.strip(),
            settings=msgspec.to_builtins(wanted),
            is_enabled=is_enabled,
            looked_at=now,
            runs_as=actor,
            created_by=actor,
        )
        remember(policy, present(policy), now=now)
        _keep_revision(actor, policy, "")
        _record(actor, policy, "created", {"model": wanted.model, "endpoint": wanted.endpoint})
    return policy


def change_policy(
    actor: Any, policy: Policy, *, settings: Any, description: str | None = None, reason: str = ""
) -> Policy:
    """From now on; attempts under way go on by what they began with. From here on it acts with this person's grants."""
    require(actor, "retraining.change", policy.project)
    wanted = read_settings(settings)
    check(policy.project, wanted)
    with transaction.atomic():
        kept = Policy.objects.select_for_update(of=("self",), no_key=True).get(pk=policy.pk)
        before, was = kept.wanted, stored(kept)
        policy.settings, policy.revision = msgspec.to_builtins(wanted), kept.revision + 1
        policy.description = kept.description if description is None else description.strip()
        policy.runs_as = actor
        policy.save(update_fields=["settings", "revision", "description", "runs_as"])
        if before.when != wanted.when:
            remember(policy, present(policy), now=timezone.now())
        _keep_revision(actor, policy, reason)
        _record(actor, policy, "changed", {"revision": policy.revision}, reason=reason, change=(was, stored(policy)))
    return policy


def switch_policy(actor: Any, policy: Policy, *, is_enabled: bool, reason: str = "") -> Policy:
    """What would have triggered it while it was disabled is not caught up. Where the person with whose rights it acted
    has left, it acts with the actor's."""
    require(actor, "retraining.run", policy.project)
    with transaction.atomic():
        was = stored(policy)
        if is_enabled and (policy.runs_as is None or not policy.runs_as.is_active):
            policy.runs_as = actor
        reason_shown = "" if is_enabled else policy.reason
        Policy.objects.filter(pk=policy.pk).update(is_enabled=is_enabled, runs_as=policy.runs_as, reason=reason_shown)
        policy.is_enabled, policy.reason = is_enabled, reason_shown
        if is_enabled:
            remember(policy, present(policy), now=timezone.now())
        _record(actor, policy, "enabled" if is_enabled else "disabled", {}, reason=reason, change=(was, stored(policy)))
    return policy


def delete_policy(actor: Any, policy: Policy, *, reason: str = "") -> None:
    """With its attempts; runs, versions and rollouts that came of them stay. Refused while one is under way."""
    require(actor, "retraining.change", policy.project)
    under_way = Attempt.objects.filter(policy=policy, stage__in=LIVE).first()
    if under_way is not None:
        raise Refusal(
            "attempt_under_way",
            _("Attempt %(number)d of “%(name)s” is under way.") % {"number": under_way.number, "name": policy.name},
            hint=_("Cancel it, or wait for its end."),
            status=409,
        )
    with transaction.atomic():
        _record(actor, policy, "deleted", {}, reason=reason, change=gone(policy))
        policy.delete()


def start(
    actor: Any,
    policy: Policy,
    *,
    reason: str = "",
    is_push: bool = False,
    key: str = "",
    fields: dict[str, Any] | None = None,
) -> Attempt:
    """By hand, or by a program (`is_push`), which the policy's limits hold for. `key`: the same one twice is one
    attempt. `fields` may be used by the pipeline's parameters as `${{trigger.FIELD}}`."""
    require(actor, "retraining.run", policy.project)
    if is_push and not policy.wanted.when.may_be_pushed:
        raise Refusal(
            "push_not_allowed",
            _("“%(name)s” may not be started by programs.") % {"name": policy.name},
            hint=_("Allow it in the policy (when.may_be_pushed), or start it by hand."),
            status=409,
        )
    who, kind = actor.get_username(), "push" if is_push else "hand"
    usual = _("Pushed by %(who)s.") if is_push else _("Started by %(who)s.")
    trigger = Triggered(
        kind=kind,  # type: ignore[arg-type]
        key=f"{kind}:{key or uuid4()}",
        reason=f"{usual % {'who': who}} {reason}".strip(),
        by=who,
        fields=dict(fields or {}),
    )
    return begin(policy, trigger, actor=actor)


def compare(actor: Any, policy: Policy, *, challenger: ModelVersion, champion: ModelVersion | None = None) -> Attempt:
    """A dry run: what the policy says of the two, without any effect. Without a champion, the one in use."""
    require(actor, "retraining.run", policy.project)
    champion = champion or champion_of(policy.project, policy.wanted)
    if champion is not None and champion.pk == challenger.pk:
        raise Refusal(
            "same_version",
            _("%(version)s is the model in use itself.") % {"version": challenger},
            hint=_("Name two different versions."),
            where=Where(parameter="challenger"),
        )
    return begin_dry_run(actor, policy, challenger=challenger, champion=champion)


def approve(actor: Any, attempt: Attempt, *, reason: str = "") -> Attempt:
    """Lets the new model take over. Of an attempt that was rejected only an owner may, which the event says."""
    return _decide(actor, attempt, "approve", reason)


def reject(actor: Any, attempt: Attempt, *, reason: str = "") -> Attempt:
    return _decide(actor, attempt, "reject", reason)


def cancel(actor: Any, attempt: Attempt, *, reason: str = "") -> Attempt:
    """Its run is cancelled; a rollout that it began is rolled back."""
    require(actor, "retraining.run", attempt.policy.project)
    _require_live(attempt)
    who = actor.get_username()
    said = f"{_('Cancelled by %(who)s.') % {'who': who}} {reason}".strip()
    rollout = attempt.rollout
    with transaction.atomic():
        if not move(attempt, Stage.CANCELLED, reason=said, actor=actor):
            raise _moved_on(attempt)
        if rollout is not None and rollout.is_live:
            rollouts.roll_back(actor, rollout, reason=said)
    stop_run(attempt)
    return attempt


def retry(actor: Any, attempt: Attempt, *, reason: str = "") -> Attempt:
    """Takes a failed attempt up again, from the stage in which it failed."""
    require(actor, "retraining.run", attempt.policy.project)
    if attempt.stage != Stage.FAILED:
        raise Refusal(
            "attempt_not_failed",
            _("Attempt %(number)d has not failed: it is %(stage)s.")
            % {"number": attempt.number, "stage": attempt.get_stage_display().lower()},
            hint=_("Start another attempt."),
            status=409,
        )
    others = Attempt.objects.filter(policy=attempt.policy, stage__in=LIVE, is_dry_run=False).exclude(pk=attempt.pk)
    if others.exists():
        message = _("Another attempt of “%(name)s” is under way.") % {"name": attempt.policy.name}
        raise Refusal("attempt_under_way", message, hint=_("Wait for its end, or cancel it."), status=409)
    stage, values = _taken_up(attempt)
    said = f"{_('Taken up again by %(who)s.') % {'who': actor.get_username()}} {reason}".strip()
    with transaction.atomic():
        if not move(attempt, stage, reason=said, actor=actor, **values):
            raise _moved_on(attempt)
        tell(actor, attempt, "retried", reason=said)
    return attempt


def _taken_up(attempt: Attempt) -> tuple[str, dict[str, Any]]:
    """A failed run is not looked at again but called anew; a failed deployment is made anew."""
    stage = attempt.failed_in or Stage.TRIGGERED
    if stage == Stage.TRAINING:
        return Stage.PREPARING, {"run": None}
    if stage == Stage.DEPLOYING:
        return stage, {"deployment": None}
    return stage, {}


def _decide(actor: Any, attempt: Attempt, act: str, reason: str) -> Attempt:
    project, by = attempt.policy.project, attempt.wanted.approval.by
    is_override = attempt.stage == Stage.REJECTED and act == "approve"
    require(actor, "own" if by == "owners" or is_override else "retraining.decide", project)
    if is_override:
        return _override(actor, attempt, reason)
    if attempt.stage != Stage.AWAITING_APPROVAL:
        raise Refusal(
            "not_awaiting_approval",
            _("Attempt %(number)d does not wait for an approval: it is %(stage)s.")
            % {"number": attempt.number, "stage": attempt.get_stage_display().lower()},
            hint=_("Look at its page."),
            status=409,
        )
    told = _approval(actor, act, reason)
    with transaction.atomic():
        same = Attempt.objects.filter(pk=attempt.pk, moves=attempt.moves, stage=Stage.AWAITING_APPROVAL)
        if not same.update(approval=told):
            raise _moved_on(attempt)
        attempt.approval = told
        tell(actor, attempt, "approved" if act == "approve" else "turned_down", reason=reason)
        later("retraining.advance", attempt.pk)
    return attempt


def _override(actor: Any, attempt: Attempt, reason: str) -> Attempt:
    """An owner takes the new model against the policy's verdict, while its files are there."""
    if attempt.run is None or attempt.challenger_id is not None or attempt.is_dry_run:
        raise Refusal(
            "cannot_override",
            _("The new model of attempt %(number)d cannot be taken any more.") % {"number": attempt.number},
            hint=_("Start another attempt, or deploy its version by hand."),
            status=409,
        )
    told = {**_approval(actor, "approve", reason), "override": True}
    said = f"{_('Taken against the verdict by %(who)s.') % {'who': actor.get_username()}} {reason}".strip()
    with transaction.atomic():
        if not move(attempt, Stage.DEPLOYING, reason=said, actor=actor, approval=told):
            raise _moved_on(attempt)
        tell(actor, attempt, "overridden", reason=said)
    return attempt


def _approval(actor: Any, act: str, reason: str) -> dict[str, Any]:
    return {"act": act, "by": actor.get_username(), "at": timezone.now().isoformat(), "reason": reason.strip()}


def _require_live(attempt: Attempt) -> None:
    if attempt.is_live:
        return
    raise Refusal(
        "attempt_ended",
        _("Attempt %(number)d has ended: %(reason)s") % {"number": attempt.number, "reason": attempt.reason},
        hint=_("Start another one."),
        status=409,
    )


def _moved_on(attempt: Attempt) -> Refusal:
    message = _("Attempt %(number)d has just moved on by itself.") % {"number": attempt.number}
    return Refusal("attempt_moved_on", message, hint=_("Look at it again, then decide."), status=409)


def _keep_revision(actor: Any, policy: Policy, reason: str) -> None:
    PolicyRevision.objects.create(
        policy=policy, number=policy.revision, settings=policy.settings, reason=reason.strip(), created_by=actor
    )


def _record(
    actor: Any,
    policy: Policy,
    act: str,
    data: dict[str, Any],
    *,
    reason: str = "",
    change: Change | None = None,
) -> None:
    record(
        actor,
        f"mlops.retraining.policy_{act}",
        subject=f"retraining/{policy.pk}",
        project=policy.project,
        data={"policy": policy.name, **data},
        reason=reason,
        notice=("retraining", str(policy.pk)),
        **sides(change),
    )
