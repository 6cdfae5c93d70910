"""The filters of MLflow's searches of traces, read into conditions that all must hold: `SPACE.KEY SIGN VALUE AND …`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlops.formats.search.fault import SearchFault
from mlops.formats.search.scanning import QUOTES, Scanner
from mlops.mlflow_api.faults import invalid

SPACES = {
    "attribute": "attribute", "attributes": "attribute", "trace": "attribute",
    "tag": "tag", "tags": "tag",
    "metadata": "metadata", "request_metadata": "metadata",
    "span": "span", "feedback": "feedback", "expectation": "expectation",
}  # fmt: skip
SIGNS = ("!=", "<=", ">=", "=", "<", ">")
WORDS = (
    ("is", "not", "null"), ("is", "null"), ("not", "in"), ("in",), ("like",), ("ilike",), ("rlike",),
)  # fmt: skip
MOST_CHARACTERS, MOST_TERMS = 10_000, 100


@dataclass(frozen=True)
class Condition:
    space: str
    key: str
    sign: str
    """One of SIGNS or WORDS, such as `=` or `not in`."""
    values: tuple[str | float, ...] = ()


def read(text: str) -> list[Condition]:
    """Raises Fault `INVALID_PARAMETER_VALUE`."""
    if len(text) > MOST_CHARACTERS:
        raise invalid(f"A filter has at most {MOST_CHARACTERS} characters.")
    scan = Scanner(text)
    found: list[Condition] = []
    try:
        while not scan.at_end():
            if found and not scan.word("and"):
                raise invalid(f"Invalid clause(s) in filter string: '{text[scan.place : scan.place + 100]}'")
            found.append(_condition(scan))
            if len(found) > MOST_TERMS:
                raise invalid(f"A filter has at most {MOST_TERMS} conditions.")
    except SearchFault as fault:
        raise invalid(f"Invalid filter '{text[:500]}': {fault.message} {fault.hint}".strip()) from fault
    return found


def name_of(text: str) -> tuple[str, str]:
    """Space and key of a name as it stands in an order."""
    scan = Scanner(text)
    try:
        found = _name(scan)
    except SearchFault as fault:
        raise invalid(f"Invalid order_by clause '{text[:500]}'.") from fault
    if not scan.at_end():
        raise invalid(f"Invalid order_by clause '{text[:500]}'.")
    return found


def _condition(scan: Scanner) -> Condition:
    space, key = _name(scan)
    for sign in SIGNS:
        if scan.take(sign):
            return Condition(space, key, sign, (_value(scan),))
    for words in WORDS:
        if scan.word(*words):
            sign = " ".join(words)
            if sign.endswith("null"):
                return Condition(space, key, sign)
            return Condition(space, key, sign, _list(scan) if sign.endswith("in") else (_value(scan),))
    raise invalid(f"Invalid clause(s) in filter string: '{key}' is not compared with anything.")


def _name(scan: Scanner) -> tuple[str, str]:
    scan.skip_blanks()
    if scan.touches(QUOTES):
        return "attribute", scan.quoted()
    whole = scan.key()
    if whole.endswith(".") and scan.touches(QUOTES):
        whole += scan.quoted()
    head, dot, rest = whole.partition(".")
    if not dot:
        return "attribute", whole
    if head.lower() not in SPACES:
        raise invalid(f"Invalid entity type '{head[:100]}'. Valid values are {', '.join(SPACES)}.")
    return SPACES[head.lower()], rest


def _value(scan: Scanner, *, in_list: bool = False) -> str | float:
    scan.skip_blanks()
    if scan.touches(QUOTES):
        return scan.quoted()
    text = scan.bare_value(in_list=in_list)
    try:
        return float(text)
    except ValueError:
        shown = text[:100] or "nothing"
        raise invalid(f"Expected a quoted string value or a number in the filter. Got {shown}") from None


def _list(scan: Scanner) -> tuple[Any, ...]:
    if not scan.take("("):
        raise invalid("IN needs a list, such as IN ('a', 'b').")
    values = [_value(scan, in_list=True)]
    while scan.take(","):
        values.append(_value(scan, in_list=True))
    if not scan.take(")"):
        raise invalid("The list of IN is not closed.")
    return tuple(values)
