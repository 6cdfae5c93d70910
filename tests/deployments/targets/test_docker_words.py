"""What the words of engines mean, which engine options name, and what a container is made of."""

from __future__ import annotations

import pytest

from mlops.deployments.targets.docker.engines import engine_of
from mlops.deployments.targets.docker.failures import explained
from mlops.deployments.targets.docker.wanted import host_config, port_range, user_of
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal

SAID = [
    ("('Connection aborted.', PermissionError(13, 'Permission denied'))", "engine_no_permission"),
    ("('Connection aborted.', FileNotFoundError(2, 'No such file or directory'))", "engine_absent"),
    ("HTTPConnectionPool(host='gone', port=2375): Name or service not known", "engine_unknown_host"),
    ("Failed to establish a new connection: [Errno 111] Connection refused", "engine_refused"),
    ("UnixHTTPConnectionPool: Read timed out. (read timeout=3)", "engine_too_slow"),
    ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "engine_tls"),
    ("ssh: connect to host far port 22: Connection refused", "engine_ssh"),
    ("Bind for 127.0.0.1:80 failed: port is already allocated", "port_taken"),
    ("listen tcp4 127.0.0.1:80: bind: address already in use", "port_taken"),
    ("write /var/lib/docker/tmp/x: no space left on device", "engine_disk_full"),
    ("could not select device driver with capabilities: [[gpu]]", "engine_without_gpu"),
    ("Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available", "engine_too_small"),
    ("pull access denied for prices, repository does not exist", "registry_refuses"),
    ("manifest for here/prices:1 not found: manifest unknown", "image_unknown"),
    ("Get https://here/v2/: http: server gave HTTP response to HTTPS client", "registry_unreachable"),
    ("OCI runtime create failed: exec: \"/x\": stat /x: no such file or directory: unknown", "image_does_not_start"),
    ("something that nobody has seen", "engine_failed"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "code"), SAID)
def test_the_engines_words_are_told_with_a_remedy(said, code):
    refusal = explained(OSError(said), engine_url="unix:///x.sock")
    assert (refusal.code, bool(refusal.hint)) == (code, True)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"engine": "docker"}, "engine_invalid"),
        ({"engine": "http://far:2375"}, "engine_invalid"),
        ({"engine": "tcp://far:2375"}, "engine_without_tls"),
        ({"engine": "tcp://far:2376", "certificates": "../../etc"}, "certificates_missing"),
        ({"engin": "unix:///x.sock"}, "target_option_unknown"),
    ],
)
def test_options_that_cannot_hold_are_refused(options, code):
    with pytest.raises(Refusal) as refused:
        engine_of(options)
    assert refused.value.code == code


def test_a_remote_engine_is_spoken_to_with_certificates_and_answers_at_its_host(data_dir):
    folder = data_dir / "engines" / "far"
    folder.mkdir(parents=True)
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (folder / name).touch()
    engine = engine_of({"engine": "tcp://far:2376", "certificates": "far"})
    assert (engine.certificates, engine.publish, engine.address) == (str(folder), "0.0.0.0", "far")


def test_a_local_engine_opens_ports_on_the_loopback_alone():
    engine = engine_of({"engine": "unix:///x.sock"})
    assert (engine.publish, engine.address) == ("127.0.0.1", "127.0.0.1")


def test_gpus_are_asked_of_the_engine():
    config = host_config(DeploymentSettings(gpus=2), publish="127.0.0.1", port=None)
    assert config["device_requests"] == [{"Driver": "", "Count": 2, "Capabilities": [["gpu"]]}]


@pytest.mark.parametrize(
    ("user", "runs_as"), [("", "10001:10001"), ("root", "10001:10001"), ("0:0", "10001:10001"), ("me", "me")]
)
def test_nothing_runs_as_root(user, runs_as):
    assert user_of({"Config": {"User": user}}) == runs_as


def test_ports_are_a_range():
    assert port_range("31000-31002") == range(31000, 31003)
    assert port_range("31000") == range(31000, 31001)
    assert port_range("") is None
    for wrong in ("a-b", "5-4", "0", "70000"):
        with pytest.raises(ValueError, match=r".*"):
            port_range(wrong)
