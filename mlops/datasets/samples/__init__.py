"""The samples: data that may be passed on, shipped with the product, each with its licence.

A few are there from the first start on; the others come with the first pipeline that is opened on them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec

from mlops.access.models import Project
from mlops.blobs.trees import keep_file
from mlops.datasets import actions
from mlops.datasets.models import DatasetVersion
from mlops.formats.reading import Reading

FOLDER = Path(__file__).parent


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """`task`: what it is good for; `target`: the column that one would predict."""

    file: str
    name: str
    description: str
    licence: str
    source: str
    task: str
    target: str
    reading: Reading
    at_start: bool = False


def samples() -> tuple[Sample, ...]:
    return msgspec.json.decode((FOLDER / "manifest.json").read_bytes(), type=tuple[Sample, ...])


def load_samples(actor: Any, project: Project) -> list[DatasetVersion]:
    """Adds those of the first start that the project does not have; their imports are jobs."""
    return load_named(actor, project, [sample.name for sample in samples() if sample.at_start])


def load_named(actor: Any, project: Project, names: Collection[str]) -> list[DatasetVersion]:
    """Adds the named samples that the project does not have; their imports are jobs."""
    return [
        actions.import_known(
            actor,
            project,
            blob=keep_file(FOLDER / sample.file),
            file_name=sample.file,
            reading=sample.reading,
            fields={
                "name": sample.name,
                "description": sample.description,
                "licence": sample.licence,
                "source": sample.source,
                "task": sample.task,
            },
        )
        for sample in samples()
        if sample.name in names
    ]
