"""Pages of devices, manifests and clusters."""

from __future__ import annotations

import pytest

from mlops.accounts.actions import create_first_administrator
from mlops.clusters.models import Cluster
from mlops.deployments import actions
from mlops.devices.models import Device
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db
KUBECONFIG = """
current-context: test
contexts: [{name: test, context: {cluster: c, user: u, namespace: scoring}}]
clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]
users: [{name: u, user: {token: hush}}]
"""


@pytest.fixture
def version(contributor, project):
    return registered(contributor, project)


@pytest.fixture
def endpoint(contributor, project):
    return actions.create_endpoint(contributor, project, name="prices")


@pytest.fixture
def page(client, contributor, endpoint, version):
    made = actions.create_deployment(contributor, endpoint, name="blue", version=version, target="iot_edge")
    client.force_login(contributor)
    return f"/endpoints/{endpoint.pk}/{made.pk}/"


def test_a_devices_token_is_shown_once_and_the_device_listed(client, page):
    said = client.post(page, {"act": "enrol", "name": "gate 1", "platform": "aarch64"}).content.decode()
    assert "edge_" in said
    shown = client.get(f"{page}?tab=devices").content.decode()
    assert "edge_" not in shown
    assert "gate 1" in shown
    assert "It has not reported yet." in shown


def test_a_device_that_cannot_be_is_refused_and_what_was_typed_stays(client, page):
    client.post(page, {"act": "enrol", "name": "gate", "platform": "x86_64"})
    answer = client.post(page, {"act": "enrol", "name": "gate", "platform": "x86_64"})
    assert answer.status_code == 409
    assert 'value="gate"' in answer.content.decode()
    device = Device.objects.get()
    assert "is forgotten" in client.post(page, {"act": "forget", "device": device.pk}).content.decode()
    assert client.post(page, {"act": "forget", "device": "x"}).status_code == 404


def test_manifests_are_shown_with_what_is_wrong_and_can_be_downloaded(client, page):
    shown = client.get(f"{page}?tab=manifests").content.decode()
    assert "$edgeHub" in shown
    assert "names no image" in shown
    file = client.get(f"{page}manifests/")
    assert file.headers["Content-Disposition"] == 'attachment; filename="blue.deployment.json"'


def test_a_deployment_on_this_machine_has_no_such_tabs(client, contributor, endpoint, version):
    made = actions.create_deployment(contributor, endpoint, name="green", version=version, entry="native")
    client.force_login(contributor)
    shown = client.get(f"/endpoints/{endpoint.pk}/{made.pk}/?tab=devices").content.decode()
    assert "tab=devices" not in shown
    assert client.get(f"/endpoints/{endpoint.pk}/{made.pk}/manifests/").status_code == 409


def test_an_administrator_adds_changes_and_forgets_a_cluster(client, db):
    client.force_login(create_first_administrator("a long passphrase")[0])
    assert client.post("/clusters/", {"name": "prod", "kubeconfig": KUBECONFIG}).status_code == 302
    cluster = Cluster.objects.get()
    shown = client.get("/clusters/").content.decode()
    assert "cannot be reached" in shown
    assert "hush" not in client.get(f"/clusters/{cluster.pk}/").content.decode()
    client.post(f"/clusters/{cluster.pk}/", {"act": "save", "namespace": "models"})
    cluster.refresh_from_db()
    assert (cluster.namespace, bool(cluster.kubeconfig)) == ("models", True)
    wrong = client.post(f"/clusters/{cluster.pk}/", {"act": "save", "gateway": "infra/public"})
    assert (wrong.status_code, "does not ask callers" in wrong.content.decode()) == (400, True)
    client.post(f"/clusters/{cluster.pk}/", {"act": "forget"})
    assert not Cluster.objects.exists()


def test_the_wizard_shows_what_the_cluster_would_be_told(client, contributor, version, db):
    from mlops.clusters.actions import create_cluster

    administrator = create_first_administrator("a long passphrase")[0]
    create_cluster(administrator, name="prod", kubeconfig=KUBECONFIG)
    client.force_login(contributor)
    from mlops.web.pages.deploying import DEFAULTS

    typed = {
        **DEFAULTS,
        "version": str(version.pk),
        "endpoint_name": "prices",
        "target": "iot_edge",
        "step": "resources",
    }
    shown = client.post("/deploy/", {**typed, "go": "next"}).content.decode()
    assert "What Azure&#x27;s runtime is told" in shown or "What Azure's runtime is told" in shown
    assert "$edgeHub" in shown
