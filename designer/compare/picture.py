"""A drawing as shapes for an SVG: cards, frames and links at their places, each marked with what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from designer.compare.story import Kind
from designer.graph.fields import Raw

WIDTH, HEIGHT, MARGIN = 248, 68, 40
LETTERS = 26
"""That fit on a card."""


@dataclass(frozen=True, kw_only=True)
class Box:
    name: str
    x: float
    y: float
    width: float
    height: float
    title: str
    short: str
    kind: Kind
    is_frame: bool = False


@dataclass(frozen=True, kw_only=True)
class Link:
    path: str
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class Picture:
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    left: float
    top: float
    width: float
    height: float


def picture(
    document: Raw, marks: Mapping[str, Kind], links: Mapping[tuple[str, ...], Kind], titles: Callable[[Any], str]
) -> Picture:
    """`links` maps (source, source_port, target, target_port) to what happened to that link; others stayed."""
    boxes = {**_frames(document, marks), **_cards(document, marks, titles)}
    drawn = [_link(edge, boxes, links) for edge in document.get("edges", ())]
    left = min((box.x for box in boxes.values()), default=0) - MARGIN
    top = min((box.y for box in boxes.values()), default=0) - MARGIN
    right = max((box.x + box.width for box in boxes.values()), default=WIDTH) + MARGIN
    bottom = max((box.y + box.height for box in boxes.values()), default=HEIGHT) + MARGIN
    return Picture(
        boxes=tuple(boxes.values()),
        links=tuple(each for each in drawn if each),
        left=left,
        top=top,
        width=right - left,
        height=bottom - top,
    )


def overlaid(before: Raw, after: Raw) -> Raw:
    """Both in one: what is gone stands where it stood, everything else where it stands now."""
    whole: Raw = {}
    for collection in ("nodes", "notes", "groups", "layout"):
        whole[collection] = {**before.get(collection, {}), **after.get(collection, {})}
    kept = {_key(edge): edge for edge in (*before.get("edges", ()), *after.get("edges", ()))}
    whole["edges"] = list(kept.values())
    return whole


def link_marks(before: Raw, after: Raw) -> dict[tuple[str, ...], Kind]:
    old, new = ({_key(edge) for edge in side.get("edges", ())} for side in (before, after))
    gone: dict[tuple[str, ...], Kind] = dict.fromkeys(old - new, "removed")
    return {**gone, **dict.fromkeys(new - old, "added")}


def _cards(document: Raw, marks: Mapping[str, Kind], titles: Callable[[Any], str]) -> dict[str, Box]:
    found = {}
    for name, node in document.get("nodes", {}).items():
        place, title = document.get("layout", {}).get(name, {"x": 0, "y": 0}), titles(node)
        found[name] = _box(name, place, title, marks, width=WIDTH, height=HEIGHT)
    return found


def _frames(document: Raw, marks: Mapping[str, Kind]) -> dict[str, Box]:
    found = {}
    for collection in ("groups", "notes"):
        for name, thing in document.get(collection, {}).items():
            place = document.get("layout", {}).get(name)
            if place is not None:
                title = thing.get("title") or thing.get("text", "")
                found[name] = _box(name, place, title, marks, width=240, height=120, is_frame=True)
    return found


def _box(
    name: str,
    place: Mapping[str, Any],
    title: str,
    marks: Mapping[str, Kind],
    *,
    width: float,
    height: float,
    is_frame: bool = False,
) -> Box:
    short = title if len(title) <= LETTERS else title[: LETTERS - 1] + "…"
    return Box(
        name=name,
        x=place["x"],
        y=place["y"],
        width=place.get("width") or width,
        height=place.get("height") or height,
        title=title,
        short=short.splitlines()[0] if short else "",
        kind=marks.get(name, "same"),
        is_frame=is_frame,
    )


def _link(edge: Mapping[str, str], boxes: Mapping[str, Box], links: Mapping[tuple[str, ...], Kind]) -> Link | None:
    source, target = boxes.get(edge["source"]), boxes.get(edge["target"])
    if source is None or target is None:
        return None
    x1, y1 = source.x + source.width / 2, source.y + source.height
    x2, y2 = target.x + target.width / 2, target.y
    bend = max(24.0, abs(y2 - y1) / 2)
    path = f"M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}"
    return Link(path=path, kind=links.get(_key(edge), "same"))


def _key(edge: Mapping[str, str]) -> tuple[str, ...]:
    return (edge["source"], edge["source_port"], edge["target"], edge["target_port"])
