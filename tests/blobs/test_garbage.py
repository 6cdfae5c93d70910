"""Bytes that nothing holds go, after their grace; everything else stays, also while others write."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from mlops.blobs import garbage
from mlops.blobs.models import Blob, Tree
from mlops.blobs.stores import store
from mlops.blobs.trees import is_whole, keep_folder, keep_stream
from mlops.lineage.models import Serving
from mlops.runs.logging import log_artifact
from mlops.runs.models import Run, Step
from mlops.server.storage import define
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db
NOW = timedelta(0)


def kept(text: str) -> Blob:
    return keep_stream(io.BytesIO(text.encode()))


def tree(folder, text: str) -> str:
    folder.mkdir()
    (folder / "file.txt").write_text(text)
    return keep_folder(folder).digest


@pytest.fixture
def run(contributor, project):
    return past_run(contributor, project)


def test_what_rows_trees_and_small_files_name_stays_and_the_rest_goes(run, tmp_path):
    logged, named, loose = kept("logged"), kept("named in a file"), kept("loose")
    index = kept(f'{{"part": "{named.digest}"}}')
    log_artifact(run, "logged.txt", logged)
    log_artifact(run, "index.json", index)
    output, lost = tree(tmp_path / "a", "output"), tree(tmp_path / "b", "lost")
    Step.objects.filter(run=run, node="data").update(outputs={"out": {"type": "any", "tree": output}})
    done = garbage.collect(grace=NOW)
    assert done.removed == 3  # the loose blob, the lost tree and its file
    assert is_whole(output)
    assert all(store().exists(one.digest) for one in (logged, named, index))
    assert not store().exists(loose.digest)
    assert not Tree.objects.filter(digest=lost).exists()


def test_what_an_endpoint_once_served_is_remembered_and_its_bytes_go_with_their_model(project, tmp_path):
    served = tree(tmp_path / "model", "weights")
    state = {"deployments": [{"name": "blue", "model_tree": served}]}
    past = Serving.objects.create(project=project, endpoint_id=uuid4(), endpoint="x", at=timezone.now(), state=state)
    garbage.collect(grace=NOW)
    assert not Tree.objects.filter(digest=served).exists()
    past.refresh_from_db()
    assert past.state == state


def test_a_dry_run_tells_the_bytes_and_removes_nothing(run):
    loose = kept("x" * 1_000)
    found = garbage.find(grace=NOW)
    assert (found.condemned, found.condemned_bytes) == (1, 1_000)
    assert store().exists(loose.digest)


def test_bytes_are_condemned_first_and_go_only_after_the_grace(run):
    loose, grace = kept("loose"), timedelta(hours=1)
    Blob.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert garbage.collect(grace=grace).removed == 0
    assert Blob.objects.get(pk=loose.pk).condemned_at is not None
    assert garbage.collect(grace=grace).removed == 0
    past = timezone.now() - timedelta(hours=2)
    Blob.objects.update(condemned_at=past)
    os.utime(store()._path(loose.digest), (past.timestamp() - 60,) * 2)  # type: ignore[attr-defined]
    assert garbage.collect(grace=grace).removed == 1


def test_bytes_that_somebody_keeps_again_after_they_were_condemned_stay(run):
    loose = kept("loose")
    Blob.objects.update(condemned_at=timezone.now() - timedelta(seconds=5))
    again = kept("loose")  # in a transaction that is not seen yet
    assert again.digest == loose.digest
    assert not garbage._remove_one(loose.digest, Blob.objects.get(pk=loose.pk).condemned_at)
    assert store().exists(loose.digest)
    assert Blob.objects.get(pk=loose.pk).condemned_at is None


def test_what_is_held_again_is_pardoned(run):
    blob = kept("held again")
    Blob.objects.update(condemned_at=timezone.now() - timedelta(days=2))
    log_artifact(run, "x", blob)
    assert garbage.collect(grace=NOW).removed == 0
    assert Blob.objects.get(pk=blob.pk).condemned_at is None


def test_files_that_no_row_knows_go_when_they_are_old(run):
    stray = kept("stray")
    Blob.objects.all().delete()
    assert garbage.collect(grace=NOW).strays == 0
    os.utime(store()._path(stray.digest), (1, 1))  # type: ignore[attr-defined]
    assert garbage.collect(grace=NOW).strays == 1


def test_the_bytes_of_a_purged_run_go(owner, contributor, run, tmp_path):
    from mlops.runs.deletion import delete, purge

    output = tree(tmp_path / "a", "output")
    Step.objects.filter(run=run, node="data").update(outputs={"out": {"type": "any", "tree": output}})
    garbage.collect(grace=NOW)
    assert is_whole(output)
    delete(contributor, run)
    purge(owner, run, confirmed=str(run.number))
    assert not Run.objects.exists()
    assert garbage.collect(grace=NOW).removed == 2
    assert not store().exists(output)


def test_the_command_says_what_would_go(run, capsys):
    import argparse

    kept("x" * 2_000)
    parser = argparse.ArgumentParser()
    define(parser)
    arguments = parser.parse_args(["gc", "--dry-run", "--grace-hours", "0"])
    assert arguments.act(arguments) == 0
    assert "1 blobs with 2,000 bytes" in capsys.readouterr().out


def test_what_a_killed_process_was_writing_is_removed(db):
    beside = store().beside
    old, young = beside / "tmp-of-a-killed-one", beside / "tmp-on-its-way"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert garbage.collect(grace=NOW).strays == 1
    assert (old.exists(), young.exists()) == (False, True)
    young.unlink()
