"""Deployments of several models: what is refused, and real answers through the router."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from mlops.access.models import Offer
from mlops.accounts.membership import create_project, give_role
from mlops.accounts.offering import offer
from mlops.deployments import actions
from mlops.deployments.several import parts_of
from mlops.formats.refusal import Refusal
from mlops.registry.actions import delete_version
from tests.deployments.conftest import eventually
from tests.deployments.test_external import forest, kept
from tests.deployments.test_serving import BODY, deployed, score
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = """
import os
from azureml.core.model import Model
def init(): ...
def run(data):
    root = os.environ["AZUREML_MODEL_DIR"]
    return {"names": sorted(os.listdir(root)), "path": os.path.relpath(Model.get_model_path("others"), root)}
"""


@pytest.fixture
def endpoint(contributor, project):
    return actions.create_endpoint(contributor, project, name="prices")


def test_an_ensemble_answers_for_all_its_models_and_each_by_its_name(plane, contributor, project, endpoint):
    first, second = (registered(contributor, project, name=name) for name in ("prices", "others"))
    deployment = deployed(
        contributor, endpoint, version=first, entry="native", models=["others:1"], ensemble="mean", weights=[3, 1]
    )
    assert (deployment.state, deployment.reason) == ("healthy", "")
    eventually(lambda: score(endpoint).status_code == 200)
    answer = score(endpoint).json()
    assert answer["models"] == [str(first), str(second)]
    assert isinstance(answer["predictions"][0]["Scored Labels"], float)
    with pytest.raises(Refusal, match="others:1"):
        delete_version(contributor, second)


def test_a_script_finds_its_models_by_name_and_version(plane, contributor, project, endpoint):
    first, _second = (registered(contributor, project, name=name) for name in ("prices", "others"))
    deployed(contributor, endpoint, version=first, entry="script", script=NAMES, models=["others:1"])
    eventually(lambda: score(endpoint).status_code == 200)
    assert score(endpoint, BODY).json() == {"names": ["others", "prices"], "path": "others/1"}


@pytest.mark.parametrize(
    ("chosen", "message", "hint"),
    [
        ({"models": ["other:1"]}, "no model version “other:1”", "Did you mean 'others:1'?"),
        ({"models": ["prices:1"]}, "named twice", "each version once"),
        ({"ensemble": "mean"}, "needs further models", "Name them as `models`"),
        ({"models": ["others:1"], "ensemble": "mean", "weights": [1]}, "1 weights for 2 models", "one weight a model"),
        ({"models": ["others:1"], "ensemble": "median"}, "setting “ensemble”", "Correct it"),
    ],
)
def test_models_that_do_not_fit_are_refused_with_the_setting(contributor, project, endpoint, chosen, message, hint):
    first, _second = (registered(contributor, project, name=name) for name in ("prices", "others"))
    with pytest.raises(Refusal, match=message) as refused:
        actions.create_deployment(contributor, endpoint, name="blue", version=first, entry="native", **chosen)
    assert hint in refused.value.hint
    assert refused.value.where.parameter in chosen


def test_a_model_that_cannot_answer_is_refused_by_name(contributor, project, endpoint, tmp_path):
    forest(tmp_path / "model", "forest.unknown")
    version = kept(contributor, project, tmp_path / "model")
    with pytest.raises(Refusal, match=f"{version} was uploaded as files"):
        actions.create_deployment(
            contributor, endpoint, name="blue", version=registered(contributor, project), models=[str(version)]
        )


@pytest.fixture
def offered(contributor, project):
    """`churn/others:1`, which another project offers to this one."""
    root = User.objects.create_superuser("root")
    lender = create_project(root, slug="lender", name="Lender")
    give_role(root, lender, user=contributor, role="owner")
    version = registered(contributor, lender, name="others")
    offer(contributor, version.model, to=project)
    return version


@pytest.mark.parametrize("name", ["lender/others:1", "azureml://registries/lender/models/others/versions/1"])
def test_a_model_that_another_project_offers_is_one_of_several(contributor, project, endpoint, offered, name):
    first = registered(contributor, project)
    made = actions.create_deployment(contributor, endpoint, name="blue", version=first, entry="native", models=[name])

    assert [part.version for part in parts_of(made)] == [first, offered]
    with pytest.raises(Refusal, match="a deployment in a project that it is offered to"):
        delete_version(contributor, offered)


def test_one_that_is_not_offered_is_as_unknown_as_one_that_is_not_there(contributor, project, endpoint, offered):
    first = registered(contributor, project)
    wanted = {"name": "blue", "version": first, "entry": "native"}
    made = actions.create_deployment(contributor, endpoint, **wanted, models=["lender/others:1"])
    Offer.objects.all().delete()
    told = []
    for name in ("lender/others:1", "lender/nothing:1"):
        with pytest.raises(Refusal) as refused:
            actions.create_deployment(contributor, endpoint, **wanted | {"name": "green"}, models=[name])
        told.append(refused.value.message.replace(name, "NAME"))

    assert told[0] == told[1]
    assert [part.version for part in parts_of(made)] == [first, offered]


def test_two_of_one_name_and_version_cannot_answer_beside_each_other(contributor, project, endpoint, offered):
    own = registered(contributor, project, name="others")
    with pytest.raises(Refusal, match="same name and version"):
        actions.create_deployment(
            contributor, endpoint, name="blue", version=own, entry="native", models=["lender/others:1"]
        )
