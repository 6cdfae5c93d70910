"""Several classes by two-class learners: one model a class, or one a pair of classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from mlops.blocks.learning.fitting import Fitting, Log, Numbers, silent
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

MOST_PAIRS = 1_000


class OneVsAll:
    """Fitted two-class estimators, one a class. Their probabilities are divided by their sum."""

    def __init__(self, estimators: Sequence[Any]) -> None:
        self.estimators = tuple(estimators)

    def predict_proba(self, matrix: Numbers) -> Numbers:
        chances = np.column_stack([each.predict_proba(matrix)[:, 1] for each in self.estimators])
        sums = chances.sum(axis=1, keepdims=True)
        even = np.full_like(chances, 1 / chances.shape[1])
        return np.divide(chances, sums, out=even, where=sums > 0)


class OneVsOne:
    """Fitted two-class estimators, one a pair of classes (first < second; its class 1 is the second).

    A class's probability is the mean of its probabilities against the others, divided so that they sum to 1."""

    def __init__(self, estimators: Sequence[Any], classes: int) -> None:
        self.estimators = tuple(estimators)
        self.classes = classes

    @property
    def pairs(self) -> list[tuple[int, int]]:
        return list(combinations(range(self.classes), 2))

    def predict_proba(self, matrix: Numbers) -> Numbers:
        found = np.zeros((matrix.shape[0], self.classes))
        for (first, second), each in zip(self.pairs, self.estimators, strict=True):
            chance = each.predict_proba(matrix)[:, 1]
            found[:, second] += chance
            found[:, first] += 1 - chance
        return found / len(self.estimators)


@dataclass(frozen=True, kw_only=True)
class EachAgainstAll:
    inside: Fitting

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        classes = range(int(target.max()) + 1)
        return OneVsAll(
            [self.inside.fit(matrix, (target == each).astype(np.int64), weights=weights, log=log) for each in classes]
        )


@dataclass(frozen=True, kw_only=True)
class EachAgainstEach:
    inside: Fitting

    def fit(self, matrix: Numbers, target: Numbers, /, *, weights: Numbers | None = None, log: Log = silent) -> Any:
        """Refusal `too_many_classes` where there would be more than 1,000 pairs."""
        classes = int(target.max()) + 1
        pairs = list(combinations(range(classes), 2))
        if len(pairs) > MOST_PAIRS:
            message = _("%(classes)s classes make %(count)s pairs; at most %(most_pairs)s models are trained.") % {
                "classes": classes,
                "count": f"{len(pairs):,}",
                "most_pairs": f"{MOST_PAIRS:,}",
            }
            hint = _("Use One-vs-All Multiclass, which learns one model a class.")
            where = Where(parameter="label_column")
            raise Refusal("too_many_classes", message, hint=hint, status=422, where=where)
        return OneVsOne([self._of_pair(pair, matrix, target, weights, log) for pair in pairs], classes)

    def _of_pair(
        self, pair: tuple[int, int], matrix: Numbers, target: Numbers, weights: Numbers | None, log: Log
    ) -> Any:
        rows = np.flatnonzero((target == pair[0]) | (target == pair[1]))
        chosen = None if weights is None else weights[rows]
        return self.inside.fit(matrix[rows], (target[rows] == pair[1]).astype(np.int64), weights=chosen, log=log)
