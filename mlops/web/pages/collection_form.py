"""The part of a deployment's form that says what of its calls is kept: switch, share, time, consent, hidden columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

from django.http import QueryDict
from django.utils.translation import gettext as _

from mlops.formats.collection import CollectionSettings, Redaction
from mlops.formats.refusal import Refusal, Where

NAMES = ("collect", "collect_share", "collect_days", "collect_consent", "redact")
RULES: tuple[str, ...] = get_args(Redaction)
WHAT = {"both": (True, True), "inputs": (True, False), "predictions": (False, True)}
"""Inputs, predictions."""
FIELDS = {
    "collection": "collect",
    "collection.share": "collect_share",
    "collection.retention_days": "collect_days",
    "collection.redact": "redact",
}
"""Where a refusal points at the setting, and what it is called here."""


class Column(NamedTuple):
    name: str
    rule: str
    """Empty: kept as it is."""


def typed_of(settings: CollectionSettings) -> dict[str, str]:
    what = next((name for name, both in WHAT.items() if both == (settings.inputs, settings.predictions)), "both")
    return {
        "collect": what if settings.is_enabled else "off",
        "collect_share": f"{100 * settings.share:g}",
        "collect_days": "" if settings.retention_days is None else f"{settings.retention_days:g}",
        "collect_consent": settings.consent,
        "redact": _lines(settings.redact),
    }


def posted(post: QueryDict, name: str, usual: str) -> str:
    """Columns come one by one, and as lines."""
    if name != "redact":
        return post.get(name, usual)
    if name not in post:
        return usual
    lines = {line.strip() for text in post.getlist(name) for line in text.splitlines() if line.strip()}
    return "\n".join(sorted(lines))


def given_of(typed: Mapping[str, str], *, base: CollectionSettings) -> dict[str, Any]:
    """Raises Refusal where a number or a line cannot be read."""
    is_enabled = typed["collect"] in WHAT
    inputs, predictions = WHAT.get(typed["collect"], (base.inputs, base.predictions))
    days = typed["collect_days"].strip()
    return {
        "is_enabled": is_enabled,
        "inputs": inputs,
        "predictions": predictions,
        "share": _number("collect_share", typed["collect_share"]) / 100,
        "retention_days": _number("collect_days", days) if days else None,
        "consent": typed["collect_consent"],
        "redact": redactions(typed["redact"]),
    }


def redactions(text: str) -> dict[str, str]:
    """Lines of the form `column=rule`. Raises Refusal."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _equals, rule = line.rpartition("=")
        if not name.strip() or rule.strip() not in RULES:
            message = _("“%(line)s” says not which column is hidden how.") % {"line": line}
            hint = _("Write lines such as mail=hash; the ways are: %(ways)s.") % {"ways": ", ".join(RULES)}
            raise Refusal("setting_invalid", message, hint=hint, where=Where(parameter="redact"))
        found[name.strip()] = rule.strip()
    return found


def columns(typed: Mapping[str, str], known: Sequence[str]) -> dict[str, Any]:
    """For the page: the model's columns with their rules, and the lines of all others."""
    try:
        rules = redactions(typed["redact"])
    except Refusal:
        return {"columns": [Column(name, "") for name in known], "other_redactions": typed["redact"]}
    others = {name: rule for name, rule in rules.items() if name not in known}
    return {"columns": [Column(name, rules.get(name, "")) for name in known], "other_redactions": _lines(others)}


def _lines(rules: Mapping[str, str]) -> str:
    return "\n".join(sorted(f"{name}={rule}" for name, rule in rules.items()))


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        message = _("“%(text)s” is no number.") % {"text": text}
        raise Refusal("setting_invalid", message, hint=_("Such as 10."), where=Where(parameter=name)) from None
