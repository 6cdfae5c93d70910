"""Which containers the rows ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import QuerySet

from mlops.deployments.models import Deployment, DeploymentRevision, DeploymentState
from mlops.deployments.targets.docker.containers import Container
from mlops.deployments.targets.docker.wanted import Wanted, studio_name
from mlops.deployments.targets.rolling import to_keep, to_start
from mlops.formats.deployment import DeploymentSettings


def rows() -> QuerySet[Deployment]:
    found = Deployment.objects.filter(target="docker").select_related("endpoint__project", "version__model")
    return found.order_by("pk")


def studio() -> str:
    return studio_name(settings.SECRET_KEY)


def started(row: Deployment, there: Iterable[Container]) -> int:
    """How many containers of the present revision there are."""
    mine = (str(row.pk), row.revision)
    return sum(one.key[:2] == mine and not one.ending_since for one in there)


def wanted(row: Deployment, *, started: int) -> list[Wanted]:
    """`started`: as above."""
    if row.placing is None or row.state == DeploymentState.FAILED:
        return list(_before(row, count=_count_before(row)))
    before = 0 if row.was_ready else _count_before(row)
    ready = _ready(row)
    count = to_start(started=started, ready=ready, wanted=row.instances, before=before)
    present = [_wanted(row, row.revision, n, row.placing["image"], row.wanted) for n in range(1, count + 1)]
    return present + list(_before(row, count=to_keep(ready=ready, wanted=row.instances, before=before)))


def _count_before(row: Deployment) -> int:
    """Of the revision that was ready: as many as it had when the new one came."""
    if row.ready_placing is None or row.ready_revision is None:
        return 0
    return int(row.ready_placing.get("instances", 1))


def _before(row: Deployment, *, count: int) -> Iterator[Wanted]:
    if row.ready_placing is None or row.ready_revision is None or not count:
        return
    kept = DeploymentRevision.objects.filter(deployment=row, number=row.ready_revision).first()
    settings_of_it = kept.wanted if kept is not None else row.wanted
    if settings_of_it.target_options.get("engine") != row.wanted.target_options.get("engine"):
        return  # they go on where they are for as long as the router knows them
    for replica in range(1, count + 1):
        yield _wanted(row, row.ready_revision, replica, row.ready_placing["image"], settings_of_it)


def _ready(row: Deployment) -> int:
    """As it was when it was last looked at."""
    return sum(one["revision"] == row.revision and one["state"] == "ready" for one in row.replicas)


def _wanted(row: Deployment, revision: int, replica: int, image: str, wanted: DeploymentSettings) -> Wanted:
    return Wanted(
        deployment=str(row.pk),
        endpoint_name=row.endpoint.name,
        deployment_name=row.name,
        model=str(row.version),
        revision=revision,
        replica=replica,
        image=image,
        settings=wanted,
        studio=studio(),
    )
