"""One click through real processes: web, worker and the step's program say its id, and its trace has all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from tests.collector import collector
from tests.server.conftest import Up, until

CLICK, PASSWORD = "click-4711", "a-password-of-this-test-alone"
JOB = {"yaml": "command: echo I am of $MLOPS_CORRELATION_ID and $TRACEPARENT"}


def test_a_click_is_found_again_in_the_log_of_the_step_and_in_its_trace(tmp_path: Path) -> None:
    with collector() as told:
        settings = {"MLOPS_OTEL_ENDPOINT": told.url, "MLOPS_LOG_FORMAT": "json", "MLOPS_ADMIN_PASSWORD": PASSWORD}
        up = Up(tmp_path / "data", environment=settings)
        try:
            address = up.wait_until_ready()
            client = httpx.Client(base_url=httpx.URL(address).join("/"), auth=("admin", PASSWORD), timeout=60)
            project = client.get("/api/v1/projects/").json()["results"][0]["slug"]
            asked = client.post("/api/v1/jobs/", json=JOB | {"project": project}, headers={"X-Request-ID": CLICK})
            assert asked.status_code < 300, asked.text
            assert asked.headers["X-Request-ID"] == CLICK

            def spans() -> dict[str, Any]:
                """By name, all of the click's trace."""
                found = told.spans()
                mine = {one.trace_id for _, one in found if one.name == "POST /api/v1/jobs/"}
                return {one.name: (service, one) for service, one in found if one.trace_id in mine}

            assert until(lambda: any(name.startswith("step ") for name in spans()), seconds=90), up.account()
            assert until(lambda: "act mlops.run.completed" in spans(), seconds=30), sorted(spans())
            _look_at_trace(spans())
            _look_at_logs(tmp_path / "data", client, spans())
        finally:
            up.stop()


def _look_at_trace(spans: dict[str, Any]) -> None:
    click_service, click = spans["POST /api/v1/jobs/"]
    step_service, step = next(found for name, found in spans.items() if name.startswith("step "))
    assert (click_service, step_service) == ("mlops-web", "mlops-worker")
    act = spans["act mlops.run.submitted"][1]
    assert act.parent_span_id == click.span_id
    assert click.start_time_unix_nano < act.start_time_unix_nano < act.end_time_unix_nano < click.end_time_unix_nano
    assert spans["job execution.advance"][1].parent_span_id == click.span_id
    assert step.parent_span_id == click.span_id
    assert step.end_time_unix_nano > step.start_time_unix_nano > click.start_time_unix_nano


def _look_at_logs(data: Path, client: httpx.Client, spans: dict[str, Any]) -> None:
    trace = spans["POST /api/v1/jobs/"][1].trace_id.hex()
    step = next(one for name, (_, one) in spans.items() if name.startswith("step "))
    lines = [line for path in (data / "logs").glob("*.log") for line in _json_lines(path)]
    of_click = [line for line in lines if line.get("correlation_id") == CLICK]
    assert {line["process"] for line in of_click} >= {"web", "worker"}
    assert any(line.get("step") and line.get("trace_id") == trace for line in of_click)
    run = next(one.value.string_value for one in step.attributes if one.key == "run.id")
    printed = client.get(f"/api/v1/runs/{run}/steps/{step.name.removeprefix('step ')}/log/").text
    assert f"I am of {CLICK} and 00-{trace}-{step.span_id.hex()}-01" in printed


def _json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")]
