"""Whether a person may have one more, in all projects together. Asked in the transaction that adds it: whoever adds for
the same person at the same time waits."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.quotas.kinds import KINDS
from mlops.quotas.models import PersonQuota
from mlops.quotas.rows import locked_most


def locked_most_of_person(person: Any, kind: str) -> int | None:
    """None: no limit. Where there is one, nobody else gets an answer until the end of the transaction."""
    return locked_most(PersonQuota, person.pk, kind)


def require_own_room(person: Any, kind: str) -> None:
    """Before one is added in the person's name; what nobody asked for has no such quota. Raises Refusal
    `quota_reached` (409)."""
    most = locked_most_of_person(person, kind) if getattr(person, "pk", None) else None
    if most is None:
        return
    used = KINDS[kind].used_by([person.pk])[person.pk]
    if used < most:
        return
    message = _("The quota of the person “%(person)s” is used up: %(kind)s, %(used)d of %(most)d.")
    told = {"person": person.get_username(), "kind": KINDS[kind].title, "used": used, "most": most}
    raise Refusal(
        "quota_reached",
        message % told,
        hint=_("%(remedy)s, or ask an administrator to raise the quota: %(page)s.")
        % {"remedy": KINDS[kind].remedy or _("Delete one that nobody needs"), "page": reverse("web:own-quotas")},
        status=409,
    )


def full_people(kind: str) -> list[int]:
    """Those who have as many as they may. One query where nobody has a quota."""
    rows = list(PersonQuota.objects.filter(kind=kind))
    if not rows:
        return []
    usual = next((one.most for one in rows if one.user_id is None), None)
    own = {one.user_id: one.most for one in rows if one.user_id is not None}
    people = list(own) if usual is None else _everybody()
    used = KINDS[kind].used_by(people)
    most = {one: own.get(one, usual) for one in people}
    return [one for one in people if (limit := most[one]) is not None and used[one] >= limit]


def _everybody() -> list[int]:
    from django.contrib.auth.models import User

    return list(User.objects.filter(is_active=True).values_list("pk", flat=True))
