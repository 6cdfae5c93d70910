"""The pages about models: list, one model, one version with its tabs, and registering."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may
from mlops.datasets.models import Dataset
from mlops.formats.model import ParityCertificate
from mlops.formats.refusal import Refusal
from mlops.lineage.versions.data import read_by_run, told_by_run
from mlops.lineage.versions.serving import Served, served_by, served_by_models
from mlops.packaging.actions import convert
from mlops.packaging.models import Conversion, ConversionKind
from mlops.packaging.queries import conversions_of
from mlops.registry import actions, queries, shelving
from mlops.registry.approval.queries import visible_transitions, waiting_in
from mlops.registry.from_files import register_place
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.registry.recognising import recognise, signature_told
from mlops.registry.scanned import standing_in_version, standing_in_versions
from mlops.registry.searching import MODELS
from mlops.registry.usage import users_of
from mlops.runs.model_places import model_places
from mlops.runs.models import Run, Step
from mlops.tags.filters import of_clients, of_people, tags_of, tags_of_many
from mlops.tags.searching import asks_for
from mlops.uploads.actions import forget
from mlops.uploads.given import sent_in
from mlops.web.charts.tables import csv_of
from mlops.web.exports import exported, is_asked
from mlops.web.guard import signed_in
from mlops.web.listing import listed
from mlops.web.pages import guests, model_pointing, model_relations
from mlops.web.pages.explanations import explanations_context
from mlops.web.pages.images import images_context
from mlops.web.pages.model_cards import card_context
from mlops.web.pages.model_charts import charts_over
from mlops.web.pages.model_files import files_context
from mlops.web.pages.profiles import profiles_context
from mlops.web.pages.tag_words import typed_tags
from mlops.web.projects import current_project, show_project

MODEL_TABS = ("versions", "card", "history")
MOST_TOLD = 200
TABS = ("details", "card", "artifacts", "onnx", "profiles", "explanations", "images", "endpoints", "history")


@signed_in
def models(request: HttpRequest) -> HttpResponseBase:
    project = current_project(request)
    seen = queries.visible_to(request.user).filter(project=project)
    if not asks_for(request.GET.get("filter", ""), MODELS, "archived"):
        seen = queries.in_lists(seen)
    found = listed(request, MODELS, seen, project=project.slug)
    if is_asked(request) and found.status == 200:
        return exported(request, "Models", project, found.all)
    rows = queries.rows_of(found.rows)
    context = {
        "project": project,
        "listed": found,
        "rows": _rows(rows),
        "standings": standing_in_versions([row.latest for row in rows if row.latest]),
        "waiting": waiting_in(request.user, project),
        "may_contribute": may(request.user, "models.register", project),
    }
    return render(request, "web/models/list.html", context, status=found.status)


def _rows(
    rows: list[queries.ModelRow],
) -> list[tuple[queries.ModelRow, list[tuple[int, Served]], list[queries.Point]]]:
    """Each with where any of its versions is deployed, and what its stages and aliases point to."""
    found = [row.model for row in rows]
    served, points = served_by_models(found), queries.points_of(found)
    return [(row, served[row.model.pk], points[row.model.pk]) for row in rows]


@signed_in
@require_http_methods(["GET", "POST"])
@guests.or_guest(guests.model)
def model(request: HttpRequest, model_id: uuid.UUID) -> HttpResponse:
    """The tabs of MODEL_TABS. POST: `act` = archive or bring_back."""
    shown = queries.visible_model(request.user, model_id)
    show_project(request, shown.project)
    if request.method == "POST":
        return _shelve(request, shown)
    context = _model_context(request, shown)
    if key := request.GET.get("csv"):
        return csv_of(context["charts"], key, name=shown.name)
    tab = request.GET.get("tab", "")
    context["tab"] = tab = tab if tab in MODEL_TABS else MODEL_TABS[0]
    if tab == "card":
        newest = context["lines"][0]["version"] if context["lines"] else None
        context |= card_context(shown, newest)
    if tab == "history":
        context["history"] = visible_transitions(request.user).filter(model=shown)[:MOST_TOLD]
    return render(request, "web/models/model.html", context)


@signed_in
def model_versions(request: HttpRequest, model_id: uuid.UUID) -> HttpResponse:
    """The live part of the model's page."""
    shown = queries.visible_model(request.user, model_id)
    return render(request, "web/models/_versions.html", _model_context(request, shown))


@signed_in
@require_http_methods(["GET", "POST"])
@guests.or_guest(guests.model_version)
def model_version(request: HttpRequest, model_id: uuid.UUID, number: int) -> HttpResponse:
    """The tabs of TABS. POST: `act` = tag, untag, describe, convert, delete, stage, alias or unalias."""
    version = queries.visible_version(request.user, model_id, number)
    show_project(request, version.model.project)
    if request.method == "GET":
        if request.GET.get("tab") == "explanations" and "csv" in request.GET:
            return csv_of(explanations_context(version)["charts"], request.GET["csv"], name=str(version))
        return _version_page(request, version)
    acts = {
        "tag": _tag,
        "untag": _untag,
        "describe": _describe,
        "convert": _convert,
        "delete": _delete,
        "archive": _shelve,
        "bring_back": _shelve,
    }
    act = (acts | model_pointing.ACTS | model_relations.ACTS).get(request.POST.get("act", ""))
    if act is None:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    try:
        return act(request, version)
    except Refusal as refusal:
        tab = "onnx" if request.POST.get("act") == "convert" else "details"
        return _version_page(request, version, tab=tab, problem=refusal)


@signed_in
def version_conversions(request: HttpRequest, model_id: uuid.UUID, number: int) -> HttpResponse:
    """The live part of the tab ONNX."""
    version = queries.visible_version(request.user, model_id, number)
    return render(request, "web/models/_conversions.html", _onnx_context(request, version))


@signed_in
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Keeps what a run's step made, or some of the run's files. Fields: `run`; `node` and `port`, or `place`."""
    given = request.POST if request.method == "POST" else request.GET
    run = _run(request, given.get("run", ""))
    show_project(request, run.project)
    step = Step.objects.filter(run=run, node=given.get("node", "")).first()
    from_files = not given.get("node")
    context: dict[str, Any] = {
        "run": run,
        "step": step,
        "node": given.get("node", ""),
        "port": given.get("port", ""),
        "from_files": from_files,
        "place": given.get("place", ""),
        "places": model_places(run) if from_files else [],
        "typed": request.POST if request.method == "POST" else {"name": _proposed(run)},
        "names": _names(run.project),
        "project": run.project,
    }
    if request.method == "GET":
        return render(request, "web/models/register.html", context)
    try:
        words: dict[str, Any] = {
            "name": request.POST.get("name", ""),
            "description": request.POST.get("description", ""),
            "tags": typed_tags(request.POST.get("tags", "")),
        }
        if from_files:
            version = register_place(request.user, run, place=context["place"], **words)
        else:
            made = {"run": run, "node": context["node"], "port": context["port"]}
            version = actions.register(request.user, run.project, **made, **words)
    except Refusal as refusal:
        return render(request, "web/models/register.html", {**context, "problem": refusal}, status=refusal.status)
    messages.success(request, _("%(version)s is registered.") % {"version": version})
    return redirect("web:model-version", version.model_id, version.number)


def _proposed(run: Run) -> str:
    """A name to begin with: the experiment's, as a model may be called."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", run.experiment.name).strip("-._").lower()[:60]


@signed_in
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Keeps files from elsewhere as a model: ONNX, an MLflow folder, or any files."""
    project = current_project(request)
    context: dict[str, Any] = {"project": project, "typed": request.POST, "names": _names(project)}
    if request.method == "GET":
        return render(request, "web/models/upload.html", context)
    try:
        sent = sent_in(request.POST.get("sent", ""))
        files = [(one.name or "", one) for one in request.FILES.getlist("files")]
        tree = (
            actions.keep_sent(request.user, project, sent=sent)
            if sent
            else actions.keep_files(request.user, project, files=files)  # type: ignore[arg-type]
        )
        version = actions.register(
            request.user,
            project,
            name=request.POST.get("name", ""),
            tree=tree,
            description=request.POST.get("description", ""),
            tags=typed_tags(request.POST.get("tags", "")),
        )
        forget(request.user, (upload_id for upload_id, _path in sent))
    except Refusal as refusal:
        return render(request, "web/models/upload.html", {**context, "problem": refusal}, status=refusal.status)
    messages.success(request, _("%(version)s is registered.") % {"version": version})
    return redirect("web:model-version", version.model_id, version.number)


def _version_page(request: HttpRequest, version: ModelVersion, *, tab: str = "", **more: Any) -> HttpResponse:
    tab = tab or request.GET.get("tab", TABS[0])
    if tab not in TABS:
        tab = TABS[0]
    problem: Refusal | None = more.get("problem")
    context = {
        "version": version,
        "project": version.model.project,
        "tab": tab,
        "served": served_by([version])[version.pk],
        "standing": standing_in_version(version),
        "points": sorted(queries.aliases_of_many([version])[version.pk]),
        "may_contribute": may(request.user, "models.register", version.model.project),
        "typed": request.POST,
        **_tab_context(request, version, tab),
        **more,
    }
    return render(request, "web/models/version.html", context, status=problem.status if problem else 200)


def _tab_context(request: HttpRequest, version: ModelVersion, tab: str) -> dict[str, Any]:
    if tab == "details":
        tags = tags_of(version)
        return {
            "signature": queries.signature_of(version) or (signature_told(version) if not version.task else None),
            "recognised": recognise(version),
            "tags": of_people(tags),
            "client_tags": of_clients(tags),
            "datasets": queries.datasets_of(version),
            "read_by_run": read_by_run(version),
            "told_by_run": told_by_run(version),
            "example": json.dumps(version.input_example, indent=2, ensure_ascii=False) if version.input_example else "",
            "properties": {key: value for key, value in version.properties.items() if key != "onnx"},
            "users": users_of(version),
            "onnx_file": version.properties.get("onnx"),
            **model_pointing.pointing_context(request, version),
            **model_relations.relations_context(version),
        }
    if tab == "history":
        return model_pointing.history_context(request, version)
    if tab == "card":
        return card_context(version, version)
    if tab == "artifacts":
        return files_context(request, version)
    if tab == "images":
        return images_context(version)
    if tab == "profiles":
        return profiles_context(version)
    if tab == "explanations":
        return explanations_context(version)
    return _onnx_context(request, version) if tab == "onnx" else {}


def _onnx_context(request: HttpRequest, version: ModelVersion) -> dict[str, Any]:
    found = [(one, _certificate(one)) for one in conversions_of(version)]
    newest: dict[str, tuple[Conversion, ParityCertificate | None]] = {}
    for one, certificate in found:
        newest.setdefault(one.kind, (one, certificate))
    project = version.model.project
    return {
        "version": version,
        "conversions": found,
        "latest": newest.get(ConversionKind.ONNX),
        "forms": [newest[kind] for kind in ConversionKind.values[1:] if kind in newest],
        "earlier": [pair for pair in found if pair not in newest.values()],
        "kinds": ConversionKind.choices,
        "dataset_names": Dataset.objects.filter(project=project).values_list("name", flat=True)[:200],
        "may_contribute": may(request.user, "models.package", version.model.project),
    }


def _certificate(conversion: Conversion) -> ParityCertificate | None:
    return msgspec.convert(conversion.certificate, ParityCertificate) if conversion.certificate else None


def _model_context(request: HttpRequest, model: RegisteredModel) -> dict[str, Any]:
    versions = list(queries.versions_of(model))
    tags = {key: of_people(each) for key, each in tags_of_many(versions).items()}
    served, aliases = served_by(versions), queries.aliases_of_many(versions)
    keys = sorted({key for version in versions for key in version.metrics})
    return {
        "model": model,
        "project": model.project,
        "charts": charts_over(versions, aliases),
        "lines": [
            {
                "version": version,
                "tags": tags[str(version.pk)],
                "served": served[version.pk],
                "aliases": sorted(aliases[version.pk]),
                "metrics": [(key, version.metrics.get(key)) for key in keys[:4]],
            }
            for version in versions
        ],
        "metric_keys": keys[:4],
        "standings": standing_in_versions(versions),
        "may_contribute": may(request.user, "models.register", model.project),
    }


def _tag(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    tags = typed_tags(request.POST.get("tag", ""))
    if not tags:
        raise Refusal("tag_invalid", _("No tag was typed."), hint=_("Write TagName=TagValue, such as Area=Churn."))
    actions.set_tags(request.user, version, tags=tags)
    return redirect("web:model-version", version.model_id, version.number)


def _untag(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    actions.remove_tag(request.user, version, key=request.POST.get("key", ""))
    return redirect("web:model-version", version.model_id, version.number)


def _describe(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    actions.describe_version(request.user, version, description=request.POST.get("description", ""))
    messages.success(request, _("The description is saved."))
    return redirect("web:model-version", version.model_id, version.number)


def _convert(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    typed = request.POST.get("tolerance", "").strip()
    try:
        tolerance = float(typed) if typed else 1e-4
    except ValueError:
        raise Refusal(
            "tolerance_out_of_range", _("“%(value)s” is no number.") % {"value": typed}, hint=_("Usual is 0.0001.")
        ) from None
    convert(
        request.user,
        version,
        tolerance=tolerance,
        kind=request.POST.get("kind", "") or ConversionKind.ONNX,
        dataset=request.POST.get("dataset", ""),
    )
    response = redirect("web:model-version", version.model_id, version.number)
    response["Location"] += "?tab=onnx"
    return response


def _shelve(request: HttpRequest, row: RegisteredModel | ModelVersion) -> HttpResponse:
    acts = {"archive": shelving.archive, "bring_back": shelving.bring_back}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    act(request.user, row)
    return redirect(request.path)


def _delete(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    told = str(version)
    actions.delete_version(request.user, version)
    messages.success(request, _("%(version)s is in the recycle bin.") % {"version": told})
    return redirect("web:model", version.model_id)


def _run(request: HttpRequest, run_id: str) -> Run:
    from mlops.access.decisions import visible_projects

    try:
        found = Run.kept.filter(pk=uuid.UUID(run_id), project__in=visible_projects(request.user))
    except ValueError:
        found = Run.objects.none()
    run = found.select_related("project").first()
    if run is None:
        raise Refusal("not_found", _("There is no such run, or you may not see it."), status=404)
    return run


def _names(project: Any) -> list[str]:
    return list(RegisteredModel.objects.filter(project=project).values_list("name", flat=True)[:200])


urlpatterns: list[URLPattern | URLResolver] = [
    path("models/", models, name="models"),
    path("models/register/", register, name="model-register"),
    path("models/upload/", upload, name="model-upload"),
    path("models/<uuid:model_id>/", model, name="model"),
    path("models/<uuid:model_id>/versions/", model_versions, name="model-versions"),
    path("models/<uuid:model_id>/<int:number>/", model_version, name="model-version"),
    path("models/<uuid:model_id>/<int:number>/conversions/", version_conversions, name="model-conversions"),
]
