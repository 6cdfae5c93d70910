"""Extract N-Gram Features from Text: one column for each word or run of words that matters."""

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

VOCABULARY_COLUMNS = (
    Column(name="ID", type="integer"),
    Column(name="NGram", type="string"),
    Column(name="DF", type="integer"),
    Column(name="IDF", type="decimal"),
)
_LEARNS = {"vocabulary_mode": ("Create", "Update", "Merge")}

DEFINITION = Component(
    name="extract_n_gram_features_from_text",
    version="1",
    title="Extract N-Gram Features from Text",
    group="Text Analytics",
    help="""Turns a text column into numbers that a learner can use: one column for each n-gram, that is, for each
word or run of words that is in enough of the texts.

**When to use it.** After Preprocess Text, before Train Model. Leave out the text column itself with Select Columns
in Dataset afterwards.

**Example.** `red car` and `blue car` with n-grams of size 2 give the columns `text.[red]`, `text.[car]`,
`text.[red car]` and so on, each with 0 or 1, a count, or a weight.

**Vocabulary mode.** *Create* learns the n-grams from the text. *ReadOnly* takes those of the connected vocabulary
as they are: use it for the rows kept aside for a test. *Update* keeps the connected n-grams, weighs them by this
text and adds new ones. *Merge* adds up the counts of both texts and keeps all n-grams of both.

**Weighting.** *Binary*: is it there. *TF*: how often. *IDF*: rare n-grams weigh more, log10(texts / texts with
it). *TF-IDF*: both multiplied.

**What comes out.** The table with the new columns; the vocabulary (ID, NGram, DF = in how many texts, IDF); and a
transformation that Apply Transformation puts on other tables. A model that learns from the columns takes the raw
text in a request: the vocabulary comes along inside the model. `OutOfVocabulary` says whether a text holds an
n-gram that is not in the vocabulary.""",
    inputs=(
        Port(name="dataset", type="table", label="Dataset"),
        Port(name="input_vocabulary", type="table", label="Input vocabulary", optional=True),
    ),
    outputs=(
        Port(name="results_dataset", type="table", label="Results dataset"),
        Port(name="result_vocabulary", type="table", label="Result vocabulary"),
        Port(name="transformation", type="transformation", label="Transformation"),
    ),
    parameters=(
        Parameter(
            name="text_column",
            type="column",
            label="Text column",
            required=True,
            port="dataset",
            only_types=("string",),
            help="The column to take n-grams from.",
        ),
        Parameter(
            name="vocabulary_mode",
            type="choice",
            label="Vocabulary mode",
            required=True,
            default="Create",
            choices=tuple(Choice(value=mode, label=mode) for mode in ("Create", "ReadOnly", "Update", "Merge")),
            help="Learn the n-grams here, or take them from the connected vocabulary.",
        ),
        Parameter(
            name="n_grams_size",
            type="integer",
            label="N-Grams size",
            default=1,
            minimum=1,
            maximum=10,
            help="The longest run of words. 2 gives single words and pairs.",
        ),
        Parameter(
            name="k_skip_size",
            type="integer",
            label="K-Skip size",
            default=0,
            minimum=0,
            maximum=10,
            help="How many words a run may leave out. 0: words stand side by side.",
        ),
        Parameter(
            name="weighting_function",
            type="choice",
            label="Weighting function",
            required=True,
            default="Binary Weight",
            choices=tuple(
                Choice(value=name, label=name) for name in ("Binary Weight", "TF Weight", "IDF Weight", "TF-IDF Weight")
            ),
            help="What stands in the columns.",
        ),
        Parameter(
            name="minimum_word_length",
            type="integer",
            label="Minimum word length",
            default=3,
            minimum=1,
            maximum=100,
            help="Shorter words are left out.",
        ),
        Parameter(
            name="maximum_word_length",
            type="integer",
            label="Maximum word length",
            default=25,
            minimum=1,
            maximum=1000,
            help="Longer words are left out.",
        ),
        Parameter(
            name="minimum_n_gram_document_absolute_frequency",
            type="integer",
            label="Minimum n-gram document absolute frequency",
            default=5,
            minimum=1,
            visible_if=_LEARNS,
            help="An n-gram must be in at least so many texts. More gives fewer columns.",
        ),
        Parameter(
            name="maximum_n_gram_document_ratio",
            type="decimal",
            label="Maximum n-gram document ratio",
            default=1.0,
            minimum=0,
            maximum=1,
            exclusive_minimum=True,
            visible_if=_LEARNS,
            help="An n-gram may be in at most this share of the texts. 0.8 leaves out what nearly all texts say.",
        ),
        Parameter(
            name="detect_out_of_vocabulary_rows",
            type="boolean",
            label="Detect out-of-vocabulary rows",
            default=True,
            help="Add a column that says whether a text holds n-grams that are not in the vocabulary.",
        ),
        Parameter(
            name="mark_begin_of_sentence",
            type="boolean",
            label="Mark begin-of-sentence",
            default=False,
            help="Let runs of words tell whether they begin a sentence (||| stands before them).",
        ),
        Parameter(
            name="normalize_n_gram_feature_vectors",
            type="boolean",
            label="Normalize n-gram feature vectors",
            default=False,
            help="Divide the numbers of each row by their length (L2), so that long texts do not weigh more.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    outputs = {
        "results_dataset": Shape(type="table"),
        "result_vocabulary": Shape(type="table", table=TableSchema(columns=VOCABULARY_COLUMNS)),
        "transformation": Shape(type="transformation"),
    }
    problems: list[Problem] = []
    if parameters["maximum_word_length"] < parameters["minimum_word_length"]:
        message = _("The maximum word length is below the minimum word length, so no word is left.")
        hint = _("Raise the maximum.")
        problems.append(problem("bad_range", message, hint=hint, parameter="maximum_word_length"))
    if parameters["vocabulary_mode"] != "Create" and "input_vocabulary" not in inputs:
        message = _("The vocabulary mode %(parameters)s needs a vocabulary at 'Input vocabulary'.") % {
            "parameters": parameters["vocabulary_mode"]
        }
        hint = _("Connect the result vocabulary of another Extract N-Gram Features from Text, or choose Create.")
        problems.append(problem("input_missing", message, hint=hint, port="input_vocabulary"))
    table, column = inputs["dataset"].table, parameters["text_column"]
    if table is not None and column:
        found = table.column(column)
        if found is None:
            problems.append(column_not_found(column, table.names, parameter="text_column"))
        elif found.type != "string":
            problems.append(not_text(column, found.type, "text_column"))
    return Derived(outputs=outputs, problems=tuple(problems))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.ngram_features import extract

    return extract(call)


def replay(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    from mlops.blocks import ngram_features

    return ngram_features.replay(frame, state)
