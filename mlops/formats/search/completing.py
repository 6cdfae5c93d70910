"""What is being typed at a place of a filter: a name, or a value of which name. It never refuses: half a filter is what
there is to complete."""

from __future__ import annotations

from typing import Literal

import msgspec

from mlops.formats.search.fault import SearchFault
from mlops.formats.search.naming import Typed, resolve
from mlops.formats.search.nodes import Name, Space, Span
from mlops.formats.search.scanning import QUOTES, Scanner
from mlops.formats.search.vocabulary import SPACES, Vocabulary

WORDS = ("and", "or", "not")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """`begin` is what was typed of it, `span` the part of the text that a proposal takes the place of. `space` of a
    name: only such ones (after `metrics.`); empty: any. `name` of a value: whose."""

    kind: Literal["name", "value"]
    begin: str
    span: Span
    space: Space | Literal[""] = ""
    name: Name | None = None


def wanted_at(text: str, place: int, words: Vocabulary) -> Wanted:
    """`place`: where the caret stands; what comes after it is left alone."""
    scanner = Scanner(text[:place])
    end = len(scanner.text)
    nothing = Wanted(kind="name", begin="", span=(end, end))
    while not scanner.at_end():
        if scanner.touches("(),"):
            scanner.place += 1
            continue
        if scanner.touches("-") and scanner.text[scanner.place + 1 : scanner.place + 2] not in ("", " "):
            scanner.place += 1
        start = scanner.place
        try:
            typed = Typed(scanner)
        except SearchFault:
            return Wanted(kind="name", begin=scanner.text[start + 1 :], span=(start, end))
        if scanner.place == start:
            scanner.place += 1
            continue
        if scanner.place >= end:
            return _name(typed, (start, end))
        if typed.whole.lower() in WORDS:
            continue
        found = _value(scanner, typed, words)
        if found is not None:
            return found
    return nothing


def _name(typed: Typed, span: Span) -> Wanted:
    if typed.whole.endswith("."):
        head = typed.whole.removesuffix(".").lower()
        if head in SPACES:
            return Wanted(kind="name", begin="", span=span, space=SPACES[head])
    if typed.prefix is not None:
        return Wanted(kind="name", begin=typed.key, span=span, space=typed.prefix)
    return Wanted(kind="name", begin=typed.whole, span=span)


def _value(scanner: Scanner, typed: Typed, words: Vocabulary) -> Wanted | None:
    """None where the comparison is complete, or there is none."""
    is_list = scanner.word("not", "in") or scanner.word("in")
    if not is_list and not scanner.sign() and not any(scanner.word(word) for word in ("like", "ilike", "contains")):
        return None
    if not typed.is_quoted and typed.whole.lower() == "tag":
        return None
    try:
        name, _field, _note = resolve(typed, words, scanner.text)
    except SearchFault:
        name = Name(space="tag", key=typed.key)
    end = len(scanner.text)
    if is_list:
        scanner.take("(")
    while True:
        start = scanner.skip_blanks()
        begin, is_whole = _one(scanner, in_list=is_list)
        if not is_whole or scanner.place >= end:
            return Wanted(kind="value", begin=begin, span=(start, end), name=name)
        if not is_list or not scanner.take(","):
            return None


def _one(scanner: Scanner, *, in_list: bool) -> tuple[str, bool]:
    """What is there of a value, and whether it is closed: it stands in quotes, or something follows it."""
    start = scanner.place
    if not scanner.touches(QUOTES):
        return scanner.bare_value(in_list=in_list), True
    try:
        return scanner.quoted(), True
    except SearchFault:
        return scanner.text[start + 1 :], False
