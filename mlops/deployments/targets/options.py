"""The options of a target, as somebody gave them: known names alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where, nearest


def check_options(given: Mapping[str, Any], known: Collection[str], *, target: str) -> None:
    """Raises Refusal `target_option_unknown` with the nearest name."""
    for name in given:
        if name not in known:
            listed = _("There are: %(known)s.") % {"known": ", ".join(known)} if known else _("It has none.")
            raise Refusal(
                "target_option_unknown",
                _("The target %(target)s has no option “%(name)s”.") % {"target": target, "name": name},
                hint=nearest(name, known) or listed,
                where=Where(parameter=f"target_options.{name}"),
            )
