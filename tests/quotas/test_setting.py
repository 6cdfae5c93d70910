"""Quotas by REST, page and command: who may set them, what is refused, and what is written down."""

from __future__ import annotations

import pytest

from mlops.accounts.actions import create_token
from mlops.deployments.actions import create_endpoint
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.quotas import queries
from mlops.quotas.actions import set_person_quotas, set_quotas

pytestmark = pytest.mark.django_db


def bearer(person) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {create_token(person, name='t', scopes='all')}"}


def limits(project) -> dict[str, int | None]:
    return {line.kind: line.most for line in queries.lines_of(project)}


def test_an_administrator_sets_a_quota_by_rest_and_readers_see_what_is_used(
    client, administrator, contributor, reader, project
):
    create_endpoint(contributor, project, name="prices")
    body = {"endpoints": 5}
    where = "/api/v1/projects/churn/quotas/"
    assert client.patch(where, body, content_type="application/json", **bearer(administrator)).status_code == 200
    told = client.get(where, **bearer(reader)).json()
    assert told["quotas"]["endpoints"] == {"used": 1, "most": 5, "is_own": True}


def test_only_administrators_set_quotas(owner, project):
    with pytest.raises(Refusal) as refused:
        set_quotas(owner, project, {"endpoints": 5})
    assert refused.value.status == 403


@pytest.mark.parametrize("value", ["-1", "many", "1.5", "", True, None, [], "9" * 30])
def test_what_is_no_number_is_refused_and_nothing_is_kept(administrator, project, value):
    with pytest.raises(Refusal) as refused:
        set_quotas(administrator, project, {"endpoints": value})
    assert refused.value.code == "quota_invalid"
    assert limits(project)["endpoints"] is None


def test_an_unknown_kind_is_refused_with_the_nearest(administrator, project):
    with pytest.raises(Refusal) as refused:
        set_quotas(administrator, project, {"endpoint": 5})
    assert (refused.value.code, "endpoints" in refused.value.hint) == ("quota_unknown", True)


def test_a_project_has_its_own_or_what_holds_for_all(administrator, project):
    set_quotas(administrator, None, {"endpoints": 3, "deployments": 4})
    set_quotas(administrator, project, {"endpoints": "unlimited"})
    assert (limits(project)["endpoints"], limits(project)["deployments"]) == (None, 4)
    set_quotas(administrator, project, {"endpoints": "default"})
    assert (limits(project)["endpoints"], limits(project)["deployments"]) == (3, 4)


def test_the_change_is_audited_with_before_and_after(administrator, project):
    set_quotas(administrator, project, {"endpoints": 3})
    set_quotas(administrator, project, {"endpoints": 5, "deployments": "default"}, reason="More are needed")
    event = Event.objects.filter(type="mlops.quota.set").latest("seq")
    assert (event.before, event.after, event.reason) == ({"endpoints": 3}, {"endpoints": 5}, "More are needed")
    set_quotas(administrator, project, {"endpoints": 5})
    assert Event.objects.filter(type="mlops.quota.set").count() == 2


def test_the_page_of_a_project_shows_and_administrators_change(client, administrator, contributor, project):
    create_endpoint(contributor, project, name="prices")
    client.force_login(administrator)
    assert client.post("/projects/churn/quotas/", {"endpoints": "1", "runs_at_once": ""}).status_code == 302
    client.force_login(contributor)
    text = client.get("/projects/churn/quotas/").content.decode()
    assert "1 of 1" in text
    assert 'name="endpoints"' not in text


def test_the_page_refuses_a_wrong_number_and_keeps_what_was_typed(client, administrator, project):
    client.force_login(administrator)
    answer = client.post("/projects/churn/quotas/", {"endpoints": "many"})
    assert (answer.status_code, 'value="many"' in answer.content.decode()) == (422, True)


def test_the_administrators_table_has_those_first_that_are_nearest_to_a_limit(
    client, administrator, owner, contributor, project
):
    from mlops.accounts.membership import create_project

    create_project(owner, name="Another", slug="another")
    create_endpoint(contributor, project, name="prices")
    client.force_login(administrator)
    assert client.post("/system/quotas/", {"endpoints": "2"}).status_code == 302
    text = client.get("/system/quotas/").content.decode()
    assert text.index("/projects/churn/quotas/") < text.index("/projects/another/quotas/")
    assert "1 of 2" in text


def test_an_administrator_sets_what_a_person_may_have_and_the_person_sees_it(
    client, administrator, contributor, project
):
    create_endpoint(contributor, project, name="prices")
    where, body, theirs, own = (
        "/api/v1/people/carl/quotas/",
        {"endpoints": 1},
        bearer(administrator),
        bearer(contributor),
    )
    assert client.patch(where, body, content_type="application/json", **own).status_code == 403
    assert client.patch(where, body, content_type="application/json", **theirs).status_code == 200
    told = client.get("/api/v1/me/quotas/", **own).json()
    assert told["quotas"]["endpoints"] == {"used": 1, "most": 1, "is_own": True}
    event = Event.objects.get(type="mlops.quota.person_set")
    assert (event.before, event.after) == ({"endpoints": "default"}, {"endpoints": 1})
    everybody = client.get("/api/v1/people-quotas/", **theirs).json()["people"]
    assert [one["person"] for one in everybody] == ["carl"]


def test_storage_has_no_quota_of_a_person(administrator, contributor):
    with pytest.raises(Refusal) as refused:
        set_person_quotas(administrator, contributor, {"storage": "5 GB"})
    assert refused.value.code == "quota_unknown"


def test_quotas_of_people_are_set_on_their_page(client, administrator, contributor, project):
    create_endpoint(contributor, project, name="prices")
    client.force_login(administrator)
    page = "/system/quotas/people/"
    assert client.post(page, {"person": "carl", "endpoints": "3", "runs_at_once": ""}).status_code == 302
    assert ">1 of 3<" in client.get(page).content.decode()
    assert client.post(page, {"person": "nobody", "endpoints": "3"}).status_code == 404
    assert client.post(page, {"person": "", "endpoints": "many"}).status_code == 422
    client.force_login(contributor)
    assert ">1 of 3<" in client.get("/settings/quotas/").content.decode()
    assert client.get(page).status_code == 403
