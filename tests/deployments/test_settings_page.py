"""The page of one deployment: its settings are changed with the difference in sight, and changed back."""

from __future__ import annotations

import pytest

from mlops.deployments import actions
from mlops.deployments.models import Deployment
from tests.deployments.test_acts import deploy, endpoint, ready, version  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture
def deployment(contributor, endpoint, version):  # noqa: F811
    return deploy(contributor, endpoint, version)


@pytest.fixture
def page(client, contributor, deployment):
    client.force_login(contributor)
    path = f"/endpoints/{deployment.endpoint_id}/{deployment.pk}/"
    return lambda tab="", **typed: client.post(path, typed) if typed else client.get(f"{path}?tab={tab}")


def test_a_preview_shows_the_difference_and_writes_nothing(page, deployment):
    text = page(act="preview", cpus="2", instances="1", variables="MODE=fast", reason="p99").content.decode()
    assert "<del>1</del> → <ins>2</ins>" in text
    assert "<ins>MODE=fast</ins>" in text
    assert 'value="p99"' in text
    deployment.refresh_from_db()
    assert deployment.revision == 1


def test_applied_it_is_a_new_revision_with_its_reason(page, deployment):
    page(act="apply", cpus="2", variables="MODE=fast\nLEVEL=info", reason="p99 was too high")
    deployment.refresh_from_db()
    assert (deployment.revision, deployment.wanted.cpus) == (2, 2)
    assert deployment.wanted.variables == {"MODE": "fast", "LEVEL": "info"}
    assert "p99 was too high" in page("history").content.decode()


def test_what_starts_no_server_says_so(page, deployment):
    text = page(act="preview", description="The best").content.decode()
    assert "without a restart" in text
    page(act="apply", description="The best")
    deployment.refresh_from_db()
    assert (deployment.revision, deployment.wanted.description) == (1, "The best")
    assert "changed in place" in page("history").content.decode()
    page(act="undo-edit", place="1")
    deployment.refresh_from_db()
    assert deployment.wanted.description == ""


def test_an_old_revision_is_restored_by_one_button(page, contributor, deployment):
    actions.update_deployment(contributor, deployment, cpus=2)
    ready(deployment)
    assert "Back to revision 1" in page("history").content.decode()
    page(act="restore", number="1")
    assert (Deployment.objects.get().revision, Deployment.objects.get().wanted.cpus) == (3, 1)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"cpus": "many"}, "cpus is many"),
        ({"variables": "no value"}, "“no value” cannot be understood"),
        ({"scaling": "load", "least_instances": "5", "most_instances": "2"}, "cannot both hold"),
        ({"target_options": "[1"}, "cannot be understood"),
        ({}, "The settings are what they were."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(page, deployment, typed, said):
    answer = page(act="apply", reason="Kept", **typed)
    text = answer.content.decode()
    assert (answer.status_code, said in text, 'value="Kept"' in text) == (400, True, True)


@pytest.mark.parametrize("tab", ["overview", "metrics", "logs", "settings", "history"])
def test_each_tab_answers(page, tab):
    assert page(tab).status_code == 200


def test_collection_is_chosen_with_its_columns_and_said_in_words(page, deployment):
    typed = {"collect": "both", "collect_share": "25", "collect_days": "", "redact": ["", "mail=hash\r\nname=drop"]}
    text = page(act="preview", **typed).content.decode()
    assert "<del>off</del> → <ins>inputs + predictions, 25 %, for ever, mail: hash, name: drop</ins>" in text
    page(act="apply", **typed)
    deployment.refresh_from_db()
    kept = deployment.wanted.collection
    assert (kept.is_enabled, kept.share, kept.retention_days) == (True, 0.25, None)
    assert kept.redact == {"mail": "hash", "name": "drop"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"redact": "mail"}, "“mail” says not which column"),
        ({"collect_share": "half"}, "“half” is no number"),
        ({"collect": "both", "collect_share": "0"}, "A share of 0 of the requests"),
    ],
)
def test_a_collection_that_makes_no_sense_is_said_beside_what_was_typed(page, typed, said):
    answer = page(act="apply", reason="Kept", **typed)
    assert (answer.status_code, said in answer.content.decode()) == (400, True)
