"""`mlops explain` and the SDK's `explanations` against a real server."""

from __future__ import annotations

import json
import zipfile

import pytest

from mlops.accounts.actions import create_token
from mlops.client import Client
from mlops.client.errors import RequestFailed
from mlops.explanations import tasks
from mlops.explanations.models import Explanation
from tests.registry.shelf import registered
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db(transaction=True)

BROUGHT = {"columns": ["power", "make"], "importance": [3, 1]}
QUICK = {"rows": 10, "dependence": 0}


@pytest.fixture
def client(live_server, owner, project):
    return Client(live_server.url, token=create_token(owner, name="sdk"), project=project.slug)


def test_a_version_is_explained_followed_and_compared_with_what_a_job_brought(
    signed_in, owner, project, client, tmp_path
):
    registered(owner, project)
    job = past_run(owner, project)
    asked = signed_in("explain", "create", "-n", "prices:1", "--rows", "10", "--dependence", "0")
    assert asked.value["state"] == "queued", asked.errors
    tasks.explain(str(Explanation.objects.get().pk))
    assert signed_in("explain", "wait", "-n", "prices").value["state"] == "completed"
    file = tmp_path / "why.json"
    file.write_text(json.dumps(BROUGHT))
    sent = signed_in("explain", "upload", "-f", str(file), "--job", str(job.number), "--explanation-name", "mine")
    assert (sent.value["kind"], sent.value["name"]) == ("brought", "mine"), sent.errors
    found = signed_in("explain", "compare", "prices:1", f"jobs/{job.number}/mine").value
    assert {one["column"] for one in found["columns"]} == {"power", "make", "weight"}
    loaded = signed_in("explain", "download", "--job", str(job.number), "-p", str(tmp_path))
    assert zipfile.ZipFile(loaded.value["path"]).namelist() == ["summary.json"]
    assert client.explanations.compare("prices:1", f"jobs/{job.number}")["columns"] == found["columns"]
    again = client.explanations.upload(BROUGHT, job=str(job.number), model="prices:1", comment="by hand")
    assert [one["name"] for one in client.explanations.list("prices:1")] == [again["name"], "explanation-1"]
    client.explanations.delete(job=str(job.number), name="mine")
    assert [one["comment"] for one in client.explanations.list(job=str(job.number))] == ["by hand"]


def test_one_that_is_cancelled_ends_the_wait_with_its_reason(signed_in, owner, project, client):
    registered(owner, project)
    client.explanations.create("prices", wait=False, **QUICK)
    assert signed_in("explain", "cancel", "-n", "prices").value["state"] == "cancelled"
    with pytest.raises(RequestFailed, match="Cancelled before it began"):
        client.explanations.wait("prices")


def test_wrong_words_are_told_before_anything_is_sent(signed_in, tmp_path):
    assert signed_in("explain", "list").status == 2
    file = tmp_path / "why.json"
    file.write_text("[1]")
    assert "no object" in signed_in("explain", "upload", "-f", str(file), "--job", "1").errors
