"""Folders of many files, and looks at rows that do not wait for a process."""

from __future__ import annotations

import os
import signal

import pytest

from mlops.blobs.stores import store
from mlops.blobs.trees import keep_folder, manifest_of
from mlops.datasets import arrivals, queries, warm
from mlops.formats.refusal import Refusal
from tests.datasets.people import imported
from tests.datasets.test_assets import tar_of

pytestmark = pytest.mark.django_db


def test_many_files_are_kept_together_and_all_of_them_are_there(contributor, project, tmp_path):
    files = {f"d{number % 7}/f{number}.txt": str(number % 900).encode() for number in range(1000)}
    tree = arrivals.keep_tar(contributor, project, source=tar_of(files)).tree
    assert tree.file_count == 1000
    assert all(store().exists(file.digest) for file in manifest_of(tree.digest).files)
    for path, content in files.items():
        (tmp_path / "copy" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "copy" / path).write_bytes(content)
    assert keep_folder(tmp_path / "copy").digest == tree.digest


def test_an_archive_that_is_refused_leaves_nothing_in_the_store(contributor, project, data_dir):
    with pytest.raises(Refusal):
        arrivals.keep_tar(contributor, project, source=tar_of({"good.txt": b"good", "../bad.txt": b"bad"}))
    assert [path for path in (data_dir / "blobs").rglob("*") if path.is_file()] == []


def test_rows_come_from_a_process_that_stays_and_is_replaced_when_it_dies(contributor, project):
    version = imported(contributor, project)
    first = queries.rows(version, offset=1, limit=1, columns=["price", "make"])
    assert (first["columns"], first["rows"]) == (["price", "make"], [[16500, "bmw"]])
    pid = warm._child.pid
    assert queries.rows(version, order="-price", limit=1)["rows"][0][0] == "bmw"
    assert warm._child.pid == pid
    os.killpg(pid, signal.SIGKILL)
    assert queries.rows(version)["row_count"] == 3
    with pytest.raises(Refusal, match="no column") as refused:
        queries.rows(version, columns=["prce"])
    assert refused.value.hint == "Did you mean 'price'?"
    warm._end()
