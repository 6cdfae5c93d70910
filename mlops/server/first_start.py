"""What a start finds or makes: the first administrator, a project, the local credential file, the samples."""

from __future__ import annotations

import json
import logging
import socket
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction

from mlops import env
from mlops.access.models import FIRST_NAME, Project
from mlops.accounts import actions
from mlops.accounts.membership import create_project
from mlops.accounts.models import ApiToken
from mlops.client import credentials

PROJECT = "getting-started"
TOKEN_NAME = "Command line on the server"
SAMPLES_STAMP = "samples-loaded"


class Greeting(NamedTuple):
    """What `mlops up` prints once: where to sign in, and the password if one was made up."""

    link: str
    user: str
    password: str


class Found(NamedTuple):
    """`password`: what was made up for a new administrator; else empty. `is_first`: there was no project yet."""

    administrator: User
    password: str
    is_first: bool

    @property
    def user(self) -> str:
        return self.administrator.get_username()


def prepare(*, url: str) -> Greeting:
    """The administrator with a new sign-in link; at the first start also the account, a project and a token."""
    found = people()
    keep_credentials(found.administrator, url=url)
    token = actions.make_sign_in_link(found.administrator)
    return Greeting(f"/sign-in/link/{token}/", found.user, found.password)


def people() -> Found:
    """The administrator and a project, made where there is none."""
    administrator, generated = actions.create_first_administrator(env.read("MLOPS_ADMIN_PASSWORD") or None)
    is_first = not Project.objects.exists()
    if is_first:
        create_project(administrator, name=FIRST_NAME, slug=PROJECT)
    return Found(administrator, generated or "", is_first)


def keep_credentials(administrator: User, *, url: str) -> None:
    """The file that local commands sign in with: kept while its token is good, made anew otherwise."""
    path = settings.DATA_DIR / credentials.FILE_NAME
    kept = credentials.read(path)
    if kept and ApiToken.objects.filter(digest=actions.digest(kept.token)).exists():
        if kept.url != url:
            credentials.write(path, url=url, token=kept.token)
        return
    with transaction.atomic():
        name = _token_name()
        for old in ApiToken.objects.filter(user=administrator, name=name):
            actions.revoke_token(administrator, token_id=old.pk)
        token = actions.create_token(administrator, name=name)
    credentials.write(path, url=url, token=token)


def _token_name() -> str:
    """With a database that others have too, each machine's web process keeps a token of its own."""
    if connection.vendor == "sqlite":
        return TOKEN_NAME
    return f"Command line on {socket.gethostname()}, {settings.DATA_DIR}"[:100]


def samples_are_due() -> bool:
    return not _stamp().exists()


def load_samples() -> None:
    """The first sample datasets, once a data directory. One that fails is tried again at the next start."""
    from mlops.datasets.samples import load_samples as load_sample_datasets

    administrator = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    project = Project.objects.filter(slug=PROJECT).first()
    if administrator is None or project is None:
        return
    try:
        load_sample_datasets(administrator, project)
    except Exception:  # the server serves without samples; the next start tries again
        logging.getLogger(__name__).exception("The samples could not be loaded.")
        return
    _stamp().touch()


def hand_over(greeting: Greeting, path: Path) -> None:
    """Writes into the waiting file of `mlops up`, which reads and removes it; without one, nothing is written."""
    if path.exists():
        path.write_text(json.dumps(greeting._asdict()), encoding="utf-8")


def _stamp() -> Path:
    return Path(settings.DATA_DIR) / SAMPLES_STAMP
