"""Scores with a framework's own file: scikit-learn by joblib or pickle, boosters of LightGBM and XGBoost.

"predict" answers labels or numbers, "predict_proba" a list of probabilities a row."""

from __future__ import annotations

import difflib
import os
import re
import warnings
from collections.abc import Callable
from typing import Any

from mlops.formats.spoken import gettext as _
from mlops.scoring.children.faults import Fault
from mlops.scoring.children.pipe import Answer, serve
from mlops.scoring.children.predicting import answering, frame_of, loading

ENDINGS = {
    "sklearn": (".joblib", ".pkl", ".pickle", ".skl"),
    "lightgbm": (".txt", ".lgb", ".model", ".joblib", ".pkl", ".pickle"),
    "xgboost": (".json", ".ubj", ".xgb", ".bst", ".model", ".joblib", ".pkl", ".pickle"),
}
PICKLED = (".joblib", ".pkl", ".pickle", ".skl")
NOT_MODELS = ("input_example.json", "serving_input_example.json", "requirements.txt", "README.txt")


def main(folder: str, framework: str, method: str = "predict") -> None:
    serve(lambda: load(folder, framework, method))


def load(folder: str, framework: str, method: str) -> tuple[Answer, dict[str, Any]]:
    path = the_file(folder, framework)
    name = os.path.basename(path)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        model = loading(lambda: _loaded(path, framework), what=f"{name} ({framework})")
    names, width = _features(model)

    def predict(question: dict[str, Any]) -> Any:
        data = _data(question, names, width)
        return _PREDICT[_kind(model)](model, data, question.get("method") or method)

    return answering(predict), {"features": names, "width": width}


def the_file(folder: str, framework: str) -> str:
    """The only file that the framework can have written."""
    found = []
    for place, _folders, files in os.walk(folder):
        found += [os.path.join(place, one) for one in sorted(files) if one not in NOT_MODELS]
    fitting = [one for one in found if one.lower().endswith(ENDINGS[framework])]
    if len(fitting) == 1:
        return fitting[0]
    shown = ", ".join(os.path.relpath(one, folder) for one in (fitting or found)[:10]) or "none"
    raise Fault(
        "model_file_unclear",
        f"{'Several' if fitting else 'None'} of the model's files can be its {framework} file: {shown}.",
        hint=_("Register one file that ends in %(names)s, or deploy with a script.")
        % {"names": ", ".join(ENDINGS[framework])},
    )


def _loaded(path: str, framework: str) -> Any:
    if path.lower().endswith(PICKLED):
        import joblib

        model = joblib.load(path)
        if not hasattr(model, "predict"):
            hint = _("Pickle the estimator or pipeline itself.")
            raise Fault("no_model", f"The file holds a {type(model).__name__}, which has no predict.", hint=hint)
        return model
    if framework == "lightgbm":
        import lightgbm

        return lightgbm.Booster(model_file=path)
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(path)
    return booster


def _kind(model: Any) -> str:
    """Boosters have interfaces of their own; everything else is as scikit-learn has it."""
    return {"Booster": type(model).__module__.partition(".")[0]}.get(type(model).__name__, "sklearn")


def _features(model: Any) -> tuple[list[str], int | None]:
    """Names in order (empty where it was trained without), and how many."""
    if _kind(model) == "lightgbm":
        names = list(model.feature_name())
        return ([] if all(one == f"Column_{place}" for place, one in enumerate(names)) else names), len(names)
    if _kind(model) == "xgboost":
        return list(model.feature_names or []), model.num_features()
    names = [str(one) for one in getattr(model, "feature_names_in_", [])]
    return names, getattr(model, "n_features_in_", None)


def _data(question: dict[str, Any], names: list[str], width: int | None) -> Any:
    """A table where rows come with names, else a list of lists; in the order of training."""
    rows = question.get("rows")
    if question["form"] == "rows" and isinstance(rows, list) and rows and not isinstance(rows[0], dict):
        return _checked_lists(rows, names, width)
    frame = frame_of(question)
    if not names:
        return _matrix(frame.values.tolist(), width)
    for name in frame.columns:
        if name not in names:
            close = difflib.get_close_matches(str(name), names, n=1)
            hint = (
                (_("Did you mean '%(close)s'?") % {"close": close[0]})
                if close
                else (_("Its columns are: %(names)s.") % {"names": ", ".join(names)})
            )
            message = _("The model has no input column '%(name)s'.") % {"name": name}
            raise Fault("unknown_column", message, hint=hint, status=422, where={"column": str(name)})
    for name in names:
        if name not in frame.columns:
            hint = _("Its columns are: %(names)s.") % {"names": ", ".join(names)}
            message = _("The column '%(name)s' is missing.") % {"name": name}
            raise Fault("missing_column", message, hint=hint, status=422, where={"column": name})
    return frame[names]


def _checked_lists(rows: list[Any], names: list[str], width: int | None) -> Any:
    import pandas as pd

    for place, row in enumerate(rows):
        if not isinstance(row, list):
            message = _("row %(place)s: expected a list of values, got %(row)s.") % {
                "place": place + 1,
                "row": f"{row!r}",
            }
            raise Fault("wrong_row", message, status=422, where={"row": place})
        if width is not None and len(row) != width:
            message = _("row %(place)s has %(count)s values where %(width)s are expected.") % {
                "place": place + 1,
                "count": len(row),
                "width": width,
            }
            hint = (_("The order is: %(names)s.") % {"names": ", ".join(names)}) if names else ""
            raise Fault("wrong_width", message, hint=hint, status=422, where={"row": place})
    return pd.DataFrame(rows, columns=names) if names else _matrix(rows, width)


def _matrix(rows: list[list[Any]], width: int | None) -> Any:
    """Numbers where all are; the rows as they are where a model was trained on texts without names."""
    import numpy as np

    try:
        return np.array(rows, dtype=np.float64).reshape(len(rows), width or -1)
    except (TypeError, ValueError):
        return np.array(rows, dtype=object)


def _numbers(data: Any) -> Any:
    """For boosters, which take numbers alone. The fault names the first cell that is none."""
    import numpy as np
    import pandas as pd

    frame = data if isinstance(data, pd.DataFrame) else pd.DataFrame(data)
    try:
        return frame.astype(np.float64)
    except (TypeError, ValueError):
        for place, row in enumerate(frame.itertuples(index=False)):
            for name, value in ((name, row[index]) for index, name in enumerate(frame.columns)):
                if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
                    column = str(name + 1 if isinstance(name, int) else name)
                    message = _("row %(place)s, column '%(column)s': expected a number, got %(value)s.") % {
                        "place": place + 1,
                        "column": column,
                        "value": f"{value!r}",
                    }
                    where = {"row": place, "column": column, "value": repr(value)}
                    raise Fault("wrong_type", message, status=422, where=where) from None
        raise


def _wrong_cell(error: ValueError, data: Any) -> Exception:
    """numpy names the text that is no number, not its place: it is looked for."""
    found = re.search(r"could not convert string to float: '(.*)'", str(error))
    if found is None:
        return error
    rows = data.itertuples(index=False) if hasattr(data, "itertuples") else data
    names = list(data.columns) if hasattr(data, "columns") else []
    for place, row in enumerate(rows):
        for index, value in enumerate(row):
            if isinstance(value, str) and value == found[1]:
                column = str(names[index] if names else index + 1)
                message = _("row %(place)s, column '%(column)s': expected a number, got %(value)s.") % {
                    "place": place + 1,
                    "column": column,
                    "value": f"{value!r}",
                }
                where = {"row": place, "column": column, "value": repr(value)}
                return Fault("wrong_type", message, status=422, where=where)
    return error


def _predict_sklearn(model: Any, data: Any, method: str) -> Any:
    try:
        return _asked_sklearn(model, data, method)
    except ValueError as error:
        raise _wrong_cell(error, data) from error


def _asked_sklearn(model: Any, data: Any, method: str) -> Any:
    if method == "predict":
        return model.predict(data)
    if not hasattr(model, "predict_proba"):
        message = _("%(model)s has no predict_proba.") % {"model": type(model).__name__}
        raise Fault("no_probabilities", message, hint=_('Ask for "method": "predict".'), status=422)
    return model.predict_proba(data)


def _predict_lightgbm(model: Any, data: Any, method: str) -> Any:
    objective = str(model.dump_model(num_iteration=1).get("objective", "")).partition(" ")[0]
    return _classes(model.predict(_numbers(data)), objective in ("binary", "multiclass", "multiclassova"), method)


def _predict_xgboost(model: Any, data: Any, method: str) -> Any:
    import json

    import xgboost

    objective = json.loads(model.save_config())["learner"]["objective"]["name"]
    frame = _numbers(data)
    matrix = xgboost.DMatrix(frame if model.feature_names else frame.to_numpy())
    return _classes(model.predict(matrix), objective in ("binary:logistic", "multi:softprob"), method)


def _classes(numbers: Any, is_classifier: bool, method: str) -> Any:
    """A booster of a classifier answers probabilities: labels are the places of the largest."""
    import numpy as np

    if not is_classifier:
        if method == "predict_proba":
            raise Fault("no_probabilities", "This booster is no classifier.", hint=_('Ask for "method": "predict".'))
        return numbers
    both = numbers if numbers.ndim == 2 else np.column_stack([1.0 - numbers, numbers])
    return both if method == "predict_proba" else both.argmax(axis=1)


_PREDICT: dict[str, Callable[[Any, Any, str], Any]] = {
    "sklearn": _predict_sklearn,
    "lightgbm": _predict_lightgbm,
    "xgboost": _predict_xgboost,
}
