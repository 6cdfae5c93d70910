"""A draft as files: a pipeline job with its layout apart, and every component that it uses beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from designer.models import Draft
from designer.queries import document_of
from mlops.blobs.trees import manifest_of
from mlops.blocks import catalogue
from mlops.blocks.library import BUILT_IN_NAMES
from mlops.components.files import CODE_FOLDER, YAML_FILE, as_yaml
from mlops.components.models import ComponentVersion
from mlops.components.queries import ProjectLibrary
from mlops.formats.azureml.component import built_in_command, write_component
from mlops.formats.azureml.sweep_writing import write_definition
from mlops.formats.azureml.writing import write_graph, write_job
from mlops.formats.definition import Command, Definition, Graph, code_of
from mlops.formats.document import Document, DrawnNode
from mlops.formats.pipeline import DATASET_COMPONENT

PIPELINE_FILE, LAYOUT_FILE = "pipeline.yaml", "pipeline.layout.yaml"
COMPONENT_LAYOUT_FILE = "component.layout.yaml"

Files = dict[str, bytes | str]
"""Path to text, or to the digest of a blob as bytes; sorted by path."""


def exported(draft: Draft) -> Files:
    """Raises Refusal `unknown_component` for a card whose component is gone."""
    library = ProjectLibrary(draft.project)
    document = document_of(draft)
    files: Files = {}
    written = write_job(
        document, _definition(library), lambda node: f"./{_place(node)}", name=draft.name, help=draft.description
    )
    files[PIPELINE_FILE], files[LAYOUT_FILE] = as_yaml(written.pipeline), as_yaml(written.layout)
    _add_components(document, library, files)
    return dict(sorted(files.items()))


def _add_components(document: Document, library: ProjectLibrary, files: Files) -> None:
    for node in document.nodes.values():
        place = _place(node)
        if node.component == DATASET_COMPONENT or place in files:
            continue
        definition = library.definition(node.component, node.version)
        if definition is None:
            built_in = Definition(component=catalogue.component(node.component), how=Command(command=""))
            files[place] = as_yaml(_as_built_in(built_in))
        else:
            _add_own(definition, place.removesuffix(YAML_FILE), library, files)


def _add_own(definition: Definition, below: str, library: ProjectLibrary, files: Files) -> None:
    how = definition.how
    if isinstance(how, Graph):
        written = write_graph(
            definition.component, how, _definition(library), lambda node: f"../{_place(node).split('/', 1)[1]}"
        )
        files[f"{below}{YAML_FILE}"] = as_yaml(written.pipeline)
        files[f"{below}{COMPONENT_LAYOUT_FILE}"] = as_yaml(written.layout)
        _add_components(how.document, library, files)
        return
    tree = code_of(definition)
    code = f"./{CODE_FOLDER}" if tree else ""
    tags = _tags(definition, library)
    files[f"{below}{YAML_FILE}"] = as_yaml(write_definition(definition, code=code, tags=tags))
    for file in manifest_of(tree).files if tree else ():
        files[f"{below}{CODE_FOLDER}/{file.path}"] = file.digest.encode()


def _tags(definition: Definition, library: ProjectLibrary) -> dict[str, str]:
    row = ComponentVersion.objects.filter(
        component__project=library.project,
        component__name=definition.component.name,
        version=definition.component.version,
    ).first()
    return dict(row.tags) if row else {}


def _as_built_in(definition: Definition) -> dict[str, Any]:
    """Run by the product's own command line, so that the file says what the component does and takes."""
    return {**write_component(definition), "command": built_in_command(definition.component)}


def _definition(library: ProjectLibrary) -> Callable[[DrawnNode], Any]:
    return lambda node: library.component(node.component, node.version)


def _place(node: DrawnNode) -> str:
    if node.component in BUILT_IN_NAMES:
        return f"components/{node.component}.yaml"
    return f"components/{node.component}-{node.version}/{YAML_FILE}"
