"""What somebody asks a profile to measure: usual values filled in, each checked before anything starts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import psutil
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.formats.profiling import GIBIBYTE, Prices, ProfileOrder
from mlops.formats.refusal import Refusal, Where, nearest

NAMES = ProfileOrder.__struct_fields__
MEBIBYTE = 1024**2
MOST_SETTINGS = 64
BOUNDS: dict[str, tuple[float, float]] = {
    "concurrency": (1, 256),
    "rows": (1, 10_000),
    "wanted_per_second": (0.1, 100_000),
    "p99_target_ms": (0.1, 60_000),
    "point_seconds": (0.2, 120),
    "budget_seconds": (5, 3_600),
}
LISTS = ("cores", "memory_bytes", "concurrency", "rows")
PATHS = ("/score", "/invocations")
PLACES = ("process", "docker")


def usual_order() -> ProfileOrder:
    """One core and all cores of this machine, up to four."""
    most = min(4, os.cpu_count() or 1)
    return ProfileOrder(cores=tuple(sorted({1.0, float(most)})), prices=prices())


def prices() -> Prices:
    return Prices(core_hour=settings.PRICE_CORE_HOUR, gb_hour=settings.PRICE_GB_HOUR, currency=settings.PRICE_CURRENCY)


def checked_order(given: Mapping[str, Any]) -> ProfileOrder:
    """Fields as in ProfileOrder; None and "" mean the usual. Lists may be texts such as `1, 2`.

    Raises Refusal `profile_setting_unknown` or `profile_setting_invalid` that names the parameter."""
    values: dict[str, Any] = msgspec.to_builtins(usual_order())
    for name, value in given.items():
        if name not in NAMES:
            hint = nearest(name, NAMES) or _("There are: %(names)s.") % {"names": ", ".join(NAMES)}
            message = _("A profile has no setting “%(name)s”.") % {"name": name}
            raise Refusal("profile_setting_unknown", message, hint=hint, where=Where(parameter=name))
        if value is not None and value != "":
            values[name] = _checked(name, value)
    try:
        order = msgspec.convert(values, ProfileOrder)
    except msgspec.ValidationError as error:
        raise _invalid("prices" if "prices" in str(error) else "order", str(error)) from error
    count = len(order.cores) * len(order.memory_bytes) * len(order.concurrency) * len(order.rows)
    if count > MOST_SETTINGS:
        hint = _("At most %(most)d are measured in one profile.") % {"most": MOST_SETTINGS}
        raise _invalid("concurrency", _("%(count)d combinations are too many.") % {"count": count}, hint)
    return order


def _checked(name: str, value: Any) -> Any:
    if name in LISTS:
        return _numbers(name, value)
    if name == "path":
        if value not in PATHS:
            raise _invalid(name, _("“%(value)s” is no path of a scoring server.") % {"value": value}, _paths())
        return value
    if name == "place" and value not in PLACES:
        message = _("“%(value)s” is no place to measure at.") % {"value": value}
        raise _invalid(name, message, _("Choose process or docker."))
    if name == "prices":
        return {**msgspec.to_builtins(prices()), **value} if isinstance(value, Mapping) else value
    return _number(name, value) if name in BOUNDS else value


def _numbers(name: str, value: Any) -> list[float | int]:
    parts: Sequence[Any] = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(parts, Sequence):
        parts = [parts]
    if not parts:
        raise _invalid(name, _("The list is empty."), _("Give at least one number."))
    found = {_number(name, part) for part in parts}
    return sorted(found) if name == "cores" else sorted(int(one) for one in found)


def _number(name: str, value: Any) -> float:
    least, most = _bounds(name)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise _invalid(name, _("“%(value)s” is no number.") % {"value": value}) from None
    if not least <= number <= most:
        hint = _("Here it is from %(least)s to %(most)s.") % {"least": _told(name, least), "most": _told(name, most)}
        raise _invalid(name, _("%(value)s is out of range.") % {"value": _told(name, number)}, hint)
    return number


def _bounds(name: str) -> tuple[float, float]:
    """Cores and memory are those of the machine that measures."""
    if name == "cores":
        return 0.1, float(os.cpu_count() or 1)
    if name == "memory_bytes":
        return 64 * MEBIBYTE, psutil.virtual_memory().total
    return BOUNDS[name]


def _told(name: str, number: float) -> str:
    return f"{number / GIBIBYTE:.3g} GiB" if name == "memory_bytes" else f"{number:,g}"


def _paths() -> str:
    return _("Choose one of %(paths)s.") % {"paths": ", ".join(PATHS)}


def _invalid(name: str, message: str, hint: str = "") -> Refusal:
    told = f"{name}: {message}"
    return Refusal("profile_setting_invalid", told, hint=hint, where=Where(parameter=name))
