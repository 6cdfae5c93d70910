"""The page of a data asset of files: folders, a look at texts and images, differences, and what its source became."""

from __future__ import annotations

import pytest

from mlops.datasets import assets
from tests.datasets.people import imported
from tests.datasets.test_assets import file_asset, folder_asset
from tests.datasets.test_comparing import NEW, OLD

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def page(client, of, **wanted) -> str:
    answer = client.get(f"/datasets/{of.dataset_id}/", wanted)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_folder_shows_its_files_and_what_is_in_them(client, reader, contributor, project):
    client.force_login(reader)
    version = folder_asset(contributor, project, {"a/note.txt": b"<b>hello</b>", "a/cat.png": PNG, "b.bin": b"\0\1"})
    top = page(client, version)
    assert "?tab=files&amp;version=1&amp;below=a" in top
    assert "Preview" not in top
    assert "&lt;b&gt;hello&lt;/b&gt;" in page(client, version, tab="files", file="a/note.txt")
    assert "neither text nor an image" in page(client, version, tab="files", file="b.bin")
    assert "file/?path=a/cat.png" in page(client, version, tab="files", file="a/cat.png")


@pytest.mark.parametrize(
    ("path", "content", "kind", "is_inline"),
    [
        ("cat.png", PNG, "image/png", True),
        ("evil.png", b"<script>alert(1)</script>", "application/octet-stream", False),
        ("page.html", b"<script>alert(1)</script>", "application/octet-stream", False),
        ("drawing.svg", b"<svg onload='alert(1)'/>", "application/octet-stream", False),
    ],
)
def test_no_browser_runs_what_somebody_uploaded(client, contributor, project, path, content, kind, is_inline):
    client.force_login(contributor)
    version = folder_asset(contributor, project, {path: content})
    answer = client.get(f"/datasets/{version.dataset_id}/versions/1/file/", {"path": path})
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"].startswith("inline" if is_inline else "attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert b"".join(answer.streaming_content) == content


def test_a_path_that_is_none_is_no_fault(client, contributor, project):
    client.force_login(contributor)
    version = folder_asset(contributor, project)
    assert client.get(f"/datasets/{version.dataset_id}/versions/1/file/?path=../x").status_code == 404
    assert client.get(f"/datasets/{version.dataset_id}/?tab=files&below=none").status_code == 404


def test_two_versions_of_a_table_are_told_apart(client, contributor, project):
    client.force_login(contributor)
    imported(contributor, project, OLD)
    version = imported(contributor, project, NEW)
    text = page(client, version, tab="difference", version="2", key="id")
    assert "new: year" in text
    assert "Keys of rows that changed" in text
    assert "Distribution of price" in text
    assert "Did you mean" in page(client, version, tab="difference", version="2", key="mke")


def test_a_file_that_is_a_table_has_rows_and_a_file(client, contributor, project):
    client.force_login(contributor)
    version = file_asset(contributor, project)
    assert "13495" in page(client, version, tab="preview")
    assert "Skewness" in page(client, version, tab="profile")
    assert "azureml:cars:1" in page(client, version, tab="details")


def test_an_archived_version_says_so_and_the_newest_other_one_is_shown(client, contributor, project):
    client.force_login(contributor)
    folder_asset(contributor, project)
    second = folder_asset(contributor, project, {"new.txt": b"x"})
    client.post(f"/datasets/{second.dataset_id}/versions/2/act/", {"act": "archive"})
    assert "new.txt" not in page(client, second)
    assert "is archived since" in page(client, second, version="2")
    assets.restore(contributor, second.dataset, version=second)


def test_equal_content_is_said_among_the_versions(client, contributor, project):
    client.force_login(contributor)
    folder_asset(contributor, project, version="2024-01")
    folder_asset(contributor, project, {"b.txt": b"b"})
    third = folder_asset(contributor, project, version="again")
    assert "equal to 2024-01" in page(client, third, tab="versions")
