"""Answers of several models to the same rows as one: the mean of numbers and probabilities, or the label of most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.serving import Ensemble
from mlops.formats.spoken import gettext

LABEL, PROBABILITY = "Scored Labels", "Scored Probabilities"
_OF_CLASS = 'Scored Probabilities for Class "'


def combined(answers: Sequence[Sequence[Any]], ensemble: Ensemble, *, labels: Sequence[Any] = ()) -> list[Any]:
    """`answers`: of each model, one prediction a row. `labels`: the classes in the labels' own type, for two-class
    models. Raises Refusal `answers_differ` where the models do not answer in the same form."""
    weights = ensemble.weights or (1.0,) * len(answers)
    if len({len(one) for one in answers}) > 1:
        raise _differ("one gives more predictions than another")
    combine = _mean if ensemble.method == "mean" else _vote
    rows = [combine(row, weights) for row in zip(*answers, strict=True)]
    return [_labelled(row, labels) if ensemble.method == "mean" else row for row in rows]


def _mean(values: Sequence[Any], weights: Sequence[float]) -> Any:
    if all(isinstance(value, dict) for value in values):
        if any(value.keys() != values[0].keys() for value in values):
            raise _differ("their outputs have other names")
        return {name: _mean([value[name] for value in values], weights) for name in values[0]}
    if all(isinstance(value, list) for value in values):
        if len({len(value) for value in values}) > 1:
            raise _differ("their lists have other lengths")
        return [_mean(row, weights) for row in zip(*values, strict=True)]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)
    if any(value is None for value in values):
        return None
    return _vote(values, weights)


def _vote(values: Sequence[Any], weights: Sequence[float]) -> Any:
    """The value with the greatest weight; the earlier model's where two are equal. Objects vote field by field."""
    if all(isinstance(value, dict) for value in values) and all(value.keys() == values[0].keys() for value in values):
        return {name: _vote([value[name] for value in values], weights) for name in values[0]}
    sums: list[tuple[Any, float]] = []
    for value, weight in zip(values, weights, strict=True):
        place = next((index for index, (known, _) in enumerate(sums) if known == value), None)
        if place is None:
            sums.append((value, weight))
        else:
            sums[place] = (value, sums[place][1] + weight)
    return max(sums, key=lambda one: one[1])[0]


def _labelled(row: Any, labels: Sequence[Any]) -> Any:
    """The label of the averaged probabilities, where there are some: an average of labels says nothing."""
    if not isinstance(row, dict) or LABEL not in row:
        return row
    classes = [name for name in row if name.startswith(_OF_CLASS)]
    if classes and len(classes) == len(labels):
        best = max(range(len(classes)), key=lambda place: row[classes[place]] or 0.0)
        return {**row, LABEL: labels[best]}
    if PROBABILITY in row and len(labels) == 2 and row[PROBABILITY] is not None:
        return {**row, LABEL: labels[1] if row[PROBABILITY] >= 0.5 else labels[0]}
    return row


def _differ(why: str) -> Refusal:
    hint = gettext("Put models of the same task with the same outputs into an ensemble.")
    return Refusal(
        "answers_differ",
        gettext("The models of the ensemble cannot be combined: %(why)s.") % {"why": why},
        hint=hint,
        status=502,
    )
