"""Registering, finding, tagging, downloading and deleting models."""

from __future__ import annotations

import io
import json
import zipfile

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from mlops.bin.uses import Use
from mlops.blobs.trees import keep_folder
from mlops.formats.evaluation import Evaluated, Evaluation
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.registry import actions, queries, usage
from mlops.registry.archive import zipped
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.registry.searching import MODELS
from mlops.runs.models import Experiment, Run, Step, StepState
from mlops.tags.filters import tags_of
from mlops.tags.searching import search
from tests.registry.shelf import registered, trained_folder

pytestmark = pytest.mark.django_db


def test_a_version_carries_what_its_files_say(contributor, project):
    version = registered(contributor, project, tags={"Area": "Churn"})
    assert (version.task, version.algorithm) == ("regression", "boosted_decision_tree_regression")
    assert [field["name"] for field in version.signature["inputs"]] == ["power", "weight", "make"]
    assert version.input_example["columns"] == ["power", "weight", "make"]
    assert tags_of(version) == {"Area": "Churn"}


def test_numbers_count_on_even_after_a_deletion(contributor, project):
    first, second = registered(contributor, project), registered(contributor, project)
    assert (first.number, second.number) == (1, 2)
    actions.delete_version(contributor, second)
    assert registered(contributor, project).number == 3


def test_a_reader_may_look_but_not_register(reader, contributor, project):
    with pytest.raises(Refusal) as refused:
        registered(reader, project)
    assert refused.value.status == 403
    version = registered(contributor, project)
    assert queries.visible_version(reader, version.model_id, 1) == version


def test_strangers_see_nothing(stranger, contributor, project):
    version = registered(contributor, project)
    with pytest.raises(Refusal) as refused:
        queries.visible_version(stranger, version.model_id, 1)
    assert refused.value.status == 404
    assert not queries.visible_to(stranger).exists()


@pytest.mark.parametrize("name", ["", "with/slash", "../up", "-begins", "a:b", "a" * 256])
def test_names_that_files_and_addresses_cannot_take_are_refused(contributor, project, name):
    with pytest.raises(Refusal) as refused:
        registered(contributor, project, name=name)
    assert refused.value.code == "name_invalid"


def test_a_version_in_use_is_not_deleted_and_its_users_are_named(contributor, project):
    version = registered(contributor, project)
    use = Use(title="the deployment “blue”", url="/endpoints/blue/", remedy="Delete it.")
    usage.register(lambda versions: [(one, use) for one in versions if one == version])
    with pytest.raises(Refusal) as refused:
        actions.delete_version(contributor, version)
    assert (refused.value.code, refused.value.status) == ("model_in_use", 409)
    assert "deployment “blue”" in refused.value.message
    assert "Delete it." in refused.value.hint
    assert refused.value.extra["users"][0]["url"] == "/endpoints/blue/"


def test_a_tag_that_few_versions_have_is_not_asked_of_each_model(contributor, project):
    version = registered(contributor, project, tags={"Area": "Churn"})
    found = search(RegisteredModel.objects.all(), "Area=Churn", MODELS).queryset
    assert [one.pk for one in found] == [version.model_id]
    assert "EXISTS" not in str(found.query)


def test_models_are_found_by_tag_and_the_answer_says_how_it_was_understood(client, contributor, project):
    registered(contributor, project, name="churn", tags={"Area": "Churn"})
    registered(contributor, project, name="sales", tags={"Area": "Sales"})
    client.force_login(contributor)
    answer = client.get("/api/v1/models/", {"tag": "Area : Churn"}).json()
    assert [row["name"] for row in answer["results"]] == ["churn"]
    assert answer["understood"] == ["Area=Churn"]


def test_uploaded_files_become_a_version_without_being_opened(client, contributor, project):
    client.force_login(contributor)
    files = [SimpleUploadedFile("model.pkl", b"not a pickle"), SimpleUploadedFile("notes.txt", b"x")]
    form = {"project": project.slug, "name": "mine", "files": files, "tags": json.dumps({"Area": "Churn"})}
    answer = client.post("/api/v1/models/", form)
    assert answer.status_code == 201, answer.content
    assert answer.json()["signature"] is None
    listed = client.get(f"/api/v1/models/{answer.json()['model']}/versions/1/files/").json()["results"]
    assert [row["path"] for row in listed] == ["model.pkl", "notes.txt"]


@pytest.mark.parametrize("path", ["/etc/passwd", "../../up.txt", ""])
def test_files_cannot_lie_outside_of_the_model(contributor, project, path):
    with pytest.raises(Refusal) as refused:
        actions.keep_files(contributor, project, files=[(path, io.BytesIO(b"x"))])
    assert refused.value.code == "file_name_invalid"


def test_the_download_is_a_whole_zip(client, contributor, project):
    version = registered(contributor, project, name="prix élevés")
    client.force_login(contributor)
    answer = client.get(f"/api/v1/models/{version.model_id}/versions/1/download/")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''prix%20%C3%A9lev%C3%A9s-1.zip"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.testzip() is None
    assert "prix élevés-1/mlops_model.json" in archive.namelist()


def test_equal_files_make_equal_zips(contributor, project):
    files = queries.files_of(registered(contributor, project))
    assert b"".join(zipped(files, folder="x")) == b"".join(zipped(files, folder="x"))


def test_tags_and_description_change_by_patch_and_null_removes_a_tag(client, contributor, project):
    version = registered(contributor, project, tags={"Area": "Churn", "Team": "North"})
    client.force_login(contributor)
    change = {"tags": {"Area": "Sales", "Team": None}, "description": "better"}
    answer = client.patch(f"/api/v1/models/{version.model_id}/versions/1/", change, content_type="application/json")
    assert answer.json()["tags"] == {"Area": "Sales"}
    assert answer.json()["description"] == "better"


def test_an_unknown_version_names_those_that_exist(contributor, project):
    version = registered(contributor, project)
    with pytest.raises(Refusal) as refused:
        queries.visible_version(contributor, version.model_id, 7)
    assert "There are: 1" in refused.value.hint


def test_the_last_version_can_be_deleted_and_the_name_stays_for_the_next(contributor, project):
    version = registered(contributor, project)
    actions.delete_version(contributor, version)
    assert not ModelVersion.objects.exists()
    assert RegisteredModel.objects.get().last_number == 1


def test_what_a_step_made_is_registered_with_the_metrics_found_on_its_way(contributor, project, tmp_path):
    run = evaluated_run(contributor, project, tmp_path)
    version = actions.register(contributor, project, name="prices", run=run, node="train", port="trained_model")
    assert (version.run, version.node) == (run, "train")
    assert version.metrics == {"coefficient_of_determination": 0.9}


@pytest.mark.parametrize(
    ("node", "port", "code"),
    [("trian", "", "step_not_found"), ("evaluate", "", "no_model_here"), ("later", "", "step_not_done")],
)
def test_a_step_without_a_model_is_refused_with_the_reason(contributor, project, tmp_path, node, port, code):
    run = evaluated_run(contributor, project, tmp_path)
    with pytest.raises(Refusal) as refused:
        actions.register(contributor, project, name="prices", run=run, node=node, port=port)
    assert refused.value.code == code


def evaluated_run(actor, project, tmp_path) -> Run:
    """Train -> score -> evaluate (on the port for comparison), all completed; one more step waits."""
    nodes = [
        ("train", "train_model"),
        ("score", "score_model"),
        ("evaluate", "evaluate_model"),
        ("later", "train_model"),
    ]
    edges = [
        ("train", "trained_model", "score", "trained_model"),
        ("score", "scored_dataset", "evaluate", "scored_dataset_to_compare"),
    ]
    names = ("source", "source_port", "target", "target_port")
    spec = PipelineSpec(
        nodes=tuple(Node(id=node, component=component, version="1") for node, component in nodes),
        edges=tuple(Edge(**dict(zip(names, edge, strict=True))) for edge in edges),
    )
    found = [
        Evaluated(name=name, rows=5, metrics={"coefficient_of_determination": value})
        for name, value in (("scored_dataset", 0.1), ("scored_dataset_to_compare", 0.9))
    ]
    (tmp_path / "results").mkdir()
    evaluation = Evaluation(task="regression", evaluated=tuple(found))
    (tmp_path / "results" / "evaluation.json").write_bytes(msgspec.json.encode(evaluation))
    outputs = {
        "train": {"trained_model": {"type": "model", "tree": keep_folder(trained_folder()).digest}},
        "evaluate": {"evaluation_results": {"type": "table", "tree": keep_folder(tmp_path / "results").digest}},
    }
    experiment = Experiment.objects.create(project=project, name="cars")
    now = timezone.now()
    run = Run.objects.create(
        project=project,
        experiment=experiment,
        number=1,
        display_name="cars 1",
        spec=msgspec.to_builtins(spec),
        spec_digest=spec.digest(),
        state_since=now,
        created_by=actor,
    )
    for node, component in nodes:
        state = StepState.WAITING if node == "later" else StepState.COMPLETED
        Step.objects.create(
            run=run, node=node, title=node, component=component, version="1", state=state, state_since=now,
            outputs=outputs.get(node, {}),
        )  # fmt: skip
    return run


def test_a_version_may_be_given_and_is_never_another_model(contributor, project, tmp_path):
    (tmp_path / "other.bin").write_bytes(b"x")
    fifth = registered(contributor, project, number=5)
    assert registered(contributor, project, number=5) == fifth
    with pytest.raises(Refusal) as refused:
        actions.register(contributor, project, name="prices", tree=keep_folder(tmp_path), number=5)
    assert refused.value.code == "version_taken"
    assert [registered(contributor, project, number=number).number for number in (2, None)] == [2, 6]
