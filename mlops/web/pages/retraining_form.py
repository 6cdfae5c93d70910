"""The form of a retraining policy: what was typed becomes settings, and settings become what would be typed.

What the form cannot say, such as a schedule with several times, is kept as it was for as long as its fields are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where
from mlops.formats.retraining import RetrainingSettings
from mlops.formats.rollout import ErrorGate, LatencyGate, MetricGate, RolloutPlan
from mlops.formats.schedule import Cron
from mlops.rollouts.plans import checked_plan
from mlops.web.pages import rollout_form
from mlops.web.pages.calling import PREFIX, shown

HOUR, DAY, MEGABYTE = 3600.0, 86400.0, 1e6
CRITERIA = 4
"""So many rows for criteria are shown."""
USUAL: dict[str, Any] = {
    "name": "", "description": "", "model": "", "endpoint": "", "pipeline": "", "version": "", "experiment": "",
    "node": "", "most_hours": "", "window_dataset": "", "window_days": "7", "window_label": "on",
    "cron": "", "time_zone": "UTC", "monitors": [], "kinds": ["drift", "performance"], "dataset": "",
    "on_new_version": "", "may_be_pushed": "on", "cool_down_hours": "0", "least_new_rows": "0", "overlap": "skip",
    "most_attempts": "", "budget_days": "7",
    "held_kind": "run", "held_dataset": "", "held_node": "", "held_days": "7", "held_label": "",
    "held_least_rows": "100", "confidence": "95", "on_tie": "keep", "on_unscorable": "ask",
    "slices": "", "slice_tolerance": "0", "slice_proof": "",
    "most_milliseconds": "", "most_latency_ratio": "", "most_megabytes": "", "most_size_ratio": "", "needs_onnx": "",
    "approval": "", "approval_by": "owners", "approval_days": "7",
    "do": "register", "tags": "", "champion_tag": "stage=production", "alias": "", "stage": "",
    **{name: value for name, value in rollout_form.USUAL.items() if name not in ("candidate", "control", "reason")},
    "reason": "",
}  # fmt: skip
CRITERION = {"metric": "", "must_be": "better", "margin": "0", "limit": "", "proof": "on"}
BOXES = ("window_label", "on_new_version", "may_be_pushed", "slice_proof", "needs_onnx", "approval", "needs_proof")


def typed_in(form: Any) -> dict[str, Any]:
    """A posted form as plain values. A box that is not ticked is not sent."""
    typed = {**USUAL, **dict.fromkeys(BOXES, ""), **form.dict()}
    typed |= {"monitors": form.getlist("monitors"), "kinds": form.getlist("kinds")}
    typed["criteria"] = [
        {**CRITERION, "proof": "", **{name: form.get(f"{name}_{place}", "") for name in CRITERION}}
        for place in range(CRITERIA)
    ]
    return typed


def typed_of(settings: RetrainingSettings) -> dict[str, Any]:
    """What would have to be typed to get these settings."""
    what, when, compare, then = settings.what, settings.when, settings.compare, settings.then
    held, limits, window = compare.held_out, compare.limits, settings.what.window
    rule = compare.slices[0] if compare.slices else None
    schedule = when.schedule if isinstance(when.schedule, Cron) else None
    return {
        **USUAL,
        "model": settings.model,
        "endpoint": settings.endpoint,
        "pipeline": what.pipeline,
        "version": "" if what.version is None else str(what.version),
        "experiment": what.experiment,
        "node": what.node,
        "most_hours": _told(what.most_seconds, HOUR),
        **{PREFIX + name: shown(value) for name, value in what.parameters.items()},
        "window_dataset": window.dataset if window else "",
        "window_days": _told(window.seconds if window else 7 * DAY, DAY),
        "window_label": _box(window is None or window.with_labels),
        "cron": schedule.expression if schedule else "",
        "time_zone": when.schedule.time_zone if when.schedule else "UTC",
        "monitors": [one.monitor for one in when.monitors],
        "kinds": list(when.monitors[0].kinds) if when.monitors else ["drift", "performance"],
        "dataset": when.dataset,
        "on_new_version": _box(when.on_new_version),
        "may_be_pushed": _box(when.may_be_pushed),
        "cool_down_hours": _told(when.cool_down_seconds, HOUR),
        "least_new_rows": str(when.least_new_rows),
        "overlap": when.overlap,
        "most_attempts": _told(when.most_attempts),
        "budget_days": _told(when.budget_days),
        "held_kind": held.kind,
        "held_dataset": held.dataset,
        "held_node": f"{held.node}.{held.port}".strip("."),
        "held_days": _told(held.seconds, DAY),
        "held_label": held.label,
        "held_least_rows": str(held.least_rows),
        "confidence": _told(100 * compare.confidence),
        "on_tie": compare.on_tie,
        "on_unscorable": compare.on_unscorable,
        "criteria": _criteria(settings),
        "slices": ", ".join(one.column for one in compare.slices),
        "slice_tolerance": _told(rule.tolerance if rule else 0.0),
        "slice_proof": _box(rule is not None and rule.needs_proof),
        "most_milliseconds": _told(limits.most_milliseconds),
        "most_latency_ratio": _told(limits.most_latency_ratio),
        "most_megabytes": _told(limits.most_bytes, MEGABYTE),
        "most_size_ratio": _told(limits.most_size_ratio),
        "needs_onnx": _box(limits.needs_onnx),
        "approval": _box(settings.approval.is_needed),
        "approval_by": settings.approval.by,
        "approval_days": _told(settings.approval.expires_after_seconds, DAY),
        "do": then.do,
        "tags": ", ".join(f"{key}={value}" for key, value in then.tags.items()),
        "champion_tag": then.champion_tag,
        "alias": then.alias,
        "stage": then.stage,
        **_plan(checked_plan(then.plan)),
    }


def settings_of(
    typed: Mapping[str, Any], parameters: Mapping[str, Any], *, base: RetrainingSettings | None = None
) -> dict[str, Any]:
    """`parameters`: of the pipeline, as typed. `base`: the settings that are edited. Refusal: `number_expected`."""
    before = typed_of(base) if base else {}
    kept = msgspec.to_builtins(base) if base else {}
    what, when, compare, then = (dict(kept.get(part, {})) for part in ("what", "when", "compare", "then"))
    what |= {
        "pipeline": typed["pipeline"],
        "version": _whole(typed, "version"),
        "experiment": typed["experiment"].strip(),
        "node": typed["node"].strip(),
        "parameters": dict(parameters),
        "most_seconds": _number(typed, "most_hours", HOUR),
        "window": _window(typed),
    }
    if _is_new(typed, before, "cron", "time_zone"):
        zone = typed["time_zone"].strip() or "UTC"
        cron = typed["cron"].strip()
        when["schedule"] = {"type": "cron", "expression": cron, "time_zone": zone} if cron else None
    if _is_new(typed, before, "monitors", "kinds"):
        when["monitors"] = [{"monitor": name, "kinds": typed["kinds"]} for name in typed["monitors"]]
    when |= {
        "dataset": typed["dataset"],
        "on_new_version": bool(typed["on_new_version"]),
        "may_be_pushed": bool(typed["may_be_pushed"]),
        "cool_down_seconds": _number(typed, "cool_down_hours", HOUR) or 0.0,
        "least_new_rows": _whole(typed, "least_new_rows") or 0,
        "overlap": typed["overlap"],
        "most_attempts": _whole(typed, "most_attempts"),
        "budget_days": _number(typed, "budget_days") or 7.0,
    }
    node, _dot, port = typed["held_node"].strip().partition(".")
    compare["held_out"] = dict(compare.get("held_out", {})) | {
        "kind": typed["held_kind"],
        "dataset": typed["held_dataset"].strip(),
        "node": node,
        "port": port,
        "seconds": _number(typed, "held_days", DAY, usual=7 * DAY),
        "label": typed["held_label"].strip(),
        "least_rows": _whole(typed, "held_least_rows") or 100,
    }
    if _is_new(typed, before, "criteria"):
        compare["criteria"] = [_criterion(one) for one in typed["criteria"] if one["metric"].strip()]
    if _is_new(typed, before, "slices", "slice_tolerance", "slice_proof"):
        proof, tolerance = bool(typed["slice_proof"]), _number(typed, "slice_tolerance") or 0.0
        names = [name.strip() for name in typed["slices"].split(",") if name.strip()]
        compare["slices"] = [{"column": name, "tolerance": tolerance, "needs_proof": proof} for name in names]
    compare["limits"] = {
        "most_milliseconds": _number(typed, "most_milliseconds"),
        "most_latency_ratio": _number(typed, "most_latency_ratio"),
        "most_bytes": None if (size := _number(typed, "most_megabytes", MEGABYTE)) is None else round(size),
        "most_size_ratio": _number(typed, "most_size_ratio"),
        "needs_onnx": bool(typed["needs_onnx"]),
    }
    compare |= {
        "confidence": (_number(typed, "confidence") or 95.0) / 100,
        "on_tie": typed["on_tie"],
        "on_unscorable": typed["on_unscorable"],
    }
    then |= {"do": typed["do"], "tags": _tags(typed["tags"]), "champion_tag": typed["champion_tag"].strip()}
    then |= {"alias": typed["alias"].strip(), "stage": typed["stage"].strip()}
    if _is_new(typed, before, *_plan(RolloutPlan())):
        then["plan"] = rollout_form.plan_of(typed)
    return {
        "model": typed["model"].strip(),
        "endpoint": typed["endpoint"].strip(),
        "what": what,
        "when": when,
        "compare": compare,
        "approval": {
            "is_needed": bool(typed["approval"]),
            "by": typed["approval_by"],
            "expires_after_seconds": _number(typed, "approval_days", DAY) or 7 * DAY,
        },
        "then": then,
    }


def _is_new(typed: Mapping[str, Any], before: Mapping[str, Any], *names: str) -> bool:
    return not before or any(typed.get(name) != before.get(name) for name in names)


def _criteria(settings: RetrainingSettings) -> list[dict[str, str]]:
    rows = [
        {
            "metric": one.metric,
            "must_be": one.must_be,
            "margin": _told(one.margin),
            "limit": _told(one.limit),
            "proof": _box(one.needs_proof),
        }
        for one in settings.compare.criteria
    ]
    return rows + [dict(CRITERION) for _row in range(CRITERIA - len(rows))]


def _criterion(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "metric": row["metric"].strip(),
        "must_be": row["must_be"] or "better",
        "margin": _number(row, "margin") or 0.0,
        "limit": _number(row, "limit"),
        "needs_proof": bool(row["proof"]),
    }


def _window(typed: Mapping[str, Any]) -> dict[str, Any] | None:
    name = typed["window_dataset"].strip()
    if not name:
        return None
    seconds = _number(typed, "window_days", DAY, usual=7 * DAY)
    return {"dataset": name, "seconds": seconds, "with_labels": bool(typed["window_label"])}


def _plan(plan: RolloutPlan) -> dict[str, str]:
    """The steps as in the form of a rollout; the first step's waits stand for all."""
    steps = [step for step in plan.steps if step.percent]
    mirror = next((step.mirror for step in plan.steps if not step.percent), 0.0)
    gates = {type(gate): gate for gate in plan.gates}
    errors, latency, metric = (gates.get(kind) for kind in (ErrorGate, LatencyGate, MetricGate))
    first = steps[0]
    return {
        "steps": " ".join(f"{step.percent:g}" for step in steps),
        "mirror": f"{mirror:g}",
        "least_minutes": _told(first.least_seconds, 60),
        "least_requests": str(first.least_requests),
        "most_minutes": _told(first.most_seconds, 60),
        "errors": _told(100 * errors.tolerance) if isinstance(errors, ErrorGate) else "",
        "latency": _told(latency.ratio) if isinstance(latency, LatencyGate) else "",
        "metric": metric.better if isinstance(metric, MetricGate) else "",
        "metric_tolerance": _told(metric.tolerance) if isinstance(metric, MetricGate) else "0",
        "needs_proof": _box(any(gate.needs_proof for gate in plan.gates)),
    }


def _tags(text: str) -> dict[str, str]:
    found = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        key, equals, value = word.partition("=")
        if not equals:
            hint = _("Such as Area=Churn, several by commas.")
            raise Refusal("tag_invalid", _("“%s” is no tag.") % word, hint=hint, where=Where(parameter="tags"))
        found[key.strip()] = value.strip()
    return found


def _number(typed: Mapping[str, Any], name: str, unit: float = 1.0, *, usual: float | None = None) -> float | None:
    """`usual`: where nothing is typed."""
    text = str(typed.get(name, "")).strip()
    if not text:
        return usual
    try:
        return float(text.replace(",", ".")) * unit
    except ValueError:
        message = _("“%(text)s” is no number.") % {"text": text}
        raise Refusal("number_expected", message, where=Where(parameter=name)) from None


def _whole(typed: Mapping[str, Any], name: str) -> int | None:
    value = _number(typed, name)
    return None if value is None else round(value)


def _told(value: float | None, unit: float = 1.0) -> str:
    return "" if value is None else f"{value / unit:.6g}"


def _box(is_on: bool) -> str:
    return "on" if is_on else ""


def fields_of(rows: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Criteria with the number of their row, for the form."""
    return [{**row, "place": str(place)} for place, row in enumerate(rows)]
