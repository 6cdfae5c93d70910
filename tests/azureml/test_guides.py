"""What the guides and the example repository show as YAML with a `$schema` is taken by the command that reads it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from mlops.client import documents
from mlops.client.commands.batch_deployment import KNOWN, WITHOUT_MEANING
from mlops.formats.azureml.lines import load
from mlops.formats.azureml.monitor import read_monitor
from mlops.web.documentation.shelf import pages
from tests.azureml.conftest import Shell

FENCE = re.compile(r"^```yaml\n((?:# (\S+)\n)?\$schema: \S+/(\w+)\.schema\.json\n.*?)^```", re.MULTILINE | re.DOTALL)
VERBS = {
    "commandJob": ("job", "validate"),
    "sweepJob": ("job", "validate"),
    "parallelJob": ("job", "validate"),
    "pipelineJob": ("job", "validate"),
    "data": ("data", "create", "--no-wait"),
    "azureBlob": ("datastore", "create"),
    "environment": ("environment", "create"),
    "commandComponent": ("component", "create"),
    "schedule": ("schedule", "create"),
}
CODE = ("train.py", "keep.py", "score_files.py")
BLOCKS = [
    (page.path, name or f"{schema}.yml", schema, text)
    for page in pages().values()
    for text, name, schema in FENCE.findall(page.text)
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the code and data that the guides' files name."""
    for where in ("src", "files"):
        (tmp_path / where).mkdir()
    for name in CODE:
        (tmp_path / "src" / name).write_text("print('of a guide')\n")
    (tmp_path / "files" / "one.txt").write_text("one\n")
    (tmp_path / "customers.csv").write_text("age,left\n30,0\n50,1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "name", "schema", "text"),
    [one for one in BLOCKS if one[2] in VERBS],
    ids=lambda one: one if len(one) < 40 else "",
)
def test_a_file_of_a_guide_is_taken(path: str, name: str, schema: str, text: str, folder: Path, shell: Shell) -> None:
    for beside, other, _schema, content in BLOCKS:
        if beside == path:
            (folder / other).write_text(content)
    noun, verb, *more = VERBS[schema]
    said = shell(noun, verb, "-f", str(folder / name), *more)
    assert said.status == 0, f"{path}, {name}: {said.errors}"


@pytest.mark.parametrize(("path", "text"), [(one[0], one[3]) for one in BLOCKS if one[2] == "monitorSchedule"])
def test_a_monitor_of_a_guide_is_read(path: str, text: str) -> None:
    assert read_monitor(load(path, text)).name == yaml.safe_load(text)["name"]


@pytest.mark.parametrize("text", [one[3] for one in BLOCKS if one[2] == "modelBatchDeployment"])
def test_a_batch_deployment_of_a_guide_has_known_fields(text: str, folder: Path, capsys) -> None:
    (folder / "batch.yml").write_text(text)
    found = documents.load(
        str(folder / "batch.yml"), kind="batch deployment", known=KNOWN, without_meaning=WITHOUT_MEANING
    )
    assert (found["name"], capsys.readouterr().err) == ("night", "")


def test_every_kind_of_file_in_the_guides_is_tried() -> None:
    assert len(BLOCKS) > 8
    assert {one[2] for one in BLOCKS} <= {*VERBS, "monitorSchedule", "modelBatchDeployment"}
