"""Command jobs, carried out with real processes."""

from __future__ import annotations

import json
import time
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection

from mlops.blobs.trees import manifest_of, open_blob, open_file
from mlops.formats.azureml.faults import Faulty
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import cancel
from mlops.runs.models import Artifact, LogLine, Metric, Run, Step
from tests.execution.conftest import carry_out
from tests.jobs.conftest import Create, written

pytestmark = pytest.mark.django_db(transaction=True)


def step_of(run: Run) -> Step:
    step = Step.objects.get(run=run, node="job")
    assert step.state == "completed", step.error
    return step


def log_of(run: Run) -> str:
    return "\n".join(LogLine.objects.filter(step__run=run).order_by("seq").values_list("text", flat=True))


def test_a_training_script_gets_its_inputs_and_what_it_writes_is_kept(create: Create) -> None:
    run = carry_out(create("train"))
    step = step_of(run)
    assert (run.kind, run.state, run.experiment.name) == ("command", "completed", "housing")
    assert [file.path for file in manifest_of(step.outputs["model"]["tree"]).files] == ["model.pkl"]
    slope = json.loads(open_file(step.outputs["report"]["tree"], "report").read())["slope"]
    assert round(slope, 3) == 1.931
    artifacts = {one.path: one for one in Artifact.objects.filter(run=run)}
    assert set(artifacts) == {"outputs/slope.txt", "outputs/half.txt", "logs/train.log"}
    assert open_blob(artifacts["outputs/half.txt"].blob_id).read() == b"half: 0.5\n"
    assert f"run {run.name} in housing" in log_of(run)
    assert "rows from True note none" in log_of(run)


def test_settings_are_applied_before_the_file_is_read(create: Create) -> None:
    run = carry_out(create("train", "job.yml", "inputs.alpha=14", "inputs.note=it's", "name=mine"))
    assert run.name == "mine"
    assert "slope: 1.0" in log_of(run)
    assert "note it's" in log_of(run)


def test_every_fault_is_told_with_its_line_and_nothing_is_created(create: Create, tmp_path: Path) -> None:
    text = "type: command\ncommand: python a.py ${{inputs.lr}}\ncode: ./sorce\ninputs:\n  lrr: 0.1\noutput: {}\n"
    with pytest.raises(Faulty) as refused:
        create(written(tmp_path / "a", text, src__a_py="print(1)"))
    told = [one["message"] for one in refused.value.extra["problems"]]
    assert [line.split(":")[0] for line in told] == ["job.yml, line 6", "job.yml, line 2"]
    assert not Run.objects.exists()


def test_a_missing_folder_and_missing_data_are_told_together(create: Create, tmp_path: Path) -> None:
    text = "type: command\ncommand: ls\ncode: ./sorce\ninputs:\n  rows: {type: uri_file, path: azureml:Carz:1}\n"
    with pytest.raises(Faulty) as refused:
        create(written(tmp_path / "a", text))
    told = [one["message"] for one in refused.value.extra["problems"]]
    assert [line.split(":")[0] for line in told] == ["job.yml, line 3", "job.yml, line 5"]


def test_a_taken_name_is_refused_with_the_remedy(create: Create, tmp_path: Path) -> None:
    folder = written(tmp_path / "a", "type: command\ncommand: echo hi\nname: first\n")
    create(folder)
    with pytest.raises(Refusal, match="first") as refused:
        create(folder)
    assert "another name" in refused.value.hint


def test_a_command_that_fails_keeps_what_it_left(create: Create, tmp_path: Path) -> None:
    folder = written(tmp_path / "a", "command: |\n  echo half > outputs/a.txt\n  exit 3\n")
    run = carry_out(create(folder))
    assert run.state == "failed"
    assert "exit code 3" in run.reason
    assert Artifact.objects.get(run=run).path == "outputs/a.txt"


def test_files_in_logs_show_while_it_runs_and_what_it_left_is_kept_when_it_is_cancelled(
    create: Create, tmp_path: Path, contributor, client
) -> None:
    seen = []

    def look_and_cancel() -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until and not Artifact.objects.filter(run=run).exists():
            time.sleep(0.2)
        seen.append(client.get(f"/runs/{run.pk}/?tab=logs").content.decode())
        cancel(contributor, Run.objects.get(pk=run.pk))
        connection.close()

    text = "command: |\n  echo one > logs/train.txt; ln -s /etc/passwd logs/link.txt\n"
    text += "  echo half > outputs/a.txt; sleep 60\n"
    run = create(written(tmp_path / "a", text))
    client.force_login(contributor)
    looker = Thread(target=look_and_cancel)
    looker.start()
    carry_out(run)
    looker.join()
    assert "logs/train.txt" in seen[0]
    assert set(Artifact.objects.filter(run=run).values_list("path", flat=True)) == {"logs/train.txt", "outputs/a.txt"}


def test_a_command_is_stopped_at_its_timeout(create: Create, tmp_path: Path) -> None:
    run = carry_out(create(written(tmp_path / "a", "command: sleep 30\nlimits: {timeout: 0.3}\n")))
    assert Step.objects.get(run=run).error["code"] == "too_slow"


def test_each_process_of_a_distribution_knows_its_rank(create: Create, tmp_path: Path) -> None:
    text = "command: echo rank $RANK of $WORLD_SIZE at $MASTER_ADDR\n"
    text += "distribution: {type: pytorch, process_count_per_instance: 2}\nresources: {instance_count: 1}\n"
    run = carry_out(create(written(tmp_path / "a", text)))
    assert {"rank 0 of 2 at 127.0.0.1", "rank 1 of 2 at 127.0.0.1"} <= set(log_of(run).splitlines())


def test_one_process_that_fails_ends_the_others(create: Create, tmp_path: Path) -> None:
    text = "command: if [ $RANK = 0 ]; then exit 4; else sleep 20; fi\n"
    text += "distribution: {type: mpi, process_count_per_instance: 2}\n"
    run = carry_out(create(written(tmp_path / "a", text)))
    assert "exit code 4" in run.reason


def test_a_folder_is_given_as_it_is_and_a_kept_output_again(create: Create, tmp_path: Path) -> None:
    text = (
        "name: one\ncommand: cp -r ${{inputs.data}}/. ${{outputs.copy}}\ninputs: {data: {type: uri_folder, path: d}}\n"
    )
    text += "outputs:\n  copy:\n"
    carry_out(create(written(tmp_path / "a", text, d__x_csv="a,b\n1,2\n")))
    second = (
        "command: ls ${{inputs.data}}\ninputs:\n  data: {type: uri_folder, path: azureml://jobs/one/outputs/copy}\n"
    )
    run = carry_out(create(written(tmp_path / "b", second)))
    assert log_of(run).splitlines()[1:] == ["x.csv"]


def test_a_line_that_only_tells_numbers_is_a_metric(create: Create, tmp_path: Path) -> None:
    text = "command: |\n  for n in 3 2 1; do echo loss=0.$n; done\n  echo 'accuracy: 0.9'\n  echo 'Epoch 1: 5'\n"
    run = carry_out(create(written(tmp_path / "a", text)))
    told = list(Metric.objects.filter(run=run).order_by("pk").values_list("key", "value", "position"))
    assert told == [("loss", 0.3, 0), ("loss", 0.2, 1), ("loss", 0.1, 2), ("accuracy", 0.9, 0)]
    assert "“loss” is kept as a metric, as printed." in log_of(run)


def test_direct_mode_gives_the_address_itself(create: Create, tmp_path: Path) -> None:
    text = "command: echo got ${{inputs.d}}\ninputs:\n  d: {path: 'https://example.com/a.csv', mode: direct}\n"
    run = carry_out(create(written(tmp_path / "a", text)))
    assert "got https://example.com/a.csv" in log_of(run)


def test_the_job_among_several_files_is_known_by_its_schema(create: Create) -> None:
    assert create("two_steps", "").display_name == "Two steps"


def test_variables_of_an_inline_environment_reach_the_command(create: Create, tmp_path: Path) -> None:
    text = "command: echo $GREETING $NAME $OWN\nenvironment_variables: {OWN: mine}\nenvironment:\n"
    text += "  conda_file: {dependencies: [python], variables: {NAME: world}}\n"
    text += "  environment_variables: {GREETING: hello}\n"
    assert "hello world mine" in log_of(carry_out(create(written(tmp_path / "a", text))))


def test_of_a_traceback_the_reason_tells_its_end(create: Create, tmp_path: Path) -> None:
    run = carry_out(create(written(tmp_path / "a", "command: python -c \"open('/none.csv')\"\n")))
    assert "It said: FileNotFoundError" in run.reason
