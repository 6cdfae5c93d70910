"""What a monitor watches and compares with, found by the names in its settings."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.datasets.models import Dataset, DatasetVersion
from mlops.datasets.sharing import dataset_named
from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.queries import deployment_of, deployments_of
from mlops.formats.monitor import Target
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.packaging.tables import table_of
from mlops.registry.models import ModelVersion
from mlops.registry.queries import datasets_of

TRAINING = "training data"
"""The relation of registry.ModelDataset."""


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint with those of its deployments that are watched, or a dataset."""

    endpoint: Endpoint | None = None
    deployments: tuple[Deployment, ...] = ()
    dataset: Dataset | None = None


def target_of(project: Project, target: Target) -> Watched:
    """Raises Refusal that names the nearest."""
    if bool(target.endpoint) == bool(target.dataset):
        message = _("A monitor watches an endpoint or a dataset.")
        raise Refusal("target_missing", message, hint=_("Name one of the two."), status=422)
    if target.dataset:
        newest_of(project, target.dataset)
        return Watched(dataset=dataset_named(project, target.dataset))
    endpoint = Endpoint.objects.filter(project=project, name=target.endpoint).first()
    if endpoint is None:
        names = list(Endpoint.objects.filter(project=project).values_list("name", flat=True))
        raise Refusal(
            "endpoint_unknown",
            _("There is no endpoint “%(name)s” in this project.") % {"name": target.endpoint},
            hint=nearest(target.endpoint, names) or _("There are: %(names)s.") % {"names": ", ".join(names) or "-"},
            status=422,
            where=Where(parameter="endpoint", value=target.endpoint),
        )
    if target.deployment:
        return Watched(endpoint=endpoint, deployments=(deployment_of(endpoint, target.deployment),))
    return Watched(endpoint=endpoint, deployments=tuple(deployments_of(endpoint)))


def version_behind(watched: Watched) -> ModelVersion | None:
    """The model version that a watched endpoint answers with: of its deployment with the most traffic."""
    endpoint = watched.endpoint
    if endpoint is None or not watched.deployments:
        return None
    share = endpoint.traffic
    most = max(watched.deployments, key=lambda one: (share.get(one.name, 0), one.name == endpoint.default))
    return most.version


def training_of(version: ModelVersion) -> DatasetVersion:
    """The table that a model version was trained on. Raises Refusal `training_unknown`."""
    rows = list(datasets_of(version))
    found = [one.dataset_version for one in rows if one.relation == TRAINING] or [one.dataset_version for one in rows]
    if not found:
        raise Refusal(
            "training_unknown",
            _("It is not recorded which dataset %(version)s was trained on.") % {"version": version},
            hint=_("Choose a dataset version or an earlier window as the baseline, or link the dataset to the model."),
            status=422,
            where=Where(parameter="baseline"),
        )
    return found[0]


def dataset_version(project: Project, text: str) -> DatasetVersion:
    """`name` (the newest) or `name:version`, a table. Raises Refusal."""
    return table_of(project, text)


def newest_of(project: Project, name: str) -> DatasetVersion:
    return table_of(project, name.partition(":")[0] if ":" in name else name)
