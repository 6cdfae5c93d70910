"""The pages about profiles."""

from __future__ import annotations

import pytest

from mlops.packaging import profile_tasks
from mlops.packaging.models import Profile
from mlops.tags.filters import tags_of
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db

TYPED = {"cores": "1", "concurrency": "1", "rows": "1", "point_seconds": "0.2", "memory_gb": "1"}


@pytest.fixture
def browser(client, contributor):
    client.force_login(contributor)
    return client


@pytest.fixture
def version(contributor, project):
    return registered(contributor, project)


def start(browser, version, **more):
    return browser.post(f"/models/{version.model_id}/{version.number}/profile/", {**TYPED, **more})


def test_a_version_that_was_never_profiled_says_what_a_profile_is(browser, version):
    page = browser.get(f"/models/{version.model_id}/{version.number}/?tab=profiles").content.decode()
    assert "Not profiled yet" in page


def test_a_profile_is_started_measured_shown_and_compared(browser, version):
    shown = start(browser, version)
    assert shown.status_code == 302
    assert "Measuring" in browser.get(shown["Location"]).content.decode()
    start(browser, version, name="again")
    first, again = Profile.objects.order_by("created_at")
    for profile in (first, again):
        profile_tasks.profile(str(profile.pk))
    page = browser.get(shown["Location"]).content.decode()
    assert "data-plot" in page
    assert "30 % headroom" in page
    assert "latencyPercentile999InMs" in page
    browser.post(shown["Location"], {"act": "tag"})
    assert tags_of(version)["recommendedCpu"] == "1"
    assert "maxUtilizedCpu" in browser.get(f"/profiles/{first.pk}/compare/{again.pk}/").content.decode()
    tab = browser.get(f"/models/{version.model_id}/{version.number}/?tab=profiles").content.decode()
    assert "Recommended" in tab


def test_what_was_typed_is_kept_where_it_is_refused(browser, version):
    answer = start(browser, version, cores="none", description="for the shop")
    assert answer.status_code == 400
    assert "for the shop" in answer.content.decode()


def test_a_waiting_profile_is_cancelled_from_its_page(browser, version):
    place = start(browser, version)["Location"]
    browser.post(place, {"act": "cancel"})
    assert "Cancelled before it began" in browser.get(place).content.decode()
