"""How Preprocess Text cleans one text: the steps in their order, each of them a small function."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

import polars as pl

from mlops.blocks.texts import SENTENCE_MARK

CODES = {"English": "en", "Spanish": "es", "French": "fr", "Dutch": "nl", "German": "de", "Italian": "it"}

_URL = re.compile(r"(?:https?|ftp)://\S+|\bwww\.\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<!\w)[-+]?\d+(?:[.,:/]\d+)*%?(?!\w)")
_REPEATED = re.compile(r"(\w)\1{2,}")
_SPECIAL = re.compile(r"[^\w\s]|_")
_SPACES = re.compile(r"\s+")
_TOKEN = re.compile(r"\w+(?:['’]\w+)*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)|\n+")
_WHOLE = {"won't": "will not", "can't": "cannot", "shan't": "shall not", "let's": "let us", "y'all": "you all"}
_ENDINGS = (("n't", " not"), ("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("'d", " would"), ("'m", " am"))
_IS = re.compile(r"\b(it|he|she|that|what|there|here|who|where|how)'s\b", re.IGNORECASE)


def cleaned(values: pl.Series, settings: dict[str, Any]) -> list[str | None]:
    """Each text by itself; a missing text stays missing."""
    return [None if text is None else clean(text, settings) for text in values.cast(pl.String).to_list()]


def clean(text: str, settings: dict[str, Any]) -> str:
    """`settings`: the component's parameters by name, and `stop_words`, a list in lower case or None for our own.

    Stop words go first; what they would hide (an address, a sentence's end) is untouched by that."""
    text = _told(text, settings)
    parts = _SENTENCE.split(text) if settings["detect_sentences"] else [text]
    done = (_of_one_sentence(part, settings) for part in parts)
    return f" {SENTENCE_MARK} ".join(part for part in done if part)


def _told(text: str, settings: dict[str, Any]) -> str:
    """What concerns the whole text, in this order."""
    text = text.replace("’", "'")
    if settings["expand_verb_contractions"] and settings["language"] == "English":
        text = expanded(text)
    if settings["custom_regular_expression"]:
        text = _pattern(settings["custom_regular_expression"]).sub(settings["custom_replacement_string"] or "", text)
    if settings["normalize_backslashes_to_slashes"]:
        text = text.replace("\\", "/")
    if settings["remove_urls"]:
        text = _URL.sub(" ", text)
    if settings["remove_email_addresses"]:
        text = _EMAIL.sub(" ", text)
    return text


def _of_one_sentence(text: str, settings: dict[str, Any]) -> str:
    code = CODES[settings["language"]]
    if settings["remove_stop_words"]:
        unwanted = _stop_words(code) if settings["stop_words"] is None else _listed(tuple(settings["stop_words"]))
        text = _each_word(text, lambda word: "" if word.lower() in unwanted else word)
    if settings["remove_numbers"]:
        text = _NUMBER.sub(" ", text)
    if settings["remove_duplicate_characters"]:
        text = _REPEATED.sub(r"\1\1", text)
    if settings["use_lemmatization"]:
        text = _each_word(text, lambda word: _lemma(word, code))
    if settings["remove_special_characters"]:
        text = _SPECIAL.sub(" ", text)
    elif settings["split_tokens_on_special_characters"]:
        text = _SPECIAL.sub(lambda found: f" {found[0]} ", text)
    if settings["normalize_case_to_lowercase"]:
        text = text.lower()
    return _SPACES.sub(" ", text).strip()


def expanded(text: str) -> str:
    """English contractions written out: don't -> do not. A possessive 's stays."""
    for short, long in _WHOLE.items():
        text = re.sub(rf"\b{short}\b", lambda found, long=long: _cased(found[0], long), text, flags=re.IGNORECASE)  # type: ignore[misc]
    for ending, long in _ENDINGS:
        text = re.sub(rf"(?<=\w){ending}\b", long, text, flags=re.IGNORECASE)
    return _IS.sub(r"\1 is", text)


def _cased(found: str, long: str) -> str:
    return long[0].upper() + long[1:] if found[0].isupper() else long


def _each_word(text: str, change: Callable[[str], str]) -> str:
    return _TOKEN.sub(lambda found: change(found[0]), text)


@lru_cache(maxsize=64)
def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


@lru_cache(maxsize=8)
def _listed(stop_words: tuple[str, ...]) -> Collection[str]:
    return frozenset(stop_words)


@lru_cache(maxsize=8)
def _stop_words(code: str) -> Collection[str]:
    from stop_words import get_stop_words

    return frozenset(get_stop_words(code))


@lru_cache(maxsize=200_000)
def _lemma(word: str, code: str) -> str:
    """The word as in a dictionary: houses -> house. Numbers and unknown words stay."""
    from simplemma import lemmatize

    found = lemmatize(word, lang=code)
    return found.lower() if word.islower() else found
