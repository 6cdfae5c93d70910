"""Which components use an environment: those whose newest version asks for the same content."""

from __future__ import annotations

from collections.abc import Iterable

from mlops.components.models import Component
from mlops.components.queries import newest
from mlops.environments import usage
from mlops.environments.models import EnvironmentVersion
from mlops.environments.usage import Use, keys_in

MOST = 1_000


def register() -> None:
    usage.register(uses, keys)


def uses(version: EnvironmentVersion) -> Iterable[Use]:
    rows = Component.objects.filter(project=version.asset.project, archived_at=None)[:MOST]
    for row in newest(rows).values():
        if version.key in keys_in(row.definition.get("how")):
            yield Use(kind="component", name=str(row), url=f"/components/{row.component_id}/")


def keys() -> Iterable[str]:
    for row in newest(Component.objects.filter(archived_at=None)).values():
        yield from keys_in(row.definition.get("how"))
