"""An explanation drawn: which columns count, how the answer goes with one of them, and what moved one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from mlops.explanations.cohorts import Cohort
from mlops.explanations.comparing import Comparison
from mlops.formats.explanation import Dependence, ExplanationSummary, LocalExplanation, Unit
from mlops.web.charts import Chart, Series

MOST_COLUMNS = 20
MOST_LINES = 20


def unit_words(unit: Unit) -> str:
    return {
        "prediction": _("in units of the prediction"),
        "probability": _("in probability"),
        "log-odds": _("in log-odds"),
        "log of the prediction": _("in the logarithm of the prediction"),
        "score": _("in the score before it becomes a probability"),
        "metric": _("in units of the metric"),
    }[unit]


def importance_chart(summary: ExplanationSummary, output: int | None) -> Chart:
    """`output`: of one class; None: over all."""
    weights = [
        (one.column, one.importance if output is None or not one.by_output else one.by_output[output])
        for one in summary.weights
    ]
    weights.sort(key=lambda one: -one[1])
    shown = weights[:MOST_COLUMNS]
    words = (
        _("By how much the metric gets worse when the column is dealt out anew.")
        if summary.global_only
        else _("The mean size of the column's contribution, %(unit)s.") % {"unit": unit_words(summary.unit)}
    )
    series = Series(
        name=_("Importance"),
        x=tuple(name for name, _value in shown),
        y=tuple(value for _name, value in shown),
        shape="bar",
    )
    return Chart(
        key="importance",
        title=_("Which columns count"),
        kind="ranking",
        series=(series,),
        x_title=_("Column"),
        help=words,
        is_wide=True,
    )


def dependence_chart(one: Dependence, output: int, words: str) -> Chart:
    """The average as a thick line over lines of single rows."""
    x = tuple(one.values)
    lines = [
        Series(name=_("Row %(number)s") % {"number": row}, x=x, y=tuple(line), tone="muted", is_dashed=True)
        for row, line in list(zip(one.rows, one.lines[output], strict=True))[:MOST_LINES]
    ]
    average = Series(name=_("Average"), x=x, y=tuple(one.average[output]), tone="second")
    return Chart(
        key=f"dependence-{one.column}",
        title=_("The answer along %(column)s") % {"column": one.column},
        series=(*lines, average),
        x_title=one.column,
        y_title=words,
        help=_("On average over %(rows)s rows, and for single rows whose other columns stay as they are.")
        % {"rows": f"{one.rows_averaged:,}"},
        by_values=True,
        has_legend=False,
    )


def local_chart(found: LocalExplanation, output: int) -> Chart:
    """What each column's value adds to the base, the largest first."""
    parts = sorted(found.contributions, key=lambda one: -abs(one.contributions[output]))[:MOST_COLUMNS]
    names = [f"{one.column} = {_value(one.value)}" for one in parts]
    values = [one.contributions[output] for one in parts]
    return Chart(
        key="local",
        title=_("What moved this row"),
        kind="ranking",
        series=(Series(name=_("Contribution"), x=tuple(names), y=tuple(values), shape="bar"),),
        x_title=_("Column"),
        help=_("From %(base)s, the usual, to %(sum)s, %(unit)s.")
        % {"base": f"{found.base[output]:.5g}", "sum": f"{found.sum[output]:.5g}", "unit": unit_words(found.unit)},
        by_values=True,
        is_wide=True,
    )


def cohort_chart(cohorts: Sequence[Cohort], column: str) -> Chart:
    """Which columns count in each group of rows."""
    names = list(dict.fromkeys(name for one in cohorts for name in one.importance))[:10]
    return Chart(
        key="cohorts",
        title=_("What counts in the groups of %(column)s") % {"column": column},
        series=tuple(
            Series(
                name=_("%(name)s (%(rows)s rows)") % {"name": one.name, "rows": f"{one.rows:,}"},
                x=tuple(names),
                y=tuple(one.importance.get(name) for name in names),
                shape="bar",
            )
            for one in cohorts
        ),
        x_title=_("Column"),
        is_wide=True,
    )


def comparison_chart(found: Comparison) -> Chart:
    shown = found.columns[:MOST_COLUMNS]
    names = tuple(one.column for one in shown)
    return Chart(
        key="comparison",
        title=_("Shares of importance"),
        series=(
            Series(
                name=_name(found, before=True), x=names, y=tuple(one.before for one in shown), shape="bar", tone="first"
            ),
            Series(
                name=_name(found, before=False),
                x=names,
                y=tuple(one.after for one in shown),
                shape="bar",
                tone="second",
            ),
        ),
        x_title=_("Column"),
        unit="share",
        is_wide=True,
    )


def _name(found: Comparison, *, before: bool) -> str:
    side = found.before if before else found.after
    return f"{side.version}, {side.explanation}"


def _value(value: Any) -> str:
    if value is None:
        return _("missing")
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:40]
