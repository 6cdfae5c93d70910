"""The kind of an expression over a table's columns; refuses what does not fit together."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time

import msgspec

from mlops.analytics.expressions.tree import Call, Field, Literal, Node, wrong
from mlops.analytics.tables.columns import Table
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _

NUMBERS = ("integer", "decimal")
COMPARING = ("eq", "ne", "gt", "ge", "lt", "le", "in")
ARITHMETIC = ("add", "sub", "mul", "div", "divby", "mod")


class Signature(msgspec.Struct, frozen=True):
    """Of a function: the kinds of its arguments, with commas between those of one; how many must be given."""

    gives: str
    takes: tuple[str, ...]
    least: int


def _of(gives: str, *takes: str, least: int | None = None) -> Signature:
    return Signature(gives, takes, len(takes) if least is None else least)


FUNCTIONS: dict[str, Signature] = {
    **{name: _of("boolean", "string", "string") for name in ("contains", "startswith", "endswith")},
    **{name: _of("string", "string") for name in ("tolower", "toupper", "trim")},
    "length": _of("integer", "string"),
    "indexof": _of("integer", "string", "string"),
    "substring": _of("string", "string", "integer", "integer", least=2),
    "concat": _of("string", "string", "string"),
    **{name: _of("integer", "moment") for name in ("year", "month", "day", "hour", "minute", "second")},
    "date": _of("day", "moment"),
    "now": _of("moment"),
    **{name: _of("decimal", "number") for name in ("round", "floor", "ceiling")},
}


def typed(node: Node, table: Table, *, option: str = "$filter") -> tuple[Node, str]:
    """The expression with its literals made fit for what they are compared with, and its kind."""
    if isinstance(node, Literal):
        return node, node.kind
    if isinstance(node, Field):
        return node, table.column(node.name).kind
    found = [typed(argument, table, option=option) for argument in node.arguments]
    nodes, kinds = [one for one, _kind in found], [kind for _one, kind in found]
    if node.name in ("and", "or", "not"):
        for kind in kinds:
            if kind not in ("boolean", "null"):
                raise wrong(
                    _("“%(name)s” takes conditions, not a %(kind)s.") % {"name": node.name, "kind": kind},
                    hint=_("Brackets go first: not (state eq 'failed')."),
                    option=option,
                )
        return Call(node.name, tuple(nodes)), "boolean"
    if node.name in COMPARING:
        return _compared(node.name, nodes, kinds, option)
    if node.name in ARITHMETIC:
        for kind in kinds:
            if kind not in NUMBERS:
                raise wrong(
                    _("“%(name)s” takes numbers, not a %(kind)s.") % {"name": node.name, "kind": kind}, option=option
                )
        return _computed(node.name, nodes, set(kinds) == {"integer"}, option)
    return _called(node.name, nodes, kinds, option)


def condition(node: Node, table: Table, *, option: str = "$filter") -> Node:
    """Raises Refusal where it is neither true nor false."""
    found, kind = typed(node, table, option=option)
    if kind != "boolean":
        hint = _("Compare it with something, such as: state eq 'failed'.")
        raise wrong(_("The expression gives a %(kind)s, not a condition.") % {"kind": kind}, hint=hint, option=option)
    return found


def _computed(name: str, nodes: list[Node], is_whole: bool, option: str) -> tuple[Node, str]:
    """`div` of whole numbers gives a whole one, which is called `quotient` from here on."""
    if name == "mod" and not is_whole:
        raise wrong(_("“mod” takes whole numbers."), option=option)
    is_whole = is_whole and name != "divby"
    return Call("quotient" if name == "div" and is_whole else name, tuple(nodes)), "integer" if is_whole else "decimal"


def _compared(name: str, nodes: list[Node], kinds: list[str], option: str) -> tuple[Node, str]:
    if len(nodes) < 2:
        raise wrong(_("There is nothing in the list after “in”."), option=option)
    wanted = next((kind for one, kind in zip(nodes, kinds, strict=True) if not isinstance(one, Literal)), kinds[0])
    fitted = []
    for one, kind in zip(nodes, kinds, strict=True):
        if kind not in (wanted, "null") and {kind, wanted} - set(NUMBERS):
            one = _fitted(one, kind, wanted, option)
        fitted.append(one)
    if wanted in ("boolean", "guid") and name in ("gt", "ge", "lt", "le"):
        raise wrong(_("A %(wanted)s has no order; compare it by eq, ne or in.") % {"wanted": wanted}, option=option)
    return Call(name, tuple(fitted)), "boolean"


def _fitted(node: Node, kind: str, wanted: str, option: str) -> Node:
    if isinstance(node, Literal):
        if kind == "day" and wanted == "moment":
            return Literal(datetime.combine(node.value, time.min, UTC), "moment")
        if kind == "string" and wanted == "guid":
            try:
                return Literal(uuid.UUID(node.value), "guid")
            except ValueError:
                pass
    hint = {"moment": _("Write moments as 2026-11-20T12:00:00Z."), "string": _("Texts stand in single quotes.")}.get(
        wanted, ""
    )
    raise wrong(
        _("A %(wanted)s cannot be compared with a %(kind)s.") % {"wanted": wanted, "kind": kind},
        hint=hint,
        option=option,
    )


def _called(name: str, nodes: list[Node], kinds: list[str], option: str) -> tuple[Node, str]:
    signature = FUNCTIONS.get(name)
    if signature is None:
        hint = nearest(name, FUNCTIONS) or (_("There are: %(names)s.") % {"names": ", ".join(FUNCTIONS)})
        raise wrong(_("There is no function “%(name)s”.") % {"name": name[:60]}, hint=hint, option=option)
    if not signature.least <= len(nodes) <= len(signature.takes):
        raise wrong(
            _("“%(name)s” takes %(count)s arguments, not %(given)s.")
            % {"name": name, "count": len(signature.takes), "given": len(nodes)},
            option=option,
        )
    for kind, wanted in zip(kinds, signature.takes, strict=False):
        if kind != wanted and not (wanted == "number" and kind in NUMBERS) and kind != "null":
            raise wrong(
                _("“%(name)s” takes a %(wanted)s, not a %(kind)s.") % {"name": name, "wanted": wanted, "kind": kind},
                option=option,
            )
    return Call(name, tuple(nodes)), signature.gives
