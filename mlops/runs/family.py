"""A run with its child runs, their children and so on."""

from __future__ import annotations

from mlops.runs.models import Run

DEEPEST = 20


def family_of(run: Run) -> list[Run]:
    """The run first, then level by level; those in the recycle bin are among them. Each knows its `depth`."""
    family, level = [run], [run]
    run.depth = 0
    for depth in range(1, DEEPEST + 1):
        known = Run.objects.filter(parent__in=level).select_related("project", "experiment").order_by("number")
        level = list(known.defer("spec", "document", "shapes", "snapshot", "source", "asked"))
        for one in level:
            one.depth = depth
        if not level:
            break
        family += level
    return family
