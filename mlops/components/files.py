"""A version as files: `component.yaml` with its code folder beside it, as it can be registered again."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from typing import BinaryIO

import yaml

from mlops.blobs.trees import manifest_of, open_blob
from mlops.components.models import ComponentVersion
from mlops.components.queries import definition_of
from mlops.formats.azureml.component import write_component

YAML_FILE = "component.yaml"
CODE_FOLDER = "src"
EARLIEST = (1980, 1, 1, 0, 0, 0)


def written(version: ComponentVersion) -> str:
    """The YAML text."""
    code = f"./{CODE_FOLDER}" if version.tree_id else ""
    return as_yaml(write_component(definition_of(version), code=code, tags=version.tags))


def as_yaml(value: object) -> str:
    """In the given order, with texts of several lines as blocks."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def files_of(version: ComponentVersion, *, below: str = "") -> dict[str, bytes | str]:
    """Path to text, or to the digest of a blob as bytes."""
    files: dict[str, bytes | str] = {f"{below}{YAML_FILE}": written(version)}
    if version.tree_id:
        for file in manifest_of(version.tree_id).files:
            files[f"{below}{CODE_FOLDER}/{file.path}"] = file.digest.encode()
    return files


def zipped(files: Mapping[str, bytes | str]) -> BinaryIO:
    """A zip of texts and blobs (by digest), which is equal for equal files."""
    target = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, date_time=EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            source = io.BytesIO(content.encode()) if isinstance(content, str) else open_blob(content.decode())
            with source, archive.open(entry, "w") as sink:
                while chunk := source.read(1024 * 1024):
                    sink.write(chunk)
    target.seek(0)
    return target  # type: ignore[return-value]


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    fits = "\n" in value and not any(line.endswith((" ", "\t")) for line in value.split("\n"))
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if fits else None)


_Dumper.add_representer(str, _text)
