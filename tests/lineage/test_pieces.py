"""The graph piece by piece, over rows as they are stored."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.access.models import Project
from mlops.datasets.models import Dataset, DatasetVersion
from mlops.lineage.graph import Bounds, graph_of
from mlops.lineage.kinds import find
from mlops.lineage.upstream import run_datasets
from mlops.runs.models import Experiment, Run, Step

pytestmark = pytest.mark.django_db
KEYED = {"requirements": {"packages": ["numpy==2.0.0"]}}


@pytest.fixture
def cars(project):
    dataset = Dataset.objects.create(project=project, name="cars")
    uri = "https://reader:secret@data.example/cars.csv?sig=secret"
    return DatasetVersion.objects.create(dataset=dataset, number=1, uri=uri, state_since=timezone.now())


def run_of(project, number, **given):
    node = {"id": "d", "component": "dataset", "version": "1", "parameters": {"dataset": "cars", "version": 1}}
    experiment = Experiment.objects.get_or_create(project=project, name="all")[0]
    given = {"spec": {"nodes": [node], "edges": []}, "spec_digest": "x", "state_since": timezone.now()} | given
    return Run.objects.create(project=project, experiment=experiment, number=number, display_name=f"r{number}", **given)


def names(graph) -> list[str]:
    return [node.name for node in graph.nodes if node.name != graph.root]


def test_a_wide_fan_is_read_page_by_page(project, cars, django_assert_max_num_queries):
    for number in range(1, 8):
        run_of(project, number)
    first = graph_of(cars, direction="downstream", bounds=Bounds(depth=1, fan=3))
    assert names(first) == ["runs/5", "runs/6", "runs/7"]
    assert (first.nodes[0].more_down, first.is_whole) == (3, False)
    with django_assert_max_num_queries(12):
        rest = graph_of(cars, direction="downstream", bounds=Bounds(depth=1, fan=9, after=3))
    assert names(rest) == ["runs/1", "runs/2", "runs/3", "runs/4"]
    assert rest.nodes[0].more_down is None


def test_code_and_addresses_are_found_from_both_ends(project, cars):
    git = {"commit": "a" * 40, "repository_uri": "https://git.example/cars", "branch": "main"}
    run = run_of(project, 1, snapshot={"git": git, "components": {"fit@1": {"how": {"code": "c" * 64}}}})
    up = graph_of(run, direction="upstream")
    assert set(names(up)) == {
        "datasets/cars:1",
        "sources/https://data.example/cars.csv",
        f"commits/{'a' * 40}",
        f"code/{'c' * 64}",
    }
    commit = graph_of(find([project], "commits/aaaaaaa"), direction="downstream")
    assert names(commit) == ["runs/1"]
    assert list(commit.nodes[0].facts.values()) == ["https://git.example/cars", "main"]
    assert "runs/1" in names(graph_of(find([project], "sources/https://data.example/cars.csv")))


def test_steps_are_shown_where_they_are_asked_for(project, cars):
    run = run_of(project, 1)
    Step.objects.create(run=run, node="fit", title="Fit", component="fit", version="1", state_since=timezone.now())
    assert names(graph_of(run, direction="downstream")) == []
    assert names(graph_of(run, direction="downstream", bounds=Bounds(only=["step"]))) == ["steps/1/fit"]


def test_what_one_may_not_see_is_neither_shown_nor_counted(client, project, cars, reader):
    hidden = Project.objects.create(name="Hidden", slug="hidden")
    outer = run_of(project, 1)
    run_of(hidden, 9, parent=outer)
    client.force_login(reader)
    found = client.get("/api/v1/lineage/?of=runs/1").json()
    assert [node["name"] for node in found["nodes"] if node["kind"] == "run"] == ["runs/1"]
    assert found["is_whole"]
    assert client.get("/api/v1/lineage/?of=runs/9").status_code == 404
    assert client.get("/api/v1/lineage/things/?q=r9").json() == {"results": []}


def test_things_are_found_by_a_part_of_their_name(client, project, cars, reader):
    run_of(project, 1)
    client.force_login(reader)
    found = client.get("/api/v1/lineage/things/?q=car").json()["results"]
    assert [node["name"] for node in found] == ["sources/https://data.example/cars.csv", "datasets/cars:1"]
    assert client.get("/api/v1/lineage/things/?q=runs/1").json()["results"][0]["name"] == "runs/1"
    assert client.get("/api/v1/lineage/things/?kinds=cars").json()["code"] == "lineage_kind_unknown"


def test_what_goes_takes_its_mentions_along(project, cars):
    run_of(project, 1).delete()
    assert names(graph_of(cars, direction="downstream")) == []


def test_the_datasets_of_a_run_are_read_at_once(project, cars, django_assert_num_queries):
    second = DatasetVersion.objects.create(dataset=cars.dataset, number=2, state_since=timezone.now())
    nodes = [{"component": "dataset", "parameters": {"dataset": "cars", "version": number}} for number in (2, 1, 2, 9)]
    run = run_of(project, 1, spec={"nodes": nodes, "edges": []})

    with django_assert_num_queries(1):
        assert run_datasets(run) == [second, cars]
