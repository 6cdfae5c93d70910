"""What `mlops up` tells of the processes that it keeps alive, and each router of its own, by files in the folder."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mlops.supervisor.kept import FILE, KeptProcess, file_of


def processes(folder: Path) -> dict[str, list[KeptProcess]]:
    """By machine; those of `mlops up` under no name. None where another program keeps them, such as systemd."""
    before, after = file_of("*").split("*")
    shared = {path.name.removeprefix(before).removesuffix(after): path for path in Path(folder).glob(file_of("*"))}
    return {host: _read(path) for host, path in {"": Path(folder) / FILE, **shared}.items()}


def _read(path: Path) -> list[KeptProcess]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[KeptProcess])
    except (OSError, msgspec.DecodeError):
        return []
