"""A draft as a Python project: it runs in a clean environment, without this product, and gives the same outputs."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from designer.actions import create_draft, submit
from designer.python_project import written
from designer.samples.regression import automobile_compared
from mlops.blobs.trees import fetch_tree, keep_file
from mlops.components.files import zipped
from mlops.components.registering import register_folder
from mlops.datasets import actions
from mlops.datasets.importing import import_version
from mlops.datasets.samples import FOLDER, samples
from mlops.formats.document import Document, DrawnNode
from mlops.formats.pipeline import Edge
from mlops.formats.refusal import Refusal
from mlops.runs.models import Step
from tests.components.files import APART, write_command, write_function
from tests.execution.conftest import carry_out, cars

__all__ = ["cars"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def automobiles(contributor, project):
    sample = next(one for one in samples() if one.name == "Automobile price data")
    version = actions.import_known(
        contributor,
        project,
        blob=keep_file(FOLDER / sample.file),
        file_name=sample.file,
        reading=sample.reading,
        fields={"name": sample.name, "licence": sample.licence},
    )
    import_version(version.pk)
    return version


def _run_exported(draft, folder: Path) -> Path:
    """In a new virtual environment with the packages of its requirements, and nothing else."""
    with zipfile.ZipFile(io.BytesIO(zipped(written(draft)).read())) as archive:
        archive.extractall(folder)
    from uv import find_uv_bin

    uv = find_uv_bin()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MLOPS", "PYTHON"))}
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, ".venv"], cwd=folder, check=True)
    install = [uv, "pip", "install", "-q", "--python", ".venv/bin/python", "-r", "requirements.txt"]
    subprocess.run(install, cwd=folder, check=True, env=environment)
    done = subprocess.run(
        [".venv/bin/python", "pipeline.py"], cwd=folder, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "outputs"


def _compare(run, outputs: Path, folder: Path) -> int:
    compared = 0
    for step in Step.objects.filter(run=run).exclude(component="dataset"):
        assert step.state in ("completed", "reused"), step.error
        for port, output in step.outputs.items():
            ours = folder / step.node / port
            fetch_tree(output["tree"], ours)
            theirs = outputs / step.node / port
            if output["type"] == "table":
                a, b = (pl.read_parquet(folder / "data.parquet") for folder in (ours, theirs))
                assert_frame_equal(a, b, rel_tol=1e-9)  # sums of a linear solver differ in their last digits
            assert theirs.is_dir()
            compared += 1
    return compared


def test_the_automobile_sample_gives_equal_outputs_in_a_clean_environment(contributor, project, automobiles, tmp_path):
    draft = create_draft(contributor, project, name="Cars “compared”", document=automobile_compared())
    outputs = _run_exported(draft, tmp_path / "exported")
    run = carry_out(submit(contributor, draft, experiment="x"))
    assert run.state == "completed", run.reason
    assert _compare(run, outputs, tmp_path / "ours") > 8


def test_components_of_the_project_come_along(contributor, project, cars, tmp_path):
    register_folder(contributor, project, write_command(tmp_path / "command"))
    register_folder(contributor, project, write_function(tmp_path / "function"))
    document = Document(
        nodes={
            "cars": DrawnNode(component="dataset", version="1", parameters={"dataset": "Cars", "version": 1}),
            "cap": DrawnNode(component="cap_prices", version="1.2.0", parameters={"limit": 5.0}),
            "double": DrawnNode(component="double", version="1", parameters={"times": 3}),
        },
        edges=(
            Edge(source="cars", source_port="dataset", target="cap", target_port="cars"),
            Edge(source="cap", source_port="capped", target="double", target_port="table"),
        ),
    )
    draft = create_draft(contributor, project, name="Own", document=document)
    outputs = _run_exported(draft, tmp_path / "exported")
    run = carry_out(submit(contributor, draft, experiment="x"))
    assert _compare(run, outputs, tmp_path / "ours") == 3


def test_nothing_in_it_imports_the_product(contributor, project, automobiles):
    draft = create_draft(contributor, project, name="Cars", document=automobile_compared())
    files = written(draft)
    texts = [text for path, text in files.items() if path.endswith(".py") and isinstance(text, str)]
    assert not [text for text in texts if "import mlops" in text or "from mlops" in text]
    assert "def decision_forest_regression(" in files["pipeline.py"]


def test_a_component_with_an_environment_of_its_own_is_refused(contributor, project, cars, tmp_path):
    register_folder(contributor, project, write_function(tmp_path / "a", source=APART))
    document = Document(nodes={"tell": DrawnNode(component="tell", version="1")})
    draft = create_draft(contributor, project, name="Own", document=document)
    with pytest.raises(Refusal) as refused:
        written(draft)
    assert (refused.value.code, refused.value.where.node) == ("not_exportable", "tell")
