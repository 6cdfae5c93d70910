"""Which runs use an environment: those whose frozen definitions ask for the same content."""

from __future__ import annotations

from collections.abc import Iterable

from mlops.environments import usage
from mlops.environments.models import EnvironmentVersion
from mlops.environments.usage import Use, keys_in
from mlops.runs.models import Run

MOST_LOOKED_AT = 300
MOST_TOLD = 20


def register() -> None:
    usage.register(uses, keys)


def uses(version: EnvironmentVersion) -> Iterable[Use]:
    """Of the newest runs of the project, the newest first."""
    told = 0
    runs = Run.kept.filter(project=version.asset.project).order_by("-created_at")
    for run in runs.only("pk", "name", "number", "snapshot")[:MOST_LOOKED_AT]:
        if version.key in _keys(run) and told < MOST_TOLD:
            told += 1
            yield Use(kind="run", name=run.name or f"#{run.number}", url=f"/runs/{run.pk}/")


def keys() -> Iterable[str]:
    """Of runs that are not over."""
    for run in Run.objects.filter(state__in=("queued", "running", "cancelling")).only("pk", "snapshot"):
        yield from _keys(run)


def _keys(run: Run) -> set[str]:
    components = (run.snapshot or {}).get("components", {})
    return {key for one in components.values() for key in keys_in(one.get("how"))}
