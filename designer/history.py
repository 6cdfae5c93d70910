"""Reads of the log: what came since, a person's own steps, and the history as people tell it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from designer.models import Draft, Operation, Revision, Version

MOST_AT_ONCE = 500
"""A client that is further behind takes the whole document instead."""
ONE_SITTING = timedelta(minutes=10)
STEPS_AT_ONCE = 200


class Step(msgspec.Struct, kw_only=True):
    """What one undo takes back: the operations that were made as one, oldest first."""

    step: str
    label: str
    changes: list[list[dict[str, Any]]]


class Sitting(msgspec.Struct, kw_only=True):
    """What one person did without a longer break."""

    who: str
    first: int
    last: int
    began_at: datetime
    ended_at: datetime
    labels: list[str]
    """The newest first, each once."""
    count: int
    versions: list[dict[str, Any]]


def entry(row: Operation) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "id": str(row.uuid),
        "kind": row.kind,
        "step": str(row.step),
        "label": row.label,
        "by": row.by.get_username() if row.by else "",
        "at": row.at,
        "kept": row.kept,
        "changes": row.changes,
    }


def since(draft: Draft, after: int) -> list[dict[str, Any]] | None:
    """The entries after a revision, in order; None where they are too many, or were not logged."""
    if not 0 <= draft.revision - after <= MOST_AT_ONCE:
        return None
    rows = Operation.objects.filter(draft=draft, seq__gt=after, seq__lte=draft.revision).select_related("by")
    found = [entry(row) for row in rows]
    return found if len(found) == draft.revision - after else None


def steps(draft: Draft, person: Any, *, before: int | None = None) -> dict[str, Any]:
    """What the person can undo (the newest last) and redo (the next first); `before` pages to older steps."""
    own = Operation.objects.filter(draft=draft, by=person, kind="do")
    done = own.filter(undone_by=None)
    if before is not None:
        done = done.filter(seq__lt=before)
    newest = list(done.order_by("-seq")[:STEPS_AT_ONCE])
    last = newest[0].seq if newest else 0
    undone = own.filter(undone_by__gt=last).order_by("-undone_by", "seq")[: STEPS_AT_ONCE if before is None else 0]
    return {
        "undo": _steps(reversed(newest)),
        "redo": _steps(undone),
        "older": newest[-1].seq if len(newest) == STEPS_AT_ONCE else None,
    }


def revisions(draft: Draft, *, before: int | None = None, limit: int = 500) -> list[dict[str, Any]]:
    """One line a revision, the newest first."""
    last = (draft.revision if before is None else before - 1) + 1
    logged = Operation.objects.filter(draft=draft, seq__lt=last).order_by("-seq")
    whole = Revision.objects.filter(draft=draft, number__lt=last).order_by("-number")
    lines = {
        number: {"number": number, "label": label, "saved_at": at, "saved_by": who or ""}
        for number, label, who, at in whole.values_list("number", "label", "saved_by__username", "saved_at")[:limit]
    }
    for number, label, kind, who, at in logged.values_list("seq", "label", "kind", "by__username", "at")[:limit]:
        lines[number] = {"number": number, "label": _told(label, kind), "saved_at": at, "saved_by": who or ""}
    return [lines[number] for number in sorted(lines, reverse=True)[:limit]]


def sittings(draft: Draft, *, before: int | None = None, limit: int = 1000) -> tuple[list[Sitting], int | None]:
    """The newest first, and the number to ask older ones with (None at the beginning)."""
    rows = Operation.objects.filter(draft=draft)
    old = Revision.objects.filter(draft=draft)
    if before is not None:
        rows, old = rows.filter(seq__lt=before), old.filter(number__lt=before)
    entries = list(rows.order_by("-seq").values_list("seq", "label", "kind", "by__username", "at")[:limit])
    named = _versions(draft)
    found: list[Sitting] = []
    for seq, label, kind, who, at in entries:
        _count_in(found, seq, _told(label, kind), who or "", at, named)
    if len(entries) == limit:
        return found, entries[-1][0]
    first = entries[-1][0] if entries else (before or draft.revision + 1)
    before_log = old.filter(number__lt=first).order_by("-number")
    for number, label, who, at in before_log.values_list("number", "label", "saved_by__username", "saved_at"):
        _count_in(found, number, label, who or "", at, named)
    return found, None


def _count_in(
    found: list[Sitting], seq: int, label: str, who: str, at: datetime, named: dict[int, list[dict[str, Any]]]
) -> None:
    last = found[-1] if found else None
    # A version begins a sitting, so that a name stands beside what led to it.
    if last and last.who == who and last.began_at - at < ONE_SITTING and seq not in named:
        last.first, last.began_at, last.count = seq, at, last.count + 1
        if label and label not in last.labels:
            last.labels.append(label)
        return
    labels = [label] if label else []
    versions = named.get(seq, [])
    found.append(
        Sitting(who=who, first=seq, last=seq, began_at=at, ended_at=at, labels=labels, count=1, versions=versions)
    )


def _told(label: str, kind: str) -> str:
    return {"undo": f"↶ {label}", "redo": f"↷ {label}"}.get(kind, label)


def _versions(draft: Draft) -> dict[int, list[dict[str, Any]]]:
    named: dict[int, list[dict[str, Any]]] = {}
    for row in Version.objects.filter(draft=draft).select_related("by"):
        named.setdefault(row.number, []).append(
            {
                "id": row.pk,
                "name": row.name,
                "description": row.description,
                "by": row.by.get_username() if row.by else "",
                "at": row.at,
            }
        )
    return named


def _steps(rows: Iterable[Operation]) -> list[Step]:
    found: list[Step] = []
    for row in rows:
        step = str(row.step)
        if found and found[-1].step == step:
            found[-1].changes.append(row.changes)
            found[-1].label = row.label
        else:
            found.append(Step(step=step, label=row.label, changes=[row.changes]))
    return found
