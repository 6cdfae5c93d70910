"""What somebody typed as the settings of an explanation, checked. Everything has a usual value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.explanation import KINDS, SURROGATES, ExplainOrder
from mlops.formats.refusal import Refusal, Where, nearest

RANGES = {
    "rows": (1, 100_000),
    "background": (2, 1_000),
    "seed": (0, 2**31 - 1),
    "dependence": (0, 30),
    "budget_seconds": (5, 7_200),
}
YES, NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
MOST_FAIRNESS = 10
ALIASES = {"pfi": "shuffling", "shap": "auto", "deeplift": "deep"}


def checked_order(given: Mapping[str, Any]) -> ExplainOrder:
    """Raises Refusal `setting_unknown`, `setting_invalid`."""
    names = [name for name in ExplainOrder.__struct_fields__ if name != "held_out"]
    told: dict[str, Any] = {}
    for name, value in given.items():
        if name not in names:
            raise Refusal(
                "setting_unknown",
                _("There is no setting “%(name)s” of an explanation.") % {"name": name[:80]},
                hint=nearest(name, names) or _("There are: %(known)s.") % {"known": ", ".join(names)},
                where=Where(parameter=name),
            )
        if value is None or value == "" or value == []:
            continue
        told[name] = _checked(name, value)
    return msgspec.convert(told, ExplainOrder)


def _checked(name: str, value: Any) -> Any:
    if name in RANGES:
        return _number(name, value)
    if name == "kind":
        kind = str(value).strip().lower()
        return _one_of(name, ALIASES.get(kind, kind), KINDS)
    if name == "surrogate":
        return _one_of(name, str(value).strip().lower(), SURROGATES)
    if name == "fairness":
        listed = value if isinstance(value, list | tuple) else str(value).split(",")
        columns = list(dict.fromkeys(str(one).strip() for one in listed if str(one).strip()))
        if len(columns) > MOST_FAIRNESS:
            raise _invalid(name, value, _("at most %(most)d columns") % {"most": MOST_FAIRNESS})
        return columns
    if name == "for_deployments":
        return _yes_or_no(name, value)
    return str(value).strip()[:200]


def _yes_or_no(name: str, value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in (*YES, *NO):
        raise _invalid(name, value, _("true or false"))
    return text in YES


def _number(name: str, value: Any) -> float | int:
    low, high = RANGES[name]
    wanted = _("a number from %(low)s to %(high)s") % {"low": f"{low:,}", "high": f"{high:,}"}
    try:
        number = float(value)
        found = number if name == "budget_seconds" else int(number)
    except (TypeError, ValueError, OverflowError):
        raise _invalid(name, value, wanted) from None
    if not low <= number <= high or (found != number):
        raise _invalid(name, value, wanted)
    return found


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise _invalid(name, value, _("one of %(known)s") % {"known": ", ".join(known)}, nearest(value, known))
    return value


def _invalid(name: str, value: Any, wanted: str, meant: str = "") -> Refusal:
    return Refusal(
        "setting_invalid",
        _("“%(value)s” cannot be “%(name)s” of an explanation.") % {"value": str(value)[:80], "name": name},
        hint=meant or _("It is: %(wanted)s.") % {"wanted": wanted},
        where=Where(parameter=name, value=str(value)[:80]),
    )
