"""Reads a filter: comparisons and words, joined by AND (or just by blanks), OR, NOT and brackets.

One grammar for all faces. Azure's box takes `TagName=TagValue`; people also write `state = failed`, `name ~ churn`,
`metrics.rmse < 0.5`, `created > 7 days ago`, `Area in (Churn, Sales)` or `-state:failed`; MLflow's clients write
`metrics.rmse < 0.5 AND tags."Area" = 'Churn'` (a vocabulary that is `strict` allows just that)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from mlops.formats.search.comparing import Comparison
from mlops.formats.search.fault import SearchFault
from mlops.formats.search.naming import Typed, is_alone, resolve, tag_of
from mlops.formats.search.nodes import And, Compare, Has, Node, Not, Note, Or, Query, Span, Words
from mlops.formats.search.scanning import QUOTES, Scanner
from mlops.formats.search.vocabulary import Vocabulary
from mlops.formats.spoken import gettext as _

MOST_CHARACTERS = 10_000
MOST_TERMS = 200
MOST_DEPTH = 30


def parse(text: str, words: Vocabulary, *, now: datetime | None = None) -> Query:
    """Raises SearchFault, and nothing else. Dates without a zone are in the zone of `now`."""
    if len(text) > MOST_CHARACTERS:
        raise SearchFault(
            "filter_too_long",
            _("A filter has at most %(most_characters)s characters; this one has %(count)s.")
            % {"most_characters": f"{MOST_CHARACTERS:,}", "count": f"{len(text):,}"},
            text=text,
            span=(MOST_CHARACTERS, MOST_CHARACTERS),
            hint=_("Filter by fewer things."),
        )
    return _Parser(text, words, now or datetime.now(UTC)).query()


class _Parser:
    def __init__(self, text: str, words: Vocabulary, now: datetime) -> None:
        self.text = text
        self.words = words
        self.now = now
        self.scan = Scanner(text)
        self.notes: list[Note] = []
        self.terms = 0
        self.depth = 0

    def query(self) -> Query:
        if self.scan.at_end():
            return Query(text=self.text)
        root = self.either()
        if not self.scan.at_end():
            raise self.fault(_("There is a ) too many."), _("Leave it out, or open it before."), length=1)
        return Query(text=self.text, root=root, notes=tuple(self.notes))

    def either(self) -> Node:
        start = self.scan.skip_blanks()
        parts = [self.all()]
        while self.scan.word("or"):
            self.refuse_strict("OR", start)
            parts.append(self.all())
        return parts[0] if len(parts) == 1 else Or(parts=tuple(parts), span=(start, self.scan.place))

    def all(self) -> Node:
        start = self.scan.skip_blanks()
        parts = [self.part()]
        while not self.scan.at_end() and not self.scan.next_is(")"):
            before = self.scan.place
            if self.scan.word("or"):
                self.scan.place = before
                break
            joined = self.scan.word("and")
            if not joined and self.words.strict:
                raise self.fault(_("Two conditions stand here without AND between them."), _("Write AND between them."))
            parts.append(self.part())
            if not joined:
                self.notice_blank(parts[-2], parts[-1])
        return parts[0] if len(parts) == 1 else And(parts=tuple(parts), span=(start, self.scan.place))

    def part(self) -> Node:
        start = self.scan.skip_blanks()
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise self.fault(
                _("A filter has at most %(most_terms)s conditions.") % {"most_terms": MOST_TERMS},
                _("Filter by fewer things."),
                long=True,
            )
        if self.scan.word("not") or self.dash():
            self.refuse_strict("NOT", start)
            return Not(part=self.deeper(self.part), span=(start, self.scan.place))
        if self.scan.take("("):
            inner = self.deeper(self.either)
            if not self.scan.take(")"):
                raise self.fault(_("A ( is not closed."), _("Close it with )."), at=start, length=1)
            return inner
        return self.condition()

    def dash(self) -> bool:
        """`-state:failed`, `-churn`, `-(…)`."""
        after = self.text[self.scan.place + 1 : self.scan.place + 2]
        if self.words.strict or not self.scan.touches("-") or not (after.isalpha() or after in ("(", *QUOTES)):
            return False
        return after != "" and self.scan.take("-")

    def condition(self) -> Node:
        if self.scan.word("and") or self.scan.word("or"):
            raise self.fault(
                _("Here a condition is missing."), _("Put a word of the language in quotes to look for it.")
            )
        typed = Typed(self.scan)
        if not typed.key and not typed.is_quoted:
            raise self.fault(
                _("Here a name or a word is missing."), _("Such as Area=Churn or state = failed."), length=1
            )
        for what in ("tag", "has"):
            if is_alone(typed, what) and not self.words.strict and (found := self.of_tags(typed, what)):
                return found
        before = self.scan.place
        read = Comparison(self.scan, typed, self.words, self.now).read()
        if read is None:
            self.scan.place = before
            return self.alone(typed)
        if read.note:
            self.notes.append(read.note)
        return read.node

    def of_tags(self, typed: Typed, what: str) -> Node | None:
        """`tag:Area`, `tag:Area=Churn`, `tag = "Area=Churn"`; `has:Area`, `has:metrics.rmse`."""
        before = self.scan.place
        if self.scan.sign() not in (":", "=") or self.scan.at_end():
            self.scan.place = before
            return None
        inner = Typed(self.scan)
        span = (typed.span[0], self.scan.place)
        if what == "has":
            name, _field, note = resolve(inner, self.words, self.text)
            self.notes += [note] if note else []
            return Has(name=name, span=span)
        name = tag_of(inner, self.words, self.text)
        if inner.is_quoted and "=" in name.key and not self.scan.touches("=:"):
            return Comparison.of_tag(name, span)
        read = Comparison(self.scan, inner, self.words, self.now, name=name, start=span[0]).read()
        return Has(name=name, span=span) if read is None else read.node

    def alone(self, typed: Typed) -> Node:
        if self.words.strict:
            raise self.fault(
                _("'%(whole)s' is not compared with anything.") % {"whole": typed.whole},
                _("Such as metrics.rmse < 0.5."),
                at=typed.span[0],
            )
        if typed.prefix is not None and typed.prefix in self.words.spaces:
            name, _field, _note = resolve(typed, self.words, self.text)
            return Has(name=name, span=typed.span)
        return Words(text=typed.whole, span=typed.span)

    def deeper(self, read: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise self.fault(
                _("Brackets and NOT lie within each other at most %(most_depth)s deep.") % {"most_depth": MOST_DEPTH},
                "",
                long=True,
            )
        found = read()
        self.depth -= 1
        return found

    def notice_blank(self, before: Node, after: Node) -> None:
        """`City=New York` is the tag City with the value New, and the word York."""
        is_value = isinstance(before, Compare) and before.name.space == "tag" and before.operator == "="
        if not is_value or not isinstance(after, Words) or self.text[after.span[0]] in QUOTES:
            return
        assert isinstance(before, Compare)
        if self.text[before.span[1] - 1] in "\"'`”’":
            return
        value = self.text[self.value_start(before) : after.span[1]]
        near = f'{before.name.key}="{value}"'
        self.notes.append(Note(code="word_after_tag", text=after.text, near=near, span=after.span))

    def value_start(self, of: Compare) -> int:
        return of.span[1] - len(getattr(of.values[0], "value", ""))

    def refuse_strict(self, word: str, start: int) -> None:
        if self.words.strict:
            raise self.fault(
                _("%(word)s is not allowed here.") % {"word": word}, _("Join conditions by AND."), at=start
            )

    def fault(
        self, message: str, hint: str, *, at: int | None = None, length: int | None = None, long: bool = False
    ) -> SearchFault:
        start = self.scan.place if at is None else at
        end = len(self.text) if length is None else start + length
        span: Span = (start, max(start, min(end, len(self.text))))
        code = "filter_too_long" if long else "filter_not_understood"
        return SearchFault(code, message, text=self.text, span=span, hint=hint)
