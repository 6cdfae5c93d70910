"""Train Model with explanations in a run: explained on held-out rows, shown on the run's page and with the version."""

from __future__ import annotations

import polars as pl
import pytest

from mlops.explanations import queries, tasks
from mlops.explanations.actions import explain
from mlops.explanations.held_out import held_out, held_out_of
from mlops.explanations.models import Explanation, ExplanationState
from mlops.explanations.orders import checked_order
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import submit
from mlops.registry.actions import register
from mlops.runs.models import Run
from tests.execution.conftest import carry_out, dataset_version
from tests.packaging.trained import cars
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)


def edge(start: str, end: str) -> Edge:
    (source, port), (target, into) = start.split("."), end.split(".")
    return Edge(source=source, source_port=port, target=target, target_port=into)


def split(*, scored: bool = True) -> PipelineSpec:
    """data -> normalize -> split -> train, and what is left -> score."""
    nodes = {
        "data": ("dataset", {"dataset": "Cars"}),
        "scaled": ("normalize_data", {"columns_to_transform": {"mode": "names", "names": ["power", "weight"]}}),
        "part": ("split_data", {"fraction_of_rows_in_the_first_output_dataset": 0.7}),
        "learner": ("linear_regression", {}),
        "train": ("train_model", {"label_column": "price", "model_explanations": True}),
    }
    edges = [
        edge("data.dataset", "scaled.dataset"),
        edge("scaled.transformed_dataset", "part.dataset"),
        edge("learner.untrained_model", "train.untrained_model"),
        edge("part.results_dataset1", "train.dataset"),
    ]
    if scored:
        nodes["score"] = ("score_model", {})
        edges += [edge("train.trained_model", "score.trained_model"), edge("part.results_dataset2", "score.dataset")]
    return PipelineSpec(
        nodes=tuple(Node(id=i, component=name, version="1", parameters=given) for i, (name, given) in nodes.items()),
        edges=tuple(edges),
    )


@pytest.fixture
def table(project, tmp_path) -> pl.DataFrame:
    frame = cars(gaps=False).select("power", "weight", "make", "price")
    dataset_version(project, frame, tmp_path)
    return frame


@pytest.fixture
def trained(contributor, project, table) -> Run:
    run = carry_out(submit(contributor, project, spec=split(), experiment="explained"))
    while run.state == "running":
        run = carry_out(run)
    assert run.state == "completed", run.reason
    return run


def test_a_trained_model_is_explained_on_the_rows_that_were_held_out(client, contributor, project, table, trained):
    one = Explanation.objects.get(run=trained)
    assert (one.node, one.name, one.state) == ("train", "train", ExplanationState.QUEUED)
    known = held_out(trained, "train")
    assert known is not None
    assert 0 < len(known.rows) < table.height / 2
    tasks.explain(str(one.pk))
    one.refresh_from_db()
    assert one.state == ExplanationState.COMPLETED, f"{one.reason} {one.hint}"
    summary = queries.summary_of(one)
    assert summary is not None
    assert summary.total_rows == len(known.rows)
    assert "held out" in summary.source
    shown = queries.table_of(one, "rows.parquet")
    assert set(shown["row"]) <= set(known.rows)
    assert shown["=power"].to_list() == table["power"][shown["row"].to_list()].to_list()
    client.force_login(contributor)
    assert b"held out" in client.get(f"/explanations/{one.pk}/").content
    assert client.get(f"/runs/{trained.pk}/?tab=explanations").content.count(str(one.pk).encode()) == 1
    version = register(contributor, project, name="prices", run=trained, node="train")
    assert queries.latest(version) == one
    assert queries.latest_of_many([version]) == {version.pk: one}
    assert held_out_of(version) == known
    assert client.get(f"/models/{version.model_id}/{version.number}/?tab=explanations").status_code == 200
    again = carry_out(submit(contributor, project, spec=split(), experiment="explained"))
    reused = Explanation.objects.get(run=again)
    assert (reused.state, reused.tree_id) == (ExplanationState.COMPLETED, one.tree_id), "equal, so not computed again"


def test_a_version_is_explained_on_held_out_rows_unless_others_are_named(contributor, project, trained):
    version = register(contributor, project, name="prices", run=trained, node="train")
    usual = explain(contributor, version, order=checked_order({}))
    assert (usual.order["held_out"], str(usual.dataset)) == (True, "Cars:1")
    assert explain(contributor, version, order=checked_order({}), data="held-out").order["held_out"]
    assert not explain(contributor, version, order=checked_order({}), data="Cars:1").order["held_out"]


def test_held_out_rows_that_are_not_known_are_refused_by_name(contributor, project):
    with pytest.raises(Refusal, match="held out") as refused:
        explain(contributor, registered(contributor, project), order=checked_order({}), data="held-out")
    assert refused.value.code == "no_held_out"


def test_a_run_that_scores_nothing_holds_nothing_out(contributor, project, table):
    run = carry_out(submit(contributor, project, spec=split(scored=False), experiment="explained"))
    one = Explanation.objects.get(run=run)
    assert (one.dataset, one.order["held_out"]) == (None, False)
