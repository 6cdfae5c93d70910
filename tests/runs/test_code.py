"""The code of a run: where it came from, and how it differs from another's."""

from __future__ import annotations

import pytest

from mlops.blobs.trees import keep_folder, open_blob
from mlops.formats.code_source import DIFF_FILE, FACTS_FILE
from mlops.formats.refusal import Refusal
from mlops.runs.code import changes, difference, folder_of, folders_of, take_git
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db


def kept(folder, **files: str) -> str:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return keep_folder(folder).digest


def test_git_facts_are_taken_out_of_a_bundle_and_its_diff_is_kept(tmp_path):
    (tmp_path / ".mlops").mkdir()
    (tmp_path / FACTS_FILE).write_text('{"commit": "abc", "is_dirty": true, "diff_bytes": 4}')
    (tmp_path / DIFF_FILE).write_text("diff")
    found = take_git(tmp_path)
    assert (found["commit"], found["is_dirty"]) == ("abc", True)
    with open_blob(found["diff"]) as source:
        assert source.read() == b"diff"
    assert not (tmp_path / ".mlops").exists()


@pytest.mark.parametrize("told", [None, "no json", '{"branch": "without a commit"}'])
def test_a_bundle_that_tells_nothing_sound_has_no_git(tmp_path, told):
    if told is not None:
        (tmp_path / ".mlops").mkdir()
        (tmp_path / FACTS_FILE).write_text(told)
    assert take_git(tmp_path) == {}


def test_changes_of_two_folders_are_told_file_by_file(tmp_path):
    old = kept(tmp_path / "a", same="1\n", train="print(1)\n", gone="x")
    new = kept(tmp_path / "b", same="1\n", train="print(2)\n", fresh="y")
    found = changes(old, new)
    assert [(one.path, one.change) for one in found] == [
        ("fresh.py", "added"), ("gone.py", "removed"), ("train.py", "changed"),
    ]  # fmt: skip
    assert "-print(1)\n+print(2)" in (difference(found[2]) or "")


def test_bytes_that_are_no_text_have_no_lines_to_compare(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.bin").write_bytes(b"\0\1")
    (change,) = changes("", keep_folder(tmp_path / "a").digest)
    assert difference(change) is None


def test_only_code_of_the_run_itself_is_opened(contributor, project, tmp_path):
    run, tree = past_run(contributor, project), kept(tmp_path / "a", train="1")
    run.snapshot = {"components": {"job@1": {"how": {"kind": "command", "code": tree}}, "b@1": {"how": {}}}}
    assert [one.component for one in folders_of(run)] == ["job@1"]
    with pytest.raises(Refusal, match="no such code"):
        folder_of(run, "f" * 64)
