"""Short ways to a dataset in the tests of this folder."""

from __future__ import annotations

import io
from typing import Any

from mlops.access.models import Project
from mlops.datasets import actions, importing
from mlops.datasets.models import DatasetVersion, Upload

CARS = b"make,price,doors\naudi,13495,2\nbmw,16500,4\nvolvo,?,4\n"


def uploaded(actor: Any, project: Project, content: bytes = CARS, file_name: str = "cars.csv") -> Upload:
    return actions.receive(actor, project, source=io.BytesIO(content), file_name=file_name)[0]


def made(
    actor: Any, project: Project, content: bytes = CARS, *, name: str = "Cars", file_name: str = "cars.csv"
) -> DatasetVersion:
    return actions.create_dataset(actor, project, name=name, upload=uploaded(actor, project, content, file_name))


def imported(
    actor: Any, project: Project, content: bytes = CARS, *, name: str = "Cars", file_name: str = "cars.csv"
) -> DatasetVersion:
    version = made(actor, project, content, name=name, file_name=file_name)
    importing.import_version(version.pk)
    version.refresh_from_db()
    return version
