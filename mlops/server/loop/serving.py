"""The first half of the loop: data, a published pipeline, a model of it, an endpoint that keeps what it is asked."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from mlops.client.commands.data import upload_dataset, wait_until_ready
from mlops.client.commands.job_stream import follow
from mlops.client.commands.model import model_output
from mlops.client.commands.online_deployment import wait_until_healthy
from mlops.client.commands.online_endpoint import PATH as ENDPOINTS
from mlops.client.commands.pipeline import published
from mlops.client.connection import Connection
from mlops.client.errors import RequestFailed
from mlops.client.names import find
from mlops.server.loop.tables import write_autumn, write_winter

PROJECT = "getting-started"
NAME = "flight-delays"
"""Of the pipeline, the model and the endpoint."""
LEARNT, HELD_OUT = "Flights in winter", "Flights in autumn, held out"
LEARNT_ROWS, HELD_OUT_ROWS = 8_000, 1_500

Told = tuple[Any, str, str]
"""A stage's value, what to say about it, and the page to look at."""


def bring_data(rest: Connection, folder: Path) -> Told:
    row = _uploaded(rest, LEARNT, write_winter(folder / "winter.csv", rows=LEARNT_ROWS))
    _uploaded(rest, HELD_OUT, write_autumn(folder / "autumn.csv", rows=HELD_OUT_ROWS))
    return row, f"{LEARNT}: {row.get('row_count')} rows", f"/datasets/{row['id']}/"


def publish(rest: Connection) -> Told:
    with as_file(files("mlops.server.loop") / "flight-delays.yml") as place:
        made = published(rest, str(place), project=PROJECT, endpoint=NAME, description="", make_default=True)
    return made, f"{NAME}, version {made['version']}", f"/pipelines/{made['endpoint']}/"


def train(rest: Connection) -> Told:
    """The number of the model's version."""
    row = find(rest, "pipeline endpoint", NAME, path="pipeline-endpoints/", project=PROJECT)
    called = rest.post(f"pipeline-endpoints/{row['id']}/runs/", {"ExperimentName": NAME})
    run = follow(rest, called["Id"], tell=lambda text: None, seconds=600)
    if run["state"] != "completed":
        raise RequestFailed("run_failed", f"Run {run['number']} is {run['state']}. {run.get('reason') or ''}")
    node, port = model_output(run)
    body = {"project": PROJECT, "name": NAME, "run": run["id"], "node": node, "port": port}
    made = rest.post("models/", {**body, "tags": {"stage": "production"}})
    model = find(rest, "model", NAME, path="models/", project=PROJECT)
    link = f"/models/{model['id']}/{made['number']}/"
    return made["number"], f"{NAME}:{made['number']}, learnt from {LEARNT_ROWS:,} flights", link


def deploy(rest: Connection, number: int) -> Told:
    """The endpoint's row."""
    endpoint = rest.post(ENDPOINTS, {"project": PROJECT, "name": NAME})
    name = f"v{number}"
    body = {"name": name, "model": NAME, "version": str(number), "collection": {"is_enabled": True}}
    rest.post(f"{ENDPOINTS}{endpoint['id']}/deployments/", body)
    wait_until_healthy(rest, endpoint, name, seconds=180)
    endpoint = rest.get(f"{ENDPOINTS}{endpoint['id']}/")
    said = f"{NAME}/{name} is healthy; what it is asked and answers is kept"
    return endpoint, said, f"/endpoints/{endpoint['id']}/"


def _uploaded(rest: Connection, name: str, place: Path) -> dict[str, Any]:
    made = upload_dataset(rest, project=PROJECT, fields={"name": name, "path": str(place)})
    return wait_until_ready(rest, made)
