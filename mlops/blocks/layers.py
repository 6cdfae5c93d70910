"""The hidden layers of a neural network, written as text: `100`, or `50, 20` for two layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.blocks.problems import problem
from mlops.formats.component import Problem
from mlops.formats.spoken import gettext as _

MOST_NODES = 10_000
NODES = "number_of_hidden_nodes"


def hidden_layers(text: str) -> tuple[int, ...]:
    """Nodes of each layer. Raises ValueError with a sentence."""
    parts = [part.strip() for part in str(text).split(",")]
    layers = tuple(int(part) for part in parts if part.isdecimal())
    if len(layers) == len(parts) and all(0 < nodes <= MOST_NODES for nodes in layers):
        return layers
    raise ValueError(f"'{text}' gives no hidden nodes; each layer has a number from 1 to {MOST_NODES:,}.")


def layer_problems(parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    try:
        hidden_layers(parameters[NODES] or "")
    except ValueError as error:
        hint = _("Write 100 for one hidden layer, or 50, 20 for two.")
        return (problem("hidden_nodes_invalid", str(error), hint=hint, parameter=NODES),)
    return ()
