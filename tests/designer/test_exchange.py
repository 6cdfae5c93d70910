"""Drafts as files and files as drafts: nothing is lost on the way, and what does not fit is told with its line."""

from __future__ import annotations

import json

import msgspec
import pytest

from designer import subgraphs
from designer.actions import create_draft, save_document
from designer.exporting import exported
from designer.graph.difference import difference
from designer.importing import import_folder
from designer.models import Draft
from designer.queries import document_of, examine
from designer.samples import SAMPLES
from mlops.blobs.trees import open_blob
from mlops.components.models import Component
from mlops.components.registering import register_folder
from mlops.formats.azureml.pipeline import ImportImpossible
from mlops.formats.demand import Demand
from mlops.formats.document import Document, DrawnNode, Group, Note, PipelineParameter, Place
from mlops.formats.pipeline import Edge
from tests.components.files import write_command, write_function
from tests.execution.conftest import cars

__all__ = ["cars"]
pytestmark = pytest.mark.django_db(transaction=True)


def lay_out(files, folder):
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else open_blob(content.decode()).read())
    return folder


def plain(draft):
    """The order of edges says nothing."""
    found = msgspec.to_builtins(document_of(draft))
    return found | {"edges": sorted(found["edges"], key=str)}


def _edge(source, source_port, target, target_port):
    return Edge(source=source, source_port=source_port, target=target, target_port=target_port)


EVERYTHING = Document(
    nodes={
        "Cars-1": DrawnNode(component="dataset", version="1", parameters={"dataset": "Cars", "version": 1}),
        "chosen": DrawnNode(component="dataset", version="1", parameters={"dataset": {"$parameter": "rows"}}),
        "clean-a": DrawnNode(
            component="clean_missing_data",
            version="1",
            parameters={
                "columns_to_be_cleaned": {"mode": "names", "names": ["price"]},
                "replacement_value": "0",
                "minimum_missing_value_ratio": {"$parameter": "share"},
            },
            title="Fill the gaps",
            comment="Two lines\nof words",
            regenerate=True,
        ),
        "cap": DrawnNode(component="cap_prices", version="1.2.0", parameters={"limit": 5.0}, mode="disabled"),
        "double": DrawnNode(
            component="double",
            version="1",
            parameters={"times": 3},
            demand=Demand(compute="gpu-cluster", cpus=0.5, memory_bytes=2 * 2**30, gpus=1, labels={"zone": "a"}),
        ),
    },
    edges=(
        _edge("Cars-1", "dataset", "clean-a", "dataset"),
        _edge("clean-a", "cleaned_dataset", "cap", "cars"),
        _edge("chosen", "dataset", "double", "table"),
    ),
    layout={"Cars-1": Place(x=10, y=20.5), "clean-a": Place(x=1, y=2), "n": Place(x=5, y=5, width=200)},
    notes={"n": Note(text="# Read me", colour="yellow")},
    groups={"g": Group(title="First", nodes=("clean-a",))},
    parameters={
        "share": PipelineParameter(type="decimal", default=0.25, help="how much"),
        "rows": PipelineParameter(type="dataset", default={"dataset": "Cars", "version": None}),
        "name": PipelineParameter(type="string", default="x"),
    },
    defaults={"demand": Demand(compute="usual", cpus=2)},
)


@pytest.fixture
def own(contributor, project, tmp_path, cars):
    register_folder(contributor, project, write_command(tmp_path / "command"))
    register_folder(contributor, project, write_function(tmp_path / "function"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: getattr(sample, "name", str(sample)))
def test_samples_come_back_without_a_difference(contributor, project, tmp_path, sample):
    draft = create_draft(contributor, project, name="Sample", document=sample.draw())
    files = exported(draft)
    again, _warnings = import_folder(contributor, project, lay_out(files, tmp_path / "out"))
    assert difference(document_of(draft), document_of(again)).is_empty
    assert exported(again) == files


def test_a_drawing_with_everything_comes_back_byte_for_byte(contributor, project, tmp_path, own):
    draft = create_draft(contributor, project, name="Everything: all", document=EVERYTHING, description="Words")
    files = exported(draft)
    again, _warnings = import_folder(contributor, project, lay_out(files, tmp_path / "out"))
    assert plain(again) == plain(draft)
    assert exported(again) == files
    assert "x: 10" not in files["pipeline.yaml"]


def test_components_travel_with_the_drawing_into_another_project(
    contributor, project, tmp_path, own, django_user_model
):
    from mlops.accounts.membership import create_project
    from tests.execution.conftest import dataset_version

    draft = create_draft(contributor, project, name="Everything", document=EVERYTHING)
    other = create_project(contributor, name="Other", slug="other")
    import polars as pl

    dataset_version(other, pl.DataFrame({"make": ["a"], "price": [1]}), tmp_path)
    again, _warnings = import_folder(contributor, other, lay_out(exported(draft), tmp_path / "out"))
    names = set(Component.objects.filter(project=other).values_list("name", flat=True))
    assert names == {"cap_prices", "double"}
    _shapes, problems = examine(other, document_of(again))
    assert not [one for one in problems if one.code == "unknown_component"]


def test_a_pipeline_component_travels_too(contributor, project, tmp_path, own):
    draft = create_draft(contributor, project, name="Everything", document=EVERYTHING)
    part = subgraphs.collapse(contributor, draft, nodes=["clean-a", "cap"], name="prepare")
    inside = subgraphs.open_inside(contributor, part)
    retitled = {**document_of(inside).nodes}
    retitled["clean-a"] = msgspec.structs.replace(retitled["clean-a"], title="Other words")
    save_document(
        contributor,
        inside,
        base_revision=inside.revision,
        document=msgspec.structs.replace(document_of(inside), nodes=retitled),
    )
    inside.refresh_from_db()
    part = subgraphs.save_inside(contributor, inside)
    nodes = {"Cars-1": EVERYTHING.nodes["Cars-1"], "card": DrawnNode(component="prepare", version=part.version)}
    outer = Document(nodes=nodes, edges=(_edge("Cars-1", "dataset", "card", "dataset"),))
    whole = create_draft(contributor, project, name="Outer", document=outer)
    files = exported(whole)
    again, _warnings = import_folder(contributor, project, lay_out(files, tmp_path / "out"))
    assert exported(again) == files
    assert Component.objects.get(name="prepare") == part.component


OTHERS = """
$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
display_name: Nyc taxi
experiment_name: taxi
settings: {default_compute: azureml:cpu-cluster}
inputs:
  raw: {type: uri_file, path: azureml:Cars:1}
  rate: 0.05
jobs:
  prep:
    type: command
    code: ./src
    command: python cap.py --cars ${{inputs.cars}} --limit ${{inputs.limit}} --capped ${{outputs.capped}}
    environment: azureml:AzureML-sklearn-1.5@latest
    inputs: {cars: "${{parent.inputs.raw}}", limit: 7}
    outputs: {capped: {type: uri_file}}
  train:
    type: command
    component: ./component.yaml
    inputs:
      cars: ${{parent.jobs.prep.outputs.capped}}
      limit: ${{parent.inputs.rate}}
  clean:
    component: azureml:clean_missing_data@latest
    inputs:
      dataset: ${{parent.jobs.prep.outputs.capped}}
"""


def test_a_pipeline_of_somebody_else_becomes_a_draft(contributor, project, tmp_path, cars):
    folder = write_command(tmp_path / "a")
    (folder / "pipeline.yml").write_text(OTHERS)
    draft, warnings = import_folder(contributor, project, folder)
    document = document_of(draft)
    assert {name: node.component for name, node in document.nodes.items()} == {
        "raw": "dataset",
        "prep": "prep",
        "train": "cap_prices",
        "clean": "clean_missing_data",
    }
    assert document.nodes["train"].parameters == {"limit": {"$parameter": "rate"}}
    assert document.parameters["rate"].default == 0.05
    assert document.parameters["raw"].type == "dataset"
    assert document.nodes["raw"].parameters == {"dataset": {"$parameter": "raw"}}
    assert len(document.edges) == 3
    assert any("line 6: “default_compute”: “cpu-cluster” has no meaning" in warning for warning in warnings)
    _shapes, problems = examine(project, document)
    assert {one.code for one in problems if one.severity == "error"} <= {"parameter_type"}


def test_what_has_no_counterpart_is_told_with_lines_and_nothing_is_created(contributor, project, tmp_path, cars):
    folder = write_command(tmp_path / "a")
    wrong = OTHERS.replace("azureml:clean_missing_data@latest", "azureml:clean_missing_dat:3")
    wrong = wrong.replace("jobs.prep.outputs.capped}}\n      limit", "jobs.prep.outputs.caped}}\n      limit")
    wrong += "  tune:\n    type: sweep\n    trial: {}\n"
    (folder / "pipeline.yml").write_text(wrong)
    with pytest.raises(ImportImpossible) as refused:
        import_folder(contributor, project, folder)
    told = [one["message"] for one in refused.value.extra["problems"]]
    assert len(told) == 3
    assert "line 25" in told[0]
    assert "no output “caped”" in json.dumps(told, ensure_ascii=False)
    assert "sweep" in told[1]
    assert "clean_missing_data" in refused.value.extra["problems"][0]["hint"]
    assert not Draft.objects.exists()
    assert not Component.objects.exists()


def test_a_zip_goes_out_and_comes_in_by_the_api(client, contributor, project, cars):
    client.force_login(contributor)
    draft = create_draft(
        contributor, project, name="Über & all", document=Document(nodes={"c": EVERYTHING.nodes["Cars-1"]})
    )
    answer = client.get(f"/api/v1/drafts/{draft.pk}/export/?form=yaml")
    assert "ber-all-yaml.zip" in answer["Content-Disposition"]
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = SimpleUploadedFile("p.zip", b"".join(answer.streaming_content))
    made = client.post("/api/v1/drafts/import/", {"project": "churn", "files": sent})
    assert made.status_code == 201, made.json()
    assert made.json()["name"] == "Über & all"
