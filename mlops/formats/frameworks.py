"""Which framework wrote a model's files, told by their names; nothing is opened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import msgspec

from mlops.formats.mlmodel import MLMODEL_FILE

FRAMEWORKS = {
    "sklearn": "sklearn", "scikit-learn": "sklearn", "scikitlearn": "sklearn", "lightgbm": "lightgbm",
    "xgboost": "xgboost", "onnx": "onnx", "mlflow": "mlflow", "custom": "custom",
}  # fmt: skip
"""What people call them, to what we call them. custom: only its author knows how to score with it."""
ENDINGS = {
    ".joblib": "sklearn", ".pkl": "sklearn", ".pickle": "sklearn", ".ubj": "xgboost", ".xgb": "xgboost",
    ".lgb": "lightgbm",
}  # fmt: skip
"""Of files that tell their framework by themselves."""


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """`entry` and its fields as formats.serving.Serving has them. `problem`: why it cannot be scored after all."""

    entry: str
    framework: str = ""
    graph: str = ""
    problem: str = ""


def framework_of(paths: Sequence[str]) -> str:
    """By the endings of the files, where one file alone tells it."""
    if MLMODEL_FILE in paths:
        return "mlflow"
    if any(path.endswith(".onnx") for path in paths):
        return "onnx"
    told = [ENDINGS[ending] for path in paths if (ending := PurePosixPath(path).suffix.lower()) in ENDINGS]
    return told[0] if len(told) == 1 else ""


def recognised(paths: Sequence[str], *, framework: str = "") -> Recognised | None:
    """How files that were not trained here are scored; None where nobody but their author knows.

    `framework` is what their author said."""
    framework = FRAMEWORKS.get(framework.lower(), "") or framework_of(paths)
    if framework == "mlflow":
        return Recognised(entry="mlflow")
    graphs = [path for path in paths if path.endswith(".onnx")]
    if framework == "onnx" and len(graphs) == 1:
        return Recognised(entry="onnx", graph=f"model/{graphs[0]}")
    if framework in ("sklearn", "lightgbm", "xgboost"):
        return Recognised(entry="native", framework=framework)
    return None
