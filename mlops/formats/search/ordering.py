"""What a list is ordered by: `-created`, `metrics.rmse desc, name`, `params.lr`, `tags.Area`."""

from __future__ import annotations

import msgspec

from mlops.formats.search.fault import SearchFault
from mlops.formats.search.naming import Typed, resolve
from mlops.formats.search.nodes import Name
from mlops.formats.search.scanning import Scanner
from mlops.formats.search.vocabulary import Vocabulary
from mlops.formats.search.writing import name
from mlops.formats.spoken import gettext as _

MOST_KEYS = 5


class Order(msgspec.Struct, frozen=True, kw_only=True):
    name: Name
    descending: bool = False

    def __str__(self) -> str:
        return f"{'-' if self.descending else ''}{name(self.name)}"


def parse_order(text: str, words: Vocabulary) -> tuple[Order, ...]:
    """Raises SearchFault. An unknown bare name is a fault here, never a tag."""
    try:
        return _parse(text, words)
    except SearchFault as fault:
        raise fault.of_order() from None


def _parse(text: str, words: Vocabulary) -> tuple[Order, ...]:
    scanner = Scanner(text)
    known = msgspec.structs.replace(words, strict=True)
    found: list[Order] = []
    while not scanner.at_end():
        start = scanner.place
        descending = scanner.take("-")
        typed = Typed(scanner)
        typed.key, typed.whole = typed.key.rstrip(","), typed.whole.rstrip(",")
        if not typed.key:
            said, hint = _("Here a name is missing."), _("Such as -created, or metrics.rmse desc.")
            span = (start, scanner.place)
            raise SearchFault("order_not_understood", said, text=text, span=span, hint=hint)
        ended = scanner.text[scanner.place - 1 : scanner.place] == ","
        if not ended:
            descending = _direction(scanner, descending)
        named, _field, _note = resolve(typed, known, text)
        found.append(Order(name=named, descending=descending))
        if not ended and not scanner.at_end() and not scanner.take(","):
            said, hint = _("A comma is missing here."), _("Such as metrics.rmse desc, name.")
            raise SearchFault("order_not_understood", said, text=text, span=(scanner.place, len(text)), hint=hint)
    if len(found) > MOST_KEYS:
        said = _("A list is ordered by at most %(most)d things.") % {"most": MOST_KEYS}
        raise SearchFault("order_not_understood", said, text=text, span=(0, len(text)), hint=_("Leave some out."))
    return tuple(found)


def _direction(scanner: Scanner, descending: bool) -> bool:
    scanner.skip_blanks()
    rest = scanner.text[scanner.place :].partition(",")[0].strip().lower()
    if rest in ("asc", "desc"):
        scanner.place += len(rest)
        return (rest == "desc") != descending
    return descending
