"""How Extract N-Gram Features learns a vocabulary and turns each text into numbers by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mlops.blocks.values import FittedTransformValue, new_table
from mlops.blocks.vocabulary import Cutting, Vocabulary, learned, merged, read_vocabulary, updated
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext
from mlops.formats.transform import FittedTransform, Replay

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

NAME = "extract_n_gram_features_from_text"
MOST_GRAMS = 20_000
MOST_CELLS = 100_000_000


def extract(call: Call) -> dict[str, Value]:
    table, column = call.table("dataset"), call.parameters["text_column"]
    cutting = _cutting(call.parameters)
    cut = [cutting.of(text) for text in table.frame[column].cast(pl.String).to_list()]
    vocabulary = _vocabulary(call, cut)
    _require_room(vocabulary, rows=table.frame.height)
    step = Replay(
        component=NAME,
        reads=(column,),
        writes=feature_names(column, vocabulary, marks_unknown=call.parameters["detect_out_of_vocabulary_rows"]),
        fills=True,
        state=_state(call.parameters, cutting, vocabulary),
    )
    call.report.log(f"{len(vocabulary.grams)} n-grams from {table.frame.height} texts.")
    result = new_table(vocabulary.as_frame(), sources=table.meta.sources)
    transformation = FittedTransformValue(transform=FittedTransform(transforms=(step,)))
    return {
        "results_dataset": table.transformed(step),
        "result_vocabulary": result,
        "transformation": transformation,
    }


def feature_names(column: str, vocabulary: Vocabulary, *, marks_unknown: bool) -> tuple[str, ...]:
    names = tuple(f"{column}.[{gram}]" for gram in vocabulary.grams)
    return (*names, f"{column}.OutOfVocabulary") if marks_unknown else names


def replay(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    column = frame.columns[0]
    vocabulary = Vocabulary(grams=tuple(state["grams"]), frequencies=(), texts=0)
    cutting = Cutting(**state["cutting"])
    texts = frame.to_series().cast(pl.String).to_list()
    cells, unknown = _cells([cutting.of(text) for text in texts], state)
    names = feature_names(column, vocabulary, marks_unknown=state["marks_unknown"])
    columns = [pl.Series(name, cells[:, place]) for place, name in enumerate(names[: len(vocabulary.grams)])]
    return pl.DataFrame([*columns, pl.Series(names[-1], unknown)] if state["marks_unknown"] else columns)


def _cells(cut: Sequence[Sequence[str]], state: Mapping[str, Any]) -> tuple[Any, list[bool]]:
    """[texts, n-grams] in column order, and whether a text holds an n-gram that is not among them."""
    places = {gram: place for place, gram in enumerate(state["grams"])}
    weights = np.asarray(state["idf"]) if "IDF" in state["weighting"] else np.ones(len(places))
    cells = np.zeros((len(cut), len(places)), order="F")
    unknown = []
    for row, grams in enumerate(cut):
        counts = Counter(grams)
        found = [(places[gram], count) for gram, count in counts.items() if gram in places]
        unknown.append(len(found) < len(counts))
        if found:
            columns = [place for place, _ in found]
            times = np.array([count for _, count in found], dtype=np.float64)
            cells[row, columns] = (times if state["weighting"].startswith("TF") else 1.0) * weights[columns]
    if state["normalize"]:
        lengths = np.sqrt((cells**2).sum(axis=1, keepdims=True))
        np.divide(cells, lengths, out=cells, where=lengths > 0)
    return cells, unknown


def _cutting(parameters: Mapping[str, Any]) -> Cutting:
    return Cutting(
        size=parameters["n_grams_size"],
        skips=parameters["k_skip_size"],
        shortest=parameters["minimum_word_length"],
        longest=parameters["maximum_word_length"],
        marks_start=parameters["mark_begin_of_sentence"],
    )


def _vocabulary(call: Call, cut: Sequence[Sequence[str]]) -> Vocabulary:
    mode, table = call.parameters["vocabulary_mode"], call.optional_table("input_vocabulary")
    new = learned(
        cut,
        fewest=call.parameters["minimum_n_gram_document_absolute_frequency"],
        largest_share=call.parameters["maximum_n_gram_document_ratio"],
    )
    if mode == "Create":
        return new
    assert table is not None
    given = read_vocabulary(table.frame, table.schema)
    if mode == "ReadOnly":
        return given
    return updated(given, cut, new) if mode == "Update" else merged(given, cut, new)


def _state(parameters: Mapping[str, Any], cutting: Cutting, vocabulary: Vocabulary) -> dict[str, Any]:
    return {
        "cutting": dict(vars(cutting)),
        "weighting": parameters["weighting_function"],
        "normalize": parameters["normalize_n_gram_feature_vectors"],
        "marks_unknown": parameters["detect_out_of_vocabulary_rows"],
        "grams": list(vocabulary.grams),
        "idf": vocabulary.weights,
    }


def _require_room(vocabulary: Vocabulary, *, rows: int) -> None:
    count = len(vocabulary.grams)
    frequency = "minimum_n_gram_document_absolute_frequency"
    where = Where(parameter=frequency)
    if not count:
        message = gettext(
            "No n-gram is left: none is in enough texts, or the texts hold no words of the allowed length."
        )
        hint = gettext("Lower 'Minimum n-gram document absolute frequency', or check the text column.")
        raise Refusal("no_n_grams", message, hint=hint, status=422, where=where)
    if count > MOST_GRAMS or count * rows > MOST_CELLS:
        message = gettext("%(count)s n-grams in %(rows)s rows are more than a table can hold as columns.") % {
            "count": f"{count:,}",
            "rows": f"{rows:,}",
        }
        most = min(MOST_GRAMS, MOST_CELLS // max(rows, 1))
        hint = gettext("Raise 'Minimum n-gram document absolute frequency' to get at most %(most)s n-grams.") % {
            "most": f"{most:,}"
        }
        raise Refusal("too_many_n_grams", message, hint=hint, status=422, where=where)
