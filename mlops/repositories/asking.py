"""Questions to a repository, each in a child process of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.access.sealing import unseal
from mlops.formats.refusal import Refusal
from mlops.repositories.git.orders import Change, Committed, Fetched, Login, Looked
from mlops.repositories.models import LoginKind, Repository
from mlops.repositories.places import reachable
from mlops.work.children import ask_child

MODULE = "mlops.repositories.git"
LOOK_SECONDS = 45.0
TAKE_SECONDS = 300.0
Answer = TypeVar("Answer", Looked, Fetched, Committed)


def look(repository: Repository) -> Looked:
    """Raises Refusal `repository_…`, `host_key_changed` and those of places."""
    with _folder() as folder:
        return _asked("look", Looked, repository, folder, seconds=LOOK_SECONDS)


@contextmanager
def taken(
    repository: Repository, *, branch: str = "", commit: str = "", before: str = "", tag: str = ""
) -> Iterator[tuple[Path, Fetched]]:
    """A folder with the files of the commit, which is gone afterwards. `tag`: of what it names, in place of a branch;
    `commit` is what it must still point to then. Raises as `look` does, and Refusal `commit_unknown`,
    `branch_unknown`, `tag_unknown`, `tag_moved`, `repository_too_large`."""
    wanted = {"branch": branch, "commit": commit, "before": before, "tag": tag}
    with _folder() as folder:
        found = _asked("take", Fetched, repository, folder, seconds=TAKE_SECONDS, **wanted)
        yield folder / "files", found


def commit(
    repository: Repository,
    changes: tuple[Change, ...],
    *,
    branch: str,
    message: str,
    author: str,
    onto: str = "",
    onto_was: str = "",
) -> Committed:
    """One commit on top of the branch, pushed, or made the branch `onto` in place of our own `onto_was`. Raises as
    `taken` does, and Refusal `file_changed_there`, `push_refused`, `branch_moved`."""
    told = msgspec.to_builtins(changes)
    with _folder() as folder:
        return _asked(
            "commit",
            Committed,
            repository,
            folder,
            seconds=TAKE_SECONDS,
            branch=branch,
            changes=told,
            onto=onto,
            onto_was=onto_was,
            message=message,
            author=author,
        )


def _asked(
    verb: str, kind: type[Answer], repository: Repository, folder: Path, *, seconds: float, **more: Any
) -> Answer:
    place = reachable(repository.url)
    order = {
        "place": msgspec.to_builtins(place),
        "login": msgspec.to_builtins(_login(repository)),
        "limits": {"bytes": settings.CODE_MOST_BYTES, "file_bytes": settings.CODE_MOST_BYTES},
    }
    inner = folder / "files"
    inner.mkdir(exist_ok=True)
    try:
        answer = ask_child(verb, path=inner, module=MODULE, seconds=seconds, **order, **more)
    except Refusal as refusal:
        raise _worded(refusal, repository, seconds) from refusal
    found = msgspec.convert(answer, kind)
    if found.host_key and not repository.host_key:
        Repository.objects.filter(pk=repository.pk, host_key="").update(host_key=found.host_key)
        repository.host_key = found.host_key
    return found


def _login(repository: Repository) -> Login:
    return Login(
        user=repository.user,
        token=unseal(repository.secret) if repository.login == LoginKind.TOKEN else "",
        private_key=unseal(repository.key) if repository.login == LoginKind.KEY else "",
        host_key=repository.host_key,
    )


def _worded(refusal: Refusal, repository: Repository, seconds: float) -> Refusal:
    """A child that was stopped or died, in words of repositories."""
    if refusal.code == "import_too_slow":
        return Refusal(
            "repository_too_slow",
            _("“%(name)s” did not answer within %(seconds)d seconds.") % {"name": repository.name, "seconds": seconds},
            hint=_("See whether the host can be reached, and whether the repository holds large files."),
            status=422,
        )
    if refusal.code in ("import_broke", "not_enough_memory"):
        return Refusal(
            "repository_unreadable",
            _("“%(name)s” could not be read: %(why)s") % {"name": repository.name, "why": refusal.message[:300]},
            hint=_("Keep data and models out of it, in data assets and registered models."),
            status=422,
        )
    return refusal


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="repository-", dir=settings.FILE_UPLOAD_TEMP_DIR))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
