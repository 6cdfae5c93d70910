"""Deployments serve a model version behind an endpoint; what they answer is collected and watched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.collected.models import SavedWindow
from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.several import further_of
from mlops.lineage.kinds.code import code_named
from mlops.lineage.kinds.images import images_of
from mlops.lineage.kinds.kind import MOST_FEW, Fan, Kind, page
from mlops.lineage.kinds.parts import environments_named
from mlops.lineage.mentions.asking import named_by
from mlops.monitoring.models import Monitor
from mlops.registry.models import ModelVersion
from mlops.retraining.models import Attempt
from mlops.rollouts.models import Rollout

LIGHT = Deployment.objects.select_related("endpoint__project", "version__model", "created_by")


class Deployments(Kind):
    prefix, title, model = "deployments", "deployment", Deployment

    def name(self, row: Deployment) -> str:
        return f"deployments/{row}"

    def project_id(self, row: Deployment) -> Any:
        return row.endpoint.project_id

    def url(self, row: Deployment) -> str:
        return page("endpoint", row.endpoint_id)

    def facts(self, row: Deployment) -> dict[str, str]:
        share = row.endpoint.traffic.get(row.name)
        told = {_("Target"): row.target, _("Revision"): str(row.revision), _("Why"): row.reason}
        return told | {_("Traffic"): f"{share:g} %" if share is not None else ""}

    def upstream(self, row: Deployment) -> Iterable[Fan]:
        served = [row.version_id, *(one.pk for one in further_of(row))]
        yield "serves", ModelVersion.objects.filter(pk__in=served).select_related("model__project", "created_by")
        yield "stands on", images_of(row)
        targets = named_by(deployment=row)
        yield "runs in", environments_named(row.endpoint.project, targets)
        yield "code of", code_named(row.endpoint.project, targets)
        attempts = Attempt.objects.filter(deployment=row).defer("evidence")
        yield "deployed by", attempts.select_related("policy__project", "created_by")

    def downstream(self, row: Deployment) -> Iterable[Fan]:
        yield "stands behind", Endpoint.objects.filter(pk=row.endpoint_id).select_related("project", "created_by")
        windows = SavedWindow.objects.filter(endpoint=row.endpoint_id).select_related("endpoint__project")[:MOST_FEW]
        yield "collected as", [one for one in windows if not one.deployments or row.name in one.deployments]
        yield "watched by", _monitors(row.endpoint_id, row.name)
        yield "rolled out by", Rollout.objects.filter(candidate=row).select_related("endpoint__project", "created_by")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        endpoint, _slash, name = rest.partition("/")
        return LIGHT.filter(endpoint__project__in=projects, endpoint__name=endpoint, name=name).first()

    def search(self, projects: list[Project], text: str) -> Any:
        named = Q(name__icontains=text) | Q(endpoint__name__icontains=text)
        return LIGHT.filter(named, endpoint__project__in=projects).order_by("-created_at")


class Endpoints(Kind):
    prefix, title, model = "endpoints", "endpoint", Endpoint

    def name(self, row: Endpoint) -> str:
        return f"endpoints/{row.name}"

    def project_id(self, row: Endpoint) -> Any:
        return row.project_id

    def url(self, row: Endpoint) -> str:
        return page("endpoint", row.pk)

    def facts(self, row: Endpoint) -> dict[str, str]:
        return {_("Traffic"): ", ".join(f"{name} {share:g} %" for name, share in row.traffic.items())}

    def upstream(self, row: Endpoint) -> Iterable[Fan]:
        yield "is answered by", LIGHT.filter(endpoint=row).order_by("name")
        yield "moved by", Rollout.objects.filter(endpoint=row).select_related("endpoint__project", "created_by")

    def downstream(self, row: Endpoint) -> Iterable[Fan]:
        yield "watched by", _monitors(row.pk)
        yield "collected as", SavedWindow.objects.filter(endpoint=row).select_related("endpoint__project")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        rows = Endpoint.objects.filter(project__in=projects, name=rest)
        return rows.select_related("project", "created_by").first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = Endpoint.objects.filter(project__in=projects, name__icontains=text)
        return rows.select_related("project", "created_by").order_by("-created_at")


def _monitors(endpoint: Any, deployment: str = "") -> Any:
    rows = Monitor.objects.filter(endpoint=endpoint).select_related("project", "created_by", "endpoint")[:MOST_FEW]
    return [one for one in rows if not deployment or one.wanted.target.deployment in ("", deployment)]
