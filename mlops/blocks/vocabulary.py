"""The vocabulary of Extract N-Gram Features: its n-grams, in how many texts each occurs, and of how many texts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from mlops.blocks.components.extract_n_gram_features_from_text import VOCABULARY_COLUMNS
from mlops.blocks.texts import n_grams, sentences, words
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import TableSchema

SENTENCE_START = "|||"


@dataclass(frozen=True, kw_only=True)
class Cutting:
    """How a text becomes n-grams."""

    size: int = 1
    skips: int = 0
    shortest: int = 3
    longest: int = 25
    marks_start: bool = False

    def of(self, text: str | None) -> list[str]:
        found: list[str] = []
        for sentence in sentences(text or ""):
            tokens = [word for word in words(sentence) if self.shortest <= len(word) <= self.longest]
            if self.marks_start and tokens:
                tokens = [SENTENCE_START, *tokens]
            found += (gram for gram in n_grams(tokens, size=self.size, skips=self.skips) if gram != SENTENCE_START)
        return found


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """`frequencies[i]` of `texts` texts hold `grams[i]`."""

    grams: tuple[str, ...]
    frequencies: tuple[int, ...]
    texts: int

    @property
    def weights(self) -> list[float]:
        """IDF = log10(texts / texts with the n-gram); 0 for an n-gram that no text holds any more."""
        return [math.log10(self.texts / count) if count else 0.0 for count in self.frequencies]

    def as_frame(self) -> pl.DataFrame:
        ids = pl.int_range(len(self.grams), dtype=pl.Int64, eager=True)
        grams = pl.Series(self.grams, dtype=pl.String)
        counts = pl.Series(self.frequencies, dtype=pl.Int64)
        return pl.DataFrame({"ID": ids, "NGram": grams, "DF": counts, "IDF": pl.Series(self.weights, dtype=pl.Float64)})


def learned(cut: Sequence[Sequence[str]], *, fewest: int, largest_share: float) -> Vocabulary:
    """N-grams in at least `fewest` texts and at most `largest_share` of them, in alphabetical order."""
    counts = _counted(cut)
    most = largest_share * len(cut)
    kept = sorted(gram for gram, count in counts.items() if fewest <= count <= most)
    return Vocabulary(grams=tuple(kept), frequencies=tuple(counts[gram] for gram in kept), texts=len(cut))


def updated(given: Vocabulary, cut: Sequence[Sequence[str]], new: Vocabulary) -> Vocabulary:
    """The given n-grams, weighted by these texts, then the new ones."""
    counts = _counted(cut)
    grams = given.grams + _unknown(new, given)
    return Vocabulary(grams=grams, frequencies=tuple(counts[gram] for gram in grams), texts=len(cut))


def merged(given: Vocabulary, cut: Sequence[Sequence[str]], new: Vocabulary) -> Vocabulary:
    """N-grams of both; the counts of the texts behind both are added."""
    counts = _counted(cut)
    before = dict(zip(given.grams, given.frequencies, strict=True))
    grams = given.grams + _unknown(new, given)
    frequencies = tuple(before.get(gram, 0) + counts[gram] for gram in grams)
    return Vocabulary(grams=grams, frequencies=frequencies, texts=given.texts + len(cut))


def read_vocabulary(frame: pl.DataFrame, schema: TableSchema) -> Vocabulary:
    """From its table. How many texts there were follows from IDF and DF; a change by hand may leave several answers,
    then the largest counts. Refusal `bad_vocabulary`."""
    absent = [column.name for column in VOCABULARY_COLUMNS if schema.column(column.name) is None]
    if absent:
        raise _bad(_("it has no column '%(absent)s'") % {"absent": absent[0]}, absent[0])
    rows = frame.select(
        pl.col("NGram").cast(pl.String),
        pl.col("DF").cast(pl.Int64, strict=False),
        pl.col("IDF").cast(pl.Float64, strict=False),
    )
    if not rows.height:
        raise _bad(_("it has no rows"), "NGram")
    for name in rows.columns:
        if rows[name].null_count():
            raise _bad(
                _("row %(row)s has no valid '%(name)s'")
                % {"row": (rows[name].is_null().arg_max() or 0) + 1, "name": name},
                name,
            )
    if rows["NGram"].is_duplicated().any():
        raise _bad(
            _("'%(word)s' is in it twice") % {"word": rows.filter(pl.col("NGram").is_duplicated())["NGram"][0]},
            "NGram",
        )
    texts: Any = (rows["DF"] * 10 ** rows["IDF"]).round().max()
    most: Any = rows["DF"].max()
    return Vocabulary(
        grams=tuple(rows["NGram"]), frequencies=tuple(rows["DF"]), texts=max(1, int(texts or 0), int(most or 0))
    )


def _counted(cut: Iterable[Sequence[str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for grams in cut:
        counts.update(set(grams))
    return counts


def _unknown(new: Vocabulary, given: Vocabulary) -> tuple[str, ...]:
    known = set(given.grams)
    return tuple(gram for gram in new.grams if gram not in known)


def _bad(reason: str, column: str) -> Refusal:
    message = _("The table at 'Input vocabulary' is no vocabulary: %(reason)s.") % {"reason": reason}
    hint = _("Connect the result vocabulary of another Extract N-Gram Features from Text.")
    return Refusal(
        "bad_vocabulary", message, hint=hint, status=422, where=Where(port="input_vocabulary", column=column)
    )
