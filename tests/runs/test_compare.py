"""Two runs side by side."""

from __future__ import annotations

import msgspec
import pytest

from mlops.formats.pipeline import Edge, Node
from mlops.runs.compare import compare
from tests.runs.history import DATA, INTO_SPLIT, SPLIT, past_run

pytestmark = pytest.mark.django_db
SCORE = Node(id="score", component="score_model", version="1")
INTO_SCORE = Edge(source="split", source_port="results_dataset1", target="score", target_port="dataset")


def test_two_equal_runs_differ_in_nothing(contributor, project):
    found = compare(past_run(contributor, project), past_run(contributor, project))
    assert (found.added, found.removed, found.parameters, found.edges_differ, found.metrics) == ((), (), (), False, ())
    assert found.datasets_a == found.datasets_b == ("Cars:3",)


def test_a_changed_parameter_is_told_with_both_values(contributor, project):
    other = msgspec.structs.replace(SPLIT, parameters={"random_seed": 7, "stratified_split": False})
    found = compare(past_run(contributor, project), past_run(contributor, project, [DATA, other]))
    assert [(row.node, row.name, row.a, row.b) for row in found.parameters] == [("split", "random_seed", 0, 7)]


def test_a_parameter_that_only_one_run_sets_is_told(contributor, project):
    other = msgspec.structs.replace(SPLIT, parameters={"random_seed": 0})
    found = compare(past_run(contributor, project), past_run(contributor, project, [DATA, other]))
    assert [(row.name, row.a, row.b) for row in found.parameters] == [("stratified_split", False, None)]


def test_another_component_at_the_same_place_is_told(contributor, project):
    other = Node(id="split", component="normalize_data", version="1")
    found = compare(past_run(contributor, project), past_run(contributor, project, [DATA, other]))
    (row,) = found.parameters
    assert (row.name, row.a, row.b) == ("component", "split_data", "normalize_data")


def test_another_version_of_a_component_is_told(contributor, project):
    other = msgspec.structs.replace(SPLIT, version="2")
    found = compare(past_run(contributor, project), past_run(contributor, project, [DATA, other]))
    assert [(row.name, row.a, row.b) for row in found.parameters] == [("component version", "1", "2")]


def test_added_and_removed_steps_are_named(contributor, project):
    small, large = past_run(contributor, project), past_run(contributor, project, [DATA, SPLIT, SCORE])
    assert (compare(small, large).added, compare(small, large).removed) == (("score",), ())
    assert (compare(large, small).added, compare(large, small).removed) == ((), ("score",))


def test_the_order_of_connections_is_no_difference(contributor, project):
    nodes = [DATA, SPLIT, SCORE]
    one = past_run(contributor, project, nodes, edges=[INTO_SPLIT, INTO_SCORE])
    other = past_run(contributor, project, nodes, edges=[INTO_SCORE, INTO_SPLIT])
    assert compare(one, other).edges_differ is False
    moved = msgspec.structs.replace(INTO_SCORE, source_port="results_dataset2")
    assert compare(one, past_run(contributor, project, nodes, edges=[INTO_SPLIT, moved])).edges_differ is True


def test_metrics_are_told_with_their_difference_and_gaps(contributor, project):
    one = past_run(contributor, project, metrics=[("score", "auc", 0.5), ("score", "recall", 0.25)])
    other = past_run(contributor, project, metrics=[("score", "auc", 0.75), ("score", "log_loss", None)])
    rows = {row.key: (row.a, row.b, row.difference) for row in compare(one, other).metrics}
    assert rows == {"auc": (0.5, 0.75, 0.25), "log_loss": (None, None, None), "recall": (0.25, None, None)}


def test_of_a_series_the_last_value_counts(contributor, project):
    one = past_run(contributor, project, metrics=[("train", "loss", 3.0), ("train", "loss", 1.0)])
    (row,) = compare(one, past_run(contributor, project)).metrics
    assert row.a == 1.0


def test_the_page_names_what_was_done_differently(client, reader, contributor, project):
    other = msgspec.structs.replace(SPLIT, parameters={"random_seed": 7, "stratified_split": False})
    one, two = past_run(contributor, project), past_run(contributor, project, [DATA, other])
    client.force_login(reader)
    text = client.get("/runs/compare/", {"a": one.pk, "b": two.pk, "all": "yes"}).content.decode()
    assert "random_seed" in text
    assert "Cars:3" in text
    assert client.get("/runs/compare/", {"a": one.pk}).status_code == 400


def test_the_runs_of_others_cannot_be_compared(client, stranger, contributor, project):
    one, two = past_run(contributor, project), past_run(contributor, project)
    client.force_login(stranger)
    assert client.get("/runs/compare/", {"a": one.pk, "b": two.pk}).status_code == 404
