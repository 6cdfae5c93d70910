"""The model version in use, which a new one is compared with."""

from __future__ import annotations

from django.db.models import QuerySet

from mlops.access.models import Project
from mlops.deployments.models import Deployment, Endpoint
from mlops.formats.retraining import RetrainingSettings, Then
from mlops.registry.models import ModelAlias, ModelVersion
from mlops.registry.searching import VERSIONS
from mlops.tags.filters import understand
from mlops.tags.searching.found import as_node, narrowed


def endpoint_of(project: Project, settings: RetrainingSettings) -> Endpoint | None:
    if not settings.endpoint:
        return None
    return Endpoint.objects.filter(project=project, name=settings.endpoint).select_related("project").first()


def serving(endpoint: Endpoint) -> Deployment | None:
    """The deployment with the most traffic; with none, the default."""
    rows = Deployment.objects.filter(endpoint=endpoint).select_related("version__model", "conversion", "script", "code")
    known = {one.name: one for one in rows}
    shares = {name: share for name, share in endpoint.traffic.items() if name in known and share > 0}
    name = max(shares, key=lambda each: shares[each], default=endpoint.default)
    return known.get(name)


def champion_of(project: Project, settings: RetrainingSettings) -> ModelVersion | None:
    """What the endpoint serves; without an endpoint what is marked as in use, else the newest."""
    endpoint = endpoint_of(project, settings)
    if endpoint is not None:
        deployment = serving(endpoint)
        return deployment.version if deployment else None
    versions = ModelVersion.objects.filter(model__project=project, model__name=settings.model)
    versions = versions.select_related("model__project").order_by("-number")
    return _marked(versions, settings.then) or versions.first()


def _marked(versions: QuerySet[ModelVersion], then: Then) -> ModelVersion | None:
    """What carries the alias, the stage or the tag of the version in use, the first of these that some version has."""
    found = None
    if then.alias:
        found = versions.filter(pk__in=ModelAlias.objects.filter(name=then.alias).values("version")).first()
    if found is None and then.stage:
        found = versions.filter(stage=then.stage).first()
    if found is None and then.champion_tag:
        found = narrowed(versions, as_node(understand(then.champion_tag)), VERSIONS).first()
    return found
