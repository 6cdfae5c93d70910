"""The commit that a tag names, without its history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spoken import gettext as _
from mlops.repositories.git.connecting import Connected
from mlops.repositories.git.fetching import Got, take
from mlops.repositories.git.looking import told_of
from mlops.repositories.git.orders import Limits


def tagged(connected: Connected, folder: Path, *, tag: str, pushed: str, limits: Limits) -> Got:
    """`pushed`: what the tag pointed to when it was pushed. Raises Refusal `tag_unknown`, `tag_moved`,
    `repository_too_large`."""
    from dulwich.repo import Repo

    got = Got(Repo.init_bare(str(folder), mkdir=True))

    def wants(refs: dict[bytes, bytes], depth: int | None = None) -> list[bytes]:
        got.looked = told_of(refs, None)
        return [_pointed(got, tag, pushed).encode()]

    take(connected, got, wants, depth=1, limits=limits)
    got.branch, got.commit = tag, _commit(got.repo, got.looked.tags[tag], tag)
    return got


def _pointed(got: Got, tag: str, pushed: str) -> str:
    found = got.looked.tags.get(tag)
    if found is None:
        raise Refusal(
            "tag_unknown",
            _("The repository has no tag “%(tag)s” (any more).") % {"tag": tag},
            hint=nearest(tag, got.looked.tags) or _("Push it again."),
            status=422,
        )
    if pushed and found != pushed:
        raise Refusal(
            "tag_moved",
            _("The tag “%(tag)s” was moved to another commit meanwhile.") % {"tag": tag},
            hint=_("What it points to now begins by itself."),
            status=422,
        )
    return found


def _commit(repo: Any, sha: str, tag: str) -> str:
    """Through tags of tags. Raises Refusal `tag_unusable`."""
    from dulwich.objects import Commit, Tag

    found = repo.object_store[sha.encode()]
    while isinstance(found, Tag):
        found = repo.object_store[found.object[1]]
    if not isinstance(found, Commit):
        raise Refusal(
            "tag_unusable",
            _("The tag “%(tag)s” names no commit.") % {"tag": tag},
            hint=_("Tag a commit: git tag NAME COMMIT."),
            status=422,
        )
    return str(found.id.decode())
