"""Models from elsewhere become ONNX with a certificate, or are refused with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from mlops.formats.model import ModelManifest, ParityCertificate
from mlops.formats.refusal import Refusal
from mlops.formats.serving import GoldenRequest, Serving
from mlops.packaging.convert import convert
from tests.packaging.external.fitted import FITTED, NAMES, REFUSED, cars, dear, keep, mixed, numbers
from tests.scoring.running import scoring


def certified(folder: Path, out: Path, **options: Any) -> ParityCertificate:
    out.mkdir(exist_ok=True)
    convert(folder, out, **{"tolerance": 1e-4, **options})
    return msgspec.json.decode((out / "certificate.json").read_bytes(), type=ParityCertificate)


@pytest.mark.parametrize("name", FITTED)
def test_scores_of_a_converted_model_agree_and_are_faster(name, tmp_path):
    found = certified(keep(tmp_path / "model", FITTED[name]()), tmp_path / "out")
    assert found.accepted, found.reason
    assert [speed.rows for speed in found.speeds] == [1, 32, 1_000]
    assert found.speed_up_single > 1
    assert found.reference == "generated"
    assert found.slices


@pytest.mark.parametrize("name", REFUSED)
def test_a_model_whose_form_would_be_wrong_is_refused_with_the_reason(name, tmp_path):
    make, reason = REFUSED[name]
    folder = keep(tmp_path / "model", make())
    try:
        found = certified(folder, tmp_path / "out")
    except Refusal as refusal:
        told = refusal.message
    else:
        assert not found.accepted
        told = found.reason
    assert reason in told


def test_the_worst_slice_says_where_scores_differ(tmp_path):
    make, _reason = REFUSED["two_class_lda"]
    found = certified(keep(tmp_path / "model", make()), tmp_path / "out")
    worst, *rest = found.slices
    assert worst.column in NAMES
    assert worst.share_over_tolerance >= max(one.share_over_tolerance for one in rest)
    assert found.label_flips == 0


def test_rows_of_a_dataset_are_compared_where_one_is_named(tmp_path):
    folder = keep(tmp_path / "model", FITTED["columns"]())
    pl.DataFrame(cars().to_dict("list")).write_parquet(tmp_path / "rows.parquet")
    found = certified(folder, tmp_path / "out", rows=tmp_path / "rows.parquet")
    assert found.reference == "dataset"
    assert {one.value for one in found.slices if one.column == "make"} & {"audi", "bmw", "volvo"}
    pl.DataFrame({"power": [1.0]}).write_parquet(tmp_path / "rows.parquet")
    with pytest.raises(Refusal, match="weight"):
        certified(folder, tmp_path / "out", rows=tmp_path / "rows.parquet")


def test_rows_that_the_original_refuses_are_not_compared_but_told(tmp_path):
    from sklearn.linear_model import LogisticRegression

    strict = mixed(LogisticRegression(), drop="first", handle_unknown="error").fit(cars(), dear())
    found = certified(keep(tmp_path / "model", strict), tmp_path / "out")
    assert found.accepted
    assert found.not_compared > 0
    assert "unknown categories" in found.notes[0]


def test_a_converted_model_is_served_as_onnx_and_answers_as_the_original(tmp_path):
    model = FITTED["columns"]()
    certified(keep(tmp_path / "serve" / "model", model), tmp_path / "serve" / "onnx")
    onnx = tmp_path / "serve" / "onnx"
    manifest = msgspec.json.decode((onnx / "mlops_model.json").read_bytes(), type=ModelManifest)
    serving = Serving(
        entry="onnx",
        endpoint="cars",
        deployment="blue",
        model="cars:1",
        signature=manifest.signature,
        task=manifest.task,
        classes=manifest.classes,
        golden=msgspec.json.decode((onnx / "golden.json").read_bytes(), type=tuple[GoldenRequest, ...]),
    )
    (tmp_path / "serve" / "serving.json").write_bytes(msgspec.json.encode(serving))
    rows = cars().head(5)
    with scoring(tmp_path / "serve") as client:
        answers = client.post("/score", json={"data": rows.to_dict("records")}).json()["predictions"]
    assert [one["Scored Labels"] for one in answers] == model.predict(rows).tolist()
    found = [one["Scored Probabilities"] for one in answers]
    assert found == pytest.approx(model.predict_proba(rows)[:, 1].tolist(), abs=1e-5)


def test_numbers_are_float64_inside_where_float32_is_too_coarse(tmp_path):
    """A small difference of large numbers."""
    from sklearn.linear_model import LinearRegression

    far = (numbers()[["power", "age"]] / [40, 5] + 1e5).astype("float32").astype("float64")
    model = LinearRegression().fit(far, 1000 * (far.power - far.age))
    pl.DataFrame(far.to_dict("list")).write_parquet(tmp_path / "rows.parquet")
    folder = keep(tmp_path / "model", model)
    found = certified(folder, tmp_path / "out", rows=tmp_path / "rows.parquet")
    assert found.accepted, found.reason
    assert "float64" in found.way


def test_optimised_forms_say_what_they_gain_and_trees_are_not_quantised(tmp_path):
    network = keep(tmp_path / "network", FITTED["network"]())
    for kind in ("optimised", "float16", "int8"):
        found = certified(network, tmp_path / kind, kind=kind, tolerance=0.05)
        assert found.accepted, found.reason
        assert found.kind == kind
        assert found.before_bytes
        assert all(speed.gain for speed in found.speeds)
    forest = keep(tmp_path / "forest", FITTED["forest"]())
    for kind in ("float16", "int8"):
        with pytest.raises(Refusal, match="made of trees"):
            certified(forest, tmp_path / "forest-out", kind=kind)
