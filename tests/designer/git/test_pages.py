"""The pages and REST of links: made, seen with both sides of a conflict, and taken away."""

from __future__ import annotations

import pytest

from designer.models import Draft, GitLink
from tests.designer.git.conftest import PATH

pytestmark = pytest.mark.django_db


def test_an_owner_links_pushes_and_takes_the_link_away(client, owner, repository, draft, worked):
    client.force_login(owner)
    typed = {"draft": draft.pk, "path": PATH, "direct": "no", "pushes_versions": "on"}

    page = client.post(f"/repositories/{repository.pk}/pipelines/", typed)
    found = GitLink.objects.get()
    assert (page.status_code, found.is_direct, found.pushes_versions) == (302, False, True)
    assert worked(found).state == "proposed"
    assert "mlops/pipelines-churn" in client.get(page.url).content.decode()

    client.post(page.url, {"act": "save", "direct": "yes"})
    assert GitLink.objects.get().is_direct
    client.post(page.url, {"act": "delete"})
    assert not GitLink.objects.exists()
    assert Draft.objects.exists()


def test_a_wrong_path_comes_back_with_what_was_typed(client, owner, repository, draft):
    client.force_login(owner)
    answer = client.post(f"/repositories/{repository.pk}/pipelines/", {"draft": draft.pk, "path": "../evil.yaml"})

    assert answer.status_code == 422
    assert "../evil.yaml" in answer.content.decode()


def test_a_conflict_offers_both_sides(client, owner, linked, project):
    from designer.actions import create_draft

    theirs = create_draft(owner, project, name="Churn (main@abc)")
    GitLink.objects.update(state="conflict", theirs=theirs, theirs_commit="abc", reason="Both changed it.")
    client.force_login(owner)

    shown = client.get(f"/designer/git/{linked.pk}/").content.decode()
    assert "Keep what is here" in shown
    assert f"/designer/compare/draft-{theirs.pk}/draft-{linked.draft_id}/" in shown
    assert client.get(f"/designer/compare/draft-{theirs.pk}/draft-{linked.draft_id}/").status_code == 200


def test_rest_links_lists_and_settles(client, owner, repository, draft):
    client.force_login(owner)
    address = f"/api/v1/repositories/{repository.pk}/pipelines/"

    made = client.post(address, {"path": PATH, "draft": str(draft.pk)}, "application/json")
    assert made.status_code == 201, made.content
    (listed,) = client.get(address).json()
    assert (listed["path"], listed["state"], listed["is_waiting"]) == (PATH, "queued", True)
    refused = client.post(f"{address}{made.json()['id']}/settle/", {"keep": "here"}, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "link_in_no_conflict")


def test_a_contributor_pushes_and_does_not_link(client, contributor, linked, repository):
    client.force_login(contributor)
    address = f"/api/v1/repositories/{repository.pk}/pipelines/"

    assert client.post(f"{address}{linked.pk}/push/").status_code == 202
    assert client.post(address, {"path": "other.yaml"}, "application/json").status_code == 403
