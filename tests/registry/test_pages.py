"""The pages about models."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mlops.packaging import actions as packaging
from mlops.packaging import tasks
from mlops.registry import queries
from mlops.registry.models import ModelVersion
from mlops.tags.filters import tags_of
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, contributor):
    client.force_login(contributor)
    return client


@pytest.fixture
def version(contributor, project) -> ModelVersion:
    return registered(contributor, project, tags={"Area": "Churn"})


def address(version: ModelVersion) -> str:
    return f"/models/{version.model_id}/{version.number}/"


def test_the_list_says_how_it_understood_the_filter(browser, version, project):
    page = browser.get("/models/", {"filter": "Area : Churn", "project": project.slug}).content.decode()
    assert "Models where the tag Area is “Churn”" in page
    assert "prices" in page
    nothing = browser.get("/models/", {"filter": "Area=Sales"}).content.decode()
    assert "No model fits the filter" in nothing
    assert browser.get("/models/", {"filter": "=x"}).status_code == 400


def test_an_empty_list_says_what_to_do_next(browser, project):
    assert "Open the designer" in browser.get("/models/").content.decode()


@pytest.mark.parametrize("tab", ["details", "artifacts", "onnx", "endpoints", "nonsense"])
def test_every_tab_of_a_version_opens(browser, version, tab):
    answer = browser.get(address(version), {"tab": tab})
    assert answer.status_code == 200
    assert "prices" in answer.content.decode()


def test_the_certificate_is_told_in_words(browser, version, contributor):
    browser.post(address(version), {"act": "convert"})
    conversion = packaging.convert(contributor, version)
    tasks.convert(str(conversion.pk))
    page = browser.get(address(version), {"tab": "onnx"}).content.decode()
    assert "faster for one row" in page
    assert "largest difference" in page


def test_a_tolerance_that_is_no_number_is_said_at_the_form(browser, version):
    answer = browser.post(address(version), {"act": "convert", "tolerance": "tiny"})
    assert answer.status_code == 400
    assert "“tiny” is no number" in answer.content.decode()


def test_tags_are_set_and_removed_on_the_page(browser, version):
    browser.post(address(version), {"act": "tag", "tag": "Team=North"})
    browser.post(address(version), {"act": "untag", "key": "Area"})
    assert tags_of(version) == {"Team": "North"}


def test_an_upload_keeps_what_was_typed_when_it_is_refused(browser, project):
    file = SimpleUploadedFile("m.bin", b"x")
    answer = browser.post("/models/upload/", {"name": "bad/name", "description": "mine", "files": [file]})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "bad/name" in page
    assert "mine</textarea>" in page
    good = browser.post("/models/upload/", {"name": "good", "tags": "Area=Churn, Team: North", "files": [file]})
    assert good.status_code == 302
    made = ModelVersion.objects.get(model__name="good")
    assert tags_of(made) == {"Area": "Churn", "Team": "North"}


def test_readers_get_no_buttons_that_change(client, reader, version):
    client.force_login(reader)
    page = client.get(address(version)).content.decode()
    assert "Set tag" not in page
    assert "Delete this version" not in page
    assert client.post(address(version), {"act": "tag", "tag": "a=b"}).status_code == 403


def test_deleting_leads_back_to_the_model(browser, version):
    answer = browser.post(address(version), {"act": "delete"})
    assert answer.url == f"/models/{version.model_id}/"
    assert "All versions are deleted" in browser.get(answer.url).content.decode()
    assert not queries.versions_of(version.model).exists()
