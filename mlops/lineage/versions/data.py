"""Which data the run of a version read: dataset versions here, and what its code told of by MLflow's `log_input`."""

from __future__ import annotations

import msgspec

from mlops.datasets.models import DatasetVersion
from mlops.lineage.mentions.asking import named_by
from mlops.lineage.mentions.reading import address_told
from mlops.lineage.naming import datasets_named
from mlops.registry.models import ModelVersion
from mlops.runs.models import DatasetUse

MOST = 200


class ToldData(msgspec.Struct, frozen=True, kw_only=True):
    """`digest` as the client computed it; `context`: what for, such as `training`; `address` without secrets."""

    name: str
    digest: str
    context: str
    address: str


def read_by_run(version: ModelVersion) -> list[DatasetVersion]:
    return datasets_named(version.model.project, named_by(run=version.run)) if version.run is not None else []


def told_by_run(version: ModelVersion) -> list[ToldData]:
    if version.run_id is None:
        return []
    rows = DatasetUse.objects.filter(run=version.run_id).defer("schema", "profile")[:MOST]
    return [
        ToldData(name=use.name, digest=use.digest, context=use.context, address=address_told(use.source))
        for use in rows
    ]
