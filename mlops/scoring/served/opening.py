"""Opens a deployment's folder: what serving.json says becomes a model with its engine."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec.structs import replace

from mlops.formats.collection import SPOOL_VARIABLE
from mlops.formats.mlmodel import read_folder
from mlops.formats.model import MANIFEST_FILE, ModelManifest, Signature
from mlops.formats.placement import PLACEMENT_VARIABLE, Placement, placed
from mlops.formats.refusal import Refusal
from mlops.formats.serving import SERVING_FILE, Serving
from mlops.formats.spoken import gettext
from mlops.scoring.children import debugging
from mlops.scoring.engines.graph import GraphEngine
from mlops.scoring.engines.native import NativeEngine
from mlops.scoring.engines.onnx import OnnxEngine
from mlops.scoring.engines.predicting import PredictingEngine
from mlops.scoring.engines.script import ScriptEngine
from mlops.scoring.served.columns import ColumnModel
from mlops.scoring.served.model import Served
from mlops.scoring.served.predicting import PredictingModel
from mlops.scoring.served.script import ScriptModel
from mlops.scoring.served.several import SeveralModels

ROW_BY_ROW = ("mlflow.sklearn", "mlflow.lightgbm", "mlflow.xgboost", "mlflow.catboost", "mlflow.onnx")
"""Loaders whose models score each row by itself, so that requests which wait together can be one."""
STEPPING_SECONDS = 3600.0
"""No request is late while somebody steps through it."""


def opened(folder: Path) -> Served:
    """Raises Refusal when the folder has no usable serving.json. Nothing is loaded yet."""
    serving = read_serving(folder)
    if serving.entry == "script":
        if debugging.is_wanted():
            limits = replace(serving.limits, timeout_seconds=STEPPING_SECONDS, queue_wait_seconds=STEPPING_SECONDS)
            serving = replace(serving, limits=limits)
        return ScriptModel(serving, *(ScriptEngine(folder, serving=serving) for _ in _workers(serving)))
    if serving.entry == "several":
        return SeveralModels(serving, tuple(opened(folder / place) for place in serving.models))
    if serving.entry == "mlflow":
        return _of_mlflow(folder, serving)
    if serving.entry == "onnx" and serving.graph:
        return PredictingModel(serving, GraphEngine(folder / serving.graph, serving=serving))
    if serving.entry == "native" and serving.framework:
        arguments = (str(folder / "model"), serving.framework, serving.method)
        child = "mlops.scoring.children.framework"
        engines = [
            PredictingEngine(child, arguments=arguments, serving=serving, by_rows=True) for _ in _workers(serving)
        ]
        return PredictingModel(serving, *engines, signature=serving.signature)
    signature = _signature(folder, serving)
    if serving.entry == "onnx":
        return ColumnModel(serving, OnnxEngine(folder, serving=serving, signature=signature), signature=signature)
    engines_of_ours = [NativeEngine(folder, serving=serving) for _ in _workers(serving)]
    return ColumnModel(serving, *engines_of_ours, signature=signature)


def _workers(serving: Serving) -> range:
    """One for each child process. A debugger attaches to one; more than may score at once are of no use."""
    most = serving.limits.concurrent or serving.workers
    return range(1 if debugging.is_wanted() else max(1, min(serving.workers, most)))


def _of_mlflow(folder: Path, serving: Serving) -> Served:
    """By its pyfunc flavour. Raises Refusal `no_pyfunc`, `mlmodel_broken` or `mlmodel_missing`."""
    model = read_folder(folder / "model")
    if not model.loader:
        raise Refusal(
            "no_pyfunc",
            gettext("The model %(model)s has no python_function flavour; it has: %(names)s.")
            % {"model": serving.model, "names": ", ".join(model.flavours)},
            hint=gettext("Save it with an MLflow flavour that pyfunc can load, or deploy it with a script."),
        )
    engines = [
        PredictingEngine(
            "mlops.scoring.children.mlflow",
            arguments=(str(folder / "model"), serving.method),
            serving=serving,
            by_rows=model.loader in ROW_BY_ROW,
        )
        for _ in _workers(serving)
    ]
    return PredictingModel(
        serving,
        *engines,
        signature=serving.signature or model.signature,
        tensors=model.tensors,
        parameters=model.parameters,
    )


def read_serving(folder: Path) -> Serving:
    path = folder / SERVING_FILE
    try:
        serving = msgspec.json.decode(path.read_bytes(), type=Serving)
        told = os.environ.get(PLACEMENT_VARIABLE)
        return _with_own_spool(placed(serving, msgspec.json.decode(told, type=Placement)) if told else serving)
    except FileNotFoundError:
        raise Refusal(
            "no_serving_file",
            gettext("%(folder)s has no %(serving_file)s.") % {"folder": folder, "serving_file": SERVING_FILE},
            hint=gettext("Name a deployment's folder."),
        ) from None
    except msgspec.DecodeError as error:
        raise Refusal(
            "broken_serving_file",
            gettext("%(serving_file)s or %(placement_variable)s cannot be read: %(error)s.")
            % {"serving_file": SERVING_FILE, "placement_variable": PLACEMENT_VARIABLE, "error": error},
            hint=gettext("Deploy it again."),
        ) from None


def _with_own_spool(serving: Serving) -> Serving:
    folder = os.environ.get(SPOOL_VARIABLE)
    if not folder or serving.collection is None:
        return serving
    return replace(serving, collection=replace(serving.collection, folder=folder))


def _signature(folder: Path, serving: Serving) -> Signature:
    if serving.signature is not None:
        return serving.signature
    path = folder / "model" / MANIFEST_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=ModelManifest).signature
    except (OSError, msgspec.DecodeError) as error:
        raise Refusal(
            "no_signature",
            gettext("The model %(model)s has no signature: %(error)s.") % {"model": serving.model, "error": error},
            hint=gettext("Deploy it with a scoring script."),
        ) from None
