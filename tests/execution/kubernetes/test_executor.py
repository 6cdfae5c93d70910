"""Commands in pods of a cluster, which are processes of this machine here: what goes in, and what comes back."""

from __future__ import annotations

import json

import pytest

from mlops.blobs.trees import open_file
from mlops.components.registering import register_folder
from mlops.compute.models import Pool
from mlops.execution.advance import advance
from mlops.execution.executors.kubernetes.places import place
from mlops.execution.frozen import frozen
from mlops.execution.planning import plan
from mlops.formats.demand import Demand
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import submit
from mlops.runs.models import LogLine, Metric, Step
from mlops.runs.outputs import look
from tests.execution.conftest import carry_out
from tests.execution.kubernetes.conftest import IMAGE, carry_on
from tests.execution.test_custom import step_of
from tests.work.rows import worker

pytestmark = pytest.mark.django_db(transaction=True)
COUNTED = (
    "echo $GREETING from $(id -u) $$; wc -l < ${{inputs.cars}} > ${{outputs.told}}/lines.txt; "
    """echo '{"rows": 30}' >> $MLOPS_METRICS; echo warned >&2"""
)
TRAIN = """
import csv, json, sys
from pathlib import Path
source, target = sys.argv[1:]
rows = list(csv.DictReader(open(source)))
by_make = {}
for row in rows:
    by_make.setdefault(row["make"], []).append(float(row["price"]))
means = {make: sum(prices) / len(prices) for make, prices in by_make.items()}
Path(target, "model.json").write_text(json.dumps(means))
print("learned from", len(rows), "rows")
"""
SCORE = """
import csv, json, os, sys
from pathlib import Path
source, model, target = sys.argv[1:]
means = json.loads(Path(model, "model.json").read_text())
rows = list(csv.DictReader(open(source)))
with open(Path(target, "scored.csv"), "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["make", "price", "predicted"])
    writer.writerows([row["make"], row["price"], means[row["make"]]] for row in rows)
error = sum(abs(means[row["make"]] - float(row["price"])) for row in rows) / len(rows)
with open(os.environ["MLOPS_METRICS"], "a") as metrics:
    print(json.dumps({"mean_error": error}), file=metrics)
"""
COMPONENT = """
type: command
name: NAME
inputs:
INPUTS
outputs:
  result: {type: uri_folder}
code: .
command: COMMAND
environment: {image: 'IMAGE'}
"""


def said(step: Step) -> list[str]:
    return list(LogLine.objects.filter(step=step).order_by("seq").values_list("text", flat=True))


def test_files_variables_metrics_and_words_go_in_and_out(run_command, cluster):
    run = carry_out(run_command(COUNTED))
    step = step_of(run)
    assert step.state == "completed", step.error
    assert open_file(step.outputs["told"]["tree"], "lines.txt").read().strip() == b"31"
    assert Metric.objects.get(run=run, key="rows").value == 30
    greeting = next(line.split() for line in said(step) if line.startswith("hello"))
    assert (greeting[1], greeting[3].isdigit()) == ("from", True)
    assert greeting[2] != "0"
    assert "warned" in said(step)
    assert (cluster.of("jobs"), cluster.of("pods")) == ([], [])


def test_a_pipeline_trains_and_scores_in_pods(there, cluster, contributor, project, cars, tmp_path):
    parts = {
        "train": (TRAIN, "  cars: {type: uri_file}", "python3 main.py ${{inputs.cars}} ${{outputs.result}}"),
        "score": (
            SCORE,
            "  cars: {type: uri_file}\n  model: {type: uri_folder}",
            "python3 main.py ${{inputs.cars}} ${{inputs.model}} ${{outputs.result}}",
        ),
    }
    for name, (code, inputs, command) in parts.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "main.py").write_text(code)
        text = COMPONENT.replace("NAME", name).replace("INPUTS", inputs).replace("COMMAND", command)
        (folder / "component.yaml").write_text(text.replace("IMAGE", IMAGE))
        register_folder(contributor, project, folder)
    nodes = (
        Node(id="data", component="dataset", version="1", parameters={"dataset": "Cars"}),
        *(Node(id=name, component=name, version="1", parameters={}) for name in parts),
    )
    edges = (
        Edge(source="data", source_port="dataset", target="train", target_port="cars"),
        Edge(source="data", source_port="dataset", target="score", target_port="cars"),
        Edge(source="train", source_port="result", target="score", target_port="model"),
    )
    run = carry_on(submit(contributor, project, spec=PipelineSpec(nodes=nodes, edges=edges), experiment="tests"))
    assert run.state == "completed", run.reason
    assert len(cluster.began) == 2
    steps = {step.node: step for step in Step.objects.filter(run=run)}
    assert "learned from 30 rows" in said(steps["train"])
    assert len(json.load(open_file(steps["train"].outputs["result"]["tree"], "model.json"))) == 3
    assert look(steps["score"].outputs["result"])["rows"][0] == ["car1", 1, 14.5]
    assert Metric.objects.get(run=run, key="mean_error").value == pytest.approx(7.5)


def test_a_failure_says_its_code_and_last_words(run_command):
    step = step_of(carry_out(run_command("echo no such column >&2; exit 3")))
    assert step.error["code"] == "command_failed"
    assert "exit code 3" in step.error["message"]
    assert "no such column" in step.error["message"]


def test_a_pod_that_does_not_find_its_files_says_so(run_command, cluster, tmp_path):
    cluster.claims["studio-data"] = tmp_path / "another disk"
    cluster.claims["studio-data"].mkdir()
    step = step_of(carry_out(run_command("true")))
    assert step.error["code"] == "claim_mismatch"
    assert "MLOPS_STEP_CLAIM_FOLDER" in step.error["hint"]


def test_it_asks_the_cluster_and_nothing_of_the_worker(run_command, cluster):
    """Where the pool is of nodes, its labels are theirs."""
    Pool.objects.create(name="large", labels={"size": "large"})
    worker(cpus=2.0)
    run = run_command("echo begun", demand=Demand(compute="large", cpus=64, labels={"zone": "a"}))
    planned = plan(run.project, frozen(run).spec)
    assert [line.warning for line in planned.lines] == ["", ""]
    advance(run.pk)
    step = step_of(run)
    assert (step.asks_cpus, step.asks_memory_bytes, step.asks_place) == (0, 0, "")
    carry_out(run)
    asked = json.dumps(cluster.placed[0]["spec"])
    assert '"requests": {"cpu": "64"}' in asked
    assert '"values": ["large"]' in asked
    assert '"values": ["a"]' in asked


def test_tokens_are_in_no_pod(run_command, cluster, settings, monkeypatch):
    settings.STEP_NETWORK = "bridge"
    variables = {"MLFLOW_TRACKING_URI": "http://studio", "MLFLOW_TRACKING_TOKEN": "hush-hush"}
    monkeypatch.setattr("mlops.execution.laying_out.tracking_variables", lambda *_: variables)
    step = step_of(carry_out(run_command("echo ${MLFLOW_TRACKING_TOKEN#hush-}")))
    assert "hush" in said(step)
    pod = json.dumps(cluster.placed[0])
    assert "hush-hush" not in pod
    assert '"studio.mlops/network": "open"' in pod


def test_an_image_that_must_be_built_is_refused_with_the_way_out(there, contributor, project, tmp_path, begin_own):
    folder = tmp_path / "component"
    (folder / "docker").mkdir(parents=True)
    (folder / "docker" / "Dockerfile").write_text("FROM scratch\n")
    text = (
        COMPONENT.replace("NAME", "count")
        .replace("INPUTS", "  cars: {type: uri_file}")
        .replace("COMMAND", "echo built")
    )
    (folder / "component.yaml").write_text(text.replace("{image: 'IMAGE'}", "{build: {path: ./docker}}"))
    register_folder(contributor, project, folder)
    step = step_of(carry_out(begin_own("count")))
    assert step.error["code"] == "environment_needs_engine"
    assert "push it to a registry" in step.error["hint"]


def test_without_a_claim_the_setting_is_named(there, settings):
    settings.STEP_CLAIM = ""
    with pytest.raises(Refusal, match="MLOPS_STEP_CLAIM names no claim"):
        place()
