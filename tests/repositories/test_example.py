"""The example repository works as its README says: pushed to a Git server, both jobs begin; the code runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops.accounts.actions import create_token
from mlops.deployments import actions as endpoints
from mlops.formats.azureml.lines import load
from mlops.formats.azureml.monitor import read_monitor
from mlops.registry.models import ModelAlias, ModelVersion
from mlops.repositories.models import ReleaseCall, Started
from mlops.repositories.pushed_tags import begin
from mlops.repositories.queueing import synchronise
from mlops.repositories.releases import create_release
from mlops.repositories.releasing.working import work
from tests.registry.shelf import registered
from tests.repositories.conftest import Origin

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "examples" / "churn"


@pytest.fixture
def example(origin) -> Origin:
    origin.git("rm", "-rq", ".")
    files = [path for path in EXAMPLE.rglob("*.*") if path.is_file() and "__pycache__" not in path.parts]
    origin.push({path.relative_to(EXAMPLE).as_posix(): path.read_text() for path in files})
    return origin


@pytest.mark.django_db
def test_a_push_begins_its_jobs(owner, repository, example, taken_up):
    push = taken_up(synchronise(owner, repository))

    started = {one.path: one.trouble for one in Started.objects.filter(push=push)}
    assert started == {".mlops/ingest.yml": "", ".mlops/train.yml": ""}


@pytest.mark.django_db
def test_a_tag_deploys_what_its_file_names(owner, project, repository, example):
    endpoints.create_endpoint(owner, project, name="churn")
    version = registered(owner, project, name="churn")
    facts = {"git_tag": "release-*", "does": "deployment", "path": "deploy/blue.yml", "traffic": 100.0}
    create_release(owner, repository, name="tagged", **facts)

    begin(repository, "release-1", points_to=example.tag("release-1"))
    call = ReleaseCall.objects.get()
    work(call.pk)

    call.refresh_from_db()
    assert (call.state, call.deployment.version) == ("running", version), call.reason


def test_its_code_ingests_and_trains(tmp_path):
    source = EXAMPLE / "src"
    for words in (["ingest.py", "--out", "data"], ["train.py", "--data", "data", "--model", "model"]):
        command = [sys.executable, "-B", str(source / words[0]), *words[1:]]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    assert {path.name for path in (tmp_path / "model").iterdir()} == {"model.joblib", "metrics.json"}


def test_its_workflow_is_the_one_that_the_documents_give():
    own = EXAMPLE / ".github" / "workflows" / "mlops.yml"
    assert own.read_text() == (DOCS / "ci" / "github-mlops.yml").read_text()


def test_its_monitor_is_read_without_a_warning():
    place = EXAMPLE / "deploy" / "monitor.yml"
    asked = read_monitor(load(place.name, place.read_text(encoding="utf-8")))

    assert not asked.warnings
    assert {signal.name for signal in asked.settings.signals} == {"inputs", "quality"}


def test_promotion_moves_alias_and_stage_to_what_is_better_alone(transactional_db, owner, project, live_server):
    token = create_token(owner, name="ci")
    versions = [registered(owner, project, name="churn", tags={"auc": auc}) for auc in ("0.70", "0.65", "0.72")]

    ended = [_promoted(live_server.url, token, version.number) for version in versions]

    assert ended == [0, 1, 0]
    assert ModelAlias.objects.get(name="champion").version == versions[2]
    stages = list(ModelVersion.objects.order_by("number").values_list("stage", flat=True))
    assert stages == ["Production", "None", "Production"]


def _promoted(url: str, token: str, number: int) -> int:
    words = [sys.executable, "-B", str(EXAMPLE / "src" / "promote.py"), "--model", "churn", "--version", str(number)]
    more = {"MLOPS_URL": url, "MLOPS_TOKEN": token}
    return subprocess.run(words, env={**os.environ, **more}, check=False).returncode
