from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.client.conftest import Mlops
from tests.environments.files import write_context, write_yaml

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_environment_is_created_shown_and_downloaded_as_it_was(signed_in: Mlops, tmp_path: Path) -> None:
    file = write_yaml(tmp_path / "a") / "env.yml"
    made = signed_in("environment", "create", "-f", str(file), "-o", "json")
    assert made.status == 0, made.errors
    assert (made.value["name"], made.value["version"]) == ("churn-env", "3")
    assert "pytorch=2.1 → torch==2.1.*" in made.errors
    got = signed_in("environment", "download", "-n", "churn-env:3", "-p", str(tmp_path / "got.zip"), "-o", "json")
    assert got.status == 0, got.errors
    with zipfile.ZipFile(tmp_path / "got.zip") as archive:
        archive.extractall(tmp_path / "got")
    again = signed_in("environment", "create", "-f", str(tmp_path / "got/environment.yaml"), "-n", "b", "-o", "json")
    assert again.value["key"] == made.value["key"]
    assert signed_in("environment", "list", "--query", "[].name", "-o", "tsv").out == "b\nchurn-env\n"
    signed_in("environment", "archive", "-n", "b")
    assert signed_in("environment", "list", "--query", "[].name", "-o", "tsv").out == "churn-env\n"


def test_options_make_an_environment_without_a_file(signed_in: Mlops, tmp_path: Path) -> None:
    context = str(write_context(tmp_path / "a") / "docker")
    made = signed_in("environment", "create", "-n", "built", "--build-context", context, "-o", "json")
    assert (made.status, made.value["kind"]) == (0, "build"), made.errors
    made = signed_in(
        "environment",
        "create",
        "-n",
        "py",
        "--image",
        "python:3.11",
        "--tags",
        "team=x",
        "--version",
        "7",
        "-o",
        "json",
    )
    assert (made.value["version"], made.value["tags"]) == ("7", {"team": "x"}), made.errors
    assert signed_in("environment", "create", "-n", "nothing").status == 2


def test_curated_environments_are_listed_with_the_names_they_serve(signed_in: Mlops) -> None:
    listed = signed_in("environment", "list", "--curated", "-o", "json").value
    assert "AzureML-Minimal" in next(one for one in listed if one["name"] == "minimal")["served_names"]
