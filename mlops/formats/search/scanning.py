"""Walks over the text of a filter: blanks, words of the language, quoted texts, keys and bare values."""

from __future__ import annotations

import re

from mlops.formats.search.fault import SearchFault
from mlops.formats.spoken import gettext as _

BLANK = re.compile(r"\s*")
KEY_END = re.compile(r"[\s()=<>~:]|!(?=[=~])")
SIGNS = ("!=", "!~", "<=", ">=", "<>", "==", "=~", "=", ":", "<", ">", "~")
QUOTES = "\"'`“‘"
CLOSING = {"“": "”", "‘": "’"}


class Scanner:
    """`place` is where the next piece begins."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def skip_blanks(self) -> int:
        hit = BLANK.match(self.text, self.place)
        self.place = hit.end() if hit else self.place
        return self.place

    def at_end(self) -> bool:
        return self.skip_blanks() >= len(self.text)

    def next_is(self, signs: str) -> bool:
        self.skip_blanks()
        return self.place < len(self.text) and self.text[self.place] in signs

    def touches(self, signs: str) -> bool:
        """Whether one of `signs` comes next without a blank before it."""
        return self.place < len(self.text) and self.text[self.place] in signs

    def take(self, sign: str) -> bool:
        self.skip_blanks()
        if not self.text.startswith(sign, self.place):
            return False
        self.place += len(sign)
        return True

    def sign(self) -> str:
        """One of SIGNS, or an empty text."""
        return next((sign for sign in SIGNS if self.take(sign)), "")

    def word(self, *words: str) -> bool:
        """Takes these words of the language one after the other, in any case; or nothing."""
        form = r"\s+".join(words)
        self.skip_blanks()
        hit = re.compile(rf"{form}(?=[\s()\"'`]|$)", re.IGNORECASE).match(self.text, self.place)
        if hit is None:
            return False
        self.place = hit.end()
        return True

    def quoted(self) -> str:
        """A text in quotes: a quote in it is doubled or has a backslash before it, as has a backslash."""
        start, opening = self.place, self.text[self.place]
        closing = CLOSING.get(opening, opening)
        said: list[str] = []
        place = start + 1
        while place < len(self.text):
            sign, after = self.text[place], self.text[place + 1 : place + 2]
            if sign == "\\" and after in (closing, opening, "\\") and after:
                said.append(after)
                place += 2
            elif sign == closing and after == closing:
                said.append(closing)
                place += 2
            elif sign == closing:
                self.place = place + 1
                return "".join(said)
            else:
                said.append(sign)
                place += 1
        raise SearchFault(
            "filter_not_understood",
            _("The text that begins with %(opening)s has no end.") % {"opening": opening},
            text=self.text,
            span=(start, len(self.text)),
            hint=_("Close it with %(closing)s, or leave out the quote.") % {"closing": closing},
        )

    def key(self) -> str:
        """Up to a blank, a bracket or a sign of comparison. Quotes count only at its begin and after a dot."""
        start = self.place
        while self.place < len(self.text) and not KEY_END.match(self.text, self.place):
            if self.text[self.place] in QUOTES and self.text[self.place - 1 : self.place] == "." and self.place > start:
                break
            self.place += 1
        return self.text[start : self.place]

    def bare_value(self, *, in_list: bool) -> str:
        """Up to a blank; a closing bracket belongs to it where it was opened in it; in a list a comma ends it."""
        start, depth = self.place, 0
        while self.place < len(self.text):
            sign = self.text[self.place]
            if sign.isspace() or (in_list and sign == ",") or (sign == ")" and depth == 0):
                break
            depth += (sign == "(") - (sign == ")")
            self.place += 1
        return self.text[start : self.place]
