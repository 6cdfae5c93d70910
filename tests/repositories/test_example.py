"""The example repository works as its README says: pushed to a Git server, both jobs begin; the code runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mlops.repositories.models import Started
from mlops.repositories.queueing import synchronise

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "examples" / "churn"


@pytest.mark.django_db
def test_a_push_begins_its_jobs(owner, repository, origin, taken_up):
    origin.git("rm", "-rq", ".")
    files = [path for path in EXAMPLE.rglob("*.*") if path.is_file() and "__pycache__" not in path.parts]
    origin.push({path.relative_to(EXAMPLE).as_posix(): path.read_text() for path in files})

    push = taken_up(synchronise(owner, repository))

    started = {one.path: one.trouble for one in Started.objects.filter(push=push)}
    assert started == {".mlops/ingest.yml": "", ".mlops/train.yml": ""}


def test_its_code_ingests_and_trains(tmp_path):
    source = EXAMPLE / "src"
    for words in (["ingest.py", "--out", "data"], ["train.py", "--data", "data", "--model", "model"]):
        command = [sys.executable, "-B", str(source / words[0]), *words[1:]]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    assert {path.name for path in (tmp_path / "model").iterdir()} == {"model.joblib", "metrics.json"}


def test_its_workflow_is_the_one_that_the_documents_give():
    own = EXAMPLE / ".github" / "workflows" / "mlops.yml"
    assert own.read_text() == (DOCS / "ci" / "github-mlops.yml").read_text()
