"""Every kind of model in a real container: what a process serves, an image serves alike."""

from __future__ import annotations

import io

import pytest

from mlops.deployments.code import keep_code
from tests.deployments.conftest import eventually
from tests.deployments.targets.test_conformance import deployed
from tests.deployments.test_external import BODY, forest, kept
from tests.deployments.test_serving import score
from tests.registry.shelf import registered
from tests.scoring.test_mlflow_server import ROWS, saved

pytestmark = pytest.mark.django_db(transaction=True)
USUAL = {"requirements": {"packages": []}, "memory_bytes": 2 * 1024**3}
"""Not the small environment and memory of the suite: the packages are those that the entry itself asks for."""
FILES = {
    "score.py": "from own.rates import RATE\ndef init(): ...\ndef run(data): return {'rate': RATE}\n",
    "own/rates.py": "RATE = 1.25\n",
}


def healthy(kind, endpoint, version, **more):
    deployment = deployed(kind, endpoint, version, **{"script": None, **USUAL, **more})
    assert (deployment.state, deployment.reason) == ("healthy", ""), deployment.hint
    eventually(lambda: score(endpoint, BODY).status_code not in (404, 503))
    return deployment


def test_an_mlflow_model_answers(docker_kind, endpoint, contributor, project, tmp_path):
    model = saved(tmp_path / "model", "sklearn", tensors=True)
    healthy(docker_kind, endpoint, kept(contributor, project, tmp_path / "model"), entry="mlflow")
    assert score(endpoint, BODY).json()["predictions"] == model.predict(ROWS).tolist()


def test_a_joblib_file_answers(docker_kind, endpoint, contributor, project, tmp_path):
    model = forest(tmp_path / "model", "forest.joblib")
    healthy(docker_kind, endpoint, kept(contributor, project, tmp_path / "model"), entry="native")
    assert score(endpoint, BODY).json()["predictions"] == model.predict(ROWS).tolist()


def test_a_script_of_a_code_folder_answers(docker_kind, endpoint, version, contributor, project):
    code = keep_code(contributor, project, [(name, io.BytesIO(text.encode())) for name, text in FILES.items()])
    healthy(docker_kind, endpoint, version, entry="script", code=code)
    assert score(endpoint, BODY).json() == {"rate": 1.25}


def test_an_ensemble_answers(docker_kind, endpoint, version, contributor, project):
    other = registered(contributor, project, name="others")
    healthy(docker_kind, endpoint, version, entry="native", models=[str(other)], ensemble="mean")
    row = b'{"data": [{"power": 100, "weight": 1200.0, "make": "audi"}]}'
    assert score(endpoint, row).json()["models"] == [str(version), str(other)]
