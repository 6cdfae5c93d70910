"""A model in MLflow's format as its `MLmodel` file tells it: flavours, signature, packages. Nothing of it is loaded."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import msgspec

from mlops.formats.definition import Requirements
from mlops.formats.model import Field, Signature
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.formats.table import ColumnType
from mlops.formats.tensor import CallParameter, DataType, Tensor, TensorSignature

MLMODEL_FILE = "MLmodel"
MOST_BYTES = 1024 * 1024
"""Pages read it."""
TYPES: dict[str, ColumnType] = {
    "boolean": "boolean",
    "integer": "integer",
    "long": "integer",
    "float": "decimal",
    "double": "decimal",
    "string": "string",
    "datetime": "date",
}
"""Column types that have a counterpart here; a column of another (binary, arrays, objects) takes any JSON value."""


class MLModel(msgspec.Struct, frozen=True, kw_only=True):
    """`signature` where each input is a plain column, `tensors` where they are tensors; else neither."""

    flavours: tuple[str, ...]
    loader: str = ""
    """The module that loads it as pyfunc; empty: it has no such flavour."""
    python: str = ""
    signature: Signature | None = None
    tensors: TensorSignature | None = None
    parameters: tuple[CallParameter, ...] = ()
    types: dict[str, str] = {}
    """Column to MLflow's name of its type."""


def is_mlflow_model(folder: Path) -> bool:
    return (folder / MLMODEL_FILE).is_file()


def read_mlmodel(text: str) -> MLModel:
    """Raises Refusal `mlmodel_broken`."""
    try:
        content = _read_yaml(text)
        flavours = content["flavors"]
        pyfunc = flavours.get("python_function") or {}
        sides = content.get("signature") or {}
        inputs, outputs = (_decoded(sides.get(side)) for side in ("inputs", "outputs"))
        return MLModel(
            flavours=tuple(flavours),
            loader=str(pyfunc.get("loader_module") or ""),
            python=str(pyfunc.get("python_version") or ""),
            signature=_columns(inputs, outputs),
            tensors=_tensors(inputs, outputs),
            parameters=tuple(_parameter(one) for one in _decoded(sides.get("params"))),
            types={str(one["name"]): str(one["type"]) for one in inputs if "name" in one and one["type"] != "tensor"},
        )
    except (Refusal, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Refusal(
            "mlmodel_broken",
            _("The file %(mlmodel_file)s cannot be read: %(why)s.")
            % {"mlmodel_file": MLMODEL_FILE, "why": _why(error)},
            hint=_("Save the model again with MLflow, and register the whole folder."),
            status=422,
        ) from error


def _read_yaml(text: str) -> Any:
    """Raises Refusal, also where aliases of few bytes stand for very much."""
    from mlops.formats.azureml.lines import load

    if len(text) > MOST_BYTES:
        raise Refusal(
            "yaml_too_large", _("it is larger than %(most_bytes)s KB") % {"most_bytes": MOST_BYTES // 1024}, status=422
        )
    return load(MLMODEL_FILE, text).value


def _why(error: Exception) -> str:
    return error.message.rstrip(".") if isinstance(error, Refusal) else f"{type(error).__name__}: {str(error)[:200]}"


def read_folder(folder: Path) -> MLModel:
    path = folder / MLMODEL_FILE
    if not path.is_file():
        hint = _("Register the whole folder that MLflow's save_model wrote.")
        raise Refusal(
            "mlmodel_missing",
            _("The model has no file %(mlmodel_file)s.") % {"mlmodel_file": MLMODEL_FILE},
            hint=hint,
            status=422,
        )
    return read_mlmodel(path.read_text(encoding="utf-8"))


def read_requirements_of(folder: Path) -> Requirements:
    """Of `requirements.txt`, else of `python_env.yaml` or `conda.yaml`; the Python's major and minor version."""
    from mlops.formats.azureml.environment import read_environment
    from mlops.formats.azureml.environment import read_requirements as lines_of
    from mlops.formats.azureml.lines import load

    def text(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8") if (folder / name).is_file() else ""

    try:
        environment = load("python_env.yaml", text("python_env.yaml")).value or {}
        python = _minor(str(environment.get("python") or ""))
        if packages := text("requirements.txt"):
            return Requirements(packages=_plain(lines_of(packages)), python=python or _minor(_python_of(folder)))
        if listed := [str(one) for one in environment.get("dependencies") or () if not str(one).startswith("-r")]:
            return Requirements(packages=_plain(listed), python=python)
    except AttributeError as error:
        raise Refusal(
            "packages_unreadable", _("python_env.yaml of the model cannot be read: %(error)s.") % {"error": error}
        ) from error
    conda = text("conda.yaml")
    if not conda:
        return Requirements()
    source = load("conda.yaml", f"conda_file:\n{_indented(conda)}")
    found = read_environment(source, (), source.value, lambda _: "", [])
    return Requirements(packages=_plain(found.packages), python=found.python)


def _python_of(folder: Path) -> str:
    return read_folder(folder).python if is_mlflow_model(folder) else ""


def _plain(lines: Any) -> tuple[str, ...]:
    """Lines that name packages; options of pip, such as --index-url, are the machine's business."""
    return tuple(str(line) for line in lines if not str(line).startswith("-"))


def _minor(version: str) -> str:
    found = re.match(r"\d+\.\d+", version)
    return found[0] if found else ""


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def _decoded(side: Any) -> list[dict[str, Any]]:
    """MLflow keeps each side as JSON text in the YAML."""
    value = json.loads(side) if isinstance(side, str) else side
    return list(value or [])


def _columns(inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> Signature | None:
    """Only where every input is a named plain column."""
    if not inputs or not all("name" in one and one.get("type") in TYPES for one in inputs):
        return None
    named = [one for one in outputs if "name" in one and one.get("type") in TYPES]
    return Signature(inputs=tuple(map(_field, inputs)), outputs=tuple(map(_field, named)))


def _field(column: dict[str, Any]) -> Field:
    return Field(name=str(column["name"]), type=TYPES[column["type"]], required=bool(column.get("required", True)))


def _tensors(inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> TensorSignature | None:
    if not inputs or not all(one.get("type") == "tensor" for one in inputs):
        return None
    told = [one for one in outputs if one.get("type") == "tensor"]
    return TensorSignature(inputs=tuple(map(_tensor, inputs)), outputs=tuple(map(_tensor, told)))


def _tensor(one: dict[str, Any]) -> Tensor:
    spec = one["tensor-spec"]
    return Tensor(name=str(one.get("name") or ""), type=data_type(str(spec["dtype"])), shape=tuple(spec["shape"]))


def data_type(numpy_name: str) -> DataType:
    name = numpy_name.partition("[")[0]
    if name in ("str", "object") or name.startswith(("<U", "|S", "str", "bytes")):
        return "string"
    if name not in get_args(DataType):
        raise ValueError(f"tensors of the type {numpy_name}")
    return name  # type: ignore[return-value]


def _parameter(one: dict[str, Any]) -> CallParameter:
    return CallParameter(
        name=str(one["name"]),
        type=str(one.get("type") or one.get("dtype") or "string"),
        default=one.get("default"),
        is_list=one.get("shape") is not None,
    )
