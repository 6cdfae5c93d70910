"""Scores with a model in MLflow's format through its pyfunc flavour, in the Python of the model's environment."""

from __future__ import annotations

import os
from typing import Any

from mlops.formats.spoken import gettext as _
from mlops.scoring.children.faults import Fault
from mlops.scoring.children.pipe import Answer, serve
from mlops.scoring.children.predicting import answering, frame_of, loading


def main(folder: str, method: str = "predict") -> None:
    serve(lambda: load(folder, method))


def load(folder: str, method: str) -> tuple[Answer, dict[str, Any]]:
    try:
        import mlflow.pyfunc
    except ModuleNotFoundError as error:
        hint = _("Let it have its own environment, or install the extra: pip install 'mlops-studio[mlflow]'.")
        raise Fault(
            "mlflow_missing", f"MLflow ({error.name}) is not in the Python of this model.", hint=hint
        ) from error
    os.chdir(folder)
    model = loading(lambda: mlflow.pyfunc.load_model(folder), what="The model")
    types = _types(model)
    return answering(lambda question: _predict(model, question, types, method)), {"mlflow": mlflow.__version__}


def _predict(model: Any, question: dict[str, Any], types: dict[str, Any], usual: str) -> Any:
    data = _data(question, types)
    params = question.get("params") or None
    if (question.get("method") or usual) == "predict_proba":
        raw: Any = model.get_raw_model() if hasattr(model, "get_raw_model") else getattr(model, "_model_impl", None)
        raw = raw if hasattr(raw, "predict_proba") else getattr(raw, "sklearn_model", raw)
        if not hasattr(raw, "predict_proba"):
            raise Fault("no_probabilities", "This model has no predict_proba.", hint=_('Ask for "method": "predict".'))
        return raw.predict_proba(data)
    return model.predict(data, params=params) if params else model.predict(data)


def _data(question: dict[str, Any], types: dict[str, Any]) -> Any:
    if question["form"] == "tensors":
        import numpy as np

        tensors = {name: np.array(value, dtype=types.get(name)) for name, value in question["tensors"].items()}
        return next(iter(tensors.values())) if list(tensors) == [""] else tensors
    if question["form"] == "rows" and not _is_table(question["rows"]):
        import numpy as np

        rows = question["rows"]
        return {name: np.array(value) for name, value in rows.items()} if isinstance(rows, dict) else np.array(rows)
    frame = frame_of(question)
    for name in list(frame.columns):
        kind = types.get(name)
        if kind is not None and frame[name].isna().all():
            frame = frame.drop(columns=name)
        elif kind is not None:
            frame[name] = _cast(frame[name], kind)
    return frame


def _cast(values: Any, kind: Any) -> Any:
    import pandas as pd

    if str(kind).startswith("datetime64"):
        return pd.to_datetime(values)
    if values.isna().any() or str(kind) in ("object", "str"):
        return values
    return values.astype(kind)


def _is_table(rows: Any) -> bool:
    if isinstance(rows, dict):
        return "columns" in rows and "data" in rows
    return isinstance(rows, list) and bool(rows) and isinstance(rows[0], dict)


def _types(model: Any) -> dict[str, Any]:
    """Column or tensor to numpy's or pandas' type, as the model's signature says."""
    schema = model.metadata.get_input_schema()
    types: dict[str, Any] = {}
    for one in schema.inputs if schema is not None else ():
        if hasattr(one.type, "to_pandas"):
            types[one.name or ""] = one.type.to_pandas()
        elif hasattr(one.type, "kind"):
            types[one.name or ""] = one.type
    return types
