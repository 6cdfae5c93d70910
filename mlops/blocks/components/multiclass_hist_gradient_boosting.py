"""Multiclass Hist Gradient Boosting: tell several classes apart with histograms of each column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learner_families import HISTOGRAMS
from mlops.blocks.learners import UNTRAINED, derived, learner_parameters, untrained
from mlops.formats.component import Component, Derived, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="multiclass_hist_gradient_boosting",
    version="1",
    title="Multiclass Hist Gradient Boosting",
    group="Classification",
    task="multiclass",
    tolerates_missing=True,
    help="""Learns to tell several classes apart with scikit-learn's HistGradientBoosting: many decision
trees, each of which corrects the error that those before it left.

**When to use it.** For medium and large tables with columns of all kinds. It sorts each column into at most 255
ranges first, so it is quick where there are many rows. It needs no scaling and copes with missing values.

**Example.** A flower is `virginica` with 0.93, `versicolor` with 0.06, `setosa` with 0.01.

**Choices.** Trees grow leaf by leaf, up to the maximum number of leaves and depth. With *Stop early* a tenth of the
rows is kept aside, and no more trees are added once they do not help on it.

**What comes out.** An untrained model for Train Model. The label may have any number of classes.""",
    outputs=UNTRAINED,
    parameters=learner_parameters(*HISTOGRAMS, classes=True),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters)


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call)


def estimator(parameters: Mapping[str, Any], *, seed: int) -> Any:
    from mlops.blocks.learning.histograms import histogram_classifier

    return histogram_classifier(parameters, seed=seed)
