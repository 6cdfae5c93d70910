"""What a cluster may do to a step, or not do for it: each says why, and what to do; nothing runs twice."""

from __future__ import annotations

import time

import pytest

from mlops.execution import retry
from mlops.execution.advance import advance
from mlops.execution.executors.kubernetes import executor
from mlops.execution.executors.kubernetes.jobs import attempt_labels, job_name
from mlops.execution.executors.kubernetes.places import server_mark
from mlops.execution.executors.kubernetes.sweeping import remove_lost
from mlops.pipelines.actions import cancel
from mlops.runs.models import LogLine, Run, Step
from tests.execution.conftest import carry_out
from tests.execution.kubernetes.conftest import carry_on, has_said, reason_of, wait_until
from tests.execution.test_custom import step_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def soon_again(monkeypatch):
    monkeypatch.setattr(retry, "PAUSE", retry.PAUSE / 20)


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        ("evict", "The cluster took its pod away from the node node-1: The node was low on resource: memory."),
        ("lose_node", "The node node-1, which its pod ran on, does not answer any more"),
        ("delete_pod", "Its pod was deleted in the cluster by somebody else."),
    ],
)
def test_a_pod_that_is_lost_is_tried_again_with_the_reason(run_command, cluster, meanwhile, monkeypatch, loss, told):
    monkeypatch.setattr(executor, "END_SECONDS", 0.5)
    run = run_command("echo begun; sleep 60")
    seen = []

    def lose() -> None:
        getattr(cluster, loss)(cluster.running()[0])
        wait_until(lambda: step_of(run).state == "queued" or step_of(run).attempt == 2)
        seen.append(reason_of(run))
        wait_until(lambda: has_said_again(run))
        cancel(run.created_by, Run.objects.get(pk=run.pk))

    meanwhile(lambda: has_said(run, "begun"), lose)
    carry_on(run)
    assert told in seen[0]
    assert "tried again (attempt 2 of 3)" in seen[0]
    assert len(set(cluster.began)) == len(cluster.began) == 2
    assert cluster.of("jobs") == []


def has_said_again(run: Run) -> bool:
    return LogLine.objects.filter(step__run=run, text="begun").count() == 2


def test_after_the_third_time_it_fails_and_says_what_to_do(run_command, cluster, meanwhile):
    run = run_command("echo begun; sleep 60")
    for number in (1, 2, 3):
        meanwhile(
            lambda number=number: len(cluster.began) == number and bool(cluster.running()),
            lambda: cluster.evict(cluster.running()[0]),
        )
    carry_on(run)
    assert "This happened 3 times." in step_of(run).error["message"]
    assert "Look at the cluster's nodes" in step_of(run).error["hint"]


def test_an_image_that_cannot_be_pulled_fails_with_the_reason(run_command):
    step = step_of(carry_out(run_command("true", image="registry.example.org/none:1")))
    assert step.error["code"] == "image_unavailable"
    assert "registry.example.org/none:1: not found" in step.error["message"]
    assert "pull secret" in step.error["hint"]


def test_a_step_waits_for_a_place_and_says_so(run_command, cluster, meanwhile):
    cluster.unschedulable = "0/3 nodes are available: 3 Insufficient memory."
    run = run_command("echo begun")
    meanwhile(lambda: "0/3 nodes" in reason_of(run), lambda: setattr(cluster, "unschedulable", ""))
    carry_out(run)
    assert step_of(run).state == "completed", step_of(run).error


def test_without_a_place_it_fails_after_the_time_that_is_set(run_command, cluster, settings):
    settings.STEP_PENDING_MINUTES = 0.01
    cluster.unschedulable = "0/3 nodes are available: 3 Insufficient memory."
    step = step_of(carry_out(run_command("echo begun")))
    assert step.error["code"] == "step_unschedulable"
    assert "3 Insufficient memory" in step.error["message"]
    assert "Ask for less" in step.error["hint"]
    assert cluster.of("jobs") == []


@pytest.mark.parametrize("kind", ["quota", "job_quota"])
def test_a_quota_that_is_full_is_waited_for(run_command, cluster, meanwhile, kind):
    setattr(cluster, kind, "steps, requested: pods=1, used: pods=5, limited: pods=5")
    run = run_command("echo begun")
    meanwhile(lambda: "limited: pods=5" in reason_of(run), lambda: setattr(cluster, kind, ""))
    carry_out(run)
    assert step_of(run).state == "completed", step_of(run).error


@pytest.mark.parametrize("kind", ["quota", "job_quota"])
def test_a_quota_that_stays_full_fails_it_with_the_reason(run_command, cluster, settings, kind):
    settings.STEP_PENDING_MINUTES = 0.01
    setattr(cluster, kind, "steps, requested: pods=1, used: pods=5, limited: pods=5")
    step = step_of(carry_out(run_command("echo begun")))
    assert step.error["code"] == "quota_exceeded"
    assert "limited: pods=5" in step.error["message"]


def test_a_rule_of_the_cluster_fails_it_at_once(run_command, cluster):
    cluster.forbids = 'violates PodSecurity "restricted:latest": seccompProfile'
    step = step_of(carry_out(run_command("true")))
    assert step.error["code"] == "cluster_forbids"
    assert "PodSecurity" in step.error["message"]


def test_a_cluster_that_is_silent_for_a_while_costs_nothing(run_command, cluster, meanwhile, data_dir):
    """What is said meanwhile is heard afterwards, each line once."""
    run = run_command(
        'for n in 1 2 3; do echo line $n; done; until [ -e "$TMPDIR/go" ]; do sleep 0.1; done; echo line 4'
    )

    def silence() -> None:
        cluster.is_silent = True
        wait_until(lambda: "cannot be reached" in reason_of(run))
        (data_dir / "steps" / cluster.began[0] / "work" / "tmp" / "go").touch()
        wait_until(lambda: not cluster.running())
        cluster.is_silent = False

    meanwhile(lambda: has_said(run, "line 3"), silence)
    carry_out(run)
    assert step_of(run).state == "completed", step_of(run).error
    lines = LogLine.objects.filter(step__run=run, text__startswith="line").order_by("seq")
    assert [line.text for line in lines] == [f"line {n}" for n in range(1, 5)]
    assert len(cluster.began) == 1


def test_an_answer_that_is_lost_begins_nothing_twice(run_command, cluster):
    cluster.lost_answers = 4  # of the policy and of the Job, and of both again
    run = run_command("echo begun")
    carry_out(run)
    assert step_of(run).state == "completed", step_of(run).error
    assert (cluster.lost_answers, len(cluster.began)) == (0, 1)


def test_a_cluster_that_stays_silent_loses_the_step(run_command, cluster, meanwhile, settings):
    settings.STEP_PENDING_MINUTES = 0.01
    run = run_command("echo begun; sleep 60")
    meanwhile(lambda: has_said(run, "begun"), lambda: setattr(cluster, "is_silent", True))
    carry_out(run)
    assert step_of(run).state == "queued"
    assert "cannot be reached" in reason_of(run)
    cluster.is_silent = False
    remove_lost()
    wait_until(lambda: not cluster.of("pods"))


def test_cancelling_ends_the_pod(run_command, cluster, meanwhile, contributor):
    run = run_command("echo begun; sleep 60")

    def stop() -> None:
        cancel(contributor, Run.objects.get(pk=run.pk))
        advance(run.pk)

    meanwhile(lambda: has_said(run, "begun"), stop)
    carry_out(run)
    assert step_of(run).state == "cancelled"
    wait_until(lambda: not cluster.of("pods") and not cluster.of("jobs"))


def test_its_own_limit_of_time_counts_from_its_beginning(run_command, cluster, meanwhile):
    cluster.unschedulable = "0/1 nodes are available."
    run = run_command("echo begun; sleep 60", more="limits: {timeout: 6}")

    def let_go_after_seven_seconds() -> None:
        time.sleep(7)
        cluster.unschedulable = ""

    meanwhile(lambda: "0/1 nodes" in reason_of(run), let_go_after_seven_seconds)
    carry_out(run)
    assert step_of(run).error["code"] == "too_slow"
    assert has_said(run, "begun")
    wait_until(lambda: not cluster.of("pods"))


def test_an_earlier_pod_of_the_step_has_ended_before_the_next_begins(run_command, cluster, there):
    """As a worker leaves it that was killed: nobody ended its Job."""
    run = run_command("echo begun")
    advance(run.pk)
    step = step_of(run)
    left_over(cluster, step, attempt=1, server=server_mark())
    wait_until(lambda: bool(cluster.running()))
    cluster.ending_seconds = 1.0
    carry_out(run)
    assert step_of(run).state == "completed", step_of(run).error
    assert (len(cluster.began), cluster.most_at_once) == (2, 1)


def test_jobs_whose_attempts_run_no_more_are_removed_and_no_others(run_command, cluster):
    run = run_command("echo begun")
    advance(run.pk)
    step = step_of(run)
    for attempt in (1, 2):
        left_over(cluster, step, attempt=attempt, server=server_mark())
    left_over(cluster, step, attempt=1, server="another")
    Step.objects.filter(pk=step.pk).update(state="running", attempt=2)
    remove_lost()
    left = {one["metadata"]["name"] for one in cluster.of("jobs")}
    assert left == {job_name(server_mark(), f"{step.pk}-2"), job_name("another", f"{step.pk}-1")}


def left_over(cluster, step: Step, *, attempt: int, server: str) -> None:
    mark = f"{step.pk}-{attempt}"
    labels = attempt_labels(server, mark)
    pod = {
        "securityContext": {"runAsUser": 10001, "runAsGroup": 10001},
        "volumes": [],
        "containers": [
            {
                "name": "step", "image": next(iter(cluster.images)), "command": ["sleep", "60"], "env": [],
                "volumeMounts": [], "workingDir": "/",
            }
        ],
    }  # fmt: skip
    name = job_name(server, mark)
    cluster.objects["scoring", "jobs", name] = {
        "metadata": {"name": name, "namespace": "scoring", "labels": labels},
        "spec": {"template": {"metadata": {"labels": labels}, "spec": pod}},
    }
