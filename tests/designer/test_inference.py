"""Inference pipelines beside a training draft, with real runs."""

from __future__ import annotations

import pytest

from designer import inference
from designer.actions import create_draft, save_document, submit
from designer.graph.document import freeze
from designer.models import Draft
from designer.queries import document_of, examine
from mlops.formats.refusal import Refusal
from mlops.packaging.actions import package_pipeline
from mlops.packaging.package_tasks import package_pipeline as perform_package
from mlops.runs.models import Run
from tests.designer.training import training
from tests.execution.conftest import carry_out, dataset_version
from tests.packaging.test_pipelines import frame

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def drawn(contributor, project, tmp_path) -> Draft:
    dataset_version(project, frame(), tmp_path)
    return create_draft(contributor, project, name="Cars", document=training())


def run_of(actor, draft: Draft) -> Run:
    run = carry_out(submit(actor, draft, experiment="tests"))
    assert run.state == "completed", run.reason
    return run


def test_without_a_completed_run_nothing_can_be_derived(contributor, drawn):
    with pytest.raises(Refusal) as refused:
        inference.create(contributor, drawn, kind="realtime")
    assert (refused.value.code, refused.value.status) == ("no_completed_run", 409)


def test_the_derived_draft_has_no_problem_and_knows_its_family(contributor, drawn):
    run = run_of(contributor, drawn)
    made = inference.create(contributor, drawn, kind="realtime")
    _shapes, problems = examine(made.draft.project, document_of(made.draft))
    assert [one for one in problems if one.severity == "error"] == []
    assert inference.family(made.draft)[0] == drawn
    assert inference.family(drawn)[1][0].run == run


def test_an_update_exchanges_model_and_transformations_in_one_step(contributor, drawn):
    run_of(contributor, drawn)
    made = inference.create(contributor, drawn, kind="realtime")
    newer = run_of(contributor, drawn)
    assert inference.newer_run(inference.family(drawn)[1][0]) == newer
    renewed = inference.update(contributor, made.draft)
    saved = [one for one in document_of(renewed.draft).nodes.values() if one.component.startswith("saved_")]
    assert {one.parameters["run"] for one in saved} == {str(newer.pk)}
    assert len(saved) == 2
    assert renewed.draft.revision == 2


def test_hand_made_changes_survive_an_update(contributor, drawn):
    run_of(contributor, drawn)
    made = inference.create(contributor, drawn, kind="realtime")
    document = document_of(made.draft)
    document.nodes["score"].parameters["append_score_columns"] = False
    save_document(contributor, made.draft, base_revision=made.draft.revision, document=document)
    run_of(contributor, drawn)
    made.draft.refresh_from_db()
    renewed = inference.update(contributor, made.draft)
    assert document_of(renewed.draft).nodes["score"].parameters["append_score_columns"] is False


def test_a_derived_draft_runs_and_becomes_a_model(contributor, drawn):
    run_of(contributor, drawn)
    made = inference.create(contributor, drawn, kind="realtime")
    package = package_pipeline(contributor, run_of(contributor, made.draft), name="cars")
    perform_package(str(package.pk))
    package.refresh_from_db()
    assert package.state == "accepted", package.reason
    assert package.version.metrics == {}


def test_saved_values_of_another_project_are_unknown(contributor, drawn, stranger):
    from mlops.accounts.membership import create_project

    run_of(contributor, drawn)
    made = inference.create(contributor, drawn, kind="realtime")
    elsewhere = create_project(stranger, name="Elsewhere")
    _shapes, problems = examine(elsewhere, document_of(made.draft))
    assert "saved_run_unknown" in {problem.code for problem in problems}


def test_a_batch_pipeline_takes_its_rows_from_a_parameter(contributor, drawn):
    run_of(contributor, drawn)
    made = inference.create(contributor, drawn, kind="batch")
    assert "data" in document_of(made.draft).parameters
    assert freeze(document_of(made.draft)).node("data") is not None
