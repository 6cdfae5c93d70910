from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlops.client.commands.token import expiry
from mlops.client.deployment_file import bytes_of
from mlops.client.errors import WrongUsage
from mlops.client.names import split_version
from tests.client.conftest import Mlops

pytestmark = pytest.mark.django_db(transaction=True)


def _csv(tmp_path: Path) -> Path:
    path = tmp_path / "cars.csv"
    path.write_text("make,price\naudi,13495\nbmw,16500\n")
    return path


def test_a_file_becomes_a_dataset(signed_in: Mlops, tmp_path: Path) -> None:
    made = signed_in("data", "create", "--name", "cars", "--path", str(_csv(tmp_path)), "--no-wait", "-o", "json")
    assert made.status == 0, made.errors
    assert made.value["name"] == "cars"
    assert (made.value["version"], made.value["type"]) == ("1", "uri_file")
    assert signed_in("data", "list", "--query", "[].name", "-o", "tsv").out == "cars\n"


def test_a_data_document_names_its_file_beside_it(signed_in: Mlops, tmp_path: Path) -> None:
    _csv(tmp_path)
    document = tmp_path / "data.yml"
    document.write_text("name: cars\ntype: uri_file\npath: cars.csv\nversion: 2024-01\nstage: Production\n")
    made = signed_in("data", "create", "-f", str(document), "--no-wait", "--set", "tags.area=cars", "-o", "json")
    assert made.value["version"] == "2024-01"
    assert made.value["tags"] == {"area": "cars"}
    assert "line 5: “stage” has no meaning here" in made.errors


def test_a_folder_goes_up_without_what_is_ignored_and_comes_back(signed_in: Mlops, tmp_path: Path) -> None:
    folder = tmp_path / "images"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.txt").write_text("a" * 300_000)
    (folder / "b.log").write_text("b")
    (folder / ".amlignore").write_text("*.log\n")
    made = signed_in("data", "create", "-n", "images", "--path", str(folder), "--no-wait", "-o", "json")
    assert (made.value["type"], made.value["files"]) == ("uri_folder", 1)
    assert signed_in("data", "download", "-n", "images", "--download-path", str(tmp_path / "back")).status == 0
    assert (tmp_path / "back" / "images" / "deep" / "a.txt").read_text() == "a" * 300_000


def test_a_version_is_archived_restored_tagged_and_listed(signed_in: Mlops, tmp_path: Path) -> None:
    for version in ("1", "2024-01"):
        signed_in("data", "create", "-n", "cars", "-v", version, "--path", str(_csv(tmp_path)), "--no-wait")
    assert signed_in("data", "archive", "-n", "cars", "-v", "2024-01").status == 0
    assert signed_in("data", "list", "-n", "cars", "--query", "[].version", "-o", "tsv").out == "1\n"
    assert signed_in("data", "show", "-n", "cars", "-l", "latest", "--query", "version", "-o", "tsv").out == "1\n"
    assert signed_in("data", "restore", "-n", "cars:2024-01").status == 0
    updated = signed_in("data", "update", "-n", "cars", "--set", "tags.area=cars", "-o", "json")
    assert updated.value["tags"] == {"area": "cars"}
    assert "There are: 2024-01, 1" in signed_in("data", "show", "-n", "cars", "-v", "9").errors


def test_an_empty_folder_is_refused_with_code_message_and_hint(signed_in: Mlops, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    said = signed_in("data", "create", "--name", "none", "--path", str(tmp_path / "none"), "-o", "json")
    assert said.status == 3
    assert set(json.loads(said.errors)) == {"code", "message", "hint"}


def test_an_unknown_name_suggests_the_nearest(signed_in: Mlops, tmp_path: Path) -> None:
    signed_in("data", "create", "--name", "cars", "--path", str(_csv(tmp_path)), "--no-wait")
    said = signed_in("data", "show", "-n", "crs")
    assert said.status == 3
    assert "hint: Did you mean 'cars'?" in said.errors


def test_the_raw_file_comes_back_byte_by_byte(signed_in: Mlops, tmp_path: Path) -> None:
    source, target = _csv(tmp_path), tmp_path / "back.csv"
    signed_in("data", "create", "--name", "cars", "--path", str(source), "--no-wait")
    assert signed_in("data", "download", "-n", "cars", "--download-path", str(target)).status == 0
    assert target.read_bytes() == source.read_bytes()


def test_files_become_a_model_that_is_found_by_its_tag(signed_in: Mlops, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "deep").mkdir(parents=True)
    (folder / "weights.bin").write_bytes(b"1")
    (folder / "deep" / "notes.txt").write_text("2")
    made = signed_in(
        "model", "create", "--name", "churn", "--path", str(folder), "--set-tag", "Area=Churn", "-o", "json"
    )
    assert made.status == 0, made.errors
    assert signed_in("model", "list", "--tag", "Area=Churn", "--query", "[].name", "-o", "tsv").out == "churn\n"
    assert signed_in("model", "list", "--tag", "Area=Price", "-o", "json").value == []
    assert signed_in("model", "show", "-n", "churn:1", "-o", "json").value["version"] == 1


def test_a_model_takes_the_version_of_its_file(signed_in: Mlops, tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"1")
    (tmp_path / "model.yml").write_text("name: churn\nversion: 7\npath: weights.bin\ntype: custom_model\n")
    words = ("model", "create", "-f", str(tmp_path / "model.yml"), "--query", "version", "-o", "tsv")
    assert signed_in(*words).out == "7\n"
    assert "“one” is no whole number" in signed_in(*words, "--version", "one").errors


def test_fields_of_a_model_are_given_without_a_file_too(signed_in: Mlops, tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"1")
    words = ("model", "create", "-n", "churn", "--path", str(tmp_path / "weights.bin"), "--set")
    assert signed_in(*words, "properties.origin=vendor", "-o", "json").value["properties"]["origin"] == "vendor"
    assert "properties" in signed_in(*words, "propertys.origin=vendor").errors


def test_a_models_files_come_as_a_folder_or_as_an_archive(signed_in: Mlops, tmp_path: Path) -> None:
    import zipfile

    (tmp_path / "weights.bin").write_bytes(b"1")
    signed_in("model", "create", "--name", "churn", "--path", str(tmp_path / "weights.bin"))
    said = signed_in("model", "download", "-n", "churn", "-p", str(tmp_path / "new"), "-o", "json")
    assert (Path(said.value["path"]) / "weights.bin").read_bytes() == b"1"
    assert [one.name for one in (tmp_path / "new/churn-1").iterdir()] == ["weights.bin"]
    assert "not empty" in signed_in("model", "download", "-n", "churn", "-p", str(tmp_path / "new")).errors
    said = signed_in("model", "download", "-n", "churn", "-p", str(tmp_path / "churn.zip"), "-o", "json")
    assert zipfile.ZipFile(said.value["path"]).namelist() == ["churn-1/weights.bin"]


def test_an_endpoint_is_made_shown_and_deleted(signed_in: Mlops) -> None:
    assert signed_in("online-endpoint", "create", "-n", "prices").status == 0
    uri = signed_in("online-endpoint", "show", "-n", "prices", "--query", "scoring_uri", "-o", "tsv").out
    assert uri.strip().endswith("/endpoints/churn/prices/score")
    keys = signed_in("online-endpoint", "get-credentials", "-n", "prices", "-o", "json").value
    assert keys["primaryKey"] != keys["secondaryKey"]
    renewed = signed_in("online-endpoint", "regenerate-keys", "-n", "prices", "-o", "json").value
    assert renewed["primaryKey"] != keys["primaryKey"]
    assert renewed["secondaryKey"] == keys["secondaryKey"]
    assert signed_in("online-endpoint", "delete", "-n", "prices", "-y").status == 0
    assert signed_in("online-endpoint", "show", "-n", "prices").status == 3


def test_traffic_that_is_no_number_is_wrong_usage(signed_in: Mlops) -> None:
    said = signed_in("online-endpoint", "update", "-n", "prices", "--traffic", "blue=many")
    assert said.status == 2
    assert "traffic_unreadable" in said.errors


def test_a_token_is_printed_alone_and_works(signed_in: Mlops, monkeypatch: pytest.MonkeyPatch) -> None:
    token = signed_in("token", "create", "--name", "ci", "--expires", "30d", "-o", "tsv").out.strip()
    monkeypatch.setenv("MLOPS_TOKEN", token)
    assert signed_in("model", "list").status == 0


def test_a_wrong_token_is_refused(signed_in: Mlops, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_TOKEN", "mls_wrong")
    said = signed_in("model", "list")
    assert said.status == 3
    assert "code: not_signed_in" in said.errors


def test_login_is_remembered(signed_in: Mlops, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    url, token = os.environ["MLOPS_URL"], os.environ["MLOPS_TOKEN"]
    for name in ("MLOPS_URL", "MLOPS_TOKEN", "MLOPS_DATA_DIR"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert signed_in("login", url, "--token", "mls_wrong").status == 3
    assert signed_in("login", url, "--token", token).status == 0
    assert signed_in("model", "list").status == 0


def test_versions_are_read_as_azure_writes_them() -> None:
    assert split_version("azureml:churn:3") == ("churn", "3")
    assert split_version("churn@latest") == ("churn", "latest")
    assert split_version("churn") == ("churn", "")


def test_amounts_of_memory_and_time_are_read() -> None:
    assert bytes_of("0.5Gi") == 512 * 1024**2
    assert expiry("") is None
    with pytest.raises(WrongUsage):
        expiry("soon")


def test_a_workspace_is_a_project(signed_in: Mlops) -> None:
    made = signed_in("workspace", "create", "-n", "second", "--display-name", "Second", "-g", "rg", "-o", "json")
    assert made.status == 0, made.errors
    assert (made.value["slug"], made.value["name"]) == ("second", "Second")
    assert "second" in signed_in("workspace", "list", "--query", "[].slug", "-o", "tsv").out.split()
    assert "Did you mean 'second'?" in signed_in("workspace", "show", "-n", "secnd").errors
    assert signed_in("workspace", "show", "-n", "second", "-o", "none").out == ""


def test_fields_of_components_and_environments_are_given_anew(signed_in: Mlops, tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(
        "type: command\nname: say\nversion: 1\ncommand: echo a\nenvironment: azureml:mlops-studio@latest\n"
        "outputs: {o: {type: uri_folder}}\n"
    )
    made = signed_in("component", "create", "-f", str(tmp_path / "c.yml"), "--set", "version=7", "description=Says a.")
    assert (made.value["version"], made.value["description"]) == ("7", "Says a.")
    assert len(signed_in("component", "list", "-n", "say", "-o", "json").value) == 1
    (tmp_path / "e.yml").write_text("name: plain\nimage: python:3.12\n")
    made = signed_in("environment", "create", "-f", str(tmp_path / "e.yml"), "--set", "tags.a=1", "name=other")
    assert made.status == 0, made.errors
    assert (made.value["name"], made.value["tags"]) == ("other", {"a": "1"})
