"""Convert Word to Vector: words as lists of numbers, so that words of like meaning lie close together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import column_not_found, problem
from mlops.blocks.texts import not_text
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

GLOVE, WORD2VEC, FASTTEXT = "GloVe pretrained English Model", "Gensim Word2Vec", "Gensim FastText"
_TRAINED: dict[str, tuple[Any, ...]] = {"word2vec_strategy": (WORD2VEC, FASTTEXT)}
WORD = "Word"

DEFINITION = Component(
    name="convert_word_to_vector",
    version="1",
    title="Convert Word to Vector",
    group="Text Analytics",
    extra="text",
    help="""Turns words into lists of numbers (embeddings), so that words that stand in like surroundings get like
numbers.

**When to use it.** After Preprocess Text, to look at which words go together, or to turn texts into a fixed number of
columns for a learner.

**Strategies.** *Gensim Word2Vec* and *Gensim FastText* learn from your own texts; they need some thousand sentences.
FastText also learns from parts of words, which helps with endings and misspellings. *GloVe pretrained English Model*
takes vectors that were learned elsewhere: this product downloads nothing while it runs, so upload the file (such as
`glove.6B.100d.txt` in a zip archive) on the Datasets page and connect it to *Pretrained vectors*.

**Example.** In reviews of restaurants, `waiter` and `waitress` come out close to each other.

**What comes out.** The vocabulary with its embeddings, one row for each word; the table with one column for each
number, the mean over the words of a text; and a transformation for Apply Transformation. A model that learns from the
columns takes the raw text in a request. It needs the extra `text`.""",
    inputs=(
        Port(name="dataset", type="table", label="Dataset"),
        Port(
            name="pretrained_vectors",
            type="zip",
            label="Pretrained vectors",
            optional=True,
            help="A zip archive with one text file: a word and its numbers in each line.",
        ),
    ),
    outputs=(
        Port(name="vocabulary_with_embeddings", type="table", label="Vocabulary with embeddings"),
        Port(name="results_dataset", type="table", label="Results dataset"),
        Port(name="transformation", type="transformation", label="Transformation"),
    ),
    parameters=(
        Parameter(
            name="target_column",
            type="column",
            label="Target column",
            required=True,
            port="dataset",
            only_types=("string",),
            help="The column with texts.",
        ),
        Parameter(
            name="word2vec_strategy",
            type="choice",
            label="Word2Vec strategy",
            required=True,
            default=WORD2VEC,
            choices=tuple(Choice(value=name, label=name) for name in (GLOVE, WORD2VEC, FASTTEXT)),
            help="Learn from these texts, or take vectors that were learned elsewhere.",
        ),
        Parameter(
            name="word2vec_training_algorithm",
            type="choice",
            label="Word2Vec training algorithm",
            required=True,
            default="Skip_gram",
            choices=(Choice(value="Skip_gram", label="Skip_gram"), Choice(value="CBOW", label="CBOW")),
            visible_if=_TRAINED,
            help="Skip_gram is better for rare words, CBOW is faster.",
        ),
        Parameter(
            name="length_of_word_embedding",
            type="integer",
            label="Length of word embedding",
            default=100,
            minimum=1,
            maximum=2000,
            visible_if=_TRAINED,
            help="How many numbers stand for a word.",
        ),
        Parameter(
            name="context_window_size",
            type="integer",
            label="Context window size",
            default=5,
            minimum=1,
            maximum=100,
            visible_if=_TRAINED,
            help="How many words on either side count as the surroundings.",
        ),
        Parameter(
            name="number_of_epochs",
            type="integer",
            label="Number of epochs",
            default=5,
            minimum=1,
            maximum=1024,
            visible_if=_TRAINED,
            help="How often all texts are gone through.",
        ),
        Parameter(
            name="maximum_vocabulary_size",
            type="integer",
            label="Maximum vocabulary size",
            default=10_000,
            minimum=10,
            maximum=100_000,
            help="The most frequent words are kept.",
        ),
        Parameter(
            name="minimum_word_count",
            type="integer",
            label="Minimum word count",
            default=5,
            minimum=1,
            maximum=100_000,
            help="Words that occur less often are left out.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table, column = inputs["dataset"].table, parameters["target_column"]
    problems: list[Problem] = []
    pretrained = parameters["word2vec_strategy"] == GLOVE
    if pretrained and "pretrained_vectors" not in inputs:
        message = _("GloVe needs a file of vectors, because nothing is downloaded while a pipeline runs.")
        hint = _("Connect a zip archive with such a file to 'Pretrained vectors', or choose Gensim Word2Vec.")
        problems.append(problem("weights_missing", message, hint=hint, parameter="word2vec_strategy"))
    vocabulary, results = Shape(type="table"), Shape(type="table")
    length = parameters["length_of_word_embedding"]
    if not pretrained:
        numbers = tuple(Column(name=f"Embedding {place}", type="decimal") for place in range(length))
        vocabulary = Shape(type="table", table=TableSchema(columns=(Column(name=WORD, type="string"), *numbers)))
    if table is not None and column:
        found = table.column(column)
        if found is None:
            problems.append(column_not_found(column, table.names, parameter="target_column"))
        elif found.type != "string":
            problems.append(not_text(column, found.type, "target_column"))
        names = vector_names(column, length)
        if not pretrained and not set(names) & set(table.names):
            columns = (*table.columns, *(Column(name=name, type="decimal") for name in names))
            results = Shape(type="table", table=TableSchema(columns=columns, row_count=table.row_count))
    outputs = {
        "vocabulary_with_embeddings": vocabulary,
        "results_dataset": results,
        "transformation": Shape(type="transformation"),
    }
    return Derived(outputs=outputs, problems=tuple(problems))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.embeddings import embed

    return embed(call)


def replay(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    from mlops.blocks.embeddings import mean_vectors

    return mean_vectors(frame.to_series(), state)


def vector_names(column: str, length: int) -> tuple[str, ...]:
    return tuple(f"{column}_Embedding.{place}" for place in range(length))
