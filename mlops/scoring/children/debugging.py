"""A debugger in the process of an entry script: asked for by a variable, attached to over a port (debugpy).

MLOPS_DEBUG_PORT is `5678` (this machine alone) or `0.0.0.0:5678` (in a container whose port is published to one's own
machine: whoever reaches it can run code). With MLOPS_DEBUG_WAIT=1 init() waits until somebody has attached."""

from __future__ import annotations

import os
import time

from mlops.formats.spoken import gettext as _
from mlops.scoring.children.faults import Fault

PORT, WAIT = "MLOPS_DEBUG_PORT", "MLOPS_DEBUG_WAIT"
FREE_AGAIN_SECONDS = 5.0
"""So long the port of a process that was just ended may still be taken."""


def is_wanted() -> bool:
    return bool(os.environ.get(PORT))


def place() -> tuple[str, int]:
    """Host and port. Raises Fault `debug_port_invalid`."""
    host, _colon, port = os.environ.get(PORT, "").rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Fault("debug_port_invalid", f"{PORT} is “{os.environ.get(PORT)}”.", hint=_("Give a port such as 5678."))
    return host or "127.0.0.1", int(port)


def attach() -> None:
    """Listens where a debugger is wanted, before anything of the script runs."""
    if not is_wanted():
        return
    host, port = place()
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    try:
        import debugpy  # noqa: T100
    except ImportError:
        hint = _("Add debugpy to the environment (for the server's own: pip install 'mlops-studio[debug]').")
        raise Fault("debugger_missing", "debugpy is not in the script's environment.", hint=hint) from None
    _listen(debugpy, host, port)
    print(f"A debugger can attach at {host}:{port}.", flush=True)
    if os.environ.get(WAIT) == "1":
        print("Waiting for it.", flush=True)
        debugpy.wait_for_client()  # noqa: T100


def _listen(debugpy: object, host: str, port: int) -> None:
    deadline = time.monotonic() + FREE_AGAIN_SECONDS
    while True:
        try:
            debugpy.listen((host, port))  # type: ignore[attr-defined]
            return
        except (OSError, RuntimeError) as error:
            if time.monotonic() > deadline:
                hint = _("End what uses the port, or choose another one.")
                message = _("The debugger cannot listen at %(host)s:%(port)s: %(error)s") % {
                    "host": host,
                    "port": port,
                    "error": error,
                }
                raise Fault("debug_port_taken", message, hint=hint) from error
            time.sleep(0.2)
