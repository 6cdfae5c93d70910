"""Which deployments use an environment: those whose own settings ask for the same content."""

from __future__ import annotations

from collections.abc import Iterable

from mlops.deployments.models import Deployment
from mlops.environments import usage
from mlops.environments.models import EnvironmentVersion
from mlops.environments.usage import Use, keys_in


def register() -> None:
    usage.register(uses, keys)


def uses(version: EnvironmentVersion) -> Iterable[Use]:
    rows = Deployment.objects.filter(endpoint__project=version.asset.project).select_related("endpoint")
    for row in rows:
        if version.key in keys_in(_wanted(row)):
            name = f"{row.endpoint.name}/{row.name}"
            yield Use(kind="deployment", name=name, url=f"/endpoints/{row.endpoint_id}/")


def keys() -> Iterable[str]:
    for row in Deployment.objects.all():
        yield from keys_in(_wanted(row))


def _wanted(row: Deployment) -> dict[str, object]:
    import msgspec

    return {"requirements": msgspec.to_builtins(row.wanted.requirements)}
