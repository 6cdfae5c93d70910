"""A filter's tree as text again: what a chip, a link or a saved view holds. Reading it gives the same tree."""

from __future__ import annotations

import re

from mlops.formats.search.nodes import And, Flag, Has, Name, Node, Not, Number, Or, Period, Text, Value, Words
from mlops.formats.search.vocabulary import Vocabulary

PLAIN = re.compile(r"[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*", re.ASCII)
BARE = re.compile(r"[\w./@+-]+", re.ASCII)
NUMERAL = re.compile(r"[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?inf", re.ASCII)
PREFIX = {"field": "", "tag": "tags.", "metric": "metrics.", "parameter": "params."}
SIGN = {"contains": "~"}


def written(node: Node | None) -> str:
    if node is None:
        return ""
    if isinstance(node, And | Or):
        word = " and " if isinstance(node, And) else " or "
        return word.join(_inside(part) for part in node.parts)
    if isinstance(node, Not):
        return f"not {_inside(node.part)}"
    if isinstance(node, Words):
        return quoted(node.text)
    if isinstance(node, Has):
        return f"{name(node.name)} is not null"
    if node.operator in ("in", "not in"):
        return f"{name(node.name)} {node.operator} ({', '.join(value(one) for one in node.values)})"
    return f"{name(node.name)} {SIGN.get(node.operator, node.operator)} {value(node.values[0])}"


def tag_filter(key: str, given: str | None = None, *, words: Vocabulary | None = None) -> str:
    """The short form that people type, such as `Area=Churn`, or `tags.Area` for any value. A tag that has the name of
    one of the fields of `words` gets its prefix."""
    is_field = words is not None and words.field(key) is not None
    is_short = PLAIN.fullmatch(key) and "." not in key and not is_field and key.lower() not in ("tag", "tags", "has")
    full = f"tags.{key if PLAIN.fullmatch(key) else quoted(key)}"
    if given is None:
        return full
    return f"{key if is_short else full}={given if BARE.fullmatch(given) else quoted(given)}"


def name(of: Name) -> str:
    if of.space == "field":
        return of.key
    return PREFIX[of.space] + (of.key if PLAIN.fullmatch(of.key) else quoted(of.key))


def value(of: Value) -> str:
    if isinstance(of, Text):
        return quoted(of.value)
    if isinstance(of, Flag):
        return "true" if of.value else "false"
    if isinstance(of, Period):
        return quoted(of.text)
    assert isinstance(of, Number)
    return of.text if NUMERAL.fullmatch(of.text) else quoted(of.text or repr(of.value))


def quoted(text: str) -> str:
    inside = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'


def _inside(part: Node) -> str:
    return f"({written(part)})" if isinstance(part, And | Or | Not) else written(part)
