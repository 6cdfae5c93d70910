"""The lines that steps printed, of all runs: rows, newest first by their number."""

from __future__ import annotations

from mlops.administration.logs.entries import Entry
from mlops.administration.logs.masking import masker
from mlops.administration.logs.reading import MOST_ENTRIES, Found, Wanted
from mlops.runs.models import LogLine

LOOKED_AT = 20_000
"""Rows that are read for one answer."""
COLUMNS = ("at", "stream", "text", "step__node", "step__run__number")
"""Without the drawing of its run, which each line would bring along."""


def read(wanted: Wanted) -> Found:
    """`mark`: a run's number, with a node behind a slash where only that is wanted; or a correlation id."""
    rows = LogLine.objects.select_related("step__run").only(*COLUMNS).order_by("-pk")
    if wanted.before is not None:
        rows = rows.filter(pk__lt=wanted.before)
    if wanted.mark:
        number, _slash, node = wanted.mark.partition("/")
        if number.isdecimal() and len(number) < 10:
            rows = rows.filter(step__run__number=int(number))
            rows = rows.filter(step__node=node) if node else rows
        else:
            rows = rows.filter(step__run__correlation=wanted.mark)
    if wanted.until:
        rows = rows.filter(at__lte=wanted.until)
    mask, taken, last = masker(), [], 0
    for row in rows[:LOOKED_AT].iterator(chunk_size=500):
        last = row.pk
        one = Entry(
            at=row.at, level="", source=row.stream, mark=f"{row.step.run.number}/{row.step.node}", text=mask(row.text),
            offset=row.pk,
        )  # fmt: skip
        if wanted.is_past(one):
            last = 0
            break
        if not wanted.text or wanted.text.casefold() in one.text.casefold():
            taken.append(one)
        if len(taken) >= min(wanted.most, MOST_ENTRIES):
            break
    return Found(entries=taken[::-1], before=last or None)
