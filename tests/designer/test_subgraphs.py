"""A part of a drawing as a component: its interface, its inside, and the run that it becomes."""

from __future__ import annotations

import pytest

from designer import subgraphs
from designer.actions import create_draft, save_document, submit
from designer.component_uses import uses
from designer.graph.subgraph import Exposed, interface_changes
from designer.queries import document_of, examine
from mlops.components.queries import ProjectLibrary, definition_of
from mlops.formats.definition import End, Graph
from mlops.formats.document import Document, DrawnNode
from mlops.formats.pipeline import Edge
from mlops.formats.refusal import Refusal
from mlops.runs.models import Step
from tests.execution.conftest import carry_out, cars

__all__ = ["cars"]
pytestmark = pytest.mark.django_db(transaction=True)


def _edge(source: str, source_port: str, target: str, target_port: str) -> Edge:
    return Edge(source=source, source_port=source_port, target=target, target_port=target_port)


CLEAN = DrawnNode(component="clean_missing_data", version="1")
SPLIT = DrawnNode(component="split_data", version="1", parameters={"fraction_of_rows_in_the_first_output_dataset": 0.5})
DOCUMENT = Document(
    nodes={
        "data": DrawnNode(component="dataset", version="1", parameters={"dataset": "Cars"}),
        "clean": CLEAN,
        "split": SPLIT,
        "after": CLEAN,
    },
    edges=(
        _edge("data", "dataset", "clean", "dataset"),
        _edge("clean", "cleaned_dataset", "split", "dataset"),
        _edge("split", "results_dataset1", "after", "dataset"),
    ),
)
SHARE = Exposed(node="split", parameter="fraction_of_rows_in_the_first_output_dataset", name="share")


@pytest.fixture
def draft(contributor, project, cars):
    return create_draft(contributor, project, name="Whole", document=DOCUMENT)


@pytest.fixture
def part(contributor, draft):
    return subgraphs.collapse(contributor, draft, nodes=["clean", "split"], name="prepare", exposed=[SHARE])


def _with_card(**parameters: object) -> Document:
    card = DrawnNode(component="prepare", version="1", parameters=dict(parameters))
    nodes = {"data": DOCUMENT.nodes["data"], "card": card, "after": CLEAN}
    edges = (
        _edge("data", "dataset", "card", "dataset"),
        _edge("card", "results_dataset1", "after", "dataset"),
    )
    return Document(nodes=nodes, edges=edges)


def test_open_ends_become_typed_ports_and_exposed_parameters_keep_their_kind(part):
    component, graph = definition_of(part).component, definition_of(part).how
    assert isinstance(graph, Graph)
    assert [(port.name, port.type) for port in component.inputs] == [("dataset", "table")]
    assert set(graph.outputs) == {"results_dataset1", "results_dataset2", "cleaning_transformation"}
    (share,) = component.parameters
    assert (share.name, share.type, share.default, share.maximum) == ("share", "decimal", 0.5, 1)
    assert graph.inputs == {"dataset": (End(node="clean", port="dataset"),)}


def test_a_card_runs_as_its_inner_steps_with_its_own_values(contributor, draft, part):
    save_document(contributor, draft, base_revision=1, document=_with_card(share=0.2))
    run = carry_out(submit(contributor, draft, experiment="x"))
    steps = {step.node: step for step in Step.objects.filter(run=run)}
    assert set(steps) == {"data", "card.clean", "card.split", "after"}
    assert {step.state for step in steps.values()} == {"completed"}
    assert steps["card.split"].title == "Prepare ▸ Split Data"
    again = carry_out(submit(contributor, draft, experiment="x"))
    assert Step.objects.get(run=again, node="card.split").state == "reused"


def test_shapes_and_problems_of_inner_steps_are_told_at_the_card(project, part, cars):
    shapes, problems = examine(project, _with_card(share=7))
    assert shapes["card"]["results_dataset1"].table is not None
    assert [(problem.where.node, problem.where.parameter) for problem in problems if problem.severity == "error"] == [
        ("card", "share")
    ]
    unconnected = Document(nodes={"card": DrawnNode(component="prepare", version="1")})
    _shapes, problems = examine(project, unconnected)
    assert [(problem.code, problem.where.node, problem.where.port) for problem in problems] == [
        ("input_missing", "card", "dataset")
    ]


def test_the_inside_is_edited_as_a_draft_and_saved_as_the_next_version(contributor, project, part):
    inside = subgraphs.open_inside(contributor, part)
    assert subgraphs.open_inside(contributor, part) == inside
    document = document_of(inside)
    more = Document(
        nodes={**document.nodes, "more": CLEAN},
        edges=(*document.edges, _edge("split", "results_dataset2", "more", "dataset")),
        parameters=document.parameters,
    )
    save_document(contributor, inside, base_revision=1, document=more)
    inside.refresh_from_db()
    made = subgraphs.save_inside(contributor, inside)
    assert (made.version, ProjectLibrary(project).component("prepare").version) == ("2", "2")
    changes = interface_changes(definition_of(part).component, definition_of(made).component)
    assert "The output “cleaned_dataset” is new." in changes
    assert not any("gone" in change for change in changes)


def test_a_component_in_a_component_runs_by_its_innermost_steps(contributor, project, draft, part):
    save_document(contributor, draft, base_revision=1, document=_with_card(share=0.2))
    draft.refresh_from_db()
    subgraphs.collapse(contributor, draft, nodes=["card", "after"], name="outer")
    nested = Document(
        nodes={"data": DOCUMENT.nodes["data"], "box": DrawnNode(component="outer", version="1")},
        edges=(_edge("data", "dataset", "box", "dataset"),),
    )
    save_document(contributor, draft, base_revision=2, document=nested)
    draft.refresh_from_db()
    run = carry_out(submit(contributor, draft, experiment="x"))
    assert run.state == "completed", run.reason
    assert "box.card.split" in set(Step.objects.filter(run=run).values_list("node", flat=True))


def test_a_component_cannot_hold_itself(contributor, part):
    inside = subgraphs.open_inside(contributor, part)
    itself = Document(nodes={"again": DrawnNode(component="prepare", version="1")})
    save_document(contributor, inside, base_revision=1, document=itself)
    inside.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        subgraphs.save_inside(contributor, inside)
    assert refused.value.code == "component_in_itself"


def test_the_drafts_that_use_a_component_are_known_with_their_version(contributor, draft, part):
    save_document(contributor, draft, base_revision=1, document=_with_card())
    assert [(use.name, use.version) for use in uses(part.component)] == [("Whole", "1")]
