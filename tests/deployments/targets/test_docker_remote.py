"""Deployments on an engine that is not this machine's own: by TLS with certificates, and by SSH."""

from __future__ import annotations

import pytest

from mlops.deployments.targets import target
from tests.deployments.conftest import eventually
from tests.deployments.targets.calling import answer
from tests.deployments.targets.remote import certificates, proxy, ssh
from tests.deployments.targets.test_conformance import BODY, deployed

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_engine_by_tls_is_asked_with_the_certificates_of_its_folder(
    docker_kind, endpoint, version, engine_url, data_dir
):
    context = certificates(data_dir / "engines" / "far")
    with proxy(engine_url, tls=context) as (address, _cut):
        options = {"engine": address, "certificates": "far"}
        deployment = deployed(docker_kind, endpoint, version, target_options=options)
        assert (deployment.state, deployment.reason) == ("healthy", "")
        eventually(lambda: answer(endpoint, BODY).status_code == 200)
        certificates(data_dir / "engines" / "stranger")
        wrong = target("docker").available({"engine": address, "certificates": "stranger"})
    assert not wrong.is_usable
    assert "do not agree on TLS" in wrong.reason


def test_an_engine_by_ssh_needs_nothing_but_the_program(
    docker_kind, endpoint, version, engine_url, tmp_path, monkeypatch
):
    log = ssh(tmp_path / "bin", engine_url, monkeypatch)
    options = {"engine": "ssh://me@far.example", "publish": "127.0.0.1", "address": "127.0.0.1"}
    deployment = deployed(docker_kind, endpoint, version, target_options=options)
    assert (deployment.state, deployment.reason) == ("healthy", "")
    assert "me" in log.read_text()
    assert "far.example" in log.read_text()
    eventually(lambda: answer(endpoint, BODY).status_code == 200)
