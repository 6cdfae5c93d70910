"""What this package keeps of a person who leaves: sessions, tokens, links, invitations, roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.access.models import Membership, Role
from mlops.accounts import sessions
from mlops.accounts.leaving import Held, Keeper
from mlops.accounts.models import ApiToken, Invitation, SignInLink
from mlops.accounts.tokens import revoke


def held(person: User) -> Iterable[Held]:
    rows = [str(one.agent or one.address or one.began_at) for one in sessions.sessions_of(person)]
    yield _held("sessions", rows, ngettext("%d session", "%d sessions", len(rows)), _("Ended at once."))
    names = list(ApiToken.objects.filter(user=person).values_list("name", flat=True))
    yield _held("tokens", names, ngettext("%d token", "%d tokens", len(names)), _("Revoked; programs are refused."))
    open_ones = [one.email or str(one.pk) for one in _invitations(person)]
    what = ngettext("%d open invitation", "%d open invitations", len(open_ones))
    yield _held("invitations", open_ones, what, _("Taken back."))
    roles = list(Membership.objects.filter(user=person).values_list("project__slug", flat=True))
    outcome = _("Kept, and without effect until the account is activated again.")
    yield _held("roles", roles, ngettext("role in %d project", "roles in %d projects", len(roles)), outcome)
    alone = _owned_alone(person)
    what = ngettext("%d project without another owner", "%d projects without another owner", len(alone))
    yield _held("projects", alone, what, _("Administrators stand in: give somebody else the role of owner."))


def settle(actor: User, person: User, reason: str) -> None:
    sessions.end_others(actor, person=person, but=None)
    for token in ApiToken.objects.filter(user=person).select_related("project"):
        revoke(actor, token)
    SignInLink.objects.filter(user=person, used_at=None).delete()
    _invitations(person).update(revoked_at=timezone.now())


def register() -> None:
    from mlops.accounts import leaving

    leaving.register(Keeper(held, settle))


def _held(kind: str, names: list[str], what: str, outcome: str) -> Held:
    return Held(kind, names, what % len(names), outcome)


def _invitations(person: User) -> Any:
    return Invitation.objects.filter(invited_by=person, accepted_at=None, revoked_at=None)


def _owned_alone(person: User) -> list[str]:
    owned = Membership.objects.filter(user=person, role=Role.OWNER).select_related("project")
    others = Membership.objects.filter(role=Role.OWNER, user__is_active=True).exclude(user=person)
    shared = set(others.values_list("project", flat=True))
    return [one.project.slug for one in owned if one.project_id not in shared]
