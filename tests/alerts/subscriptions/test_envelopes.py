"""The forms of events, member by member."""

from __future__ import annotations

import json

import pytest

from mlops.alerts.envelopes import compose
from mlops.alerts.envelopes.azure import OURS, TYPES
from mlops.events.chain import record
from tests.alerts.subscriptions.conftest import deliver

pytestmark = pytest.mark.django_db
RUN = {
    "run_id": "r1", "number": 7, "name": "n", "experiment": "churn", "experiment_id": "e1", "kind": "pipeline",
    "origin": "", "state": "completed", "tags": {"a": "b"}, "properties": {"spec": "s"},
}  # fmt: skip
FOUND = {
    "monitor": "daily", "monitor_id": "m1", "run": 4, "signal": "drift", "kind": "data_drift", "magnitude": 0.61,
    "threshold": 0.3, "metric": "magnitude", "features": ["age"], "start": "2026-05-01T00:00:00+00:00",
    "end": "2026-05-02T00:00:00+00:00", "baseline": "training data of churn:3", "target": "endpoint churn",
    "endpoint": "churn", "deployment": None, "dataset": None, "model": "churn:3",
}  # fmt: skip
ACTS = {
    "mlops.model.registered": (
        "models/churn:3",
        {"name": "churn", "version": 3, "tags": {"area": "x"}, "properties": {"p": 1}, "run": "", "node": "",
         "tree": "t", "metrics": {}},
        "ModelRegistered",
        "models/churn:3",
        {"ModelName": "churn", "ModelVersion": 3, "ModelTags": {"area": "x"}, "ModelProperties": {"p": 1}},
    ),
    "mlops.deployment.healthy": (
        "endpoints/churn/blue",
        {"endpoint": "churn", "deployment": "blue", "state": "healthy", "target": "kubernetes",
         "models": ["churn:3", "price:1"], "revision": 2, "tags": {}},
        "ModelDeployed",
        "endpoints/churn",
        {"ServiceName": "churn", "ServiceComputeType": "AKS", "ModelIds": "churn:3,price:1", "ServiceTags": {},
         "ServiceProperties": {"deployment": "blue", "revision": "2"}},
    ),
    "mlops.run.completed": (
        "runs/r1", RUN, "RunCompleted", "experiments/e1/runs/r1",
        {"experimentId": "e1", "experimentName": "churn", "runId": "r1", "runType": "azureml.PipelineRun",
         "runTags": {"a": "b"}, "runProperties": {"spec": "s"}},
    ),
    "mlops.run.failed": (
        "runs/r1", RUN, "RunStatusChanged", "experiments/e1/runs/r1",
        {"experimentId": "e1", "experimentName": "churn", "runId": "r1", "runType": "azureml.PipelineRun",
         "runTags": {"a": "b"}, "runProperties": {"spec": "s"}, "runStatus": "failed"},
    ),
    "mlops.monitor.drift_detected": (
        "monitors/daily", FOUND, "DatasetDriftDetected", "datadrift/m1/run/4",
        {"DataDriftId": "m1", "DataDriftName": "daily", "RunId": "4", "BaseDatasetId": "training data of churn:3",
         "TargetDatasetId": "endpoint churn", "DriftCoefficient": 0.61, "StartTime": "2026-05-01T00:00:00+00:00",
         "EndTime": "2026-05-02T00:00:00+00:00"},
    ),
}  # fmt: skip


@pytest.fixture(params=ACTS)
def known(request, owner, project):
    subject, data, *expected = ACTS[request.param]
    return record(owner, request.param, subject=subject, project=project, data=data), *expected


def test_each_of_the_five_has_event_grids_members(known):
    event, type, subject, data = known
    (told,) = json.loads(compose(event, "azure_event_grid").content)
    assert set(told) == {"topic", "subject", "eventType", "eventTime", "id", "data", "dataVersion", "metadataVersion"}
    assert (told["eventType"], told["subject"]) == (f"Microsoft.MachineLearningServices.{type}", subject)
    assert (told["data"], told["dataVersion"], told["metadataVersion"]) == (data, "", "1")
    assert told["topic"].endswith("/providers/Microsoft.MachineLearningServices/workspaces/churn")


def test_each_of_the_five_has_the_members_of_azures_cloud_events(known):
    event, type, subject, data = known
    told = json.loads(compose(event, "azure_cloudevents").content)
    assert set(told) == {"source", "subject", "type", "time", "id", "data", "specversion"}
    assert (told["type"], told["subject"]) == (f"Microsoft.MachineLearningServices.{type}", subject)
    assert (told["data"], told["specversion"]) == (data, "1.0")
    assert told["time"].endswith("Z")


def test_types_without_a_form_there_are_passed_over(subscribe, happen, sink):
    subscribe(name="a", envelope="azure_event_grid", types=[])
    happen()
    deliver()
    assert sink.calls == []
    assert len(TYPES) == 5
    assert "mlops.draft.renamed" not in OURS


def test_filters_and_types_may_use_azures_names(subscribe, sink, owner, project):
    filters = [{"operatorType": "StringIn", "key": "data.ModelTags.area", "values": ["x"]}]
    subscribe(envelope="azure_event_grid", types=["Microsoft.MachineLearningServices.ModelRegistered"], filters=filters)
    subject, data, *_rest = ACTS["mlops.model.registered"]
    record(owner, "mlops.model.registered", subject=subject, project=project, data=data)
    other = {**data, "tags": {"area": "y"}}
    record(owner, "mlops.model.registered", subject=subject, project=project, data=other)
    deliver()
    assert len(sink.calls) == 1
    assert sink.calls[0].headers["aeg-event-type"] == "Notification"


def test_the_binary_form_has_its_attributes_in_headers(subscribe, happen, sink):
    subscribe(envelope="cloudevents_binary")
    event = happen("ü 1", "b")
    deliver()
    headers = sink.calls[0].headers
    assert json.loads(sink.calls[0].body) == {"before": "", "after": "b"}
    assert (headers["ce-id"], headers["ce-specversion"]) == (str(event.id), "1.0")
    assert headers["ce-subject"] == "drafts/%C3%BC%201"
    assert headers["content-type"] == "application/json"
