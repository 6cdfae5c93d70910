"""Logins to registries: sealed, used by the worker, never shown."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from mlops.formats.refusal import Refusal
from mlops.packaging.models import RegistryLogin
from mlops.packaging.registry_logins import login_for, store_login

pytestmark = pytest.mark.django_db
LOGIN = {"registry": "registry.example.com", "name": "robot", "password": "s3cret"}


def test_the_password_is_sealed_in_the_database_and_opened_for_the_worker(owner, project):
    store_login(owner, project, **LOGIN)
    assert "s3cret" not in RegistryLogin.objects.get().password
    found = login_for(project.pk, "registry.example.com")
    assert found is not None
    assert (found.name, found.password) == ("robot", "s3cret")
    assert "s3cret" not in repr(found)


def test_a_password_goes_in_by_rest_and_never_comes_out(owner, project):
    client = APIClient()
    client.force_authenticate(owner)
    made = client.post("/api/v1/registry-logins/", {"project": project.slug, **LOGIN}, format="json")
    assert made.status_code == 201
    listed = client.get("/api/v1/registry-logins/", {"project": project.slug})
    assert "s3cret" not in made.content.decode() + listed.content.decode()
    assert listed.json()["results"][0]["name"] == "robot"


def test_a_new_login_replaces_the_old_one(owner, project):
    store_login(owner, project, **LOGIN)
    store_login(owner, project, **{**LOGIN, "password": "other"})
    found = login_for(project.pk, "registry.example.com")
    assert found is not None
    assert found.password == "other"


def test_contributors_cannot_store_one(contributor, project):
    with pytest.raises(Refusal) as refused:
        store_login(contributor, project, **LOGIN)
    assert refused.value.status == 403


@pytest.mark.parametrize("registry", ["", "not a host", "registry", "r.example.com/path"])
def test_what_is_no_registry_is_refused(owner, project, registry):
    with pytest.raises(Refusal) as refused:
        store_login(owner, project, **{**LOGIN, "registry": registry})
    assert refused.value.code == "registry_invalid"


def test_a_name_without_a_password_is_refused(owner, project):
    with pytest.raises(Refusal) as refused:
        store_login(owner, project, registry="r.example.com", name="robot")
    assert refused.value.code == "login_incomplete"


def test_the_page_stores_a_login_and_forgets_it(client, owner, project):
    client.force_login(owner)
    place = f"/registries/?project={project.slug}"
    client.post(place, {"act": "store", **LOGIN})
    page = client.get(place).content.decode()
    assert "registry.example.com" in page
    assert "s3cret" not in page
    client.post(place, {"act": "remove", "login": str(RegistryLogin.objects.get().pk)})
    assert not RegistryLogin.objects.exists()
    assert client.post(place, {"act": "store", "registry": "no host"}).status_code == 400
