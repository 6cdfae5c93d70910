"""YAML with the line of every field, so that what is wrong can be shown where it stands."""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from mlops.formats.refusal import Refusal, Where, nearest

Path = tuple[str | int, ...]
MOST_CHARACTERS = 5_000_000


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
        return Refusal(code, f"{self.name}, line {line}: {message}", hint=hint, status=422, where=Where(row=line))

    def unknown(self, field: str, known: set[str], *, at: Path, kind: str) -> Refusal:
        hint = nearest(field, known) or f"Fields: {', '.join(sorted(known))}."
        return self.refuse("field_unknown", f"“{field}” is no field of {kind}.", at=(*at, field), hint=hint)


def load(name: str, text: str) -> Source:
    """Raises Refusal `yaml_unreadable` with the line and column. Aliases are refused: they could grow without end."""
    if len(text) > MOST_CHARACTERS:
        raise Refusal("yaml_too_large", f"{name} has more than {MOST_CHARACTERS:,} characters.", status=422)
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader)):
            raise Refusal(
                "yaml_alias",
                f"{name} uses an alias (*name), which is not read here.",
                hint="Write the value out at each place.",
                status=422,
            )
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error) or "it is nested too deep"
        raise Refusal("yaml_unreadable", f"{name}{place}: {reason}.", status=422) from error
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
    raise source.refuse("mapping_expected", f"“{at[-1] if at else 'the file'}” must hold fields `name: value`.", at=at)


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
