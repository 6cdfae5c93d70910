"""One comparison: the sign or word after a name, and the value or values in the form that the name asks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from mlops.formats.search import values
from mlops.formats.search.fault import SearchFault
from mlops.formats.search.naming import Typed, resolve
from mlops.formats.search.nodes import And, Compare, Has, Name, Node, Not, Note, Operator, Span, Text, Value
from mlops.formats.search.scanning import QUOTES, Scanner
from mlops.formats.search.vocabulary import ORDER, PATTERN, Field, Vocabulary
from mlops.formats.spoken import gettext as _

METRIC = Field(name="metric", kind="number")
TEXT = Field(name="text")
STRICT_SIGNS = ("=", "!=", "<", "<=", ">", ">=", "<>", "==")
SAME: dict[str, Operator] = {"==": "=", "<>": "!=", "~": "contains", "=~": "contains", ":": "="}
ORDERED = ("number", "date", "duration", "bytes")


class Read(NamedTuple):
    node: Node
    note: Note | None


class Comparison:
    def __init__(
        self,
        scanner: Scanner,
        typed: Typed,
        words: Vocabulary,
        now: datetime,
        *,
        name: Name | None = None,
        start: int | None = None,
    ) -> None:
        self.scan = scanner
        self.typed = typed
        self.words = words
        self.now = now
        self.name = name or Name(space="tag", key=typed.key)
        self.is_resolved = name is not None
        self.start = typed.span[0] if start is None else start
        self.field: Field = TEXT
        self.note: Note | None = None

    @staticmethod
    def of_tag(name: Name, span: Span) -> Compare:
        """`tag = "Area=Churn"`."""
        key, _sign, value = name.key.partition("=")
        return Compare(
            name=Name(space="tag", key=key.strip(), span=name.span),
            operator="=",
            values=(Text(value=value.strip()),),
            span=span,
        )

    def read(self) -> Read | None:
        """None where nothing is compared. Raises SearchFault."""
        sign = self.scan.sign()
        if sign:
            return self.by_sign(sign)
        return self.by_word()

    def by_sign(self, sign: str) -> Read:
        if self.words.strict and sign not in STRICT_SIGNS:
            raise self.fault(
                "filter_operator_invalid",
                _("There is no comparison '%(sign)s'.") % {"sign": sign},
                _("There are =, != and <."),
            )
        self.resolve()
        if sign == "!~":
            return self.found(Not(part=self.compare("contains", [self.value("contains")]), span=self.span))
        operator: Operator = SAME.get(sign, sign)  # type: ignore[arg-type]
        if operator == "=" and not self.words.strict:
            return self.found(self.equal(is_colon=sign == ":"))
        return self.found(self.compare(operator, [self.value(operator)]))

    def equal(self, *, is_colon: bool) -> Node:
        """`=` and `:` with what may follow them: `:<0.5`, `1..5`, `*`, `churn*`, `failed,cancelled`."""
        is_ordered = self.field.kind in ORDERED
        if is_colon and is_ordered:
            for sign in ("<=", ">=", "<", ">"):
                if self.scan.take(sign):
                    return self.compare(sign, [self.value(sign)])
        if self.scan.next_is(QUOTES) or self.scan.at_end():
            operator: Operator = "contains" if is_colon and self.field.is_searched else "="
            return self.compare(operator, [self.value(operator)])
        start = self.scan.skip_blanks()
        raw = self.scan.bare_value(in_list=False)
        if raw == "*":
            return Has(name=self.name, span=self.span)
        if is_ordered and ".." in raw:
            return self.between(raw, start)
        if self.field.kind == "choice" and "," in raw:
            given = [self.converted(one, start) for one in raw.split(",") if one]
            if given:
                return self.compare("in", given)
        if self.name.space == "field" and self.field.kind == "text" and "*" in raw:
            return self.compare("ilike", [Text(value=_pattern(raw))])
        self.scan.place = start
        operator = "contains" if is_colon and self.field.is_searched else "="
        return self.compare(operator, [self.value(operator)])

    def between(self, raw: str, start: int) -> Node:
        low, _dots, high = raw.partition("..")
        bounds: list[tuple[Operator, str]] = [(">=", low), ("<=", high)]
        parts = [self.compare(sign, [self.converted(one, start)]) for sign, one in bounds if one]
        if not parts:
            raise self.fault("filter_value_invalid", _("The range has no ends."), _("Such as 0.1..0.5."))
        return parts[0] if len(parts) == 1 else And(parts=tuple(parts), span=self.span)

    def by_word(self) -> Read | None:
        """`in (…)`, `like '…'`, `is null`, `between … and …`; else nothing is compared."""
        is_named = self.is_resolved or self.typed.is_named(self.words)
        if self.scan.word("not", "in") or self.scan.word("in"):
            words = self.scan.text[self.typed.span[1] : self.scan.place].split()
            if not self.scan.next_is("("):
                if is_named and self.words.strict:
                    raise self.fault("filter_not_understood", _("IN needs a list."), _("Such as IN ('a', 'b')."))
                return None
            self.resolve()
            operator: Operator = "not in" if words[0].lower() == "not" else "in"
            return self.found(self.compare(operator, self.several()))
        for spelled in ("not like", "not ilike", "like", "ilike", "contains"):
            if self.scan.word(*spelled.split()):
                if not is_named and not self.scan.next_is(QUOTES):
                    return None
                return self.pattern(spelled)
        if is_named or not self.typed.is_quoted:
            if self.scan.word("is", "not", "null"):
                self.resolve()
                return self.found(Has(name=self.name, span=self.span))
            if self.scan.word("is", "null"):
                self.resolve()
                return self.found(Not(part=Has(name=self.name, span=self.span), span=self.span))
        if is_named and self.scan.word("between"):
            return self.found(self.between_words())
        return None

    def between_words(self) -> Node:
        self.resolve()
        low = self.compare(">=", [self.value(">=")])
        if not self.scan.word("and"):
            raise self.fault("filter_not_understood", _("BETWEEN needs two ends."), _("Such as BETWEEN 0.1 AND 0.5."))
        return And(parts=(low, self.compare("<=", [self.value("<=")])), span=self.span)

    def pattern(self, spelled: str) -> Read:
        self.resolve()
        operator: Operator = spelled.removeprefix("not ")  # type: ignore[assignment]
        made = self.compare(operator, [self.value(operator)])
        return self.found(Not(part=made, span=self.span) if spelled.startswith("not") else made)

    def resolve(self) -> None:
        if self.is_resolved:
            self.field = METRIC if self.name.space == "metric" else TEXT
            return
        self.name, field, self.note = resolve(self.typed, self.words, self.scan.text)
        self.field = field or (METRIC if self.name.space == "metric" else TEXT)

    def compare(self, operator: Operator, given: Sequence[Value]) -> Compare:
        if operator not in self.field.operators:
            allowed = ", ".join(self.field.operators)
            hint = _("%(whole)s may be compared with: %(allowed)s.") % {"whole": self.typed.whole, "allowed": allowed}
            raise self.fault(
                "filter_operator_invalid",
                _("'%(whole)s' cannot be compared with %(operator)s.")
                % {"whole": self.typed.whole, "operator": operator},
                hint,
            )
        return Compare(name=self.name, operator=operator, values=tuple(given), span=self.span)

    def several(self) -> list[Value]:
        start = self.scan.skip_blanks()
        self.scan.take("(")
        found = [self.value("in", in_list=True)]
        while self.scan.take(","):
            found.append(self.value("in", in_list=True))
        if not self.scan.take(")"):
            raise SearchFault("filter_not_understood", _("The list is not closed."), text=self.scan.text,
                              span=(start, self.scan.place), hint=_("Close it with )."))  # fmt: skip
        return found

    def value(self, operator: str, *, in_list: bool = False) -> Value:
        start = self.scan.skip_blanks()
        if self.scan.touches(QUOTES):
            text = self.scan.quoted()
            if self.words.strict and self.field.kind == "number":
                raise self.wrong(_("a number without quotes"), "", start)
            return self.converted(text, start, operator)
        end = values.spans_blanks(self.scan.text, start, self.field.kind)
        if end is not None and self.scan.text[end : end + 1] not in ("", " ", "\t", "\n", ")", ","):
            end = None
        if end is not None:
            self.scan.place = end
            return self.converted(self.scan.text[start:end], start, operator)
        raw = self.scan.bare_value(in_list=in_list)
        if not raw:
            raise self.wrong(_("a value"), _('Write it after the sign; an empty value is "".'), start)
        if self.words.strict and self.field.kind in ("text", "choice"):
            raise self.wrong(_("a text in quotes"), _("Write '%(raw)s'.") % {"raw": raw}, start)
        return self.converted(raw, start, operator)

    def converted(self, text: str, start: int, operator: str = "=") -> Value:
        if operator in PATTERN:
            return Text(value=text)
        as_number = self.name.space in ("tag", "parameter") and operator in ORDER and values.NUMBER.fullmatch(text)
        try:
            return values.read(text, METRIC if as_number else self.field, now=self.now)
        except values.WrongValue as wrong:
            raise self.wrong(wrong.expected, wrong.hint, start) from wrong

    def found(self, node: Node) -> Read:
        return Read(node, self.note)

    @property
    def span(self) -> Span:
        return (self.start, self.scan.place)

    def wrong(self, expected: str, hint: str, start: int) -> SearchFault:
        given = self.scan.text[start : self.scan.place][:100]
        said = _("'%(whole)s' is compared with nothing: %(expected)s is missing.")
        if given:
            said = _("'%(whole)s' cannot be compared with %(given)s: it takes %(expected)s.")
        said %= {"whole": self.typed.whole, "given": given, "expected": expected}
        span = (start, max(start, self.scan.place))
        return SearchFault("filter_value_invalid", said, text=self.scan.text, span=span, hint=hint)

    def fault(self, code: str, message: str, hint: str) -> SearchFault:
        return SearchFault(code, message, text=self.scan.text, span=self.span, hint=hint)


def _pattern(raw: str) -> str:
    """`churn*` as a pattern of LIKE."""
    for sign in "\\%_":
        raw = raw.replace(sign, f"\\{sign}")
    return raw.replace("*", "%")
