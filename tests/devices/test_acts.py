"""Enrolling devices and taking their reports."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from django.utils import timezone

from mlops.deployments import actions as deploying
from mlops.deployments.models import Deployment
from mlops.devices import actions, queries
from mlops.devices.models import Device, Report
from mlops.formats.bundle import DeviceReport, DeviceReports
from mlops.formats.refusal import Refusal
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db
REPORT = DeviceReport(
    install="i", number=1, since=1_790_000_000, until=1_790_000_300, serial=1, model="prices:1", state="ready",
    requests=10, errors=1, refused=2, rows=30,
)  # fmt: skip


def told(*reports: DeviceReport, serial: int = 1) -> DeviceReports:
    return DeviceReports(platform="x86_64", serial=serial, reports=reports)


@pytest.fixture
def deployment(contributor, project) -> Deployment:
    endpoint = deploying.create_endpoint(contributor, project, name="prices")
    version = registered(contributor, project)
    return deploying.create_deployment(contributor, endpoint, name="blue", version=version, target="iot_edge")


@pytest.fixture
def device(deployment, contributor) -> Device:
    return actions.enrol(contributor, deployment, name="gate", platform="aarch64")[0]


def bundles(deployment: Deployment, serial: int) -> None:
    found = {"aarch64": {"digest": "d" * 64, "size_bytes": 7}}
    deployment.ready_placing = {"serial": serial, "bundles": found}
    deployment.save()


def test_a_report_that_arrives_twice_counts_once(device):
    other = msgspec.structs.replace(REPORT, number=2, requests=5)
    assert actions.take_reports(device, told(REPORT)).accepted == (1,)
    assert actions.take_reports(device, told(REPORT, other)).accepted == (1, 2)
    device.refresh_from_db()
    assert (device.requests, device.errors, device.refused, Report.objects.count()) == (15, 2, 4, 2)


def test_a_device_that_was_set_up_anew_counts_on(device):
    actions.take_reports(device, told(REPORT))
    actions.take_reports(device, told(msgspec.structs.replace(REPORT, install="j")))
    device.refresh_from_db()
    assert device.requests == 20


def test_a_newer_bundle_is_offered_to_those_who_run_an_older_one(device, deployment):
    bundles(deployment, serial=2)
    offer = actions.take_reports(device, told()).offer
    assert offer is not None
    assert (offer.serial, offer.sha256, offer.size_bytes) == (2, "d" * 64, 7)
    assert actions.take_reports(device, told(serial=2)).offer is None


WRONG = [
    {"requests": -1}, {"since": 9e9}, {"until": float("1e300")}, {"state": "fine"}, {"model": "x" * 300},
    {"messages": ("x",) * 1000}, {"number": 2**60},
]  # fmt: skip


@pytest.mark.parametrize("changes", WRONG, ids=lambda one: str(one)[:30])
def test_a_report_that_cannot_be_is_refused_and_nothing_is_counted(device, changes):
    with pytest.raises(Refusal) as refused:
        actions.take_reports(device, told(REPORT, msgspec.structs.replace(REPORT, **changes)))
    assert refused.value.code == "report_invalid"
    assert not Report.objects.exists()


def test_how_a_device_is_says_why_and_what_to_do(device, deployment):
    assert queries.standing_of(device).state == "waiting"
    bundles(deployment, serial=1)
    actions.take_reports(device, told(REPORT))
    device = queries.devices_of(deployment).get()
    assert queries.standing_of(device).state == "current"
    assert queries.standing_of(device, now=timezone.now() + timedelta(days=2)).state == "silent"
    bundles(deployment, serial=2)
    device = queries.devices_of(deployment).get()
    assert queries.standing_of(device).reason == "It runs bundle 1; 2 is offered."
    failed = msgspec.structs.replace(REPORT, number=2, rejected_serial=2, messages=("no such weights",))
    actions.take_reports(device, told(failed))
    behind = queries.standing_of(queries.devices_of(deployment).get())
    assert (behind.state, behind.reason) == ("behind", "no such weights")


def test_only_deployments_on_devices_have_devices(contributor, project, deployment):
    other = deploying.create_deployment(
        contributor, deployment.endpoint, name="green", version=deployment.version, entry="native"
    )
    with pytest.raises(Refusal) as refused:
        actions.enrol(contributor, other, name="gate", platform="x86_64")
    assert refused.value.code == "not_on_devices"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "gate"}, "name_taken"),
        ({"name": " "}, "name_invalid"),
        ({"name": "x", "platform": "arm"}, "platform_unknown"),
    ],
)
def test_a_device_that_cannot_be_is_refused(device, deployment, contributor, fields, code):
    with pytest.raises(Refusal) as refused:
        actions.enrol(contributor, deployment, **{"platform": "x86_64", **fields})
    assert refused.value.code == code


def test_readers_enrol_nothing(deployment, reader):
    with pytest.raises(Refusal) as refused:
        actions.enrol(reader, deployment, name="gate", platform="x86_64")
    assert refused.value.status == 403


def test_a_device_speaks_with_its_token_alone(client, device, contributor):
    token = actions.renew_token(contributor, device)
    body = msgspec.json.encode(told(REPORT))

    def send(secret: str):
        headers = {"Authorization": f"Bearer {secret}"}
        return client.post("/api/v1/edge/reports/", body, content_type="application/json", headers=headers)

    assert send(token).json() == {"accepted": [1], "offer": None}
    assert send("edge_wrong").status_code == 401
    second = actions.renew_token(contributor, device)
    assert (send(token).status_code, send(second).status_code) == (401, 200)
    problem = client.post(
        "/api/v1/edge/reports/", b'{"x": 1}', content_type="application/json",
        headers={"Authorization": f"Bearer {second}"},
    )  # fmt: skip
    assert (problem.status_code, problem.json()["code"]) == (400, "report_invalid")


def test_options_that_no_device_has_are_refused(deployment, contributor):
    def create(**fields):
        return deploying.create_deployment(
            contributor, deployment.endpoint, name="x", version=deployment.version, target="iot_edge", **fields
        )

    for fields, parameter in (
        ({"target_options": {"platforms": ["sparc"]}}, "target_options.platforms[0]"),
        ({"target_options": {"platform": ["x86_64"]}}, "target_options.platform"),
        ({"target_options": {"python": "2.7"}}, "target_options.python"),
        ({"instances": 2}, "instances"),
        ({"gpus": 1}, "providers"),
    ):
        with pytest.raises(Refusal) as refused:
            create(**fields)
        assert refused.value.where.parameter == parameter
