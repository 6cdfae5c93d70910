"""The layer of our own code: the scoring server and what it imports, nothing of Django."""

from __future__ import annotations

import hashlib
import tempfile
from functools import cache
from pathlib import Path
from typing import BinaryIO

import msgspec

import mlops
from mlops.packaging.images import bytecode
from mlops.packaging.images.layers import Entry, write_layer
from mlops.packaging.images.oci import Layer
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.store import LayerStore

PLACE = "opt/mlops"
SERVER = ("formats", "stats", "http", "scoring")
ORIGINAL = (*SERVER, "blocks", "confinement")
"""Where the original model answers, its transforms and estimators come with it, and what they ask of memory."""
RECIPE = "1"


@cache
def runtime_files(parts: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
    """(path below the layer's place, content)"""
    root = Path(mlops.__file__).parent
    files = [root / "__init__.py"]
    for part in parts:
        files += [path for path in (root / part).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return tuple((f"mlops/{path.relative_to(root).as_posix()}", path.read_bytes()) for path in sorted(files))


@cache
def runtime_key(parts: tuple[str, ...], python: str) -> str:
    told = [(path, hashlib.sha256(content).hexdigest()) for path, content in runtime_files(parts)]
    return hashlib.sha256(msgspec.json.encode(["runtime", RECIPE, python, told])).hexdigest()


def runtime_layer(parts: tuple[str, ...], *, python: str, store: LayerStore, progress: Progress) -> Layer:
    def write(file: BinaryIO) -> Layer:
        with tempfile.TemporaryDirectory(prefix="mlops-runtime-") as name:
            for path, content in runtime_files(parts):
                place = Path(name) / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            if python == bytecode.OWN:
                bytecode.compile_folder(Path(name), below=PLACE, progress=progress)
            entries = [
                Entry(path=f"{PLACE}/{path.relative_to(name).as_posix()}", source=path)
                for path in Path(name).rglob("*")
                if path.is_file()
            ]
            return write_layer(entries, file, what=f"Scoring server {mlops.__version__}", progress=progress)

    return store.make(runtime_key(parts, python), write, progress=progress)
