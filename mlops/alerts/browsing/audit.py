"""The audit trail: whether it is whole, all of it as a file, and what proves that file elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from mlops.access.decisions import require, require_administrator
from mlops.access.models import Project
from mlops.alerts.browsing import queries
from mlops.alerts.browsing.exporting import as_file
from mlops.events.audit.watching import check, last_check
from mlops.events.audit.writing import VERIFIER, written
from mlops.events.chain import record
from mlops.events.models import ChainCheck, Event


def require_whole(person: Any) -> None:
    hint = _("An owner may export the events of a project.")
    require_administrator(person, _("Only an administrator sees the server's whole audit trail."), hint)


def state() -> dict[str, Any]:
    """What the last look found. `broken_at` is the number of the first event that does not follow."""
    found = last_check() or ChainCheck()
    return {
        "events": found.events,
        "head": found.hash,
        "sequence": found.seq,
        "checked_at": found.at,
        "whole_checked_at": found.whole_at,
        "broken_at": found.broken_at,
        "is_whole": None if found.at is None else found.broken_at is None,
    }


def look_now(person: Any) -> dict[str, Any]:
    """Reads all of it."""
    require_whole(person)
    check(whole=True)
    return state()


def trail(request: Any, person: Any, project: Project | None) -> StreamingHttpResponse:
    """A file for `verify_audit.py`. Of the server for administrators, of a project for its owners.

    `start` and `end` of the request cut it; whatever else selects makes it a selection."""
    asked = queries.read_asked(request.GET)
    is_cut_only = not (asked.type or asked.subject or asked.actor or asked.text)
    if project is None:
        require_whole(person)
    else:
        require(person, "audit.export", project)
    rows = queries.asked_for(Event.objects.order_by("seq") if project is None else _of(project), asked)
    scope = "server" if project is None and is_cut_only else f"projects/{project.slug}" if project else "selection"
    told = {"scope": scope, "query": request.GET.urlencode()[:500]}
    record(person, "mlops.audit.exported", subject=f"audit/{scope}", project=project, data=told)
    pieces: Iterator[bytes] = written(rows, scope=scope)
    return as_file(request, pieces, name="audit.jsonl", content_type="application/x-ndjson")


def verifier() -> HttpResponse:
    answer = HttpResponse(VERIFIER.read_bytes(), content_type="text/x-python; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="verify_audit.py"'
    return answer


def _of(project: Project) -> Any:
    return Event.objects.filter(project=project).order_by("seq")
