"""What is told to the product in confidence is sealed or hashed in the database, and in nothing that anybody reads."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client

from mlops.compute.joining import create_join_token
from tests.access.expectations import TRIES
from tests.access.test_routes import PARAMETER
from tests.access.walk import Try
from tests.compute.test_joining import SHARED

MARK = "glasshouse"
SUSPECT = re.compile(r"secret|password|token|digest|sealed|kubeconfig|private|credential|hash|(^|_)key$", re.IGNORECASE)
PLANTED = {
    "accounts.ApiToken.digest", "accounts.SignInLink.digest", "accounts.Invitation.digest", "alerts.Channel.sealed",
    "alerts.Subscription.sealed", "auth.User.password", "clusters.Cluster.kubeconfig",
    "clusters.Cluster.registry_password", "compute.JoinToken.digest", "datastores.Datastore.secrets",
    "deployments.EndpointToken.digest",
    "devices.Device.token_digest", "imports.Import.secret", "packaging.RegistryLogin.password",
    "repositories.Repository.secret", "repositories.Repository.hook_secret", "repositories.Repository.key",
}  # fmt: skip
NO_SECRETS = re.compile(
    r"blobs\..*|events\..*|runs\.(?!StepToken).*|traces\..*|tags\..*|environments\..*|components\..*|collected\..*"
    r"|administration\.HealthPart\.key|packaging\.Image\..*|pipelines\.Fire\.key|retraining\.Attempt\.key|repositories\.Delivery\.key"
    r"|repositories\.Repository\.(public|host)_key|alerts\.(Alert|Notification|Preference)\..*"
    r"|clusters\.Cluster\.kubeconfig_file|deployments\.Endpoint\..*key_number"
    # made by Django and its libraries: keys of sessions, which end; tables of allauth that nothing is written to
    r"|sessions\..*|accounts\.SignedIn\.session_key|axes\..*|account\.EmailConfirmation\..*|socialaccount\..*"
    # the digest of a secret that a running step holds (runs.steps)
    r"|runs\.StepToken\.digest"
)
"""Fields whose names look so, and that hold digests of content, names of things, or what is public."""


def test_every_field_that_looks_like_a_secret_is_planted_below_or_is_none() -> None:
    names = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.BinaryField) and SUSPECT.search(field.name)
    }
    assert sorted(name for name in names - PLANTED if not NO_SECRETS.fullmatch(name)) == []
    assert sorted(PLANTED - names) == []


def test_no_secret_is_readable_in_the_database_an_answer_an_event_or_a_log(
    people, world: dict[str, Any], project, data_dir, caplog: pytest.LogCaptureFixture, monkeypatch
) -> None:
    caplog.set_level("DEBUG")
    with monkeypatch.context() as environment:
        for name, value in SHARED.items():
            environment.setenv(name, value)
        joining = create_join_token(people["administrator"], note="vault")[1]
    secrets = planted(people, world, project) | {"a join token": joining}
    seen = [*_rows(), *_answers(people["administrator"], world), *_files(data_dir), ("the log", caplog.text)]
    assert len(seen) > 500
    assert sum("vault" in text for _place, text in seen) > 10
    found = [f"{name} in {place}" for name, secret in secrets.items() for place, text in seen if secret in text]
    assert found == []


def planted(people: dict[str, Any], world: dict[str, Any], project: Any) -> dict[str, str]:
    """One of every kind: those that are given by a marker, those that are made here as they were told once."""
    from mlops.accounts.actions import create_token, make_sign_in_link
    from mlops.accounts.factors.actions import new_secret, set_up_app
    from mlops.accounts.invitations import invite
    from mlops.alerts.channels.actions import create_channel
    from mlops.alerts.subscriptions.actions import create
    from mlops.alerts.subscriptions.checking import read_settings
    from mlops.clusters.actions import create_cluster
    from mlops.datastores.actions import create_datastore
    from mlops.deployments.models import Endpoint
    from mlops.deployments.tokens import create_token as create_endpoint_token
    from mlops.devices.actions import renew_token
    from mlops.devices.models import Device
    from mlops.imports.actions import start_import
    from mlops.imports.options import Options
    from mlops.packaging.registry_logins import store_login
    from mlops.repositories.actions import connect
    from mlops.repositories.wanted import Wanted
    from tests.accounts.test_second_factor import code_of

    owner, administrator = people["owner"], people["administrator"]
    signing = "whsec_" + base64.b64encode(f"{MARK} signs what it sends".encode()).decode()
    url = f"https://93.184.216.34/{MARK}"
    create_cluster(administrator, name="vault", kubeconfig=f"{MARK}: 1", registry_password=MARK)
    where = {"account_name": "store", "container_name": "data"}
    key = base64.b64encode(f"{MARK} opens the store".encode()).decode()
    create_datastore(owner, project, name="vault", kind="azure_blob", settings=where, credentials={"account_key": key})
    options = {"url": url, "secret": signing}
    create_channel(owner, name="vault", kind_name="webhook", options=options, project=project)
    wanted = {"name": "vault", "url": url, "secret": signing, "authorization": f"Bearer {MARK}"}
    create(owner, project, read_settings(wanted))
    _row, hook = connect(owner, project, Wanted(url="https://93.184.216.34/a/b.git", name="vault", token=MARK))
    start_import(owner, project, address="http://93.184.216.34:5000", user="me", secret=MARK, options=Options())
    store_login(owner, project, registry="vault.example.com", name="me", password=MARK)
    authenticator = new_secret()
    set_up_app(people["reader"], secret=authenticator, code=code_of(authenticator))
    endpoint = Endpoint.objects.get(pk=world["endpoint_id"])
    return {
        "what was given": MARK,
        "the account key": key,
        "the signing secret": signing.removeprefix("whsec_"),
        "the hook's secret": hook,
        "an authenticator's secret": authenticator,
        "an invitation": invite(owner, project=project, email="ida@example.org")[1],
        "a personal token": create_token(owner, name="vault"),
        "a link to sign in": make_sign_in_link(owner),
        "an endpoint's token": create_endpoint_token(owner, endpoint, name="vault").secret,
        "a device's token": renew_token(owner, Device.objects.get(pk=world["device_id"])),
        "a password": "a long passphrase",
    }


def _rows() -> Iterator[tuple[str, str]]:
    for model in apps.get_models():
        for row in model._base_manager.values_list():
            told = [bytes(one).decode("latin-1") if isinstance(one, bytes | memoryview) else str(one) for one in row]
            yield f"the table of {model._meta.label}", "\n".join(told)


def _answers(person: Any, world: dict[str, Any]) -> Iterator[tuple[str, str]]:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    for one in TRIES:
        if one.method == "GET":
            yield f"GET /{one.route}", _text(client, one, world)


def _text(client: Client, one: Try, world: dict[str, Any]) -> str:
    path = "/" + PARAMETER.sub(lambda found: str(world[found[1]]), one.route) + one.query.format(**world)
    with transaction.atomic():
        answer = client.get(path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return content.decode(errors="replace") + str(answer.headers)


def _files(folder: Any) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes().decode("latin-1")
