"""What goes on when an account is deactivated, and is told all the same: subscriptions, and repositories that act with
the person's rights (their pushes are refused until somebody saves them again)."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.accounts import leaving
from mlops.alerts.models import Subscription
from mlops.repositories.models import Repository


def held(person: User) -> Iterable[leaving.Held]:
    found = Subscription.objects.filter(created_by=person).select_related("project").order_by("name")
    names = [f"{one.project.slug}/{one.name}" if one.project else one.name for one in found]
    what = ngettext("%d subscription", "%d subscriptions", len(names)) % len(names)
    outcome = _("Go on: they belong to their project, or to the server. See whether they still lead where they should.")
    yield leaving.Held("subscriptions", names, what, outcome)
    rows = Repository.objects.filter(acts_as=person).select_related("project").order_by("name")
    names = [f"{one.project.slug}/{one.name}" for one in rows]
    what = ngettext("%d repository", "%d repositories", len(names)) % len(names)
    yield leaving.Held("repositories", names, what, _("Pushes start nothing until an owner saves its settings."))


def register() -> None:
    leaving.register(leaving.Keeper(held, lambda actor, person, reason: None))
