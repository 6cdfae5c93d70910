"""Compare Models: which of several models is best, and whether the difference is more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.components.evaluate_model import METRICS, WORDS, score_problems, scored_label
from mlops.blocks.measures import MEASURED_TASKS, metric_parameters
from mlops.blocks.problems import problem
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

MOST = 8
PORTS = tuple(f"scored_dataset{number}" for number in range(1, MOST + 1))
RESULTS = "comparison"

DEFINITION = Component(
    name="compare_models",
    version="1",
    title="Compare Models",
    group="Model Scoring and Evaluation",
    help="""Puts up to eight models side by side: all metrics in one table, their curves in one picture, and a verdict
in words: which is best, and for which others the difference may be chance.

**When to use it.** After a Score Model for each model, all on the same rows, when you must choose one.

**Example.** Model 2 has the highest AUC, 0.912. It is better than Model 1 (0.874): the difference is 0.038 with
a 95 % interval of 0.021 to 0.055. Model 3 (0.909) may be as good: the interval of its difference holds 0. Then
take the one that is simpler or faster.

**How chance is measured.** The rows are drawn anew many times, with repetition (bootstrap), and the difference
is measured each time. Where all models scored the same rows, each draw takes the same rows for all of them,
which finds much smaller differences. More than 10,000 rows are drawn 10,000 at a time.

**Choices.** *Metric*: what the best is best in. *Names*: what the models are called in the results, separated
by semicolons, in the order of the inputs.

**What comes out.** One row per model: its metrics, the difference to the best with its interval, the verdict.""",
    inputs=tuple(
        Port(name=name, type="table", label=f"Scored dataset {number}", optional=number > 1)
        for number, name in enumerate(PORTS, start=1)
    ),
    outputs=(Port(name=RESULTS, type="table", label="Comparison"),),
    parameters=(
        *metric_parameters(),
        Parameter(
            name="names",
            type="string",
            label="Names",
            default="",
            help="Such as: Linear; Trees; Network. Without names they are Model 1, Model 2 and so on.",
        ),
        Parameter(
            name="confidence",
            type="decimal",
            label="Confidence of the intervals",
            required=True,
            default=0.95,
            minimum=0.5,
            maximum=0.999,
            help="0.95: an interval misses the true difference once in 20 times.",
        ),
        Parameter(
            name="resamples",
            type="integer",
            label="Resamples",
            required=True,
            default=1_000,
            minimum=50,
            maximum=20_000,
            help="How often the rows are drawn anew. More give steadier intervals and take longer.",
        ),
        Parameter(
            name="random_seed",
            type="integer",
            label="Random seed",
            default=0,
            minimum=0,
            maximum=2**31 - 1,
            help="Another number draws other rows. 0 is a fixed seed, not the clock.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    problems: list[Problem] = []
    tasks: dict[str, str] = {}
    for port in PORTS:
        table = inputs[port].table if port in inputs else None
        if table is None:
            continue
        problems += score_problems(table, port)
        if said := scored_label(table):
            tasks[port] = said.task
    problems += _task_problems(tasks)
    task = next(iter(tasks.values()), "")
    table = TableSchema(columns=result_columns(task)) if task in MEASURED_TASKS else None
    return Derived(outputs={RESULTS: Shape(type="table", table=table)}, problems=tuple(problems))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.comparing import compare

    return {RESULTS: compare(call)}


def result_columns(task: str) -> tuple[Column, ...]:
    return (
        Column(name="Model", type="string"),
        Column(name="Rows", type="integer"),
        *(Column(name=key, type="decimal") for key in METRICS[task]),
        Column(name="Difference to best", type="decimal"),
        Column(name="Lower bound", type="decimal"),
        Column(name="Upper bound", type="decimal"),
        Column(name="Verdict", type="string"),
    )


def _task_problems(tasks: dict[str, str]) -> list[Problem]:
    first = next(iter(tasks.values()), "")
    for port, task in tasks.items():
        if task not in MEASURED_TASKS:
            message = _("%(kind)s scores cannot be compared here.") % {"kind": WORDS.get(task, task).capitalize()}
            hint = _("Use Evaluate Model, or compare models that predict classes or numbers.")
            return [problem("task_not_comparable", message, hint=hint, port=port)]
        if task != first:
            message = _("One table holds %(words)s scores and another %(words_2)s scores.") % {
                "words": WORDS.get(first, first),
                "words_2": WORDS.get(task, task),
            }
            hint = _("Compare models of the same kind, or use two Compare Models.")
            return [problem("tasks_differ", message, hint=hint, port=port)]
    return []
