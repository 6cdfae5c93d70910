"""A version as files: `component.yaml` with its code folder beside it, as it can be registered again."""

from __future__ import annotations

from typing import Any

import yaml

from mlops.blobs.trees import manifest_of
from mlops.blobs.zips import zipped
from mlops.components.graph_files import CODE_FOLDER, YAML_FILE, graph_files, graph_yaml
from mlops.components.models import ComponentVersion
from mlops.components.queries import ProjectLibrary, definition_of
from mlops.formats.azureml.dumping import as_yaml
from mlops.formats.azureml.sweep_writing import write_definition
from mlops.formats.definition import Graph

__all__ = ["fields_written", "files_of", "written", "zipped"]


def written(version: ComponentVersion) -> str:
    """The YAML text."""
    definition = definition_of(version)
    if isinstance(definition.how, Graph):
        return graph_yaml(definition, ProjectLibrary(version.component.project))
    code = f"./{CODE_FOLDER}" if version.tree_id else ""
    return as_yaml(write_definition(definition, code=code, tags=version.tags))


def fields_written(version: ComponentVersion) -> dict[str, Any]:
    """The YAML's fields."""
    fields: dict[str, Any] = yaml.safe_load(written(version))
    return fields


def files_of(version: ComponentVersion) -> dict[str, bytes | str]:
    """Path to text, or to the digest of a blob as bytes."""
    definition = definition_of(version)
    if isinstance(definition.how, Graph):
        return graph_files(definition, ProjectLibrary(version.component.project))
    files: dict[str, bytes | str] = {YAML_FILE: written(version)}
    if version.tree_id:
        for file in manifest_of(version.tree_id).files:
            files[f"{CODE_FOLDER}/{file.path}"] = file.digest.encode()
    return files
