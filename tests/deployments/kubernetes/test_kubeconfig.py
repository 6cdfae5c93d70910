"""Kubeconfigs: what is read from them, and what is refused with the reason."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import yaml

from mlops.clusters.kubernetes.kubeconfig import in_cluster, read
from mlops.formats.refusal import Refusal


def config(user: dict[str, Any], **cluster: Any) -> str:
    return yaml.safe_dump(
        {
            "current-context": "prod",
            "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "u", "namespace": "scoring"}}],
            "clusters": [{"name": "c", "cluster": {"server": "https://10.0.0.1:6443/", **cluster}}],
            "users": [{"name": "u", "user": user}],
        }
    )


def test_token_authority_and_namespace_are_read():
    authority = base64.b64encode(b"PEM").decode()
    access = read(config({"token": "t"}, **{"certificate-authority-data": authority}))
    assert (access.server, access.token, access.authority) == ("https://10.0.0.1:6443", "t", "PEM")
    assert (access.namespace, access.verify) == ("scoring", True)
    assert "t" not in repr(access).removeprefix("Access('https://10.0.0.1:6443')")


def test_files_beside_the_kubeconfig_are_read_and_those_of_an_upload_are_not(tmp_path):
    (tmp_path / "user.crt").write_text("CERT")
    (tmp_path / "user.key").write_text("KEY")
    text = config({"client-certificate": "user.crt", "client-key": "user.key"})
    assert read(text, folder=tmp_path).key == "KEY"
    with pytest.raises(Refusal, match="file of another machine"):
        read(text)


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"exec": {"command": "aws"}}, "asks the program “aws”"),
        ({"auth-provider": {"name": "gcp"}}, "asks the program “gcp”"),
        ({"username": "u", "password": "p"}, "no user name and password"),
        ({"client-key-data": "%%"}, "not base64"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(user, said):
    with pytest.raises(Refusal, match=said):
        read(config(user))


@pytest.mark.parametrize("text", ["a: [", "just text", "kind: Config", ""])
def test_a_file_that_is_no_kubeconfig_is_refused(text):
    with pytest.raises(Refusal) as refused:
        read(text)
    assert refused.value.code == "kubeconfig_unreadable"


def test_an_unknown_context_names_the_nearest():
    with pytest.raises(Refusal) as refused:
        read(config({}), context="prd")
    assert "prod" in refused.value.hint


def test_the_service_account_of_a_pod_is_used(tmp_path):
    for name, text in {"token": "t", "ca.crt": "CA", "namespace": "models"}.items():
        (tmp_path / name).write_text(text)
    access = in_cluster({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, account=tmp_path)
    assert (access.server, access.namespace) == ("https://10.0.0.1:443", "models")
    with pytest.raises(Refusal, match="does not run in a pod"):
        in_cluster({}, account=tmp_path)
