"""The form that begins a rollout: what is typed, as a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where

USUAL = {
    "candidate": "",
    "control": "",
    "steps": "1 10 50 100",
    "mirror": "0",
    "least_minutes": "5",
    "least_requests": "100",
    "most_minutes": "",
    "errors": "1",
    "latency": "1.5",
    "metric": "",
    "metric_tolerance": "0",
    "needs_proof": "",
    "reason": "",
}


def typed_in(form: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, else what is usual. A box that is not ticked is not sent."""
    if form.get("act") != "begin":
        return dict(USUAL)
    return {name: str(form.get(name, "" if name == "needs_proof" else usual)) for name, usual in USUAL.items()}


def plan_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """As mlops.rollouts.plans takes it. An empty limit leaves its gate out."""
    common: dict[str, Any] = {
        "least_seconds": 60 * _number("least_minutes", typed["least_minutes"]),
        "least_requests": int(_number("least_requests", typed["least_requests"])),
    }
    if typed["most_minutes"].strip():
        common["most_seconds"] = 60 * _number("most_minutes", typed["most_minutes"])
    shares = [_number("steps", word) for word in typed["steps"].replace(",", " ").replace("%", " ").split()]
    steps: list[dict[str, Any]] = [{"percent": share, **common} for share in shares]
    mirror = _number("mirror", typed["mirror"] or "0")
    if mirror:
        steps.insert(0, {"percent": 0, "mirror": mirror, **common})
    return {"steps": steps, "gates": _gates(typed)}


def _gates(typed: Mapping[str, str]) -> list[dict[str, Any]]:
    proof = {"needs_proof": bool(typed["needs_proof"])}
    gates: list[dict[str, Any]] = []
    if typed["errors"].strip():
        gates.append({"kind": "errors", "tolerance": _number("errors", typed["errors"]) / 100, **proof})
    if typed["latency"].strip():
        gates.append({"kind": "latency", "ratio": _number("latency", typed["latency"]), **proof})
    if typed["metric"]:
        tolerance = _number("metric_tolerance", typed["metric_tolerance"] or "0")
        gates.append({"kind": "metric", "better": typed["metric"], "tolerance": tolerance, **proof})
    return gates


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Refusal(
            "plan_invalid",
            _("“%s” is no number.") % text,
            hint=_("Steps are percentages such as 1 10 50 100; the other fields are numbers."),
            where=Where(parameter=name),
        ) from None
