"""A draft as files: a pipeline job with its layout apart, and every component that it uses beside it."""

from __future__ import annotations

from designer.models import Draft
from designer.queries import document_of
from mlops.components.graph_files import Files, add_components, components_of, place_of
from mlops.components.queries import ProjectLibrary
from mlops.formats.azureml.dumping import as_yaml
from mlops.formats.azureml.writing import write_job
from mlops.formats.document import Document

PIPELINE_FILE, LAYOUT_FILE = "pipeline.yaml", "pipeline.layout.yaml"


def exported(draft: Draft, document: Document | None = None) -> Files:
    """Sorted by path; of an earlier `document` where one is given. Raises Refusal `unknown_component` for a card whose
    component is gone."""
    library = ProjectLibrary(draft.project)
    document = document or document_of(draft)
    files: Files = {}
    written = write_job(
        document, components_of(library), lambda node: f"./{place_of(node)}", name=draft.name, help=draft.description
    )
    files[PIPELINE_FILE], files[LAYOUT_FILE] = as_yaml(written.pipeline), as_yaml(written.layout)
    add_components(document, library, files)
    return dict(sorted(files.items()))
