"""Which people a rule names, as far as they may read the project at this moment."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from mlops.access.decisions import may
from mlops.access.models import Membership, Role
from mlops.alerts.models import Alert, Audience, Rule

ROLES: dict[str, tuple[str, ...]] = {
    Audience.OWNERS: (Role.OWNER,),
    Audience.CONTRIBUTORS: (Role.OWNER, Role.CONTRIBUTOR),
    Audience.EVERYONE: (Role.OWNER, Role.CONTRIBUTOR, Role.READER),
}


def people_told(rule: Rule, alert: Alert) -> list[Any]:
    named: list[Any]
    if rule.audience in ROLES:
        members = Membership.objects.filter(project=alert.project, role__in=ROLES[rule.audience])
        named = list(User.objects.filter(pk__in=members.values("user"), is_active=True).order_by("pk"))
    elif rule.audience == Audience.AUTHOR:
        named = [alert.author or rule.owner]
    else:
        named = [rule.owner] if rule.audience == Audience.OWNER else []
    return [one for one in named if one is not None and may(one, "read", alert.project)]
