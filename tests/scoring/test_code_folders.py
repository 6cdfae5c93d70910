"""A real server process whose script is one file of a folder of code."""

from __future__ import annotations

import pytest

from tests.scoring.folders import code_folder
from tests.scoring.running import scoring, wait_for

FILES = {
    "serving/score.py": """
import os
from prices.rates import RATE
import neighbour

def init():
    global names
    names = sorted(os.listdir(os.environ["MLOPS_MODEL_DIR"]))

def run(data):
    if data == '"fail"':
        neighbour.fail()
    return {"rate": RATE, "text": open("data.txt").read(), "variable": os.environ.get("CURRENCY"), "names": names}
""",
    "serving/neighbour.py": "def fail():\n    raise ValueError('of the neighbour')\n",
    "prices/__init__.py": "",
    "prices/rates.py": "RATE = 1.25\n",
    "data.txt": "beside the code",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("code")
    code_folder(folder, FILES, script="serving/score.py", variables={"CURRENCY": "CHF"})
    (folder / "model" / "prices" / "3").mkdir(parents=True)
    with scoring(folder) as client:
        yield client


def test_files_of_the_folder_import_and_read_each_other(served):
    answer = served.post("/score", json={}).json()
    assert (answer["rate"], answer["text"]) == (1.25, "beside the code")


def test_the_deployments_variables_reach_the_script(served):
    assert served.post("/score", json={}).json()["variable"] == "CHF"


def test_several_models_lie_by_name_and_version(served):
    assert served.post("/score", json={}).json()["names"] == ["prices"]


def test_a_fault_in_another_file_of_the_folder_names_that_file_and_line(served):
    detail = served.post("/score", json="fail").json()["detail"]
    assert detail == "serving/neighbour.py, line 2, in run(): ValueError: of the neighbour"


def test_a_missing_package_says_where_to_name_it(tmp_path):
    code_folder(tmp_path, {"score.py": "import nowhere\ndef run(data): ...\n"}, script="score.py")
    with scoring(tmp_path, ready=503) as client:
        wait_for(lambda: "the package of nowhere" in client.get("/readyz").text)
