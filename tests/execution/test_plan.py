"""What a run would do, told before it starts; and parts of a drawing, run."""

from __future__ import annotations

from typing import Any

import pytest

from designer import actions
from designer.models import Draft
from mlops.execution.foretell import makespan
from mlops.execution.planning import plan
from mlops.formats.asked import Scope
from mlops.formats.document import Document, DrawnNode
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.runs.models import Run, Step
from tests.execution.conftest import carry_out

pytestmark = pytest.mark.django_db(transaction=True)

SHARE = "fraction_of_rows_in_the_first_output_dataset"
RANDOM = "import random\ndef azureml_main(dataframe1=None, dataframe2=None):\n    return dataframe1.head({rows})\n"


def drawing(*, share: float = 0.5, rows: int = 5, **modes: Any) -> Document:
    def node(component: str, name: str, **parameters: Any) -> DrawnNode:
        return DrawnNode(component=component, version="1", parameters=parameters, title=name, **modes.get(name, {}))

    return Document(
        nodes={
            "data": node("dataset", "data", dataset="Cars"),
            "script": node("execute_python_script", "script", python_script=RANDOM.format(rows=rows)),
            "split": node("split_data", "split", **{SHARE: share}),
            "last": node("split_data", "last", **{SHARE: 0.5}),
        },
        edges=(
            Edge(source="data", source_port="dataset", target="script", target_port="dataset1"),
            Edge(source="script", source_port="result_dataset", target="split", target_port="dataset"),
            Edge(source="split", source_port="results_dataset1", target="last", target_port="dataset"),
        ),
    )


@pytest.fixture
def draft(contributor, project, cars) -> Draft:
    return actions.create_draft(contributor, project, name="d", document=drawing())


@pytest.fixture
def submit(contributor, draft):
    def submitted(kind: str = "all", *nodes: str) -> Run:
        draft.refresh_from_db()
        run = actions.submit(contributor, draft, experiment="e", scope=Scope(kind=kind, nodes=nodes))  # type: ignore[arg-type]
        for _turn in range(4):
            carry_out(run)
        assert run.state == "completed", run.reason
        return run

    return submitted


def foretold(draft: Draft, kind: str = "all", *nodes: str) -> Any:
    from designer.graph.document import freeze
    from designer.queries import document_of

    draft.refresh_from_db()
    scope = Scope(kind=kind, nodes=nodes)  # type: ignore[arg-type]
    return plan(draft.project, freeze(document_of(draft)), scope=scope, last=draft.last_run)


def acts(found: Any) -> dict[str, str]:
    return {line.node: line.action for line in found.lines}


def states(run: Run) -> dict[str, str]:
    return dict(Step.objects.filter(run=run).values_list("node", "state"))


def why(found: Any, node: str) -> str:
    return next(line.why for line in found.lines if line.node == node)


def redraw(contributor, draft: Draft, document: Document) -> None:
    draft.refresh_from_db()
    actions.save_document(contributor, draft, base_revision=draft.revision, document=document)


def test_before_the_first_run_everything_runs_and_its_time_is_unknown(draft):
    found = foretold(draft)
    assert acts(found) == {"data": "read", "script": "run", "split": "run", "last": "run"}
    assert (found.unknown, found.seconds, found.counts["run"]) == (3, 0.0, 3)
    assert "never run" in why(foretold(draft), "script") or "differ" in why(foretold(draft), "script")


def test_after_a_run_times_come_from_history(draft, submit, contributor):
    submit()
    redraw(contributor, draft, drawing(share=0.6))
    found = foretold(draft)
    split = next(line for line in found.lines if line.node == "split")
    assert (found.unknown, split.estimate.runs, split.estimate.similar) == (0, 2, True)
    assert found.seconds > 0


def test_what_changed_is_named(draft, submit, contributor):
    submit()
    redraw(contributor, draft, drawing(share=0.6))
    found = foretold(draft, "changed")
    assert acts(found)["split"] == "run"
    assert "Fraction" in why(found, "split")
    assert acts(found)["last"] == "run"
    assert acts(found)["script"] in ("kept", "reuse")
    assert states(submit("changed"))["script"] == "reused"


def test_up_to_a_step_leaves_out_what_is_behind_it(draft, submit):
    assert acts(foretold(draft, "to", "script"))["split"] == "outside"
    assert states(submit("to", "script")) == {
        "data": "completed", "script": "completed", "split": "skipped", "last": "skipped",
    }  # fmt: skip


def test_only_one_step_takes_what_feeds_it_from_earlier(draft, submit):
    with pytest.raises(Refusal) as refused:
        submit("only", "split")
    assert (refused.value.code, refused.value.where.node) == ("kept_missing", "script")
    submit()
    run = submit("only", "split")
    assert states(run) == {"data": "skipped", "script": "reused", "split": "completed", "last": "skipped"}
    assert "only “split”" in Step.objects.get(run=run, node="last").reason


def test_from_a_step_runs_what_is_needed_before_it(draft, submit):
    assert acts(foretold(draft, "from", "split"))["script"] == "run"
    submit()
    submit("only", "split")
    run = submit("from", "split")
    assert states(run)["script"] == "reused"
    assert states(run)["split"] == "completed"


def test_a_scope_needs_a_step_that_runs(draft):
    for scope, code in ((("to",), "scope_empty"), (("to", "spilt"), "scope_node")):
        with pytest.raises(Refusal) as refused:
            foretold(draft, *scope)
        assert refused.value.code == code


def test_disabled_steps_say_so_in_the_plan(draft, contributor):
    redraw(contributor, draft, drawing(split={"mode": "disabled"}))
    found = foretold(draft)
    assert (acts(found)["split"], acts(found)["last"]) == ("skip", "skip")


def test_the_plan_is_answered_by_its_route(draft, contributor, client):
    client.force_login(contributor)
    answer = client.post(
        f"/api/v1/drafts/{draft.pk}/plan/", {"scope": {"kind": "all"}}, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    assert answer.json()["counts"] == {"read": 1, "run": 3}


def test_two_slots_halve_the_time_of_steps_side_by_side():
    nodes = tuple(Node(id=f"n{number}", component="split_data", version="1") for number in range(4))
    spec = PipelineSpec(nodes=nodes, edges=())
    seconds = {node.id: 3.0 for node in nodes}
    assert (makespan(spec, seconds, 1), makespan(spec, seconds, 2)) == (12.0, 6.0)
