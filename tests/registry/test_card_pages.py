"""Cards, comparisons and charts on the pages of models."""

from __future__ import annotations

import pytest

from mlops.registry.cards import mark_of, write_card
from mlops.registry.models import ModelVersion
from tests.lineage.test_versions import deployed
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(contributor, project) -> ModelVersion:
    return registered(contributor, project, metrics={"auc": 0.91})


@pytest.fixture
def browser(client, contributor):
    client.force_login(contributor)
    return client


def address(version: ModelVersion) -> str:
    return f"/models/{version.model_id}/{version.number}/"


def test_a_card_is_previewed_saved_and_shown(browser, version):
    typed = {"card": "Only **used** cars. <script>x</script>", "before": mark_of("")}
    preview = browser.post(f"{address(version)}card/", typed | {"act": "preview"}).content.decode()
    assert "<strong>used</strong>" in preview
    assert "&lt;script&gt;" in preview
    browser.post(f"{address(version)}card/", typed | {"act": "save", "reason": "a start"})
    shown = browser.get(address(version), {"tab": "card"}).content.decode()
    assert "<strong>used</strong>" in shown
    assert "a start" in shown
    assert "<td>auc</td>" in shown


def test_a_card_that_changed_meanwhile_is_not_overwritten(browser, version, owner):
    write_card(owner, version, card="theirs")
    answer = browser.post(f"{address(version)}card/", {"act": "save", "card": "mine", "before": mark_of("")})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "olga changed the card" in page
    assert "theirs" in page
    assert "mine</textarea>" in page


def test_versions_are_compared_on_a_page_and_metrics_drawn_over_them(browser, contributor, project, version):
    registered(contributor, project, metrics={"auc": 0.95}, trained=("linear_regression",))
    page = browser.get(f"/models/{version.model_id}/").content.decode()
    assert "AUC over versions" in page
    table = browser.get(f"/models/{version.model_id}/", {"csv": "metric-auc"}).content.decode()
    assert "0.95" in table
    both = browser.get(f"/models/{version.model_id}/compare/", {"version": ["1", "2"]}).content.decode()
    assert "2 versions compared" in both
    assert "Linear Regression" in both
    one = browser.get(f"/models/{version.model_id}/compare/", {"version": "1"})
    assert (one.status_code, "From 2 to 20 versions" in one.content.decode()) == (400, True)


def test_lists_say_where_any_version_serves_and_what_aliases_point_to(browser, owner, contributor, project, version):
    from mlops.registry.pointing import set_alias

    deployed(version, owner)
    set_alias(contributor, version, alias="champion")
    registered(contributor, project)
    page = browser.get("/models/").content.decode()
    assert "shop/blue" in page
    assert "@champion → 1" in page
    assert "7 requests in 24 h" in browser.get(f"/models/{version.model_id}/").content.decode()
    endpoints = browser.get(address(version), {"tab": "endpoints"}).content.decode()
    assert "not watched" in endpoints


def test_models_are_found_by_stage_and_alias(browser, contributor, project, version):
    from mlops.registry.pointing import change_stage, set_alias

    change_stage(contributor, version, stage="Production")
    set_alias(contributor, version, alias="champion")
    registered(contributor, project, name="others")
    for asked in ("stage = Production", "alias = champion", "stage=production"):
        found = browser.get("/api/v1/models/", {"filter": asked}).json()["results"]
        assert [one["name"] for one in found] == ["prices"], asked
    registered(contributor, project)
    latest = browser.get(f"/api/v1/models/{version.model_id}/versions/", {"filter": "latest = true"}).json()
    assert [one["number"] for one in latest["results"]] == [2]
