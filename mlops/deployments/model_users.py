"""Deployments keep the model versions that they serve, on servers and on devices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.bin.uses import Use
from mlops.deployments.models import Deployment
from mlops.deployments.queries import deployments_with
from mlops.deployments.several import named_in, with_several
from mlops.registry.models import ModelVersion


def users(versions: Sequence[ModelVersion]) -> Iterator[tuple[ModelVersion, Use]]:
    by_name = {str(version): version for version in versions}
    for one in deployments_with(versions):
        if one.version is not None:
            yield from _used(by_name[str(one.version)], one)
    for version, one in serving_beside(versions):
        yield from _used(version, one)


def _used(version: ModelVersion, one: Deployment) -> Iterator[tuple[ModelVersion, Use]]:
    is_own = one.endpoint.project_id == version.model.project_id
    yield version, _use(one) if is_own else _use_elsewhere()


def serving_beside(versions: Sequence[ModelVersion]) -> Iterator[tuple[ModelVersion, Deployment]]:
    """Deployments that serve one of them beside a model of their own, also of projects that it is offered to."""
    further = list(with_several())
    if not further:
        return
    known = {(one.model.project.slug, one.model.name, str(one.number)): one for one in versions}
    for deployment in further:
        for name in deployment.wanted.models:
            if (version := known.get(named_in(name, deployment.endpoint.project.slug))) is not None:
                yield version, deployment


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
