"""A pipeline component from its YAML, as a component of the project that drawings and jobs use like any other.

The components that come along with it belong to it: they are kept under its name, by their content, out of the
palette."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction

from mlops.access.models import Project
from mlops.components.actions import archive, create_version
from mlops.components.models import Component, ComponentVersion
from mlops.components.names import checked_name, checked_version
from mlops.components.queries import ProjectLibrary, definition_of
from mlops.components.registering import Built, register_graphs_by
from mlops.formats.azureml.lines import Source, fields
from mlops.formats.azureml.pipeline import Locate
from mlops.formats.definition import Definition
from mlops.jobs.components import Components
from mlops.jobs.data import data_at
from mlops.jobs.pipelines import named_by_content
from mlops.jobs.reading import Files


def register() -> None:
    register_graphs_by(register_graph)


def register_graph(
    actor: Any, project: Project, folder: Path, source: Source, *, name: str = "", version: str = ""
) -> ComponentVersion:
    """All of it is created or nothing. Raises Refusal with every fault of the file."""
    found = fields(source)
    name = checked_name(name or str(found.get("name") or ""))
    version = checked_version(version or str(found.get("version") or ""))
    files = Files(actor, project, folder)

    def locate(beside: Source) -> Locate:
        return lambda given: data_at(files, given, beside)

    def keep(built: Built) -> Definition:
        return definition_of(_kept(actor, project, named_by_content(built, within=name), built.kind))

    with transaction.atomic():
        components = Components(files, ProjectLibrary(project), keep, locate, runs=False)
        definition = components.graph(source, name=name)
        named = msgspec.structs.replace(definition.component, name=name, version=version)
        return create_version(
            actor,
            project,
            msgspec.structs.replace(definition, component=named),
            kind="graph",
            tags={str(key): str(value) for key, value in (found.get("tags") or {}).items()},
            warnings=tuple(files.warnings),
        )


def _kept(actor: Any, project: Project, definition: Definition, kind: str) -> ComponentVersion:
    name = definition.component.name
    is_new = not Component.objects.filter(project=project, name=name).exists()
    was_archived = Component.objects.filter(project=project, name=name, archived_at__isnull=False).exists()
    version = create_version(actor, project, definition, kind=kind)
    if is_new or was_archived:
        archive(actor, Component.objects.get(pk=version.component_id))
    return version
