"""The code of a run: its folders by content, where it came from, and how it differs from that of another run."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.trees import keep_stream, manifest_of, open_blob
from mlops.formats.code_source import DIFF_FILE, FACTS_FILE, GitFacts
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal, nearest
from mlops.runs.models import Run

MOST_TEXT_BYTES = 512 * 1024
Change = Literal["added", "removed", "changed"]


class CodeFolder(msgspec.Struct, frozen=True, kw_only=True):
    """`component`: whose code it is, as `name@version`; `tree` names the content, with or without git."""

    component: str
    tree: str


class FileChange(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    change: Change
    old: str = ""
    """The digest."""
    new: str = ""


def take_git(folder: Path) -> dict[str, Any]:
    """What `Run.snapshot["git"]` holds, from a bundle that was unpacked into `folder`: GitFacts, and under `diff` the
    digest of the diff. The files that tell it are taken out, for they are no code. Empty without git."""
    told, diff = folder / FACTS_FILE, folder / DIFF_FILE
    try:
        facts = msgspec.json.decode(told.read_bytes(), type=GitFacts)
    except (OSError, msgspec.MsgspecError):
        facts = None
    found: dict[str, Any] = msgspec.to_builtins(facts) if facts else {}
    if facts and diff.is_file() and diff.stat().st_size:
        with diff.open("rb") as source:
            found["diff"] = keep_stream(source).digest
    for one in (told, diff):
        one.unlink(missing_ok=True)
    if told.parent.is_dir() and not any(told.parent.iterdir()):
        told.parent.rmdir()
    return found


def git_of(run: Run) -> GitFacts | None:
    known = run.snapshot.get("git")
    return msgspec.convert({key: value for key, value in known.items() if key != "diff"}, GitFacts) if known else None


def folders_of(run: Run) -> list[CodeFolder]:
    """Of each component of the project that has code; of a sweep, that of its trials."""
    trees = trees_of(run.snapshot.get("components", {}))
    return [CodeFolder(component=key, tree=tree) for key, tree in sorted(trees.items())]


def trees_of(definitions: Mapping[str, Any]) -> dict[str, str]:
    """The digests of code folders, by the component."""
    hows = {key: one.get("how") or {} for key, one in definitions.items()}
    trees = {key: how.get("code") or (how.get("trial") or {}).get("code") or "" for key, how in hows.items()}
    return {key: tree for key, tree in trees.items() if tree}


def folder_of(run: Run, tree: str) -> CodeFolder:
    """Raises Refusal `not_found` for a tree that is not the run's: digests of other projects open nothing."""
    for folder in folders_of(run):
        if folder.tree == tree:
            return folder
    raise Refusal("not_found", _("This run has no such code."), status=404)


def file_of(tree: str, path: str) -> File:
    files = manifest_of(tree).files
    for file in files:
        if file.path == path:
            return file
    hint = nearest(path, [file.path for file in files])
    raise Refusal("file_not_found", _("There is no file “%(path)s” here.") % {"path": path}, hint=hint, status=404)


def changes(old: str, new: str) -> tuple[FileChange, ...]:
    """Between two trees, by path; an empty digest is an empty tree."""
    before, after = (
        {file.path: file.digest for file in manifest_of(tree).files} if tree else {} for tree in (old, new)
    )
    return tuple(
        FileChange(path=path, change=_change(before, after, path), old=before.get(path, ""), new=after.get(path, ""))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    )


def difference(change: FileChange) -> str | None:
    """As a unified diff, or None where one side is no text or too large."""
    old, new = text_of(change.old), text_of(change.new)
    if old is None or new is None:
        return None
    names = f"a/{change.path}", f"b/{change.path}"
    return "\n".join(difflib.unified_diff(old.splitlines(), new.splitlines(), *names, lineterm=""))


def text_of(digest: str, most: int = MOST_TEXT_BYTES) -> str | None:
    """The whole text of a stored file, or None where it is none or larger than `most` bytes."""
    if not digest:
        return ""
    with open_blob(digest) as source:
        content = source.read(most + 1)
    if len(content) > most or b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _change(before: dict[str, str], after: dict[str, str], path: str) -> Change:
    if path not in before:
        return "added"
    return "changed" if path in after else "removed"
