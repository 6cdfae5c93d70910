"""How Convert Word to Vector learns or reads vectors of words, and what a text's mean vector is."""

from __future__ import annotations

import base64
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mlops.blocks.bundles import archive_of
from mlops.blocks.components.convert_word_to_vector import FASTTEXT, GLOVE, WORD, vector_names
from mlops.blocks.texts import sentences, words
from mlops.blocks.values import FittedTransformValue, new_table
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext
from mlops.formats.transform import FittedTransform, Replay

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Bundle, Value

MOST_NUMBERS = 1_500_000
"""In a vocabulary that a model carries."""


def embed(call: Call) -> dict[str, Value]:
    table, column = call.table("dataset"), call.parameters["target_column"]
    cut = [words(part) for text in table.frame[column].drop_nulls().cast(pl.String) for part in sentences(text)]
    known = _kept(cut, call)
    bundle = call.optional_bundle("pretrained_vectors")
    if call.parameters["word2vec_strategy"] == GLOVE and bundle is not None:
        found, vectors = _read(bundle, known, call)
    else:
        found, vectors = _learned(cut, known, call)
    if vectors.size > MOST_NUMBERS:
        message = gettext("%(count)s words with %(shape)s numbers each are more than a model may carry.") % {
            "count": f"{len(found):,}",
            "shape": vectors.shape[1],
        }
        hint = gettext("Lower the maximum vocabulary size to %(most_numbers)s, or the length.") % {
            "most_numbers": f"{MOST_NUMBERS // vectors.shape[1]:,}"
        }
        where = Where(parameter="maximum_vocabulary_size")
        raise Refusal("table_too_wide", message, hint=hint, status=422, where=where)
    step = Replay(
        component="convert_word_to_vector",
        reads=(column,),
        writes=vector_names(column, vectors.shape[1]),
        fills=True,
        state={"words": found, "vectors": base64.b64encode(vectors.astype("<f4").tobytes()).decode()},
    )
    numbers = {f"Embedding {place}": vectors[:, place].astype(np.float64) for place in range(vectors.shape[1])}
    vocabulary = new_table(pl.DataFrame({WORD: found, **numbers}), sources=table.meta.sources)
    call.report.log(f"{len(found)} words with {vectors.shape[1]} numbers each.")
    return {
        "vocabulary_with_embeddings": vocabulary,
        "results_dataset": table.transformed(step),
        "transformation": FittedTransformValue(transform=FittedTransform(transforms=(step,))),
    }


def mean_vectors(values: pl.Series, state: Mapping[str, Any]) -> pl.DataFrame:
    """The mean over the known words of each text; zeros where there is none."""
    places = {word: place for place, word in enumerate(state["words"])}
    vectors = np.frombuffer(base64.b64decode(state["vectors"]), dtype="<f4").reshape(len(places), -1)
    means = np.zeros((values.len(), vectors.shape[1]), order="F")
    for row, text in enumerate(values.cast(pl.String).to_list()):
        found = [places[word] for word in words(text or "") if word in places]
        if found:
            means[row] = vectors[found].mean(axis=0, dtype=np.float64)
    names = vector_names(values.name, vectors.shape[1])
    return pl.DataFrame([pl.Series(name, means[:, place]) for place, name in enumerate(names)])


def _kept(cut: list[list[str]], call: Call) -> list[str]:
    """The most frequent words first. Raises Refusal `no_words`."""
    counts = Counter(word for sentence in cut for word in sentence)
    fewest = call.parameters["minimum_word_count"]
    kept = sorted((word for word, count in counts.items() if count >= fewest), key=lambda w: (-counts[w], w))
    if not kept:
        message = gettext("No word occurs at least %(fewest)s times in the texts.") % {"fewest": fewest}
        where = Where(parameter="minimum_word_count")
        raise Refusal("no_words", message, hint=gettext("Lower 'Minimum word count'."), status=422, where=where)
    return kept[: call.parameters["maximum_vocabulary_size"]]


def _learned(cut: list[list[str]], known: list[str], call: Call) -> tuple[list[str], Any]:
    """On one thread, so that equal texts give equal vectors."""
    from gensim.models import FastText, Word2Vec

    chosen, allowed = call.parameters, set(known)
    build = FastText if chosen["word2vec_strategy"] == FASTTEXT else Word2Vec
    model = build(
        sentences=[[word for word in sentence if word in allowed] for sentence in cut],
        vector_size=chosen["length_of_word_embedding"],
        window=chosen["context_window_size"],
        epochs=chosen["number_of_epochs"],
        sg=int(chosen["word2vec_training_algorithm"] == "Skip_gram"),
        min_count=1,
        workers=1,
        seed=call.seed,
    )
    return known, np.stack([model.wv[word] for word in known])


def _read(bundle: Bundle, known: list[str], call: Call) -> tuple[list[str], Any]:
    """The vectors of the words that are in the texts, in either spelling. Raises Refusal `weights_unfit`."""
    wanted, found = set(known) | {word.lower() for word in known}, {}
    for word, numbers in _lines(bundle):
        if word in wanted:
            found[word] = numbers
    words_there = [word for word in known if word in found or word.lower() in found]
    if not words_there:
        raise _unfit(gettext("none of its words is in the texts"))
    call.report.log(f"{len(known) - len(words_there)} of {len(known)} words are not in the file and are left out.")
    vectors = [found.get(word, found.get(word.lower())) for word in words_there]
    if len({len(vector) for vector in vectors if vector is not None}) > 1:
        raise _unfit(gettext("its lines differ in length"))
    return words_there, np.array(vectors, dtype=np.float32)


def _lines(bundle: Bundle) -> Iterator[tuple[str, Any]]:
    with zipfile.ZipFile(archive_of(bundle, port="pretrained_vectors")) as archive:
        names = [name for name in archive.namelist() if "__MACOSX" not in name]
        files = [name for name in names if name.lower().endswith((".txt", ".vec"))]
        if len(files) != 1:
            raise _unfit(gettext("the archive holds %(count)s text files; one is expected") % {"count": len(files)})
        with archive.open(files[0]) as file:
            for number, line in enumerate(file, start=1):
                word, _, rest = line.decode("utf-8", errors="replace").rstrip().partition(" ")
                cells = rest.split(" ")
                if number == 1 and len(cells) == 1:
                    continue  # word2vec's text form begins with how many there are
                try:
                    yield word, np.array(cells, dtype=np.float32)
                except ValueError as error:
                    raise _unfit(gettext("line %(number)s is no word with numbers") % {"number": number}) from error


def _unfit(reason: str) -> Refusal:
    hint = gettext(
        "Connect a zip archive with one text file: a word and its numbers in each line, as GloVe is published."
    )
    where = Where(port="pretrained_vectors")
    return Refusal(
        "weights_unfit",
        gettext("The file of vectors cannot be used: %(reason)s.") % {"reason": reason},
        hint=hint,
        status=422,
        where=where,
    )
