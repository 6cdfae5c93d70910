"""Real models, as their libraries write them: none is called dangerous, and the usual ones are safe."""

from __future__ import annotations

import io
import pickle

import cloudpickle
import joblib
import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC

from tests.scans.pickled import looked_at, whats

COMPRESSIONS = (0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3), ("lz4", 3))
X = np.random.default_rng(1).normal(size=(60, 3))
Y = (X[:, 0] > 0).astype(int)
TEXTS = ["good fish", "bad bird", "good bird"] * 20


def models():
    table = pd.DataFrame(X, columns=["a", "b", "c"])
    columns = ColumnTransformer([("n", StandardScaler(), ["a", "b"]), ("c", OneHotEncoder(), ["c"])])
    yield "pipeline", make_pipeline(columns, LogisticRegression()).fit(table, Y)
    yield "forest", RandomForestClassifier(5).fit(X, Y)
    yield "boosted", GradientBoostingClassifier(n_estimators=3).fit(X, Y)
    yield "histograms", HistGradientBoostingRegressor(max_iter=3).fit(X, Y)
    yield "neighbours", KNeighborsClassifier(algorithm="kd_tree").fit(X, Y)
    yield "vectors", SVC().fit(X, Y)
    yield "text", make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, Y)
    yield "logs", make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(abs(X), Y)
    yield "lightgbm", LGBMClassifier(n_estimators=3, verbose=-1).fit(X, Y)


@pytest.fixture(scope="module")
def trained():
    return dict(models())


def test_models_of_sklearn_and_lightgbm_are_safe_however_they_are_written(trained):
    for name, model in trained.items():
        for write in (pickle.dumps, cloudpickle.dumps, joblib_bytes):
            found = looked_at(write(model))
            assert (found.verdict, found.findings) == ("safe", []), (name, write)


@pytest.mark.parametrize("compress", COMPRESSIONS, ids=str)
def test_what_joblib_compressed_is_looked_into(trained, compress):
    safe, evil = joblib_bytes(trained["forest"], compress), joblib_bytes([np.arange(9.0), Evil()], compress)
    assert (looked_at(safe).verdict, looked_at(evil).verdict) == ("safe", "dangerous")


def test_a_call_between_the_arrays_of_joblib_is_seen():
    mixed = {"a": np.arange(1000.0), "b": Evil(), "c": np.array(["x", "yy"]), "d": np.zeros(3, dtype="f8,i4")}
    assert looked_at(joblib_bytes(mixed)).verdict == "dangerous"


def test_a_call_in_an_array_of_objects_is_seen():
    objects = np.array([1, Evil()], dtype=object)
    saved = io.BytesIO()
    np.save(saved, objects)
    assert looked_at(saved.getvalue()).verdict == "dangerous"
    assert looked_at(joblib_bytes({"a": objects})).verdict == "dangerous"


def test_array_bytes_that_plain_pickle_would_run_are_seen():
    """joblib passes over them; whoever opens the file with pickle runs them."""
    written = joblib_bytes({"a": np.zeros(3)})
    place = written.index(b"\xff" * 4) - 1  # how many bytes of padding follow, as joblib reads it; NONE to pickle
    padding = written[place]
    hidden = b"N" + b"0cos\nsystem\n(S'id'\ntR.".ljust(ord("N"))
    found = looked_at(written[:place] + hidden + written[place + 1 + padding :])
    assert (found.verdict, "os.system" in whats(found)) == ("dangerous", True)


def test_functions_of_the_models_own_script_are_suspicious_with_the_reason():
    found = looked_at(cloudpickle.dumps(make_pipeline(FunctionTransformer(lambda x: x * 2), SVC())))
    assert found.verdict == "suspicious"
    assert any("code" in finding.why for finding in found.findings)


def test_own_code_that_runs_while_it_is_opened_is_dangerous():
    function = cloudpickle.dumps(lambda: 1)
    assert whats(looked_at(function[:-1] + b")R.")) >= {"cloudpickle.cloudpickle._make_function"}
    assert looked_at(function[:-1] + b")R.").verdict == "dangerous"


def joblib_bytes(model, compress=0) -> bytes:
    target = io.BytesIO()
    joblib.dump(model, target, compress=compress)
    return target.getvalue()


class Evil:
    def __reduce__(self):
        import os

        return os.system, ("id",)
