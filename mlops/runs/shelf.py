"""Deleted runs as a shelf of the project's bin: their rows are the list, who and why is in the events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.bin.deletion import not_in_bin
from mlops.bin.freeing import together
from mlops.bin.shelves import Item
from mlops.bin.within import would_go
from mlops.events.models import Event
from mlops.runs.deletion import carry_out_purge, in_bin, purge, restore
from mlops.runs.family import family_of
from mlops.runs.models import Run
from mlops.runs.remains import size_of


class RunShelf:
    def kinds(self) -> Mapping[str, str]:
        return {"run": _("Run")}

    def keys(self, project: Project, kinds: Sequence[str], search: str) -> QuerySet[Any, tuple[UUID, datetime]]:
        found = Run.objects.filter(project=project)
        if search:
            number = search.lstrip("#")
            found = found.filter(number=int(number)) if number.isdecimal() else found.filter(name__icontains=search)
        return in_bin(found).values_list("pk", "deleted_at")  # type: ignore[return-value]

    def items(self, project: Project, keys: Sequence[UUID]) -> Iterable[Item]:
        runs = list(in_bin(Run.objects.filter(project=project, pk__in=keys).select_related("experiment")))
        told = _told(runs)
        for run in runs:
            assert run.deleted_at is not None
            by, reason = told.get(f"runs/{run.pk}", ("", ""))
            yield Item(
                kind="run",
                what=_("Run"),
                id=str(run.pk),
                title=f"#{run.number} {run.display_name}".strip(),
                deleted_at=run.deleted_at,
                deleted_by=by,
                reason=reason,
                bytes=size_of(run),
                confirm=str(run.number),
            )

    def restore(self, actor: Any, project: Project, key: UUID, name: str) -> str:
        run = _run(project, key)
        restore(actor, run)
        return f"#{run.number}"

    def purge(self, actor: Any, project: Project, key: UUID, confirmed: str, reason: str) -> None:
        purge(actor, _run(project, key), confirmed=confirmed, reason=reason)

    def carry_out(self, actor: Any, project: Project, key: UUID, reason: str) -> None:
        carry_out_purge(actor, _run(project, key), reason=reason)

    def rows(self, project: Project, keys: Sequence[UUID]) -> dict[str, set[Any]]:
        runs = Run.objects.filter(project=project, pk__in=keys)
        return together(would_go(family_of(run)) for run in runs)


def _told(runs: Sequence[Run]) -> dict[str, tuple[str, str]]:
    """Who deleted each and why, of the last time."""
    events = Event.objects.filter(type="mlops.run.deleted", subject__in=[f"runs/{run.pk}" for run in runs])
    told = events.order_by("seq").values_list("subject", "actor_name", "reason")
    return {subject: (by, reason) for subject, by, reason in told}


def _run(project: Project, key: UUID) -> Run:
    run = Run.objects.filter(project=project, pk=key).select_related("parent", "experiment", "project").first()
    if run is None:
        raise not_in_bin(str(key))
    return run
