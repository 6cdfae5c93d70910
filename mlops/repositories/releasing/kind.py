"""What each kind of release does, and the call as it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.registry.models import ModelVersion
from mlops.repositories.asking import taken
from mlops.repositories.git.orders import Fetched
from mlops.repositories.models import CallState, ReleaseCall


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a call is. Of a state that is no end, it is looked at again soon."""

    state: CallState
    reason: str = ""
    hint: str = ""


class Kind(Protocol):
    def begin(self, call: ReleaseCall) -> Standing:
        """Starts it once, and keeps what it started on the call. Raises Refusal."""

    def look(self, call: ReleaseCall) -> Standing:
        """Of one that is under way. Raises Refusal."""


def actor_of(call: ReleaseCall) -> Any:
    """Whose rights it has: of the person who set the release up. Raises Refusal `release_nobodys`."""
    person = call.release.created_by
    if person is None:
        raise Refusal(
            "release_nobodys",
            _("The person who set up the release “%s” has left.") % call.release.name,
            hint=_("An owner sets it up again: it acts with that person's rights then."),
        )
    return person


def version_of(call: ReleaseCall) -> ModelVersion:
    """Raises Refusal `model_unknown`."""
    found = (
        ModelVersion.objects.select_related("model__project")
        .filter(model__project=call.release.repository.project, model__name=call.model, number=call.version or 0)
        .first()
    )
    if found is None:
        raise Refusal("model_unknown", _("%s is not there any more.") % call, hint=_("Register it again."))
    return found


@contextmanager
def files_of(call: ReleaseCall) -> Iterator[tuple[Path, Fetched]]:
    """The commit of the call's tag, or the newest of the release's branch, which has its file. Raises Refusal
    `file_unknown` and those of `taken`."""
    release = call.release
    branch = "" if call.git_tag else release.branch or release.repository.branch
    place = {"branch": branch, "tag": call.git_tag, "commit": call.tag_object}
    with taken(release.repository, **place) as (folder, found):
        call.commit = found.commit
        call.save(update_fields=["commit"])
        if release.path not in found.paths:
            message = _("There is no file “%(path)s” at %(commit)s.")
            raise Refusal(
                "file_unknown",
                message % {"path": release.path, "commit": found.commit[:10]},
                hint=_("Push it, then try again."),
            )
        yield folder, found
