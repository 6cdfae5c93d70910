"""What changed between two drawings, as rows that a person reads: steps, settings, code, links, words. Pure."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext as _
from msgspec import UNSET

from designer.graph.fields import Path, Raw
from designer.graph.operations import Change, difference

Kind = Literal["added", "removed", "changed", "moved", "same"]
Titles = Callable[[dict[str, Any]], str]
Labels = Callable[[dict[str, Any], str], str]
"""The label of a node's parameter, by its name."""
LONG_TEXT = 120


@dataclass(frozen=True, kw_only=True)
class Line:
    kind: Literal["added", "removed", "same", "gap"]
    text: str


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One value that differs; `lines` where it is code or a longer text."""

    name: str
    before: str
    after: str
    lines: tuple[Line, ...] = ()


@dataclass(kw_only=True)
class Part:
    """A step, note or frame that differs."""

    name: str
    title: str
    what: str
    kind: Kind
    settings: list[Setting] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Story:
    parts: tuple[Part, ...]
    parameters: tuple[Setting, ...]
    """Of the pipeline itself."""
    links_added: tuple[str, ...]
    links_removed: tuple[str, ...]
    moved: int

    @property
    def is_empty(self) -> bool:
        return not (self.parts or self.parameters or self.links_added or self.links_removed)


def tell(before: Raw, after: Raw, titles: Titles, labels: Labels) -> Story:
    changes = difference(before, after)
    parts: dict[tuple[str, str], Part] = {}
    moved: set[str] = set()
    for each in changes:
        if each.path[0] in ("nodes", "notes", "groups"):
            _count_in(parts, each, before, after, titles, labels)
        elif each.path[0] == "layout" and each.before is not UNSET and each.after is not UNSET:
            moved.add(each.path[1])
    settings = [each for each in changes if each.path[0] in ("parameters", "defaults")]
    name_in = _names(before, after, titles)
    return Story(
        parts=tuple(sorted(parts.values(), key=lambda part: (part.what, part.kind, part.title.lower()))),
        parameters=tuple(_setting(" ".join(each.path[1:]), each) for each in settings),
        links_added=tuple(_link(each.path, each.after, name_in) for each in changes if _is_link(each, each.after)),
        links_removed=tuple(_link(each.path, each.before, name_in) for each in changes if _is_link(each, each.before)),
        moved=len(moved),
    )


def marks(before: Raw, after: Raw) -> dict[str, Kind]:
    """By node, note and frame of either side."""
    found: dict[str, Kind] = {}
    for each in difference(before, after):
        collection, name = each.path[0], each.path[1]
        if collection == "layout" and each.before is not UNSET and each.after is not UNSET:
            found.setdefault(name, "moved")
        elif collection in ("nodes", "notes", "groups"):
            is_whole = len(each.path) == 2
            kind: Kind = (
                "added"
                if is_whole and each.before is UNSET
                else "removed"
                if is_whole and each.after is UNSET
                else "changed"
            )
            if found.get(name) not in ("added", "removed"):
                found[name] = kind
    return found


def lines_between(before: str, after: str) -> tuple[Line, ...]:
    """A line diff with three lines around each change."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    return tuple(_line(text) for text in found if not text.startswith(("---", "+++")))


def _line(text: str) -> Line:
    if text.startswith("@@"):
        return Line(kind="gap", text=text)
    kind: dict[str, Literal["added", "removed"]] = {"+": "added", "-": "removed"}
    return Line(kind=kind.get(text[:1], "same"), text=text[1:])


def _count_in(
    parts: dict[tuple[str, str], Part], each: Change, before: Raw, after: Raw, titles: Titles, labels: Labels
) -> None:
    collection, name, *rest = each.path
    known = parts.get((collection, name))
    thing = after.get(collection, {}).get(name) or before[collection][name]
    if known is None:
        kind: Kind = (
            "added"
            if name not in before.get(collection, {})
            else "removed"
            if name not in after.get(collection, {})
            else "changed"
        )
        what = {"nodes": "step", "notes": "note", "groups": "frame"}[collection]
        title = titles(thing) if collection == "nodes" else thing.get("title") or thing.get("text", "")[:60] or name
        known = parts[collection, name] = Part(name=name, title=title, what=what, kind=kind)
    if known.kind == "changed":
        label = labels(thing, rest[1]) if len(rest) == 2 and rest[0] == "parameters" else _field(rest)
        known.settings.append(_setting(label, each))


def _field(path: list[str]) -> str:
    """A field of a step, note or frame, with the name of what lies below it."""
    words = {
        "component": _("Component"),
        "title": _("Title"),
        "comment": _("Comment"),
        "mode": _("Takes part"),
        "regenerate": _("Computed anew each time"),
        "pins": _("Pinned output"),
        "demand": _("Where it runs"),
        "text": _("Text"),
        "colour": _("Colour"),
        "node": _("Step"),
        "nodes": _("Members"),
    }
    name, *below = path or ["component"]
    return " ".join([words.get(name, name), *below])


def _setting(name: str, each: Change) -> Setting:
    before, after = _shown(each.before), _shown(each.after)
    is_text = "\n" in before or "\n" in after or max(len(before), len(after)) > LONG_TEXT
    return Setting(name=name, before=before, after=after, lines=lines_between(before, after) if is_text else ())


def _shown(value: Any) -> str:
    if value is UNSET:
        return ""
    return (
        value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, indent=1 if _is_large(value) else None)
    )


def _is_large(value: Any) -> bool:
    return isinstance(value, dict | list) and len(json.dumps(value)) > LONG_TEXT


def _is_link(each: Change, value: Any) -> bool:
    return each.path[0] == "edges" and value is not UNSET


def _link(path: Path, value: Any, name_in: Callable[[str], str]) -> str:
    return f"{name_in(value['source'])} · {value['source_port']} → {name_in(path[1])} · {path[2]}"


def _names(before: Raw, after: Raw, titles: Titles) -> Callable[[str], str]:
    nodes = {**before.get("nodes", {}), **after.get("nodes", {})}
    return lambda name: titles(nodes[name]) if name in nodes else name


def walked(parts: tuple[Part, ...]) -> Iterator[tuple[str, Setting]]:
    """Every setting with the title of its step."""
    for part in parts:
        for setting in part.settings:
            yield part.title, setting
