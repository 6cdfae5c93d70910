"""Which column of a Parquet file is which of a monitor: a feature, the prediction, a probability, the truth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from mlops.formats.collection import INPUT, LABEL, PREDICTION

SCORED_LABEL = "Scored Labels"
SCORED_PROBABILITY = "Scored Probabilities"
OF_CLASS = re.compile(r'Scored Probabilities for Class "(.*)"')


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """Each from the name in settings and results to the name in the file; empty where there is none."""

    features: dict[str, str]
    prediction: dict[str, str] = {}
    probabilities: dict[str, str] = {}
    """From class to the name in settings and results. The class is empty where it is the positive one of two, and only
    the rows say which those are."""
    probability_columns: dict[str, str] = {}
    label: dict[str, str] = {}

    @property
    def columns(self) -> dict[str, str]:
        return {**self.features, **self.probability_columns, **self.label, **self.prediction}


def parts_of(
    columns: Iterable[str],
    *,
    features: Sequence[str],
    label: str,
    prediction: str = "",
    classes: Sequence[str] = (),
    apart: Iterable[str] = (),
) -> Parts:
    """Of a file with these columns. `features` empty: all inputs, or every column that is nothing else. `apart`:
    columns that are none of these, such as the one with the time."""
    there = list(columns)
    is_collected = any(name.startswith((INPUT, PREDICTION)) for name in there)
    inputs = {name.removeprefix(INPUT): name for name in there if not is_collected or name.startswith(INPUT)}
    outputs = {name.removeprefix(PREDICTION): name for name in there if name.startswith(PREDICTION)}
    if not is_collected:
        outputs = {name: name for name in there}
    truths = {name.removeprefix(LABEL): name for name in there if name.startswith(LABEL)}
    if not is_collected:
        truths = {name: name for name in there}
    predicted = _prediction(outputs, prediction, is_collected)
    chances = _probabilities(outputs, classes)
    truths = _truths(truths, label, is_collected)
    truth = next(iter(truths), "")
    taken = {*chances.values(), *apart, predicted, truth} if not is_collected else set(apart)
    wanted = features or tuple(name for name in inputs if name not in taken)
    found = {name: inputs[name] for name in wanted if name in inputs}
    shown = shown_prediction(predicted, label=truth or label, features=found)
    return Parts(
        features=found,
        prediction={shown: outputs[predicted]} if predicted else {},
        probabilities=chances,
        probability_columns={name: outputs[name] for name in chances.values()},
        label={truth: truths[truth]} if truth else {},
    )


def _truths(truths: dict[str, str], label: str, is_collected: bool) -> dict[str, str]:
    """The one with the wanted name; of collected labels the only one, whatever it was called when it was sent."""
    if label in truths:
        return {label: truths[label]}
    if is_collected and truths and (len(truths) == 1 or not label):
        name, column = next(iter(truths.items()))
        return {label or name: column}
    return {}


def shown_prediction(name: str, *, label: str, features: Mapping[str, str]) -> str:
    """A model may call its answer as the truth is called."""
    return f"{name} (predicted)" if name and (name == label or name in features) else name


def _prediction(outputs: Mapping[str, str], wanted: str, is_collected: bool) -> str:
    if wanted:
        return wanted if wanted in outputs else ""
    if SCORED_LABEL in outputs:
        return SCORED_LABEL
    rest = [name for name in outputs if not name.startswith(SCORED_PROBABILITY)]
    return rest[0] if is_collected and rest else ""


def _probabilities(outputs: Mapping[str, str], classes: Sequence[str]) -> dict[str, str]:
    found = {match[1]: name for name in outputs if (match := OF_CLASS.fullmatch(name))}
    if SCORED_PROBABILITY in outputs and len(classes) == 2:
        found[classes[1]] = SCORED_PROBABILITY
    elif SCORED_PROBABILITY in outputs and not classes and not found:
        found[""] = SCORED_PROBABILITY
    return found
