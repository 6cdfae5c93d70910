"""Who wrote which field: the index of the log by which a step is undone without touching what others wrote since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Max, Min, Q, QuerySet
from msgspec import UNSET

from designer.graph.fields import ABSENT, THINGS, Path, Raw
from designer.graph.operations import Change, change
from designer.models import Draft, Operation, Write

CHUNK = 400
"""SQLite takes a limited number of values in one query."""


def remember(entry: Operation, changes: Iterable[Change]) -> None:
    Write.objects.bulk_create(
        [
            Write(
                draft_id=entry.draft_id,
                operation=entry,
                seq=entry.seq,
                place="/".join(each.path),
                other=_other(each),
                before=_text(each.before),
                after=_text(each.after),
            )
            for each in changes
        ],
        batch_size=CHUNK,
    )


def toggle(draft: Draft, actor: Any, step: UUID, *, is_active: bool, seq: int) -> tuple[tuple[Change, ...], int]:
    """Takes a person's own step back, or brings it back: what that changes, and how many of its fields stay.

    A step of somebody else, an unknown one, or one that is in the wished state already changes nothing."""
    entries = Operation.objects.filter(draft=draft, step=step, by=actor, kind="do", undone_by__isnull=not is_active)
    numbers = list(entries.values_list("pk", "seq"))
    if not numbers:
        return (), 0
    entries.update(undone_by=None if is_active else seq)
    mine = Write.objects.filter(operation__in=[pk for pk, _seq in numbers])
    mine.update(is_active=is_active)
    places = {tuple(place.split("/", 3)) for place in mine.values_list("place", flat=True)}
    values, last = _values(draft, places)
    kept = sum(1 for number in last.values() if number > max(seq for _pk, seq in numbers))
    back = _coming_back(draft.document, values)
    if back:
        values |= _values(draft, _hanging_on(draft, back) - places)[0]
    return tuple(change(path, ABSENT, value) for path, value in values.items()), kept


def shadowed(draft: Draft, document: Raw, changes: Iterable[Change]) -> tuple[Change, ...]:
    """For things that are made anew under an old name: what was once written below them and must not come back."""
    given = {each.path: each for each in changes}
    back = _coming_back(document, {path: each.after for path, each in given.items()})
    if not back:
        return ()
    return tuple(Change(path=path) for path in _hanging_on(draft, back) if path not in given)


def _coming_back(document: Raw, values: dict[Path, Any]) -> set[str]:
    return {
        path[1]
        for path, value in values.items()
        if len(path) == 2 and path[0] in (*THINGS, "parameters")
        if value is not ABSENT and value is not UNSET and path[1] not in document.get(path[0], {})
    }


def _hanging_on(draft: Draft, names: set[str]) -> set[Path]:
    """Every written field that is shown only while one of these things is there."""
    found: set[Path] = set()
    for name in names:
        below = Q(other=name)
        for collection in ("nodes", "notes", "groups", "layout", "edges", "parameters"):
            below |= Q(place__gte=f"{collection}/{name}/", place__lt=f"{collection}/{name}0")
        below |= Q(place=f"layout/{name}")
        found |= {tuple(place.split("/", 3)) for place in _of(draft).filter(below).values_list("place", flat=True)}
    return found


def _values(draft: Draft, places: Iterable[Path]) -> tuple[dict[Path, Any], dict[Path, int]]:
    """What each field's last active write says (or what was there before the first), and that write's number."""
    values: dict[Path, Any] = {}
    last: dict[Path, int] = {}
    for chunk in _chunks(sorted("/".join(path) for path in places)):
        rows = _of(draft).filter(place__in=chunk)
        firsts = {row["place"]: row["first"] for row in rows.values("place").annotate(first=Min("seq"))}
        lasts = {
            row["place"]: row["last"] for row in rows.filter(is_active=True).values("place").annotate(last=Max("seq"))
        }
        wanted = {(place, lasts.get(place, first)) for place, first in firsts.items()}
        texts = {
            (row.place, row.seq): row
            for numbers in _chunks(sorted({number for _place, number in wanted}))
            for row in rows.filter(seq__in=numbers)
        }
        for place, number in wanted:
            path: Path = tuple(place.split("/", 3))
            row = texts[place, number]
            values[path] = _value(row.after if place in lasts else row.before)
            if place in lasts:
                last[path] = number
    return values, last


def _of(draft: Draft) -> QuerySet[Write]:
    return Write.objects.filter(draft=draft)


def _other(each: Change) -> str:
    if each.path[0] == "edges":
        return str(each.after["source"]) if each.after is not UNSET else ""
    return each.path[3] if each.path[0] == "groups" and len(each.path) == 4 else ""


def _text(value: Any) -> str:
    return "" if value is UNSET else msgspec.json.encode(value).decode()


def _value(text: str) -> Any:
    return msgspec.json.decode(text) if text else ABSENT


def _chunks(values: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
