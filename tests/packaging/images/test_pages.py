"""The pages about images."""

from __future__ import annotations

import pytest

from mlops.packaging import image_tasks
from mlops.packaging.models import Image
from tests.packaging.images.rows import accepted

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, contributor, data_dir, layers):
    (data_dir / "images").symlink_to(layers.folder)
    client.force_login(contributor)
    return client


@pytest.fixture
def version(contributor, project):
    return accepted(contributor, project)


def page_of(browser, place: str) -> str:
    return browser.get(place).content.decode()


def test_a_version_that_was_never_packaged_says_what_an_image_is(browser, version):
    assert "Not packaged yet" in page_of(browser, f"/models/{version.model_id}/1/?tab=images")


def test_an_image_is_asked_for_built_and_shown_with_its_files_and_log(browser, version):
    asked = browser.post(f"/models/{version.model_id}/1/package/", {"entry": "", "push_to": "", "tag": ""})
    assert "Building" in page_of(browser, asked["Location"])
    image_tasks.build_image(str(Image.objects.get().pk))
    page = page_of(browser, asked["Location"])
    assert "Image as a file" in page
    assert "docker load" in page
    assert "Packing prices:1 with the entry onnx." in page
    assert "Ready" in page_of(browser, f"/models/{version.model_id}/1/?tab=images")


def test_a_wrong_name_is_told_beside_what_was_typed(browser, version):
    answer = browser.post(f"/models/{version.model_id}/1/package/", {"push_to": "Not A Name"})
    assert answer.status_code == 400
    assert "is no name of an image" in answer.content.decode()
    assert 'value="Not A Name"' in answer.content.decode()


def test_an_image_that_waits_is_cancelled_and_then_deleted(browser, version):
    place = browser.post(f"/models/{version.model_id}/1/package/", {})["Location"]
    browser.post(place, {"act": "cancel"})
    assert "Cancelled before it began." in page_of(browser, place)
    assert browser.post(place, {"act": "delete"}).status_code == 302
    assert not Image.objects.exists()
