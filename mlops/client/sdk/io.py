"""What goes into a job and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

FileType = Literal["uri_file", "uri_folder", "mltable", "mlflow_model", "custom_model", "triton_model"]
ValueType = Literal["string", "integer", "number", "boolean"]


@dataclass(frozen=True, kw_only=True)
class Input:
    """An input: data at `path` (a local path, `azureml:NAME:VERSION`, `azureml:NAME@latest`, `azureml://…`, `https://…`),
    or, in the interface of a component or pipeline, a value with its default and bounds."""

    type: FileType | ValueType = "uri_folder"
    path: str = ""
    mode: Literal["", "ro_mount", "rw_mount", "download", "direct", "eval_mount", "eval_download"] = ""
    default: Any = None
    optional: bool = False
    min: float | None = None
    max: float | None = None
    enum: tuple[str, ...] = ()
    description: str = ""

    def fields(self) -> dict[str, Any]:
        return _given(self)


@dataclass(frozen=True, kw_only=True)
class Output:
    """An output. With a `name` it is registered as data or model when the job is done."""

    type: FileType = "uri_folder"
    path: str = ""
    mode: Literal["", "rw_mount", "upload", "direct"] = ""
    name: str = ""
    version: str = ""
    description: str = ""

    def fields(self) -> dict[str, Any]:
        return _given(self)


def _given(one: Input | Output) -> dict[str, Any]:
    found = {key: value for key, value in vars(one).items() if value not in ("", None, (), False)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}
