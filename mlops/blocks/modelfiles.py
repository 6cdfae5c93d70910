"""A trained model's folder: MLflow's model format with our manifest beside it."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from mlops.blocks.distributions import installed_version
from mlops.blocks.values import TrainedModel
from mlops.formats.kept import REFERENCE_FILE
from mlops.formats.model import IMPORTANCE_FILE, MANIFEST_FILE, Field, ModelManifest, Signature
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.formats.table import ColumnType

MLMODEL_FILE = "MLmodel"
EXAMPLE_FILE = "input_example.json"
REQUIREMENTS_FILE = "requirements.txt"
CONDA_FILE = "conda.yaml"
PYTHON_ENV_FILE = "python_env.yaml"
PACKAGES = ("joblib", "msgspec", "numpy", "pandas", "polars", "scikit-learn", "scipy")
COMPANIONS = {"torch": ("pillow", "torchvision")}
"""What a framework's models need beside it."""
MLFLOW_TYPES: dict[ColumnType, str] = {
    "integer": "long",
    "decimal": "double",
    "string": "string",
    "boolean": "boolean",
    "date": "datetime",
}


def write_model(model: TrainedModel, folder: str | Path) -> None:
    """Equal models give equal files: no time and no random name is in them."""
    import joblib

    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    manifest = model.manifest
    (path / MANIFEST_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    joblib.dump(model.estimator, path / manifest.estimator)
    model.reference.write_parquet(path / REFERENCE_FILE)
    requirements = pinned_requirements(manifest)
    (path / REQUIREMENTS_FILE).write_text("\n".join(requirements) + "\n")
    _write_yaml(path / CONDA_FILE, _conda(requirements))
    _write_yaml(path / PYTHON_ENV_FILE, _python_env())
    (path / EXAMPLE_FILE).write_bytes(msgspec.json.encode(input_example(manifest.signature)))
    _write_yaml(path / MLMODEL_FILE, _mlmodel(manifest, path))
    if model.importance:
        (path / IMPORTANCE_FILE).write_bytes(msgspec.json.encode(model.importance))


def read_model(folder: str | Path) -> TrainedModel:
    import polars as pl

    manifest = read_manifest(folder)
    reference = pl.read_parquet(Path(folder) / REFERENCE_FILE)
    return TrainedModel(manifest=manifest, estimator=read_estimator(folder, manifest), reference=reference)


def read_manifest(folder: str | Path) -> ModelManifest:
    """Refusal `not_a_model` where the folder holds no model of ours."""
    path = Path(folder) / MANIFEST_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=ModelManifest)
    except (OSError, msgspec.MsgspecError) as error:
        hint = _("Only models trained by Train Model carry this file.")
        raise Refusal(
            "not_a_model",
            _("%(manifest_file)s cannot be read: %(error)s.") % {"manifest_file": MANIFEST_FILE, "error": error},
            hint=hint,
            status=422,
        ) from error


def read_estimator(folder: str | Path, manifest: ModelManifest) -> Any:
    """Unpickles: in child processes only."""
    import joblib

    return joblib.load(Path(folder) / manifest.estimator)


def input_example(signature: Signature) -> dict[str, Any]:
    """One made-up row of typical values, in MLflow's split form."""
    fields = signature.inputs
    return {"columns": [field.name for field in fields], "data": [[field.example for field in fields]]}


def pinned_requirements(manifest: ModelManifest) -> list[str]:
    names = {*PACKAGES, manifest.framework, *COMPANIONS.get(manifest.framework, ())}
    pins = [f"{name}=={number}" for name, number in sorted(installed_version(name) for name in names)]
    try:
        return [*pins, f"mlops-studio=={version('mlops-studio')}"]
    except PackageNotFoundError:
        return pins


def _mlmodel(manifest: ModelManifest, path: Path) -> dict[str, Any]:
    return {
        "flavors": {
            "python_function": {
                "loader_module": "mlops.blocks.pyfunc",
                "python_version": platform.python_version(),
                "env": {"conda": CONDA_FILE, "virtualenv": PYTHON_ENV_FILE},
            },
            "mlops": {
                "manifest": MANIFEST_FILE,
                "task": manifest.task,
                "algorithm": manifest.algorithm,
                manifest.framework.replace("-", "_"): manifest.framework_version,
            },
        },
        "model_uuid": _uuid(path / manifest.estimator, path / MANIFEST_FILE),
        "saved_input_example_info": {
            "artifact_path": EXAMPLE_FILE,
            "pandas_orient": "split",
            "type": "dataframe",
        },
        "signature": {
            "inputs": _mlflow_columns(manifest.signature.inputs, absent_allowed=True),
            "outputs": _mlflow_columns(manifest.signature.outputs, absent_allowed=False),
            "params": None,
        },
    }


def _mlflow_columns(fields: tuple[Field, ...], *, absent_allowed: bool) -> str:
    """MLflow keeps each side as JSON text; a column that may be absent is not required."""
    columns = [
        {"type": MLFLOW_TYPES[field.type], "name": field.name, "required": field.required or not absent_allowed}
        for field in fields
    ]
    return msgspec.json.encode(columns).decode()


def _uuid(*files: Path) -> str:
    """From the content, so that equal models have equal folders."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def _conda(requirements: list[str]) -> dict[str, Any]:
    python = f"python={platform.python_version()}"
    return {"name": "mlops-model", "channels": ["conda-forge"], "dependencies": [python, "pip", {"pip": requirements}]}


def _python_env() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "build_dependencies": ["pip", "setuptools", "wheel"],
        "dependencies": [f"-r {REQUIREMENTS_FILE}"],
    }


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    import yaml

    path.write_text(yaml.safe_dump(content, sort_keys=True, allow_unicode=True))
