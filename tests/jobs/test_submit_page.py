"""A job from YAML on the page."""

from __future__ import annotations

import pytest
from django.test import Client

from mlops.runs.models import Run

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
