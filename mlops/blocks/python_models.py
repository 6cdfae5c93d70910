"""Models of a user's own class `AzureMLModel`: trained and asked in pandas. Step and scoring processes only.

A fitted one travels as its script and its pickled state, which are opened together.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mlops.blocks.casting import cast_column
from mlops.blocks.frames import from_pandas, to_pandas
from mlops.blocks.score_columns import LABELS, PROBABILITIES, number_names
from mlops.blocks.scripting import SCRIPT_NAME, printing_to, script_failed
from mlops.formats.model import Feature, ModelManifest
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column

if TYPE_CHECKING:
    from mlops.blocks.call import Reporter
    from mlops.blocks.training import Learned
    from mlops.blocks.values import Learner, Table

CLASS = "AzureMLModel"
WHERE = Where(parameter="python_script")
OTHER_NAMES = {PROBABILITIES: "probabilities"}
"""As the template of the designer's documentation calls it."""


class PythonModel:
    """The user's object with the script that defines its class."""

    def __init__(self, script: str, model: Any) -> None:
        self.script, self.model = script, model

    def __getstate__(self) -> dict[str, Any]:
        try:
            return {"script": self.script, "state": pickle.dumps(self.model)}
        except Exception as error:  # whatever the user's object raises
            message = _("The trained %(class)s cannot be saved: %(error)s: %(error_2)s") % {
                "class": CLASS,
                "error": type(error).__name__,
                "error_2": error,
            }
            hint = _("Keep in self only what Python can pickle: no open files, connections, lambdas or generators.")
            raise Refusal("model_not_saved", message, hint=hint, status=422, where=WHERE) from error

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.script = state["script"]
        _module(self.script)
        self.model = pickle.loads(state["state"])  # its purpose; in child processes only  # nosec B301


def learn(learner: Learner, table: Table, *, label: str, seed: int, report: Reporter) -> Learned:
    """Refusal: script_failed, script_entry_missing, and what is wrong with the label."""
    from mlops.blocks.components.train_model import feature_names
    from mlops.blocks.manifests import manifest_of
    from mlops.blocks.training import Learned, target_of

    _target, classes = target_of(table.frame[label], learner.task)
    names = feature_names(table.schema, label)
    if not names:
        message, hint = _("There is no column left to learn from."), _("Select at least one more column before.")
        raise Refusal("no_features", message, hint=hint, status=422, where=Where(port="dataset"))
    script = learner.parameters["python_script"]
    np.random.seed(seed)
    with printing_to(report):
        model = _made(script)
        _asked(model.train, to_pandas(table.frame.select(names)), to_pandas(table.frame.select(label))[label])
    features = tuple(_feature(column) for column in table.schema.columns if column.name in names)
    manifest = manifest_of(table, label, learner, features, classes)
    return Learned(manifest=manifest, estimator=PythonModel(script, model), cells=None)


def predict(manifest: ModelManifest, estimator: PythonModel, frame: pl.DataFrame) -> pl.DataFrame:
    """The score columns of what the user's `predict` returns: a data frame, or one value a row."""
    names = [feature.column for feature in manifest.features]
    if not frame.height:
        return _scores(manifest, pl.DataFrame({LABELS: pl.Series([], dtype=pl.String)}))
    returned = _as_frame(_asked(estimator.model.predict, to_pandas(frame.select(names))))
    if returned.height != frame.height:
        message = _("%(class)s.predict returned %(height)s rows for %(height_2)s; one for each is needed.") % {
            "class": CLASS,
            "height": returned.height,
            "height_2": frame.height,
        }
        hint = _("Return a data frame with one row for each row of df.")
        raise Refusal("script_result", message, hint=hint, status=422, where=WHERE)
    return _scores(manifest, returned)


def _scores(manifest: ModelManifest, returned: pl.DataFrame) -> pl.DataFrame:
    said = returned[LABELS] if LABELS in returned.columns else returned.to_series(0)
    if manifest.task == "regression":
        return pl.DataFrame({LABELS: cast_column(said, "decimal")})
    labels = cast_column(said, manifest.label_type).alias(LABELS)
    texts = labels.cast(pl.String)
    unknown = texts.filter(~texts.is_in(list(manifest.classes)))
    if unknown.len():
        message = _("%(class)s.predict returned '%(unknown)s', which is no class of '%(label)s'.") % {
            "class": CLASS,
            "unknown": unknown[0],
            "label": manifest.label,
        }
        hint = _("The classes are %(names)s.") % {"names": ", ".join(manifest.classes[:10])}
        raise Refusal("script_result", message, hint=hint, status=422, where=WHERE)
    certain = {manifest.classes[1]: PROBABILITIES} if manifest.task == "two_class" else {}
    names = certain or dict(zip(manifest.classes, number_names(manifest.task, manifest.classes), strict=True))
    shares = {name: _share(returned, name, texts, each) for each, name in names.items()}
    return pl.DataFrame({LABELS: labels, **shares})


def _share(returned: pl.DataFrame, name: str, labels: pl.Series, each: str) -> pl.Series:
    """The probability that was returned; without one, 1 for the label that was."""
    found = next((one for one in (name, OTHER_NAMES.get(name, name)) if one in returned.columns), None)
    return (labels == each).cast(pl.Float64) if found is None else cast_column(returned[found], "decimal")


def _as_frame(returned: Any) -> pl.DataFrame:
    import pandas as pd

    if isinstance(returned, pd.DataFrame):
        return from_pandas(returned)
    try:
        return from_pandas(pd.DataFrame({LABELS: np.ravel(np.asarray(returned))}))
    except ValueError as error:
        message = _("%(class)s.predict returned %(returned)s, which is no table.") % {
            "class": CLASS,
            "returned": type(returned).__name__,
        }
        raise Refusal("script_result", message, hint=_("Return a data frame."), status=422, where=WHERE) from error


def _feature(column: Column) -> Feature:
    """Texts keep all their values, so no categories are listed."""
    kind = {"string": "categorical", "boolean": "boolean", "date": "date"}.get(column.type, "numeric")
    return Feature(column=column.name, kind=kind)  # type: ignore[arg-type]


def _made(script: str) -> Any:
    made = getattr(_module(script), CLASS, None)
    if not all(callable(getattr(made, name, None)) for name in ("train", "predict")):
        message = _("The script has no class '%(class)s' with the methods 'train' and 'predict'.") % {"class": CLASS}
        hint = _("Write: class %(class)s: with def train(self, df_train, df_label) and def predict(self, df).") % {
            "class": CLASS
        }
        raise Refusal("script_entry_missing", message, hint=hint, status=422, where=WHERE)
    return _asked(made)


def _module(script: str) -> ModuleType:
    """The script as a module under a name of its own, so that its objects can be pickled and opened again."""
    name = f"azureml_model_{hashlib.sha256(script.encode()).hexdigest()[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    module = ModuleType(name)
    try:
        exec(compile(script, SCRIPT_NAME, "exec"), module.__dict__)  # noqa: S102  # the purpose of the component  # nosec B102
    except Exception as error:
        raise script_failed(error) from error
    sys.modules[name] = module
    return module


def _asked(method: Any, *arguments: Any) -> Any:
    try:
        return method(*arguments)
    except Exception as error:
        raise script_failed(error) from error
    except SystemExit as error:
        raise script_failed(RuntimeError(f"the script called exit({error.code})")) from error
