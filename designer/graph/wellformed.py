"""Whether a change that came from outside can be read at all. What merely has no effect is not refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import UNSET

from designer.graph.fields import COLLECTIONS, CORE, MAPS, SETS, Path, Raw
from designer.graph.operations import Change
from mlops.formats.demand import Demand
from mlops.formats.document import Document, DrawnNode, Group, Note, PipelineParameter, Place
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _

NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
LONGEST_NAME = 200
MOST_NODES = 5_000
KINDS: dict[str, Any] = {
    "nodes": DrawnNode,
    "layout": Place,
    "notes": Note,
    "groups": Group,
    "parameters": PipelineParameter,
    "defaults": Demand,
}


def read_changes(raw: Any) -> tuple[Change, ...]:
    """Raises Refusal `operation_invalid`, naming the field that cannot be read."""
    try:
        changes = msgspec.convert(raw, type=tuple[Change, ...])
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from error
    return tuple(_sound(each) for each in changes)


def check_touched(document: Raw, paths: Iterable[Path]) -> None:
    """The things that a change wrote, as they are now. Raises Refusal `operation_invalid`."""
    if len(document.get("nodes", {})) > MOST_NODES:
        raise invalid(
            _("The drawing would have more than %(most_nodes)s steps.") % {"most_nodes": MOST_NODES},
            hint=_("Draw a second pipeline."),
        )
    for collection, name in {path[:2] for path in paths if path[0] != "edges"}:
        thing = document.get(collection, {}).get(name)
        if thing is None:
            continue
        try:
            read = msgspec.convert(thing, type=KINDS[collection])
        except msgspec.ValidationError as error:
            raise invalid(f"{collection}/{name}: {error}", node=name) from error
        if isinstance(read, Place) and not (math.isfinite(read.x) and math.isfinite(read.y)):
            raise invalid(_("The position of “%(name)s” is no number.") % {"name": name}, node=name)


def invalid(detail: str, *, hint: str = "", node: str | None = None) -> Refusal:
    return Refusal(
        "operation_invalid",
        _("This change cannot be read. %(detail)s") % {"detail": detail},
        hint=hint or _("Nothing was changed by it. Reload the page if it was made there."),
        where=Where(node=node),
    )


def _sound(change: Change) -> Change:
    path = change.path
    where = "/".join(path)
    if not path or any(not part or len(part) > LONGEST_NAME for part in path):
        raise invalid(_("“%(where)s” names no field.") % {"where": where[:300]})
    if path[0] == "edges":
        return _sound_link(change, where)
    if path[0] not in COLLECTIONS:
        raise invalid(
            _("A drawing has no “%(path)s”.") % {"path": path[0]}, hint=nearest(path[0], (*COLLECTIONS, "edges"))
        )
    if path[0] != "parameters" and len(path) > 1 and not NAME.fullmatch(path[1]):
        raise invalid(
            _("“%(path)s” cannot name a part of the drawing: use letters, digits, - and _.") % {"path": path[1]}
        )
    if path[0] == "defaults" and path[1:2] != ("demand",):
        raise invalid(_("“%(where)s” names no field.") % {"where": where}, hint=_("Defaults are: demand."))
    if len(path) == 2:
        return _sound_core(change, where)
    known = [field.name for field in msgspec.structs.fields(KINDS[path[0]]) if field.name not in CORE.get(path[0], ())]
    is_nested = len(path) > 2 and path[2] in (*MAPS.get(path[0], ()), *SETS.get(path[0], ()))
    if len(path) != (4 if is_nested else 3) or path[2] not in known:
        raise invalid(
            _("“%(where)s” names no field.") % {"where": where}, hint=nearest(path[2], known) if len(path) > 2 else ""
        )
    return _without_default(change)


def _sound_link(change: Change, where: str) -> Change:
    if len(change.path) != 3:
        raise invalid(_("“%(where)s” names no input: give edges, the step and the input.") % {"where": where})
    return _sound_value(change, where, ("source", "source_port"))


def _sound_core(change: Change, where: str) -> Change:
    return _sound_value(change, where, CORE.get(change.path[0], ()))


def _sound_value(change: Change, where: str, keys: tuple[str, ...]) -> Change:
    if change.after is UNSET:
        return change
    if not isinstance(change.after, dict) or set(change.after) != set(keys):
        raise invalid(
            _("%(where)s takes exactly %(names)s.") % {"where": where, "names": ", ".join(keys) or _("an empty object")}
        )
    if change.path[0] == "edges" and not all(isinstance(value, str) and value for value in change.after.values()):
        raise invalid(_("%(where)s takes the names of a step and of its output.") % {"where": where})
    return change


def _without_default(change: Change) -> Change:
    """A value that is the default is left out of a document, so that equal drawings are equal."""
    if len(change.path) != 3 or change.after is UNSET:
        return change
    field = next(f for f in msgspec.structs.fields(KINDS[change.path[0]]) if f.name == change.path[2])
    is_default = field.default is not msgspec.NODEFAULT and change.after == field.default
    return msgspec.structs.replace(change, after=UNSET) if is_default else change


assert {field.name for field in msgspec.structs.fields(Document)} == {*COLLECTIONS, "edges"}
