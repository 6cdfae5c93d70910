"""Batch endpoints by REST, as a program calls them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mlops.batch.models import BatchJob
from tests.batch.conftest import carry_out

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = b"def run(mini_batch):\n    return [len(open(path).read()) for path in mini_batch]\n"


@pytest.fixture
def api(contributor):
    client = Client()
    client.force_login(contributor)

    def ask(method: str, path: str, body: Any = None, **more: Any) -> Any:
        options = {"content_type": "application/json"} if "form" not in more else {}
        answer = getattr(client, method)(
            f"/api/v1/{path}", more.get("form", body), **options, **more.get("headers", {})
        )
        return answer.json() | {"status": answer.status_code} if answer.content else {"status": answer.status_code}

    return ask


def test_an_endpoint_lives_from_its_creation_to_its_deletion(api, project, version, rows):
    one = api("post", "batch-endpoints/", {"project": "churn", "name": "nightly"})
    assert one["scoring_uri"].endswith(f"/api/v1/batch-endpoints/{one['id']}/jobs/")
    path = f"batch-endpoints/{one['id']}/"
    made = api("post", f"{path}deployments/", {"name": "blue", "model": "price@latest", "entry": "native"})
    assert (made["status"], made["of"], made["settings"]["error_threshold"]) == (201, "price:1", -1)
    job = api("post", f"{path}jobs/", {"input": "Cars", "settings": {"mini_batch_size": 50}})
    assert (job["status"], job["state"], job["input"]) == (202, "queued", "Cars:1")
    assert api("delete", path)["code"] == "job_going"
    carry_out(BatchJob.objects.get(pk=job["id"]))
    ended = api("get", f"batch-jobs/{job['id']}/")
    assert (ended["state"], ended["progress"]["done"], ended["progress"]["batches"]) == ("completed", 100, 2)
    assert [one["port"] for one in ended["outputs"]] == ["scored", "files"]
    assert api("delete", path)["status"] == 204
    assert api("get", path)["status"] == 404


def test_code_comes_as_files_of_a_form_and_inputs_as_well(api, endpoint, version):
    path = f"batch-endpoints/{endpoint.pk}/"
    definition = {"name": "counted", "model": "price:1", "script": "src/score.py"}
    files = {"files": [SimpleUploadedFile("score.py", SCRIPT)], "paths": ["src/score.py"]}
    made = api("post", f"{path}deployments/", form={"definition": json.dumps(definition), **files})
    assert (made["entry"], made["script"]) == ("script", "src/score.py")
    texts = [SimpleUploadedFile("a.txt", b"12"), SimpleUploadedFile("b.txt", b"123")]
    kept = api("post", f"{path}inputs/", form={"files": texts, "paths": ["in/a.txt", "in/b.txt"]})
    assert kept["files"] == 2
    job = api("post", f"{path}jobs/", {"input": kept["input"]})
    carry_out(BatchJob.objects.get(pk=job["id"]))
    rows = api("get", f"runs/{job['run']}/steps/score/outputs/scored/")["rows"]
    assert rows == [[2], [3]]


def test_the_call_of_azures_clients_is_understood(api, endpoint, native, rows):
    body = {
        "properties": {
            "InputData": {"input": {"JobInputType": "UriFile", "Uri": "azureml:Cars:1"}},
            "errorThreshold": 5,
            "retrySettings": {"maxRetries": 1, "timeout": "PT30S"},
        }
    }
    headers = {"headers": {"HTTP_AZUREML_MODEL_DEPLOYMENT": "native"}}
    job = api("post", f"batch-endpoints/{endpoint.pk}/jobs/", body, **headers)
    assert (job["input"], job["deployment"], job["settings"]["error_threshold"]) == ("Cars:1", "native", 5)
    assert job["settings"]["retry"] == {"max_retries": 1, "timeout_seconds": 30.0}


def test_a_model_version_that_is_deployed_cannot_be_deleted(api, endpoint, native, version):
    refused = api("delete", f"models/{version.model_id}/versions/1/")
    assert refused["status"] == 409
    assert "the batch endpoint “prices”" in refused["detail"] + refused["hint"]


def test_settings_of_a_deployment_change_for_later_jobs(api, endpoint, native):
    path = f"batch-endpoints/{endpoint.pk}/deployments/native/"
    changed = api("patch", path, {"settings": {"mini_batch_size": "64KB", "instance_count": 3}})
    assert (changed["settings"]["mini_batch_size"], changed["settings"]["mini_batch_bytes"]) == (None, 64_000)
    refused = api("patch", path, {"settings": {"instance_counts": 3}})
    assert (refused["code"], refused["hint"]) == ("setting_unknown", "Did you mean 'instance_count'?")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"inputs": "Cars"}, "body_invalid"),
        ({"input": "Cars:9"}, "version"),
        ({"input": "azureml://jobs/7/outputs/x"}, "input_unknown"),
        ({"input": "upload:7"}, "input_unknown"),
        ([], "body_invalid"),
    ],
)
def test_a_wrong_call_is_refused_and_says_what_to_do(api, endpoint, native, rows, body, code):
    refused = api("post", f"batch-endpoints/{endpoint.pk}/jobs/", body)
    assert 400 <= refused["status"] < 500
    assert code in refused["code"]
    assert refused["detail"]
