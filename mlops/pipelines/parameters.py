"""Values of a pipeline's parameters: given ones are checked and converted, the others are the defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.pipeline import PARAMETER_KEY, PipelineParameter, PipelineSpec
from mlops.formats.refusal import Refusal, Where, nearest


def assign(parameters: Mapping[str, PipelineParameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """A value for each parameter. Text is converted, since REST callers write numbers as text, too.

    Raises Refusal `parameter_unknown`, `parameter_type` or `parameter_missing`."""
    for name in given:
        if name not in parameters:
            raise Refusal(
                "parameter_unknown",
                _("This pipeline has no parameter “%(name)s”.") % {"name": name},
                hint=nearest(name, parameters) or _("Its parameters: %(names)s.") % {"names": ", ".join(parameters)},
                where=Where(parameter=name),
            )
    return {name: _value(name, parameter, given) for name, parameter in parameters.items()}


def reference_of(value: Any) -> str | None:
    """The name of the parameter that a node's value refers to."""
    if isinstance(value, dict) and set(value) == {PARAMETER_KEY} and isinstance(value[PARAMETER_KEY], str):
        return str(value[PARAMETER_KEY])
    return None


def uses_of(spec: PipelineSpec) -> dict[str, tuple[tuple[str, str], ...]]:
    """Parameter to the (node, name of the value) pairs that refer to it."""
    found: dict[str, tuple[tuple[str, str], ...]] = dict.fromkeys(spec.parameters, ())
    for node in spec.nodes:
        for name, value in node.parameters.items():
            reference = reference_of(value)
            if reference is not None:
                found[reference] = (*found.get(reference, ()), (node.id, name))
    return found


def _value(name: str, parameter: PipelineParameter, given: Mapping[str, Any]) -> Any:
    value = given.get(name, parameter.default)
    if value is None or (parameter.type == "dataset" and value in ("", {})):
        raise Refusal(
            "parameter_missing",
            _("The parameter “%(name)s” has no value.") % {"name": name},
            hint=_("Give it a value, or a default in the pipeline's settings."),
            where=Where(parameter=name),
        )
    try:
        return _READ[parameter.type](value)
    except (ValueError, TypeError, KeyError) as error:
        raise Refusal(
            "parameter_type",
            _("The parameter “%(name)s” takes %(type)s, not %(value)s.")
            % {"name": name, "type": _kind(parameter.type), "value": _shown(value)},
            hint=parameter.help or _example(parameter.type),
            where=Where(parameter=name, value=_shown(value)),
        ) from error


def _string(value: Any) -> str:
    if isinstance(value, bool | dict | list):
        raise TypeError
    return str(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise TypeError
    return int(value)


def _decimal(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    number = float(value)
    if number != number or abs(number) == float("inf"):
        raise ValueError
    return number


def _boolean(value: Any) -> bool:
    if isinstance(value, str):
        return {"true": True, "false": False, "1": True, "0": False, "on": True, "off": False}[value.strip().lower()]
    if not isinstance(value, bool):
        raise TypeError
    return value


def _dataset(value: Any) -> dict[str, Any]:
    """`{"dataset": name, "version": number or None}` or the text `name` or `name:version`."""
    if isinstance(value, str):
        head, colon, tail = value.strip().rpartition(":")
        return {"dataset": head, "version": int(tail)} if colon and tail.isdecimal() else _named(value.strip(), None)
    return _named(value["dataset"], value.get("version"))


def _named(name: Any, version: Any) -> dict[str, Any]:
    if not isinstance(name, str) or not name:
        raise ValueError
    return {"dataset": name, "version": None if version in (None, "") else _integer(version)}


_READ: dict[str, Callable[[Any], Any]] = {
    "string": _string,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "dataset": _dataset,
}


def _kind(kind: str) -> str:
    return {
        "string": _("a text"),
        "integer": _("a whole number"),
        "decimal": _("a number"),
        "boolean": _("true or false"),
        "dataset": _("a dataset"),
    }[kind]


def _example(kind: str) -> str:
    return {
        "string": _("Such as “price”."),
        "integer": _("Such as 42."),
        "decimal": _("Such as 0.7."),
        "boolean": _("Write true or false."),
        "dataset": _("Such as “Cars” or “Cars:3”."),
    }[kind]


def _shown(value: Any) -> str:
    return f"“{value}”"[:200]
