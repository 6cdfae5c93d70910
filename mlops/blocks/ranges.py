"""The trainer mode of learners: which values of which parameters are to be tried, and what one trial gets.

For who tunes: `search_space` gives the values by name, `with_values` the parameters of one trial. For who trains
once: `settled`. All are pure and know wrappers (One-vs-All), whose ranges are those of the learner inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlops.blocks.catalogue import component
from mlops.blocks.learners import INSIDE, MODE, RANGE, SINGLE, range_name
from mlops.blocks.parameters import is_visible, with_defaults
from mlops.blocks.range_text import values_of
from mlops.formats.component import Parameter


@dataclass(frozen=True, kw_only=True)
class Tunable:
    """One parameter with several values to try, in the order in which they were written. `default` is the value
    that training without a sweep uses; it need not be among `values`."""

    parameter: Parameter
    values: tuple[Any, ...]
    default: Any


def search_space(learner: str, parameters: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Parameter name to the values to try, in the order of the definition; whole numbers are `int`.

    `learner` is a component's name and `parameters` those of its untrained model. Empty for the mode Single
    Parameter. A parameter whose range holds a single value is fixed and absent, and so is one that does not apply
    (such as the learning rate of ordinary least squares). The grid is the product of all values."""
    return {name: found.values for name, found in tunables(learner, parameters).items()}


def tunables(learner: str, parameters: Mapping[str, Any]) -> dict[str, Tunable]:
    """As `search_space`, with label and default of each."""
    inside = parameters.get(INSIDE)
    if inside is not None:
        return tunables(inside["component"], inside["parameters"])
    return {name: found for name, found in _ranges(learner, parameters).items() if len(found.values) > 1}


def with_values(learner: str, parameters: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of one trial, in the mode Single Parameter: the given values, and fixed ones for the rest."""
    inside = parameters.get(INSIDE)
    if inside is not None:
        deeper = with_values(inside["component"], inside["parameters"], values)
        return {**parameters, INSIDE: {**inside, "parameters": deeper}}
    complete = with_defaults(component(learner), parameters)
    fixed = {name: _only(found) for name, found in _ranges(learner, parameters).items()}
    mode = {MODE: SINGLE} if MODE in complete else {}
    return {**complete, **fixed, **mode, **values}


def settled(learner: str, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """What a single training uses, and what to say of it (empty where nothing was left out).

    A range of one value gives that value; of several, the parameter's own default counts, as in the designer."""
    tried = tunables(learner, parameters)
    chosen = with_values(learner, parameters, {})
    if not tried:
        return chosen, ""
    used = ", ".join(f"{found.parameter.label} {found.default:g}" for found in tried.values())
    said = (
        f"The learner offers ranges of values, of which one training uses the defaults: {used}. "
        "Connect it to Tune Model Hyperparameters to try the others."
    )
    return chosen, said


def _ranges(learner: str, parameters: Mapping[str, Any]) -> dict[str, Tunable]:
    definition = component(learner)
    values = with_defaults(definition, parameters)
    if values.get(MODE) != RANGE:
        return {}
    found = {}
    for parameter in definition.parameters:
        ranged = definition.parameter(range_name(parameter.name))
        if ranged is None or not is_visible(ranged, values):
            continue
        numbers = values_of(str(values[ranged.name] or ""), whole=parameter.type == "integer")
        if numbers:
            found[parameter.name] = Tunable(parameter=parameter, values=numbers, default=parameter.default)
    return found


def _only(found: Tunable) -> Any:
    return found.values[0] if len(found.values) == 1 else found.default
