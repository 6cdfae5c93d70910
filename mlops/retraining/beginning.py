"""Begins an attempt for a trigger, or says why there is none: one at a time, cool-down, budget, enough new data."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.formats.retraining import RetrainingSettings, Triggered
from mlops.registry.models import ModelVersion
from mlops.retraining.champion import endpoint_of
from mlops.retraining.models import LIVE, Attempt, Policy, Stage
from mlops.retraining.moving import move, tell
from mlops.retraining.newness import new_collected, new_rows
from mlops.work.calls import later

REPLACEABLE = (Stage.TRIGGERED, Stage.PREPARING, Stage.TRAINING, Stage.COMPARING, Stage.AWAITING_APPROVAL)
"""Stages in which nothing has reached the endpoint yet."""


def begin(policy: Policy, trigger: Triggered, *, actor: Any = None, now: datetime | None = None) -> Attempt:
    """The attempt of that trigger, also where it was begun before. One that a rule of the policy keeps from beginning
    is there as skipped, with the reason; asked for by hand, it is refused with `attempt_under_way`."""
    now = now or timezone.now()
    with transaction.atomic():
        policy = (
            Policy.objects.select_for_update(of=("self",), no_key=True)
            .select_related("project", "runs_as")
            .get(pk=policy.pk)
        )
        known = Attempt.objects.filter(policy=policy, key=trigger.key).first()
        if known is not None:
            return known
        settings = policy.wanted
        why, hint = _against(policy, settings, trigger, now=now)
        under_way = live(policy)
        if not why and under_way is not None and settings.when.overlap == "skip":
            why = _("Attempt %(number)d is under way (%(stage)s).") % {
                "number": under_way.number,
                "stage": under_way.get_stage_display().lower(),
            }
            if trigger.kind == "hand":
                hint = _("Wait for its end, or cancel it.")
                raise Refusal("attempt_under_way", why, hint=hint, status=409)
            hint = _("The overlap rule may let it wait, or take its place.")
        attempt = _made(policy, trigger, stage=Stage.SKIPPED if why else Stage.TRIGGERED, now=now, actor=actor)
        if why:
            Attempt.objects.filter(pk=attempt.pk).update(reason=why, hint=hint, ended_at=now)
            attempt.reason, attempt.hint, attempt.ended_at = why, hint, now
            tell(actor, attempt, "skipped", reason=f"{trigger.reason} {why}")
            return attempt
        tell(actor, attempt, "triggered", reason=trigger.reason)
        if settings.when.overlap == "replace":
            _supersede(policy, attempt)
        later("retraining.advance", attempt.pk)
    return attempt


def begin_dry_run(
    actor: Any, policy: Policy, *, challenger: ModelVersion, champion: ModelVersion | None, now: datetime | None = None
) -> Attempt:
    """A comparison of two versions by the policy, without any effect."""
    now = now or timezone.now()
    with transaction.atomic():
        policy = (
            Policy.objects.select_for_update(of=("self",), no_key=True)
            .select_related("project", "runs_as")
            .get(pk=policy.pk)
        )
        told = _("Dry run: %(new)s against %(old)s.") % {"new": challenger, "old": champion or _("nothing")}
        trigger = Triggered(kind="hand", key=f"dry:{now.isoformat()}", reason=told, by=actor.get_username())
        attempt = _made(
            policy,
            trigger,
            stage=Stage.COMPARING,
            now=now,
            actor=actor,
            is_dry_run=True,
            challenger=challenger,
            challenger_label=str(challenger),
            champion=champion,
            champion_label=str(champion) if champion else "",
        )
        later("retraining.work", attempt.pk)
    return attempt


def live(policy: Policy) -> Attempt | None:
    return Attempt.objects.filter(policy=policy, stage__in=LIVE, is_dry_run=False).order_by("number").first()


def _made(policy: Policy, trigger: Triggered, *, stage: Stage, now: datetime, actor: Any, **more: Any) -> Attempt:
    last = Attempt.objects.filter(policy=policy).aggregate(last=Max("number"))["last"] or 0
    return Attempt.objects.create(
        policy=policy,
        number=last + 1,
        key=trigger.key[:200],
        revision=policy.revision,
        settings=policy.settings,
        trigger=msgspec.to_builtins(trigger),
        stage=stage,
        reason=_("Waits for a worker."),
        state_since=now,
        created_by=actor,
        **more,
    )


def _against(policy: Policy, settings: RetrainingSettings, trigger: Triggered, *, now: datetime) -> tuple[str, str]:
    """Why the policy's limits keep it from beginning, and what may be done. People are not held up by them."""
    when = settings.when
    if trigger.kind == "hand":
        return "", ""
    counted = Attempt.objects.filter(policy=policy, is_dry_run=False).exclude(stage=Stage.SKIPPED)
    last = counted.filter(ended_at__isnull=False).order_by("-ended_at").first()
    if last is not None and last.ended_at is not None and when.cool_down_seconds:
        until = last.ended_at + timedelta(seconds=when.cool_down_seconds)
        if now < until:
            told = {"number": last.number, "until": f"{until:%Y-%m-%d %H:%M} UTC"}
            why = _("Attempt %(number)d has just ended: it cools down until %(until)s.") % told
            return why, _("Start one by hand to begin all the same.")
    if when.most_attempts is not None:
        since = now - timedelta(days=when.budget_days)
        used = counted.filter(created_at__gte=since).count()
        if used >= when.most_attempts:
            told = {"used": used, "days": f"{when.budget_days:g}"}
            why = _("The budget is used up: %(used)d attempts within %(days)s days.") % told
            return why, _("Raise the budget, or start one by hand.")
    return _too_few(policy, settings, now=now)


def _too_few(policy: Policy, settings: RetrainingSettings, *, now: datetime) -> tuple[str, str]:
    when, endpoint = settings.when, endpoint_of(policy.project, settings)
    if not when.least_new_rows:
        return "", ""
    if when.dataset:
        place, new = when.dataset, new_rows(policy, when.dataset)
    elif settings.what.window is not None and endpoint is not None:
        place, new = endpoint.name, new_collected(policy, endpoint, now=now)
    else:
        return "", ""
    if new >= when.least_new_rows:
        return "", ""
    told = {"new": f"{new:,}", "least": f"{when.least_new_rows:,}", "place": place}
    why = _("“%(place)s” has %(new)s new rows; %(least)s are asked for.") % told
    return why, _("It begins once there are enough.")


def _supersede(policy: Policy, newer: Attempt) -> None:
    """Earlier attempts give way, as long as nothing of them has reached the endpoint."""
    from mlops.retraining.ending import stop_run

    for older in Attempt.objects.filter(policy=policy, stage__in=REPLACEABLE, is_dry_run=False).exclude(pk=newer.pk):
        reason = _("A newer trigger took its place: attempt %(number)d.") % {"number": newer.number}
        if move(older, Stage.CANCELLED, reason=reason):
            stop_run(older)
