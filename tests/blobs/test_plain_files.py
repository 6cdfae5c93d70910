"""Folders that anybody's code may have filled: what is kept of them, and that they can be removed."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from mlops.blobs.models import Blob
from mlops.blobs.plain_files import open_plain, plain_files, remove_folder
from mlops.blobs.stores import store
from mlops.blobs.trees import fetch_tree, keep_folder, keep_manifest, manifest_of
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal


@pytest.mark.django_db
def test_only_plain_files_are_kept(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "secret").write_text("tell nobody")
    (out / "good").write_text("1")
    os.symlink(tmp_path / "secret", out / "link")
    os.symlink(tmp_path, out / "folder")
    os.symlink("link", out / "again")
    os.mkfifo(out / "pipe")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(out / "socket"))
        assert [file.path for file in manifest_of(keep_folder(out).digest).files] == ["good"]


@pytest.mark.django_db
def test_a_folder_that_was_swapped_for_a_link_is_empty(tmp_path):
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "secret").write_text("tell nobody")
    os.symlink(tmp_path / "server", tmp_path / "out")
    assert manifest_of(keep_folder(tmp_path / "out").digest).files == ()


def test_a_pipe_in_the_place_of_a_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refusal, match="no plain file"):
        open_plain(tmp_path / "pipe")


@pytest.mark.parametrize("name", [b"not\xffutf8", b"line\nbreak", b"back\\slash"])
def test_a_name_that_cannot_be_kept_is_named(tmp_path, name):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("1")
    with pytest.raises(Refusal) as refused:
        list(plain_files(tmp_path))
    assert refused.value.code == "name_unusable"
    refused.value.message.encode()


def test_too_many_files_are_refused_before_they_are_read(tmp_path):
    for number in range(5):
        (tmp_path / str(number)).touch()
    with pytest.raises(Refusal) as refused:
        list(plain_files(tmp_path, most=4))
    assert refused.value.code == "too_many_files"


@pytest.fixture
def deep(tmp_path):
    """3,000 folders in one another: no path leads to the innermost."""
    (tmp_path / "deep").mkdir()
    place = os.open(tmp_path / "deep", os.O_RDONLY)
    for _level in range(3000):
        os.mkdir("d", dir_fd=place)
        inner = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=place))
    os.close(place)
    return tmp_path / "deep"


def test_what_is_too_deep_is_refused_and_can_be_removed(deep):
    with pytest.raises(Refusal) as refused:
        list(plain_files(deep))
    assert refused.value.code == "name_unusable"
    remove_folder(deep)
    assert not deep.exists()


def test_removing_follows_no_link_and_minds_no_modes(tmp_path):
    out = tmp_path / "out"
    (out / "closed" / "inner").mkdir(parents=True)
    (tmp_path / "other").write_text("stays")
    os.symlink(tmp_path, out / "closed" / "up")
    (out / "closed").chmod(0)
    remove_folder(out)
    assert not out.exists()
    assert (tmp_path / "other").read_text() == "stays"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["../evil", "/srv/evil", "a/../../evil"])
def test_a_tree_is_never_laid_out_outside_its_folder(tmp_path, path):
    (tmp_path / "x").write_text("1")
    digest = manifest_of(keep_folder(tmp_path).digest).files[0].digest
    tree = keep_manifest(Manifest(files=(File(path=path, digest=digest, size_bytes=1),)))
    with pytest.raises(Refusal):
        fetch_tree(tree.digest, tmp_path / "in")
    assert store().exists(digest)
    assert Blob.objects.filter(digest=digest).exists()
    assert not (tmp_path / "evil").exists()
