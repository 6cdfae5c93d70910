"""What the files of a model say about it. Reads JSON only; nothing that could run code is opened."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.trees import manifest_of, open_blob
from mlops.formats.manifest import Manifest
from mlops.formats.model import MANIFEST_FILE, ModelManifest
from mlops.formats.refusal import Refusal

FOLDER_PROPERTY = "folder"
"""Of a version: the name of the folder that was registered, as the command line tells it."""
EXAMPLE_FILE = "input_example.json"
MOST_JSON_BYTES = 32 * 1024 * 1024


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """`manifest` is None for files that were not trained here."""

    files: Manifest
    manifest: ModelManifest | None
    input_example: Any = None


def describe(tree_digest: str) -> Described:
    files = manifest_of(tree_digest)
    return Described(files=files, manifest=_manifest(files), input_example=_json(files, EXAMPLE_FILE))


def _manifest(files: Manifest) -> ModelManifest | None:
    content = _content(files, MANIFEST_FILE)
    if content is None:
        return None
    try:
        return msgspec.json.decode(content, type=ModelManifest)
    except msgspec.MsgspecError as error:
        raise Refusal(
            "manifest_broken",
            _("%(manifest_file)s among the files cannot be read: %(error)s.")
            % {"manifest_file": MANIFEST_FILE, "error": error},
            hint=_("Leave %(manifest_file)s out to keep the files as they are.") % {"manifest_file": MANIFEST_FILE},
        ) from error


def _json(files: Manifest, path: str) -> Any:
    content = _content(files, path)
    try:
        return None if content is None else msgspec.json.decode(content)
    except msgspec.DecodeError:
        return None


def _content(files: Manifest, path: str) -> bytes | None:
    file = next((one for one in files.files if one.path == path), None)
    if file is None or file.size_bytes > MOST_JSON_BYTES:
        return None
    with open_blob(file.digest) as source:
        return source.read()
