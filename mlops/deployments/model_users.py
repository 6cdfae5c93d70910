"""Deployments keep the model versions that they serve, on servers and on devices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.access.offered import abroad
from mlops.bin.uses import Use
from mlops.deployments.models import Deployment
from mlops.deployments.queries import deployments_with
from mlops.registry.models import ModelVersion


def users(versions: Sequence[ModelVersion]) -> Iterator[tuple[ModelVersion, Use]]:
    by_name = {str(version): version for version in versions}
    for one in deployments_with(versions):
        if one.version is not None:
            served = by_name[str(one.version)]
            is_own = one.endpoint.project_id == served.model.project_id
            yield served, _use(one) if is_own else _use_elsewhere()
    project = versions[0].model.project
    further = Deployment.objects.filter(settings__has_key="models").exclude(settings__models=[])
    for one in further.select_related("endpoint"):  # those that serve it beside their own model
        is_own = one.endpoint.project_id == project.pk
        for name in one.wanted.models:
            if (version := by_name.get(_named(name, project.slug, is_own=is_own))) is not None:
                yield version, _use(one) if is_own else _use_elsewhere()


def _named(name: str, owner: str, *, is_own: bool) -> str:
    """As the versions of the owner are called there; empty where it names another's."""
    outside = abroad(name)
    if outside is not None:
        return f"{outside.name}:{outside.version}" if outside.owner == owner else ""
    return name.removeprefix("azureml:") if is_own else ""


def _use_elsewhere() -> Use:
    """Nothing of another project is named."""
    return Use(
        title=_("a deployment in a project that it is offered to"),
        remedy=_("Withdraw the offer, and ask the people there to deploy another version."),
    )


def _use(one: Deployment) -> Use:
    told = {"name": one.name, "endpoint": one.endpoint}
    return Use(
        title=_("the deployment “%(name)s” of the endpoint “%(endpoint)s”") % told,
        url=reverse("web:endpoint", args=[one.endpoint_id]),
        remedy=_("Delete that deployment, or deploy another version there."),
    )
