"""How people see what was found."""

from __future__ import annotations

import io

import pytest

from mlops.registry import actions
from mlops.scans.models import Allowance, Policy
from mlops.scans.scanning import scan_waiting
from tests.scans.pickled import attack

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(owner, project):
    files = [("model.pkl", io.BytesIO(attack())), ("notes.txt", io.BytesIO(b"plain"))]
    return actions.register(owner, project, name="shop", tree=actions.keep_files(owner, project, files=files))


@pytest.fixture
def page(client, owner, project):
    client.force_login(owner)
    client.get(f"/?project={project.slug}")
    return lambda address: client.get(address).content.decode()


def test_a_version_waits_and_then_says_what_was_found(page, version):
    address = f"/models/{version.model_id}/1/"
    assert "2 files are not scanned yet" in page(address)
    scan_waiting()
    found = page(address)
    assert 'data-scan="dangerous"' in found
    assert "system" in found
    artifacts = page(f"{address}?tab=artifacts")
    assert ('data-scan="dangerous"' in artifacts, 'data-scan="none"' in artifacts) == (True, True)


def test_lists_show_the_worst_file_of_each_version(page, version):
    scan_waiting()
    assert 'data-scan="dangerous"' in page("/models/")
    assert 'data-scan="dangerous"' in page(f"/models/{version.model_id}/")


def test_an_owner_sets_the_policy_and_allows_a_name_on_the_projects_page(client, owner, project, page):
    address = f"/projects/{project.slug}/scans/"
    wanted = {"act": "policy", "register": "dangerous", "deploy": "suspicious", "download": "warn"}
    client.post(address, wanted)
    assert Policy.objects.get().deploy == "suspicious"
    client.post(address, {"act": "allow", "name": "shop.models.Scorer", "why": "Ours."})
    assert "shop.models.Scorer" in page(address)
    client.post(address, {"act": "forbid", "allowance": Allowance.objects.get().pk})
    assert not Allowance.objects.exists()
    assert "full name" in client.post(address, {"act": "allow", "name": "x", "why": "y"}).content.decode()
