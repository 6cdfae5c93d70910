"""The page that shows two drawings, and everything that differs around them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from designer.compare import beside
from designer.compare.picture import Picture, link_marks, overlaid, picture
from designer.compare.sides import Side, side_of
from designer.compare.story import Labels, Titles, marks, tell
from mlops.components.queries import ProjectLibrary
from mlops.components.wording import in_words
from mlops.formats.pipeline import DATASET_COMPONENT
from mlops.formats.refusal import Refusal
from mlops.web.guard import signed_in
from mlops.web.projects import show_project


@signed_in
@require_GET
def compared(request: HttpRequest, a: str, b: str) -> HttpResponse:
    """`?view=side` shows both drawings beside each other, else they lie over each other."""
    before, after = side_of(request.user, a), side_of(request.user, b)
    show_project(request, after.project)
    titles, labels = _words(before, after)
    story = tell(before.document, after.document, titles, labels)
    metrics = [(_title_in(row.node, before, after, titles), row) for row in beside.metrics(before, after)]
    context = {
        "a": before,
        "b": after,
        "story": story,
        "pictures": _pictures(before, after, titles, is_beside=request.GET.get("view") == "side"),
        "is_beside": request.GET.get("view") == "side",
        "datasets": beside.datasets(before, after),
        "environment": beside.environment(before, after),
        "both_runs": before.run is not None and after.run is not None,
        "metrics": metrics,
        "seconds": [_seconds(side) for side in (before, after)],
    }
    return render(request, "designer/compare.html", context)


@signed_in
@require_GET
def chosen(request: HttpRequest) -> HttpResponse:
    """`?a=&b=`, or `?run=&run=` and `?draft=&draft=` from the check boxes of a list: goes to the comparison."""
    asked = request.GET
    refs = [
        *(asked[name] for name in ("a", "b") if asked.get(name)),
        *(f"run-{one}" for one in asked.getlist("run")),
        *(f"draft-{one}" for one in asked.getlist("draft")),
    ]
    if len(refs) != 2:
        raise Refusal("two_needed", _("A comparison needs two things."), hint=_("Select exactly two."))
    for ref in refs:
        side_of(request.user, ref)
    return redirect("designer:compare", *(quote(ref, safe="@") for ref in refs))


def _pictures(before: Side, after: Side, titles: Titles, *, is_beside: bool) -> list[tuple[str, Picture]]:
    node_marks = marks(before.document, after.document)
    links = link_marks(before.document, after.document)
    if is_beside:
        return [(side.title, picture(side.document, node_marks, links, titles)) for side in (before, after)]
    return [(_("Both"), picture(overlaid(before.document, after.document), node_marks, links, titles))]


def _words(before: Side, after: Side) -> tuple[Titles, Labels]:
    """How steps and their settings are called, each component being looked up once."""
    library = ProjectLibrary(after.project)
    known: dict[tuple[str, str], Any] = {}

    def component(node: dict[str, Any]) -> Any:
        key = (node["component"], node["version"])
        if key not in known:
            try:
                known[key] = in_words(library.component(*key))
            except Refusal:
                known[key] = None
        return known[key]

    def title(node: dict[str, Any]) -> str:
        named = str(node.get("title", ""))
        if not named and node["component"] == DATASET_COMPONENT:
            named = str(node.get("parameters", {}).get("dataset", ""))
        found = None if named else component(node)
        return named or str(found.title if found else node["component"])

    def label(node: dict[str, Any], parameter: str) -> str:
        found = component(node)
        return next((p.label for p in found.parameters if p.name == parameter), parameter) if found else parameter

    return title, label


def _seconds(side: Side) -> float | None:
    run = side.run
    return (run.ended_at - run.started_at).total_seconds() if run and run.started_at and run.ended_at else None


def _title_in(node: str, before: Side, after: Side, titles: Titles) -> str:
    drawn = after.document.get("nodes", {}).get(node) or before.document.get("nodes", {}).get(node)
    return titles(drawn) if drawn else node
