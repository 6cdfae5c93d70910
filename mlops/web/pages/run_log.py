"""The tab Logs: the last lines of all steps or of one, those that hold a text, and the whole as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from mlops.runs import queries
from mlops.runs.models import Artifact, LogLine, Run, Step
from mlops.web.guard import signed_in

MOST_LINES = 2_000
MOST_FILES = 100


def context(request: HttpRequest, run: Run, steps: list[Step]) -> dict[str, Any]:
    asked = {name: request.GET.get(name, "").strip() for name in ("find", "step")}
    titles = queries.names_of(steps)
    known = _lines(run, asked["step"])
    found = known.filter(text__icontains=asked["find"]) if asked["find"] else known
    shown = found.select_related("step").order_by("-at", "-pk")[:MOST_LINES]
    return {
        "lines": [(line, titles.get(line.step.node, line.step.node)) for line in reversed(shown)],
        "most": MOST_LINES,
        "asked": asked,
        "log_steps": titles.items() if len(titles) > 1 else (),
        "line_count": known.count(),
        "log_files": _files(run, asked["step"]),
    }


def _files(run: Run, node: str) -> list[Artifact]:
    """What the code wrote to files in `logs`, the last written first; it appears while the job runs."""
    below = Q(path__startswith=f"{node}/logs/") if node and node != "job" else Q(path__startswith="logs/")
    if not node:
        below |= Q(path__contains="/logs/")
    return list(Artifact.objects.filter(below, run=run).order_by("-at", "path")[:MOST_FILES])


@signed_in
@require_GET
def download(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """All lines as text, in the order of time. `?step=` one step's alone."""
    run = queries.run(request.user, run_id)
    lines = _lines(run, request.GET.get("step", ""))
    answer = StreamingHttpResponse(_text(lines), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, f"run-{run.number}.log") or ""
    return answer


def _lines(run: Run, node: str) -> QuerySet[LogLine]:
    lines = LogLine.objects.filter(step__run=run)
    return lines.filter(step__node=node) if node else lines


def _text(lines: QuerySet[LogLine]) -> Iterator[str]:
    rows = lines.order_by("at", "pk").values_list("at", "step__node", "text")
    for at, node, text in rows.iterator(chunk_size=2_000):
        yield f"{at.isoformat(timespec='milliseconds')} {node}: {text}\n"
