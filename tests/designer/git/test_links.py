"""A draft and a file of a repository are kept the same, both ways; what both changed is never written over."""

from __future__ import annotations

import pytest

from designer.actions import name_version
from designer.git.actions import link, pull, push, settle
from designer.graph.operations import difference
from designer.models import Draft, GitLink, Version
from designer.queries import document_of
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.repositories.models import Push
from tests.designer.git.conftest import DRAWING, PATH

pytestmark = pytest.mark.django_db


def retitled(origin, title: str) -> str:
    """What somebody does in the repository."""
    return origin.push({PATH: origin.text(PATH).replace("Churn\n", f"{title}\n")})


def step_titled(origin, title: str, path: str = PATH) -> str:
    text = origin.text(path)
    wanted = text.replace("    type: command\n", f"    type: command\n    display_name: {title}\n", 1)
    assert wanted != text
    return origin.push({path: wanted})


@pytest.fixture
def up_to_date(origin, linked):
    """The person's tree has what we pushed."""
    origin.git("pull", "-q", str(origin.bare), "main")
    return linked


def test_the_first_push_writes_yaml_layout_and_components(linked, origin):
    assert (linked.state, linked.branch) == ("ready", "main"), linked.reason
    assert "clean_missing_data" in origin.text(PATH)
    assert "x: 10" in origin.text("pipelines/churn.layout.yaml")
    assert origin.text("pipelines/components/clean_missing_data.yaml")


def test_a_saved_version_is_a_commit_of_the_person_that_says_what_changed(owner, linked, origin, change, worked):
    name_version(owner, change(linked.draft, title="Fill gaps"), name="Second")

    assert worked(linked).state == "ready"
    told = origin.git("log", "-1", "--format=%an|%s|%b", "main", where=origin.bare)
    assert told.startswith("olga|Churn: Second|")
    assert "step changed: Fill gaps (Title)" in told
    assert "display_name: Fill gaps" in origin.text(PATH)


def test_our_own_commit_that_comes_back_changes_nothing(linked, origin, pushed):
    revision = linked.draft.revision

    pushed()

    assert GitLink.objects.get().state == "ready"
    assert Draft.objects.get().revision == revision
    assert Push.objects.get().followed == []


def test_a_commit_becomes_a_version_that_can_be_undone(up_to_date, origin, pushed):
    commit = step_titled(origin, "From Git")

    pushed()

    held = Draft.objects.get()
    assert document_of(held).nodes["gap"].title == "From Git"
    assert Version.objects.get(draft=held).name == f"main@{commit[:10]}"
    assert GitLink.objects.get().state == "ready"
    assert held.revision == up_to_date.draft.revision + 1


def test_positions_notes_and_frames_come_back_exactly(owner, up_to_date, repository, origin, worked):
    files = {f"copy/{name}": origin.text(f"pipelines/{name}") for name in
             ("churn.yaml", "churn.layout.yaml", "components/clean_missing_data.yaml")}  # fmt: skip
    origin.push(files)

    made = worked(link(owner, repository, path="copy/churn.yaml"))

    assert (made.state, made.draft.name) == ("ready", "Churn"), made.reason
    assert difference(made.draft.document, up_to_date.draft.document) == ()
    assert document_of(made.draft) == DRAWING


def test_what_both_changed_apart_is_joined(up_to_date, origin, change, pushed):
    change(up_to_date.draft, comment="Said here")
    step_titled(origin, "Said there")

    pushed()

    node = document_of(Draft.objects.get()).nodes["gap"]
    assert (node.title, node.comment) == ("Said there", "Said here")
    assert GitLink.objects.get().state == "ahead"


def test_a_conflict_keeps_both_sides(up_to_date, origin, change, pushed):
    change(up_to_date.draft, title="Said here")
    step_titled(origin, "Said there")

    pushed()

    found = GitLink.objects.get()
    assert found.state == "conflict"
    assert document_of(found.draft).nodes["gap"].title == "Said here"
    assert document_of(found.theirs).nodes["gap"].title == "Said there"
    assert Push.objects.get().followed[0]["text"] == found.reason
    assert Event.objects.filter(type="mlops.draft.git_conflicted").exists()


@pytest.fixture
def conflict(up_to_date, origin, change, pushed):
    change(up_to_date.draft, title="Said here")
    step_titled(origin, "Said there")
    pushed()
    return GitLink.objects.select_related("draft", "repository__project").get()


def test_keeping_what_is_here_commits_on_top_of_theirs(owner, conflict, origin, worked):
    settle(owner, conflict, keep="here")

    assert worked(conflict).state == "ready"
    assert "Said here" in origin.text(PATH)
    assert "Said there" in origin.text(PATH, "main~1")


def test_keeping_what_is_there_leaves_ours_in_the_history(owner, conflict, origin):
    settle(owner, conflict, keep="there")

    held = Draft.objects.get()
    assert document_of(held).nodes["gap"].title == "Said there"
    assert GitLink.objects.get().state == "ready"
    assert "Said here" not in origin.text(PATH)


def test_a_push_over_a_change_there_takes_it_in_first(owner, up_to_date, origin, change, worked):
    step_titled(origin, "Said there")
    change(up_to_date.draft, comment="Said here")
    push(owner, up_to_date)

    assert worked(up_to_date).state == "ready"
    assert "Said there" in origin.text(PATH)
    assert "Said here" in origin.text(PATH)


def test_a_push_over_a_conflicting_change_writes_nothing(owner, up_to_date, origin, change, worked):
    step_titled(origin, "Said there")
    change(up_to_date.draft, title="Said here")
    push(owner, up_to_date)

    assert worked(up_to_date).state == "conflict"
    assert "Said there" in origin.text(PATH)


def test_a_faulty_file_is_told_with_its_line_and_changes_nothing(owner, up_to_date, origin, worked):
    origin.push({PATH: "type: pipeline\njobs:\n  a: {component: azureml:nowhere:1}\n"})
    pull(owner, up_to_date)

    found = worked(up_to_date)

    assert found.state == "failed"
    assert "line 3" in found.reason
    assert document_of(found.draft) == DRAWING


def test_proposals_go_to_a_branch_and_are_the_same_once_merged(owner, repository, draft, origin, worked, pushed):
    made = worked(link(owner, repository, path=PATH, draft=draft, is_direct=False))
    assert (made.state, made.proposal != "") == ("proposed", True), made.reason
    assert origin.text(PATH, "mlops/pipelines-churn")

    origin.git("fetch", "-q", str(origin.bare), "mlops/pipelines-churn")
    origin.git("merge", "-q", "FETCH_HEAD")
    origin.push({})
    pushed()

    assert GitLink.objects.get().state == "ready"


def test_a_newer_proposal_takes_the_place_of_ours_alone(owner, repository, draft, origin, worked, change):
    made = worked(link(owner, repository, path=PATH, draft=draft, is_direct=False))
    change(draft, title="Newer")
    push(owner, made)
    assert worked(made).state == "proposed"
    assert "Newer" in origin.text(PATH, "mlops/pipelines-churn")

    origin.push({"x": "1"}, branch="mlops/pipelines-churn")
    change(draft, title="Newest")
    push(owner, made)
    assert "Somebody else" in worked(made).reason


def test_a_file_that_is_not_there_makes_no_draft_of_nothing(owner, repository, worked):
    found = worked(link(owner, repository, path="nowhere.yaml"))

    assert (found.state, "no file" in found.reason) == ("failed", True)


@pytest.mark.parametrize("path", ["../x.yaml", "/x.yaml", ".git/x.yaml", "a/b.txt", "a.layout.yaml", "a//b.yaml"])
def test_paths_that_lead_elsewhere_are_refused(owner, repository, draft, path):
    with pytest.raises(Refusal) as refused:
        link(owner, repository, path=path, draft=draft)
    assert refused.value.code == "link_invalid"


def test_a_draft_has_one_file_and_a_file_one_draft(owner, project, linked, repository):
    with pytest.raises(Refusal, match="linked to a draft already"):
        link(owner, repository, path=PATH)
    with pytest.raises(Refusal, match="linked to a file already"):
        link(owner, repository, path="other.yaml", draft=linked.draft)
