"""How Evaluate Model turns scored tables into numbers and curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from mlops.blocks.components.evaluate_model import PORTS, result_columns
from mlops.blocks.judging import read_scores
from mlops.blocks.results import result_table
from mlops.blocks.values import Table
from mlops.formats.evaluation import Evaluated, Evaluation
from mlops.formats.model import Task

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

COMPARED = "compare_"


def evaluate(call: Call) -> dict[str, Value]:
    tables = {port: cast("Table", call.inputs[port]) for port in PORTS if port in call.inputs}
    judged = [_judged(table, port, call) for port, table in tables.items()]
    evaluated = tuple(found for _task, found in judged)
    for place, found in enumerate(evaluated):
        for key, value in found.metrics.items():
            call.report.metric(COMPARED * place + key, value)
    sources = tuple(dict.fromkeys(name for table in tables.values() for name in table.meta.sources))
    return {"evaluation_results": _as_table(Evaluation(task=judged[0][0], evaluated=evaluated), sources)}


def _judged(table: Table, port: str, call: Call) -> tuple[Task, Evaluated]:
    scores = read_scores(table, port=port)
    left_out = table.frame.height - scores.rows
    if left_out:
        call.report.log(f"{left_out} rows without a label or a score are left out.")
    return scores.task, scores.evaluated(port)


def _as_table(evaluation: Evaluation, sources: tuple[str, ...]) -> Table:
    columns = result_columns(evaluation.task)
    rows = [row for found in evaluation.evaluated for row in _rows(found)]
    return result_table(rows, columns, maker="Evaluate Model", sources=sources, evaluation=evaluation)


def _rows(found: Evaluated) -> list[dict[str, Any]]:
    if not found.clusters:
        return [{"scored_dataset": found.name, "rows": found.rows, **found.metrics}]
    return [
        {
            "scored_dataset": found.name,
            "Result Description": f"Evaluation For Cluster No.{row.cluster}" if row.cluster else "Combined Evaluation",
            "Average Distance to Cluster Center": row.average_distance_to_center,
            "Average Distance to Other Center": row.average_distance_to_other_center,
            "Number of Points": row.points,
            "Maximal Distance To Cluster Center": row.maximal_distance_to_center,
        }
        for row in found.clusters
    ]
