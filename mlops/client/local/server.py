"""The process of a local deployment: started, waited for, told apart from others, ended."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any

import msgspec

from mlops.client.errors import RequestFailed
from mlops.client.local import places
from mlops.client.local.places import LOG, SERVER, Local
from mlops.formats.failures import explain
from mlops.formats.refusal import Refusal

READY_SECONDS = 120.0
STUCK_SECONDS = 4.0
"""A server that says for so long why it cannot be ready is not waited for any longer."""
LOADING = ("The model is being loaded.", "The script is being loaded")
STOP_SECONDS = 15.0


def start(local: Local, *, debug_port: int = 0, wait_for_debugger: bool = False) -> None:
    """Raises Refusal `port_taken`, or RequestFailed with the server's reason where it does not get ready."""
    _require_free(local.port)
    environ = {**os.environ}
    if debug_port:
        _require_free(debug_port)
        environ |= {"MLOPS_DEBUG_PORT": str(debug_port), "MLOPS_DEBUG_WAIT": str(int(wait_for_debugger))}
    words = [sys.executable, "-m", "mlops.scoring", "--folder", str(local.folder / SERVER)]
    words += ["--port", str(local.port), "--reload"]
    with (local.folder / LOG).open("ab") as log:
        local.log_from = log.tell()
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environ, start_new_session=True
        )
    local.pid, local.started, local.debug_port = process.pid, _created(process.pid), debug_port
    places.write(local)
    if not wait_for_debugger:
        _wait(local, process)


def is_running(local: Local) -> bool:
    return local.pid > 0 and _created(local.pid) == local.started


def stop(local: Local) -> None:
    if not is_running(local):
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(local.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while is_running(local) and time.monotonic() < deadline:
        time.sleep(0.05)
    if is_running(local):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(local.pid, signal.SIGKILL)


def reload(local: Local) -> None:
    """Has the script loaded again."""
    if not is_running(local):
        start(local)
        return
    os.kill(local.pid, signal.SIGHUP)
    time.sleep(0.2)
    _wait(local, None)


def reasons(local: Local) -> list[str] | None:
    """Why it is not ready; empty when it is; None while it does not answer at all."""
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        with urlopen(f"{local.url}/readyz", timeout=2) as answer:  # nosec B310
            told: dict[str, Any] = msgspec.json.decode(answer.read())
    except HTTPError as error:
        told = msgspec.json.decode(error.read())
    except OSError:
        return None
    return [str(reason) for reason in told.get("reasons", [])]


def log_lines(local: Local, *, lines: int, since: int = 0) -> list[str]:
    """The last lines, of those after the first `since` bytes."""
    try:
        content = (local.folder / LOG).read_bytes()[since:]
        return content.decode("utf-8", errors="replace").splitlines()[-lines:]
    except OSError:
        return []


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(local: Local, process: subprocess.Popen[bytes] | None) -> None:
    deadline, stuck_since = time.monotonic() + READY_SECONDS, 0.0
    told: list[str] | None = None
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            last = log_lines(local, lines=1)
            raise _failed(local, f"Its server ended with status {process.returncode}. {' '.join(last)}")
        told = reasons(local)
        if told == []:
            return
        if told and not told[0].startswith(LOADING):
            stuck_since = stuck_since or time.monotonic()
            if time.monotonic() - stuck_since > STUCK_SECONDS:
                break
        else:
            stuck_since = 0.0
        time.sleep(0.05)
    raise _failed(local, " ".join(told or []) or f"It was not ready within {READY_SECONDS:.0f} s.")


def _failed(local: Local, reason: str) -> RequestFailed:
    known = explain([reason]) or explain(log_lines(local, lines=200, since=local.log_from))
    again = "It keeps trying: correct the script and it is loaded again."
    hint = f"{known[0].title}. {known[0].remedy}" if known else "`mlops online-deployment get-logs --local` says more."
    return RequestFailed("deployment_failed", f"“{local.name}” is not ready: {reason}", hint=f"{hint} {again}")


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            hint = "Choose another with --port, or leave it out for a free one."
            raise Refusal("port_taken", f"The port {port} is taken: {error.strerror}.", hint=hint) from error


def _created(pid: int) -> float:
    """When the process began; 0 where there is none (a zombie counts as none)."""
    import psutil

    try:
        process = psutil.Process(pid)
        return 0.0 if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return 0.0
