"""Settings of a deployment as somebody gave them: checked field by field before anything is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.deployments.resources import BOUNDS, checked_resources
from mlops.formats.deployment import DeploymentSettings, Scale
from mlops.formats.refusal import Refusal, Where, nearest

NAMES = DeploymentSettings.__struct_fields__
MAY_BE_NONE = ("scale", "most_concurrent")


def checked_settings(given: Mapping[str, Any], *, base: DeploymentSettings | None = None) -> DeploymentSettings:
    """`base` with the given fields, which are named as in DeploymentSettings; None leaves a field as it is,
    and False clears `scale` (the number of instances is fixed) or `most_concurrent` (as many as the engine takes).

    Raises Refusal `setting_unknown`, `setting_invalid` or `resource_out_of_range` with the parameter's name."""
    values = msgspec.to_builtins(base or DeploymentSettings())
    for name, value in given.items():
        if name not in NAMES:
            hint = nearest(name, NAMES) or _("There are: %(names)s.") % {"names": ", ".join(NAMES)}
            message = _("A deployment has no setting “%(name)s”.") % {"name": name}
            raise Refusal("setting_unknown", message, hint=hint, where=Where(parameter=name))
        if name == "collection" and isinstance(value, Mapping):
            values[name] |= msgspec.to_builtins(value)
        elif name in MAY_BE_NONE and value is False:
            values[name] = None
        elif value is not None:
            values[name] = _checked(name, value)
    settings = _converted(values)
    if settings.scale is not None:
        _check_scale(settings.scale)
    return settings


def _check_scale(scale: Scale) -> None:
    told = {"least": scale.least_instances, "most": scale.most_instances}
    if scale.least_instances < 1:
        message = _("At least %(least)s instances would leave nobody to answer.") % told
        raise _invalid("scale", message, _("Give at least 1: a server that is started by a request would let it wait."))
    if scale.least_instances > scale.most_instances:
        message = _("At least %(least)s and at most %(most)s instances cannot both hold.") % told
        raise _invalid("scale", message, _("The least number must not be above the most."))
    checked_resources(instances=scale.most_instances)
    if not 0 < scale.target_utilization <= 1:
        message = _("The target utilization is %(share)s.") % {"share": f"{scale.target_utilization:g}"}
        raise _invalid("scale", message, _("Give a share above 0 and up to 1, such as 0.7."))


def instances_of(wanted: DeploymentSettings, *, now: int | None = None) -> int:
    """How many servers are wanted at first, or after a change while `now` so many run."""
    if wanted.scale is None:
        return wanted.instances
    running = wanted.instances if now is None else now
    return min(max(running, wanted.scale.least_instances), wanted.scale.most_instances)


def _checked(name: str, value: Any) -> Any:
    if name in BOUNDS:
        return checked_resources(**{name: value})[name]
    return msgspec.to_builtins(value)


def _converted(values: dict[str, Any]) -> DeploymentSettings:
    try:
        return msgspec.convert(values, DeploymentSettings)
    except msgspec.ValidationError as error:
        path = str(error).partition("`$.")[2].rstrip("`")
        name = path.partition(".")[0].partition("[")[0]
        message = _("The setting “%(name)s” cannot be understood: %(why)s.") % {
            "name": path or _("settings"),
            "why": str(error).partition(" - at")[0],
        }
        raise _invalid(name, message, _("Correct it, or leave it out for what is usual.")) from error


def _invalid(name: str, message: str, hint: str) -> Refusal:
    return Refusal("setting_invalid", message, hint=hint, where=Where(parameter=name))
