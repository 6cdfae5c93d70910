"""Cards of models, versions beside each other, and where they serve."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.deployments.models import Deployment, Endpoint, TrafficMinute
from mlops.formats.refusal import Refusal
from mlops.lineage.versions.card import card_of
from mlops.lineage.versions.comparing import beside, chosen
from mlops.lineage.versions.serving import served_by
from mlops.registry.cards import edits_of, mark_of, write_card
from mlops.registry.models import ModelVersion
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def version(contributor, project) -> ModelVersion:
    return registered(contributor, project, metrics={"auc": 0.91}, tags={"licence": "MIT"})


def deployed(version: ModelVersion, owner) -> Deployment:
    endpoint = Endpoint.objects.create(
        project=version.model.project, name="shop", traffic={"blue": 100}, created_by=owner
    )
    facts = {"state": "healthy", "state_since": timezone.now(), "created_by": owner}
    made = Deployment.objects.create(endpoint=endpoint, name="blue", version=version, **facts)
    TrafficMinute.objects.create(deployment=made, minute=timezone.now(), requests=7, errors=1)
    return made


def test_a_card_has_the_words_of_people_and_what_the_product_knows(contributor, version):
    write_card(contributor, version, card="## Intended use\n\nUsed cars only.")
    card = card_of(version)
    assert card.startswith("# prices:1\n\n## Intended use\n\nUsed cars only.")
    for told in (
        "| auc | 0.91 |",
        "boosted decision tree regression",
        "| power |",
        "Not deployed",
        "## Licence\n\nMIT",
    ):
        assert told in card
    assert card.count("Intended use") == 1
    assert "## Limits\n\n_Not written yet._" in card


def test_names_in_a_card_are_text_and_no_markup(contributor, project):
    version = registered(contributor, project, metrics={"<b>|auc|": 0.5})
    assert r"| \<b\>\|auc\| | 0.5 |" in card_of(version)


def test_edits_are_kept_and_two_writers_do_not_overwrite_each_other(contributor, owner, version):
    mark = mark_of(version.card)
    write_card(contributor, version, card="first", before=mark, reason="a start")
    with pytest.raises(Refusal) as refused:
        write_card(owner, version, card="second", before=mark)
    assert (refused.value.code, refused.value.status) == ("card_changed", 409)
    assert "carl changed the card" in refused.value.message
    assert [(one.by, one.card, one.reason) for one in edits_of(version)] == [("carl", "first", "a start")]


def test_readers_write_no_card(reader, version):
    with pytest.raises(Refusal) as refused:
        write_card(reader, version, card="mine")
    assert refused.value.status == 403


def test_a_card_is_written_and_exported_over_rest(client, contributor, version):
    client.force_login(contributor)
    address = f"/api/v1/models/{version.model_id}/versions/1/card/"
    assert client.put(address, {"card": "For <b>cars</b>."}, JSON).json()["card"] == "For <b>cars</b>."
    markdown = client.get(address, {"as": "markdown"})
    assert markdown["Content-Disposition"] == 'attachment; filename="prices-1-card.md"'
    page = client.get(address, {"as": "html"}).content.decode()
    assert "For &lt;b&gt;cars&lt;/b&gt;." in page
    assert "<td>auc</td>" in page
    assert client.get(address, {"as": "pdf"}).json()["code"] == "form_unknown"
    assert len(client.get(f"{address}edits/").json()["results"]) == 1


def test_versions_stand_beside_each_other(contributor, project, version):
    better = registered(contributor, project, metrics={"auc": 0.95}, trained=("linear_regression",))
    found = beside([version, better])
    auc = next(row for row in found.metrics if row.name == "auc")
    assert (auc.values, auc.best, auc.direction) == ((0.91, 0.95), (1,), "larger")
    algorithm = next(row for row in found.facts if row.name == "algorithm")
    assert (algorithm.differs, algorithm.values[1]) == (True, "linear_regression")
    assert [row.name for row in found.inputs] == ["power", "weight", "make"]
    assert any(row.differs for row in found.parameters)


def test_a_comparison_takes_numbers_other_models_and_two_to_twenty(client, contributor, project, version):
    registered(contributor, project)
    registered(contributor, project, name="others")
    client.force_login(contributor)
    address = f"/api/v1/models/{version.model_id}/compare/"
    assert [one["number"] for one in client.get(address).json()["versions"]] == [1, 2]
    told = client.get(address, {"version": "1,others:1"}).json()["versions"]
    assert [one["name"] for one in told] == ["prices", "others"]
    assert client.get(address, {"version": "1"}).json()["code"] == "versions_wrong"
    assert client.get(address, {"version": "1,7"}).status_code == 404
    assert len(chosen(contributor, version.model, ["1", "2", "1"])) == 2


def test_where_a_version_serves_tells_state_traffic_and_requests(owner, version, django_assert_max_num_queries):
    deployed(version, owner)
    with django_assert_max_num_queries(6):
        (one,) = served_by([version])[version.pk]
    assert (one.endpoint, one.deployment, one.state, one.share) == ("shop", "blue", "healthy", 1.0)
    assert (one.requests, one.errors, one.drift) == (7, 1, None)
    assert "| shop/blue | healthy | 100% | 7 | not watched |" in card_of(version)
