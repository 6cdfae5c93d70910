"""Where a drawing's components are looked up: built in first, then among the definitions of a project or a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlops.blocks import catalogue
from mlops.blocks.parameters import check_parameters, with_defaults
from mlops.formats.component import Component, Derived, Shape
from mlops.formats.definition import Definition, key_of
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spoken import gettext as _


class Library:
    """`definitions` by `name@version`. A subclass may find them elsewhere, when they are asked for."""

    def __init__(self, definitions: Mapping[str, Definition] | None = None) -> None:
        self._definitions = definitions or {}

    def definition(self, name: str, version: str | None = None) -> Definition | None:
        """None for a component that is built in. Refusal `unknown_component` for a name or version that is nowhere."""
        if name in BUILT_IN_NAMES:
            return None
        found = self.find(name, version or "")
        if found is None:
            raise self._unknown(name, version or "")
        return found

    def component(self, name: str, version: str | None = None) -> Component:
        """Raises Refusal `unknown_component`."""
        found = self.definition(name, version)
        return catalogue.component(name, version) if found is None else found.component

    def derive(
        self, name: str, version: str | None, parameters: Mapping[str, Any], inputs: Mapping[str, Shape]
    ) -> Derived:
        """Of a component that is not built in only the kinds of its outputs are known: its code is never run here."""
        found = self.definition(name, version)
        if found is None:
            return catalogue.derive(name, version, parameters, inputs)
        component = found.component
        problems = [*check_parameters(component, parameters), *catalogue.port_problems(component, inputs)]
        outputs = {port.name: Shape(type=port.type) for port in component.outputs}
        return Derived(outputs=outputs, problems=tuple(problems))

    def complete(self, name: str, version: str | None, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return with_defaults(self.component(name, version), parameters)

    def find(self, name: str, version: str) -> Definition | None:
        """Without a version the newest. None where there is none."""
        if version:
            return self._definitions.get(key_of(name, version))
        versions = [found for found in self._definitions.values() if found.component.name == name]
        return versions[-1] if versions else None

    def names(self) -> Iterable[str]:
        return {found.component.name for found in self._definitions.values()}

    def versions(self, name: str) -> list[str]:
        return [one.component.version for one in self._definitions.values() if one.component.name == name]

    def _unknown(self, name: str, version: str) -> Refusal:
        versions = self.versions(name)
        if versions:
            message = _("“%(name)s” has no version “%(version)s” in this project.") % {"name": name, "version": version}
            hint = nearest(version, versions) or (_("It has: %(names)s.") % {"names": ", ".join(versions[:10])})
        else:
            message = _("There is no component “%(name)s”.") % {"name": name}
            hint = nearest(name, {*BUILT_IN_NAMES, *self.names()}) or _("The palette lists every component.")
        return Refusal("unknown_component", message, hint=hint, status=404)


BUILT_IN_NAMES = frozenset(one.name for one in catalogue.components())
BUILT_IN = Library()
"""Knows the built-in components alone."""
