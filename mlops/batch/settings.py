"""The settings of a batch deployment: read from what people give, refused where they make no sense."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from packaging.requirements import InvalidRequirement, Requirement

from mlops.formats.batch import BatchSettings, PipelineSettings, RetrySettings
from mlops.formats.definition import Requirements
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.scoring.minibatches.outputs import ENDINGS

NUMBERS = {
    "mini_batch_size": (1, 10_000_000),
    "mini_batch_bytes": (1_024, 2**31),
    "max_concurrency_per_instance": (1, 64),
    "instance_count": (1, 256),
    "error_threshold": (-1, 2**53),
}
CHOICES = {
    "output_action": ("append_row", "file_per_input", "summary_only"),
    "logging_level": ("WARNING", "INFO", "DEBUG"),
}
LEFT_ASIDE = ("default_compute", "default_datastore")
"""Of a pipeline: where it is to run."""

SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|KiB|MiB|GiB)", re.IGNORECASE)
UNITS = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def read_settings(values: Mapping[str, Any], *, base: BatchSettings | None = None) -> BatchSettings:
    """`base` with the values that are given. `mini_batch_size` may be a size such as `1MB`, of a table's bytes.

    Raises Refusal `setting_unknown` or `setting_invalid`, naming the setting."""
    given = {name: value for name, value in values.items() if value is not None}
    retry = given.pop("retry_settings", given.pop("retry", {}))
    known = (*BatchSettings.__struct_fields__, "retry_settings")
    for name in given:
        if name not in known:
            hint = nearest(name, known) or _("There are: %(all)s.") % {"all": ", ".join(known)}
            raise _refused("setting_unknown", name, _("There is no setting “%(name)s”.") % {"name": name}, hint)
    if isinstance(given.get("mini_batch_size"), str):
        given |= _sized(given["mini_batch_size"])
    for name, (least, most) in NUMBERS.items():
        if name in given and given[name] is not None:
            given[name] = _whole(name, given[name], least, most)
    for name, choices in CHOICES.items():
        if name in given:
            given[name] = _one_of(name, given[name], choices)
    if "output_file_name" in given:
        given["output_file_name"] = _file_name(str(given["output_file_name"]))
    if "environment" in given:
        given["environment"] = str(given["environment"])
    if "requirements" in given:
        given["requirements"] = _requirements(given["requirements"])
    if "environment_variables" in given:
        given["environment_variables"] = _variables(given["environment_variables"])
    base = base or BatchSettings()
    return msgspec.structs.replace(base, **given, retry=_retry(retry, base.retry))


def read_pipeline_settings(values: Mapping[str, Any], *, base: PipelineSettings | None = None) -> PipelineSettings:
    """Where it is to run is left aside. Raises Refusal `setting_unknown` or `setting_invalid`."""
    given = {name: value for name, value in values.items() if name not in LEFT_ASIDE and value is not None}
    for name, value in given.items():
        known = PipelineSettings.__struct_fields__
        if name not in known:
            hint = nearest(name, known) or _("There are: %(all)s.") % {"all": ", ".join(known)}
            message = _("There is no setting “%(name)s” of a pipeline.") % {"name": name}
            raise Refusal("setting_unknown", message, hint=hint, where=Where(parameter=name))
        if str(value).lower() not in ("true", "false"):
            message = _("%(name)s is “%(value)s”.") % {"name": name, "value": str(value)[:40]}
            raise Refusal("setting_invalid", message, hint=_("Write true or false."), where=Where(parameter=name))
    flags = {name: str(value).lower() == "true" for name, value in given.items()}
    return msgspec.structs.replace(base or PipelineSettings(), **flags)


def settings_of(row: Any) -> BatchSettings:
    """Of a deployment or a job."""
    return msgspec.convert(row.settings, type=BatchSettings)


def _sized(text: str) -> dict[str, Any]:
    if text.strip().isdecimal():
        return {"mini_batch_size": int(text)}
    found = SIZE.fullmatch(text.strip())
    if found is None:
        hint = _("Give a number of files or rows, or a size such as “1MB”.")
        message = _("“%(value)s” is no size of a mini-batch.") % {"value": text[:40]}
        raise _refused("setting_invalid", "mini_batch_size", message, hint)
    return {"mini_batch_size": None, "mini_batch_bytes": int(float(found[1]) * UNITS[found[2].lower()])}


def _whole(name: str, value: Any, least: int, most: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = None
    if number is None or isinstance(value, bool) or not least <= number <= most:
        message = _("%(name)s is %(value)s.") % {"name": name, "value": repr(value)[:40]}
        hint = _("It is a whole number from %(least)d to %(most)d.") % {"least": least, "most": most}
        raise _refused("setting_invalid", name, message, hint)
    return number


def _one_of(name: str, value: Any, choices: tuple[str, ...]) -> str:
    text = str(value)
    found = next((choice for choice in choices if choice.lower() == text.lower()), None)
    if found is None:
        message = _("%(name)s is “%(value)s”.") % {"name": name, "value": text[:40]}
        hint = nearest(text, choices) or _("It is one of: %(all)s.") % {"all": ", ".join(choices)}
        raise _refused("setting_invalid", name, message, hint)
    return found


def _file_name(name: str) -> str:
    path = PurePosixPath(name)
    if path.name != name or name.startswith(".") or path.suffix.lower() not in ENDINGS or len(name) > 120:
        message = _("“%(name)s” cannot be the output's file name.") % {"name": name[:130]}
        hint = _("A name without folders that ends in %(all)s.") % {"all": ", ".join(ENDINGS)}
        raise _refused("setting_invalid", "output_file_name", message, hint)
    return name


def _variables(given: Any) -> dict[str, str]:
    if not isinstance(given, Mapping):
        message = _("environment_variables are no names and values.")
        raise _refused("setting_invalid", "environment_variables", message, _('Such as {"REGION": "north"}.'))
    for name in given:
        if not VARIABLE.fullmatch(str(name)):
            message = _("“%(name)s” cannot be the name of an environment variable.") % {"name": str(name)[:60]}
            raise _refused("setting_invalid", "environment_variables", message, _("Use letters, digits and “_”."))
    return {str(name): str(value) for name, value in given.items()}


def _requirements(given: Any) -> Requirements:
    try:
        found = msgspec.convert(given, type=Requirements)
        for line in found.packages:
            Requirement(line)
    except (msgspec.ValidationError, InvalidRequirement) as error:
        message = _("The requirements cannot be read: %(error)s.") % {"error": str(error).rstrip(".")}
        hint = _('Such as {"packages": ["pandas>=2"], "python": "3.12"}.')
        raise _refused("setting_invalid", "requirements", message, hint) from error
    return found


def _retry(given: Any, base: RetrySettings) -> RetrySettings:
    if not isinstance(given, Mapping):
        message = _("retry_settings hold max_retries and timeout.")
        raise _refused("setting_invalid", "retry_settings", message, "")
    values = {"timeout_seconds" if name == "timeout" else name: value for name, value in given.items()}
    for name in values:
        if name not in RetrySettings.__struct_fields__:
            message = _("retry_settings have no “%(name)s”.") % {"name": name}
            raise _refused("setting_unknown", "retry_settings", message, _("There are max_retries and timeout."))
    if "max_retries" in values:
        values["max_retries"] = _whole("max_retries", values["max_retries"], 0, 100)
    if "timeout_seconds" in values:
        values["timeout_seconds"] = float(_whole("timeout", values["timeout_seconds"], 1, 7 * 86_400))
    return msgspec.structs.replace(base, **values)


def _refused(code: str, name: str, message: str, hint: str) -> Refusal:
    return Refusal(code, message, hint=hint, where=Where(parameter=name))
