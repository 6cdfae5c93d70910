"""Commands as processes and in containers of a real engine: what holds for one holds for the other."""

from __future__ import annotations

import threading
import time
import uuid

import msgspec
import pytest
from docker.errors import NotFound

from mlops.blobs.trees import open_file
from mlops.components.registering import register_folder
from mlops.execution.advance import advance
from mlops.execution.executors.docker import ATTEMPT_LABEL, SERVER_LABEL, STEP_LABEL, remove_lost, server_mark
from mlops.formats.definition import Requirements
from mlops.formats.environment_key import key_of
from mlops.pipelines.actions import cancel
from mlops.runs.models import LogLine, Metric, Run, Step
from tests.execution.conftest import carry_out
from tests.execution.small_image import make_small_image
from tests.execution.test_custom import begin_own, step_of

__all__ = ["begin_own"]
pytestmark = pytest.mark.django_db(transaction=True)
IMAGE = "mlops-test-shell:environments"
YAML = """
type: command
name: count
inputs:
  cars: {type: uri_file}
outputs:
  told: {type: uri_folder}
environment_variables: {GREETING: hello}
command: >-
  COMMAND
ENVIRONMENT
"""
COUNTED = (
    "echo $GREETING from $(id -u); wc -l < ${{inputs.cars}} > ${{outputs.told}}/lines.txt; "
    """echo '{"rows": 30}' >> $MLOPS_METRICS; echo warned >&2"""
)


@pytest.fixture(scope="module")
def image(engine):
    make_small_image(engine, IMAGE)
    yield IMAGE
    engine.images.remove(IMAGE, force=True)


@pytest.fixture(params=["process", "container"])
def environment(request, with_engine):
    if request.param == "process":
        return ""
    return f"environment: {{image: {request.getfixturevalue('image')}}}"


@pytest.fixture
def run_command(contributor, project, tmp_path, begin_own):
    def act(command: str, environment: str) -> Run:
        folder = tmp_path / "component"
        folder.mkdir()
        (folder / "component.yaml").write_text(YAML.replace("COMMAND", command).replace("ENVIRONMENT", environment))
        register_folder(contributor, project, folder)
        return begin_own("count")

    return act


def test_files_variables_metrics_and_words_go_in_and_out(run_command, environment, engine):
    run = carry_out(run_command(COUNTED, environment))
    step = step_of(run)
    assert step.state == "completed", step.error
    assert open_file(step.outputs["told"]["tree"], "lines.txt").read().strip() == b"31"
    assert Metric.objects.get(run=run, key="rows").value == 30
    lines = [line.text for line in LogLine.objects.filter(step=step)]
    assert any(line.startswith("hello from ") and line != "hello from 0" for line in lines) or not environment
    assert "warned" in lines
    assert not _left(engine)


def test_a_failure_says_its_code_and_last_words(run_command, environment):
    step = step_of(carry_out(run_command("echo no such column >&2; exit 3", environment)))
    assert step.error["code"] == "command_failed"
    assert "exit code 3" in step.error["message"]
    assert "no such column" in step.error["message"]


def test_cancelling_ends_it_within_seconds(run_command, environment, contributor, engine):
    run = run_command("echo begun; sleep 60", environment)
    stopper = threading.Thread(target=_cancel_once_begun, args=(contributor, run.pk))
    stopper.start()
    began = time.monotonic()
    carry_out(run)
    stopper.join()
    assert step_of(run).state == "cancelled"
    assert time.monotonic() - began < 30
    assert not _left(engine)


def test_without_an_engine_a_plain_base_image_is_done_without(run_command, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    plain = "environment: {image: 'library/python:latest'}"
    run = carry_out(run_command("echo done", plain))
    assert step_of(run).state == "completed", step_of(run).error
    assert any("is not used" in line.text for line in LogLine.objects.filter(step=step_of(run)))


def test_without_an_engine_an_image_of_ones_own_is_refused(run_command, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    step = step_of(carry_out(run_command("echo done", "environment: {image: 'registry.example.org/mine:1'}")))
    assert step.error["code"] == "environment_needs_engine"
    assert "DOCKER_HOST" in step.error["hint"]


def _cancel_once_begun(person, run_id) -> None:
    from django.db import connection

    until = time.monotonic() + 30
    while time.monotonic() < until and not LogLine.objects.filter(step__run_id=run_id, text="begun").exists():
        time.sleep(0.2)
    cancel(person, Run.objects.get(pk=run_id))
    advance(run_id)
    connection.close()


def _left(engine) -> list[str]:
    return [one.name for one in engine.containers.list(all=True, filters={"label": f"{SERVER_LABEL}={server_mark()}"})]


def test_a_container_that_its_worker_left_behind_is_removed(engine, image, with_engine):
    labels = {SERVER_LABEL: server_mark(), STEP_LABEL: f"{uuid.uuid4()}/step"}
    engine.containers.run(image, ["/bin/sleep", "60"], detach=True, labels=labels)
    remove_lost()
    assert not _left(engine)


def test_who_takes_a_step_over_ends_the_container_of_a_worker_that_stands_still(
    run_command, image, engine, with_engine
):
    run = run_command("echo done", f"environment: {{image: {image}}}")
    advance(run.pk)
    step = step_of(run)
    left = _left_over(engine, image, step, attempt=0)
    carry_out(run)
    assert step_of(run).state == "completed", step_of(run).error
    with pytest.raises(NotFound):
        left.reload()


def test_the_container_of_an_earlier_attempt_is_removed_while_a_later_one_runs(run_command, image, engine, with_engine):
    run = run_command("echo done", f"environment: {{image: {image}}}")
    advance(run.pk)
    step = step_of(run)
    earlier, now = (_left_over(engine, image, step, attempt=number) for number in (1, 2))
    Step.objects.filter(pk=step.pk).update(state="running", attempt=2)
    remove_lost()
    assert _left(engine) == [now.name]
    now.remove(force=True)
    with pytest.raises(NotFound):
        earlier.reload()


def _left_over(engine, image: str, step: Step, *, attempt: int):
    labels = {
        SERVER_LABEL: server_mark(),
        STEP_LABEL: f"{step.run_id}/{step.node}",
        ATTEMPT_LABEL: f"{step.pk}-{attempt}",
    }
    return engine.containers.run(image, ["/bin/sleep", "60"], detach=True, labels=labels)


def test_an_image_is_built_from_a_dockerfiles_folder(
    contributor, project, tmp_path, begin_own, image, with_engine, engine
):
    folder = tmp_path / "component"
    (folder / "docker").mkdir(parents=True)
    (folder / "docker" / "Dockerfile").write_text(f"FROM {image}\nCOPY hello.txt /hello.txt\n")
    (folder / "docker" / "hello.txt").write_text("from the image\n")
    yaml = YAML.replace("COMMAND", "cat /hello.txt").replace("ENVIRONMENT", "environment: {build: {path: ./docker}}")
    (folder / "component.yaml").write_text(yaml)
    version = register_folder(contributor, project, folder)
    step = step_of(carry_out(begin_own("count")))
    assert step.state == "completed", step.error
    assert LogLine.objects.filter(step=step, text="from the image").exists()
    requirements = msgspec.convert(version.definition["how"]["requirements"], type=Requirements)
    engine.images.remove(f"mlops-environment:{key_of(requirements)[:24]}", force=True)
