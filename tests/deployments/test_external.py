"""Models that were not trained here: what can serve them, what is refused, and real answers through the router."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlops.blobs.trees import keep_folder
from mlops.deployments import actions, entries
from mlops.deployments.models import Deployment
from mlops.formats.refusal import Refusal
from mlops.registry.actions import register
from mlops.registry.models import ModelVersion
from tests.deployments.conftest import eventually
from tests.deployments.test_serving import deployed, score
from tests.registry.shelf import registered
from tests.scoring.folders import price_folder
from tests.scoring.test_mlflow_server import ROWS, data, saved

pytestmark = pytest.mark.django_db(transaction=True)
BODY = b'{"data": [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]}'


def kept(actor: Any, project: Any, folder: Path, **more: Any) -> ModelVersion:
    return register(actor, project, name="iris", tree=keep_folder(folder), **more)


def forest(folder: Path, name: str) -> Any:
    import joblib
    from sklearn.ensemble import RandomForestClassifier

    frame, label = data()
    model = RandomForestClassifier(n_estimators=5, random_state=1).fit(frame.to_numpy(), label)
    folder.mkdir()
    joblib.dump(model, folder / name)
    return model


def served(plane: Path, actor: Any, project: Any, version: ModelVersion, **more: Any) -> tuple[Deployment, Any]:
    endpoint = actions.create_endpoint(actor, project, name="iris")
    deployment = deployed(actor, endpoint, version=version, entry=None, **more)
    assert (deployment.state, deployment.reason) == ("healthy", "")
    eventually(lambda: score(endpoint, BODY).status_code not in (404, 503))
    return deployment, endpoint


def test_an_mlflow_model_serves_with_the_servers_python_where_it_has_the_packages(
    plane, contributor, project, tmp_path
):
    model = saved(tmp_path / "model", "sklearn", tensors=True)
    version = kept(contributor, project, tmp_path / "model")
    deployment, endpoint = served(plane, contributor, project, version)
    assert (deployment.entry, version.framework) == ("mlflow", "mlflow")
    assert score(endpoint, BODY).json()["predictions"] == model.predict(ROWS).tolist()


OWN = """
import mlflow.pyfunc
class Telling(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        import humanize, sys
        return [[humanize.__version__, humanize.intcomma(int(one)), sys.prefix] for one in model_input["power"]]
mlflow.models.set_model(Telling())
"""


def test_an_mlflow_model_runs_in_an_environment_with_the_packages_that_it_names(plane, contributor, project, tmp_path):
    import mlflow.pyfunc
    import pandas as pd
    from mlflow.models import infer_signature

    (tmp_path / "telling.py").write_text(OWN)
    mlflow.pyfunc.save_model(
        str(tmp_path / "model"),
        python_model=str(tmp_path / "telling.py"),
        pip_requirements=[f"mlflow-skinny=={mlflow.__version__}", "pandas", "humanize==4.11.0"],
        signature=infer_signature(pd.DataFrame({"power": [1]})),
    )
    version = kept(contributor, project, tmp_path / "model")
    _deployment, endpoint = served(plane, contributor, project, version)
    answer = score(endpoint, b'{"data": [{"power": 1234}]}').json()["predictions"]
    assert answer[0][:2] == ["4.11.0", "1,234"]
    assert str(plane) in answer[0][2]


def test_a_joblib_file_answers_by_the_method_of_the_service(plane, contributor, project, tmp_path):
    model = forest(tmp_path / "model", "forest.joblib")
    version = kept(contributor, project, tmp_path / "model")
    deployment, endpoint = served(plane, contributor, project, version, method="predict_proba")
    assert (deployment.entry, version.framework) == ("native", "sklearn")
    assert score(endpoint, BODY).json()["predictions"] == pytest.approx(model.predict_proba(ROWS))


def test_an_onnx_file_serves_without_a_conversion(plane, contributor, project, tmp_path):
    version = kept(contributor, project, price_folder(tmp_path / "made") / "onnx")
    deployment, endpoint = served(plane, contributor, project, version)
    assert (deployment.entry, deployment.conversion) == ("onnx", None)
    answer = score(endpoint, b'{"data": [{"horsepower": 100, "weight": 2000}]}').json()
    assert answer["predictions"] == [{"scored_labels": 14000.0}]


def test_the_framework_may_be_said_where_the_name_does_not_tell_it(contributor, project, tmp_path):
    forest(tmp_path / "model", "forest.model")
    assert entries.best(kept(contributor, project, tmp_path / "model", framework="LightGBM")) == "native"
    with pytest.raises(Refusal, match="no framework “lightgmb”") as refused:
        kept(contributor, project, tmp_path / "model", framework="lightgmb")
    assert refused.value.hint == "Did you mean 'lightgbm'?"


def test_an_entry_that_does_not_fit_names_the_one_that_does(contributor, project, tmp_path):
    endpoint = actions.create_endpoint(contributor, project, name="iris")
    forest(tmp_path / "model", "forest.joblib")
    version = kept(contributor, project, tmp_path / "model")
    with pytest.raises(Refusal, match="is served by the entry “native”"):
        actions.create_deployment(contributor, endpoint, name="blue", version=version, entry="mlflow")
    with pytest.raises(Refusal, match="was not converted to ONNX"):
        actions.create_deployment(contributor, endpoint, name="blue", version=version, entry="onnx")
    ours = registered(contributor, project)
    with pytest.raises(Refusal, match="no model in MLflow's format"):
        actions.create_deployment(contributor, endpoint, name="blue", version=ours, entry="mlflow")


def test_an_mlmodel_without_pyfunc_is_refused_with_its_flavours(contributor, project, tmp_path):
    endpoint = actions.create_endpoint(contributor, project, name="iris")
    (tmp_path / "MLmodel").write_text("flavors:\n  spark:\n    code: null\n")
    version = kept(contributor, project, tmp_path)
    with pytest.raises(Refusal, match="no python_function flavour; it has: spark"):
        actions.create_deployment(contributor, endpoint, name="blue", version=version, entry="mlflow")
