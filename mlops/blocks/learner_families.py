"""Parameters that several learners of one family have in common."""

from __future__ import annotations

from mlops.blocks.learners import Tunable
from mlops.formats.component import Choice, Parameter

BOOSTED_TREES: tuple[Tunable, ...] = (
    (
        Parameter(
            name="maximum_number_of_leaves_per_tree",
            type="integer",
            label="Maximum number of leaves per tree",
            default=20,
            minimum=2,
            maximum=131_072,
            help="How many cases one tree may tell apart. More leaves fit finer patterns, and noise as well.",
        ),
        "2; 8; 32; 128",
    ),
    (
        Parameter(
            name="minimum_number_of_training_instances_required_to_form_a_leaf",
            type="integer",
            label="Minimum number of training instances required to form a leaf",
            default=10,
            minimum=1,
            help="A leaf must stand for at least so many rows. More rows make the model more cautious.",
        ),
        "1; 10; 50",
    ),
    (
        Parameter(
            name="learning_rate",
            type="decimal",
            label="Learning rate",
            default=0.2,
            minimum=0,
            maximum=1,
            exclusive_minimum=True,
            help="How much each tree corrects. Smaller values need more trees.",
        ),
        "0.025; 0.05; 0.1; 0.2; 0.4",
    ),
    (
        Parameter(
            name="number_of_trees",
            type="integer",
            label="Total number of trees constructed",
            default=100,
            minimum=1,
            maximum=10_000,
            help="How many trees are added one after another.",
        ),
        "20; 100; 500",
    ),
)

PENALISED: tuple[Parameter | Tunable, ...] = (
    (
        Parameter(
            name="optimization_tolerance",
            type="decimal",
            label="Optimization tolerance",
            default=1e-7,
            minimum=0,
            exclusive_minimum=True,
            help="Stop when an iteration improves the fit by less than this share.",
        ),
        "0.0001; 0.0000001",
    ),
    (
        Parameter(
            name="l1_regularization_weight",
            type="decimal",
            label="L1 regularization weight",
            default=1.0,
            minimum=0,
            help="Pushes weak columns to exactly no effect. 0 turns it off.",
        ),
        "0; 0.01; 0.1; 1",
    ),
    (
        Parameter(
            name="l2_regularization_weight",
            type="decimal",
            label="L2 regularization weight",
            default=1.0,
            minimum=0,
            help="Keeps all effects small. 0 turns it off.",
        ),
        "0.01; 0.1; 1",
    ),
    Parameter(
        name="memory_size",
        type="integer",
        label="Memory size for L-BFGS",
        default=20,
        minimum=1,
        maximum=1000,
        help="How many past steps the optimizer remembers. More may need fewer iterations.",
    ),
)

FORESTS: tuple[Parameter | Tunable, ...] = (
    Parameter(
        name="resampling_method",
        type="choice",
        label="Resampling method",
        required=True,
        default="bagging",
        choices=(
            Choice(value="bagging", label="Bagging Resampling"),
            Choice(value="replicate", label="Replicate Resampling"),
        ),
        help="Bagging: each tree learns from its own draw of the rows. Replicate: each learns from all rows.",
    ),
    (
        Parameter(
            name="number_of_decision_trees",
            type="integer",
            label="Number of decision trees",
            default=8,
            minimum=1,
            maximum=10_000,
            help="More trees give steadier predictions and take longer.",
        ),
        "1; 8; 32",
    ),
    (
        Parameter(
            name="maximum_depth_of_the_decision_trees",
            type="integer",
            label="Maximum depth of the decision trees",
            default=32,
            minimum=1,
            maximum=1_000,
            help="How many questions a tree may ask one after another.",
        ),
        "1; 16; 64",
    ),
    (
        Parameter(
            name="number_of_random_splits_per_node",
            type="integer",
            label="Number of random splits per node",
            default=128,
            minimum=1,
            help="More let each question be chosen among more columns. 128 stands for the customary number of columns.",
        ),
        "32; 128; 512",
    ),
    (
        Parameter(
            name="minimum_number_of_samples_per_leaf_node",
            type="integer",
            label="Minimum number of samples per leaf node",
            default=1,
            minimum=1,
            help="A leaf must stand for at least so many rows. More rows make the model more cautious.",
        ),
        "1; 4; 16",
    ),
)


def networks(*, learning_rate: float, rates: str, largest_rate: float) -> tuple[Parameter | Tunable, ...]:
    return (
        Parameter(
            name="number_of_hidden_nodes",
            type="string",
            label="Number of hidden nodes",
            required=True,
            default="100",
            help="Nodes of the hidden layer, all connected. For several layers, their numbers with commas: 50, 20.",
        ),
        (
            Parameter(
                name="learning_rate",
                type="decimal",
                label="Learning rate",
                default=learning_rate,
                minimum=0,
                maximum=largest_rate,
                exclusive_minimum=True,
                help="How far one step moves the weights. Lower it when the training diverges.",
            ),
            rates,
        ),
        (
            Parameter(
                name="number_of_learning_iterations",
                type="integer",
                label="Number of learning iterations",
                default=100,
                minimum=1,
                maximum=10_000,
                help="How often all rows are gone through. It ends earlier when nothing improves any more.",
            ),
            "20; 40; 80; 160",
        ),
        Parameter(
            name="initial_learning_weights_diameter",
            type="decimal",
            label="The initial learning weights diameter",
            default=0.1,
            minimum=0,
            maximum=10,
            exclusive_minimum=True,
            help="The first weights are drawn at random from an interval of this width around 0.",
        ),
        Parameter(
            name="momentum",
            type="decimal",
            label="The momentum",
            default=0.0,
            minimum=0,
            maximum=0.999,
            help="The share of the last step that the next one keeps.",
        ),
        Parameter(
            name="normalizer",
            type="choice",
            label="The type of normalizer",
            required=True,
            default="minmax",
            choices=(
                Choice(value="minmax", label="Min-Max normalizer"),
                Choice(value="gaussian", label="Gaussian normalizer"),
                Choice(value="none", label="Do not normalize"),
            ),
            help="Brings the columns to one scale first: from -1 to 1, or to mean 0 and deviation 1.",
        ),
        Parameter(
            name="shuffle_examples",
            type="boolean",
            label="Shuffle examples",
            default=True,
            help="Go through the rows in another order each time.",
        ),
    )


def _number(
    name: str,
    label: str,
    default: float,
    values: str,
    help: str,
    *,
    low: float = 0,
    high: float | None = None,
    above: bool = False,
) -> Tunable:
    whole = isinstance(default, int)
    return (
        Parameter(
            name=name,
            type="integer" if whole else "decimal",
            label=label,
            default=default,
            minimum=low,
            maximum=high,
            exclusive_minimum=above,
            help=help,
        ),
        values,
    )


_TREES = _number(
    "number_of_trees",
    "Number of trees",
    100,
    "50; 100; 300",
    "How many trees are added one after another.",
    low=1,
    high=10_000,
)
_SHARED: tuple[Tunable, ...] = (
    _number(
        "row_fraction",
        "Row fraction",
        1.0,
        "0.6; 0.8; 1",
        "The share of rows that each tree learns from.",
        high=1,
        above=True,
    ),
    _number(
        "column_fraction",
        "Column fraction",
        1.0,
        "0.6; 0.8; 1",
        "The share of columns that each tree learns from.",
        high=1,
        above=True,
    ),
    _number(
        "l1_regularization_weight",
        "L1 regularization weight",
        0.0,
        "0; 0.1; 1",
        "Pulls the predictions of leaves towards 0, small ones to exactly 0.",
    ),
)

LIGHTGBM: tuple[Tunable, ...] = (
    _TREES,
    _number(
        "learning_rate",
        "Learning rate",
        0.1,
        "0.02; 0.05; 0.1; 0.2",
        "How much each tree corrects.",
        high=1,
        above=True,
    ),
    _number(
        "number_of_leaves",
        "Number of leaves",
        31,
        "15; 31; 63",
        "How many cases one tree may tell apart.",
        low=2,
        high=131_072,
    ),
    _number(
        "maximum_depth",
        "Maximum depth",
        0,
        "0; 4; 8",
        "How many questions a tree may ask one after another; 0 is without limit.",
        high=1_000,
    ),
    _number(
        "minimum_rows_per_leaf",
        "Minimum rows per leaf",
        20,
        "5; 20; 50",
        "A leaf must stand for at least so many rows.",
        low=1,
    ),
    *_SHARED,
    _number(
        "l2_regularization_weight",
        "L2 regularization weight",
        0.0,
        "0; 1; 10",
        "Pulls the predictions of leaves towards 0.",
    ),
)

XGBOOST: tuple[Tunable, ...] = (
    _TREES,
    _number(
        "learning_rate", "Learning rate", 0.3, "0.05; 0.1; 0.3", "How much each tree corrects.", high=1, above=True
    ),
    _number(
        "maximum_depth",
        "Maximum depth",
        6,
        "3; 6; 9",
        "How many questions a tree may ask one after another.",
        low=1,
        high=64,
    ),
    _number(
        "minimum_weight_per_leaf",
        "Minimum weight per leaf",
        1.0,
        "1; 5; 10",
        "A leaf must stand for at least so much; for numbers, so many rows.",
    ),
    _number(
        "minimum_gain_of_a_split",
        "Minimum gain of a split",
        0.0,
        "0; 0.1; 1",
        "A question must lower the loss by at least so much.",
    ),
    *_SHARED,
    _number(
        "l2_regularization_weight",
        "L2 regularization weight",
        1.0,
        "0; 1; 10",
        "Pulls the predictions of leaves towards 0.",
    ),
)

HISTOGRAMS: tuple[Parameter | Tunable, ...] = (
    _number(
        "number_of_trees",
        "Maximum number of trees",
        100,
        "50; 100; 300",
        "How many trees are added one after another; with several classes, so many for each.",
        low=1,
        high=10_000,
    ),
    _number(
        "learning_rate",
        "Learning rate",
        0.1,
        "0.02; 0.05; 0.1; 0.2",
        "How much each tree corrects.",
        high=1,
        above=True,
    ),
    _number(
        "maximum_number_of_leaves",
        "Maximum number of leaves per tree",
        31,
        "15; 31; 63",
        "How many cases one tree may tell apart.",
        low=2,
        high=131_072,
    ),
    _number(
        "maximum_depth",
        "Maximum depth",
        0,
        "0; 4; 8",
        "How many questions a tree may ask one after another; 0 is without limit.",
        high=1_000,
    ),
    _number(
        "minimum_rows_per_leaf",
        "Minimum rows per leaf",
        20,
        "5; 20; 50",
        "A leaf must stand for at least so many rows.",
        low=1,
    ),
    _number(
        "l2_regularization_weight",
        "L2 regularization weight",
        0.0,
        "0; 1; 10",
        "Pulls the predictions of leaves towards 0.",
    ),
    Parameter(
        name="stop_early",
        type="boolean",
        label="Stop early",
        default=False,
        help="Keep a tenth of the rows aside, and end when ten more trees do not help on it.",
    ),
)

NEIGHBORS: tuple[Parameter | Tunable, ...] = (
    _number(
        "number_of_neighbors",
        "Number of neighbors",
        5,
        "3; 5; 11; 25",
        "How many of the most similar rows decide.",
        low=1,
        high=10_000,
    ),
    Parameter(
        name="weighting",
        type="choice",
        label="Weighting",
        required=True,
        default="uniform",
        choices=(
            Choice(value="uniform", label="All neighbors count alike"),
            Choice(value="distance", label="By closeness"),
        ),
        help="By closeness, a neighbor at half the distance counts double.",
    ),
    Parameter(
        name="normalize_features",
        type="boolean",
        label="Normalize features",
        default=True,
        help="Bring each column to mean 0 and deviation 1 first.",
    ),
)

NAIVE_BAYES: tuple[Parameter | Tunable, ...] = (
    _number(
        "smoothing",
        "Smoothing",
        1e-9,
        "0.000000001; 0.0001; 0.01",
        "The share of the largest variance of a column that is added to each.",
        above=True,
    ),
)
