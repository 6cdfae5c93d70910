"""Which columns count in each group of rows, out of the contributions that are kept."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.explanations import queries
from mlops.explanations.local import MARK
from mlops.explanations.models import Explanation
from mlops.formats.explanation import CONTRIBUTIONS_FILE, ROW, ROWS_FILE
from mlops.formats.refusal import Refusal, Where, nearest

MOST_COHORTS = 6


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """`importance`: by column, the mean of |contribution| over its rows and all outputs; the weightiest first."""

    name: str
    rows: int
    importance: dict[str, float]


def cohorts(one: Explanation, column: str) -> list[Cohort]:
    """By the values of a column, or by quarters of its numbers; the largest groups first.

    Raises Refusal `column_unknown`."""
    rows, table = queries.table_of(one, ROWS_FILE), queries.table_of(one, CONTRIBUTIONS_FILE)
    if rows is None or table is None:
        return []
    names = [name.removeprefix(MARK) for name in rows.columns if name.startswith(MARK)]
    if column not in names:
        raise Refusal(
            "column_unknown",
            _("There is no column “%(column)s” here.") % {"column": column[:80]},
            hint=nearest(column, names) or _("There are: %(names)s.") % {"names": ", ".join(names[:20])},
            status=404,
            where=Where(parameter="cohort", column=column[:80]),
        )
    from mlops.stats.groups import group_names

    groups = group_names(rows[MARK + column])
    return _counted(rows[ROW], groups, table)


def _counted(numbers: Any, groups: Any, table: Any) -> list[Cohort]:
    import polars as pl

    named = pl.DataFrame({ROW: numbers, "group": [str(one) for one in groups]})
    cells = [name for name in table.columns if name.startswith(MARK)]
    joined = table.join(named, on=ROW)
    found = joined.group_by("group").agg(pl.col(ROW).n_unique().alias("rows"), pl.col(cells).abs().mean())
    cohorts = []
    for row in found.sort("rows", descending=True).head(MOST_COHORTS).to_dicts():
        importance = {name.removeprefix(MARK): row[name] for name in cells}
        ordered = dict(sorted(importance.items(), key=lambda item: -item[1]))
        cohorts.append(Cohort(name=row["group"], rows=row["rows"], importance=ordered))
    return cohorts
