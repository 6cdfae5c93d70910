"""The events that a person may see, and those of them that are asked for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _

from mlops.access.decisions import seen_in
from mlops.access.models import Project
from mlops.events.models import Event
from mlops.events.wording import recorded_actor
from mlops.formats.event_filter import is_type_of
from mlops.formats.refusal import Refusal, Where


@dataclass(frozen=True, kw_only=True)
class Asked:
    type: str = ""
    """May have `*`."""
    subject: str = ""
    """A part of it; with `*` at its end: its begin."""
    actor: str = ""
    text: str = ""
    """In the type, the subject, the reason or the data."""
    start: datetime | None = None
    end: datetime | None = None


def visible_to(person: Any, project: Project | None = None) -> QuerySet[Event]:
    """Of their projects; administrators see those of the server as well."""
    rows = Event.objects.select_related("project").order_by("-seq")
    if project is not None:
        return rows.filter(project=project)
    if getattr(person, "is_superuser", False) and person.is_active:
        return rows
    return rows.filter(seen_in(person))


def by_id(person: Any, event_id: uuid.UUID) -> Event:
    found = visible_to(person).filter(id=event_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such event, or you may not see it."), status=404)
    return found


def read_asked(given: Mapping[str, Any]) -> Asked:
    """From a query: type, subject, actor, q, start, end. Raises Refusal `moment_invalid`."""
    texts = {name: str(given.get(name, "") or "").strip() for name in ("type", "subject", "actor")}
    start, end = _moment(given, "start"), _moment(given, "end")
    return Asked(**texts, text=str(given.get("q", "") or "").strip(), start=start, end=end)


def asked_for(rows: QuerySet[Event], asked: Asked) -> QuerySet[Event]:
    if asked.type:
        rows = rows.filter(type__in=_types(rows, asked.type)) if "*" in asked.type else rows.filter(type=asked.type)
    if asked.subject.endswith("*"):
        rows = rows.filter(subject__startswith=asked.subject[:-1])
    elif asked.subject:
        rows = rows.filter(subject__icontains=asked.subject)
    if asked.actor:
        rows = rows.filter(actor_name=recorded_actor(asked.actor))
    if asked.text:
        found = Q(type__icontains=asked.text) | Q(subject__icontains=asked.text) | Q(reason__icontains=asked.text)
        rows = rows.filter(found | Q(data__icontains=asked.text))
    if asked.start is not None:
        rows = rows.filter(at__gte=asked.start)
    if asked.end is not None:
        rows = rows.filter(at__lt=asked.end)
    return rows


def _types(rows: QuerySet[Event], pattern: str) -> list[str]:
    known = rows.order_by().values_list("type", flat=True).distinct()
    return [name for name in known if is_type_of(name, [pattern])]


def _moment(given: Mapping[str, Any], name: str) -> datetime | None:
    text = str(given.get(name, "") or "").strip()
    if not text:
        return None
    try:
        found = parse_datetime(text.replace(" ", "+") if "T" in text else f"{text}T00:00:00")
    except ValueError:
        found = None
    if found is None:
        hint, where = _("Such as 2026-05-04T09:30:00Z, or a day."), Where(parameter=name, value=text[:100])
        raise Refusal("moment_invalid", _("“%(text)s” is no moment.") % {"text": text[:100]}, hint=hint, where=where)
    return make_aware(found) if is_naive(found) else found
