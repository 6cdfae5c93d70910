"""Train Wide & Deep Recommender: learn from ratings and from what is known of users and items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import problem
from mlops.blocks.recommendation import derived_model
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value
    from mlops.formats.model import ModelManifest

ACTIVATIONS = ("ReLU", "Sigmoid", "Tanh", "Linear", "LeakyReLU")
OPTIMIZERS = ("Adagrad", "Adam", "RMSprop", "SGD", "Adadelta")


def _optimizer(part: str, default: str) -> Parameter:
    return Parameter(
        name=f"{part}_part_optimizer",
        type="choice",
        label=f"{part.title()} part optimizer",
        required=True,
        default=default,
        choices=tuple(Choice(value=name, label=name) for name in OPTIMIZERS),
        help=f"How the weights of the {part} part are found.",
    )


def _rate(part: str) -> Parameter:
    return Parameter(
        name=f"{part}_part_learning_rate",
        type="decimal",
        label=f"{part.title()} part learning rate",
        required=True,
        default=0.1 if part == "wide" else 0.01,
        minimum=0,
        maximum=2,
        exclusive_minimum=True,
        help=f"How far one batch moves the weights of the {part} part.",
    )


def _count(name: str, label: str, default: int, help_: str, *, minimum: int = 1, maximum: int = 100_000) -> Parameter:
    return Parameter(
        name=name,
        type="integer",
        label=label,
        required=True,
        default=default,
        minimum=minimum,
        maximum=maximum,
        help=help_,
    )


DEFINITION = Component(
    name="train_wide_and_deep_recommender",
    version="1",
    title="Train Wide & Deep Recommender",
    group="Recommendation",
    extra="deep",
    help="""Learns from ratings, and from what is known of users and items, who likes what. The wide part remembers
which user went with which item; the deep part generalizes to pairs that it has not seen.

**When to use it.** When there are features of users or items, such as age or genre: new users and items then get
sensible predictions too. Without features Train SVD Recommender is simpler and faster.

**What to connect.** Ratings with users, items and ratings in the first three columns. User features and item
features are optional: the identifier in the first column, one row for each, and then any columns.

**Example.** Users with age and city, restaurants with cuisine and price: a new Italian restaurant is recommended to
those who like Italian ones.

**What comes out.** A trained model for Score Wide & Deep Recommender. Deployed as an endpoint it takes a user and an
item; their features are kept inside. It needs the extra `deep`.""",
    inputs=(
        Port(name="training_dataset", type="table", label="Training dataset of user-item-rating triples"),
        Port(name="user_features", type="table", label="User features", optional=True),
        Port(name="item_features", type="table", label="Item features", optional=True),
    ),
    outputs=(Port(name="trained_model", type="model", label="Trained Wide and Deep recommendation model"),),
    parameters=(
        _count("epochs", "Epochs", 15, "How often all ratings are gone through."),
        _count("batch_size", "Batch size", 64, "How many ratings are looked at together.", minimum=2),
        _optimizer("wide", "Adagrad"),
        _rate("wide"),
        _count(
            "crossed_feature_dimension",
            "Crossed feature dimension",
            1000,
            "How many weights the pairs of user and item share.",
            maximum=10_000_000,
        ),
        _optimizer("deep", "Adagrad"),
        _rate("deep"),
        _count(
            "user_embedding_dimension",
            "User embedding dimension",
            16,
            "How many hidden factors a user has.",
            maximum=2048,
        ),
        _count(
            "item_embedding_dimension",
            "Item embedding dimension",
            16,
            "How many hidden factors an item has.",
            maximum=2048,
        ),
        _count(
            "categorical_features_embedding_dimension",
            "Categorical features embedding dimension",
            4,
            "How many numbers stand for a text feature.",
            maximum=2048,
        ),
        Parameter(
            name="hidden_units",
            type="string",
            label="Hidden units",
            required=True,
            default="256,128",
            help="The width of each hidden layer, from the first to the last.",
        ),
        Parameter(
            name="activation_function",
            type="choice",
            label="Activation function",
            required=True,
            default="ReLU",
            choices=tuple(Choice(value=name, label=name) for name in ACTIVATIONS),
            help="What each hidden unit does with its sum.",
        ),
        Parameter(
            name="dropout",
            type="decimal",
            label="Dropout",
            required=True,
            default=0.2,
            minimum=0,
            maximum=0.99,
            help="The share of hidden units that is left out in each step, against learning by heart.",
        ),
        Parameter(
            name="batch_normalization",
            type="boolean",
            label="Batch normalization",
            default=True,
            help="Bring the sums of each layer to one scale; training goes faster.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    derived = derived_model(DEFINITION.name, inputs["training_dataset"].table, port="training_dataset")
    return Derived(outputs=derived.outputs, problems=(*derived.problems, *_problems(parameters)))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.recommenders import as_model
    from mlops.blocks.wide_and_deep_training import learn

    table = call.table("training_dataset")
    model = as_model(DEFINITION, learn(call), table, call.parameters, framework="torch")
    return {"trained_model": model}


def predict(manifest: ModelManifest, estimator: Any, frame: pl.DataFrame) -> pl.DataFrame:
    from mlops.blocks.recommenders import rate_pairs

    return rate_pairs(manifest, estimator, frame)


def _problems(parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    units = [part.strip() for part in str(parameters["hidden_units"]).replace(";", ",").split(",") if part.strip()]
    if units and all(unit.isdecimal() and 1 <= int(unit) <= 10_000 for unit in units):
        return ()
    message = _("'Hidden units' cannot be read: '%(parameters)s'.") % {"parameters": parameters["hidden_units"]}
    hint = _("Write the widths of the layers with commas between them, such as 256,128.")
    return (problem("bad_hidden_units", message, hint=hint, parameter="hidden_units"),)
