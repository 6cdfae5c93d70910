"""The model's folder as a script may know it: its files directly, and also below the name of the folder that was
registered, as `os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "weights.pkl")` of Azure's examples has it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile

ALIAS = "MLOPS_MODEL_FOLDER_NAME"
DIRECTORIES = ("AZUREML_MODEL_DIR", "MLOPS_MODEL_DIR")


def set_up() -> None:
    """Points the variables at a folder of links where the alias is wanted and not there already."""
    alias, folder = os.environ.get(ALIAS, ""), os.environ.get(DIRECTORIES[0], "")
    if (
        alias in ("", ".", "..")
        or os.path.basename(alias) != alias
        or not os.path.isdir(folder)
        or os.path.lexists(os.path.join(folder, alias))
    ):
        return
    linked = linked_folder(folder, alias)
    os.environ.update(dict.fromkeys(DIRECTORIES, linked))


def linked_folder(folder: str, alias: str) -> str:
    """Made once for each folder; the model's own files may be on a disk that cannot be written."""
    name = hashlib.sha256(f"{os.getuid()}:{folder}:{alias}".encode()).hexdigest()[:16]
    place = os.path.join(tempfile.gettempdir(), f"mlops-model-{name}")
    os.makedirs(place, mode=0o700, exist_ok=True)
    for entry in (*os.listdir(folder), alias):
        target = folder if entry == alias else os.path.join(folder, entry)
        with contextlib.suppress(FileExistsError):
            os.symlink(target, os.path.join(place, entry))
    return place
