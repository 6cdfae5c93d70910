"""What a device collects waits there for a network, and is then taken like that of any server."""

from __future__ import annotations

import pytest

from mlops.deployments import actions as deploying
from mlops.deployments.models import Deployment
from mlops.deployments.spools import sources, spool_folder
from mlops.devices import actions
from mlops.devices.collected import take_segment
from mlops.devices.models import Device
from mlops.formats.refusal import Refusal
from mlops.formats.spool import MAGIC, Record, frame, read_segment
from mlops.scoring.spool.folder import held
from tests.deployments.conftest import eventually
from tests.devices.test_updates import MACHINE, SCRIPT, device_with, settled
from tests.formats.test_spool import record
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "0" * 16 + "-" + "a" * 32


@pytest.fixture
def created(contributor, project) -> Deployment:
    endpoint = deploying.create_endpoint(contributor, project, name="prices")
    version = registered(contributor, project)
    return deploying.create_deployment(
        contributor, endpoint, name="blue", version=version, entry="script", script=SCRIPT, target="iot_edge",
        target_options={"platforms": [MACHINE]}, requirements={"packages": ["numpy"]},
        collection={"is_enabled": True},
    )  # fmt: skip


@pytest.fixture
def deployment(created, live_server, monkeypatch) -> Deployment:
    """With a bundle for this machine."""
    monkeypatch.setenv("MLOPS_URL", live_server.url)
    return settled(created)


def kept(deployment: Deployment) -> list[Record]:
    found = [(source, one.name) for source in sources(deployment) for one in source.held()]
    return [record for source, name in found for record in read_segment(source.read(name)).records]


def test_what_was_collected_without_a_network_is_handed_over_later(deployment, contributor, tmp_path):
    _device, token = actions.enrol(contributor, deployment, name="gate", platform=MACHINE)
    with device_with(deployment, tmp_path) as running:
        for _ in range(3):
            assert running.answer() == 3
        spool = running.home / "spool"
        eventually(lambda: held(spool) != [])
        assert kept(deployment) == []
    waiting = sum(len(read_segment((spool / f"{one.name}.seg").read_bytes()).records) for one in held(spool))
    assert waiting >= 3
    with device_with(deployment, tmp_path, token):
        eventually(lambda: len(kept(deployment)) >= waiting)
        eventually(lambda: held(spool) == [])
    assert {tuple(one.parts["inputs"]["data"]) for one in kept(deployment)} == {(1, 2)}
    assert len({one.key for one in kept(deployment)}) == len(kept(deployment))


@pytest.fixture
def device(created, contributor) -> Device:
    return actions.enrol(contributor, created, name="gate", platform=MACHINE)[0]


def test_a_segment_that_is_sent_twice_is_there_once(device):
    for _ in range(2):
        take_segment(device, NAME, MAGIC + frame(record("a")))
    assert [one.name for one in held(spool_folder(device.deployment_id))] == [NAME]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("../../secret", MAGIC + frame(record())),
        (NAME, b"PAR1"),
        (NAME, MAGIC),
        (NAME, (MAGIC + frame(record()))[:-3]),
        (NAME, MAGIC + b"x" * (18 * 1024 * 1024)),
    ],
)
def test_what_is_no_whole_segment_is_refused(device, name, content):
    with pytest.raises(Refusal):
        take_segment(device, name, content)
    assert not spool_folder(device.deployment_id).exists()
