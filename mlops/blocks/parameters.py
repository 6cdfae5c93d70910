"""Checks a node's parameters against the component's definition: presence, type, range, choice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mlops.blocks.problems import problem
from mlops.blocks.range_text import values_of
from mlops.blocks.selection import read_selection
from mlops.formats.component import Component, Parameter, Problem
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.spoken import told

WORDS = {
    "string": "text",
    "text": "text",
    "range": "a list of values such as 16; 32; 64",
    "integer": "a whole number",
    "decimal": "a number",
    "boolean": "true or false",
    "choice": "one of the choices",
    "column": "a column name",
    "columns": "a column selection",
    "script": "source text",
    "dataset": "the name of a dataset",
}


def check_parameters(component: Component, parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    """At most one Problem a parameter. Parameters that are not visible are not checked."""
    known = {parameter.name for parameter in component.parameters}
    found = [_unknown(name, component) for name in parameters if name not in known]
    values = with_defaults(component, parameters)
    for parameter in component.parameters:
        if not is_visible(parameter, values):
            continue
        fault = _fault(parameter, values[parameter.name], component)
        if fault is not None:
            found.append(fault)
    return tuple(found)


def sound_parameters(component: Component, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter with a value of its type and range: a faulty one, visible or not, has its default."""
    values = with_defaults(component, parameters)
    faulty = {p.name for p in component.parameters if _fault(p, values[p.name], component) is not None}
    return {**values, **{name: default for name, default in component.defaults().items() if name in faulty}}


def with_defaults(component: Component, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter of the component with its value; what is not set has its default."""
    known = {parameter.name: parameter for parameter in component.parameters}
    given = {name: value for name, value in parameters.items() if name in known and not _is_unset(known[name], value)}
    return {**component.defaults(), **given}


def _is_unset(parameter: Parameter, value: Any) -> bool:
    """Null, or the empty text of a cleared field that is not one of text."""
    return value is None or (value == "" and parameter.type in ("integer", "decimal", "boolean", "choice", "column"))


def is_visible(parameter: Parameter, values: Mapping[str, Any]) -> bool:
    return all(values.get(name) in wanted for name, wanted in parameter.visible_if.items())


def _unknown(name: str, component: Component) -> Problem:
    names = tuple(parameter.name for parameter in component.parameters)
    hint = nearest(name, names) or (
        _("It has: %(names)s.") % {"names": ", ".join(names)} if names else _("It has no parameters.")
    )
    return problem(
        "unknown_parameter",
        _("%(title)s has no parameter '%(name)s'.") % {"title": told(component.title), "name": name},
        hint=hint,
        parameter=name,
    )


def _fault(parameter: Parameter, value: Any, component: Component) -> Problem | None:
    if value is None or value == "":
        if not parameter.required:
            return None
        message = _("%(title)s needs '%(label)s'.") % {"title": told(component.title), "label": told(parameter.label)}
        hint = parameter.help.split(". ")[0].rstrip(".") + "." if parameter.help else _("Set it in the parameter pane.")
        return problem("parameter_missing", message, hint=hint, parameter=parameter.name)
    if not _is_right_type(parameter, value):
        message = _("'%(label)s' must be %(words)s, not %(shown)s.") % {
            "label": told(parameter.label),
            "words": WORDS[parameter.type],
            "shown": _shown(value),
        }
        return problem("parameter_type", message, parameter=parameter.name, value=_shown(value))
    if parameter.type == "choice":
        return _choice_fault(parameter, value)
    if parameter.type in ("integer", "decimal"):
        return _range_fault(parameter, value)
    if parameter.type == "range":
        return _values_fault(parameter, value, component)
    return None


def _is_right_type(parameter: Parameter, value: Any) -> bool:
    if parameter.type == "boolean":
        return isinstance(value, bool)
    if parameter.type == "integer":
        return not isinstance(value, bool) and (
            isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        )
    if parameter.type == "decimal":
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if parameter.type == "columns":
        try:
            read_selection(value)
        except (ValueError, TypeError):
            return False
        return True
    return isinstance(value, str)


def _choice_fault(parameter: Parameter, value: str) -> Problem | None:
    values = [choice.value for choice in parameter.choices]
    if value in values:
        return None
    message = _("'%(value)s' is no choice of '%(label)s'.") % {"value": value, "label": told(parameter.label)}
    hint = nearest(value, values) or _("Choices: %(values)s.") % {"values": ", ".join(values)}
    return problem("parameter_choice", message, hint=hint, parameter=parameter.name, value=value)


def _range_fault(parameter: Parameter, value: float) -> Problem | None:
    low, high = parameter.minimum, parameter.maximum
    too_low = low is not None and (value <= low if parameter.exclusive_minimum else value < low)
    if not too_low and (high is None or value <= high):
        return None
    bounds = []
    if low is not None:
        bounds.append(f"{'above' if parameter.exclusive_minimum else 'at least'} {low:g}")
    if high is not None:
        bounds.append(f"at most {high:g}")
    message = _("'%(label)s' is %(value)s; it must be %(names)s.") % {
        "label": parameter.label,
        "value": f"{value:g}",
        "names": " and ".join(bounds),
    }
    return problem("parameter_range", message, parameter=parameter.name, value=str(value))


def _values_fault(parameter: Parameter, text: str, component: Component) -> Problem | None:
    """Each value must be one that the parameter of the same name, without `_range`, takes."""
    single = component.parameter(parameter.name.removesuffix("_range"))
    try:
        values = values_of(text, whole=single is not None and single.type == "integer")
    except ValueError as error:
        hint = _("Write values such as 16; 32; 64, or a range such as 0.001 .. 1 log 4.")
        message = f"'{parameter.label}': {error}"
        return problem("range_invalid", message, hint=hint, parameter=parameter.name, value=_shown(text))
    faults = (None if single is None else _range_fault(single, value) for value in values)
    fault = next((fault for fault in faults if fault is not None), None)
    if fault is None:
        return None
    return problem(fault.code, fault.message, parameter=parameter.name, value=fault.where.value or "")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
