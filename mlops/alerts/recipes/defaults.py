"""The rules that a project begins with. They are rules like any other: to be changed, switched off or deleted."""

from __future__ import annotations

from typing import Any

from mlops.access.models import Project
from mlops.alerts.models import Rule
from mlops.alerts.recipes.catalogue import RECIPES
from mlops.alerts.rules.shaping import fill


def create_default_rules(project: Project, owner: Any) -> int:
    """How many there were to make; none where the names are taken. In the caller's transaction."""
    taken = set(Rule.objects.filter(project=project).values_list("name", flat=True))
    wanted = [one for one in RECIPES if one.is_default and one.is_usable and one.settings.name not in taken]
    for one in wanted:
        rule = fill(Rule(project=project, recipe=one.key, owner=owner, created_by=owner), one.settings)
        rule.save(force_insert=True)
    return len(wanted)
