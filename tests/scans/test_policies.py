"""What a project does about files that are not safe."""

from __future__ import annotations

import io

import pytest

from mlops.blobs.stores import store
from mlops.blobs.trees import keep_stream
from mlops.events.models import Event
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal
from mlops.registry import actions
from mlops.registry.models import RegisteredModel
from mlops.scans.models import Allowance
from mlops.scans.policies import allow, forbid, require_clean, set_policy
from mlops.scans.scanning import scan_waiting
from mlops.scans.standing import standing_of
from tests.scans.pickled import attack

pytestmark = pytest.mark.django_db
SCORER = b"\x80\x04cshop.models\nScorer\n)\x81."


def kept(content: bytes, path: str = "model.pkl") -> File:
    blob = keep_stream(io.BytesIO(content))
    return File(path=path, digest=blob.digest, size_bytes=blob.size_bytes)


def register(actor, project, content: bytes, name: str = "shop"):
    tree = actions.keep_files(actor, project, files=[("model.pkl", io.BytesIO(content))])
    return actions.register(actor, project, name=name, tree=tree)


def test_files_wait_until_somebody_has_looked(contributor, project):
    files = [kept(attack()), kept(b"a,b\n", "data.csv")]
    before = standing_of(files, project)
    assert (before.level, before.waiting) == ("waiting", 2)
    assert before.waiting_since is not None
    scan_waiting()
    after = standing_of(files, project)
    assert (after.level, [file.path for file in after.files]) == ("dangerous", ["model.pkl"])


def test_a_project_only_warns_unless_its_owner_says_more(contributor, project):
    assert register(contributor, project, attack()).number == 1


def test_a_refused_registration_names_file_global_and_remedy(owner, contributor, project):
    set_policy(owner, project, register="dangerous")
    with pytest.raises(Refusal) as refused:
        register(contributor, project, attack())
    assert refused.value.code == "files_refused"
    assert "model.pkl" in refused.value.message
    assert "system" in refused.value.message
    assert "skops" in refused.value.hint
    assert not RegisteredModel.objects.exists()
    event = Event.objects.filter(type="mlops.scan.files_refused").get()
    assert (event.data["thing"], event.data["files"]) == ("models/shop", ["model.pkl"])


def test_suspicious_files_pass_where_only_dangerous_ones_are_refused(owner, contributor, project):
    set_policy(owner, project, register="dangerous")
    assert register(contributor, project, SCORER).number == 1
    set_policy(owner, project, register="suspicious")
    with pytest.raises(Refusal, match=r"shop\.models\.Scorer"):
        register(contributor, project, SCORER)


def test_an_owner_allows_a_name_with_a_reason(owner, contributor, project):
    set_policy(owner, project, register="suspicious")
    allowance = allow(owner, project, name="shop.models.Scorer", reason="Our own package; reviewed by Olga.")
    version = register(contributor, project, SCORER)
    assert version.number == 1
    forbid(owner, allowance)
    with pytest.raises(Refusal):
        register(contributor, project, SCORER)
    told = set(Event.objects.filter(type__startswith="mlops.scan.name").values_list("type", flat=True))
    assert told == {"mlops.scan.name_allowed", "mlops.scan.name_forbidden"}


@pytest.mark.parametrize(("name", "reason", "code"), [("Scorer", "x", "name_invalid"), ("a.B", "  ", "reason_missing")])
def test_an_allowance_needs_a_full_name_and_a_reason(owner, project, name, reason, code):
    with pytest.raises(Refusal) as refused:
        allow(owner, project, name=name, reason=reason)
    assert refused.value.code == code


def test_only_owners_decide(contributor, project):
    with pytest.raises(Refusal):
        set_policy(contributor, project, register="warn")
    with pytest.raises(Refusal):
        allow(contributor, project, name="a.B", reason="mine")
    assert not Allowance.objects.exists()


def test_each_place_has_its_own_strictness(owner, project):
    set_policy(owner, project, download="dangerous")
    files = [kept(attack())]
    require_clean(owner, project, files, place="deploy", subject="models/x")
    with pytest.raises(Refusal):
        require_clean(owner, project, files, place="download", subject="models/x")


def test_a_word_that_is_no_strictness_is_refused(owner, project):
    with pytest.raises(Refusal) as refused:
        set_policy(owner, project, register="never")
    assert refused.value.code == "strictness_unknown"


def test_rest_tells_how_a_version_stands_and_refuses_its_download(client, owner, project):
    version = register(owner, project, attack())
    client.force_login(owner)
    address = f"/api/v1/models/{version.model_id}/versions/1/"
    assert client.get(address).json()["scan"] == "waiting"
    scan_waiting()
    told = client.get(f"{address}scan/").json()
    assert (told["verdict"], told["files"][0]["path"]) == ("dangerous", "model.pkl")
    assert client.get(f"{address}download/").status_code == 200
    policy = client.patch(
        f"/api/v1/projects/{project.slug}/scan-policy/", {"download": "dangerous"}, content_type="application/json"
    )
    assert policy.json() == {"register": "warn", "deploy": "warn", "download": "dangerous"}
    assert client.get(f"{address}download/").json()["code"] == "files_refused"
    assert client.get(f"{address}files/?path=model.pkl").status_code == 422


def test_a_list_tells_of_a_version_whose_files_are_gone_and_of_the_others(client, owner, project):
    kept_version, gone = register(owner, project, attack()), register(owner, project, b"other", name="lost")
    store().delete(gone.tree_id)
    client.force_login(owner)
    told = client.get(f"/api/v1/models/?project={project.slug}").json()["results"]
    assert {one["name"]: one["latest"]["scan"] for one in told} == {kept_version.model.name: "waiting", "lost": "gone"}
    assert "Files are gone" in client.get("/models/").content.decode()
