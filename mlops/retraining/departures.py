"""Policies act with the rights of one person: when that account is deactivated, they stop until somebody takes over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.accounts import leaving
from mlops.events.chain import record
from mlops.events.facts import stored
from mlops.retraining.models import Policy


def held(person: User) -> Iterable[leaving.Held]:
    names = [f"{one.project.slug}/{one.name}" for one in _policies(person)]
    what = ngettext("%d retraining policy", "%d retraining policies", len(names)) % len(names)
    outcome = _("Disabled: they act with this person's rights. Whoever enables one lets it act with their own.")
    yield leaving.Held("retraining", names, what, outcome)


def settle(actor: User, person: User, reason: str) -> None:
    told = _("The account of %(name)s is deactivated. Enable it to let it run in your name.") % {"name": person}
    for one in _policies(person):
        was = stored(one)
        Policy.objects.filter(pk=one.pk).update(is_enabled=False, reason=told)
        record(
            actor,
            "mlops.retraining.policy_disabled",
            subject=f"retraining/{one.pk}",
            project=one.project,
            reason=reason or told,
            data={"policy": one.name},
            notice=("retraining", str(one.pk)),
            before=was,
            after=stored(one),
        )


def register() -> None:
    leaving.register(leaving.Keeper(held, settle))


def _policies(person: User) -> Any:
    found = Policy.objects.filter(runs_as=person, is_enabled=True)
    return found.select_related("project").order_by("project__slug", "name")
