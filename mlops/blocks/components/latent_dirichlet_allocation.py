"""Latent Dirichlet Allocation: which topics a text is about, found from the texts alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.texts import TEXT_COLUMNS, chosen_texts
from mlops.formats.component import Component, Derived, Parameter, Port, Shape
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

_MORE = {"show_all_options": (True,)}

DEFINITION = Component(
    name="latent_dirichlet_allocation",
    version="1",
    title="Latent Dirichlet Allocation",
    group="Text Analytics",
    help="""Finds topics in texts, without being told what they are: words that often stand together form a topic, and
each text is a mixture of topics.

**When to use it.** To get an overview of many texts, to group them, or to turn them into a few numbers for a
learner. Clean the texts with Preprocess Text first.

**Example.** Among reviews of restaurants one topic may gather `waiter, wait, slow` and another `pasta, sauce,
fresh`. A review gets `Topic 1` = 0.9 and `Topic 2` = 0.1 when it is nearly all about the service.

**What comes out.** The table with one column for each topic; the feature topic matrix, which says how much each
word weighs in each topic (sort by a topic's column to see what it is about); and a transformation that
Apply Transformation puts on other tables. A model that learns from the topics takes the raw text in a request.

Several text columns are read one after another as one text. The method is online variational Bayes (Hoffman, Blei
and Bach, 2010).""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(
        Port(name="transformed_dataset", type="table", label="Transformed dataset"),
        Port(name="feature_topic_matrix", type="table", label="Feature topic matrix"),
        Port(name="lda_transformation", type="transformation", label="LDA transformation"),
    ),
    parameters=(
        Parameter(
            name="target_columns",
            type="columns",
            label="Target column(s)",
            required=True,
            default=TEXT_COLUMNS,
            port="dataset",
            only_types=("string",),
            help="One or several text columns.",
        ),
        Parameter(
            name="number_of_topics_to_model",
            type="integer",
            label="Number of topics to model",
            required=True,
            default=5,
            minimum=1,
            maximum=1000,
            help="How many topics to look for.",
        ),
        Parameter(
            name="n_grams",
            type="integer",
            label="N-grams",
            default=2,
            minimum=1,
            maximum=10,
            help="The longest run of words that counts as a feature.",
        ),
        Parameter(
            name="normalize",
            type="boolean",
            label="Normalize",
            default=True,
            help="Let the topics of each text add up to 1. Off: the weights as they are found.",
        ),
        Parameter(
            name="show_all_options",
            type="boolean",
            label="Show all options",
            default=False,
            help="Show the settings of the method.",
        ),
        Parameter(
            name="rho_parameter",
            type="decimal",
            label="Rho parameter",
            default=0.01,
            minimum=0,
            exclusive_minimum=True,
            visible_if=_MORE,
            help="Small: a topic has few words. Large: many.",
        ),
        Parameter(
            name="alpha_parameter",
            type="decimal",
            label="Alpha parameter",
            default=0.01,
            minimum=0,
            exclusive_minimum=True,
            visible_if=_MORE,
            help="Small: a text has few topics. Large: many.",
        ),
        Parameter(
            name="estimated_number_of_documents",
            type="integer",
            label="Estimated number of documents",
            default=1000,
            minimum=1,
            visible_if=_MORE,
            help="How many texts the topics stand for.",
        ),
        Parameter(
            name="size_of_the_batch",
            type="integer",
            label="Size of the batch",
            default=32,
            minimum=1,
            maximum=1024,
            visible_if=_MORE,
            help="After how many texts the topics are adjusted.",
        ),
        Parameter(
            name="initial_value_of_iteration",
            type="integer",
            label="Initial value of iteration used in learning update schedule",
            default=0,
            minimum=0,
            visible_if=_MORE,
            help="Above 0, the first batches count less.",
        ),
        Parameter(
            name="power_applied_to_the_iteration",
            type="decimal",
            label="Power applied to the iteration during updates",
            default=0.5,
            minimum=0,
            maximum=1,
            visible_if=_MORE,
            help="How fast later batches count less.",
        ),
        Parameter(
            name="number_of_training_iterations",
            type="integer",
            label="Number of passes over the data",
            default=25,
            minimum=1,
            maximum=1024,
            visible_if=_MORE,
            help="How often all texts are gone through.",
        ),
        Parameter(
            name="build_dictionary_of_n_grams",
            type="boolean",
            label="Build dictionary of n-grams",
            default=True,
            visible_if=_MORE,
            help="On: features are words, which can be read. Off: words are hashed, which needs less memory.",
        ),
        Parameter(
            name="maximum_size_of_n_gram_dictionary",
            type="integer",
            label="Maximum size of n-gram dictionary",
            default=20_000,
            minimum=1,
            maximum=20_000,
            visible_if={**_MORE, "build_dictionary_of_n_grams": (True,)},
            help="The most frequent n-grams are kept.",
        ),
        Parameter(
            name="number_of_hash_bits",
            type="integer",
            label="Number of bits to use for feature hashing",
            default=12,
            minimum=1,
            maximum=18,
            visible_if={**_MORE, "build_dictionary_of_n_grams": (False,)},
            help="12 bits are 4,096 features.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    topics = tuple(Column(name=name, type="decimal") for name in topic_names(parameters["number_of_topics_to_model"]))
    outputs = {
        "transformed_dataset": Shape(type="table"),
        "feature_topic_matrix": Shape(
            type="table", table=TableSchema(columns=(Column(name="Feature", type="string"), *topics))
        ),
        "lda_transformation": Shape(type="transformation"),
    }
    if table is None:
        return Derived(outputs=outputs)
    _, problems = chosen_texts(parameters["target_columns"], table, parameter="target_columns")
    if not {topic.name for topic in topics} & set(table.names):
        schema = TableSchema(columns=table.columns + topics, row_count=table.row_count)
        outputs["transformed_dataset"] = Shape(type="table", table=schema)
    return Derived(outputs=outputs, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.topics import find_topics

    return find_topics(call)


def replay(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    from mlops.blocks.topics import shares

    return shares(frame, state)


def topic_names(count: int) -> tuple[str, ...]:
    return tuple(f"Topic {number}" for number in range(1, count + 1))
