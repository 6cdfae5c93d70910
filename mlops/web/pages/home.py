"""The first page: what to do next in this project, and what happened there last."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from mlops.access.decisions import may, visible_projects
from mlops.access.models import Project
from mlops.administration.health.report import troubles
from mlops.datasets.models import Dataset
from mlops.deployments.models import Deployment, Endpoint
from mlops.registry.models import RegisteredModel
from mlops.runs.models import Run
from mlops.web import drafts
from mlops.web.guard import signed_in
from mlops.web.pages.sharing import lines_of
from mlops.web.projects import current_project

SHOWN = 5
COUNTED = 1_000


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of the way from data to predictions."""

    title: str
    text: str
    icon: str
    url: str
    action: str
    count: int
    counted: str

    @property
    def count_told(self) -> str:
        return number_format(self.count, force_grouping=True) if self.count <= COUNTED else f"{COUNTED}+"


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    if not request.GET.get("project") and not visible_projects(request.user).exists():
        return render(request, "web/home/no_project.html", {"shared": lines_of(request.user)[:SHOWN]})
    project = current_project(request)
    stages = _stages(project)
    context = {
        "project": project,
        "troubles": troubles() if request.user.is_superuser else [],
        "stages": stages,
        "next": next((stage for stage in stages if not stage.count), None),
        "runs": Run.kept.filter(project=project).select_related("experiment", "created_by")[:SHOWN],
        "drafts": drafts.recent(project, limit=SHOWN),
        "models": _recent_models(project),
        "endpoints": _endpoints(project),
        "samples": Dataset.objects.filter(project=project, is_sample=True)[:SHOWN],
        "shared": lines_of(request.user)[:SHOWN],
        "may_contribute": may(request.user, "contribute", project),
    }
    return render(request, "web/home/home.html", context)


def _stages(project: Project) -> list[Stage]:
    newest = next(iter(drafts.recent(project, limit=1)), None)
    trained = Run.kept.filter(project=project, state="completed").order_by("-created_at").first()
    model = _newest_version(project)
    return [
        Stage(
            title=_("Bring data"),
            text=_("Upload a CSV or Parquet file, or start from a sample."),
            icon="datasets",
            url="/datasets/",
            action=_("Add a dataset"),
            count=_counted(Dataset.objects.filter(project=project)),
            counted=_("Datasets"),
        ),
        Stage(
            title=_("Draw a pipeline"),
            text=_("Open a sample and look how it is done, or start a new pipeline with your data."),
            icon="designer",
            url="/designer/",
            action=_("Open the designer"),
            count=len(drafts.recent(project, limit=COUNTED)),
            counted=_("Drafts"),
        ),
        Stage(
            title=_("Run it"),
            text=_("Open your drawing and press Submit. Each step shows what it made."),
            icon="runs",
            url=newest.url if newest else "/designer/",
            action=_("Open the latest draft") if newest else _("Open the designer"),
            count=_counted(Run.kept.filter(project=project)),
            counted=_("Runs"),
        ),
        Stage(
            title=_("Register the model"),
            text=_("Keep what a run has trained, as a version that can be deployed."),
            icon="models",
            url=f"/runs/{trained.pk}/?tab=outputs" if trained else "/runs/",
            action=_("Open the latest complete run") if trained else _("See the runs"),
            count=_counted(RegisteredModel.objects.filter(project=project)),
            counted=_("Models"),
        ),
        Stage(
            title=_("Deploy it"),
            text=_("Serve a model version at an address that answers in milliseconds."),
            icon="endpoints",
            url=f"/models/{model[0]}/{model[1]}/" if model else "/models/",
            action=_("Open the latest model") if model else _("See the models"),
            count=Endpoint.objects.filter(project=project).count(),
            counted=_("Endpoints"),
        ),
    ]


def _counted(rows: QuerySet[Any]) -> int:
    """Up to one more than are told: to count on costs more than it tells."""
    return rows.order_by().values("pk")[: COUNTED + 1].count()


def _newest_version(project: Project) -> tuple[object, int] | None:
    """The model that was registered last, and its newest version's number."""
    found = RegisteredModel.objects.filter(project=project, last_number__gt=0).order_by("-created_at")
    return found.values_list("pk", "last_number").first()


def _recent_models(project: Project) -> list[RegisteredModel]:
    return list(RegisteredModel.objects.filter(project=project, last_number__gt=0).order_by("-created_at")[:SHOWN])


class EndpointLine(msgspec.Struct, frozen=True, kw_only=True):
    endpoint: Endpoint
    states: tuple[tuple[str, int], ...]


def _endpoints(project: Project) -> list[EndpointLine]:
    endpoints = list(Endpoint.objects.filter(project=project).order_by("-created_at")[:SHOWN])
    counted = (
        Deployment.objects.filter(endpoint__in=endpoints)
        .order_by("state")
        .values_list("endpoint_id", "state")
        .annotate(count=Count("pk"), since=Max("state_since"))
    )
    states: dict[object, list[tuple[str, int]]] = {}
    for endpoint_id, state, count, _newest in counted:
        states.setdefault(endpoint_id, []).append((state, count))
    return [EndpointLine(endpoint=one, states=tuple(states.get(one.pk, ()))) for one in endpoints]


urlpatterns: list[URLPattern | URLResolver] = [path("", home, name="home")]
