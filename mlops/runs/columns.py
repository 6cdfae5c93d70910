"""Metrics, parameters and tags as columns of the list of runs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from django.db.models import QuerySet

from mlops.runs.logging import number
from mlops.runs.models import LatestMetric, Run, RunParameter
from mlops.tags.filters import tags_of_many

Kind = Literal["metrics", "parameters", "tags"]
KINDS: tuple[Kind, ...] = ("metrics", "parameters", "tags")
MOST = 20
MOST_KNOWN = 100


class Column(msgspec.Struct, frozen=True):
    """Written `metrics.loss`, `parameters.lr` or `tags.team`."""

    kind: Kind
    key: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.key}"

    @property
    def ordering(self) -> str:
        """As the filter language names it."""
        return str(self) if re.fullmatch(r"\w+", self.key) else f"{self.kind}.`{self.key}`"

    @property
    def is_number(self) -> bool:
        return self.kind == "metrics"


def columns_named(names: Iterable[str]) -> list[Column]:
    """Each once; what is no column is left out, for an old address must still open."""
    found = []
    for name in dict.fromkeys(names):
        kind, _dot, key = name.strip().partition(".")
        if kind in KINDS and key:
            found.append(Column(kind, key))
    return found[:MOST]


def known_columns(runs: QuerySet[Run]) -> list[Column]:
    """What the latest of the runs have."""
    recent = list(runs.order_by("-created_at").values_list("pk", flat=True)[:50])
    keys = {
        "metrics": LatestMetric.objects.filter(run__in=recent),
        "parameters": RunParameter.objects.filter(run__in=recent),
    }
    return [
        Column(kind, key)  # type: ignore[arg-type]
        for kind, rows in keys.items()
        for key in rows.order_by("key").values_list("key", flat=True).distinct()[:MOST_KNOWN]
    ]


def cells(runs: list[Run], columns: list[Column]) -> dict[Any, list[Any]]:
    """Run to its values, in the order of the columns; three queries whatever their number."""
    by_kind = {kind: [column.key for column in columns if column.kind == kind] for kind in KINDS}
    found: dict[tuple[Any, str, str], Any] = {}
    if by_kind["metrics"]:
        for row in LatestMetric.objects.filter(run__in=runs, key__in=by_kind["metrics"]):
            found[row.run_id, "metrics", row.key] = number(row)
    if by_kind["parameters"]:
        for given in RunParameter.objects.filter(run__in=runs, key__in=by_kind["parameters"]):
            found[given.run_id, "parameters", given.key] = given.value
    if by_kind["tags"]:
        tags = tags_of_many(runs)
        found |= {(run.pk, "tags", key): value for run in runs for key, value in tags[str(run.pk)].items()}
    return {run.pk: [found.get((run.pk, column.kind, column.key)) for column in columns] for run in runs}
