"""A pipeline component as files, and the components that a drawing uses beside it, down to the innermost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlops.blobs.trees import manifest_of
from mlops.blocks import catalogue
from mlops.blocks.library import BUILT_IN_NAMES
from mlops.components.models import ComponentVersion
from mlops.components.queries import ProjectLibrary
from mlops.formats.azureml.component import built_in_command, write_component
from mlops.formats.azureml.dumping import as_yaml
from mlops.formats.azureml.sweep_writing import write_definition
from mlops.formats.azureml.writing import FormOf, Reference, Written, write_graph
from mlops.formats.component import Component
from mlops.formats.definition import Command, Definition, Function, Graph, Sweep, code_of
from mlops.formats.document import Document, DrawnNode
from mlops.formats.pipeline import DATASET_COMPONENT

YAML_FILE, LAYOUT_FILE = "component.yaml", "component.layout.yaml"
CODE_FOLDER = "src"

Files = dict[str, bytes | str]
"""Path to text, or to the digest of a blob as bytes."""


def graph_yaml(definition: Definition, library: ProjectLibrary) -> str:
    """Alone, its steps naming what is registered: `azureml:NAME:VERSION`."""
    return as_yaml(_graph(definition, library, lambda node: f"azureml:{node.component}:{node.version}").pipeline)


def graph_files(definition: Definition, library: ProjectLibrary, *, below: str = "") -> Files:
    """With its layout and every component that it uses."""
    assert isinstance(definition.how, Graph)
    written = _graph(definition, library, lambda node: f"./{place_of(node)}")
    files: Files = {f"{below}{YAML_FILE}": as_yaml(written.pipeline)}
    files[f"{below}{LAYOUT_FILE}"] = as_yaml(written.layout)
    add_components(definition.how.document, library, files, below=below)
    return files


def add_components(document: Document, library: ProjectLibrary, files: Files, *, below: str = "") -> None:
    """Each at its `place_of`. Raises Refusal `unknown_component` for a card whose component is gone."""
    for node in document.nodes.values():
        place = f"{below}{place_of(node)}"
        if node.component == DATASET_COMPONENT or place in files:
            continue
        definition = library.definition(node.component, node.version)
        if definition is None:
            built_in = Definition(component=catalogue.component(node.component), how=Command(command=""))
            files[place] = as_yaml(_as_built_in(built_in))
        else:
            _add_own(definition, place.removesuffix(YAML_FILE), library, files, below=below)


def components_of(library: ProjectLibrary) -> Callable[[DrawnNode], Component]:
    return lambda node: library.component(node.component, node.version)


def place_of(node: DrawnNode) -> str:
    """From the folder of the drawing."""
    if node.component in BUILT_IN_NAMES:
        return f"components/{node.component}.yaml"
    return f"components/{node.component}-{node.version}/{YAML_FILE}"


def _add_own(definition: Definition, folder: str, library: ProjectLibrary, files: Files, *, below: str) -> None:
    how = definition.how
    if isinstance(how, Graph):
        written = _graph(definition, library, lambda node: f"../{place_of(node).split('/', 1)[1]}")
        files[f"{folder}{YAML_FILE}"] = as_yaml(written.pipeline)
        files[f"{folder}{LAYOUT_FILE}"] = as_yaml(written.layout)
        add_components(how.document, library, files, below=below)
        return
    tree = code_of(definition)
    code = f"./{CODE_FOLDER}" if tree else ""
    tags = _tags(definition, library)
    files[f"{folder}{YAML_FILE}"] = as_yaml(write_definition(definition, code=code, tags=tags))
    for file in manifest_of(tree).files if tree else ():
        files[f"{folder}{CODE_FOLDER}/{file.path}"] = file.digest.encode()


def _graph(definition: Definition, library: ProjectLibrary, reference: Reference) -> Written:
    assert isinstance(definition.how, Graph)
    forms = _forms(library)
    return write_graph(
        definition.component,
        definition.how,
        components_of(library),
        reference,
        forms,
        tags=_tags(definition, library),
    )


def _forms(library: ProjectLibrary) -> FormOf:
    """In which form an inner port is given, as far as its component says so."""

    def form(node: DrawnNode, port: str) -> str | None:
        definition = library.definition(node.component, node.version)
        how = definition.how if definition else None
        if isinstance(how, Graph):
            ends = how.inputs.get(port) or (() if port not in how.outputs else (how.outputs[port],))
            return next((form(how.document.nodes[end.node], end.port) for end in ends), None)
        if how is None or isinstance(how, Function):
            return None
        return (how.trial if isinstance(how, Sweep) else how).forms.get(port)

    return form


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
