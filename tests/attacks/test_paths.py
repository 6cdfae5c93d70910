"""Class: paths of artifacts that lead out of their run (CVE-2023-1176, CVE-2023-2356, CVE-2023-3765, CVE-2023-6015,
CVE-2023-6018, CVE-2023-6753, CVE-2023-6831, CVE-2023-6975, CVE-2023-6976, CVE-2024-1560, CVE-2024-1593, CVE-2024-1594,
CVE-2024-8859, CVE-2026-2033, CVE-2026-53995).

A path never reaches a file system: it is compared with the paths of the run, whose bytes lie under their digest."""

from __future__ import annotations

import os
import re
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from mlops.runs.models import Artifact, LoggedModelFile
from tests.access.expectations import TRIES
from tests.attacks.hostile import OVERLONG, PATHS
from tests.attacks.odd import PARAMETER

EACH = 1 if os.environ.get("ATTACKS") else 3
"""Each path is tried in every third place, in turn; with ATTACKS=1 in all of them."""
CANARY = "tell nobody of this file"
OF_OURS = (*PATHS[:8], "/proc/self/environ", "..\\..\\x", "a\x00b", "%2e%2e%2f%2e%2e%2fx", "..%252fx", "n" * 5_000)
REFUSED = (400, 404, 405)
OPENED = ("root:x:0:0", CANARY, "PATH=")


@pytest.fixture
def run_id(send) -> str:
    return send("POST", "runs/create", {"experiment_id": "0"}).json()["run"]["info"]["run_id"]


@pytest.fixture
def logged_id(send, run_id) -> str:
    told = {"experiment_id": "0", "name": "m", "source_run_id": run_id}
    return send("POST", "logged-models", told).json()["model"]["info"]["model_id"]


@pytest.fixture
def outside(tmp_path) -> set[Path]:
    """All files around the store, with one that must not be read or written over."""
    (tmp_path / "x").write_text(CANARY)
    (tmp_path / "data" / "x").write_text(CANARY)
    return plain_files(tmp_path)


def plain_files(folder: Path) -> set[Path]:
    return {one for one in folder.rglob("*") if one.is_file() and "test.sqlite3" not in one.name}


def places(run_id: str, logged_id: str, path: str) -> list[tuple[str, str]]:
    """Every way to name a file of a run or of a logged model."""
    proxied, written = "/api/2.0/mlflow-artifacts/artifacts", quote(path)
    of_run, of_model = f"{proxied}/0/{run_id}/artifacts", f"{proxied}/0/models/{logged_id}/artifacts"
    return [
        ("PUT", f"{of_run}/{written}"),
        ("GET", f"{proxied}/{written}"),
        ("DELETE", f"{of_run}/{written}"),
        ("DELETE", f"{proxied}/{written}"),
        ("PUT", f"{of_model}/{written}"),
        ("GET", f"{of_model}/{written}"),
        ("GET", f"/ajax-api/2.0/mlflow-artifacts/artifacts?path=0/{run_id}/artifacts/{written}"),
        ("GET", f"artifacts/list?run_id={run_id}&path={written}"),
        ("GET", f"/get-artifact?run_uuid={run_id}&path={written}"),
        ("POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run_id}&path={written}"),
        ("GET", f"logged-models/{logged_id}/artifacts/directories?artifact_directory_path={written}"),
        ("GET", f"/ajax-api/2.0/mlflow/logged-models/{logged_id}/artifacts/files?artifact_file_path={written}"),
    ]


def test_no_path_leads_out_of_a_run(send, run_id, logged_id, outside, tmp_path):
    wrong = []
    for turn, path in enumerate((*PATHS, *OVERLONG)):
        right = REFUSED if path in PATHS else (200, *REFUSED)  # what is not there is deleted already
        for method, where in places(run_id, logged_id, path)[turn % EACH :: EACH]:
            answer = send(method, where, b"written" if method in ("PUT", "POST") else None)
            if answer.status_code not in right or any(word in answer.told for word in OPENED):
                wrong.append((method, where[:200], answer.status_code, answer.told[:100]))
    assert wrong == []
    assert not Artifact.objects.exists()
    assert not LoggedModelFile.objects.exists()
    assert all(one.read_text() == CANARY for one in (tmp_path / "x", tmp_path / "data" / "x"))
    assert plain_files(tmp_path) == outside


def test_the_root_of_a_run_is_listed_and_never_deleted_through_another(send, run_id):
    root = f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts"
    assert send("PUT", f"{root}/a.txt", b"mine").status_code == 200
    for elsewhere in (f"1/{run_id}/artifacts/a.txt", f"{run_id}/{run_id}/artifacts/a.txt", f"0/{run_id}/a.txt"):
        for method in ("GET", "PUT", "DELETE"):
            body = b"x" if method == "PUT" else None
            assert send(method, f"/api/2.0/mlflow-artifacts/artifacts/{elsewhere}", body).status_code == 404
    assert send("GET", f"{root}/a.txt").told == "mine"


def test_the_name_of_a_trace_is_no_path(send, contributor, outside, tmp_path):
    for key in (*PATHS, *OVERLONG):
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}
        info = {"trace_id": key, "trace_location": place, "request_time": "2026-01-01T00:00:00Z", "state": "OK"}
        answer = send("POST", "/api/3.0/mlflow/traces", {"trace": {"trace_info": info}})
        assert answer.status_code in (200, 400), (key, answer.told[:200])
        assert send("GET", f"/ajax-api/3.0/mlflow/get-trace-artifact?request_id={quote(key)}").status_code < 500
    assert plain_files(tmp_path) == outside


def test_no_route_of_ours_reads_outside_of_its_things(world, people, send, outside):
    """Every address that ends in a path, and every query that names one."""
    tried = 0
    of_paths = [one for one in TRIES if one.method == "GET" and ("<path:" in one.route or "path=" in one.query)]
    for turn, (path, one) in enumerate(product(OF_OURS, of_paths)):
        if turn % EACH:
            continue
        tried += 1
        there: dict[str, Any] = {**world, **dict.fromkeys(("path", "name", "artifact", "rest"), path)}
        where = "/" + PARAMETER.sub(lambda part, there=there: quote(str(there[part[1]])), one.route)
        if query := one.query.format(**world):
            where += re.sub(r"path=[^&]*", lambda _found, path=path: f"path={quote(path)}", query)
        answer = send("GET", where, session=people["owner"])
        assert answer.status_code < 500, (where, answer.told[:300])
        assert not any(word in answer.told for word in OPENED), where
    assert tried > 50
