"""Every change of repositories: connected, changed, disconnected, looked at."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.access.sealing import seal
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides, stored
from mlops.formats.refusal import Refusal, Where
from mlops.repositories.keys import new_hook_secret, new_pair
from mlops.repositories.models import Host, LoginKind, Repository
from mlops.repositories.patterns import checked
from mlops.repositories.places import host_of, read, slug_of
from mlops.repositories.wanted import FILES, Wanted, require_length
from mlops.work.calls import later

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
POLL_MINUTES = range(1, 24 * 60 + 1)
MOST_A_PROJECT = 100


def connect(actor: Any, project: Project, wanted: Wanted) -> tuple[Repository, str]:
    """With the secret of its webhook, which is told this once. Raises Refusal `url_invalid`, `repository_…`."""
    require(actor, "repositories.manage", project)
    if not wanted.url:
        raise _invalid("url", _("Say where the repository lies."), _("Such as https://github.com/team/churn.git."))
    secret = new_hook_secret()
    row = Repository(project=project, files=list(FILES), acts_as=actor, hook_secret=seal(secret))
    with transaction.atomic():
        if Repository.objects.filter(project=project).count() >= MOST_A_PROJECT:
            raise Refusal("repositories_too_many", _("A project has at most %d repositories.") % MOST_A_PROJECT)
        _fill(row, wanted)
        row.save(force_insert=True)
        tell(actor, row, "connected")
        later("repositories.look", row.pk)
    return row, secret


def change(actor: Any, row: Repository, wanted: Wanted) -> None:
    """From now on it acts with the rights of who changed it. Raises as `connect` does."""
    require(actor, "repositories.manage", row.project)
    row.acts_as = actor
    with transaction.atomic():
        was = stored(row)
        _fill(row, wanted)
        row.save()
        tell(actor, row, "changed", (was, stored(row)))
        later("repositories.look", row.pk)


def disconnect(actor: Any, row: Repository) -> None:
    """Runs that it started stay."""
    require(actor, "repositories.manage", row.project)
    with transaction.atomic():
        tell(actor, row, "disconnected", gone(row))
        Repository.objects.filter(pk=row.pk).delete()


def renew_hook_secret(actor: Any, row: Repository) -> str:
    """The old one opens nothing from now on."""
    require(actor, "repositories.manage", row.project)
    secret = new_hook_secret()
    with transaction.atomic():
        was = stored(row)
        row.hook_secret = seal(secret)
        row.save(update_fields=["hook_secret"])
        tell(actor, row, "changed", (was, stored(row)))
    return secret


def renew_key(actor: Any, row: Repository) -> None:
    """A new deploy key; its public half must be given to the host."""
    require(actor, "repositories.manage", row.project)
    if read(row.url).scheme != "ssh":
        raise _invalid("login", _("A deploy key works by SSH alone."), _("Such as git@github.com:team/churn.git."))
    with transaction.atomic():
        was = stored(row)
        _make_key(row)
        row.login = LoginKind.KEY
        row.acts_as = actor
        row.save()
        tell(actor, row, "changed", (was, stored(row)))


def tell(actor: Any, row: Repository, verb: str, change: Change | None = None) -> None:
    data = {"name": row.name, "host": row.host, "url": row.url, "branch": row.branch, "login": row.login}
    record(
        actor,
        f"mlops.repository.{verb}",
        subject=f"repositories/{row.pk}",
        project=row.project,
        data=data,
        notice=("repository", str(row.pk)),
        **sides(change),
    )


def _fill(row: Repository, wanted: Wanted) -> None:
    if wanted.url is not None:
        url = require_length(wanted.url, 500, "url")
        is_elsewhere = bool(row.url) and (read(row.url).host, read(row.url).port) != (read(url).host, read(url).port)
        if is_elsewhere:
            _forget_login(row, wanted)
        row.url = url
    place = read(row.url)
    row.host = _host(wanted.host) if wanted.host else row.host or host_of(place)
    row.name = _name(row, wanted.name or row.name or slug_of(place).rpartition("/")[2])
    for field, most in (("branch", 200), ("user", 200), ("api_url", 500)):
        if (given := getattr(wanted, field)) is not None:
            setattr(row, field, require_length(given, most, field))
    if wanted.host_key is not None:
        row.host_key = require_length(wanted.host_key, 2000, "host_key")
    for field in ("files", "branches", "paths"):
        if (patterns := getattr(wanted, field)) is not None:
            setattr(row, field, checked(patterns, parameter=field))
    _fill_login(row, wanted, place.scheme)
    if wanted.poll_minutes is not None:
        if wanted.poll_minutes and wanted.poll_minutes not in POLL_MINUTES:
            raise _invalid("poll_minutes", _("A regular look is made every 1 to 1,440 minutes."), _("0 makes none."))
        row.poll_minutes = wanted.poll_minutes
    if wanted.is_enabled is not None:
        row.is_enabled = wanted.is_enabled
    if wanted.reports_status is not None:
        row.reports_status = wanted.reports_status
    if row.reports_status and (row.host == Host.PLAIN or not row.secret):
        raise _invalid(
            "reports_status",
            _("The state of runs is told to GitHub, GitLab and Gitea, and needs a token."),
            _("Name the host and give a token that may write commit statuses."),
        )
    row.next_look_at = timezone.now() + timedelta(minutes=row.poll_minutes) if row.poll_minutes else None


def _fill_login(row: Repository, wanted: Wanted, scheme: str) -> None:
    """A token may stand beside a deploy key: it is for the API then."""
    if wanted.token is not None:
        row.secret = seal(require_length(wanted.token, 5000, "token"))
    if wanted.login is not None:
        if wanted.login not in LoginKind.values:
            raise _invalid("login", _("“%s” is no kind of login.") % wanted.login[:50], _("none, token or key."))
        row.login = wanted.login
    elif scheme == "ssh":
        row.login = LoginKind.KEY
    elif wanted.token is not None:
        row.login = LoginKind.TOKEN if row.secret else LoginKind.NONE
    if scheme == "ssh" and row.login != LoginKind.KEY:
        raise _invalid("login", _("SSH needs a deploy key."), _("Choose the deploy key, or an address with https://."))
    if scheme != "ssh" and row.login == LoginKind.KEY:
        raise _invalid("login", _("A deploy key works by SSH alone."), _("Such as git@github.com:team/churn.git."))
    if row.login == LoginKind.TOKEN and not row.secret:
        raise _invalid("token", _("Give the token."), _("A token of the host that may read the repository."))
    if row.login == LoginKind.KEY and not row.key:
        _make_key(row)


def _make_key(row: Repository) -> None:
    private, public = new_pair(f"mlops-{row.name}")
    row.key, row.public_key = seal(private), public


def _forget_login(row: Repository, wanted: Wanted) -> None:
    """A login goes to the host that it was given for, and to no other."""
    row.host_key = ""
    row.host = ""
    if row.secret and wanted.token is None:
        raise _invalid(
            "token",
            _("The repository moves to another host: the token was given for the old one."),
            _("Give the new host's token, or an empty one."),
        )


def _host(text: str) -> str:
    if text not in Host.values:
        raise _invalid("host", _("“%s” is no host that is known.") % text[:50], _("github, gitlab, gitea or plain."))
    return text


def _name(row: Repository, text: str) -> str:
    text = text.strip()
    if not NAME.fullmatch(text):
        raise _invalid("name", _("“%s” cannot name a repository.") % text[:100], _("Letters, digits, “-”, “_”, “.”."))
    if Repository.objects.filter(project=row.project, name=text).exclude(pk=row.pk).exists():
        raise Refusal(
            "name_taken",
            _("There is already a repository “%s” here.") % text,
            hint=_("Choose another name."),
            status=409,
            where=Where(parameter="name"),
        )
    return text


def _invalid(parameter: str, message: str, hint: str) -> Refusal:
    return Refusal("repository_settings_invalid", message, hint=hint, status=422, where=Where(parameter=parameter))
