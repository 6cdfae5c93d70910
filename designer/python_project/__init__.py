"""A draft as a plain Python project, which runs without this product and gives the same outputs.

`pipeline.py` has a function for each component and the flow of the drawing; `studio_steps` holds the sources of the
components, taken along under another name."""

from __future__ import annotations

from pathlib import Path

import msgspec

from designer.graph.document import freeze
from designer.models import Draft
from designer.python_project.requirements import requirements
from designer.python_project.script import Project, written_script
from designer.python_project.sources import PACKAGE, sources
from designer.queries import document_of
from mlops.blobs.trees import manifest_of
from mlops.components.queries import ProjectLibrary
from mlops.datasets.queries import ready_version
from mlops.formats.definition import Command, Function, key_of
from mlops.formats.inference import SAVED_COMPONENTS
from mlops.formats.pipeline import DATASET_COMPONENT, Node, PipelineSpec
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.pipelines.expand import expand
from mlops.pipelines.parameters import assign
from mlops.pipelines.resolve import resolve, with_values

Files = dict[str, bytes | str]
HERE = Path(__file__).parent


def written(draft: Draft) -> Files:
    """Path to text, or to the digest of a blob as bytes. Raises Refusal for what cannot leave: values of earlier runs,
    and components with an environment of their own."""
    library = ProjectLibrary(draft.project)
    spec = _spec(draft, library)
    files: Files = {}
    datasets = {}
    for node in spec.nodes:
        _check(node, library)
        if node.component == DATASET_COMPONENT:
            datasets[node.id] = _add_dataset(draft, node, files)
    own = {
        key_of(node.component, node.version): definition
        for node in spec.nodes
        if (definition := library.definition(node.component, node.version)) is not None
    }
    for key, definition in own.items():
        code = getattr(definition.how, "code", "")
        for file in manifest_of(code).files if code else ():
            files[f"components/{key}/{file.path}"] = file.digest.encode()
        files[f"components/{key}.json"] = msgspec.json.format(msgspec.json.encode(definition), indent=1).decode()
    project = Project(name=draft.name, help=draft.description, spec=spec, library=library, datasets=datasets)
    files["pipeline.py"], scripts = written_script(project)
    files |= scripts
    extras = {library.component(node.component, node.version).extra for node in spec.nodes}
    files["requirements.txt"] = requirements(extras - {""})
    files["README.md"] = (HERE / "README.md.txt").read_text().replace("NAME", draft.name)
    files |= {f"{PACKAGE}/{path}": text for path, text in sources().items()}
    files[f"{PACKAGE}/running.py"] = (HERE / "running.py.txt").read_text().replace("PACKAGE", PACKAGE)
    return dict(sorted(files.items()))


def _spec(draft: Draft, library: ProjectLibrary) -> PipelineSpec:
    """What a run with the defaults of all parameters would carry out."""
    drawn = freeze(document_of(draft))
    values = assign(drawn.parameters, {})
    return with_values(expand(resolve(drawn, values, library).spec, library), values)


def _check(node: Node, library: ProjectLibrary) -> None:
    where = Where(node=node.id.split(".")[0])
    if node.component in SAVED_COMPONENTS or node.pins:
        message = _("“%(title)s” takes a value of an earlier run, which does not leave the product.") % {
            "title": node.title or node.id
        }
        hint = _("Take it out, or export the pipeline that made the value.")
        raise Refusal("not_exportable", message, hint=hint, status=422, where=where)
    definition = library.definition(node.component, node.version)
    how = definition.how if definition else None
    if isinstance(how, Command | Function) and how.requirements.is_own:
        message = _("“%(title)s” has an environment of its own, which a plain project cannot have.") % {
            "title": node.title or node.component
        }
        hint = _("Export the pipeline as YAML, or run that component in the product's environment.")
        raise Refusal("not_exportable", message, hint=hint, status=422, where=where)


def _add_dataset(draft: Draft, node: Node, files: Files) -> str:
    """The folder of the version's files."""
    number = node.parameters.get("version")
    version = ready_version(draft.project, node.parameters["dataset"], number if isinstance(number, int) else None)
    stem = "".join(sign if sign.isalnum() else "_" for sign in version.dataset.name.lower())
    folder = f"data/{stem}-{version.number}"
    assert version.tree_id is not None
    for file in manifest_of(version.tree_id).files:
        files[f"{folder}/{file.path}"] = file.digest.encode()
    return folder
