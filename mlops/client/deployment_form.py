"""A deployment's row in the fields of its YAML: what `show` tells beside ours, and what `update --set` changes."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from mlops.client.errors import WrongUsage
from mlops.formats.azureml.setting import without

PROVISIONING = {"healthy": "Succeeded", "transitioning": "Updating", "deleting": "Deleting"}
FIXED = ("name", "endpoint_name", "id", "type", "provisioning_state")
GIGABYTE = 1024**3


def in_form(row: Mapping[str, Any]) -> dict[str, Any]:
    """As Azure ML's CLI shows it. `model` and `description` are told by the row itself."""
    settings = row["settings"]
    form = {
        "endpoint_name": row["endpoint"],
        "type": "kubernetes" if settings["target"] == "kubernetes" else "managed",
        "description": settings["description"],
        "tags": settings["tags"],
        "environment": settings["environment"],
        "environment_variables": settings["variables"],
        "instance_count": row["instances"],
        "request_settings": _requests(settings),
        "scale_settings": _scale(settings["scale"]),
        "resources": {
            "requests": {"cpu": f"{settings['cpus']:g}", "memory": f"{settings['memory_bytes'] / GIGABYTE:g}Gi"}
        },
        "data_collector": _collector(settings["collection"]),
        "provisioning_state": PROVISIONING.get(row["state"], "Failed"),
    }
    return {name: value for name, value in form.items() if value not in (None, "")}


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**in_form(row), **row}


def to_change(row: Mapping[str, Any], arguments: argparse.Namespace) -> dict[str, Any]:
    """Of what the deployment says now, the fields that `--set` and `--remove` touch, without what is removed. Values of
    `--set` are not in it yet. Raises WrongUsage `field_absent`."""
    words = [*(word.partition("=")[0] for word in arguments.set), *arguments.remove]
    touched = {word.partition(".")[0].strip("\"' ") for word in words}
    for name in FIXED:
        if name in touched:
            hint = "Create another deployment, and give it the traffic."
            raise WrongUsage("field_fixed", f"“{name}” of a deployment stays as it is.", hint=hint)
    base = {name: value for name, value in in_form(row).items() if name in touched}
    for path in arguments.remove:
        if "." not in path or not without(base, path):
            known = ", ".join(
                f"{name}.{key}" for name in ("tags", "environment_variables") for key in in_form(row)[name]
            )
            raise WrongUsage(
                "field_absent",
                f"The deployment has no “{path}” that can be removed.",
                hint=f"It has: {known}." if known else "Such as --remove tags.NAME.",
            )
    return base


def _requests(settings: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "request_timeout_ms": round(settings["timeout_seconds"] * 1000),
        "max_queue_wait_ms": round(settings["queue_wait_seconds"] * 1000),
    }
    most = settings["most_concurrent"]
    return found | ({"max_concurrent_requests_per_instance": most} if most else {})


def _scale(scale: Mapping[str, Any] | None) -> dict[str, Any]:
    if scale is None:
        return {"type": "default"}
    return {
        "type": "target_utilization",
        "min_instances": scale["least_instances"],
        "max_instances": scale["most_instances"],
        "target_utilization_percentage": round(scale["target_utilization"] * 100),
        "polling_interval": scale["polling_seconds"],
    }


def _collector(collection: Mapping[str, Any]) -> dict[str, Any] | None:
    if not collection["is_enabled"]:
        return None
    names = {"model_inputs": "inputs", "model_outputs": "predictions"}
    collections = {theirs: {"enabled": "True" if collection[ours] else "False"} for theirs, ours in names.items()}
    collections |= {name: {"enabled": "False"} for name in collection["left_out"]}
    return {"collections": collections, "sampling_rate": collection["share"]}
