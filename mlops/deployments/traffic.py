"""Shares of an endpoint's traffic: checked, shifted and completed. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where, nearest

Shares = dict[str, float]


def checked_shares(given: Mapping[str, Any], known: Collection[str]) -> Shares:
    """Percent by deployment, those above 0 alone. The sum must be 100, or 0 for no traffic at all."""
    shares = _known(given, known)
    total = sum(shares.values())
    if total and not math.isclose(total, 100, abs_tol=1e-6):
        told = " + ".join(f"{name} {share:g}" for name, share in shares.items())
        hint = _("They must add up to 100, or all be 0 for none.")
        raise _refused(
            _("The shares add up to %(total)s: %(told)s.") % {"total": f"{total:g}", "told": told},
            hint,
            "",
            code="traffic_sum",
        )
    return {name: share for name, share in shares.items() if share}


def checked_mirrors(given: Mapping[str, Any], known: Collection[str]) -> Shares:
    """Percent of the requests that each gets a copy of, those above 0 alone; they need not add up to anything."""
    return {name: share for name, share in _known(given, known).items() if share}


def _known(given: Mapping[str, Any], known: Collection[str]) -> Shares:
    shares: Shares = {}
    for name, value in given.items():
        if name not in known:
            hint = nearest(name, known) or _("There are: %(known)s.") % {"known": ", ".join(sorted(known)) or _("none")}
            raise _refused(
                _("There is no deployment “%(name)s” here.") % {"name": name}, hint, name, code="deployment_unknown"
            )
        shares[name] = _percent(name, value)
    return shares


def with_share(shares: Mapping[str, float], name: str, percent: float) -> Shares:
    """The shares after `name` got so many percent; the others keep their proportions."""
    percent = _percent(name, percent)
    others = {other: share for other, share in shares.items() if other != name}
    total = sum(others.values())
    rest = {other: round(share * (100 - percent) / total, 2) for other, share in others.items()} if total else {}
    mine = round(100 - sum(rest.values()), 2) if total else percent
    return {other: share for other, share in {**rest, name: mine}.items() if share}


def _percent(name: str, value: Any) -> float:
    try:
        share = float(value)
    except (TypeError, ValueError):
        share = math.nan
    if isinstance(value, bool) or not 0 <= share <= 100:
        raise _refused(
            _("“%(value)s” is no share of traffic for “%(name)s”.") % {"value": value, "name": name},
            _("Give a number from 0 to 100."),
            name,
        )
    return int(share) if share == int(share) else share


def _refused(message: str, hint: str, name: str, *, code: str = "traffic_invalid") -> Refusal:
    return Refusal(code, message, hint=hint, where=Where(parameter="traffic", value=name or None))
