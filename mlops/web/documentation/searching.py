"""Full text over the documentation: every word must occur in a passage or its page's title; the best come first.

A passage's score is the sum over the words of tf / (tf + 1) · ln(passages / passages with the word), as in BM25
without lengths; a word in the heading or in the title counts more."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from functools import cache

import msgspec

from mlops.web.documentation.drawing import Passage, drawn, url_of
from mlops.web.documentation.shelf import Page, pages

WORD = re.compile(r"\w+")
SHOWN = 30
OF_A_PAGE = 3
AROUND = 90
"""Characters of an excerpt before and after the first word that was found."""
IN_HEADING, IN_TITLE = 3.0, 2.0


class Found(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    heading: str
    """Empty where the page's first words were found."""
    url: str
    excerpt: tuple[tuple[str, bool], ...]
    """Pieces of text, and whether each is a word that was looked for."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    page: Page
    passage: Passage
    words: Counter[str]
    heading: frozenset[str]
    title: frozenset[str]


def search(typed: str) -> list[Found]:
    """A word of three letters and more also finds those that begin with it."""
    wanted = list(dict.fromkeys(words_of(typed)))[:12]
    scores: list[dict[int, float]] = [_scores(word) for word in wanted]
    if not scores:
        return []
    both = set.intersection(*(set(one) for one in scores))
    ranked = sorted(both, key=lambda at: (-sum(one[at] for one in scores), at))
    found: list[Found] = []
    shown: Counter[str] = Counter()
    for at in ranked:
        entry = _entries()[at]
        shown[entry.page.address] += 1
        if shown[entry.page.address] <= OF_A_PAGE:
            found.append(_told(entry, wanted))
    return found[:SHOWN]


def words_of(text: str) -> list[str]:
    return [part for word in WORD.findall(text.lower()) for part in word.split("_") if part]


def _scores(word: str) -> dict[int, float]:
    """By the place of the entry."""
    entries, vocabulary = _entries(), _vocabulary()
    fitting = [one for one in vocabulary if one.startswith(word)] if len(word) >= 3 else [word]
    places = {at for one in fitting for at in vocabulary.get(one, ())}
    if not places:
        return {}
    rarity = math.log(1 + len(entries) / len(places))
    return {at: rarity * _weight(entries[at], fitting) for at in places}


def _weight(entry: _Entry, fitting: list[str]) -> float:
    times = sum(entry.words[one] for one in fitting)
    heading = IN_HEADING * any(one in entry.heading for one in fitting)
    return times / (times + 1) + heading + IN_TITLE * any(one in entry.title for one in fitting)


@cache
def _entries() -> tuple[_Entry, ...]:
    return tuple(
        _Entry(
            page=page,
            passage=passage,
            words=Counter(words_of(passage.text)),
            heading=frozenset(words_of(passage.heading.title)),
            title=frozenset(words_of(page.title)),
        )
        for page in pages().values()
        for passage in drawn(page.address).passages
    )


@cache
def _vocabulary() -> dict[str, list[int]]:
    """Every word, and the places of the entries that have it."""
    found: dict[str, list[int]] = defaultdict(list)
    for at, entry in enumerate(_entries()):
        for word in {*entry.words, *entry.heading, *entry.title}:
            found[word].append(at)
    return dict(found)


def _told(entry: _Entry, wanted: list[str]) -> Found:
    heading = entry.passage.heading
    return Found(
        title=entry.page.title,
        heading=heading.title if heading.level > 1 else "",
        url=url_of(entry.page.address) + (f"#{heading.anchor}" if heading.level > 1 else ""),
        excerpt=excerpt(entry.passage.text, wanted),
    )


def excerpt(text: str, wanted: list[str]) -> tuple[tuple[str, bool], ...]:
    """Some words around the first that was found; the beginning where only a title has them."""
    pattern = re.compile("|".join(rf"(?<![^\W_]){re.escape(one)}" for one in wanted), re.IGNORECASE)
    first = pattern.search(text)
    start = max(0, first.start() - AROUND) if first else 0
    start = text.find(" ", start) + 1 if start else 0
    part = text[start : start + 2 * AROUND + 40]
    part = ("…" if start else "") + part + ("…" if start + len(part) < len(text) else "")
    pieces, at = [], 0
    for hit in pattern.finditer(part):
        pieces += [(part[at : hit.start()], False), (hit.group(), True)]
        at = hit.end()
    return tuple(piece for piece in [*pieces, (part[at:], False)] if piece[0])
