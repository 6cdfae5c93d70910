"""The body of a call of a published pipeline, in the form that Azure's clients send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where, nearest

KNOWN = (
    "ExperimentName",
    "ParameterAssignments",
    "Description",
    "Tags",
    "RunSource",
    "RunType",
    "DisplayName",
    "ContinueRunOnStepFailure",
    "DataSetDefinitionValueAssignments",
    "DataPathAssignments",
)


def assignments(body: Any) -> dict[str, Any]:
    """Keyword arguments of `publishing.call`. A dataset is named by `SavedDataSetReference.Id` (`name` or
    `name:version`), a path by `RelativePath`. Raises Refusal `body_invalid`, naming the field."""
    if not isinstance(body, Mapping):
        raise _invalid(_("it is no JSON object"), "")
    for name in body:
        if name not in KNOWN:
            hint = nearest(str(name), KNOWN) or _("It may hold: %(names)s.") % {"names": ", ".join(KNOWN)}
            raise _invalid(_("it has no field “%(name)s”") % {"name": name}, str(name), hint=hint)
    parameters: dict[str, Any] = dict(_mapping(body, "ParameterAssignments"))
    for name, value in _mapping(body, "DataSetDefinitionValueAssignments").items():
        reference = value.get("SavedDataSetReference", value) if isinstance(value, Mapping) else value
        wanted = reference.get("Id") if isinstance(reference, Mapping) else reference
        if not isinstance(wanted, str) or not wanted:
            raise _invalid(_("“%(name)s” names no dataset") % {"name": name}, "DataSetDefinitionValueAssignments")
        parameters[name] = wanted
    for name, value in _mapping(body, "DataPathAssignments").items():
        path = value.get("RelativePath") if isinstance(value, Mapping) else value
        if not isinstance(path, str) or not path:
            raise _invalid(_("“%(name)s” has no RelativePath") % {"name": name}, "DataPathAssignments")
        parameters[name] = path
    return {
        "experiment": str(body.get("ExperimentName") or ""),
        "description": str(body.get("Description") or ""),
        "display_name": str(body.get("DisplayName") or ""),
        "continue_on_step_failure": body.get("ContinueRunOnStepFailure", True) is not False,
        "parameters": parameters,
    }


def _mapping(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name) or {}
    if not isinstance(value, Mapping):
        raise _invalid(_("“%(name)s” is no object of names and values") % {"name": name}, name)
    return value


def _invalid(why: str, field: str, *, hint: str = "") -> Refusal:
    return Refusal(
        "body_invalid",
        _("The body of the call cannot be read: %(why)s.") % {"why": why},
        hint=hint or _('Such as {"ExperimentName": "x", "ParameterAssignments": {"name": "value"}}.'),
        where=Where(parameter=field or None),
    )
