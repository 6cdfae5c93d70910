"""What `mlops up` tells of the processes that it keeps alive, by a file in the data directory."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mlops.supervisor.kept import FILE, KeptProcess


def processes(folder: Path) -> list[KeptProcess]:
    """None where another program keeps them, such as systemd or Kubernetes."""
    try:
        return msgspec.json.decode((Path(folder) / FILE).read_bytes(), type=list[KeptProcess])
    except (OSError, msgspec.DecodeError):
        return []
