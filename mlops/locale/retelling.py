"""Sentences that were stored in one language, told in another.

A reason or an error is written once, by a worker or by somebody's act, and read by people of other languages later. The
catalogues know how each sentence is made: a stored one is recognised by its fixed words, and said again with the same
values. What is not recognised stays as it is."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PLACE = re.compile(r"%\((\w+)\)([sdf])|%(%)")
END_OF_SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-ZÄÖÜ0-9“„])")
SENTENCES_IN_VALUES = frozenset({"cause", "detail", "error", "hint", "message", "reason", "said", "told", "why"})
"""Values that may be sentences of ours themselves; others, such as names, are left alone."""
MOST_SENTENCES = 8
MOST_DEPTH = 3
ENDS = (".", "!", "?", ":")
"""Of a sentence. A lonely word may be somebody's name for a thing."""
KEY = 3
"""Messages are found by their first letters."""


@dataclass(frozen=True)
class Message:
    """As the code has it."""

    text: str
    plural: str = ""
    context: str = ""


Say = Callable[[Message, int | None], str]
"""A message in the language wanted; the number decides between its forms, where it has a plural."""


@dataclass(frozen=True)
class Form:
    """One way in which a message is said, in some language."""

    said: str
    message: Message

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts, at, seen = [], 0, set()
        for place in PLACE.finditer(self.said):
            parts.append(re.escape(self.said[at : place.start()]))
            at = place.end()
            name, kind = place[1], place[2]
            if name is None:
                parts.append("%")
            elif name in seen:
                parts.append(f"(?P={name})")
            else:
                seen.add(name)
                parts.append(f"(?P<{name}>{'-?[0-9]+' if kind == 'd' else '.+?'})")
        return re.compile("".join([*parts, re.escape(self.said[at:])]), re.DOTALL)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What stands between its values."""
        return tuple(part for part in PLACE.sub("\0", self.said).split("\0") if part)

    @cached_property
    def fixed(self) -> int:
        """How many of its letters are no values: the more, the surer."""
        return sum(map(len, self.words))

    def values(self, text: str) -> dict[str, str] | None:
        """None: the text is not made by this form."""
        if not all(part in text for part in self.words):
            return None
        found = self.pattern.fullmatch(text)
        return found.groupdict() if found else None


class Retelling:
    def __init__(self, forms: Iterator[Form]) -> None:
        self._whole: dict[str, Message] = {}
        self._by_start: dict[str, list[Form]] = {}
        for form in forms:
            first = PLACE.search(form.said)
            if first is None:
                self._whole.setdefault(form.said, form.message)
            else:
                self._by_start.setdefault(form.said[: min(first.start(), KEY)], []).append(form)

    def tell(self, text: str, say: Say, *, depth: int = 0) -> str:
        found = self._told(text, say, depth)
        if found is not None:
            return found
        sentences = END_OF_SENTENCE.split(text, maxsplit=MOST_SENTENCES)
        for many in range(len(sentences) - 1, 0, -1):
            found = self._told(" ".join(sentences[:many]), say, depth)
            if found is not None:
                return f"{found} {self.tell(' '.join(sentences[many:]), say, depth=depth)}"
        if len(sentences) == 1:
            return text
        found = self._told(text, say, depth, of_one=False)
        if found is not None:
            return found
        return f"{sentences[0]} {self.tell(' '.join(sentences[1:]), say, depth=depth)}"

    def _told(self, text: str, say: Say, depth: int, *, of_one: bool = True) -> str | None:
        """`of_one`: no value goes on beyond the end of a sentence."""
        message = self._whole.get(text)
        if message is not None:
            return say(message, None).replace("%%", "%") if text.endswith(ENDS) else None
        starts = {text[:length] for length in range(KEY + 1)}
        candidates = [form for start in starts for form in self._by_start.get(start, ())]
        for form in sorted(candidates, key=lambda form: -form.fixed):
            values = form.values(text)
            if values is None or (of_one and any(END_OF_SENTENCE.search(value) for value in values.values())):
                continue
            return self._again(form.message, values, say, depth)
        return None

    def _again(self, message: Message, values: Mapping[str, str], say: Say, depth: int) -> str:
        count = next((int(value) for value in values.values() if value.lstrip("-").isdecimal()), None)
        said = say(message, count)

        def value(place: re.Match[str]) -> str:
            if place[1] is None:
                return "%"
            given = values.get(place[1], place[0])
            if place[1] == "state":
                return self._state(given, say)
            return self._inner(given, say, depth) if place[1] in SENTENCES_IN_VALUES else given

        return PLACE.sub(value, said)

    def _state(self, text: str, say: Say) -> str:
        """Stands in a sentence in small letters."""
        message = self._whole.get(text.capitalize())
        return say(message, None).lower() if message else text

    def _inner(self, text: str, say: Say, depth: int) -> str:
        if depth >= MOST_DEPTH:
            return text
        found = self.tell(text, say, depth=depth + 1)
        if found == text:  # the full stop may have been taken off, for the sentence around it
            found = self.tell(f"{text}.", say, depth=depth + 1).removesuffix(".")
        return found


def forms(folder: Path) -> Iterator[Form]:
    """Of all catalogues in the folder, and of the code's own English."""
    for file in sorted(folder.glob("*/LC_MESSAGES/django.mo")):
        for message, said in messages(file.read_bytes()):
            for one in (message.text, message.plural, *said):
                if one:
                    yield Form(one, message)


def messages(compiled: bytes) -> Iterator[tuple[Message, tuple[str, ...]]]:
    """Of a catalogue in the form of GNU gettext (`.mo`); Python's reader leaves plurals of the original out."""
    order = "<" if compiled[:4] == b"\xde\x12\x04\x95" else ">"
    count, originals, translations = struct.unpack(f"{order}3I", compiled[8:20])

    def text(table: int, place: int) -> str:
        length, at = struct.unpack_from(f"{order}2I", compiled, table + 8 * place)
        return compiled[at : at + length].decode()

    for place in range(count):
        key, said = text(originals, place), text(translations, place)
        if not key:  # the head of the file
            continue
        context, _mark, original = key.rpartition("\x04")
        singular, _nul, plural = original.partition("\x00")
        yield Message(singular, plural, context), tuple(said.split("\x00"))
