"""The body of a call: our own fields, or the `properties` that Azure's clients of batch endpoints send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where, nearest

TEXTS = ("input", "deployment", "output_dataset", "experiment", "display_name")
OBJECTS = ("settings", "parameters", "inputs", "outputs")
AZURE = {
    "InputData", "OutputData", "errorThreshold", "miniBatchSize", "retrySettings", "loggingLevel", "resources",
    "properties", "displayName", "experimentName", "outputFileName", "description", "tags",
}  # fmt: skip
SETTINGS_OF_AZURE = {
    "errorThreshold": "error_threshold",
    "miniBatchSize": "mini_batch_size",
    "retrySettings": "retry_settings",
    "loggingLevel": "logging_level",
    "outputFileName": "output_file_name",
}


def call_values(body: Any, *, deployment: str = "") -> dict[str, Any]:
    """Keyword arguments of `invoking.invoke`. Raises Refusal `body_invalid`, naming the field."""
    if not isinstance(body, Mapping):
        raise _invalid(_("it is no JSON object"), "")
    if isinstance(body.get("properties"), Mapping):
        return _of_azure(body["properties"]) | ({"deployment": deployment} if deployment else {})
    values: dict[str, Any] = {}
    for name in body:
        if name not in (*TEXTS, *OBJECTS):
            hint = nearest(str(name), (*TEXTS, *OBJECTS))
            raise _invalid(_("it has no field “%(name)s”") % {"name": name}, str(name), hint=hint)
        value = body[name]
        if name in OBJECTS and not isinstance(value or {}, Mapping):
            raise _invalid(_("“%(name)s” is no object of names and values") % {"name": name}, name)
        values[name] = (value or {}) if name in OBJECTS else str(value if value is not None else "")
    values.setdefault("deployment", deployment)
    return values


def _of_azure(given: Mapping[str, Any]) -> dict[str, Any]:
    for name in given:
        if name not in AZURE:
            hint = nearest(str(name), AZURE)
            raise _invalid(_("its properties have no “%(name)s”") % {"name": name}, str(name), hint=hint)
    settings = {ours: given[name] for name, ours in SETTINGS_OF_AZURE.items() if given.get(name) is not None}
    if isinstance(settings.get("retry_settings"), Mapping):
        retry = settings["retry_settings"]
        names = {"maxRetries": "max_retries", "timeout": "timeout"}
        settings["retry_settings"] = {names.get(name, name): _seconds(value) for name, value in retry.items()}
    values: dict[str, Any] = {
        "settings": settings,
        "display_name": str(given.get("displayName") or ""),
        "experiment": str(given.get("experimentName") or ""),
    }
    parameters, inputs, outputs = {}, {}, {}
    for name, one in (given.get("InputData") or {}).items():
        if not isinstance(one, Mapping):
            raise _invalid(_("the input “%(name)s” is no object") % {"name": name}, "InputData")
        if str(one.get("JobInputType", "")).lower() == "literal":
            parameters[name] = one.get("Value")
        else:
            inputs[name] = {"path": str(one.get("Uri") or one.get("JobInputUri") or "")}
    for name, one in (given.get("OutputData") or {}).items():
        if isinstance(one, Mapping) and (one.get("Uri") or one.get("JobOutputUri")):
            outputs[name] = {"path": str(one.get("Uri") or one.get("JobOutputUri"))}
    return values | {"parameters": parameters, "inputs": inputs, "outputs": outputs}


def _seconds(value: Any) -> Any:
    """`PT30S`, as Azure writes times."""
    text = str(value)
    return int(text[2:-1]) if text.startswith("PT") and text.endswith("S") and text[2:-1].isdecimal() else value


def _invalid(why: str, field: str, *, hint: str = "") -> Refusal:
    return Refusal(
        "body_invalid",
        _("The body of the call cannot be read: %(why)s.") % {"why": why},
        hint=hint or _('Such as {"input": "dataset:1", "settings": {"mini_batch_size": 1000}}.'),
        where=Where(parameter=field or None),
    )
