"""Dataset versions by the names under which documents mention them."""

from __future__ import annotations

from django.db.models import Q

from mlops.access.models import Project
from mlops.access.offered import ids_offered
from mlops.datasets.models import DatasetVersion


def datasets_named(project: Project, targets: list[str]) -> list[DatasetVersion]:
    wanted = Q()
    for target in targets:
        name, _colon, number = target.removeprefix("datasets/").rpartition(":")
        if target.startswith("datasets/") and number.isdecimal():
            wanted |= Q(dataset__name=name, number=int(number), dataset__project=project)
            owner, _slash, rest = name.partition("/")
            if rest:
                offered = ids_offered(project, "data", owner)
                wanted |= Q(dataset__name=rest, number=int(number), dataset__in=offered)
    if not wanted:
        return []
    rows = DatasetVersion.objects.filter(wanted).defer("profile", "schema")
    return list(rows.select_related("dataset__project", "created_by"))
