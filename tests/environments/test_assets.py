"""Environments by name and version, and what a job's `environment` means."""

from __future__ import annotations

import pytest

from mlops.blobs.bundles import text_of
from mlops.blobs.trees import manifest_of
from mlops.environments.actions import archive
from mlops.environments.queries import requirements_of
from mlops.environments.references import image_said, resolve_environment, with_registered
from mlops.environments.registering import register_folder
from mlops.formats.azureml.lines import load
from mlops.formats.refusal import Refusal
from tests.environments.files import YAML, write_conda, write_context, write_yaml

pytestmark = pytest.mark.django_db


def resolve(actor, project, given, folder):
    text = f"environment: {given}\n" if isinstance(given, str) else f"environment:\n  {given[0]}\n"
    (folder / "job.yml").write_text(text)
    source = load("job.yml", text)
    return resolve_environment(
        actor,
        project,
        source.value["environment"],
        source=source,
        at=("environment",),
        read_file=lambda path: text_of(folder, path, beside="job.yml"),
        folder=folder,
    )


def test_an_environment_is_kept_under_its_name_and_version(contributor, project, tmp_path):
    version = register_folder(contributor, project, write_yaml(tmp_path / "a"), main="env.yml")
    assert (str(version), version.kind, version.tags) == ("churn-env:3", "image", {"team": "churn"})
    assert version.source == YAML
    assert {one["how"] for one in version.report} == {"kept", "mapped", "dropped", "conda"}


def test_the_same_again_is_no_new_version_and_other_content_is_refused(contributor, project, tmp_path):
    first = register_folder(contributor, project, write_yaml(tmp_path / "a"), main="env.yml")
    assert register_folder(contributor, project, write_yaml(tmp_path / "b"), main="env.yml") == first
    other = write_yaml(tmp_path / "c", YAML.replace("ubuntu20.04", "ubuntu22.04"))
    with pytest.raises(Refusal) as refused:
        register_folder(contributor, project, other, main="env.yml")
    assert (refused.value.code, refused.value.status) == ("version_taken", 409)
    assert "leave the version out" in refused.value.hint


def test_without_a_version_the_next_number_is_given(contributor, project, tmp_path):
    (folder := tmp_path / "a").mkdir()
    for packages in ("humanize==4.11.0", "humanize==4.12.0"):
        (folder / "requirements.txt").write_text(packages)
        version = register_folder(contributor, project, folder, given={"name": "words"})
    assert (str(version), version.kind) == ("words:2", "pip")


def test_a_build_context_is_kept_with_its_dockerfile(contributor, project, tmp_path):
    version = register_folder(contributor, project, write_context(tmp_path / "a"), main="env.yml")
    assert [file.path for file in manifest_of(version.context_id).files] == ["Dockerfile"]
    assert requirements_of(version).build == version.context_id
    (tmp_path / "a" / "env.yml").write_text("name: built\nbuild: {path: docker, dockerfile_path: Dockerfil}\n")
    with pytest.raises(Refusal, match="Dockerfil") as refused:
        register_folder(contributor, project, tmp_path / "a", main="env.yml")
    assert "Dockerfile" in refused.value.hint


@pytest.mark.parametrize("given", ["azureml:churn-env:3", "azureml:churn-env@latest", "churn-env", "azureml:churn-env"])
def test_a_name_of_the_project_is_resolved_to_its_content(contributor, project, tmp_path, given):
    version = register_folder(contributor, project, write_yaml(tmp_path / "a"), main="env.yml")
    found = resolve(contributor, project, given, tmp_path)
    assert (found.label, found.requirements) == ("churn-env:3", requirements_of(version))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("azureml:churn-en:3", "churn-env"),
        ("azureml:churn-env:4", "It has: 3."),
        ("azureml:churn-env@prod", "latest"),
        ("azureml:churn-env:3:4", "NAME:VERSION"),
        ("./nothing.yml", "zip"),
    ],
)
def test_a_name_that_is_none_is_told_with_the_nearest(contributor, project, tmp_path, given, said):
    register_folder(contributor, project, write_yaml(tmp_path / "a"), main="env.yml")
    with pytest.raises(Refusal) as refused:
        resolve(contributor, project, given, tmp_path)
    assert said in refused.value.hint


@pytest.mark.parametrize(
    "given",
    [
        "azureml:AzureML-sklearn-1.5@latest",
        "azureml:sklearn-1.5:4",
        "AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest",
        "azureml://registries/azureml/environments/sklearn-1.5/labels/latest",
        "azureml://registries/azureml/environments/sklearn-1.5/versions/12",
        "azureml:AzureML-Minimal@latest",
        "azureml:AzureML-lightgbm-3.3:1",
        "azureml:responsibleai-ubuntu20.04-py38-cpu@latest",
        "azureml:AzureML-ACPT-pytorch-1.13-py38-cuda11.7-gpu@latest",
        "azureml:AzureML-NobodyKnows:1",
    ],
)
def test_curated_names_are_served_and_it_is_said_by_what(contributor, project, tmp_path, given):
    found = resolve(contributor, project, given, tmp_path)
    assert "job.yml, line 1" in found.warnings[0]
    assert "serve" in found.warnings[0]


def test_the_projects_own_goes_before_a_curated_name(contributor, project, tmp_path):
    (folder := tmp_path / "a").mkdir()
    (folder / "requirements.txt").write_text("humanize==4.11.0")
    register_folder(contributor, project, folder, given={"name": "sklearn-1.5"})
    found = resolve(contributor, project, "azureml:sklearn-1.5@latest", tmp_path)
    assert (found.label, found.requirements.packages) == ("sklearn-1.5:1", ("humanize==4.11.0",))


def test_a_file_and_an_inline_definition_are_read_beside_the_job(contributor, project, tmp_path):
    write_conda(tmp_path / "envs")
    for given in ("./envs/conda.yml", ("{image: python:3.11, conda_file: envs/conda.yml}",)):
        found = resolve(contributor, project, given, tmp_path)
        assert "torch==2.1.*" in found.requirements.packages
        assert found.requirements.constraints == ("numpy<2",)


def test_of_an_environment_with_an_image_a_deployment_says_that_it_is_not_used(contributor, project, tmp_path):
    (tmp_path / "env.yml").write_text("name: own\nimage: registry.example.org/own:1\n")
    register_folder(contributor, project, tmp_path, main="env.yml")
    found = with_registered(project, {"environment": "azureml:own:1"})
    (said,) = image_said(project, found["environment"])
    assert "registry.example.org/own:1" in said
    assert "not used" in said
    assert image_said(project, "") == image_said(project, "azureml:others:1") == []


def test_an_archived_one_is_used_with_a_warning(contributor, project, tmp_path):
    version = register_folder(contributor, project, write_yaml(tmp_path / "a"), main="env.yml")
    archive(contributor, version.asset)
    assert "archived" in resolve(contributor, project, "azureml:churn-env:3", tmp_path).warnings[0]


def test_a_deployment_is_given_what_the_registered_environment_holds(contributor, project, tmp_path):
    (tmp_path / "requirements.txt").write_text("humanize==4.11.0")
    register_folder(contributor, project, tmp_path, given={"name": "words"})
    found = with_registered(project, {"environment": "azureml:words@latest", "instances": 2})
    assert (found["environment"], found["instances"]) == ("words:1", 2)
    assert tuple(found["requirements"]["packages"]) == ("humanize==4.11.0",)
    kept = {"environment": "azureml:others:1"}
    assert with_registered(project, kept) == kept
    with pytest.raises(Refusal, match="no version"):
        with_registered(project, {"environment": "azureml:words:7"})
