"""Which people a rule names, as far as they may read the project at this moment."""

from __future__ import annotations

from typing import Any

from mlops.access.decisions import may
from mlops.access.holders import people_who_may
from mlops.alerts.models import Alert, Audience, Rule

NEEDED: dict[str, str] = {
    Audience.OWNERS: "people.manage",
    Audience.CONTRIBUTORS: "alerts.answer",
    Audience.EVERYONE: "project.read",
}


def people_told(rule: Rule, alert: Alert) -> list[Any]:
    if rule.audience in NEEDED:
        return list(people_who_may(alert.project, NEEDED[rule.audience]))  # every role sees the project
    if rule.audience == Audience.AUTHOR:
        one = alert.author or rule.owner
    else:
        one = rule.owner if rule.audience == Audience.OWNER else None
    return [one] if one is not None and may(one, "read", alert.project) else []
