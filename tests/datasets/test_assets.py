"""Data assets: files, folders and tables by name and version, and what is refused."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from mlops.blobs.trees import manifest_of
from mlops.datasets import arrivals, assets, versions
from mlops.datasets.browsing import listing
from mlops.datasets.importing import import_version
from mlops.datasets.palette import palette
from mlops.datasets.queries import node_output
from mlops.datasets.references import resolve_data
from mlops.formats.refusal import Refusal
from tests.datasets.people import CARS, imported

pytestmark = pytest.mark.django_db
FOLDER = {"a/one.txt": b"one", "a/two.txt": b"two", "three.csv": b"x,y\n1,2\n"}


def tar_of(files: dict[str, bytes]) -> io.BytesIO:
    place = io.BytesIO()
    with tarfile.open(fileobj=place, mode="w") as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    place.seek(0)
    return place


def folder_asset(actor, project, files=None, **fields):
    tree = arrivals.keep_tar(actor, project, source=tar_of(files or FOLDER)).tree
    version = assets.create_asset(actor, project, assets.NewAsset(**{"name": "notes", **fields}), files=tree)
    import_version(version.pk)
    version.refresh_from_db()
    return version


def file_asset(actor, project, content=CARS, file_name="cars.csv", **fields):
    tree = arrivals.keep_one(actor, project, source=io.BytesIO(content), file_name=file_name).tree
    new = assets.NewAsset(**{"name": "cars", "type": "uri_file", **fields})
    version = assets.create_asset(actor, project, new, files=tree)
    import_version(version.pk)
    version.refresh_from_db()
    return version


def test_a_folder_is_kept_and_listed_folder_by_folder(contributor, project):
    version = folder_asset(contributor, project)
    assert (version.state, version.files.file_count, version.tree) == ("ready", 3, None)
    top = listing(version)
    assert [(entry.name, entry.is_folder, entry.files) for entry in top.entries] == [
        ("a", True, 2),
        ("three.csv", False, 1),
    ]
    assert [entry.path for entry in listing(version, below="a").entries] == ["a/one.txt", "a/two.txt"]


def test_a_file_that_is_a_table_has_schema_and_profile_and_feeds_the_designer(contributor, project):
    version = file_asset(contributor, project)
    assert [column["name"] for column in version.schema["columns"]] == ["make", "price", "doors"]
    assert version.profile
    assert version.row_count == 3
    assert node_output(version) == {"type": "table", "tree": version.tree_id}
    assert [(offer["name"], offer["type"]) for offer in palette(project)] == [("cars", "table")]


def test_a_file_that_is_no_table_is_kept_and_says_why(contributor, project):
    version = file_asset(contributor, project, b"\x89PNG\r\n\x1a\n", "cat.png", name="cat")
    assert (version.state, version.schema) == ("ready", None)
    assert "PNG image" in version.warnings[0]
    assert node_output(version) == {"type": "any", "tree": version.files_id}


def test_a_version_is_a_number_or_a_text(contributor, project):
    first = folder_asset(contributor, project, version="2024-01")
    second = folder_asset(contributor, project, {"b.txt": b"b"}, version="7")
    third = folder_asset(contributor, project, {"c.txt": b"c"})
    assert [str(one) for one in (first, second, third)] == ["notes:2024-01", "notes:7", "notes:8"]
    assert versions.named(project, "notes", "2024-01") == first
    assert versions.named(project, "notes", "latest") == third


def test_the_same_version_again_is_the_same_only_with_equal_content(contributor, project):
    first = folder_asset(contributor, project, version="2024-01")
    assert folder_asset(contributor, project, version="2024-01") == first
    with pytest.raises(Refusal, match="never changes") as refused:
        folder_asset(contributor, project, {"other.txt": b"x"}, version="2024-01")
    assert refused.value.code == "version_exists"


@pytest.mark.parametrize("version", ["latest", "0", "a b", "../x", "x" * 101])
def test_a_version_that_nobody_could_name_is_refused(contributor, project, version):
    with pytest.raises(Refusal) as refused:
        folder_asset(contributor, project, version=version)
    assert refused.value.code == "version_invalid"


def test_an_asset_keeps_its_type(contributor, project):
    folder_asset(contributor, project)
    with pytest.raises(Refusal) as refused:
        file_asset(contributor, project, name="notes")
    assert refused.value.code == "another_type"


def test_archived_is_out_of_latest_and_still_there_by_name(contributor, project):
    first = folder_asset(contributor, project)
    second = folder_asset(contributor, project, {"b.txt": b"b"})
    assets.archive(contributor, second.dataset, version=second)
    assert versions.named(project, "notes") == first
    assert versions.named(project, "notes", "2") == second
    assets.restore(contributor, second.dataset, version=second)
    assert versions.named(project, "notes") == second


def test_a_reader_may_not_add(reader, project):
    with pytest.raises(Refusal) as refused:
        arrivals.keep_tar(reader, project, source=tar_of(FOLDER))
    assert refused.value.status == 403


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "C:/x", "a\\..\\..\\x", "x\ny"])
def test_a_path_that_leads_out_is_refused(contributor, project, path):
    with pytest.raises(Refusal) as refused:
        arrivals.keep_tar(contributor, project, source=tar_of({path: b"x"}))
    assert refused.value.code == "unsafe_path"


@pytest.mark.parametrize(
    ("kind", "code"),
    [(tarfile.SYMTYPE, "link_refused"), (tarfile.LNKTYPE, "link_refused"), (tarfile.CHRTYPE, "special_file_refused")],
)
def test_links_and_devices_are_refused(contributor, project, kind, code):
    place = io.BytesIO()
    with tarfile.open(fileobj=place, mode="w") as archive:
        entry = tarfile.TarInfo("innocent")
        entry.type, entry.linkname = kind, "/etc/passwd"
        archive.addfile(entry)
    place.seek(0)
    with pytest.raises(Refusal) as refused:
        arrivals.keep_tar(contributor, project, source=place)
    assert refused.value.code == code


def test_a_cut_archive_is_refused_and_a_file_is_no_folder(contributor, project):
    whole = tar_of({"a.bin": b"x" * 5000}).getvalue()
    with pytest.raises(Refusal) as refused:
        arrivals.keep_tar(contributor, project, source=io.BytesIO(whole[:2000]))
    assert refused.value.code == "archive_damaged"
    with pytest.raises(Refusal, match="at once"):
        arrivals.keep_tar(contributor, project, source=tar_of({"a": b"1", "a/b": b"2"}))


def paths_of(reference) -> list[str]:
    return [file.path for file in manifest_of(reference.tree).files]


def test_references_to_assets_become_trees(contributor, project):
    folder_asset(contributor, project, version="2024-01")
    file_asset(contributor, project)
    table = imported(contributor, project, name="Cars table")
    folder = resolve_data(contributor, project, "azureml:notes:2024-01", form="uri_folder")
    assert (paths_of(folder), folder.dataset, folder.version) == (["a/one.txt", "a/two.txt", "three.csv"], "notes", 1)
    assert paths_of(resolve_data(contributor, project, "azureml:cars@latest", form="uri_file")) == ["cars.csv"]
    assert "MLTable" in paths_of(resolve_data(contributor, project, "azureml:cars:1", form="mltable"))
    raw = resolve_data(contributor, project, f"azureml:{table.dataset.name}:1", form="uri_file")
    assert (paths_of(raw), raw.is_single) == (["cars.csv"], True)


def test_the_long_address_of_a_workspace_names_the_same(contributor, project):
    version = file_asset(contributor, project)
    text = "azureml://subscriptions/s/resourcegroups/r/workspaces/w/data/cars/versions/1"
    assert resolve_data(contributor, project, text, form="uri_file").tree == version.files_id


def test_a_path_beside_the_file_is_kept_and_one_outside_refused(contributor, project, tmp_path: Path):
    (tmp_path / "sent" / "data").mkdir(parents=True)
    (tmp_path / "sent" / "data" / "x.csv").write_bytes(CARS)
    (tmp_path / "secret.txt").write_text("secret")
    sent = {"folder": tmp_path / "sent", "beside": "jobs/job.yml"}
    assert paths_of(resolve_data(contributor, project, "../data", form="uri_folder", **sent)) == ["x.csv"]
    assert paths_of(resolve_data(contributor, project, "../data/x.csv", form="uri_file", **sent)) == ["x.csv"]
    with pytest.raises(Refusal) as refused:
        resolve_data(contributor, project, "../../secret.txt", form="uri_file", **sent)
    assert refused.value.code == "path_outside"


@pytest.mark.parametrize(
    ("reference", "form", "code"),
    [
        ("azureml:nots:1", "uri_folder", "dataset_unknown"),
        ("azureml:notes:9", "uri_folder", "version_unknown"),
        ("azureml:notes:1", "uri_file", "data_type_mismatch"),
        ("azureml:notes:1", "mltable", "data_type_mismatch"),
        ("azureml:notes@newest", "uri_folder", "label_unknown"),
        ("azureml://jobs/none/outputs/model", "uri_folder", "job_unknown"),
        ("azureml://jobs/none", "uri_folder", "reference_invalid"),
        ("gopher://x/y", "uri_folder", "reference_invalid"),
        ("./data", "uri_folder", "input_local"),
    ],
)
def test_a_bad_reference_is_refused_by_name(contributor, project, reference, form, code):
    folder_asset(contributor, project)
    with pytest.raises(Refusal) as refused:
        resolve_data(contributor, project, reference, form=form)
    assert refused.value.code == code
