"""How Compare Models finds the best model and says for which others the difference may be chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from mlops.blocks.components.compare_models import PORTS, result_columns
from mlops.blocks.judging import Scores, read_scores
from mlops.blocks.measures import FOR_CLASSIFICATION, FOR_REGRESSION, larger_is_better, metric_key, metric_words
from mlops.blocks.results import result_table
from mlops.blocks.values import Table
from mlops.formats.finding import Comparison, Difference
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.stats.bootstrap import difference_intervals

if TYPE_CHECKING:
    from mlops.blocks.call import Call


def compare(call: Call) -> Table:
    tables = {port: cast("Table", call.inputs[port]) for port in PORTS if port in call.inputs}
    scores = [read_scores(table, port=port) for port, table in tables.items()]
    names = _names(call.parameters["names"] or "", len(scores))
    task = scores[0].task
    metric = metric_key(
        task, classification=call.parameters[FOR_CLASSIFICATION], regression=call.parameters[FOR_REGRESSION]
    )
    evaluated = tuple(one.evaluated(name) for one, name in zip(scores, names, strict=True))
    values = [_value(one.metrics, metric, port) for one, port in zip(evaluated, tables, strict=True)]
    for place, one in enumerate(evaluated, start=1):
        for key, value in one.metrics.items():
            call.report.metric(f"model_{place}_{key}", value)
    call.report.progress(0.2)
    paired = _same_rows(scores)
    differences = _differences(scores, names, values, metric, paired=paired, call=call)
    call.report.metric(f"best_{metric}", next(one.value for one in differences if one.verdict == "best"))
    verdict = _verdict(differences, metric, paired=paired, level=float(call.parameters["confidence"]))
    call.report.log(verdict)
    found = Comparison(
        task=task,
        metric=metric,
        larger_is_better=larger_is_better(metric),
        evaluated=evaluated,
        differences=tuple(differences),
        paired=paired,
        resamples=call.parameters["resamples"],
        verdict=verdict,
    )
    sources = tuple(dict.fromkeys(name for table in tables.values() for name in table.meta.sources))
    rows = [_row(one, found) for one in differences]
    return result_table(rows, result_columns(task), maker="Compare Models", sources=sources, finding=found)


def _names(text: str, count: int) -> list[str]:
    """Each once; what is not given is numbered."""
    given = [name.strip() for name in text.split(";")]
    names: list[str] = []
    for place in range(count):
        name = given[place] if place < len(given) and given[place] else f"Model {place + 1}"
        names.append(name if name not in names else f"{name} ({place + 1})")
    return names


def _value(metrics: dict[str, float], key: str, port: str) -> float:
    if key in metrics:
        return metrics[key]
    message = _("The metric '%(metric_words)s' is not defined for this table.") % {"metric_words": metric_words(key)}
    hint = _("It needs labels of several classes or values and, for AUC and log loss, probabilities. Choose another.")
    raise Refusal("metric_undefined", message, hint=hint, status=422, where=Where(port=port))


def _same_rows(scores: Sequence[Scores]) -> bool:
    """As far as the labels tell."""
    first = _truth(scores[0])
    return all(np.array_equal(first, _truth(one)) for one in scores[1:])


def _truth(scores: Scores) -> Any:
    """Labels as values, since models may number their classes differently."""
    if scores.task == "multiclass":
        return np.array(scores.classes)[scores.actual]
    return scores.actual


def _differences(
    scores: Sequence[Scores], names: Sequence[str], values: Sequence[float], metric: str, *, paired: bool, call: Call
) -> list[Difference]:
    """Signed so that less than 0 is worse than the best."""
    sign = 1.0 if larger_is_better(metric) else -1.0
    best = int(np.argmax(sign * np.array(values)))
    estimates = [sign * (value - values[best]) for value in values]
    measures = [_measure(one, metric, sign) for one in scores]
    bounds = difference_intervals(
        measures,
        [one.rows for one in scores],
        to=best,
        differences=estimates,
        paired=paired,
        resamples=call.parameters["resamples"],
        level=float(call.parameters["confidence"]),
        seed=int(call.parameters["random_seed"] or call.seed),
    )
    found = []
    for place, (low, high) in enumerate(bounds):
        verdict: Literal["best", "worse", "open"] = "best" if place == best else "worse" if high < 0 else "open"
        found.append(
            Difference(
                name=names[place],
                value=values[place],
                difference=estimates[place],
                low=low,
                high=high,
                verdict=verdict,
            )
        )
    return found


def _measure(scores: Scores, metric: str, sign: float) -> Callable[[Any], float | None]:
    def measure(rows: Any) -> float | None:
        value = scores.metrics(rows).get(metric)
        return None if value is None or not np.isfinite(value) else sign * value

    return measure


def _verdict(found: Sequence[Difference], metric: str, *, paired: bool, level: float) -> str:
    best = next(one for one in found if one.verdict == "best")
    said = [f"{best.name} is best by {metric_words(metric)}: {best.value:.4g}."]
    for one in found:
        if one.verdict == "best":
            continue
        size, bounds = f"{-one.difference:.3g}", f"{-one.high:.3g} to {-one.low:.3g}"
        told = f"the difference is {size} with a {100 * level:.3g} % interval of {bounds}"
        if one.verdict == "worse":
            said.append(f"It is better than {one.name} ({one.value:.4g}): {told}.")
        else:
            said.append(f"{one.name} ({one.value:.4g}) may be as good: {told}, which holds 0.")
    if len(found) > 1 and not paired:
        said.append("The tables hold different rows, so differences were measured less precisely.")
    return " ".join(said)


def _row(one: Difference, found: Comparison) -> dict[str, Any]:
    evaluated = next(each for each in found.evaluated if each.name == one.name)
    words = {"best": "best", "worse": "worse than the best", "open": "may be as good as the best"}
    return {
        "Model": one.name,
        "Rows": evaluated.rows,
        **evaluated.metrics,
        "Difference to best": one.difference,
        "Lower bound": one.low,
        "Upper bound": one.high,
        "Verdict": words[one.verdict],
    }
