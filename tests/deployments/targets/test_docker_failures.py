"""What goes wrong with engines, images and containers is told with its reason and remedy, from a real engine."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from mlops.deployments import tasks
from mlops.deployments.models import Deployment
from mlops.deployments.targets import target
from mlops.deployments.targets.docker import availability
from tests.deployments.conftest import eventually
from tests.deployments.targets.calling import answer
from tests.deployments.targets.kinds import Docker
from tests.deployments.targets.remote import proxy
from tests.deployments.targets.test_conformance import BODY, deployed, settled, until
from tests.engine import PASSWORD_FILE, open_registry

pytestmark = pytest.mark.django_db(transaction=True)

PORTS = range(24_000, 24_003)


@pytest.fixture
def image(docker_kind: Docker, endpoint, version) -> Iterator[Callable[..., str]]:
    """Own images: the product's, with another command."""
    made: list[str] = []
    base = deployed(docker_kind, endpoint, version, name="base").ready_placing["image"]

    def make(*command: str) -> str:
        container = docker_kind.engine.containers.create(base)
        changes = [f"ENTRYPOINT {list(command)}".replace("'", '"'), "CMD []"]
        made.append(container.commit("mlops-tests-targets", f"t{len(made)}", changes=changes).tags[0])
        container.remove()
        return made[-1]

    yield make
    for tag in made:
        docker_kind.engine.images.remove(tag, force=True)


def failed(deployment: Deployment) -> tuple[str, str]:
    assert deployment.state == "failed", (deployment.state, deployment.reason)
    assert deployment.hint
    return deployment.reason, deployment.hint


@pytest.mark.parametrize(
    ("address", "said"),
    [("unix:///nowhere/docker.sock", "No Docker engine runs at"), ("tcp://127.0.0.1:1", "Nothing answers at")],
)
def test_no_engine_fails_the_deployment_within_seconds(docker_kind, endpoint, version, address, said):
    deployment = deployed(docker_kind, endpoint, version, target_options={"engine": address})
    reason, hint = failed(deployment)
    assert said in reason
    assert "option engine" in hint
    assert not target("docker").available({"engine": address}).is_usable


def test_an_environment_that_cannot_be_had_fails_the_build(docker_kind, endpoint, version):
    wanted = {"packages": ["no-such-package-of-anybody==1.0"]}
    reason, _hint = failed(deployed(docker_kind, endpoint, version, requirements=wanted))
    assert "no-such-package-of-anybody" in reason


def test_a_port_that_is_taken_is_named(docker_kind, endpoint, version):
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", PORTS[0]))
        holder.listen()
        options = {"ports": str(PORTS[0])}
        reason, hint = failed(deployed(docker_kind, endpoint, version, target_options=options))
        assert f"({PORTS[0]}) are taken" in reason
        assert "Name more ports" in hint
        free = {"ports": f"{PORTS[0]}-{PORTS[-1]}"}
        other = deployed(docker_kind, endpoint, version, name="green", target_options=free)
    assert (other.state, other.ready_urls) == ("healthy", [f"http://127.0.0.1:{PORTS[1]}"])


@pytest.mark.parametrize(
    ("asked", "said"), [({"cpus": 60}, "cannot give what is asked for"), ({"gpus": 1}, "has no GPU")]
)
def test_what_the_engines_machine_does_not_have_is_named(docker_kind, endpoint, version, asked, said):
    assert said in failed(deployed(docker_kind, endpoint, version, **asked))[0]


def test_an_image_that_does_not_start_is_told_from_one_that_crashes(docker_kind, endpoint, version, image):
    absent = deployed(docker_kind, endpoint, version, name="absent", image=image("/no/such/server"))
    assert "The image does not start" in failed(absent)[0]
    crashing = image("/bin/sh", "-c", "echo no licence found >&2; exit 3")
    crash = deployed(docker_kind, endpoint, version, name="crash", image=crashing)
    assert failed(crash)[0].startswith("It ended")
    assert "no licence found" in crash.reason
    eventually(lambda: tasks.observe() or not docker_kind.running(crash))


def test_memory_that_is_too_small_is_called_so(docker_kind, endpoint, version, image):
    greedy = image("python3", "-c", "x = [bytearray(2**20) for _ in range(900)]")
    deployment = deployed(docker_kind, endpoint, version, name="greedy", image=greedy, memory_bytes=128 * 1024**2)
    reason, hint = failed(deployment)
    assert "more than its 128 MB of memory" in reason
    assert "more memory" in hint


def test_a_registry_that_refuses_is_told_from_one_without_the_image(docker_kind, endpoint, version, registry, tmp_path):
    absent = deployed(docker_kind, endpoint, version, name="absent", image=f"{registry.address}/prices:1")
    assert "There is no such image" in failed(absent)[0]
    with open_registry(tmp_path / "guarded", password_file=PASSWORD_FILE) as guarded:
        refused = deployed(docker_kind, endpoint, version, name="refused", image=f"{guarded.address}/prices:1")
        assert "does not hand out the image" in failed(refused)[0]


def test_an_engine_that_is_lost_changes_nothing_for_callers(docker_kind, endpoint, version, engine_url):
    with proxy(engine_url) as (address, cut):
        deployment = deployed(docker_kind, endpoint, version, target_options={"engine": address})
        eventually(lambda: answer(endpoint, BODY).status_code == 200)
        cut.set()
        availability.forget_all()
        until(docker_kind, deployment, lambda: deployment.reason)
        assert (deployment.state, "Nothing answers at" in deployment.reason) == ("healthy", True)
        assert answer(endpoint, BODY).json() == {"sum": 3}
        cut.clear()
        availability.forget_all()
        until(docker_kind, deployment, lambda: not deployment.reason)


def test_what_somebody_removed_comes_back(docker_kind, endpoint, version):
    deployment = deployed(docker_kind, endpoint, version)
    docker_kind.clear()
    assert not docker_kind.engine.images.list(filters={"reference": deployment.ready_placing["image"]})
    tasks.sweep()
    until(docker_kind, deployment, lambda: deployment.state == "healthy" and docker_kind.running(deployment) == 1)
    eventually(lambda: answer(endpoint, BODY).status_code == 200)


def test_a_paused_container_is_called_so(docker_kind, endpoint, version):
    deployment = deployed(docker_kind, endpoint, version)
    (container,) = docker_kind.containers()
    container.pause()
    until(docker_kind, deployment, lambda: deployment.state == "unhealthy")
    assert deployment.reason == "It is paused on its engine."
    assert f"docker unpause {container.name}" in deployment.hint
    container.unpause()
    until(docker_kind, deployment, lambda: deployment.state == "healthy")


def test_a_container_has_no_more_rights_than_it_needs(docker_kind, endpoint, version):
    deployed(docker_kind, endpoint, version, cpus=0.5)
    (container,) = docker_kind.containers()
    told, host = container.attrs["Config"], container.attrs["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["SecurityOpt"]) == (True, ["ALL"], ["no-new-privileges"])
    assert (host["Memory"], host["NanoCpus"], host["PidsLimit"]) == (256 * 1024**2, 500_000_000, 512)
    assert told["User"].partition(":")[0] == "10001"
    assert [one["HostIp"] for one in container.ports["5001/tcp"]] == ["127.0.0.1"]


def test_a_failed_build_can_be_tried_again(docker_kind, endpoint, version):
    deployment = deployed(docker_kind, endpoint, version, requirements={"packages": ["no-such-package-of-anybody"]})
    failed(deployment)
    from mlops.deployments import actions

    actions.update_deployment(deployment.created_by, deployment, requirements={"packages": ["numpy"]})
    assert settled(docker_kind, deployment).state == "healthy"
