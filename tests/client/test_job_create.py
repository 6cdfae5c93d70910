from __future__ import annotations

from pathlib import Path

import pytest

from tests.client.conftest import Mlops
from tests.components.files import write_command
from tests.designer.test_exchange import OTHERS
from tests.execution.conftest import cars

__all__ = ["cars"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_pipeline_yaml_with_its_code_becomes_a_draft(signed_in: Mlops, cars, tmp_path: Path) -> None:
    folder = write_command(tmp_path / "a")
    (folder / "pipeline.yml").write_text(OTHERS)
    made = signed_in("job", "create", "-f", str(folder / "pipeline.yml"), "--draft", "-o", "json")
    assert made.status == 0, made.errors
    assert made.value["name"] == "Nyc taxi"
    assert "“experiment_name” has no meaning here" in made.errors


def test_a_pipeline_with_faults_says_where(signed_in: Mlops, cars, tmp_path: Path) -> None:
    folder = write_command(tmp_path / "a")
    (folder / "pipeline.yml").write_text(OTHERS.replace("clean_missing_data@latest", "nothing_like_it@latest"))
    made = signed_in("job", "create", "-f", str(folder / "pipeline.yml"))
    assert made.status == 3
    assert "pipeline.yml, line 25" in made.errors


def test_a_command_job_is_created_with_what_it_names(signed_in: Mlops, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("print(1)")
    (tmp_path / "job.yml").write_text("command: python a.py ${{inputs.n}}\ncode: src\ninputs: {n: 1}\ncompute: cpu\n")
    monkeypatch.chdir(tmp_path)
    words = ("--set", "inputs.n=2", "tags.a=b", "-g", "rg", "--workspace-name", "ws")
    made = signed_in("job", "create", "-f", "job.yml", "-n", "mine", *words, "-o", "json")
    assert made.status == 0, made.errors
    assert (made.value["name"], made.value["type"], made.value["status"]) == ("mine", "command", "Queued")
    assert made.value["inputs"] == {"n": 2}
    assert made.value["experiment_name"] == tmp_path.name
    assert made.value["tags"] == {"a": "b"}
    assert "“compute”" in made.errors
    assert "--resource-group, --workspace-name have no meaning here" in made.errors
    shown = signed_in("job", "show", "-n", "mine", "-o", "json")
    assert shown.value["id"] == made.value["id"]


def test_a_job_with_faults_tells_all_of_them(signed_in: Mlops, tmp_path: Path) -> None:
    (tmp_path / "job.yml").write_text("command: ls\ncode: ./nowhere\nenviroment: x\n")
    made = signed_in("job", "create", "-f", str(tmp_path / "job.yml"))
    assert made.status == 3
    assert "job.yml, line 3" in made.errors
    assert "Did you mean 'environment" in made.errors


def test_validating_tells_that_an_image_cannot_be_had(
    signed_in: Mlops, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    (tmp_path / "job.yml").write_text("command: echo a\nenvironment: {image: 'example.org/own:3'}\n")
    said = signed_in("job", "validate", "-f", str(tmp_path / "job.yml"), "-o", "json")
    assert said.status == 0, said.errors
    assert "No Docker engine answers" in said.errors
    assert any("example.org/own:3" in line for line in said.value["warnings"])
