"""The pages about batch endpoints, as a browser without scripts sees them."""

from __future__ import annotations

import pytest
from django.test import Client

from mlops.batch.models import BatchEndpoint, BatchJob
from tests.batch.conftest import carry_out

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(contributor) -> Client:
    client = Client()
    client.force_login(contributor)
    return client


def test_from_a_new_endpoint_to_the_rows_of_the_output(browser, project, version, rows):
    answer = browser.post("/batch/new/?project=churn", {"name": "nightly"})
    one = BatchEndpoint.objects.get(name="nightly")
    assert answer["Location"] == f"/batch/{one.pk}/deploy/"
    form = {"name": "blue", "of": "model", "version": str(version.pk), "entry": "native", "mini_batch_size": "30"}
    answer = browser.post(answer["Location"], form)
    assert answer["Location"] == f"/batch/{one.pk}/?tab=call"
    assert "Cars:1" in browser.get(answer["Location"]).content.decode()
    call = {"act": "call", "source": "dataset", "dataset": "Cars:1", "deployment": "blue"}
    answer = browser.post(f"/batch/{one.pk}/", call)
    job = BatchJob.objects.get()
    assert answer["Location"] == f"/batch/jobs/{job.pk}/"
    carry_out(job)
    text = browser.get(answer["Location"]).content.decode()
    assert "All 100 rows were scored." in text
    assert "predictions.csv" in text
    assert "Scored Labels" in text
    run = browser.get(f"/runs/{job.run_id}/").content.decode()
    assert f"/batch/jobs/{job.pk}/" in run
    assert "?tab=graph" not in run
    for tab in ("jobs", "deployments", "consume"):
        assert browser.get(f"/batch/{one.pk}/?tab={tab}").status_code == 200


def test_a_refusal_stays_on_the_form_with_what_was_typed(browser, endpoint, native):
    call = {"act": "call", "source": "address", "address": "ftp://x", "output_dataset": "Kept"}
    answer = browser.post(f"/batch/{endpoint.pk}/", call)
    assert answer.status_code >= 400
    assert 'value="Kept"' in answer.content.decode()


def test_a_script_that_is_no_python_names_its_line(browser, endpoint, version):
    form = {"name": "b", "of": "model", "version": str(version.pk), "entry": "script", "script_text": "def run(:\n"}
    answer = browser.post(f"/batch/{endpoint.pk}/deploy/", form)
    assert answer.status_code == 400
    assert "Line 1 of score.py is not Python" in answer.content.decode()


def test_errors_are_listed_with_their_reasons(browser, contributor, endpoint, native):
    from io import BytesIO

    file = BytesIO(b"power,weight,make,turbo,built\nmany,1,audi,true,2015-01-01\n")
    file.name = "cars.csv"
    browser.post(f"/batch/{endpoint.pk}/", {"act": "call", "source": "files", "files": file, "deployment": "native"})
    job = carry_out(BatchJob.objects.get())
    text = browser.get(f"/batch/jobs/{job.pk}/").content.decode()
    assert "cars.csv, row 1: column “power”: expected a whole number, got “many”." in text
