"""What a batch job is to score: names and addresses go to the server as they are, files and folders are uploaded."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from mlops.client.connection import Connection
from mlops.client.documents import readable
from mlops.formats.azureml.ignoring import kept_files
from mlops.formats.refusal import Refusal

MOST_PARTS = 100
"""More files than this go as one archive."""


def given_input(connection: Connection, path: str, text: str) -> str:
    """The input as the server knows it. `path`: where uploads of this endpoint go."""
    if not text or text.startswith(("azureml:", "http://", "https://", "upload:")) or "@" in text:
        return text
    place = Path(text.removeprefix("file://").removeprefix("file:"))
    if not place.exists():
        if "/" in text or "\\" in text or place.suffix or text.startswith("file:"):
            readable(place)
        return text  # the name of a dataset
    return _uploaded(connection, path, place)


def _uploaded(connection: Connection, path: str, place: Path) -> str:
    if place.is_file():
        return str(connection.send_files(path, fields={}, files=[(place.name, place)], under="files")["input"])
    files = list(kept_files(place))
    if not files:
        raise Refusal("folder_empty", f"There is no file in {place}.")
    names = [file.relative_to(place).as_posix() for file in files]
    if len(files) <= MOST_PARTS:
        pairs = list(zip((file.name for file in files), files, strict=True))
        return str(connection.send_files(path, fields={"paths": names}, files=pairs, under="files")["input"])
    with tempfile.TemporaryDirectory(prefix="mlops-") as folder:
        archive = Path(folder) / "files.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
            for name, file in zip(names, files, strict=True):
                target.write(file, name)
        return str(connection.send_files(path, fields={}, files=[("files.zip", archive)], under="archive")["input"])
