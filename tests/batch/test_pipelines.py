"""Published pipelines behind a batch endpoint: the input goes to their dataset parameter."""

from __future__ import annotations

import polars as pl
import pytest

from mlops.batch.actions import create_endpoint, deploy_pipeline, update_endpoint
from mlops.batch.invoking import invoke
from mlops.batch.models import BatchJob
from mlops.batch.shaping import job_line
from mlops.batch.tasks import sweep
from mlops.formats.refusal import Refusal
from tests.execution.conftest import carry_out, dataset_version
from tests.pipelines.test_publishing import published

__all__ = ["published"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint(contributor, project, published):
    made = create_endpoint(contributor, project, name="nightly")
    deploy_pipeline(contributor, made, name="split", pipeline=published)
    return made


def test_the_input_goes_to_the_pipelines_dataset_parameter(contributor, project, endpoint, tmp_path):
    dataset_version(project, pl.DataFrame({"price": [3.0]}), tmp_path, name="May")
    job = invoke(contributor, endpoint, input="azureml:May:1", parameters={"share": 0.7})
    assert job.run.asked["parameters"] == {"source": {"dataset": "May", "version": 1}, "share": 0.7}
    assert carry_out(job.run).state == "completed"
    sweep()
    told = job_line(BatchJob.objects.get())
    assert (told["state"], told["phase"], told["of"]) == ("completed", "ended", "retrain:1")
    assert told["reason"] == job.run.reason


def test_without_an_input_the_pipelines_own_data_is_scored(contributor, endpoint):
    job = invoke(contributor, endpoint)
    assert job.run.origin == f"batch-endpoints/{endpoint.pk}@split"
    assert job.run.asked["parameters"]["source"]["dataset"] == "Cars"


def test_files_are_refused_with_the_remedy(contributor, endpoint):
    with pytest.raises(Refusal, match="takes a dataset") as caught:
        invoke(contributor, endpoint, input="https://example.org/a.csv")
    assert caught.value.hint == "Register the files as a dataset, and name it."


def test_a_wrong_parameter_names_the_nearest(contributor, endpoint, published):
    with pytest.raises(Refusal) as caught:
        invoke(contributor, endpoint, parameters={"shar": 1})
    assert "share" in caught.value.hint
    with pytest.raises(Refusal, match="no dataset parameter “sorce”"):
        deploy_pipeline(contributor, endpoint, name="b", pipeline=published, input_parameter="sorce")


def test_a_second_deployment_becomes_the_default_when_it_is_said(contributor, endpoint, published):
    deploy_pipeline(contributor, endpoint, name="other", pipeline=published)
    endpoint.refresh_from_db()
    assert endpoint.default.name == "split"
    assert update_endpoint(contributor, endpoint, default="other").default.name == "other"
