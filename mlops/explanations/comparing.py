"""Two explanations beside each other: what counts more than before, what less, and how the order changed."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext as _

from mlops.explanations import queries
from mlops.explanations.models import Explanation
from mlops.formats.refusal import Refusal


class Side(msgspec.Struct, frozen=True, kw_only=True):
    version: str
    explanation: str
    kind: str
    unit: str


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Of one column. Shares of all importance; ranks from 1; None where the version has no such column.

    `moved`: places up (positive) or down."""

    column: str
    before: float | None
    after: float | None
    rank_before: int | None
    rank_after: int | None
    moved: int | None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """`agreement`: Spearman's correlation of the ranks of columns that both have, 1 being the same order."""

    before: Side
    after: Side
    columns: tuple[Compared, ...]
    agreement: float | None
    notes: tuple[str, ...] = ()


def compared(before: Explanation, after: Explanation) -> Comparison:
    """Columns by their larger share. Raises Refusal `explanation_without_result`."""
    sides = [queries.summary_of(one) for one in (before, after)]
    for one, summary in zip((before, after), sides, strict=True):
        if summary is None:
            message = _("The explanation “%(one)s” has no result: it is %(state)s.") % {
                "one": one,
                "state": one.get_state_display().lower(),
            }
            raise Refusal("explanation_without_result", message, hint=_("Wait for its end, or ask again."), status=409)
    first, second = sides
    assert first is not None
    assert second is not None
    old, new = first.shares(), second.shares()
    ranks = [{name: place for place, name in enumerate(shares, 1)} for shares in (old, new)]
    rows = []
    for name in dict.fromkeys([*new, *old]):
        a, b = ranks[0].get(name), ranks[1].get(name)
        rows.append(
            Compared(
                column=name,
                before=old.get(name),
                after=new.get(name),
                rank_before=a,
                rank_after=b,
                moved=a - b if a is not None and b is not None else None,
            )
        )
    notes = []
    if (first.kind, first.unit) != (second.kind, second.unit):
        notes.append("They were explained in different ways, so that only shares and ranks can be compared.")
    if first.source != second.source:
        notes.append("They were explained on different rows.")
    return Comparison(
        before=_side(before, first.kind, first.unit),
        after=_side(after, second.kind, second.unit),
        columns=tuple(sorted(rows, key=lambda one: -max(one.before or 0.0, one.after or 0.0))),
        agreement=_agreement([name for name in old if name in new], [name for name in new if name in old]),
        notes=tuple(notes),
    )


def _side(one: Explanation, kind: str, unit: str) -> Side:
    of = str(one.version) if one.version is not None else str(one.run)
    return Side(version=of, explanation=one.name, kind=kind, unit=unit)


def _agreement(old: list[str], new: list[str]) -> float | None:
    """Spearman's rank correlation; the columns are the same in both."""
    count = len(old)
    if count < 2:
        return None
    places = {name: place for place, name in enumerate(new)}
    squares = sum((place - places[name]) ** 2 for place, name in enumerate(old))
    return 1.0 - 6.0 * squares / (count * (count**2 - 1))
