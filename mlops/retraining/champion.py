"""The model version in use, which a new one is compared with."""

from __future__ import annotations

from mlops.access.models import Project
from mlops.deployments.models import Deployment, Endpoint
from mlops.formats.retraining import RetrainingSettings
from mlops.registry.models import ModelVersion
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
    """What the endpoint serves; without an endpoint the newest version with the champion's tag, else the newest."""
    endpoint = endpoint_of(project, settings)
    if endpoint is not None:
        deployment = serving(endpoint)
        return deployment.version if deployment else None
    versions = ModelVersion.objects.filter(model__project=project, model__name=settings.model)
    versions = versions.select_related("model__project").order_by("-number")
    if settings.then.champion_tag:
        marked = narrowed(versions, as_node(understand(settings.then.champion_tag)), VERSIONS).first()
        if marked is not None:
            return marked
    return versions.first()
