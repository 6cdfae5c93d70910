"""The data directory, made where it is missing and asked about before anything starts on it."""

from __future__ import annotations

import os
from pathlib import Path

from mlops.formats.refusal import Refusal

HINT = "Give another directory with --data-dir."


def choose(given: str | None) -> None:
    """For this process and its children; nothing given leaves it to the settings."""
    if given:
        os.environ["MLOPS_DATA_DIR"] = str(Path(given).expanduser().absolute())


def usable(folder: Path) -> Path:
    """The folder, there and writable. Raises Refusal `data_dir_unusable` naming what stands against it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("data_dir_unusable", f"{folder} cannot be made: {error.strerror}.", hint=HINT) from error
    if not os.access(folder, os.W_OK):
        raise Refusal("data_dir_unusable", f"{folder} cannot be written to.", hint=HINT)
    return folder
