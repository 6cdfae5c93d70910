"""A trained model in the registry, its rows as a dataset, and jobs that are carried out in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mlops.batch import leases
from mlops.batch.actions import create_endpoint, deploy_model
from mlops.batch.looking import look
from mlops.batch.models import BatchDeployment, BatchEndpoint, BatchJob, Phase, Scorer
from mlops.batch.scoring import score
from mlops.blobs.trees import fetch_tree, keep_folder, manifest_of
from mlops.packaging.models import Conversion
from mlops.packaging.tasks import convert
from mlops.registry.actions import register
from mlops.registry.models import ModelVersion
from tests.execution.conftest import dataset_version
from tests.packaging.trained import cars, train


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Path:
    """A regression of the price; read-only, shared by all tests."""
    frame = cars().drop("expensive", "band")
    return train(tmp_path_factory.mktemp("price") / "model", "boosted_decision_tree_regression", "price", frame=frame)


@pytest.fixture
def version(contributor, project, trained) -> ModelVersion:
    return register(contributor, project, name="price", tree=keep_folder(trained))


@pytest.fixture
def endpoint(contributor, project) -> BatchEndpoint:
    return create_endpoint(contributor, project, name="prices")


@pytest.fixture
def native(contributor, endpoint, version) -> BatchDeployment:
    settings = {"mini_batch_size": 20}
    return deploy_model(contributor, endpoint, name="native", version=version, entry="native", settings=settings)


@pytest.fixture
def scripted(contributor, endpoint, version):
    """Deploys with a script: `run` is the body of run(mini_batch)."""

    def deployed(run: str, **settings: Any) -> BatchDeployment:
        from io import BytesIO

        text = f"import os\n\ndef init():\n    pass\n\ndef run(mini_batch):\n    {run}\n"
        files = [("score.py", BytesIO(text.encode()))]
        return deploy_model(
            contributor, endpoint, name="scripted", version=version, code=files, script="score.py", settings=settings
        )

    return deployed


@pytest.fixture
def rows(project, tmp_path):
    """100 cars, as a dataset."""
    return dataset_version(project, cars(100).drop("expensive", "band"), tmp_path)


def carry_out(job: BatchJob, *, most: int = 50) -> BatchJob:
    """What workers do, without a broker."""
    for conversion in Conversion.objects.filter(state="queued"):
        convert(str(conversion.pk))
    for _turn in range(most):
        look(str(job.pk))
        job.refresh_from_db()
        if job.phase == Phase.ENDED:
            break
        for number in Scorer.objects.filter(job=job).values_list("number", flat=True):
            score(str(job.pk), number)
    job.run.refresh_from_db()
    return job


def scored(job: BatchJob, folder: Path) -> pl.DataFrame:
    """The output as a table."""
    fetch_tree(outputs_of(job)["scored"]["tree"], folder / "scored")
    return pl.read_parquet(folder / "scored" / "data.parquet")


def outputs_of(job: BatchJob) -> dict[str, Any]:
    from mlops.batch.journal import step_of

    return step_of(job).outputs


def files_of(job: BatchJob) -> list[str]:
    return [file.path for file in manifest_of(outputs_of(job)["files"]["tree"]).files]


def text_of(job: BatchJob, name: str) -> str:
    from mlops.blobs.trees import open_file

    with open_file(outputs_of(job)["files"]["tree"], name) as source:
        return source.read().decode()


__all__ = ["carry_out", "files_of", "leases", "outputs_of", "scored", "text_of"]
