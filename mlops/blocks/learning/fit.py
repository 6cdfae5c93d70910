"""Fits the learner of an untrained model, in whichever trainer mode it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from mlops.blocks.catalogue import block
from mlops.blocks.learners import BALANCED
from mlops.blocks.learning.fitting import Fitting, Log, Numbers, balanced, silent

if TYPE_CHECKING:
    from mlops.blocks.values import Learner


def fit(
    learner: Learner, cells: Numbers, target: Numbers, *, weights: Numbers | None, seed: int, log: Log = silent
) -> Any:
    """The fitted estimator. `learner` has one value for each parameter (see `settled`)."""
    build: Any = block(learner.component)
    fitting = cast("Fitting", build.estimator(learner.parameters, seed=seed))
    if learner.parameters.get(BALANCED.name):
        weights = balanced(target, weights)
    return fitting.fit(cells, target, weights=weights, log=log)
