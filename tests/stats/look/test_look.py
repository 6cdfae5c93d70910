from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from mlops.formats.looking import LookAnswer, LookOrder, Rows
from mlops.formats.monitor import SignalFound, SignalSettings
from mlops.stats.look.looking import look


def sample(rows: int, *, seed: int, shift: float = 0.0, rare: float = 0.1) -> pl.DataFrame:
    draw = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "age": draw.normal(40 + shift, 10, rows),
            "income": draw.lognormal(1, 0.5, rows).astype(np.float32),
            "city": draw.choice(["Ulm", "Bern", "Graz"], rows, p=[0.6, 0.4 - rare, rare]),
            "is_new": draw.random(rows) < 0.3,
            "visits": draw.integers(0, 8, rows),
        }
    )


def order(folder: Path, baseline: pl.DataFrame, current: pl.DataFrame, **changes: Any) -> LookOrder:
    baseline.write_parquet(folder / "baseline.parquet")
    current.write_parquet(folder / "current.parquet")
    form: dict[str, Any] = {
        "baseline": Rows(files=(str(folder / "baseline.parquet"),)),
        "current": Rows(files=(str(folder / "current.parquet"),)),
        "signals": (SignalSettings(name="drift", kind="data_drift"),),
        "answer": str(folder / "answer.json"),
    }
    return LookOrder(**form | changes)


def signals(order: LookOrder) -> tuple[SignalFound, ...]:
    answer = look(order)
    assert answer.found is not None
    return answer.found.signals


def test_shifted_columns_are_found_and_ranked(tmp_path: Path) -> None:
    (found,) = signals(order(tmp_path, sample(5_000, seed=1), sample(800, seed=2, shift=12, rare=0.25)))
    assert found.state == "alarm"
    assert [feature.feature for feature in found.features[:2]] == ["age", "city"]
    assert found.features[0].contribution > found.features[1].contribution > 0
    assert [feature.contribution for feature in found.features[2:]] == [0, 0, 0]
    assert found.magnitude is not None
    assert found.magnitude > 1
    assert found.reason.startswith("2 of 5 columns drifted, most of all age: kolmogorov_smirnov 0.4")


def test_data_like_the_baseline_raises_no_alarm(tmp_path: Path) -> None:
    (found,) = signals(order(tmp_path, sample(5_000, seed=1), sample(60, seed=3)))
    assert (found.state, found.baseline_rows, found.current_rows) == ("fine", 5_000, 60)
    assert found.magnitude is not None
    assert found.magnitude <= 1


def test_distributions_can_be_laid_over_each_other(tmp_path: Path) -> None:
    (found,) = signals(order(tmp_path, sample(5_000, seed=1), sample(800, seed=2)))
    by_name = {feature.feature: feature for feature in found.features}
    age, city = by_name["age"], by_name["city"]
    assert age.baseline is not None
    assert age.current is not None
    assert city.baseline is not None
    assert city.current is not None
    assert age.baseline.histogram is not None
    assert age.current.histogram is not None
    assert age.baseline.histogram.edges == age.current.histogram.edges
    assert (sum(age.baseline.histogram.counts), sum(age.current.histogram.counts)) == (5_000, 800)
    assert [value.value for value in city.baseline.values] == [value.value for value in city.current.values]
    assert by_name["visits"].kind == by_name["is_new"].kind == "categorical"


def test_a_summary_says_the_same_without_the_baselines_rows(tmp_path: Path) -> None:
    asked = order(tmp_path, sample(5_000, seed=1), sample(800, seed=2, shift=3), summaries=str(tmp_path / "kept"))
    first, second = look(asked), look(asked)
    assert (first.used_summary, second.used_summary) == (False, True)
    assert first.found == second.found
    exact = look(msgspec.structs.replace(asked, summaries=""))
    assert exact.found is not None
    assert first.found is not None
    for close, raw in zip(first.found.signals[0].features, exact.found.signals[0].features, strict=True):
        assert close.feature == raw.feature
        for ours, theirs in zip(close.measured, raw.measured, strict=True):
            assert ours.value == pytest.approx(theirs.value, abs=1e-12)


def test_a_column_without_values_is_an_alarm(tmp_path: Path) -> None:
    current = sample(800, seed=2).with_columns(age=pl.lit(None, pl.Float64))
    (found,) = signals(order(tmp_path, sample(5_000, seed=1), current))
    assert (found.state, found.features[0].feature) == ("alarm", "age")
    assert found.features[0].measured[0].note == "every value is missing"


def test_segments_are_told_apart(tmp_path: Path) -> None:
    current = sample(2_000, seed=2).with_columns(
        age=pl.when(pl.col("city") == "Bern").then(pl.col("age") + 15).otherwise(pl.col("age"))
    )
    settings = SignalSettings(name="drift", kind="data_drift", segments=("city",), features=("age",))
    found = signals(order(tmp_path, sample(5_000, seed=1), current, signals=(settings,)))
    assert {signal.segment: signal.state for signal in found} == {
        "": "alarm", "city=Ulm": "fine", "city=Bern": "alarm", "city=Graz": "fine"
    }  # fmt: skip


def test_an_unknown_feature_names_the_nearest(tmp_path: Path) -> None:
    settings = SignalSettings(name="drift", kind="data_drift", features=("agee",))
    (found,) = signals(order(tmp_path, sample(500, seed=1), sample(500, seed=2), signals=(settings,)))
    assert (found.state, found.reason) == ("failed", "The baseline has no column 'agee'. Did you mean 'age'?")


def test_few_rows_are_not_judged(tmp_path: Path) -> None:
    (found,) = signals(order(tmp_path, sample(500, seed=1), sample(20, seed=2)))
    assert found.state == "too_little_data"
    assert found.reason == "The window has 20 rows; 50 are needed to tell drift from chance."


def test_collected_columns_are_called_as_those_of_the_baseline(tmp_path: Path) -> None:
    current = sample(500, seed=2).rename(lambda name: f"inputs.{name}")
    (found,) = signals(order(tmp_path, sample(500, seed=1), current))
    assert len(found.features) == 5


def test_the_program_tells_progress_and_writes_its_answer(tmp_path: Path) -> None:
    asked = order(tmp_path, sample(500, seed=1), sample(500, seed=2), most_rows=200)
    (tmp_path / "order.json").write_bytes(msgspec.json.encode(asked))
    command = [sys.executable, "-m", "mlops.stats.look", str(tmp_path / "order.json")]
    done = subprocess.run(command, capture_output=True, check=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    answer = msgspec.json.decode((tmp_path / "answer.json").read_bytes(), type=LookAnswer)
    assert told[-1] == {"progress": 1.0, "text": "done"}
    assert answer.found is not None
    assert answer.found.signals[0].sampled_rows == 200
    assert answer.peak_memory_bytes > 0


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    asked = order(tmp_path, sample(500, seed=1), sample(500, seed=2))
    (tmp_path / "current.parquet").write_bytes(b"PAR1 no")
    (tmp_path / "order.json").write_bytes(msgspec.json.encode(asked))
    subprocess.run([sys.executable, "-m", "mlops.stats.look", str(tmp_path / "order.json")], check=True)
    answer = msgspec.json.decode((tmp_path / "answer.json").read_bytes(), type=LookAnswer)
    assert answer.refusal is not None
    assert answer.refusal["code"] == "not_readable"


def test_what_is_wrong_with_values_is_found(tmp_path: Path) -> None:
    current = sample(800, seed=2).with_columns(
        age=pl.when(pl.col("is_new")).then(None).otherwise(pl.col("age")),
        city=pl.when(pl.col("visits") == 0).then(pl.lit("Oslo")).otherwise(pl.col("city")),
    )
    settings = SignalSettings(name="quality", kind="data_quality", metrics={"duplicate_rate": 0.0})
    asked = order(tmp_path, sample(5_000, seed=1), pl.concat([current, current]), signals=(settings,))
    (found,) = signals(asked)
    assert {feature.feature for feature in found.features[:2]} == {"age", "city"}
    assert found.reason.startswith("2 of 5 columns are worse than the baseline, most of all age: null_value_rate 0.")
    assert found.reason.endswith("50.0% of the rows repeat another (limit 0.0%).")
    assert found.measured[0].baseline == 0.0


def test_quality_like_the_baselines_is_fine(tmp_path: Path) -> None:
    settings = SignalSettings(name="quality", kind="data_quality")
    (found,) = signals(order(tmp_path, sample(5_000, seed=1), sample(800, seed=2), signals=(settings,)))
    assert found.state == "fine"


def test_a_changed_relation_of_columns_is_found(tmp_path: Path) -> None:
    baseline, current = (sample(rows, seed=rows).sort("age") for rows in (3_000, 2_000))
    current = current.with_columns(income=pl.col("income").sort())
    settings = SignalSettings(name="together", kind="multivariate_drift", metrics={"magnitude": 0.2})
    (found,) = signals(order(tmp_path, baseline, current, signals=(settings,)))
    assert found.state == "alarm"
    assert {feature.feature for feature in found.features[:2]} == {"age", "income"}
    assert found.measured[0].low is not None
    assert found.measured[0].low > 0.2


def test_columns_together_like_the_baseline_are_fine(tmp_path: Path) -> None:
    settings = SignalSettings(name="together", kind="multivariate_drift", metrics={"magnitude": 0.0})
    (found,) = signals(order(tmp_path, sample(3_000, seed=1), sample(800, seed=2), signals=(settings,)))
    assert (found.state, found.features[0].contribution) == ("fine", 0.0)
    assert found.reason.endswith("no more than chance explains.")
