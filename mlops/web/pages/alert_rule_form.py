"""The form of a rule: what was typed becomes the rule as it is written down, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mlops.access.models import Project
from mlops.alerts.actions import ACTIONS
from mlops.alerts.metrics import METRICS
from mlops.alerts.models import Audience, Severity
from mlops.alerts.rules.wording import aggregation_words, comparison_words
from mlops.formats.alerting import Act, RuleSettings, Tell, When
from mlops.formats.refusal import Refusal, Where

UNITS = {
    "share": gettext_lazy("a share: 0.05 or 5 %"),
    "seconds": gettext_lazy("seconds: 0.5 or 500 ms"),
    "count": gettext_lazy("a number"),
    "per_second": gettext_lazy("a second"),
    "bytes": gettext_lazy("bytes: 1000000000 or 1 GB"),
    "number": gettext_lazy("a number"),
}
FACTORS = {"%": 0.01, "ms": 0.001, "s": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9}
OPTION = "option."


def settings_typed(typed: QueryDict) -> RuleSettings:
    """Raises Refusal `rule_invalid` for what is no number or no filter."""
    is_metric = typed.get("source") == "metric"
    return RuleSettings(
        name=typed.get("name", ""),
        when=_metric(typed) if is_metric else _events(typed),
        severity=typed.get("severity", "warning"),  # type: ignore[arg-type]
        tell=Tell(
            people=typed.get("people", "everyone"),  # type: ignore[arg-type]
            channels=tuple(typed.getlist("channels")),
            resolved=typed.get("resolved") == "on",
        ),
        action=_action(typed),
        repeat=typed.get("repeat", "").strip() or 0,
        resolve_after=typed.get("resolve_after", "").strip() or 0,
        note=typed.get("note", ""),
        runbook=typed.get("runbook", ""),
        owner=typed.get("owner", ""),
        enabled=typed.get("enabled", "on") == "on",
    )


def typed_of(settings: RuleSettings) -> dict[str, Any]:
    """What would have to be typed to get this rule."""
    when, action = settings.when, settings.action
    return {
        "name": settings.name,
        "source": "metric" if when.metric else "event",
        "events": ", ".join(when.events),
        "clears": ", ".join(when.clears),
        "subject": when.subject,
        "metric_subject": when.subject,
        "group_by": when.group_by,
        "filters": "\n".join(_filter_line(one) for one in when.filters),
        "metric": when.metric,
        "is": when.is_,
        "threshold": "" if when.threshold is None else f"{when.threshold:g}",
        "over": when.over if when.metric else "5m",
        "by": when.by,
        "for": when.for_ or "",
        "severity": settings.severity,
        "people": settings.tell.people,
        "channels": list(settings.tell.channels),
        "resolved": settings.tell.resolved,
        "repeat": settings.repeat or "",
        "resolve_after": settings.resolve_after or "",
        "note": settings.note,
        "runbook": settings.runbook,
        "owner": settings.owner,
        "enabled": settings.enabled,
        "act": action.kind if action else "",
        "options": dict(action.options) if action else {},
    }


def typed_in(typed: QueryDict) -> dict[str, Any]:
    """As it was typed, to be shown again."""
    options = {key.split(".", 2)[2]: value for key, value in typed.items() if key.startswith(OPTION)}
    shown: dict[str, Any] = {name: str(value) for name, value in typed.items() if not name.startswith(OPTION)}
    ticked = {"resolved": typed.get("resolved") == "on", "enabled": typed.get("enabled", "on") == "on"}
    return {**shown, "channels": typed.getlist("channels"), "options": options, **ticked}


def choices(project: Project) -> dict[str, Any]:
    """What the form offers."""
    acts = [
        (one, [(field, field.choices(project) if field.choices else None) for field in one.fields])
        for one in ACTIONS.values()
    ]
    return {
        "metrics": [(one, UNITS[one.unit]) for one in METRICS.values()],
        "comparisons": comparison_words().items(),
        "aggregations": aggregation_words().items(),
        "severities": Severity.choices,
        "audiences": Audience.choices,
        "acts": acts,
    }


def _events(typed: QueryDict) -> When:
    return When(
        events=_words(typed.get("events", "")),
        clears=_words(typed.get("clears", "")),
        subject=typed.get("subject", ""),
        group_by=typed.get("group_by", ""),
        filters=tuple(_filter(line) for line in typed.get("filters", "").splitlines() if line.strip()),
        for_=typed.get("for", "").strip() or 0,
    )


def _metric(typed: QueryDict) -> When:
    return When(
        metric=typed.get("metric", ""),
        subject=typed.get("metric_subject", ""),
        is_=typed.get("is", "above"),  # type: ignore[arg-type]
        threshold=_number(typed.get("threshold", "")),
        over=typed.get("over", "").strip() or "5m",
        by=typed.get("by", ""),  # type: ignore[arg-type]
        for_=typed.get("for", "").strip() or 0,
    )


def _action(typed: Mapping[str, str]) -> Act | None:
    kind = typed.get("act", "")
    if not kind:
        return None
    prefix = f"{OPTION}{kind}."
    return Act(kind=kind, options={name.removeprefix(prefix): typed[name] for name in typed if name.startswith(prefix)})


def _number(text: str) -> float | None:
    """Of `0.05`, `5 %`, `500 ms`, `1 GB`."""
    text = text.strip().lower().replace(",", ".")
    if not text:
        return None
    unit = next((one for one in FACTORS if text.endswith(one)), "")
    try:
        return float(text.removesuffix(unit)) * FACTORS.get(unit, 1.0)
    except ValueError:
        where = Where(parameter="when.threshold", value=text)
        raise Refusal(
            "rule_invalid", _("“%s” is no number.") % text, hint=_("Such as 0.3 or 5 %."), where=where
        ) from None


def _filter(line: str) -> dict[str, Any]:
    """`data.experiment StringIn nightly, weekly`."""
    parts = line.strip().split(None, 2)
    if len(parts) < 2:
        hint = _("Such as: data.experiment StringIn nightly, weekly")
        message = _("The filter “%s” has no operator.") % line.strip()
        raise Refusal("rule_invalid", message, hint=hint, where=Where(parameter="when.filters", value=line))
    values = [one.strip() for one in parts[2].split(",")] if len(parts) == 3 else []
    return {"key": parts[0], "operator": parts[1], "values": values}


def _filter_line(one: Mapping[str, Any]) -> str:
    values = one.get("values", [one["value"]] if "value" in one else [])
    operator = one.get("operator") or one.get("operatorType", "")
    return f"{one.get('key', '')} {operator} {', '.join(str(value) for value in values)}".strip()


def _words(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.replace("\n", ",").split(",") if one.strip())
