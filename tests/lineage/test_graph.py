from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.batch.models import BatchEndpoint, BatchJob
from mlops.lineage.graph import graph_of
from mlops.lineage.kinds import find
from mlops.mlflow_api.finding import default_experiment
from mlops.monitoring.actions import create_monitor
from mlops.runs.tracking import start_tracked
from tests.monitoring.conftest import sales

pytestmark = pytest.mark.django_db(transaction=True)


def names(graph) -> set[str]:
    return {node.name for node in graph.nodes} - {graph.root}


def test_upstream_of_a_deployment_is_all_that_it_stands_on(retrained):
    graph = graph_of(retrained.deployment, direction="upstream")
    assert graph.root == "deployments/shop/v2"
    assert names(graph) == {"models/prices:2", "runs/1", "datasets/Cars:1", "attempts/prices:1", "models/prices:1"}
    told = {(edge.source, edge.target): edge.relation for edge in graph.edges}
    assert told["datasets/Cars:1", "runs/1"] == "read"
    assert told["runs/1", "models/prices:2"] == "made by"
    near = graph_of(retrained.deployment, direction="upstream", depth=1)
    assert (names(near), graph.is_whole, near.is_whole) == (
        {"models/prices:2", "attempts/prices:1"},
        True,
        False,
    )


def test_downstream_of_data_is_all_that_came_of_it(retrained, owner, project, client, reader, stranger):
    settings = {"target": {"endpoint": "shop"}, "signals": [{"name": "drift", "kind": "data_drift"}]}
    create_monitor(owner, project, name="shop drift", settings=settings)
    graph = graph_of(find([project], "datasets/Cars"), direction="downstream")
    assert {"runs/1", "models/prices:2", "deployments/shop/v2", "monitors/shop drift"} <= names(graph)
    client.force_login(reader)
    found = client.get("/api/v1/lineage/?of=datasets/Cars:1&direction=downstream").json()
    assert {node["name"] for node in found["nodes"]} == {node.name for node in graph.nodes}
    client.force_login(stranger)
    assert client.get("/api/v1/lineage/?of=datasets/Cars:1").status_code == 404


def test_downstream_of_a_batch_job_is_what_it_wrote(owner, project, add_version):
    run = start_tracked(owner, default_experiment(project), name="nightly")
    written = add_version(sales(days=1))
    endpoint = BatchEndpoint.objects.create(project=project, name="night", created_by=owner)
    BatchJob.objects.create(
        run=run, endpoint=endpoint, of="m:1", phase="ended", phase_since=timezone.now(), output_version=written
    )
    (edge,) = graph_of(run, direction="downstream").edges
    assert (edge.source, edge.relation, edge.target) == ("runs/1", "wrote", "datasets/sales:1")


def test_a_wrong_name_is_answered_with_the_nearest(client, reader, add_version):
    add_version(sales(days=1))
    client.force_login(reader)
    assert client.get("/api/v1/lineage/?of=datasets/sale:1").json()["hint"] == "Did you mean 'datasets/sales:1'?"
    assert client.get("/api/v1/lineage/?of=dataset/sales").json()["hint"] == "Did you mean 'datasets'?"
    assert client.get("/api/v1/lineage/?of=datasets/sales&direction=sideways").status_code == 400
    assert client.get("/api/v1/lineage/?of=datasets/sales&kinds=runs").json()["hint"] == "Did you mean 'run'?"
    assert client.get("/api/v1/lineage/?of=datasets/sales&depth=99").json()["code"] == "depth_out_of_range"


def test_states_are_told_in_the_readers_language(retrained, client, reader):
    client.force_login(reader)
    german = {"headers": {"Accept-Language": "de"}}
    page = client.get("/lineage/uses/?of=models/prices:2", **german).text
    nodes = client.get("/api/v1/lineage/?of=models/prices:2", **german).json()["nodes"]
    told = {node["name"]: (node.get("state"), node.get("state_label")) for node in nodes}

    assert "Fehlerfrei" in page
    assert "healthy</td>" not in page
    assert told["deployments/shop/v2"] == ("healthy", "Fehlerfrei")
    assert told["runs/1"] == ("completed", "Abgeschlossen")
