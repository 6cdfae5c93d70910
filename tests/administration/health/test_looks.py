"""Each look says which thing is amiss, why, and what to do."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from mlops.access.sealing import seal
from mlops.administration.health.looks import certificates, essential, keeping, machines, outside, waiting
from mlops.alerts.models.subscription import Subscription
from mlops.clusters.models import Cluster
from mlops.work.models import RegularJob
from tests.deployments.kubernetes.cluster import FakeCluster
from tests.work.rows import GIB, worker

pytestmark = pytest.mark.django_db


def certificate(path: Path, ends: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pem(ends))


def pem(ends: datetime) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "engine")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(ends - timedelta(days=400)).not_valid_after(ends)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_a_disk_that_runs_full_is_told_by_its_machine():
    worker("far:1", host="far", disk_free_bytes=GIB, disk_bytes=100 * GIB)
    worker("near:1", host="near", disk_free_bytes=50 * GIB, disk_bytes=100 * GIB)
    (found,) = machines.disks()
    assert (found.what, found.state) == ("far", "bad")


@pytest.mark.parametrize(("ahead", "state"), [(9.0, "warning"), (-600.0, "bad")])
def test_a_clock_that_is_off_is_told(ahead, state):
    worker(clock_ahead_seconds=ahead)
    (found,) = machines.clocks()
    assert (found.state, "timedatectl" in found.remedy) == (state, True)


def test_a_worker_that_was_lost_lately_is_looked_at_and_one_of_long_ago_is_not():
    worker("here:1")
    worker("far:1", seen_at=timezone.now() - timedelta(minutes=5))
    worker("far:2", seen_at=timezone.now() - timedelta(hours=5))
    assert [(one.what, one.state) for one in machines.of_workers()] == [("far:1", "warning")]


def test_no_worker_at_all_is_bad():
    assert machines.of_workers()[0].state == "bad"


def test_a_job_that_fails_names_itself_and_its_error():
    RegularJob.objects.create(name="z.bad", failures=4, failing_since=timezone.now(), error="the shelf is gone")
    (found,) = waiting.regular_jobs()
    assert (found.what, found.state, "the shelf is gone" in found.why) == ("z.bad", "bad", True)


def test_a_broker_that_does_not_answer_is_bad(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    from mlops.celery import app

    app.conf.broker_url = settings.CELERY_BROKER_URL
    assert waiting.broker()[0].state == "bad"


def test_a_subscription_that_was_switched_off_is_bad():
    now = timezone.now()
    Subscription.objects.create(name="ci", host="https://ci", sealed="x", state="disabled", state_since=now)
    (found,) = waiting.deliveries()
    assert (found.what, found.state, found.since) == ("ci", "bad", now)


@pytest.mark.parametrize(("days", "state"), [(-1, "bad"), (2, "bad"), (10, "warning")])
def test_certificates_that_run_out_are_told_in_time(data_dir, days, state):
    certificate(data_dir / "engines" / "far" / "cert.pem", datetime.now(UTC) + timedelta(days=days))
    certificate(data_dir / "engines" / "far" / "ca.pem", datetime.now(UTC) + timedelta(days=100))
    (found,) = certificates.certificates()
    assert (found.what, found.state) == ("engines/far/cert.pem", state)


def kubeconfig(*, client: bytes, authority: bytes, token: str = "") -> str:
    coded = {name: base64.b64encode(one).decode() for name, one in (("client", client), ("authority", authority))}
    return json.dumps({
        "clusters": [{"name": "c", "cluster": {
            "server": "https://127.0.0.1:1", "certificate-authority-data": coded["authority"]}}],
        "users": [{"name": "u", "user": {"client-certificate-data": coded["client"], "token": token}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    })  # fmt: skip


def test_what_clusters_are_reached_by_is_told_before_it_runs_out():
    soon, late = (datetime.now(UTC) + timedelta(days=days) for days in (2, 100))
    claims = json.dumps({"exp": int((datetime.now(UTC) - timedelta(days=1)).timestamp())}).encode()
    token = f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.x"
    told = kubeconfig(client=pem(soon), authority=pem(soon) + pem(late), token=token)
    Cluster.objects.create(name="prod", kubeconfig=seal(told))
    found = {one.what: one for one in certificates.certificates()}
    assert {what: one.state for what, one in found.items()} == {"prod: client": "bad", "prod: token": "bad"}
    assert found["prod: token"].since
    Cluster.objects.update(kubeconfig=seal(kubeconfig(client=b"no PEM", authority=pem(late))))
    (torn,) = certificates.certificates()
    assert (torn.what, torn.state, "cannot be read" in torn.why) == ("prod: client", "warning", True)
    Cluster.objects.update(kubeconfig=seal("no kubeconfig"))
    assert certificates.certificates() == []  # it is told as a cluster that is not reached


def test_an_address_that_shows_no_certificate_is_told(monkeypatch):
    monkeypatch.setenv("MLOPS_URL", "https://127.0.0.1:1")
    assert certificates.certificates()[0].what == "MLOPS_URL (127.0.0.1)"


def test_a_mail_server_that_does_not_answer_is_bad(settings):
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    assert outside.mail()[0].state == "bad"


def test_without_a_mail_server_all_is_well_and_said():
    assert outside.mail()[0].state == "ok"


def test_a_cluster_that_is_not_reached_is_told():
    Cluster.objects.create(name="prod", kubeconfig_file="/nowhere/kubeconfig")
    (found,) = outside.targets()
    assert (found.what, found.state) == ("prod", "warning")


def test_a_cluster_that_may_not_run_steps_is_told(settings):
    settings.STEP_CONTAINERS, settings.STEP_CLUSTER, settings.STEP_CLAIM = "kubernetes", "prod", "data"
    with FakeCluster() as fake:
        Cluster.objects.create(name="prod", kubeconfig=seal(fake.kubeconfig), namespace="scoring")
        assert outside.targets() == []
        fake.forbidden = {("create", "jobs"), ("list", "events")}
        (found,) = outside.targets()
        assert (found.state, "create jobs.batch, list events" in found.why) == ("bad", True)
        fake.is_silent = True
        assert {one.state for one in outside.targets()} == {"warning", "bad"}


def test_a_setting_that_nothing_reads_is_named(monkeypatch):
    monkeypatch.setenv("MLOPS_DATABASE_URI", "postgres://x")
    assert "MLOPS_DATABASE_URI" in [one.what for one in keeping.settings()]


def test_the_store_is_written_to():
    assert essential.blobs() == []
