"""A change of a deployment's settings as people read it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mlops.deployments.revisions import Change

MEGABYTE = 1024**2
NOTHING = "–"


def label(field: str) -> str:
    """As the form calls it."""
    return {
        "model": _("Model"),
        "entry": _("Entry"),
        "script": _("Script"),
        "target": _("Where"),
        "target_options": _("Options of the target"),
        "instances": _("Servers"),
        "scale": _("Servers by load"),
        "cpus": _("Processors"),
        "memory_bytes": _("Memory"),
        "gpus": _("GPUs"),
        "providers": _("Processor"),
        "timeout_seconds": _("Longest time to answer"),
        "queue_wait_seconds": _("Longest wait in the queue"),
        "queue": _("Places in the queue"),
        "most_concurrent": _("At once"),
        "environment": _("Environment"),
        "requirements": _("Packages"),
        "variables": _("Variables"),
        "image": _("Image of your own"),
        "description": _("Description"),
        "tags": _("Tags"),
        "collection": _("Data collection"),
    }.get(field, field)


def value(change: Change, told: Any) -> str:
    """`told`: the value before or after."""
    if told in (None, "", (), [], {}, False):
        return NOTHING
    if change.field == "memory_bytes":
        return f"{told / MEGABYTE:g} MB"
    if change.field.endswith("_seconds"):
        return f"{told:g} s"
    if change.field == "scale":
        words = _("%(least)s to %(most)s, busy to %(share)s %%")
        share = f"{100 * told['target_utilization']:g}"
        return words % {"least": told["least_instances"], "most": told["most_instances"], "share": share}
    if change.field == "requirements":
        python = [f"Python {told['python']}"] if told.get("python") else []
        return ", ".join([*told.get("packages", ()), *python])
    if change.field == "collection":
        return _collection(told)
    if isinstance(told, dict):
        return ", ".join(f"{name}={one}" for name, one in told.items())
    if isinstance(told, list | tuple):
        return ", ".join(str(one) for one in told)
    return f"{told:g}" if isinstance(told, float) else str(told)


def _collection(told: dict[str, Any]) -> str:
    if not told["is_enabled"]:
        return _("off")
    what = [name for name, is_on in ((_("inputs"), told["inputs"]), (_("predictions"), told["predictions"])) if is_on]
    days = told["retention_days"]
    words = [
        " + ".join(what) or NOTHING,
        f"{100 * told['share']:g} %",
        _("for %(days)s days") % {"days": f"{days:g}"} if days is not None else _("for ever"),
        *([_("only who says yes")] if told["consent"] == "asked" else []),
        *(f"{name}: {rule}" for name, rule in told["redact"].items()),
    ]
    return ", ".join(words)
