"""The components of a project, and those that a job brings along and that belong to it alone."""

from __future__ import annotations

from collections.abc import Mapping

from mlops.access.models import Project
from mlops.components.queries import ProjectLibrary
from mlops.formats.definition import Definition, key_of


class JobLibrary(ProjectLibrary):
    def __init__(self, project: Project, own: Mapping[str, Definition] | None = None) -> None:
        """`own`: by `name@version`."""
        super().__init__(project)
        self._own = dict(own or {})

    def add(self, definition: Definition) -> Definition:
        """Under its name and version; it comes before one of the project that has the same."""
        self._own[key_of(definition.component.name, definition.component.version)] = definition
        return definition

    def own(self) -> dict[str, Definition]:
        """By `name@version`."""
        return dict(self._own)

    def find(self, name: str, version: str) -> Definition | None:
        return self._own.get(key_of(name, version)) or super().find(name, version)

    def versions(self, name: str) -> list[str]:
        own = [one.component.version for one in self._own.values() if one.component.name == name]
        return [*own, *super().versions(name)]
