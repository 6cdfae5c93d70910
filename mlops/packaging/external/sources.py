"""Which model a folder of files from elsewhere holds. Reads text and names only; opens nothing that could run code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from mlops.formats.azureml.lines import load
from mlops.formats.mlmodel import TYPES
from mlops.formats.model import MANIFEST_FILE, Field, Signature
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

MLFLOW_FILE = "MLmodel"
Kind = Literal["pickle", "skops", "lightgbm", "xgboost", "onnx", "torch"]
SUFFIXES: dict[str, Kind] = {
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".joblib": "pickle",
    ".skops": "skops",
    ".lgb": "lightgbm",
    ".ubj": "xgboost",
    ".onnx": "onnx",
    ".pt": "torch",
    ".pth": "torch",
    ".pt2": "torch",
}
FLAVOURS = ("sklearn", "lightgbm", "xgboost", "onnx", "pytorch")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """`path`: of the model's file. `model_class`: as MLflow names it. `example`: path of an input example."""

    kind: Kind
    path: Path
    origin: str
    """In words, such as `MLflow's flavour sklearn`."""
    model_class: str = ""
    signature: Signature | None = None
    example: Path | None = None


def find_source(folder: Path) -> Source:
    """Raises Refusal `not_convertible` where there is no model that could be converted, or several."""
    if (folder / MLFLOW_FILE).is_file():
        return _mlflow(folder)
    found = [source for path in sorted(folder.rglob("*")) if path.is_file() and (source := _file(path, folder))]
    if not found and any(_is_of_keras(path) for path in folder.rglob("*")):
        raise _of_keras()
    if not found:
        raise no_form(
            _("among its files is no model of scikit-learn, LightGBM, XGBoost, PyTorch or MLflow."),
            hint=_("Deploy it with a scoring script of your own, which can load any file of the model."),
        )
    if len(found) > 1:
        names = ", ".join(str(one.path.relative_to(folder)) for one in found[:5])
        raise no_form(
            _("several of its files could be the model: %(names)s.") % {"names": names},
            hint=_("Register a version with the one file, or save the model in MLflow's format."),
        )
    (source,) = found
    example = folder / "input_example.json"
    return msgspec.structs.replace(source, example=example if example.is_file() else None)


def graph_of(folder: Path) -> Path | None:
    """The ONNX file of a model that is one already."""
    if (folder / MANIFEST_FILE).is_file():
        return None
    try:
        source = find_source(folder)
    except Refusal:
        return None
    return source.path if source.kind == "onnx" else None


def no_form(reason: str, *, hint: str = "") -> Refusal:
    return Refusal(
        "not_convertible",
        _("The model has no ONNX form: %(reason)s") % {"reason": reason},
        hint=hint or _("Deploy it with the entry “native” or “script”: the original model answers then."),
        status=422,
    )


def _is_of_keras(path: Path) -> bool:
    return path.suffix.lower() in (".keras", ".h5", ".hdf5") or path.name == "saved_model.pb"


def _of_keras() -> Refusal:
    """Their libraries are the heaviest of all, and each opens only what its own release wrote."""
    return no_form(
        _("it is one of Keras or TensorFlow, which are not opened here."),
        hint=_(
            "Where it was trained, write it as ONNX yourself, model.export('model.onnx', format='onnx') with Keras 3,"
            " and register that file. Or deploy it with a scoring script in an environment that has its packages."
        ),
    )


def _file(path: Path, folder: Path) -> Source | None:
    kind = SUFFIXES.get(path.suffix.lower()) or _by_content(path)
    return Source(kind=kind, path=path, origin=f"the file {path.relative_to(folder)}") if kind else None


def _by_content(path: Path) -> Kind | None:
    """LightGBM writes text, XGBoost JSON."""
    if path.suffix.lower() not in (".txt", ".model", ".json", ""):
        return None
    with path.open("rb") as file:
        head = file.read(200)
    if head.startswith(b"tree\n") and b"version=" in head:
        return "lightgbm"
    return "xgboost" if head.startswith(b"{") and b'"learner"' in head else None


def _mlflow(folder: Path) -> Source:
    try:
        told = load(MLFLOW_FILE, (folder / MLFLOW_FILE).read_text(encoding="utf-8")).value
    except (Refusal, UnicodeDecodeError) as error:
        raise no_form(
            _("%(mlflow_file)s cannot be read: %(splitlines)s.")
            % {"mlflow_file": MLFLOW_FILE, "splitlines": str(error).splitlines()[0]}
        ) from error
    flavours = told.get("flavors", {}) if isinstance(told, dict) else {}
    name = next((one for one in FLAVOURS if one in flavours), "")
    if not name and any(one in flavours for one in ("tensorflow", "keras")):
        raise _of_keras()
    if not name:
        listed = ", ".join(one for one in flavours if one != "python_function") or "python_function alone"
        raise no_form(
            _("its flavour in MLflow is %(listed)s, of which nothing but its own code knows how it predicts.")
            % {"listed": listed}
        )
    facts: Mapping[str, Any] = flavours[name]
    example = (told.get("saved_input_example_info") or {}).get("artifact_path")
    return Source(
        kind=_flavour_kind(name, facts),
        path=_inside(folder, _flavour_file(name, facts)),
        origin=f"MLflow's flavour {name}",
        model_class=str(facts.get("model_class", "")),
        signature=mlflow_signature(told.get("signature")),
        example=_inside(folder, str(example)) if example and (folder / str(example)).is_file() else None,
    )


def _flavour_kind(name: str, facts: Mapping[str, Any]) -> Kind:
    by_suffix = SUFFIXES.get(Path(_flavour_file(name, facts)).suffix.lower())
    if by_suffix in ("pickle", "skops"):
        return by_suffix
    kinds: dict[str, Kind] = {"sklearn": "pickle", "pytorch": "torch", "lightgbm": "lightgbm", "xgboost": "xgboost"}
    return kinds.get(name, "onnx")


def _flavour_file(name: str, facts: Mapping[str, Any]) -> str:
    if name == "sklearn":
        return str(facts.get("pickled_model", "model.pkl"))
    if name == "pytorch":
        is_exported = facts.get("serialization_format") == "pt2"  # as MLflow 3 saves where nothing else is said
        return f"{facts.get('model_data', 'data')}/model.{'pt2' if is_exported else 'pth'}"
    return str(facts.get("data", "model"))


def _inside(folder: Path, path: str) -> Path:
    found = (folder / path).resolve()
    if not found.is_relative_to(folder.resolve()) or not found.is_file():
        raise no_form(
            _("%(mlflow_file)s names %(path)s, which is not among the files.")
            % {"mlflow_file": MLFLOW_FILE, "path": path}
        )
    return found


def mlflow_signature(told: Any) -> Signature | None:
    """None where there is none, or where it is made of tensors."""
    if not isinstance(told, dict):
        return None
    inputs, outputs = _fields(told.get("inputs")), _fields(told.get("outputs"))
    return None if inputs is None else Signature(inputs=inputs, outputs=outputs or ())


def _fields(text: Any) -> tuple[Field, ...] | None:
    try:
        listed = msgspec.json.decode(text) if isinstance(text, str) else text
    except msgspec.DecodeError:
        return None
    if not isinstance(listed, Sequence) or not listed:
        return None
    fields = []
    for place, one in enumerate(listed):
        kind = TYPES.get(str(one.get("type", ""))) if isinstance(one, dict) else None
        if kind is None:
            return None
        fields.append(
            Field(name=str(one.get("name", f"x{place}")), type=kind, required=bool(one.get("required", True)))
        )
    return tuple(fields)
