"""A version as files: `component.yaml` with its code folder beside it, as it can be registered again."""

from __future__ import annotations

from mlops.blobs.trees import manifest_of
from mlops.blobs.zips import zipped
from mlops.components.models import ComponentVersion
from mlops.components.queries import definition_of
from mlops.formats.azureml.dumping import as_yaml
from mlops.formats.azureml.sweep_writing import write_definition

__all__ = ["as_yaml", "files_of", "written", "zipped"]
YAML_FILE = "component.yaml"
CODE_FOLDER = "src"


def written(version: ComponentVersion) -> str:
    """The YAML text."""
    code = f"./{CODE_FOLDER}" if version.tree_id else ""
    return as_yaml(write_definition(definition_of(version), code=code, tags=version.tags))


def files_of(version: ComponentVersion, *, below: str = "") -> dict[str, bytes | str]:
    """Path to text, or to the digest of a blob as bytes."""
    files: dict[str, bytes | str] = {f"{below}{YAML_FILE}": written(version)}
    if version.tree_id:
        for file in manifest_of(version.tree_id).files:
            files[f"{below}{CODE_FOLDER}/{file.path}"] = file.digest.encode()
    return files
