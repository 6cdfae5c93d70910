"""The environment of a local deployment: built once by uv from what the YAML asks for, kept by its content."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from mlops.client.documents import beside, readable
from mlops.client.errors import RequestFailed
from mlops.client.local.places import root
from mlops.formats.azureml.environment import read_environment, without_azure
from mlops.formats.azureml.lines import load
from mlops.formats.definition import Requirements
from mlops.formats.environment_key import key_of

DEBUGGER = "debugpy>=1.8,<2"


def interpreter(file: str, fields: dict[str, Any], *, debugged: bool) -> str:
    """The Python that the script runs in; empty for our own. Says on standard error what it does."""
    if not file or not fields.get("environment"):
        return ""
    source = load(file, Path(file).read_text(encoding="utf-8"))
    warnings: list[str] = []

    def read_file(path: str) -> str:
        return readable(beside(file, path)).read_text(encoding="utf-8")

    wanted = read_environment(source, ("environment",), fields["environment"], read_file, warnings)
    wanted, dropped = without_azure(wanted)
    if dropped:
        warnings.append(f"{', '.join(dropped)}: left out, because our scoring server does what it is for.")
    for line in warnings:
        print(f"warning: {line}", file=sys.stderr)
    if not wanted.is_own:
        return ""
    if debugged:
        wanted = Requirements(packages=(*wanted.packages, DEBUGGER), python=wanted.python)
    return str(_built(wanted) / "bin" / "python")


def _built(wanted: Requirements) -> Path:
    folder = root().parent / "local-environments" / key_of(wanted)[:32]
    order = {"requirements": msgspec.to_builtins(wanted), "folder": str(folder), "lock": ""}
    with tempfile.TemporaryDirectory(prefix="mlops-") as work_dir:
        (Path(work_dir) / "build.json").write_bytes(msgspec.json.encode(order))
        words = [sys.executable, "-m", "mlops.runtime.environment", work_dir]
        done = subprocess.run(words, stdout=sys.stderr, check=False)
        report = Path(work_dir) / "build-report.json"
        error = msgspec.json.decode(report.read_bytes()).get("error") if report.exists() else None
    if done.returncode == 0:
        return folder
    message = error["message"] if error else f"The build of the environment ended with status {done.returncode}."
    hint = error["hint"] if error else "What it printed is above."
    raise RequestFailed("environment_failed", message, hint=hint)
