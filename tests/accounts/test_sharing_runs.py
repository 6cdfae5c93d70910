"""Grants on single runs: a guest reads how one went, and nothing of what went in."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from mlops.accounts import sharing
from tests.runs.told import told_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest(stranger) -> APIClient:
    client = APIClient()
    client.force_authenticate(stranger)
    return client


@pytest.fixture
def run(owner, project):
    return told_run(owner, project)


def test_a_guest_reads_how_a_run_went_and_nothing_of_what_went_in(guest, owner, run, stranger):
    address, series = f"/api/v1/runs/{run.pk}/", f"/api/v1/runs/series/?run={run.pk}&key=auc"
    assert guest.get(address).status_code == guest.get(series).status_code == 404
    sharing.share(owner, run, holder=stranger)
    listed, one = guest.get("/api/v1/runs/").json()["results"], guest.get(address).json()
    assert [row["display_name"] for row in listed] == ["autumn"]
    assert "secret" not in str([listed, one])
    assert ([step["title"] for step in one["steps"]], one["tags"]) == (["Train Model"], {"Area": "Churn"})
    assert guest.get(f"{address}metrics/").json()["results"][0]["value"] == 0.875
    assert guest.get(series).json()["series"][0]["value"] == [0.75, 0.875]


def test_what_is_around_a_shared_run_stays_shut(guest, owner, run, stranger):
    sharing.share(owner, run, holder=stranger)
    address = f"/api/v1/runs/{run.pk}/"
    for path in ("document/", "steps/train/log/", "steps/train/outputs/model/", "openlineage/", "explanations/"):
        assert guest.get(f"{address}{path}").status_code == 404, path
    assert guest.get(f"/api/v1/runs/beside/?run={run.pk}").status_code == 404
    assert guest.post(f"{address}cancel/").status_code == guest.post(f"{address}delete/").status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"filter": "experiment = 'secret-trial'"},
        {"filter": "reason : secret"},
        {"filter": "tags.`mlflow.source.name` = 'secret.py'"},
        {"tag": "mlflow.source.name=secret.py"},
        {"experiment": "secret-trial"},
    ],
    ids=str,
)
def test_a_guest_does_not_find_a_run_by_what_is_hidden(guest, owner, run, stranger, asked):
    sharing.share(owner, run, holder=stranger)
    assert len(guest.get("/api/v1/runs/", {"filter": "metrics.auc > 0.5"}).json()["results"]) == 1
    assert guest.get("/api/v1/runs/", asked).json()["results"] == []
