"""Weights of projects: who sets them, what is refused, and what is kept of a change."""

from __future__ import annotations

import pytest

from mlops.compute.weights import weigh, weight_of
from mlops.events.models import Event
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("weight", [0, 101, -1, "", "much", 1.5, True, None])
def test_what_is_no_weight_is_refused(admin_user, project, weight):
    with pytest.raises(Refusal, match="no weight of a project"):
        weigh(admin_user, project, weight)


def test_a_change_is_an_event_with_before_and_after_and_no_change_is_none(admin_user, project):
    weigh(admin_user, project, 1)
    assert not Event.objects.filter(type="mlops.project.weighed").exists()
    weigh(admin_user, project, "3", reason="the campaign")
    event = Event.objects.get(type="mlops.project.weighed")
    assert (event.before, event.after, event.reason) == ({"weight": 1}, {"weight": 3}, "the campaign")
    weigh(admin_user, project, 1)
    assert weight_of(project) == 1


def test_an_owner_sees_the_weight_and_may_not_change_it(client, owner, project):
    client.force_login(owner)
    address = f"/api/v1/projects/{project.slug}/weight/"
    assert client.get(address).json() == {"project": project.slug, "weight": 1}
    assert client.put(address, {"weight": 9}, content_type="application/json").status_code == 403
    assert "Weight 1" in client.get(f"/projects/{project.slug}/quotas/").content.decode()


def test_an_administrator_weighs_by_the_page(client, admin_user, project):
    client.force_login(admin_user)
    asked = {"project": project.slug, "weight": "4", "reason": "the campaign"}
    assert client.post("/compute/weights/", asked, follow=True).status_code == 200
    assert weight_of(project) == 4
    refused = client.post("/compute/weights/", asked | {"weight": "much"})
    assert refused.status_code == 422
    assert "the campaign" in refused.content.decode()
