"""One-vs-One Multiclass: several classes by a two-class learner, one model a pair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learners import UNTRAINED
from mlops.blocks.wrappers import INNER, inner_estimator, wrapped, wrapping
from mlops.formats.component import Component, Derived, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="one_vs_one_multiclass",
    version="1",
    title="One-vs-One Multiclass",
    group="Classification",
    task="multiclass",
    help="""Makes a learner for two classes learn several. Each pair of classes gets a model that tells the two
apart; a class's probability is the mean against the others.

**When to use it.** When a two-class learner, such as the support vector machine or the averaged perceptron,
suits the data, but the label has more classes than two.

**Example.** Three classes make three models: `rye` or `wheat`, `rye` or `barley`, `wheat` or `barley`.

**What comes out.** An untrained model for Train Model. It has no settings of its own: those of the learner
count, and so do its ranges in Tune Model Hyperparameters.""",
    inputs=INNER,
    outputs=UNTRAINED,
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return wrapping(DEFINITION, inputs)


def run(call: Call) -> dict[str, Value]:
    return wrapped(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.several import EachAgainstEach

    return EachAgainstEach(inside=inner_estimator(parameters, seed=seed))
