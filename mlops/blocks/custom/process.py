"""A program of the component's author: what it may see, what it says while it runs, and how it ended."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlops.blocks.custom.containers import run_in_container
from mlops.blocks.custom.stand_in import path_of_stand_in
from mlops.blocks.custom.walls import around_program
from mlops.confinement.confining import start
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Reporter
    from mlops.formats.step import StepOrder

METRICS_FILE = "metrics.jsonl"
PASSED_ON = (
    "LANG",
    "LC_ALL",
    "TZ",
    "LD_LIBRARY_PATH",
    "PATH",
    "CUDA_VISIBLE_DEVICES",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
)
LOOK_SECONDS = 0.2
DENIED = ("Permission denied", "PermissionError", "Read-only file system")
SAID_LINES = 5
SAID_CHARACTERS = 600


def python_of(order: StepOrder) -> str:
    """Of the component's environment, else the product's own."""
    return str(Path(order.environment) / "bin" / "python") if order.environment else sys.executable


def surroundings(order: StepOrder, variables: dict[str, str]) -> dict[str, str]:
    """Nothing of the server but where programs are; a home and a place for temporary files of its own.

    A program tells metrics by lines `{"name": value}` in the file that MLOPS_METRICS names."""
    work = Path(order.work_dir)
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    threads = {name: value for name, value in os.environ.items() if name.endswith("_THREADS")}
    binaries = str(Path(python_of(order)).parent)
    return {
        **kept,
        **threads,
        "PATH": f"{binaries}:{kept.get('PATH', '/usr/local/bin:/usr/bin:/bin')}",
        **({"VIRTUAL_ENV": order.environment} if order.environment else {}),
        "HOME": str(work / "home"),
        "TMPDIR": str(work / "tmp"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MLOPS_RUN_ID": order.run,
        "MLOPS_STEP": order.node,
        "AZUREML_RUN_ID": order.run,
        "MLOPS_METRICS": str(work / METRICS_FILE),
        **order.variables,
        **variables,
        **path_of_stand_in(Path(python_of(order)), work, (order.variables | variables).get("PYTHONPATH", "")),
    }


def run_program(
    words: Sequence[str], *, order: StepOrder, cwd: Path, variables: dict[str, str], report: Reporter
) -> None:
    """Confined to the step's folder; its output is the step's log.

    Raises Refusal `command_failed` with the exit code and its last words."""
    env = surroundings(order, variables)
    told = 0
    if order.image:

        def look() -> None:
            nonlocal told
            told = _tell_metrics(order, told, report)

        if status := run_in_container(words, order=order, cwd=cwd, variables=env, look=look):
            raise _failed(order, status)
        return
    process = start(words, how=around_program(order), cwd=str(cwd), env=env)
    while True:
        try:
            status = process.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            told = _tell_metrics(order, told, report)
            continue
        _tell_metrics(order, told, report)
        if status:
            raise _failed(order, status)
        return


def _tell_metrics(order: StepOrder, told: int, report: Reporter) -> int:
    """Whole lines since the last call; a line that is no metric is left to the log."""
    file = Path(order.work_dir) / METRICS_FILE
    if not file.exists():
        return told
    with file.open("rb") as opened:
        opened.seek(told)
        content = opened.read()
    end = content.rfind(b"\n") + 1
    for line in content[:end].splitlines():
        try:
            found = json.loads(line)
            numbers = {str(name): float(value) for name, value in found.items()}
        except (ValueError, TypeError, AttributeError):
            report.log(f"This is no metric: {line.decode(errors='replace')[:200]}")
            continue
        for name, value in numbers.items():
            if math.isfinite(value):
                report.metric(name[:250], value)
    return told + end


def _failed(order: StepOrder, status: int) -> Refusal:
    how = f"was killed by signal {-status}" if status < 0 else f"ended with exit code {status}"
    said = _last_words(order)
    if status == 127:
        hint = _("A program of the command was not found in its environment.")
    elif status in (-9, 137):
        hint = _("The machine, or the step's memory limit, may have been too small for it.")
    elif order.walls.mode != "off" and any(words in said for words in DENIED):
        hint = _(
            "It reached for a file that is not its own. Give it as an input or with the code, "
            "write to an output, TMPDIR or the working directory, or ask for MLOPS_JOB_READABLE."
        )
    else:
        hint = _("Correct the code or the command. The log shows everything that it printed.")
    return Refusal(
        "command_failed", f"“{order.title}” {how}.{f' It said: {said}' if said else ''}", hint=hint, status=422
    )


def _last_words(order: StepOrder) -> str:
    file = Path(order.work_dir) / "stderr.txt"
    if order.image and not (file.exists() and file.stat().st_size):
        file = Path(order.work_dir) / "stdout.txt"  # a cluster tells both as one
    if not file.exists():
        return ""
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - 20_000))
        lines = [line for line in opened.read().decode(errors="replace").splitlines() if line.strip()]
    return " / ".join(line.strip() for line in _telling(lines)[-SAID_LINES:])[-SAID_CHARACTERS:]


def _telling(lines: list[str]) -> list[str]:
    """Of a traceback at the end, what it ends with: the lines above it are for the log."""
    places = [number for number, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    if not places:
        return lines
    after = [number for number in range(places[-1] + 1, len(lines)) if not lines[number].startswith(" ")]
    return lines[after[0] :] if after else lines
