"""A draft that is linked to a file of a repository on this machine."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from django.utils import timezone

from designer.actions import create_draft, save_document
from designer.git.actions import link
from designer.git.outward import work
from designer.models import Draft, GitLink
from designer.queries import document_of
from mlops.formats.document import Document, DrawnNode, Group, Note, Place
from mlops.repositories.queueing import synchronise
from mlops.repositories.taking_up import take_up
from tests.repositories.conftest import first_push, git_server, near, origin, repository

__all__ = ["first_push", "git_server", "near", "origin", "repository"]
PATH = "pipelines/churn.yaml"
DRAWING = Document(
    nodes={"gap": DrawnNode(component="clean_missing_data", version="1", parameters={"replacement_value": "0"})},
    layout={"gap": Place(x=10, y=20), "n": Place(x=5, y=5, width=200), "g": Place(x=0, y=0, width=400, height=200)},
    notes={"n": Note(text="Read me")},
    groups={"g": Group(title="First", nodes=("gap",))},
)


@pytest.fixture
def draft(owner, project) -> Draft:
    return create_draft(owner, project, name="Churn", document=DRAWING)


@pytest.fixture
def worked() -> Callable[[GitLink], GitLink]:
    """Does a worker's work, and gives the link as it is then."""

    def done(found: GitLink) -> GitLink:
        GitLink.objects.filter(pk=found.pk).exclude(next_at=None).update(next_at=timezone.now())
        work(str(found.pk))
        return GitLink.objects.select_related("draft", "theirs").get(pk=found.pk)

    return done


@pytest.fixture
def linked(owner, repository, draft, worked) -> GitLink:
    return worked(link(owner, repository, path=PATH, draft=draft))


@pytest.fixture
def change(owner) -> Callable[..., Draft]:
    """Gives a step of the draft another title, or what is given."""

    def done(draft: Draft, node: str = "gap", **fields: object) -> Draft:
        draft.refresh_from_db()
        known = document_of(draft)
        there = known.nodes.get(node, DrawnNode(component="clean_missing_data", version="1"))
        nodes = {**known.nodes, node: msgspec.structs.replace(there, **fields)}
        wanted = msgspec.structs.replace(known, nodes=nodes)
        return save_document(owner, draft, base_revision=draft.revision, document=wanted)

    return done


@pytest.fixture
def pushed(owner, repository) -> Callable[[], None]:
    """What somebody pushed arrives, as by a webhook."""

    def done() -> None:
        take_up(str(synchronise(owner, repository, branch="main").pk))

    return done
