"""What a run's code told of its data, and models that a deployment serves beside its own: on the page, in the graph, in
the report."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from mlops.accounts.membership import create_project
from mlops.accounts.offering import offer
from mlops.deployments import actions
from mlops.lineage.graph import graph_of
from mlops.lineage.kinds import find
from mlops.lineage.models import Mention
from mlops.lineage.report.as_html import as_html
from mlops.lineage.report.contents import report_of
from mlops.lineage.serving.states import served_by
from mlops.lineage.versions.serving import served_by as served_by_versions
from mlops.lineage.versions.serving import served_by_models
from mlops.runs.logging import log_dataset_use
from tests.lineage.test_pieces import cars, names, run_of
from tests.registry.shelf import registered

__all__ = ["cars"]
pytestmark = pytest.mark.django_db(transaction=True)
LAKE = json.dumps({"uri": "s3://key:secret@lake/cars.csv?sig=secret"})


@pytest.fixture
def version(contributor, project, cars):
    """Of an MLflow client, whose run names no dataset of ours in its graph."""
    run = run_of(project, 1, spec={"nodes": [], "edges": []})
    log_dataset_use(run, "lake cars", "abc123", context="training", source_type="s3", source=LAKE)
    log_dataset_use(run, "cars", "def456", context="eval", source=json.dumps({"uri": "azureml:cars:1"}))
    log_dataset_use(run, "frame", "0a0a0a", source=json.dumps({"tags": {"mlflow.user": "olga"}}))
    found = registered(contributor, project)
    type(found).objects.filter(pk=found.pk).update(run=run)
    return type(found).objects.select_related("model__project", "run").get(pk=found.pk)


def test_the_page_of_a_version_says_what_its_run_read(client, version, reader):
    client.force_login(reader)
    page = client.get(reverse("web:model-version", args=[version.model_id, 1])).content.decode()
    assert "Nobody said" not in page
    assert "secret" not in page
    for told in ("lake cars", "abc123", "training", "s3://lake/cars.csv", "cars:1", "0a0a0a"):
        assert told in page


def test_it_is_in_the_graph_from_both_ends_and_in_the_report(version, project):
    assert {"runs/1", "sources/s3://lake/cars.csv", "datasets/cars:1"} <= set(
        names(graph_of(version, direction="upstream"))
    )
    source = find([project], "sources/s3://lake/cars.csv")
    assert {"runs/1", "models/prices:1"} <= set(names(graph_of(source, direction="downstream")))
    page = as_html(report_of(version, by="olga"))
    assert "Data that its run told of" in page
    assert "s3://lake/cars.csv" in page
    assert "secret" not in page


def test_what_was_told_before_is_indexed_once(version):
    before = set(Mention.objects.filter(run=version.run).values_list("target", flat=True))
    Mention.objects.filter(run=version.run, target__startswith="sources/").delete()
    index = import_module("mlops.lineage.migrations.0004_index_told_data").index
    for _again in range(2):
        index(apps, None)
    assert sorted(Mention.objects.filter(run=version.run).values_list("target", flat=True)) == sorted(before)


def test_where_a_model_serves_in_a_project_that_it_is_offered_to_is_not_told(contributor, owner, project, stranger):
    offered = registered(contributor, project)
    shop = create_project(stranger, name="Shop", slug="shop")
    offer(owner, offered.model, to=shop)
    endpoint = actions.create_endpoint(stranger, shop, name="window")
    actions.create_deployment(stranger, endpoint, name="blue", version=offered, entry="native")
    assert served_by_versions([offered]) == {offered.pk: []}
    assert served_by_models([offered.model]) == {offered.model_id: []}


def test_each_model_of_a_deployment_is_in_its_lineage(contributor, project):
    first, second = (registered(contributor, project, name=name) for name in ("prices", "others"))
    endpoint = actions.create_endpoint(contributor, project, name="shop")
    made = actions.create_deployment(
        contributor, endpoint, name="blue", version=first, entry="native", models=["others:1"]
    )
    assert {"models/prices:1", "models/others:1"} <= set(names(graph_of(made, direction="upstream")))
    assert "deployments/shop/blue" in names(graph_of(second, direction="downstream"))
    (served,) = served_by(endpoint).deployments
    assert (served.model, served.models) == ("prices:1", ("others:1",))
    assert [one.deployment for one in served_by_versions([second])[second.pk]] == ["blue"]
    assert [number for number, _served in served_by_models([second.model])[second.model_id]] == [1]
