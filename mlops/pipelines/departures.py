"""Schedules run in the name of who made them: when that account is deactivated, they stop until somebody takes over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.accounts import leaving
from mlops.events.chain import record
from mlops.events.facts import stored
from mlops.pipelines.models import Schedule


def held(person: User) -> Iterable[leaving.Held]:
    names = [f"{one.project.slug}/{one.name}" for one in _schedules(person)]
    outcome = _("Disabled: they would run in this person's name. Whoever enables one lets it run in their own.")
    yield leaving.Held("schedules", names, ngettext("%d schedule", "%d schedules", len(names)) % len(names), outcome)


def settle(actor: User, person: User, reason: str) -> None:
    told = _("The account of %(name)s is deactivated. Enable it to let it run in your name.") % {"name": person}
    for one in _schedules(person):
        was = stored(one)
        Schedule.objects.filter(pk=one.pk).update(is_enabled=False, next_at=None, reason=told)
        record(
            actor,
            "mlops.schedule.disabled",
            subject=f"schedules/{one.pk}",
            project=one.project,
            reason=reason or told,
            data={"name": one.name, "endpoint": one.endpoint.name},
            notice=("schedule", str(one.pk)),
            before=was,
            after=stored(one),
        )


def register() -> None:
    leaving.register(leaving.Keeper(held, settle))


def _schedules(person: User) -> Any:
    found = Schedule.objects.filter(created_by=person, is_enabled=True)
    return found.select_related("project", "endpoint").order_by("project__slug", "name")
