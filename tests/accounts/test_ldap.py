"""Sign-in by a directory: a real slapd (Debian's package), found in SLAPD_ROOT, by default the machine's own."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from mlops.access.models import Membership

pytestmark = pytest.mark.django_db
ROOT = Path(os.environ.get("SLAPD_ROOT", "/"))
BASE = "dc=example,dc=org"
ACCOUNT = f"cn=root,{BASE}"


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    program = ROOT / "usr/sbin/slapd"
    if not program.exists():
        pytest.skip("Debian's slapd is not here.")
    folder = tmp_path_factory.mktemp("slapd")
    schemas = [f"include {ROOT}/etc/ldap/schema/{name}.schema" for name in ("core", "cosine", "inetorgperson")]
    lines = [*schemas, f"modulepath {ROOT}/usr/lib/ldap", "moduleload back_mdb", "database mdb", f'suffix "{BASE}"']
    lines += [f'rootdn "{ACCOUNT}"', "rootpw secret", f"directory {folder}"]
    (folder / "slapd.conf").write_text("\n".join(lines) + "\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"ldap://127.0.0.1:{probe.getsockname()[1]}"
    process = subprocess.Popen([str(program), "-f", str(folder / "slapd.conf"), "-h", url, "-d", "0"])
    try:
        _fill(url)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _fill(url: str) -> None:
    import ldap3
    from ldap3.core.exceptions import LDAPException

    deadline = time.monotonic() + 10
    while True:
        try:
            link = ldap3.Connection(ldap3.Server(url), ACCOUNT, "secret", auto_bind=True)
            break
        except LDAPException:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert link.add(BASE, ["dcObject", "organization"], {"o": "x", "dc": "example"})
    for name in ("nina", "olga"):
        facts = {"cn": name, "sn": name, "mail": f"{name}@example.org", "userPassword": "right"}
        assert link.add(f"uid={name},{BASE}", "inetOrgPerson", facts)
    link.unbind()


@pytest.fixture
def client(client, directory, settings):
    settings.LDAP_URL, settings.LDAP_BASE, settings.OUTSIDE_PEOPLE = directory, BASE, "created"
    settings.LDAP_BIND_DN, settings.LDAP_BIND_PASSWORD = ACCOUNT, "secret"
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "mlops.accounts.outside.ldap.Directory",
    ]
    return client


def sign_in(client, name: str, password: str = "right") -> int:
    return client.post("/sign-in/", {"name": name, "password": password}).status_code


def test_who_is_in_the_directory_signs_in_by_its_password(client):
    for name in ("nina", "nina@example.org"):
        assert sign_in(client, name) == 302
        assert client.get("/api/v1/me/").json()["name"] == "nina"
        client.post("/sign-out/")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "password"), [("nina", "wrong"), ("nina", ""), ("*", "right"), ("n*", "right"), ("nina)(uid=*", "right")]
)
def test_a_wrong_or_empty_password_and_a_name_that_is_a_filter_are_refused(client, name, password):
    assert sign_in(client, name, password) == 400
    assert not User.objects.exists()


def test_a_person_here_of_the_same_name_is_not_taken_over(client, owner):
    assert sign_in(client, "olga") == 302
    assert client.get("/api/v1/me/").json()["name"] == "olga-2"


def test_a_directory_that_is_away_is_told_as_such(client, settings, owner):
    settings.LDAP_URL = "ldap://127.0.0.1:9"
    answer = client.post("/sign-in/", {"name": "nina", "password": "right"})
    assert (answer.status_code, b"does not answer" in answer.content) == (503, True)
    assert sign_in(client, "olga", "a long passphrase") == 302


def test_groups_of_the_directory_are_those_of_member_of(project, owner):
    from mlops.accounts.outside import groups, ldap

    told = {"uid": ["olga"], "memberOf": ["cn=data,ou=groups,dc=example,dc=org", "cn=all,dc=example,dc=org"]}
    claims = ldap._claims({"dn": "uid=x", "attributes": told}, "olga")
    assert claims.groups == ("data", "all")
    person = User.objects.create_user("pia")
    groups.apply(person, claims.groups, groups.read("data=churn/operator, other=churn/owner"))
    assert Membership.objects.get(user=person).role == "operator"
