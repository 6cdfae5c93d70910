"""How people see what was found."""

from __future__ import annotations

import io

import pytest

from mlops.blobs.trees import keep_stream
from mlops.datasets.arrivals import keep_listed
from mlops.datasets.assets import NewAsset, create_asset
from mlops.datasets.importing import import_version
from mlops.registry import actions
from mlops.runs.models import Artifact
from mlops.scans.models import Allowance, Policy
from mlops.scans.policies import set_policy
from mlops.scans.scanning import scan_waiting
from tests.runs.history import past_run
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


@pytest.fixture
def run(owner, project):
    """With a logged file that would run a command, and a plain one."""
    run = past_run(owner, project, nodes=(), edges=())
    for name, content in (("model.pkl", attack()), ("notes.txt", b"plain")):
        blob = keep_stream(io.BytesIO(content))
        Artifact.objects.create(run=run, path=name, blob=blob, size_bytes=blob.size_bytes, at=run.created_at)
    return run


def test_files_of_a_run_have_a_badge_where_they_hold_a_pickle(page, run):
    assert page(f"/runs/{run.pk}/?tab=outputs").count('data-scan="waiting"') == 2
    scan_waiting()
    found = page(f"/runs/{run.pk}/?tab=outputs")
    assert (found.count('data-scan="dangerous"'), "data-scan" in found.replace('data-scan="dangerous"', "")) == (
        1,
        False,
    )
    assert "posix.system" in found or "os.system" in found


def test_files_of_data_have_a_badge_and_are_kept_back_by_the_policy(client, page, owner, project):
    files = [("a/model.pkl", io.BytesIO(attack())), ("a/notes.txt", io.BytesIO(b"plain"))]
    tree = keep_listed(owner, project, files=files).tree
    made = create_asset(owner, project, NewAsset(name="pickles", type="uri_folder"), files=tree)
    import_version(made.pk)
    scan_waiting()
    at = f"/datasets/{made.dataset_id}/"
    assert page(f"{at}?tab=files").count('data-scan="dangerous"') == 1
    places = (f"{at}versions/1/file/?path=model.pkl", f"/api/v1{at}versions/1/download/")
    assert [client.get(place).status_code for place in places] == [200, 200]
    set_policy(owner, project, download="dangerous")
    assert [client.get(place).status_code for place in places] == [422, 422]
    assert client.get(f"{at}versions/1/file/?path=notes.txt").status_code == 200


def test_no_way_gives_out_a_file_of_a_run_that_the_project_refuses(client, owner, project, run):
    client.force_login(owner)
    places = [f"/runs/{run.pk}/file/artifacts/model.pkl", f"/runs/{run.pk}/zip/?part=artifacts",
              f"/api/v1/jobs/{run.pk}/files/artifacts/model.pkl"]  # fmt: skip
    assert [client.get(place).status_code for place in places] == [200] * len(places)
    set_policy(owner, project, download="dangerous")
    assert [client.get(place).status_code for place in places] == [422] * len(places)
    assert client.get(f"/runs/{run.pk}/file/artifacts/notes.txt").status_code == 200
