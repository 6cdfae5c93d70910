"""The deploy wizard and the endpoint's pages."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mlops.deployments import actions
from mlops.deployments.models import CodeFolder, Deployment, Endpoint
from mlops.packaging.queries import recommended
from tests.deployments.test_acts import deploy
from tests.packaging.test_profiles import asked, done
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db

FILLED = {
    "endpoint": "new",
    "endpoint_name": "prices",
    "name": "blue",
    "entry": "onnx",
    "script": "",
    "cpus": "1",
    "memory_mb": "512",
    "timeout_seconds": "30",
    "traffic": "0",
}


@pytest.fixture
def browser(client, contributor):
    client.force_login(contributor)
    return client


@pytest.fixture
def version(contributor, project):
    return registered(contributor, project)


def step(browser: Any, version: Any, name: str, /, **typed: Any) -> Any:
    return browser.post("/deploy/", {**FILLED, "version": str(version.pk), "step": name, "go": "next", **typed})


def test_the_wizard_leads_from_the_name_to_the_progress(browser, version):
    page = browser.get("/deploy/", {"version": str(version.pk)}).content.decode()
    assert 'value="prices"' in page
    for name, following in (("name", "deploy-entry"), ("entry", "deploy-resources"), ("resources", "deploy-review")):
        assert following in step(browser, version, name).content.decode()
    answer = step(browser, version, "review")
    deployment = Deployment.objects.get()
    assert answer.url == f"/endpoints/{deployment.endpoint_id}/{deployment.pk}/"
    assert (deployment.wanted.memory_bytes, deployment.wanted.timeout_seconds) == (512 * 1024**2, 30)
    assert 'data-state="transitioning"' in browser.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("name", {"name": "no spaces"}, "cannot be the name of a deployment"),
        ("name", {"endpoint_name": "7"}, "cannot be the name of an endpoint"),
        ("entry", {"entry": "script", "script": "def run(data): return 1"}, "no function init()"),
        ("entry", {"entry": "script", "script": "def init(:"}, "Line 1 of the script"),
        ("resources", {"cpus": "many"}, "cpus is many"),
    ],
)
def test_what_is_wrong_is_said_at_its_step_and_nothing_typed_is_lost(browser, version, name, typed, said):
    answer = step(browser, version, name, **typed, timeout_seconds="17")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f"deploy-{name}" in page
    assert said in page
    assert 'value="17"' in page
    assert not Endpoint.objects.exists()


def test_the_wizard_offers_each_target_and_why_one_is_not_reached(browser, version, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    page = step(browser, version, "entry").content.decode()
    assert "not reached" in page
    assert "Devices (IoT Edge)" in page
    answer = step(browser, version, "resources", target="docker")
    assert (answer.status_code, "deploy-resources" in answer.content.decode()) == (400, True)


def test_the_wizard_makes_what_the_load_asks_for(browser, version):
    scaled = {"scaling": "load", "least_instances": "1", "most_instances": "3", "utilization": "60"}
    assert "1 to 3, as the load asks for" in step(browser, version, "resources", **scaled).content.decode()
    step(browser, version, "review", variables="MODE=fast", **scaled)
    wanted = Deployment.objects.get().wanted
    assert (wanted.scale.most_instances, wanted.scale.target_utilization) == (3, 0.6)
    assert wanted.variables == {"MODE": "fast"}


def test_the_wizard_begins_with_what_the_profile_recommends(browser, contributor, project, version):
    profile = done(asked(contributor, project, version=version, name="quick"))
    advice = recommended(version).recommendation
    page = browser.get("/deploy/", {"version": str(version.pk)}).content.decode()
    assert f'name="memory_mb" value="{advice.memory_bytes / 1024**2:g}"' in page
    typed = {"memory_mb": f"{advice.memory_bytes / 1024**2:g}", "cpus": f"{advice.cores:g}"}
    assert (
        f"Filled in as the profile “{profile.name}” recommends"
        in step(browser, version, "entry", **typed).content.decode()
    )


def test_going_back_keeps_what_was_typed_later(browser, version):
    page = step(browser, version, "resources", go="name", cpus="3").content.decode()
    assert "deploy-name" in page
    assert 'name="cpus" value="3"' in page


def test_an_existing_endpoint_is_offered_and_its_traffic_asked_for(browser, contributor, project, version):
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    deploy(contributor, endpoint, version)
    page = step(browser, version, "resources", endpoint=str(endpoint.pk), name="green").content.decode()
    assert "Share of the traffic at once" in page
    step(browser, version, "review", endpoint=str(endpoint.pk), name="green", traffic="25")
    endpoint.refresh_from_db()
    assert endpoint.traffic == {"blue": 75, "green": 25}


@pytest.mark.parametrize("tab", ["overview", "test", "consume", "logs"])
def test_every_tab_of_an_endpoint_opens_with_and_without_a_deployment(browser, contributor, project, version, tab):
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    assert browser.get(f"/endpoints/{endpoint.pk}/", {"tab": tab}).status_code == 200
    deploy(contributor, endpoint, version)
    assert browser.get(f"/endpoints/{endpoint.pk}/", {"tab": tab}).status_code == 200


def test_the_test_form_is_made_from_the_signature_with_typical_values(browser, contributor, project, version):
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    deploy(contributor, endpoint, version)
    page = browser.get(f"/endpoints/{endpoint.pk}/", {"tab": "test"}).content.decode()
    for field in version.signature["inputs"]:
        assert f'name="field-{field["name"]}" value="{field["example"]}"' in page


def test_a_router_that_does_not_answer_is_said_and_the_form_kept(browser, contributor, project, version, settings):
    settings.ROUTER_URL = "http://127.0.0.1:9"
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    deploy(contributor, endpoint, version)
    answer = browser.post(f"/endpoints/{endpoint.pk}/", {"act": "test", "mode": "form", "field-power": "123"})
    page = answer.content.decode()
    assert answer.status_code == 502
    assert "does not answer" in page
    assert 'value="123"' in page


def test_wrong_traffic_is_said_and_stays_in_the_form(browser, contributor, project, version):
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    deploy(contributor, endpoint, version)
    answer = browser.post(f"/endpoints/{endpoint.pk}/", {"act": "traffic", "share-blue": "55"})
    assert answer.status_code == 400
    assert "add up to 55" in answer.content.decode()
    assert 'value="55"' in answer.content.decode()


def test_keys_and_tests_are_not_for_readers(client, reader, contributor, project, version):
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    deploy(contributor, endpoint, version)
    client.force_login(reader)
    page = client.get(f"/endpoints/{endpoint.pk}/", {"tab": "consume"}).content.decode()
    assert actions.credentials(contributor, endpoint).primary not in page
    assert client.post(f"/endpoints/{endpoint.pk}/", {"act": "test"}).status_code == 403
    assert client.get("/deploy/", {"version": str(version.pk)}).status_code == 403


def zipped(**files: str) -> SimpleUploadedFile:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return SimpleUploadedFile("code.zip", target.getvalue(), content_type="application/zip")


def test_a_code_folder_goes_along_from_step_to_step(browser, version):
    upload = zipped(score="import rates\ndef init(): ...\ndef run(data): ...\n", rates="RATE = 1\n")
    page = step(browser, version, "entry", entry="script", script_file=upload).content.decode()
    assert "deploy-resources" in page
    code = CodeFolder.objects.get()
    assert f'name="code" value="{code.pk}"' in page
    back = step(browser, version, "resources", entry="script", code=str(code.pk), scoring_script="score.py", go="entry")
    assert "A code folder is uploaded" in back.content.decode()
    step(browser, version, "review", entry="script", code=str(code.pk), scoring_script="score.py")
    assert Deployment.objects.get().code == code


def test_another_entry_script_of_the_same_folder_may_be_chosen_later(browser, version):
    script = "def init(): ...\ndef run(data): ...\n"
    step(browser, version, "entry", entry="script", script_file=zipped(score=script, other=script, broken="x = 1"))
    code = CodeFolder.objects.get()
    kept = {"entry": "script", "code": str(code.pk)}
    step(browser, version, "entry", **kept, scoring_script="other.py")
    assert sorted(CodeFolder.objects.values_list("script", flat=True)) == ["other.py", "score.py"]
    wrong = step(browser, version, "entry", **kept, scoring_script="othr.py").content.decode()
    assert "no file “othr.py”" in wrong
    assert "Did you mean" in wrong


def test_a_zip_without_its_entry_script_is_refused_at_its_step(browser, version):
    upload = zipped(one="", two="")
    answer = step(browser, version, "entry", entry="script", script_file=upload)
    assert "Which file of the code folder is the entry script?" in answer.content.decode()
    assert "Name one of them: one.py, two.py." in answer.content.decode()
    assert not CodeFolder.objects.exists()
