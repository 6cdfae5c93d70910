"""Retrainings: what started them, what they trained on, and the model they made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlops.access.models import Project
from mlops.lineage.kinds.kind import MOST_LINKS, Link, numbered, page
from mlops.monitoring.models import Look
from mlops.retraining.models import Attempt


class Attempts:
    prefix, title, model = "attempts", "retraining", Attempt

    def name(self, row: Attempt) -> str:
        return f"attempts/{row.policy.name}:{row.number}"

    def text(self, row: Attempt) -> str:
        return f"{row.policy.name} #{row.number}"

    def url(self, row: Attempt) -> str:
        return page("retraining-attempt", row.policy_id, row.number)

    def upstream(self, row: Attempt) -> Iterable[Link]:
        look = look_behind(row)
        if look is not None:
            yield "triggered by", look
        if row.data is not None:
            yield "trained on", row.data
        if row.champion is not None:
            yield "compared with", row.champion

    def downstream(self, row: Attempt) -> Iterable[Link]:
        if row.run is not None and row.run.deleted_at is None:
            yield "started", row.run
        if row.challenger is not None and not row.is_dry_run:
            yield "made", row.challenger
        if row.deployment is not None:
            yield "deployed", row.deployment

    def find(self, projects: list[Project], rest: str) -> Any | None:
        name, number = numbered(rest)
        rows = Attempt.objects.filter(policy__project__in=projects, policy__name=name)
        rows = rows.filter(number=number) if number is not None else rows
        return rows.select_related("policy__project", "created_by").order_by("-number").first()

    def known(self, projects: list[Project]) -> list[str]:
        rows = Attempt.objects.filter(policy__project__in=projects).select_related("policy")
        return [self.name(row) for row in rows[:MOST_LINKS]]


def look_behind(row: Attempt) -> Look | None:
    """The look whose alarm started it."""
    name, number = row.trigger.get("monitor"), str(row.trigger.get("look", ""))
    if not name or not number.isdecimal():
        return None
    rows = Look.objects.filter(monitor__project=row.policy.project_id, monitor__name=name, number=int(number))
    return rows.select_related("monitor__project").first()
