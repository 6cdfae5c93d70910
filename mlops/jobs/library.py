"""The components of a project, and those that a job brings along and that belong to it alone."""

from __future__ import annotations

from mlops.access.models import Project
from mlops.components.queries import ProjectLibrary
from mlops.formats.definition import Definition


class JobLibrary(ProjectLibrary):
    def __init__(self, project: Project) -> None:
        super().__init__(project)
        self._own: dict[str, Definition] = {}

    def add(self, definition: Definition) -> Definition:
        """Under its name; it comes before one of the project that has the same."""
        self._own[definition.component.name] = definition
        return definition

    def find(self, name: str, version: str) -> Definition | None:
        own = self._own.get(name)
        return own if own is not None and version in ("", own.component.version) else super().find(name, version)

    def versions(self, name: str) -> list[str]:
        own = self._own.get(name)
        return [*([own.component.version] if own else []), *super().versions(name)]
