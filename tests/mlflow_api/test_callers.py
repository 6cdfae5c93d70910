"""Who may call: people by token or password, with the rights of their roles; never pages of other sites."""

from __future__ import annotations

import mlflow
import pytest
from mlflow.exceptions import MlflowException

from mlops.accounts.actions import create_token


def test_nobody_gets_in_without_a_valid_token(client, call):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic !!"}):
        refused = call("GET", "experiments/get?experiment_id=0", by="", headers=headers)
        assert refused.status_code == 401
        assert refused.json()["error_code"] == "UNAUTHENTICATED"


def test_name_and_password_are_enough(client, contributor, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_TOKEN")
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "carl")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "a long passphrase")
    assert client.create_run("0").info.run_id
    contributor.set_password("another passphrase")
    contributor.save()
    with pytest.raises(MlflowException, match="name or the password is wrong"):
        client.create_run("0")


def test_a_stranger_finds_nothing(client, call, stranger):
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "secret", "x.txt")
    experiment = client.create_experiment("one")
    by = create_token(stranger, name="mlflow")
    for method, path, body in (
        ("GET", f"runs/get?run_id={run_id}", None),
        ("GET", f"experiments/get?experiment_id={experiment}", None),
        ("POST", "runs/log-metric", {"run_id": run_id, "key": "a", "value": 1, "timestamp": 1}),
        ("POST", "runs/delete", {"run_id": run_id}),
        ("POST", "runs/create", {"experiment_id": experiment}),
        ("GET", f"metrics/get-history?run_id={run_id}&metric_key=a", None),
        ("GET", f"artifacts/list?run_id={run_id}", None),
        ("GET", f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/x.txt", None),
        ("PUT", f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/x.txt", None),
        ("DELETE", f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/x.txt", None),
    ):
        refused = call(method, path, body, by=by)
        assert (refused.status_code, refused.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST"), path
    assert call("POST", "runs/search", {"experiment_ids": [experiment, "0"]}, by=by).status_code == 404


def test_a_reader_reads_and_changes_nothing(client, call, reader):
    run_id = client.create_run("0").info.run_id
    by = create_token(reader, name="mlflow")
    assert call("GET", f"runs/get?run_id={run_id}", by=by).status_code == 200
    refused = call("POST", "runs/set-tag", {"run_id": run_id, "key": "a", "value": "b"}, by=by)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "PERMISSION_DENIED")


def test_a_token_that_may_only_read_searches_but_does_not_write(client, call, contributor):
    client.create_run("0")
    by = create_token(contributor, name="reading", scopes="read")
    assert len(call("POST", "runs/search", {"experiment_ids": ["0"]}, by=by).json()["runs"]) == 1
    assert call("POST", "runs/create", {"experiment_id": "0"}, by=by).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "runs/search", "POST"),
        ("POST", "/api/2.0/mlflow-artifacts/artifacts/0/x", "GET, PUT, DELETE"),
        ("GET", "/api/2.0/mlflow-artifacts/mpu/parts/x", "PUT"),
        ("PATCH", "/api/2.0/mlflow-artifacts/signed/x", "GET, PUT"),
    ],
)
def test_a_wrong_method_is_told_in_mlflows_words(call, method, path, allowed):
    refused = call(method, path)
    assert (refused.status_code, refused.headers["Allow"]) == (405, allowed)
    assert refused.json()["error_code"] == "ENDPOINT_NOT_FOUND"
    assert f"does not answer {method}. Use {allowed}." in refused.json()["message"]


def test_pages_of_other_sites_are_refused(client, call):
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://rebound.example", "Host": "rebound.example"},
    ):
        refused = call("GET", "experiments/get?experiment_id=0", headers=headers)
        assert refused.status_code in (400, 403), headers


def test_a_signed_in_browser_is_nobody_here(client, live_server, contributor):
    from django.test import Client

    browser = Client()
    browser.force_login(contributor)
    assert browser.get("/api/2.0/mlflow/experiments/get?experiment_id=0").status_code == 401


def test_workspaces_are_projects(client, call, contributor, owner):
    from mlops.accounts.membership import create_project

    create_project(contributor, name="Other", slug="other")
    assert [one.name for one in mlflow.list_workspaces()] == ["churn", "other"]
    in_other = {"X-MLFLOW-WORKSPACE": "other"}
    made = call("POST", "experiments/create", {"name": "theirs"}, headers=in_other).json()["experiment_id"]
    assert call("GET", f"experiments/get?experiment_id={made}", headers=in_other).status_code == 200
    assert (
        call("GET", f"experiments/get?experiment_id={made}", headers={"X-MLFLOW-WORKSPACE": "churn"}).status_code == 404
    )
    assert call("GET", "experiments/get-by-name?experiment_name=theirs").status_code == 404
    assert call("GET", "experiments/get?experiment_id=0", headers={"X-MLFLOW-WORKSPACE": "nope"}).status_code == 404


def test_the_client_finds_the_server_and_its_workspaces(client, call):
    assert call("GET", "/health", by="").text == "OK"
    assert call("GET", "/version", by="").text.startswith("3.")
    assert call("GET", "/api/3.0/mlflow/server-info", by="").json()["workspaces_enabled"] is True
    with mlflow.start_run():
        pass
