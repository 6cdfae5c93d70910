"""A job that brings its work along leaves the types of its inputs to what is bound to them: here they are filled in."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec

from mlops.formats.azureml.lines import Path, Source
from mlops.formats.azureml.pipeline import PARENT_INPUT, PARENT_JOB, Forms

SIMPLE = {bool: "boolean", int: "integer", float: "number"}


def typed(source: Source, at: Path, job: dict[str, Any], forms: Forms) -> Source:
    """The file with inputs and outputs of the job at that path in the form of a component's."""
    value = deepcopy(source.value)
    target = value
    for key in at:
        target = target[key]
    outer = value.get("inputs") or {}
    target["inputs"] = {name: _input_type(one, outer, forms) for name, one in (job.get("inputs") or {}).items()}
    target["outputs"] = {name: _output_type(one, value) for name, one in (job.get("outputs") or {}).items()}
    return msgspec.structs.replace(source, value=value)


def _output_type(given: Any, whole: dict[str, Any]) -> dict[str, Any]:
    from mlops.formats.azureml.pipeline import PARENT_OUTPUT

    if isinstance(given, dict) and given.get("type"):
        return {"type": given["type"]}
    text = str(given.get("path", "") if isinstance(given, dict) else given or "").strip()
    found = PARENT_OUTPUT.fullmatch(text)
    outer = (whole.get("outputs") or {}).get(found[1]) if found else None
    return {"type": outer.get("type", "uri_folder") if isinstance(outer, dict) else "uri_folder"}


def _input_type(given: Any, outer: dict[str, Any], forms: Forms) -> dict[str, Any]:
    text = str(given.get("path", "") if isinstance(given, dict) else given).strip()
    declared = given.get("type") if isinstance(given, dict) else None
    if found := PARENT_INPUT.fullmatch(text):
        return {"type": declared or _outer_type(found[1], outer, forms)}
    if found := PARENT_JOB.fullmatch(text):
        return {"type": declared or forms(found[1], found[2]) or "uri_folder"}
    if isinstance(given, dict):
        literal = given.get("value", given.get("default"))
        return {"type": declared or ("uri_folder" if literal is None else _plain_type(literal))}
    return {"type": _plain_type(given)}


def _outer_type(name: str, outer: dict[str, Any], forms: Forms) -> str:
    bound: Any = outer
    for part in name.split("."):
        bound = bound.get(part) if isinstance(bound, dict) else None
    if isinstance(bound, dict):
        return str(bound.get("type") or forms("", name) or ("uri_folder" if "path" in bound else "string"))
    return _plain_type(bound)


def _plain_type(value: Any) -> str:
    return SIMPLE.get(type(value), "string")
