"""Reads expressions by the grammar of OData v4.01, part 2, section 5.1.1; what it says of precedence holds."""

from __future__ import annotations

from mlops.analytics.expressions.tree import Call, Field, Literal, Node, wrong
from mlops.analytics.expressions.words import Word, words
from mlops.formats.spoken import gettext as _

DEEPEST = 40
LONGEST_CHAIN = 60
"""Of sums and products, which lie within each other."""
LITERALS = ("string", "integer", "decimal", "boolean", "moment", "day", "guid", "null")
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("or",),
    ("and",),
    ("eq", "ne"),
    ("gt", "ge", "lt", "le", "in"),
    ("add", "sub"),
    ("mul", "div", "divby", "mod"),
)


def read(text: str, *, option: str = "$filter") -> Node:
    """One expression, such as `state eq 'failed' and year(created_at) ge 2026`. Raises Refusal."""
    reader = Reader(words(text, option=option), option)
    found = reader.expression()
    reader.expect("end", "")
    return found


class Reader:
    def __init__(self, found: list[Word], option: str) -> None:
        self._words, self._option = found, option
        self._at = self._depth = 0

    def expression(self, level: int = 0) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        self._deeper(level == 0)
        left = self.expression(level + 1)
        several = [left]
        while (word := self.now).kind == "name" and word.value in _LEVELS[level]:
            self._at += 1
            if word.value == "in":
                left = Call("in", (left, *self._list()))
                continue
            right = self.expression(level + 1)
            several.append(right)
            if level > 1:
                left = Call(word.value, (left, right))
            if len(several) > LONGEST_CHAIN and level > 1:
                raise wrong(
                    _("More than %(longest_chain)s operators stand in a row.") % {"longest_chain": LONGEST_CHAIN},
                    option=self._option,
                )
        self._depth -= level == 0
        return left if level > 1 or len(several) == 1 else Call(_LEVELS[level][0], tuple(several))

    @property
    def now(self) -> Word:
        return self._words[self._at]

    def take(self, kind: str, value: str) -> bool:
        found = self.now.kind == kind and self.now.value == value
        self._at += found
        return found

    def expect(self, kind: str, value: str) -> None:
        if not self.take(kind, value):
            wanted = f"“{value}”" if value else _("the end")
            raise wrong(
                _("At place %(at)s, %(wanted)s is expected.") % {"at": self.now.at + 1, "wanted": wanted},
                option=self._option,
            )

    def name(self) -> str:
        word = self.now
        if word.kind != "name":
            raise wrong(_("At place %(at)s, a name is expected.") % {"at": word.at + 1}, option=self._option)
        self._at += 1
        return str(word.value)

    def _unary(self) -> Node:
        if self.take("name", "not"):
            self._deeper(True)
            found: Node = Call("not", (self._unary(),))
            self._depth -= 1
            return found
        if self.take("mark", "-"):
            return Call("sub", (Literal(0, "integer"), self._primary()))
        return self._primary()

    def _primary(self) -> Node:
        word = self.now
        if word.kind in LITERALS:
            self._at += 1
            return Literal(word.value, word.kind)
        if self.take("mark", "("):
            found = self.expression()
            self.expect("mark", ")")
            return found
        name = self.name()
        if self.take("mark", "("):
            return Call(name, self._arguments())
        return Field(name)

    def _arguments(self) -> tuple[Node, ...]:
        if self.take("mark", ")"):
            return ()
        found = [self.expression()]
        while self.take("mark", ","):
            found.append(self.expression())
        self.expect("mark", ")")
        return tuple(found)

    def _list(self) -> tuple[Node, ...]:
        self.expect("mark", "(")
        return self._arguments()

    def _deeper(self, counts: bool) -> None:
        self._depth += counts
        if self._depth > DEEPEST:
            raise wrong(
                _("The expression lies more than %(deepest)s brackets deep.") % {"deepest": DEEPEST},
                option=self._option,
            )
