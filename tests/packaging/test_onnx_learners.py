"""Every learner as an ONNX graph: it agrees with the original, and a server answers with it as with the original."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import msgspec
import polars as pl
import pytest

from mlops.blocks.catalogue import component, components
from mlops.blocks.modelfiles import read_manifest
from mlops.blocks.scoring import load_model
from mlops.formats.model import ParityCertificate
from mlops.formats.refusal import Refusal
from mlops.formats.serving import GoldenRequest
from mlops.packaging.convert import convert
from mlops.packaging.requests import reference_rows
from tests.blocks.examples import why_not_here
from tests.blocks.workshop import LABELS, Workshop, cars
from tests.scoring.folders import write_serving
from tests.scoring.running import scoring

WITHOUT_FORM: frozenset[str] = frozenset()
"""Learners whose models are served as they are; measured: their converters fail."""

TASKS = ("regression", "quantile", "two_class", "multiclass", "clustering", "anomaly")
NAMES = [each.name for each in components() if each.task in TASKS and why_not_here(each.name) == ""]
LEARNERS = [name for name in NAMES if name not in WITHOUT_FORM and component(name).group != "Python and R"]


def trained(root: Path, learner: str) -> Path:
    return Workshop(root).model(learner, Workshop(root / "data").put(cars(300)))


@pytest.mark.parametrize("learner", LEARNERS)
def test_every_learner_converts_within_the_tolerance(tmp_path: Path, learner: str) -> None:
    convert(trained(tmp_path, learner), tmp_path, tolerance=1e-4)
    certificate = msgspec.json.decode((tmp_path / "certificate.json").read_bytes(), type=ParityCertificate)
    assert certificate.accepted, certificate.reason
    assert certificate.label_flips == 0


@pytest.mark.parametrize(
    "learner", ["hist_gradient_boosting_regression", "multiclass_hist_gradient_boosting", "two_class_lightgbm"]
)
def test_trees_that_bear_gaps_bear_them_as_onnx(tmp_path: Path, learner: str) -> None:
    shop = Workshop(tmp_path / "gaps")
    model = shop.model(learner, shop.put(cars(300, gaps=True).drop_nulls(LABELS[learner])))
    convert(model, tmp_path, tolerance=1e-4)
    certificate = msgspec.json.decode((tmp_path / "certificate.json").read_bytes(), type=ParityCertificate)
    assert certificate.accepted, certificate.reason


def test_neighbors_weighted_by_closeness_are_not_accepted_as_onnx(tmp_path: Path) -> None:
    shop = Workshop(tmp_path / "near")
    model = shop.model("k_nearest_neighbors_regression", shop.put(cars(300)), weighting="distance")
    convert(model, tmp_path, tolerance=1e-4)
    certificate = msgspec.json.decode((tmp_path / "certificate.json").read_bytes(), type=ParityCertificate)
    assert not certificate.accepted
    assert "differ by more than" in certificate.reason


@pytest.mark.parametrize("learner", sorted(WITHOUT_FORM))
def test_a_learner_without_an_onnx_form_is_refused_with_the_reason(tmp_path: Path, learner: str) -> None:
    with pytest.raises(Refusal) as caught:
        convert(trained(tmp_path, learner), tmp_path, tolerance=1e-4)
    assert caught.value.code == "not_convertible"


@pytest.mark.parametrize("entry", ["onnx", "native"])
@pytest.mark.parametrize(
    "learner", ["fast_forest_quantile_regression", "k_means_clustering", "pca_based_anomaly_detection"]
)
def test_a_server_answers_for_each_task(tmp_path: Path, learner: str, entry: str) -> None:
    model, folder = trained(tmp_path, learner), tmp_path / "served"
    copytree(model, folder / "model")
    (folder / "onnx").mkdir()
    convert(model, folder / "onnx", tolerance=1e-4)
    golden = msgspec.json.decode((folder / "onnx" / "golden.json").read_bytes(), type=tuple[GoldenRequest, ...])
    manifest = read_manifest(model)
    options = {"signature": manifest.signature, "task": manifest.task, "classes": manifest.classes, "golden": golden}
    rows = reference_rows(model, manifest.signature).head(5)
    with scoring(write_serving(folder, entry=entry, **options)) as client:
        sent = [
            {name: value if name != "built" else value.isoformat() for name, value in row.items()}
            for row in rows.to_dicts()
        ]
        answer = client.post("/score", json={"data": sent})
    assert answer.status_code == 200, answer.text
    expected = load_model(model).score(rows)
    found = pl.DataFrame(answer.json()["predictions"])
    assert found.columns == expected.columns
    for name in expected.columns:
        assert (found[name] - expected[name]).abs().max() <= 1e-4 * max(1, expected[name].abs().max())
