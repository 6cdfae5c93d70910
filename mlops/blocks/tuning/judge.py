"""Judges a candidate: by cross-validation on the training table, or on a table of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.blocks.call import Silent
from mlops.blocks.folding import divided
from mlops.blocks.judging import scores_of
from mlops.blocks.measures import metric_words
from mlops.blocks.training import Learned, learn
from mlops.blocks.tuning.candidate import Candidate
from mlops.blocks.values import Table
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Works in `rounds`: one a fold, or a single one with a validation table."""

    table: Table
    label: str
    metric: str
    larger_is_better: bool
    seed: int
    folds: Any = None
    """The number of each row's fold."""
    validation: Table | None = None

    @property
    def rounds(self) -> int:
        return 1 if self.validation is not None else int(self.folds.max()) + 1

    def measure(self, candidate: Candidate, number: int) -> dict[str, float]:
        """All metrics of one round. Raises Refusal where the candidate cannot learn or has no such metric."""
        outside, inside = (self.table, self.validation) if self.validation is not None else self._divided(number)
        learned, transforms = self._learned(candidate, outside)
        metrics = scores_of(learned.manifest, learned.estimator, inside.transformed(*transforms)).metrics()
        value = metrics.get(self.metric)
        if value is None:
            message = _("The metric '%(metric_words)s' is not defined for the rows to judge by.") % {
                "metric_words": metric_words(self.metric)
            }
            hint = _("They need labels of several classes or values, and the learner scores. Choose another metric.")
            raise Refusal("metric_undefined", message, hint=hint, status=422)
        if not np.isfinite(value):
            hint = _("Lower the learning rate, or normalize the columns.")
            raise Refusal("training_diverged", _("The model predicts no finite numbers."), hint=hint, status=422)
        return {key: one for key, one in metrics.items() if np.isfinite(one)}

    def is_better(self, value: float, than: float | None) -> bool:
        return than is None or (value > than if self.larger_is_better else value < than)

    def _divided(self, number: int) -> tuple[Table, Table]:
        return divided(self.table, self.folds, number)

    def _learned(self, candidate: Candidate, rows: Table) -> tuple[Learned, Any]:
        transforms = candidate.preparing(rows)
        prepared = rows.transformed(*transforms) if transforms else rows
        return learn(candidate.learner, prepared, label=self.label, seed=self.seed, report=Silent()), transforms
