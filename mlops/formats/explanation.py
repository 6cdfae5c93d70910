"""Why a model scores as it does: what is asked for, and what was found. Of a model version, on sampled rows."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Kind = Literal["auto", "tree", "linear", "permutation", "kernel", "deep", "mimic", "shuffling", "brought"]
"""brought: computed elsewhere, by a run's own code; shuffling: permutation feature importance, global only; permutation
and kernel: Shapley values of any model."""
Surrogate = Literal["lightgbm", "linear", "sgd", "tree"]
Unit = Literal["prediction", "probability", "log-odds", "log of the prediction", "score", "metric"]
"""What contributions add up to."""

KINDS: tuple[str, ...] = ("auto", "tree", "linear", "permutation", "kernel", "deep", "mimic", "shuffling")
SURROGATES: tuple[str, ...] = ("lightgbm", "linear", "sgd", "tree")

SUMMARY_FILE = "summary.json"
CONTRIBUTIONS_FILE = "contributions.parquet"
"""Long: `row`, `output`, `base`, `sum`, then for each column of the dataset its contribution."""
ROWS_FILE = "rows.parquet"
"""The explained rows as they were in the dataset, with `row` (its number there) and the score columns."""
BACKGROUND_FILE = "background.parquet"
"""Rows that stand for “the usual”: with them rows are explained later as well."""
DEPENDENCE_FILE = "dependence.json"
FAIRNESS_FILE = "fairness.json"
FILES = (SUMMARY_FILE, CONTRIBUTIONS_FILE, ROWS_FILE, BACKGROUND_FILE, DEPENDENCE_FILE, FAIRNESS_FILE)
EXPLAINER_FILE = "explainer.json"
"""In the folder of a scoring server."""
NAMES_FILE = "columns.json"
"""Beside an ONNX graph: the columns of a matrix input in their order, as the version's signature has them."""
ROW, OUTPUT, BASE, SUM = "row", "output", "base", "sum"


class ExplainOrder(msgspec.Struct, frozen=True, kw_only=True):
    """`rows`: explained at most; `background`: compared with at most. `label`: the column with the truth; empty: the
    model's own. `fairness`: columns whose groups are compared. `dependence`: for how many of the weightiest columns."""

    kind: Kind = "auto"
    rows: int = 1_000
    background: int = 30
    seed: int = 0
    surrogate: Surrogate = "lightgbm"
    label: str = ""
    fairness: tuple[str, ...] = ()
    dependence: int = 6
    budget_seconds: float = 600.0
    held_out: bool = False
    """Of the dataset's rows, only those that the run kept from training. Follows from which data is named."""
    for_deployments: bool = False
    """Whether deployments of the version explain their answers by it: a few of its rows then go with them."""


class Weight(msgspec.Struct, frozen=True, kw_only=True):
    """Of one column: the mean of |contribution| over the rows, in all and for each output; `mean`: with its sign.

    `deviation`: of a shuffled column's loss between repeats."""

    column: str
    importance: float
    by_output: tuple[float, ...] = ()
    mean: tuple[float, ...] = ()
    deviation: float | None = None


class Additivity(msgspec.Struct, frozen=True, kw_only=True):
    """Whether base and contributions add up to what the model answered, on each explained row."""

    holds: bool
    largest_gap: float
    tolerance: float
    told: str


class Fidelity(msgspec.Struct, frozen=True, kw_only=True):
    """How well a surrogate answers as the model does, on rows that it was not fitted on. `agreement`: of classes."""

    r2: float
    agreement: float | None = None
    rows: int = 0


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float
    peak_bytes: int
    rows_scored: int = 0


class ExplanationSummary(msgspec.Struct, frozen=True, kw_only=True):
    """`method`: how it was made, in words. `sampling`: which rows of how many. `global_only`: no row is explained."""

    kind: Kind
    method: str
    unit: Unit
    task: str
    outputs: tuple[str, ...]
    base: tuple[float, ...]
    """By output: what the model answers on average over the background."""
    weights: tuple[Weight, ...]
    """The weightiest first."""
    rows: int
    total_rows: int
    background: int
    seed: int
    sampling: str
    source: str
    """Where the rows came from, in words."""
    cost: Cost
    additivity: Additivity | None = None
    fidelity: Fidelity | None = None
    surrogate: str = ""
    metric: str = ""
    metric_value: float | None = None
    label: str = ""
    notes: tuple[str, ...] = ()
    versions: dict[str, str] = {}
    machine: str = ""

    @property
    def global_only(self) -> bool:
        return self.kind == "shuffling"

    def shares(self) -> dict[str, float]:
        """Column to its share of all importance, the weightiest first."""
        total = sum(max(one.importance, 0.0) for one in self.weights) or 1.0
        return {one.column: max(one.importance, 0.0) / total for one in self.weights}


class Dependence(msgspec.Struct, frozen=True, kw_only=True):
    """How the answer goes with one column while the others stay: `average` over rows (partial dependence, Friedman
    2001), `lines` of single rows (individual conditional expectation, Goldstein et al. 2015). [output][value] and
    [output][line][value]; `rows` names the rows of the lines."""

    column: str
    values: tuple[Any, ...]
    average: tuple[tuple[float, ...], ...]
    lines: tuple[tuple[tuple[float, ...], ...], ...]
    rows: tuple[int, ...]
    rows_averaged: int


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Rows with one value of a column, or in one range of it. `is_small`: too few to be compared."""

    name: str
    rows: int
    metrics: dict[str, float | None]
    is_small: bool = False


class FairnessSlice(msgspec.Struct, frozen=True, kw_only=True):
    """`differences`, `ratios`: between the groups that are large enough: largest minus, and smallest by largest."""

    column: str
    groups: tuple[Group, ...]
    overall: dict[str, float | None]
    differences: dict[str, float | None]
    ratios: dict[str, float | None]
    notes: tuple[str, ...] = ()


class ExplainProgress(msgspec.Struct, frozen=True, kw_only=True):
    """`seconds_left` is None until it can be told."""

    share: float
    doing: str
    seconds: float = 0.0
    seconds_left: float | None = None
    peak_bytes: int = 0


class LocalContribution(msgspec.Struct, frozen=True, kw_only=True):
    column: str
    value: Any
    contributions: tuple[float, ...]
    """By output."""


class LocalExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """Of one row: `base` + all contributions = `sum`, by output."""

    outputs: tuple[str, ...]
    unit: Unit
    base: tuple[float, ...]
    sum: tuple[float, ...]
    contributions: tuple[LocalContribution, ...]
    scores: dict[str, Any] = {}
    seconds: float = 0.0


class ScoringExplainer(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment explains its answers with: rows that stand for the usual. `explanation` names their origin."""

    explanation: str
    columns: tuple[str, ...]
    background: tuple[dict[str, Any], ...]
    seed: int = 0
