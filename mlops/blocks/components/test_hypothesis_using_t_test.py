"""Test Hypothesis Using t-Test: is the difference of two means more than chance?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import column_not_found, column_not_numeric
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

TWO = ("paired", "equal_variance", "unequal_variance")
COLUMNS = (
    Column(name="Mean 1", type="decimal"),
    Column(name="Mean 2", type="decimal"),
    Column(name="Difference", type="decimal"),
    Column(name="T", type="decimal"),
    Column(name="Degrees of freedom", type="decimal"),
    Column(name="P", type="decimal"),
    Column(name="Alpha", type="decimal"),
    Column(name="Null hypothesis rejected", type="boolean"),
)

DEFINITION = Component(
    name="test_hypothesis_using_t_test",
    version="1",
    title="Test Hypothesis Using t-Test",
    group="Statistical Functions",
    help="""Tests whether a mean differs from a number, or two means from each other, by more than chance explains
(Student's t-test).

**When to use it.** You compare two groups or two moments, such as the delay before and after a change, and want to know
whether the difference could be luck.

**Example.** The mean of `before` is 12.1 and of `after` 10.9. A *P* of 0.003 says: if the change did nothing, a
difference that large would come up in 3 of 1,000 cases. With an alpha of 0.05 the null hypothesis (no difference) is
rejected.

**Choices.** *One sample*: one column against the assumed mean. *Paired*: two columns, row by row, of the same things.
*Unequal* (Welch) and *equal variance*: two columns of different things. *Two-sided* asks for any difference, *greater*
and *less* for one direction. Gaps do not count.

**What comes out.** One row: means, difference, the statistic T, degrees of freedom, P, alpha, and whether the null
hypothesis is rejected.""",
    inputs=(Port(name="dataset", type="table", label="Dataset"),),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
    parameters=(
        Parameter(
            name="test",
            type="choice",
            label="Test",
            required=True,
            default="unequal_variance",
            choices=(
                Choice(value="one_sample", label="One sample"),
                Choice(value="paired", label="Paired"),
                Choice(value="equal_variance", label="Two samples, equal variance"),
                Choice(value="unequal_variance", label="Two samples, unequal variance"),
            ),
            help="What is compared.",
        ),
        Parameter(
            name="column_1",
            type="column",
            label="Target column 1",
            required=True,
            port="dataset",
            only_types=("integer", "decimal"),
            help="The first number column.",
        ),
        Parameter(
            name="column_2",
            type="column",
            label="Target column 2",
            required=True,
            port="dataset",
            only_types=("integer", "decimal"),
            visible_if={"test": TWO},
            help="The second number column.",
        ),
        Parameter(
            name="assumed_mean",
            type="decimal",
            label="Null hypothesis: mean or difference",
            default=0.0,
            help="The mean (one sample) or the difference of the means that is assumed.",
        ),
        Parameter(
            name="alternative",
            type="choice",
            label="Hypothesis type",
            required=True,
            default="two-sided",
            choices=(
                Choice(value="two-sided", label="Two-sided"),
                Choice(value="greater", label="One-sided: greater"),
                Choice(value="less", label="One-sided: less"),
            ),
            help="The direction of the difference.",
        ),
        Parameter(
            name="alpha",
            type="decimal",
            label="Alpha",
            required=True,
            default=0.05,
            minimum=0,
            maximum=1,
            help="How often a difference may be claimed where there is none.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    shape = Shape(type="table", table=TableSchema(columns=COLUMNS, row_count=1))
    names = ("column_1", "column_2") if parameters["test"] in TWO else ("column_1",)
    problems: list[Problem] = []
    for name in names:
        if table is None or not parameters[name]:
            continue
        column = table.column(parameters[name])
        if column is None:
            problems.append(column_not_found(parameters[name], table.names, parameter=name))
        elif column.type not in ("integer", "decimal"):
            problems.append(column_not_numeric(column, parameter=name))
    return Derived(outputs={"results_dataset": shape}, problems=tuple(problems))


def run(call: Call) -> dict[str, Value]:
    import polars as pl

    table = call.table("dataset")
    row = _tested(table.frame, call.parameters)
    types = [pl.Boolean if column.type == "boolean" else pl.Float64 for column in COLUMNS]
    frame = pl.DataFrame([row], schema=dict(zip((c.name for c in COLUMNS), types, strict=True)), orient="row")
    call.report.log(f"T = {row[3]:.4g}, P = {row[5]:.4g}")
    reason = _("The table holds the result of a test, not rows that a model could score.")
    schema = TableSchema(columns=COLUMNS, row_count=1)
    return {"results_dataset": table.broken(frame, schema=schema, reason=reason)}


def _tested(frame: pl.DataFrame, parameters: Mapping[str, Any]) -> list[Any]:
    import numpy as np
    from scipy import stats

    test, assumed = parameters["test"], float(parameters["assumed_mean"] or 0)
    names = [parameters["column_1"]] + ([parameters["column_2"]] if test in TWO else [])
    samples = [_numbers(frame[name]) for name in names]
    if test == "paired":
        both = np.isfinite(samples[0]) & np.isfinite(samples[1])
        samples = [sample[both] for sample in samples]
    samples = [sample[np.isfinite(sample)] for sample in samples]
    for name, sample in zip(names, samples, strict=True):
        if sample.size < 2:
            message = _("Column '%(name)s' has %(size)s usable values; at least two are needed.") % {
                "name": name,
                "size": sample.size,
            }
            hint = _("Choose another column, or check the steps before it.")
            raise Refusal(
                "too_few_rows", message, hint=hint, status=422, where=Where(parameter="column_1", column=name)
            )
    direction: Any = parameters["alternative"]
    if test == "one_sample":
        found = stats.ttest_1samp(samples[0], assumed, alternative=direction)
    elif test == "paired":
        found = stats.ttest_rel(samples[0] - assumed, samples[1], alternative=direction)
    else:
        same = test == "equal_variance"
        found = stats.ttest_ind(samples[0] - assumed, samples[1], equal_var=same, alternative=direction)
    means = [float(sample.mean()) for sample in samples]
    second = means[1] if len(means) > 1 else None
    t, p, freedom = (_finite(value) for value in (found.statistic, found.pvalue, found.df))
    if t is None or p is None:
        message = _("The values do not vary, so the test says nothing.")
        hint = _("Choose columns with different values.")
        raise Refusal(
            "constant_column", message, hint=hint, status=422, where=Where(parameter="column_1", column=names[0])
        )
    alpha = float(parameters["alpha"])
    return [means[0], second, means[0] - (assumed if second is None else second), t, freedom, p, alpha, p < alpha]


def _numbers(values: pl.Series) -> Any:
    import polars as pl

    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _finite(value: Any) -> float | None:
    import math

    return float(value) if math.isfinite(value) else None
