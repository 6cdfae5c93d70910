"""`mlflow.log_metric` arrives from code of every kind that a step runs."""

from __future__ import annotations

import pytest

from mlops.components.registering import register_folder
from mlops.execution import tracking
from mlops.jobs.actions import Asked, create_job
from mlops.runs.models import Metric, Run
from tests.components.files import FUNCTION, write_function
from tests.execution.conftest import begin, carry_out, cars  # noqa: F401
from tests.execution.sweeps.conftest import drive
from tests.jobs.conftest import written

LOG = "import mlflow\nmlflow.log_metric('told', {value})\n"
SWEEP = """type: sweep
trial: {command: "python fit.py ${{search_space.x}}", code: src}
search_space: {x: {type: choice, values: [1, 2]}}
sampling_algorithm: grid
objective: {goal: minimize, primary_metric: told}
limits: {max_total_trials: 2, max_concurrent_trials: 1}
"""
PARALLEL = """type: parallel
inputs: {texts: {type: uri_folder, path: texts}}
outputs: {counts: {type: uri_file}}
input_data: ${{inputs.texts}}
mini_batch_size: "1"
task: {type: run_function, code: src, entry_script: count.py, append_row_to: "${{outputs.counts}}"}
"""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def server(live_server, monkeypatch):
    monkeypatch.setenv("MLOPS_URL", live_server.url)
    tracking._answers.clear()


def told(run: Run) -> list[float]:
    return sorted(Metric.objects.filter(run=run, key="told").values_list("value", flat=True))


def test_from_the_trials_of_a_sweep(contributor, project, tmp_path):
    fit = "import sys\n" + LOG.format(value="float(sys.argv[1])")
    folder = written(tmp_path / "job", SWEEP, src__fit_py=fit)
    run = drive(create_job(contributor, project, folder, main="job.yml", asked=Asked())[0])
    assert run.state == "completed", run.reason
    assert sorted(value for child in run.children.all() for value in told(child)) == [1, 2]


def test_from_the_workers_of_a_parallel_job(contributor, project, tmp_path):
    count = "import mlflow\ndef init(): pass\ndef run(batch):\n    mlflow.log_metric('told', 3)\n    return batch\n"
    folder = written(tmp_path / "job", PARALLEL, src__count_py=count, texts__a_txt="a", texts__b_txt="b")
    run = drive(create_job(contributor, project, folder, main="job.yml", asked=Asked())[0])
    assert run.state == "completed", run.reason
    assert told(run) == [3, 3]


def test_from_a_python_function(contributor, project, tmp_path, begin):  # noqa: F811
    source = FUNCTION.replace("    return", "    import mlflow\n\n    mlflow.log_metric('told', 4)\n    return", 1)
    register_folder(contributor, project, write_function(tmp_path / "a", source=source))
    run = carry_out(begin("double", into="table"))
    assert run.state == "completed", run.reason
    assert told(run) == [4]


def test_from_execute_python_script(begin):  # noqa: F811
    script = "import mlflow\ndef azureml_main(dataframe1=None, dataframe2=None):\n"
    script += "    mlflow.log_metric('told', 5)\n    return dataframe1,\n"
    run = carry_out(begin("execute_python_script", python_script=script))
    assert run.state == "completed", run.reason
    assert told(run) == [5]
