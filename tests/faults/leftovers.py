"""What a studio that has stopped must not have left: processes, ports, and temporary files."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

from tests.faults.studio import Studio


def of_processes(studio: Studio) -> Iterator[str]:
    """After its stop."""
    for one in studio.processes():
        yield f"a process is left: {one.pid} {' '.join(one.cmdline())[:200]}"
    for port in (studio.port, studio.router_port):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                yield f"the port {port} is still listened at"


def of_files(studio: Studio) -> Iterator[str]:
    """After the time that sweeps take."""
    for path in sorted(_temporary(studio)):
        yield f"left behind: {path.relative_to(studio.folder)}"


def _temporary(studio: Studio) -> Iterator[Path]:
    """What is beside the store goes after hours, with the regular removal of bytes: it is no fault before."""
    yield from (studio.folder / "tmp").iterdir()
    for name in ("steps", "imports", "conversions"):
        folder = studio.data / name
        yield from folder.iterdir() if folder.exists() else ()
