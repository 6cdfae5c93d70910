"""Which model a folder of files holds, and how it is opened."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from mlops.formats.model import ParityCertificate
from mlops.formats.refusal import Refusal
from mlops.packaging.convert import convert
from mlops.packaging.external.opening import open_estimator
from mlops.packaging.external.sources import find_source, mlflow_signature
from tests.packaging.external.fitted import FITTED, keep, numbers


def test_a_folder_without_a_model_is_refused(tmp_path):
    (tmp_path / "readme.txt").write_text("nothing")
    with pytest.raises(Refusal, match="no model of scikit-learn") as refused:
        find_source(tmp_path)
    assert "script" in refused.value.hint


@pytest.mark.parametrize("name", ["model.keras", "weights.h5", "deep/saved_model.pb", "MLmodel"])
def test_a_model_of_keras_is_refused_by_what_to_do(name, tmp_path):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("flavors:\n  tensorflow: {}\n  python_function: {}\n")
    with pytest.raises(Refusal, match="Keras or TensorFlow") as refused:
        find_source(tmp_path)
    assert "model.export" in refused.value.hint


def test_several_models_are_refused_by_their_names(tmp_path):
    for name in ("a.pkl", "b.joblib"):
        keep(tmp_path, 1, name=name)
    with pytest.raises(Refusal, match=r"a\.pkl, b\.joblib"):
        find_source(tmp_path)


@pytest.mark.parametrize("name", ["lightgbm", "lightgbm_of_numbers", "lightgbm_of_classes"])
def test_a_booster_of_lightgbm_is_a_text_file(name, tmp_path):
    FITTED[name]().booster_.save_model(tmp_path / "model.txt")
    assert find_source(tmp_path).kind == "lightgbm"
    assert accepted(tmp_path)


@pytest.mark.parametrize("file", ["model.json", "model.ubj"])
@pytest.mark.parametrize("name", ["xgboost", "xgboost_of_numbers"])
def test_a_booster_of_xgboost_is_json_or_ubj(name, file, tmp_path):
    FITTED[name]().save_model(tmp_path / file)
    assert find_source(tmp_path).kind == "xgboost"
    assert accepted(tmp_path)


def test_a_file_that_needs_a_missing_module_says_which(tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"cnot_there\nThing\n.")
    with pytest.raises(Refusal, match="“not_there”"):
        open_estimator(find_source(tmp_path))


def test_a_broken_file_says_why(tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"no pickle")
    with pytest.raises(Refusal, match="cannot be opened"):
        open_estimator(find_source(tmp_path))


@pytest.mark.parametrize("flavour", ["sklearn", "lightgbm", "xgboost"])
@pytest.mark.parametrize("form", ["", "cloudpickle"])
def test_a_model_in_mlflows_format_converts_with_its_signature(flavour, form, tmp_path):
    mlflow = pytest.importorskip("mlflow")
    import importlib

    model = FITTED[{"sklearn": "logistic", "lightgbm": "lightgbm", "xgboost": "xgboost"}[flavour]]()
    saver = importlib.import_module(f"mlflow.{flavour}")
    signature = mlflow.models.infer_signature(numbers(), model.predict(numbers()))
    more = {"serialization_format": form} if form and flavour == "sklearn" else {}
    saver.save_model(model, tmp_path / "model", signature=signature, input_example=numbers().head(3), **more)
    source = find_source(tmp_path / "model")
    assert [field.name for field in source.signature.inputs] == ["power", "weight", "age"]
    assert accepted(tmp_path / "model")


@pytest.mark.parametrize(("form", "file"), [("pt2", "model.pt2"), ("pickle", "model.pth"), (None, "model.pth")])
def test_a_network_in_mlflows_format_is_found_as_it_was_saved(form, file, tmp_path):
    facts = {"model_data": "data"} | ({"serialization_format": form} if form else {})
    folder = tmp_path / "model"
    (folder / "data").mkdir(parents=True)
    (folder / "MLmodel").write_text(json.dumps({"flavors": {"pytorch": facts}}))
    (folder / "data" / file).write_bytes(b"")
    found = find_source(folder)
    assert (found.kind, found.path.name) == ("torch", file)


def test_a_flavour_of_code_alone_is_refused(tmp_path):
    (tmp_path / "MLmodel").write_text("flavors:\n  prophet: {}\n  python_function: {loader_module: mine}\n")
    with pytest.raises(Refusal, match="prophet"):
        find_source(tmp_path)


def test_a_path_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "MLmodel").write_text("flavors:\n  sklearn: {pickled_model: ../../etc/passwd}\n")
    with pytest.raises(Refusal, match="not among the files"):
        find_source(tmp_path)


def test_a_signature_of_tensors_is_none_of_columns():
    assert mlflow_signature({"inputs": '[{"type": "tensor", "tensor-spec": {"dtype": "float64"}}]'}) is None
    assert mlflow_signature({"inputs": '[{"type": "double"}]'}).inputs[0].name == "x0"


def accepted(folder: Path) -> bool:
    out = folder.parent / f"{folder.name}-out"
    out.mkdir()
    convert(folder, out, tolerance=1e-4)
    found = msgspec.json.decode((out / "certificate.json").read_bytes(), type=ParityCertificate)
    assert found.accepted, found.reason
    return True
