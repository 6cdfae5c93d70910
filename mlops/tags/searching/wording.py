"""Says in words what a filter was understood to mean."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mlops.formats.search import And, Compare, Flag, Has, Name, Node, Not, Note, Number, Or, Text, Value, Words
from mlops.tags.searching.searchable import Searchable

OPERATORS: dict[str, Any] = {
    "=": gettext_lazy("is"),
    "!=": gettext_lazy("is there and is not"),
    "<": gettext_lazy("is less than"),
    "<=": gettext_lazy("is at most"),
    ">": gettext_lazy("is more than"),
    ">=": gettext_lazy("is at least"),
    "like": gettext_lazy("is like"),
    "ilike": gettext_lazy("is, in any case of letters, like"),
    "contains": gettext_lazy("contains"),
    "in": gettext_lazy("is one of"),
    "not in": gettext_lazy("is there and is none of"),
}
DATES: dict[str, Any] = {
    "<": gettext_lazy("is before"),
    "<=": gettext_lazy("is not after"),
    ">": gettext_lazy("is after"),
    ">=": gettext_lazy("is not before"),
}


def sentence(root: Node, searchable: Searchable) -> str:
    """`Runs where state is failed and the metric rmse is less than 0.5`."""
    return _("%(things)s where %(condition)s") % {"things": searchable.label, "condition": said(root, searchable)}


def said(node: Node, searchable: Searchable) -> str:
    if isinstance(node, And | Or):
        joint = _(" and ") if isinstance(node, And) else _(" or ")
        return joint.join(_inside(part, searchable) for part in node.parts)
    if isinstance(node, Not):
        return _("it is not so that %(condition)s") % {"condition": _inside(node.part, searchable)}
    if isinstance(node, Words):
        if searchable.tags:
            return _("the name or description contains “%(text)s” or there is a tag of this name") % {"text": node.text}
        return _("the name or description contains “%(text)s”") % {"text": node.text}
    name = named(node.name, searchable)
    if isinstance(node, Has):
        return _("there is %(name)s") % {"name": name}
    is_date = node.name.space == "field" and searchable.column(node.name.key).kind == "date"
    operator = DATES.get(node.operator) if is_date else None
    values = _(", ").join(_value(one, node, searchable) for one in node.values)
    return f"{name} {operator or OPERATORS[node.operator]} {values}"


def named(name: Name, searchable: Searchable) -> str:
    if name.space == "field":
        return str(searchable.column(name.key).label).lower()
    forms = {"tag": _("the tag %(key)s"), "metric": _("the metric %(key)s"), "parameter": _("the parameter %(key)s")}
    return forms[name.space] % {"key": name.key}


def noticed(note: Note) -> str:
    if note.code == "read_as_tag":
        form = _("“%(text)s” was read as the name of a tag. If you meant the field, write “%(near)s”.")
    else:
        form = _("“%(text)s” was read as a word to look for. If it belongs to the tag's value, write %(near)s.")
    return form % {"text": note.text, "near": note.near}


def _inside(part: Node, searchable: Searchable) -> str:
    return f"({said(part, searchable)})" if isinstance(part, And | Or) else said(part, searchable)


def _value(value: Value, node: Compare, searchable: Searchable) -> str:
    if isinstance(value, Flag):
        return _("yes") if value.value else _("no")
    if isinstance(value, Number):
        return value.text or f"{value.value:g}"
    if isinstance(value, Text):
        if node.name.space == "field":
            label = searchable.column(node.name.key).labels.get(value.value)
            if label is not None:
                return str(label).lower()
        return f"“{value.value}”"
    return value.text
