"""YAML with the line of every field, so that what is wrong can be shown where it stands."""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _

Path = tuple[str | int, ...]
MOST_CHARACTERS = 5_000_000
MOST_VALUES = 300_000
"""With what every alias stands for written out."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A YAML file: its name, its value, and the line (from 1) at which each path in it begins."""

    name: str
    value: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """Of the field, or of what holds it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def refuse(self, code: str, message: str, *, at: Path = (), hint: str = "") -> Refusal:
        line = self.line(at)
        return Refusal(
            code,
            _("%(name)s, line %(line)s: %(message)s") % {"name": self.name, "line": line, "message": message},
            hint=hint,
            status=422,
            where=Where(row=line),
        )

    def unknown(self, field: str, known: set[str], *, at: Path, kind: str) -> Refusal:
        hint = nearest(field, known) or _("Fields: %(names)s.") % {"names": ", ".join(sorted(known))}
        return self.refuse(
            "field_unknown",
            _("“%(field)s” is no field of %(kind)s.") % {"field": field, "kind": kind},
            at=(*at, field),
            hint=hint,
        )


def load(name: str, text: str) -> Source:
    """Raises Refusal `yaml_unreadable` with the line and column, `yaml_too_large`.

    What an alias (`*name`) or a merge (`<<: *name`) stands for is there anew, with the lines at which it is written."""
    if len(text) > MOST_CHARACTERS:
        raise Refusal(
            "yaml_too_large",
            _("%(name)s has more than %(most_characters)s characters.")
            % {"name": name, "most_characters": f"{MOST_CHARACTERS:,}"},
            status=422,
        )
    try:
        node, value = _loaded(name, text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = (
            _(", line %(line)s, column %(column)s") % {"line": mark.line + 1, "column": mark.column + 1} if mark else ""
        )
        reason = getattr(error, "problem", None) or str(error) or _("it is nested too deep")
        hint = _("YAML is indented by spaces, not by tabs.") if "'\\t'" in reason else ""
        raise Refusal(
            "yaml_unreadable",
            f"{name}{place}: {reason}.",
            hint=hint,
            status=422,
        ) from error
    lines: dict[Path, int] = {}
    if node is not None:
        _collect(node, (), lines)
    return Source(name=name, value=value, lines=lines)


def fields(source: Source, at: Path = ()) -> dict[str, Any]:
    """The mapping at a path. Raises Refusal `mapping_expected`."""
    value = source.value
    for key in at:
        value = value[key]
    if isinstance(value, dict):
        return {str(name): one for name, one in value.items()}
    if value is None and not at:
        raise source.refuse("mapping_expected", _("The file is empty."), hint=_("Its comments alone say nothing here."))
    message = _("“%(at)s” must hold fields `name: value`.") % {"at": at[-1] if at else _("the file")}
    raise source.refuse("mapping_expected", message, at=at)


def _loaded(name: str, text: str) -> tuple[yaml.Node | None, Any]:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, None
        if _size(node, {}) > MOST_VALUES:
            message = _("%(name)s holds more than %(most_values)s values, with what its aliases stand for.") % {
                "name": name,
                "most_values": f"{MOST_VALUES:,}",
            }
            raise Refusal("yaml_too_large", message, status=422)
        return node, _apart(loader.construct_document(node))
    finally:
        loader.dispose()


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """How many values it holds with its aliases written out. Raises YAMLError where one stands for itself."""
    if id(node) in known:
        if not known[id(node)]:
            raise yaml.MarkedYAMLError(problem="an alias stands for what it is in", problem_mark=node.start_mark)
        return known[id(node)]
    known[id(node)] = 0
    inner = [one for pair in node.value for one in pair] if isinstance(node, yaml.MappingNode) else node.value
    known[id(node)] = 1 + sum(_size(one, known) for one in inner) if isinstance(node, yaml.CollectionNode) else 1
    return known[id(node)]


def _apart(value: Any) -> Any:
    """A copy in which no two places are one object."""
    if isinstance(value, dict):
        return {key: _apart(one) for key, one in value.items()}
    return [_apart(one) for one in value] if isinstance(value, list) else value


def _collect(node: yaml.Node, path: Path, lines: dict[Path, int]) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            lines[inner] = key.start_mark.line + 1
            _collect(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            _collect(value, (*path, place), lines)
