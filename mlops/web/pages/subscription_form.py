"""What is typed in the form of a subscription, to settings and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from mlops.alerts.envelopes.azure import OURS
from mlops.alerts.models import Envelope, Handshake
from mlops.alerts.subscriptions.checking import read_settings
from mlops.events.catalogue import GROUPS, TYPES
from mlops.formats.event_filter import OPERATORS, PRESENCE, RANGE
from mlops.formats.refusal import Refusal, Where
from mlops.formats.subscription import SubscriptionSettings

EMPTY_ROWS = 3


def settings_typed(typed: QueryDict) -> SubscriptionSettings:
    """Raises Refusal `subscription_invalid`."""
    chosen = [*typed.getlist("type"), *typed.get("patterns", "").replace(",", " ").split()]
    form = {
        "name": typed.get("name", "").strip(),
        "url": typed.get("url", "").strip(),
        "envelope": typed.get("envelope", "cloudevents"),
        "handshake": typed.get("handshake", "none"),
        "types": list(dict.fromkeys(chosen)),
        "subject_begins_with": typed.get("subject_begins_with", "").strip(),
        "subject_ends_with": typed.get("subject_ends_with", "").strip(),
        "is_case_sensitive": typed.get("is_case_sensitive") == "on",
        "filters": [_filter(*row) for row in _rows(typed) if any(row[::2])],
        "secret": typed.get("secret", "").strip(),
        "description": typed.get("description", ""),
        "authorization": typed.get("authorization", "").strip() or None,
    }
    if typed.get("no_authorization") == "on":
        form["authorization"] = ""
    return read_settings(form)


def typed_in(typed: QueryDict) -> dict[str, Any]:
    """For showing the form again."""
    names = ("name", "description", "url", "envelope", "handshake", "patterns")
    names_of_subjects = ("subject_begins_with", "subject_ends_with")
    return {
        **{name: typed.get(name, "") for name in (*names, *names_of_subjects)},
        "is_case_sensitive": typed.get("is_case_sensitive") == "on",
        "types": set(typed.getlist("type")),
        "rows": _filled(_rows(typed)),
    }


def typed_of(wanted: SubscriptionSettings) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "description": wanted.description,
        "url": "",
        "envelope": wanted.envelope,
        "handshake": wanted.handshake,
        "subject_begins_with": wanted.subject_begins_with,
        "subject_ends_with": wanted.subject_ends_with,
        "is_case_sensitive": wanted.is_case_sensitive,
        "patterns": " ".join(one for one in wanted.types if one not in TYPES),
        "types": {one for one in wanted.types if one in TYPES},
        "rows": _filled([_row(one) for one in wanted.filters]),
    }


def choices(types: set[str]) -> dict[str, Any]:
    """`groups`: title, its types, and whether any is chosen."""
    return {
        "groups": [(title, group, any(one.name in types for one in group)) for title, group in GROUPS.items()],
        "envelopes": Envelope.choices,
        "handshakes": Handshake.choices,
        "operators": OPERATORS,
        "azure": OURS,
    }


def _rows(typed: QueryDict) -> list[tuple[str, str, str]]:
    columns = (typed.getlist(f"filter_{name}") for name in ("key", "operator", "values"))
    return [(key.strip(), operator, values.strip()) for key, operator, values in zip(*columns, strict=False)]


def _filled(rows: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """With a few empty ones to write in."""
    return [row for row in rows if any(row[::2])] + [("", "StringIn", "")] * EMPTY_ROWS


def _row(one: Mapping[str, Any]) -> tuple[str, str, str]:
    values = one.get("values", [one["value"]] if "value" in one else [])
    operator = str(one.get("operatorType") or one.get("operator", ""))
    if operator in RANGE:
        return str(one["key"]), operator, ", ".join(f"{low}..{high}" for low, high in values)
    told = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    return str(one["key"]), operator, ", ".join(told)


def _filter(key: str, operator: str, text: str) -> dict[str, Any]:
    values: list[Any] = [one.strip() for one in text.split(",") if one.strip()]
    if operator in PRESENCE:
        values = []
    if operator in RANGE:
        values = [one.split("..") for one in values]
        if any(len(pair) != 2 for pair in values):
            hint = _("Such as 0..0.3, 0.7..1.")
            message = _("“%s” is no range.") % text
            raise Refusal("filter_invalid", message, hint=hint, where=Where(parameter="filters"))
    return {"operatorType": operator, "key": key, "values": values}
