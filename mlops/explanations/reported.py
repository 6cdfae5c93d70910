"""The newest explanations of a version in its governance report: what it goes by, how that was found, and how it does
for groups."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mlops.explanations.models import Explanation, ExplanationState
from mlops.explanations.queries import explanations_of, fairness_of, summary_of
from mlops.formats.explanation import ExplanationSummary, FairnessSlice
from mlops.registry.models import ModelVersion
from mlops.registry.report_parts import Part, Table

MOST, MOST_COLUMNS = 3, 20


def parts(version: ModelVersion) -> Iterable[Part]:
    """One for each; where there is none, that is said."""
    made = explanations_of(version).filter(state=ExplanationState.COMPLETED)
    found = [(one, told) for one in made[:MOST] if (told := summary_of(one)) is not None]
    if not found:
        yield Part(title=_("Explanations"), words=(_("None was made."),))
    for one, told in found:
        yield _part(one, told)


def _part(one: Explanation, told: ExplanationSummary) -> Part:
    who = one.created_by.get_username() if one.created_by else _("the system")
    facts = [
        (_("Method"), told.method),
        (_("Rows"), told.sampling),
        (_("From"), told.source),
        (_("Unit"), told.unit),
        (_("Adds up"), told.additivity.told if told.additivity else ""),
        (_("Surrogate"), _("R² %(r2)s on %(rows)s rows") % _fidelity(told) if told.fidelity else ""),
        (_("Made"), f"{one.created_at:%Y-%m-%d %H:%M} UTC, {who}"),
        (_("Comment"), one.comment),
    ]
    shares = told.shares()
    rows = tuple((it.column, f"{it.importance:.4g}", f"{shares[it.column]:.1%}") for it in told.weights[:MOST_COLUMNS])
    weights = Table(heads=(_("Column"), _("Importance"), pgettext("fraction", "Share")), rows=rows)
    return Part(
        title=_("Explanation: %(name)s") % {"name": one.name},
        facts=tuple((words, str(value)) for words, value in facts if value),
        words=told.notes,
        tables=(weights, *(_groups(each) for each in fairness_of(one))),
    )


def _fidelity(told: ExplanationSummary) -> dict[str, str]:
    assert told.fidelity is not None
    return {"r2": f"{told.fidelity.r2:.3f}", "rows": f"{told.fidelity.rows:,}"}


def _groups(each: FairnessSlice) -> Table:
    """A row for each group, and what lies between them."""
    metrics = sorted(each.overall)
    rows = [(one.name, f"{one.rows:,}", *(_number(one.metrics.get(name)) for name in metrics)) for one in each.groups]
    rows.append((_("All"), "", *(_number(each.overall[name]) for name in metrics)))
    rows.append((_("Difference"), "", *(_number(each.differences.get(name)) for name in metrics)))
    return Table(heads=(each.column, _("Rows"), *metrics), rows=tuple(rows))


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
