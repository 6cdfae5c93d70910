"""The pages about profiles of a model version: start, progress with what was measured so far, result, comparison."""

from __future__ import annotations

import io
import json
import uuid
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.blobs.trees import keep_stream
from mlops.datasets.models import Dataset
from mlops.formats.profiling import ProfileOrder, Progress, Served
from mlops.formats.refusal import Refusal
from mlops.packaging import profile_actions, queries
from mlops.packaging.models import ConversionState, Profile
from mlops.packaging.profile_api import result_of
from mlops.packaging.profile_orders import checked_order, usual_order
from mlops.registry.models import ModelVersion
from mlops.registry.queries import visible_version
from mlops.web.guard import signed_in
from mlops.web.profile_figures import throughput_figure
from mlops.web.projects import show_project

ORDERED = (
    "cores",
    "concurrency",
    "rows",
    "wanted_per_second",
    "p99_target_ms",
    "point_seconds",
    "budget_seconds",
    "place",
)
DETAILS = ("name", "description", "entry", "dataset", "column")
GIBIBYTE = 1024**3


def profiles_context(version: ModelVersion) -> dict[str, Any]:
    """Of the tab on the version's page."""
    found = list(queries.profiles_of(version)[:50])
    return {
        "profiles": [(one, queries.report_of(one)) for one in found],
        "recommended": queries.recommended(version),
    }


@signed_in
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, model_id: uuid.UUID, number: int) -> HttpResponse:
    version = visible_version(request.user, model_id, number)
    show_project(request, version.model.project)
    if request.method == "GET":
        asked = {name: request.GET[name] for name in (*ORDERED, *DETAILS, "memory_gb") if name in request.GET}
        return _form(request, version, typed={**_usual(), **asked})
    try:
        made = _start(request, version)
    except Refusal as refusal:
        return _form(request, version, typed=request.POST.dict(), problem=refusal)
    return redirect("web:profile", made.pk)


@signed_in
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest, profile_id: uuid.UUID) -> HttpResponse:
    """POST: `act` = cancel, tag or delete."""
    found = queries.visible_profile(request.user, profile_id)
    version = found.version
    show_project(request, version.model.project)
    if request.method == "POST":
        return _act(request, found)
    return render(request, "web/profiles/profile.html", _context(request, found))


@signed_in
def profile_state(request: HttpRequest, profile_id: uuid.UUID) -> HttpResponse:
    """The live part."""
    found = queries.visible_profile(request.user, profile_id)
    return render(request, "web/profiles/_result.html", _context(request, found))


@signed_in
def compare(request: HttpRequest, profile_id: uuid.UUID, other_id: uuid.UUID) -> HttpResponse:
    both = [queries.visible_profile(request.user, one) for one in (profile_id, other_id)]
    show_project(request, both[0].version.model.project)
    reports = [queries.report_of(one) for one in both]
    results = [result_of(one) for one in both]
    names = [one.name if both[0].version_id == both[1].version_id else f"{one.version} {one.name}" for one in both]
    context = {
        "profiles": both,
        "names": names,
        "project": both[0].version.model.project,
        "lines": _lines(results[0], results[1]),
        "figure": json.dumps(
            throughput_figure(
                [(f"{name}: ", report.served) for name, report in zip(names, reports, strict=True) if report],
                target_ms=None,
            )
        ),
        "has_points": any(reports),
    }
    return render(request, "web/profiles/compare.html", context)


def _start(request: HttpRequest, version: ModelVersion) -> Profile:
    typed = request.POST
    given: dict[str, Any] = {name: typed.get(name, "").strip() for name in ORDERED}
    memory = typed.get("memory_gb", "").replace(",", " ").split()
    if memory:
        given["memory_bytes"] = [_gibibytes(one) for one in memory]
    script = typed.get("script", "")
    if typed.get("entry") == "script" and not script.strip():
        raise Refusal("script_missing", _("The entry “script” needs a script."), hint=_("Paste it below."))
    return profile_actions.profile(
        request.user,
        version,
        order=checked_order(given),
        script=keep_stream(io.BytesIO(script.encode())) if typed.get("entry") == "script" else None,
        requests=request.FILES.get("requests"),  # type: ignore[arg-type]
        **{name: typed.get(name, "").strip() for name in DETAILS},
    )


def _gibibytes(text: str) -> Any:
    try:
        return float(text) * GIBIBYTE
    except ValueError:
        return text


def _usual() -> dict[str, str]:
    order = usual_order()
    lists = {name: ", ".join(f"{one:g}" for one in getattr(order, name)) for name in ("cores", "concurrency", "rows")}
    numbers = {name: f"{getattr(order, name):g}" for name in ("p99_target_ms", "point_seconds", "budget_seconds")}
    return {**lists, **numbers, "memory_gb": ", ".join(f"{one / GIBIBYTE:g}" for one in order.memory_bytes)}


def _form(
    request: HttpRequest, version: ModelVersion, *, typed: dict[str, str], problem: Refusal | None = None
) -> HttpResponse:
    conversion = queries.best_conversion(version)
    context = {
        "version": version,
        "project": version.model.project,
        "typed": typed,
        "problem": problem,
        "wrong": problem.where.parameter if problem else "",
        "is_converted": conversion is not None and conversion.state == ConversionState.ACCEPTED,
        "datasets": Dataset.objects.filter(project=version.model.project).values_list("name", flat=True)[:200],
        "prices": usual_order().prices,
        "may_contribute": may(request.user, "models.package", version.model.project),
    }
    return render(request, "web/profiles/start.html", context, status=problem.status if problem else 200)


def _act(request: HttpRequest, found: Profile) -> HttpResponse:
    act = request.POST.get("act", "")
    try:
        if act == "cancel":
            profile_actions.cancel(request.user, found)
            return redirect("web:profile", found.pk)
        if act == "tag":
            profile_actions.keep_as_tags(request.user, found)
            messages.success(request, _("%(version)s carries the result as tags.") % {"version": found.version})
            return redirect("web:profile", found.pk)
        if act == "delete":
            profile_actions.delete(request.user, found)
            messages.success(request, _("The profile “%(name)s” is deleted.") % {"name": found})
            response = redirect("web:model-version", found.version.model_id, found.version.number)
            response["Location"] += "?tab=profiles"
            return response
    except Refusal as refusal:
        context = {**_context(request, found), "problem": refusal}
        return render(request, "web/profiles/profile.html", context, status=refusal.status)
    raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))


def _context(request: HttpRequest, found: Profile) -> dict[str, Any]:
    report = queries.report_of(found)
    progress = msgspec.convert(found.progress, Progress) if found.progress else None
    order = msgspec.convert(found.order, ProfileOrder)
    served: tuple[Served, ...] = report.served if report else progress.served if progress else ()
    return {
        "profile": found,
        "version": found.version,
        "project": found.version.model.project,
        "order": order,
        "report": report,
        "recommendation": report.recommendation if report else None,
        "progress": progress,
        "percent": round(100 * progress.share) if progress else 0,
        "served": served,
        "has_points": any(one.points for one in served),
        "figure": json.dumps(throughput_figure([("", served)], target_ms=order.p99_target_ms)),
        "result": json.dumps(result_of(found), indent=2, ensure_ascii=False) if found.is_final else "",
        "others": [one for one in queries.profiles_of(found.version)[:20] if one.pk != found.pk and one.report],
        "may_contribute": may(request.user, "models.package", found.version.model.project),
    }


def _lines(one: dict[str, Any], other: dict[str, Any]) -> list[dict[str, Any]]:
    """The members that are numbers, with what the second is relative to the first."""
    lines = []
    for name in {**one, **other}:
        a, b = one.get(name), other.get(name)
        if isinstance(a, int | float) or isinstance(b, int | float):
            change = (b - a) / a if isinstance(a, int | float) and isinstance(b, int | float) and a else None
            lines.append({"name": name, "a": a, "b": b, "change": None if change is None else f"{change:+.0%}"})
    return lines


urlpatterns: list[URLPattern | URLResolver] = [
    path("models/<uuid:model_id>/<int:number>/profile/", start, name="profile-start"),
    path("profiles/<uuid:profile_id>/", profile, name="profile"),
    path("profiles/<uuid:profile_id>/state/", profile_state, name="profile-state"),
    path("profiles/<uuid:profile_id>/compare/<uuid:other_id>/", compare, name="profile-compare"),
]
