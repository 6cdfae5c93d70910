"""A job from YAML on the page."""

from __future__ import annotations

import pytest
from django.test import Client

from mlops.execution.advance import advance
from mlops.runs.models import Run, Step
from tests.work.rows import worker

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = "/runs/new/"


@pytest.fixture
def page(contributor, project) -> Client:
    client = Client()
    client.force_login(contributor)
    return client


def test_a_check_says_what_was_understood_and_creates_nothing(page: Client) -> None:
    text = "type: command\ncommand: echo hi\nname: first\ncompute: gpu\n"
    shown = page.post(PLACE, {"yaml": text, "act": "check"}).content.decode()
    assert "What was understood" in shown
    assert "“compute”" in shown
    assert "compute: gpu" in shown
    assert not Run.objects.exists()


def test_every_fault_is_listed_and_what_was_typed_stays(page: Client) -> None:
    answer = page.post(PLACE, {"yaml": "comand: echo\ncode: src\n", "act": "submit"})
    assert answer.status_code == 422
    assert "job.yml, line 1" in answer.content.decode()
    assert "comand: echo" in answer.content.decode()


def test_a_submit_leads_to_the_job(page: Client) -> None:
    answer = page.post(PLACE, {"yaml": "command: echo hi", "act": "submit", "name": "mine", "settings": "tags.a=b"})
    assert answer.url == f"/runs/{Run.objects.get(name='mine').pk}/"


def test_where_to_run_is_chosen_and_told_before_it_waits(page: Client) -> None:
    worker("small:1")
    asked = {"yaml": "command: echo hi", "cpu": "1", "memory": "1Gi", "gpu": "1", "labels": "zone=01"}
    shown = page.post(PLACE, asked | {"act": "check"}).content.decode()
    assert "It asks for a worker with the labels zone=01, which no worker has." in shown
    page.post(PLACE, asked | {"act": "submit", "name": "mine"})
    run = Run.objects.get(name="mine")
    advance(run.pk)
    step = Step.objects.get(run=run, node="job")
    assert (step.asks_place, step.asks_cpus, step.asks_memory_bytes, step.asks_gpus) == ("zone=01", 1.0, 2**30, 1)
