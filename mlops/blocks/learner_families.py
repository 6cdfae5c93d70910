"""Parameters that several learners of one family have in common."""

from __future__ import annotations

from mlops.blocks.learners import Tunable
from mlops.formats.component import Parameter

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
