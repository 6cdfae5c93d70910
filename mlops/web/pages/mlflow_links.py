"""Where the addresses lead that MLflow's client prints: a run, an experiment, a model, by its names for them."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mlops.access.decisions import visible_projects
from mlops.formats.refusal import Refusal
from mlops.registry.models import RegisteredModel
from mlops.runs import queries
from mlops.web.guard import signed_in
from mlops.web.projects import current_project

DEFAULT = "0"
"""MLflow's number of the default experiment, whatever the project."""


@signed_in
@require_GET
def run_link(request: HttpRequest, experiment_id: str, run_id: str) -> HttpResponse:
    return redirect("web:run", queries.run(request.user, _id(run_id)).pk)


@signed_in
@require_GET
def experiment_link(request: HttpRequest, experiment_id: str) -> HttpResponse:
    """The list of its runs."""
    if experiment_id == DEFAULT:
        asked = {"experiment": "Default", "project": current_project(request).slug}
    else:
        found = queries.experiments(request.user).filter(pk=_id(experiment_id)).first()
        if found is None:
            raise Refusal("not_found", _("There is no such experiment, or you may not see it."), status=404)
        asked = {"experiment": found.name, "project": found.project.slug}
    return redirect(f"{reverse('web:runs')}?{urlencode(asked)}")


@signed_in
@require_GET
def model_link(request: HttpRequest, name: str, number: int = 0) -> HttpResponse:
    """In the project that was looked at last, else in any that the person sees."""
    known = RegisteredModel.objects.filter(project__in=visible_projects(request.user), name=name)
    found = known.first()
    if found is None:
        raise Refusal(
            "not_found", _("There is no model “%(name)s”, or you may not see it.") % {"name": name}, status=404
        )
    found = known.filter(project=current_project(request)).first() or found
    return redirect("web:model-version", found.pk, number) if number else redirect("web:model", found.pk)


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise Refusal("not_found", _("“%(id)s” is no id of this server.") % {"id": given[:60]}, status=404) from None


urlpatterns: list[URLPattern | URLResolver] = [
    path("mlflow/experiments/<str:experiment_id>", experiment_link, name="mlflow-experiment"),
    path("mlflow/experiments/<str:experiment_id>/runs/<str:run_id>", run_link, name="mlflow-run"),
    path("mlflow/models/<path:name>/versions/<int:number>", model_link, name="mlflow-version"),
    path("mlflow/models/<path:name>", model_link, name="mlflow-model"),
]
