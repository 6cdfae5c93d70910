"""A real client against a real server, as the contributor of the project, and plain requests beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest


@pytest.fixture
def token(contributor: Any) -> str:
    from mlops.accounts.actions import create_token

    return create_token(contributor, name="mlflow")


@pytest.fixture
def client(live_server: Any, token: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    import mlflow
    from mlflow import MlflowClient

    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", token)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    for name in ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID"):  # the client sets the latter itself
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    mlflow.set_tracking_uri(live_server.url)
    yield MlflowClient()
    while mlflow.active_run():
        mlflow.end_run()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")  # for what a thread of the client still tells
    mlflow.tracking.fluent._active_experiment_id = None


@pytest.fixture
def call(live_server: Any, token: str) -> Callable[..., httpx.Response]:
    """`call("POST", "runs/create", {…})`; a path that begins with `/` is taken as it is."""

    def sent(method: str, path: str, body: Any = None, *, by: str = token, **more: Any) -> httpx.Response:
        where = path if path.startswith("/") else f"/api/2.0/mlflow/{path}"
        headers = {"Authorization": f"Bearer {by}"} if by else {}
        headers |= more.pop("headers", {})
        if body is not None:
            more["json"] = body
        return httpx.request(method, live_server.url + where, headers=headers, **more)

    return sent
