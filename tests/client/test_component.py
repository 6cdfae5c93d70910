from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.client.conftest import Mlops
from tests.components.files import YAML, write_command, write_function

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_component_is_created_shown_and_downloaded_as_it_was(signed_in: Mlops, tmp_path: Path) -> None:
    made = signed_in("component", "create", "-f", str(write_command(tmp_path / "a") / "component.yaml"), "-o", "json")
    assert made.status == 0, made.errors
    assert (made.value["name"], made.value["version"]) == ("cap_prices", "1.2.0")
    assert "The curated environment" in made.errors
    got = signed_in("component", "download", "-n", "cap_prices:1.2.0", "-p", str(tmp_path / "got.zip"), "-o", "json")
    assert got.status == 0, got.errors
    with zipfile.ZipFile(tmp_path / "got.zip") as archive:
        archive.extractall(tmp_path / "got")
    again = signed_in("component", "create", "-f", str(tmp_path / "got" / "component.yaml"), "-o", "json")
    assert again.value["digest"] == made.value["digest"]


def test_a_python_function_becomes_a_component(signed_in: Mlops, tmp_path: Path) -> None:
    file = write_function(tmp_path / "a") / "double.py"
    made = signed_in("component", "create", "-f", str(file), "--version", "7", "-o", "json")
    assert (made.value["kind"], made.value["version"]) == ("function", "7")
    assert signed_in("component", "list", "--query", "[].name", "-o", "tsv").out == "double\n"
    signed_in("component", "archive", "-n", "double")
    assert signed_in("component", "list", "--query", "[].name", "-o", "tsv").out == ""
    assert signed_in("component", "restore", "-n", "double").status == 0


def test_a_file_that_the_yaml_names_and_is_not_there_is_told(signed_in: Mlops, tmp_path: Path) -> None:
    folder = write_command(tmp_path / "a", yaml=YAML.replace("./src", "./source"))
    made = signed_in("component", "create", "-f", str(folder / "component.yaml"))
    assert made.status == 3
    assert "./source" in made.errors
