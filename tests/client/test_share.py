"""`mlops share` and `mlops unshare`, as people type them."""

from __future__ import annotations

import pytest

from mlops.accounts.actions import create_token
from mlops.registry.models import RegisteredModel
from tests.client.conftest import Mlops
from tests.runs.told import told_run

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_model_is_shared_listed_and_shared_no_more(signed_in: Mlops, project, stranger, monkeypatch):
    RegisteredModel.objects.create(project=project, name="prices")
    token = create_token(stranger, name="t")
    made = signed_in("share", "model", "prices", "--with", "sven", "--as", "reader", "--expires", "30d").value
    assert (made["person"], made["role"], bool(made["expires_at"])) == ("sven", "reader", True)
    assert [one["person"] for one in signed_in("share", "model", "prices").value] == ["sven"]
    assert "level_unknown" in signed_in("share", "model", "prices", "--with", "sven", "--as", "owner").errors
    with monkeypatch.context() as theirs:
        theirs.setenv("MLOPS_TOKEN", token)
        assert [one["name"] for one in signed_in("share", "list").value] == ["prices"]
        assert [one["name"] for one in signed_in("model", "list").value] == ["prices"]
    assert signed_in("unshare", "model", "prices", "--with", "sven").value["with"] == "sven"
    assert "not_shared" in signed_in("unshare", "model", "prices", "--with", "sven").errors


def test_a_model_is_offered_to_every_project_and_withdrawn(signed_in: Mlops, project, stranger, monkeypatch):
    from mlops.accounts.membership import create_project

    create_project(stranger, name="Shop", slug="shop")
    RegisteredModel.objects.create(project=project, name="prices")
    token = create_token(stranger, name="t")
    assert signed_in("share", "model", "prices", "--to-all").value["to"] == ""
    assert [one["to_project"] for one in signed_in("share", "model", "prices").value] == ["(every project)"]
    with monkeypatch.context() as theirs:
        theirs.setenv("MLOPS_TOKEN", token)
        offered = signed_in("share", "offered").value
        assert offered[0]["reference"] == "azureml://registries/churn/models/prices"
    assert signed_in("unshare", "model", "prices", "--to-all").value["to"] == "every project"
    assert "not_offered" in signed_in("unshare", "model", "prices", "--to-all").errors


def test_a_job_is_shared_by_its_number(signed_in: Mlops, project, owner, stranger, monkeypatch):
    run = told_run(owner, project)
    assert signed_in("share", "job", "9", "--with", "sven").value["person"] == "sven"
    assert [one["person"] for one in signed_in("share", "job", str(run.pk)).value] == ["sven"]
    assert signed_in("unshare", "job", "9", "--with", "sven").value["with"] == "sven"
