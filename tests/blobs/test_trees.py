"""Folders in and out of the store."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops.blobs.models import Blob
from mlops.blobs.stores import store
from mlops.blobs.stores.disk import DiskStore
from mlops.blobs.trees import (
    BlobDamaged,
    BlobMissing,
    fetch_tree,
    is_whole,
    keep_folder,
    keep_stream,
    open_file,
)
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db


def folder_with(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "made"
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_equal_bytes_are_kept_once():
    first, second = keep_stream(io.BytesIO(b"abc")), keep_stream(io.BytesIO(b"abc"))
    assert first.digest == second.digest
    assert Blob.objects.count() == 1


def test_a_folder_comes_back_as_it_went_in(tmp_path):
    tree = keep_folder(folder_with(tmp_path, a="1", deep__b="2"))
    fetch_tree(tree.digest, tmp_path / "back")
    assert (tmp_path / "back/a").read_text() == "1"
    assert (tmp_path / "back/deep/b").read_text() == "2"


def test_equal_folders_have_equal_digests(tmp_path):
    one = keep_folder(folder_with(tmp_path / "one", a="1", b="2"))
    two = keep_folder(folder_with(tmp_path / "two", b="2", a="1"))
    assert one.digest == two.digest


def test_a_tree_without_one_of_its_blobs_is_not_whole(tmp_path):
    tree = keep_folder(folder_with(tmp_path, a="1"))
    assert is_whole(tree.digest)
    store().delete(keep_stream(io.BytesIO(b"1")).digest)
    assert not is_whole(tree.digest)


def test_half_of_a_blob_is_refused_where_it_is_read_and_whole_when_it_is_kept_again(tmp_path):
    tree = keep_folder(folder_with(tmp_path, a="12"))
    damage(keep_stream(io.BytesIO(b"12")).digest)
    assert not is_whole(tree.digest)
    with pytest.raises(BlobDamaged, match="not all of them are there"):
        fetch_tree(tree.digest, tmp_path / "back")
    keep_stream(io.BytesIO(b"12"))
    fetch_tree(tree.digest, tmp_path / "back")
    assert (tmp_path / "back/a").read_text() == "12"


def test_a_tree_whose_list_of_files_is_damaged_is_refused(tmp_path):
    tree = keep_folder(folder_with(tmp_path, a="1"))
    damage(tree.digest)
    assert not is_whole(tree.digest)
    with pytest.raises(BlobDamaged):
        open_file(tree.digest, "a")


def test_a_file_without_its_blob_is_refused_with_the_reason(tmp_path):
    tree = keep_folder(folder_with(tmp_path, a="1"))
    store().delete(keep_stream(io.BytesIO(b"1")).digest)
    with pytest.raises(BlobMissing):
        fetch_tree(tree.digest, tmp_path / "back")


WRITES = """
import sys, time
from pathlib import Path
from mlops.blobs.stores.disk import DiskStore

class Slow:
    begun = False
    def read(self, size):
        if self.begun:
            print("half of it is written", flush=True)
            time.sleep(60)
        self.begun = True
        return b"x" * size

DiskStore(Path(sys.argv[1])).put(Slow())
"""


def test_a_process_that_is_killed_while_it_writes_leaves_no_blob(tmp_path):
    with subprocess.Popen([sys.executable, "-c", WRITES, str(tmp_path)], stdout=subprocess.PIPE) as writing:
        assert writing.stdout is not None
        assert writing.stdout.readline()
        writing.kill()
    there = DiskStore(tmp_path)
    assert list(there.listed()) == []
    assert len(list(there.beside.iterdir())) == 1


def damage(digest: str) -> None:
    """As a disk does that lost its power."""
    path = store()._path(digest)
    path.chmod(0o644)
    os.truncate(path, path.stat().st_size - 1)


def test_a_file_that_is_not_in_the_tree_is_refused_by_name(tmp_path):
    tree = keep_folder(folder_with(tmp_path, a="1"))
    with pytest.raises(Refusal, match="“b”"):
        open_file(tree.digest, "b")


def test_stored_bytes_cannot_be_written_through_a_fetched_file(tmp_path):
    tree = keep_folder(folder_with(tmp_path, a="1"))
    fetch_tree(tree.digest, tmp_path / "back")
    assert (tmp_path / "back/a").stat().st_mode & 0o222 == 0
