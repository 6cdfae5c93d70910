"""Other people's servers with the same model, each as its documentation shows it, in a virtual environment of its own.

`python -m tests.benchmarks.peers` installs those that are named (or all) under MLOPS_BENCHMARK_VENVS."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
VENVS = Path(os.environ.get("MLOPS_BENCHMARK_VENVS") or Path(tempfile.gettempdir()) / "mlops-benchmark-venvs")
Rows = list[list[float]]


class Peer(NamedTuple):
    """`command` starts with the venv's `bin`; MODEL_FILE and PORT are in its environment."""

    name: str
    requirements: tuple[str, ...]
    command: Callable[[Path, Path, int], list[str]]
    """Of the venv's bin folder, a scratch folder with model.onnx, and the port."""
    path: str
    ready: str
    body: Callable[[Rows], Any]
    at_least: dict[tuple[int, int], float]
    """Rows a request and connections: how many times faster ours must be."""


def _fastapi(bin: Path, folder: Path, port: int) -> list[str]:
    app = ["--app-dir", str(HERE), "fastapi_app:app"]
    return [str(bin / "uvicorn"), *app, "--port", str(port), "--no-access-log", "--log-level", "warning"]


def _mlserver(bin: Path, folder: Path, port: int) -> list[str]:
    (folder / "settings.json").write_text(
        json.dumps({"http_port": port, "grpc_port": port + 1, "metrics_port": port + 2, "parallel_workers": 0})
    )
    runtime = {"name": "trees", "implementation": "mlserver_app.Trees"}
    (folder / "model-settings.json").write_text(json.dumps(runtime))
    (folder / "mlserver_app.py").write_text((HERE / "mlserver_app.py").read_text())
    return [str(bin / "mlserver"), "start", str(folder)]


def _kserve(bin: Path, folder: Path, port: int) -> list[str]:
    return [
        str(bin / "python"), str(HERE / "kserve_app.py"), "--http_port", str(port), "--enable_grpc", "false",
        "--workers", "1",
    ]  # fmt: skip


def _bentoml(bin: Path, folder: Path, port: int) -> list[str]:
    (folder / "bentoml_app.py").write_text((HERE / "bentoml_app.py").read_text())
    return [str(bin / "bentoml"), "serve", "bentoml_app:Trees", "--port", str(port), "--working-dir", str(folder)]


def _mlflow(bin: Path, folder: Path, port: int) -> list[str]:
    script = f"{bin}/python {HERE}/mlflow_app.py && exec {bin}/mlflow models serve -m {folder}/mlflow-model"
    return ["/bin/sh", "-c", f"{script} -p {port} --env-manager local"]


def _tensor(rows: Rows) -> dict[str, Any]:
    data = [value for row in rows for value in row]
    return {"inputs": [{"name": "x", "shape": [len(rows), len(rows[0])], "datatype": "FP32", "data": data}]}


_MODEL_SERVERS = {(1, 1): 4, (1, 16): 8, (1, 64): 10}
_HEAVY = {(1, 1): 4, (1, 16): 12, (1, 64): 25}
_ONNX = ("onnxruntime==1.32.*", "numpy")

PEERS = (
    Peer(
        "fastapi", ("fastapi", "uvicorn[standard]", *_ONNX), _fastapi, "/score", "/docs",
        lambda rows: {"data": rows}, {(1, 1): 1.2, (1, 16): 3, (1, 64): 6, (100, 1): 2, (100, 16): 2},
    ),
    Peer(
        "mlserver", ("mlserver", *_ONNX), _mlserver, "/v2/models/trees/infer", "/v2/models/trees/ready",
        _tensor, _MODEL_SERVERS,
    ),
    Peer(
        "kserve", ("kserve", "setuptools<81", *_ONNX), _kserve, "/v2/models/trees/infer", "/v2/models/trees/ready",
        _tensor, _MODEL_SERVERS,
    ),
    Peer("bentoml", ("bentoml", *_ONNX), _bentoml, "/score", "/readyz", lambda rows: {"rows": rows}, _HEAVY),
    Peer(
        "mlflow", ("mlflow", "onnx<1.24", *_ONNX), _mlflow, "/invocations", "/ping",
        lambda rows: {"inputs": rows}, _HEAVY,
    ),
)  # fmt: skip
