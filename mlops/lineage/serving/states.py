"""What stands behind an endpoint now, as plain values that mean the same when the rows behind them are gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from mlops.deployments.models import Deployment, DeploymentRevision, Endpoint
from mlops.environments.models import Environment
from mlops.environments.usage import keys_in
from mlops.lineage.kinds.images import images_of
from mlops.lineage.kinds.parts import environments_named


class ServedImage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    reference: str
    digest: str = ""
    id: str = ""
    """Of the product's own row, where the image was built here."""


class ServedDeployment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    id: str
    model: str
    """`name:number` of the revision that answered; of one that was never ready, of the wanted one."""
    model_id: str
    model_tree: str
    """The digest of its files."""
    models: tuple[str, ...] = ()
    """Those that it serves beside that one, by name and number."""
    revision: int
    """The one that answered; 0: none did."""
    wanted_revision: int
    state: str
    target: str
    entry: str
    instances: int
    percent: float = 0.0
    mirror_percent: float = 0.0
    image: ServedImage | None = None
    environments: tuple[str, ...] = ()
    """Names of environments with exactly its packages."""
    environment_keys: tuple[str, ...] = ()
    """By content: the keys of the builds."""
    code: str = ""
    """The digest of the files of its entry script."""


class Served(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    default: str = ""
    """The deployment that gets what no share covers."""
    deployments: tuple[ServedDeployment, ...] = ()


def deployments_of(endpoints: Iterable[Endpoint]) -> dict[Any, list[Deployment]]:
    """By the endpoint's id."""
    rows = Deployment.objects.filter(endpoint__in=[one.pk for one in endpoints]).order_by("name")
    found: dict[Any, list[Deployment]] = {}
    for row in rows.select_related("version__model", "code"):
        found.setdefault(row.endpoint_id, []).append(row)
    return found


def served_by(
    endpoint: Endpoint, *, rows: Collection[Deployment] | None = None, without: Collection[str] = ()
) -> Served:
    """`rows`: its deployments, where they are read already; `without`: those that are just being deleted."""
    if rows is None:
        rows = deployments_of([endpoint]).get(endpoint.pk, ())
    default = "" if endpoint.default in without else endpoint.default
    kept = [row for row in rows if row.name not in without]
    return Served(default=default, deployments=tuple(_served(endpoint, row) for row in kept))


def _served(endpoint: Endpoint, row: Deployment) -> ServedDeployment:
    revision = _answering(row)
    version = revision.version if revision and revision.version else row.version
    settings = revision.settings if revision else row.settings
    keys = sorted(keys_in(settings))
    code = revision.code if revision else row.code
    return ServedDeployment(
        name=row.name,
        id=str(row.pk),
        model=revision.model if revision else str(version),
        model_id=str(version.pk),
        model_tree=str(version.tree_id),
        models=tuple(settings.get("models") or ()),
        revision=row.ready_revision or 0,
        wanted_revision=row.revision,
        state=row.state,
        target=row.target,
        entry=revision.entry if revision else row.entry,
        instances=row.instances,
        percent=float(endpoint.traffic.get(row.name, 0)),
        mirror_percent=float(endpoint.mirrors.get(row.name, 0)),
        image=_image(row),
        environments=tuple(str(one) for one in environments_named(endpoint.project, [f"builds/{key}" for key in keys])),
        environment_keys=tuple(Environment.objects.filter(pk__in=keys).values_list("pk", flat=True)) or tuple(keys),
        code=str(code.tree_id) if code else "",
    )


def _answering(row: Deployment) -> DeploymentRevision | None:
    """The last that became ready goes on answering until a newer one is ready."""
    if row.ready_revision is None or row.ready_revision == row.revision:
        return None
    rows = DeploymentRevision.objects.filter(deployment=row, number=row.ready_revision)
    return rows.select_related("version__model", "code").first()


def _image(row: Deployment) -> ServedImage | None:
    named = (row.ready_placing or row.placing or {}).get("image") or (row.settings or {}).get("image")
    if not named:
        return None
    found = next(iter(images_of(row)), None)
    if found is None:
        return ServedImage(reference=str(named))
    return ServedImage(reference=found.reference or str(named), digest=found.digest, id=str(found.pk))
