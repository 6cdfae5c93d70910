"""Who has a draft open, and what each looks at. It expires by itself; a notice only says that it changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from designer.models import Draft, Presence
from mlops.access.decisions import require
from mlops.events.chain import notify

HERE = timedelta(seconds=40)
"""Pages say every 15 seconds that they are there."""
MOST_NODES = 50


def be_present(person: Any, draft: Draft, *, tab: UUID, nodes: list[str], field: str) -> None:
    """Says what one page shows. Others are told only when it is something else than before."""
    require(person, "read", draft.project)
    now = timezone.now()
    seen = {"nodes": nodes[:MOST_NODES], "field": field}
    with transaction.atomic():
        before = Presence.objects.filter(draft=draft, tab=tab, person=person).first()
        if before is None:
            Presence.objects.update_or_create(draft=draft, tab=tab, defaults={**seen, "person": person, "seen_at": now})
        else:
            Presence.objects.filter(pk=before.pk).update(**seen, seen_at=now)
        gone, _kinds = Presence.objects.filter(draft=draft, seen_at__lt=now - HERE).delete()
        if before is None or gone or (before.nodes, before.field) != (seen["nodes"], field):
            notify("presence", str(draft.pk), project=draft.project)


def leave(person: Any, draft: Draft, *, tab: UUID) -> None:
    require(person, "read", draft.project)
    with transaction.atomic():
        if Presence.objects.filter(draft=draft, tab=tab, person=person).delete()[0]:
            notify("presence", str(draft.pk), project=draft.project)


def others(draft: Draft, *, tab: UUID | None) -> list[dict[str, Any]]:
    """Everybody who is here now, but for the page that asks; in the order in which they came."""
    rows = Presence.objects.filter(draft=draft, seen_at__gte=timezone.now() - HERE)
    if tab is not None:
        rows = rows.exclude(tab=tab)
    return [
        {
            "name": row.person.get_username(),
            "full_name": row.person.get_full_name(),
            "tab": str(row.tab),
            "nodes": row.nodes,
            "field": row.field,
        }
        for row in rows.select_related("person").order_by("pk")
    ]
