"""`search_space` of a sweep: one distribution for each hyperparameter, every fault with its line."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.component import Parameter
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.sweep import FIELDS, Distribution

MOST_EXPONENT = 700.0
"""exp() of more is no finite number."""


def read_search_space(source: Source, at: Path) -> dict[str, Distribution]:
    """Raises Refusal `search_space_empty`, `distribution_*` or `field_unknown`."""
    found = fields(source, at)
    if not found:
        hint = _("Such as: search_space: {learning_rate: {type: uniform, min_value: 0.01, max_value: 0.1}}.")
        raise source.refuse("search_space_empty", _("A sweep varies at least one value."), at=at, hint=hint)
    return {name: _distribution(source, (*at, name)) for name in found}


def parameter_of(name: str, distribution: Distribution, *, label: str) -> Parameter:
    """How the trial's component takes the value."""
    if distribution.type == "randint":
        return Parameter(name=name, type="integer", label=label, required=True)
    if distribution.type != "choice":
        return Parameter(name=name, type="decimal", label=label, required=True)
    kinds = {type(one) for one in distribution.values}
    if kinds == {bool}:
        return Parameter(name=name, type="boolean", label=label, required=True)
    if kinds == {int}:
        return Parameter(name=name, type="integer", label=label, required=True)
    if kinds <= {int, float}:
        return Parameter(name=name, type="decimal", label=label, required=True)
    return Parameter(name=name, type="string", label=label, required=True)


def _distribution(source: Source, at: Path) -> Distribution:
    given = fields(source, at)
    kind = given.get("type")
    if kind not in FIELDS:
        hint = nearest(str(kind), FIELDS) or _("Kinds: %(names)s.") % {"names": ", ".join(FIELDS)}
        raise source.refuse(
            "distribution_unknown", _("“%(kind)s” is no distribution.") % {"kind": kind}, at=(*at, "type"), hint=hint
        )
    wanted = FIELDS[kind]
    for name in given:
        if name != "type" and name not in wanted:
            raise source.unknown(name, {"type", *wanted}, at=at, kind=f"a {kind}")
    for name in wanted:
        if name not in given:
            message = _("The %(kind)s “%(at)s” needs `%(name)s`.") % {"kind": kind, "at": at[-1], "name": name}
            raise source.refuse(
                "distribution_incomplete", message, at=at, hint=_("It has: %(names)s.") % {"names": ", ".join(wanted)}
            )
    if kind == "choice":
        return Distribution(type="choice", values=_choices(source, (*at, "values"), given["values"]))
    numbers = {name: _number(source, (*at, name), given[name]) for name in wanted}
    _check(source, at, kind, numbers)
    if kind == "randint":
        return Distribution(type="randint", upper=int(numbers["upper"]))
    return msgspec.convert({"type": kind, **numbers}, type=Distribution)


def _choices(source: Source, at: Path, given: Any) -> tuple[Any, ...]:
    if not isinstance(given, list) or not given:
        hint = _("Such as: values: [16, 32, 64].")
        raise source.refuse("distribution_unfit", _("A choice needs a list of values."), at=at, hint=hint)
    for place, one in enumerate(given):
        if isinstance(one, dict) and any(
            isinstance(inner, dict) and inner.get("type") in FIELDS for inner in one.values()
        ):
            raise source.refuse(
                "distribution_nested",
                _("A distribution within a choice is not read here."),
                at=(*at, place),
                hint=_("Make each inner value a hyperparameter of its own, or run one sweep for each choice."),
            )
        if one is None:
            raise source.refuse("distribution_unfit", _("A choice cannot be empty."), at=(*at, place))
    return tuple(given)


def _number(source: Source, at: Path, given: Any) -> float:
    """Also where it was written as text, which YAML makes of `1e-3`."""
    try:
        number = float("nan") if isinstance(given, bool) else float(given)
    except (TypeError, ValueError):
        number = float("nan")
    if not math.isfinite(number):
        raise source.refuse(
            "distribution_unfit",
            _("`%(at)s` must be a number, not “%(given)s”.") % {"at": at[-1], "given": given},
            at=at,
        )
    return number


def _check(source: Source, at: Path, kind: str, numbers: dict[str, float]) -> None:
    low, high = numbers.get("min_value", 0.0), numbers.get("max_value", 1.0)
    if low >= high:
        message = _("`min_value` (%(low)s) must be less than `max_value` (%(high)s).") % {
            "low": f"{low:g}",
            "high": f"{high:g}",
        }
        raise source.refuse("distribution_unfit", message, at=(*at, "max_value"))
    if "log" in kind and "max_value" in numbers and max(abs(low), abs(high)) > MOST_EXPONENT:
        hint = _("The bounds are logarithms: for values from 0.001 to 1 write min_value: -6.91 and max_value: 0.")
        raise source.refuse(
            "distribution_unfit",
            _("exp(%(high)s) is no number.") % {"high": f"{high:g}"},
            at=(*at, "max_value"),
            hint=hint,
        )
    for name in ("q", "sigma"):
        if name in numbers and numbers[name] <= 0:
            raise source.refuse(
                "distribution_unfit", _("`%(name)s` must be more than 0.") % {"name": name}, at=(*at, name)
            )
    if "upper" in numbers and (numbers["upper"] < 1 or numbers["upper"] != int(numbers["upper"])):
        raise source.refuse("distribution_unfit", _("`upper` must be a whole number from 1."), at=(*at, "upper"))
