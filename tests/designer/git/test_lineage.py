"""A linked draft in the lineage: the commit at which it and its file were the same, from both ends."""

from __future__ import annotations

import pytest

from mlops.lineage.graph import Bounds, graph_of
from mlops.lineage.kinds import find
from mlops.lineage.kinds.code import Commit

pytestmark = pytest.mark.django_db


def test_commit_and_draft_lead_to_each_other(linked, project, repository):
    commit, drawing = f"commits/{linked.commit}", f"drafts/{linked.draft_id}"
    up = graph_of(linked.draft, direction="upstream", bounds=Bounds(depth=1))
    assert (commit, drawing) in {(edge.source, edge.target) for edge in up.edges}

    found = find([project], f"commits/{linked.commit[:8]}")
    assert isinstance(found, Commit)
    down = graph_of(found, direction="downstream", bounds=Bounds(depth=1))
    assert (commit, drawing) in {(edge.source, edge.target) for edge in down.edges}
    assert list(down.nodes[0].facts.values()) == [repository.url, "main"]


def test_a_commit_is_found_by_a_part_of_its_name(client, owner, linked):
    client.force_login(owner)
    found = client.get(f"/api/v1/lineage/things/?q=commits/{linked.commit[:9]}").json()["results"]
    assert [node["name"] for node in found] == [f"commits/{linked.commit}"]


def test_other_projects_see_no_commit(client, stranger, linked):
    client.force_login(stranger)
    assert client.get(f"/api/v1/lineage/?of=commits/{linked.commit}").status_code == 404


def test_the_canvas_is_told_how_the_draft_stands(client, reader, stranger, linked, change, owner):
    address = f"/api/v1/drafts/{linked.draft_id}/git/"
    client.force_login(reader)
    told = client.get(address).json()["link"]
    assert (told["state"], told["branch"], told["commit"]) == ("ready", "main", linked.commit)
    change(linked.draft, title="Other")
    assert client.get(address).json()["link"]["state"] == "ahead"
    linked.delete()
    assert client.get(address).json() == {"link": None}
    client.force_login(stranger)
    assert client.get(address).status_code == 404
