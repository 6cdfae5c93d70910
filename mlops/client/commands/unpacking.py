"""Assets that come as a zip and are wanted as the folder that it holds."""

from __future__ import annotations

import zipfile
from pathlib import Path

from mlops.client.connection import Connection
from mlops.formats.refusal import Refusal


def unpacked(connection: Connection, path: str, target: Path, name: str, *, holds_folder: bool = False) -> Path:
    """Into a folder of the asset's name below the target, which the zip may hold itself. Raises Refusal `path_exists`
    rather than mix files."""
    folder = target / name
    if folder.exists() and any(folder.iterdir()):
        raise Refusal("path_exists", f"{folder} is there already and not empty.", hint="Give another --download-path.")
    folder.mkdir(parents=True, exist_ok=True)
    archive = connection.download(path, folder / ".download.zip")
    try:
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(target if holds_folder else folder)  # drops drive letters and ..
    finally:
        archive.unlink()
    return folder
