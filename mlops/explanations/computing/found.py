"""What an explainer found on rows, in cells of the estimator's matrix or in columns of the dataset."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlops.explanations.computing.model import Numbers
from mlops.formats.explanation import Fidelity, Kind, Unit


@dataclass(frozen=True, kw_only=True)
class Found:
    """`values`: [rows, cells or columns, outputs]; `base`: [outputs]; `answers`: [rows, outputs] in the same unit, as
    the model gives them itself, for the check that all adds up."""

    kind: Kind
    method: str
    unit: Unit
    values: Numbers
    base: Numbers
    answers: Numbers
    tolerance: float = 1e-6
    """Relative to the spread of the answers."""
    fidelity: Fidelity | None = None
    surrogate: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)
