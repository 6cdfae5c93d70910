"""With which packages a version was made: its own list, else what its run noted."""

from __future__ import annotations

import re

from mlops.blobs.trees import manifest_of, open_blob
from mlops.registry.models import ModelVersion

LISTS = ("requirements.txt", "python_env.yaml", "conda.yaml")
MOST_BYTES = 256 * 1024
PINNED = re.compile(r"^\s*-?\s*['\"]?([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*={1,2}\s*([^\s'\";#=]+)")
PYTHON = re.compile(r"^\s*-?\s*python\s*[:=]+\s*['\"]?([\d.]+)")


def packages_of(version: ModelVersion) -> dict[str, str]:
    """Name in small letters to version; empty where nothing tells it."""
    files = {one.path: one for one in manifest_of(version.tree_id).files}
    found: dict[str, str] = {}
    for name in LISTS:
        file = files.get(name)
        if file is None or file.size_bytes > MOST_BYTES:
            continue
        with open_blob(file.digest) as source:
            found = _listed(source.read().decode(errors="replace")) | found
    if not found and version.run is not None:
        found = {str(name): str(told) for name, told in version.run.snapshot.get("versions", {}).items()}
    return dict(sorted(found.items()))


def _listed(text: str) -> dict[str, str]:
    """Of exact versions, in pip's and conda's forms; anything else says too little to be compared."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if python := PYTHON.match(line):
            found["python"] = python[1]
        elif pinned := PINNED.match(line):
            found[pinned[1].lower()] = pinned[2]
    return found
