"""The libraries that models are trained, converted, explained and scored with. Web processes never load them, and the
image that is made for web processes alone does not have them (docs/deploy/Dockerfile)."""

from __future__ import annotations

from importlib.util import find_spec

LIBRARIES = frozenset(
    {
        "fairlearn",
        "imbalanced-learn",
        "lightgbm",
        "mlflow-skinny",
        "onnx",
        "onnxmltools",
        "onnxruntime",
        "optuna",
        "pandas",
        "scikit-learn",
        "shap",
        "simplemma",
        "skl2onnx",
        "stop-words",
        "uv",
    }
)
"""Distributions that this one asks for; what only they ask for goes with them."""


def is_here() -> bool:
    return find_spec("sklearn") is not None and find_spec("onnxruntime") is not None
