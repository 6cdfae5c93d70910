"""A rule from what somebody wrote down, with the faults named at their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.alerting import Act, RuleSettings, Tell, When
from mlops.formats.refusal import Refusal, Where, nearest

PARTS: dict[str, Any] = {"": RuleSettings, "when": When, "tell": Tell, "action": Act}


def read_settings(form: Mapping[str, Any]) -> RuleSettings:
    """Raises Refusal `rule_invalid`, with the nearest name for a field that there is not."""
    for part, kind in PARTS.items():
        given = form if not part else form.get(part)
        if isinstance(given, Mapping):
            _require_known(given, kind, part)
    try:
        return msgspec.convert(dict(form), RuleSettings)
    except msgspec.ValidationError as error:
        message, _at, place = str(error).partition(" - at ")
        where = Where(parameter=place.strip("`").removeprefix("$."))
        raise Refusal("rule_invalid", f"{message}.", hint=_("See the documentation of rules."), where=where) from error


def _require_known(given: Mapping[str, Any], kind: Any, part: str) -> None:
    names = kind.__struct_encode_fields__
    for name in given:
        if name not in names:
            place = f"{part}.{name}".strip(".")
            hint = nearest(str(name), names) or _("There are: %(names)s.") % {"names": ", ".join(names)}
            raise Refusal(
                "rule_invalid",
                _("A rule has no field “%(place)s”.") % {"place": place},
                hint=hint,
                where=Where(parameter=place),
            )
