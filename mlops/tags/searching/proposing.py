"""What may stand where somebody types: names of fields, tags, metrics and parameters, and their values."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.formats.search import Name, quoted
from mlops.formats.search.completing import Wanted, wanted_at
from mlops.formats.search.writing import BARE, PLAIN
from mlops.tags.searching import known
from mlops.tags.searching.searchable import Searchable

MOST = 12


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """`insert` takes the place of what was typed; `detail` says what it is."""

    insert: str
    label: str
    detail: str


class Proposals(msgspec.Struct, frozen=True, kw_only=True):
    start: int
    end: int
    proposals: tuple[Proposal, ...]


def proposals(things: QuerySet[Any], fields: Searchable, text: str, place: int) -> Proposals:
    """`things`: all that the person sees and the list is about, unfiltered; the newest of them are looked at."""
    wanted = wanted_at(text, place, fields.vocabulary())
    things = known.newest(things).things
    if wanted.kind == "name":
        found = _names(things, fields, wanted)
    else:
        assert wanted.name is not None
        found = _values(things, fields, wanted.name, wanted.begin)
    return Proposals(start=wanted.span[0], end=wanted.span[1], proposals=tuple(found[:MOST]))


def _names(things: QuerySet[Any], fields: Searchable, wanted: Wanted) -> list[Proposal]:
    begin, space = wanted.begin, wanted.space
    found: list[Proposal] = []
    if space in ("", "field"):
        found += [
            Proposal(insert=f"{column.name} {'~' if column.is_searched else '='} ", label=column.name,
                     detail=str(column.label))
            for column in fields.columns
            if any(name.startswith(begin.lower()) for name in (column.name, *column.aliases))
        ][: MOST if begin else 6]  # fmt: skip
    if space in ("", "tag") and fields.tags:
        words = fields.vocabulary()
        for key, count in known.tag_keys(things, fields, begin, most=MOST if begin else 5):
            is_short = PLAIN.fullmatch(key) and not space and words.field(key) is None
            name = key if is_short else f"tags.{_plain(key)}"
            found.append(Proposal(insert=f"{name}=", label=name, detail=_("tag, %(count)d times") % {"count": count}))
    for facts, prefix, of, detail in (
        (fields.metrics, "metrics.", "metric", _("metric")),
        (fields.parameters, "params.", "parameter", _("parameter")),
    ):
        if facts is None or space not in ("", of):
            continue
        if not space and prefix.startswith(begin.lower()):
            found.append(Proposal(insert=prefix, label=prefix, detail=_("%(detail)s …") % {"detail": detail}))
        if not space and not begin:
            continue
        for key in known.fact_keys(things, facts, begin, most=MOST):
            name = prefix + _plain(key)
            found.append(Proposal(insert=f"{name} {'<' if of == 'metric' else '='} ", label=name, detail=detail))
    return found


def _values(things: QuerySet[Any], fields: Searchable, name: Name, begin: str) -> list[Proposal]:
    if name.space == "tag":
        return [_value(value, str(count)) for value, count in known.tag_values(things, fields, name.key, begin)]
    if name.space == "parameter" and fields.parameters is not None:
        return [_value(value, "") for value in known.fact_values(things, fields.parameters, name.key, begin)]
    if name.space != "field":
        return []
    column = fields.column(name.key)
    if column.kind == "choice":
        chosen = dict.fromkeys(column.choices.values())
        return [
            _value(value, str(column.labels.get(value, "")))
            for value in chosen
            if begin.lower() in (value[: len(begin)], str(column.labels.get(value, "")).lower()[: len(begin)])
        ]
    if column.kind == "flag":
        return [_value(value, "") for value in ("yes", "no") if value.startswith(begin.lower())]
    if column.kind == "date":
        said = ("today", "yesterday", "7 days ago", "30 days ago", "this month", "last month")
        return [Proposal(insert=f"{one} ", label=one, detail="") for one in said if one.startswith(begin.lower())]
    if column.kind in ("number", "duration", "bytes") or column.name == "id":
        return []
    found = [_value(str(value), str(count)) for value, count in known.column_values(things, column, begin)]
    is_me = column.name == "by" and "me".startswith(begin.lower())
    return [_value("me", _("you")), *found] if is_me else found


def _value(value: str, detail: str) -> Proposal:
    return Proposal(insert=f"{value if BARE.fullmatch(value) else quoted(value)} ", label=value, detail=detail)


def _plain(key: str) -> str:
    return key if PLAIN.fullmatch(key) else quoted(key)
