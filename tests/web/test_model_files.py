"""People look at the files of a version without downloading them, and nothing of them runs."""

from __future__ import annotations

import io

import pytest

from mlops.registry import actions

pytestmark = pytest.mark.django_db

FILES = {
    "model/MLmodel": b"flavors:\n  sklearn: {}\n",
    "model/report.html": b"<script>alert(1)</script>",
    "model/weights.bin": b"\x00\xff",
    "plot.png": b"\x89PNG",
}


@pytest.fixture
def seen(client, owner, project):
    kept = actions.keep_files(owner, project, files=[(path, io.BytesIO(content)) for path, content in FILES.items()])
    version = actions.register(owner, project, name="shop", tree=kept)
    client.force_login(owner)
    return lambda file: client.get(
        f"/models/{version.model_id}/1/", {"tab": "artifacts", "file": file}
    ).content.decode()


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ("model/MLmodel", "flavors:\n  sklearn: {}"),
        ("model/report.html", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("model/weights.bin", "Neither text nor a picture"),
        ("plot.png", "A picture: download it"),
        ("model/MLmodl", "This version has no file “model/MLmodl”."),
    ],
)
def test_a_file_of_a_version_is_shown_in_place_as_text(seen, file, shown):
    found = seen(file)
    assert shown in found
    assert "<script>alert" not in found
