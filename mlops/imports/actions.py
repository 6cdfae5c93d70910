"""The acts on imports: started, cancelled."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.access.sealing import seal, unseal
from mlops.blobs.models import Blob
from mlops.formats.refusal import Refusal, Where
from mlops.imports.models import UNDER_WAY, Import, ImportState
from mlops.imports.options import Options
from mlops.imports.telling import tell
from mlops.mlflow_stores.opening import DATABASES
from mlops.work.calls import later

LONGEST_ADDRESS = 2_000
MOST_UNDER_WAY = 20
IN_QUERIES = ("user", "password", "passwd", "pwd", "token", "access_token")
"""Where drivers and people also put what belongs to a login."""


def start_import(
    actor: Any,
    project: Project,
    *,
    address: str = "",
    archive: Blob | None = None,
    file_name: str = "",
    source: str = "",
    user: str = "",
    secret: str = "",
    options: Options,
) -> Import:
    """`address` or `archive` says where the store is; `source` under which name it is remembered.

    Raises Refusal `source_missing`, `source_unknown`, `imports_too_many`."""
    require(actor, "imports.run", project)
    address, user, secret = _without_secret(address.strip(), user.strip(), secret)
    if bool(address) == bool(archive):
        raise Refusal(
            "source_missing",
            _("Say where the store of MLflow's is: an address, or a zip of it."),
            hint=_("Such as http://mlflow.example.com:5000, sqlite:////srv/mlflow.db, or /srv/mlruns."),
            status=422,
            where=Where(parameter="source"),
        )
    name = (source.strip() or _named(address, file_name))[:300].replace("\0", "")
    now = timezone.now()
    with transaction.atomic():
        if Import.objects.filter(project=project, state__in=UNDER_WAY).count() >= MOST_UNDER_WAY:
            raise Refusal(
                "imports_too_many",
                _("%(most)d imports of this project wait or run.") % {"most": MOST_UNDER_WAY},
                hint=_("Wait until one has ended, or cancel one."),
                status=409,
            )
        row = Import.objects.create(
            project=project,
            source=name,
            address=address,
            user=user[:200],
            secret=seal(secret),
            archive=archive,
            file_name=file_name[:255].replace("\0", ""),
            options=msgspec.to_builtins(options),
            state_since=now,
            created_by=actor,
        )
        tell(actor, row, "mlops.import.started")
        later("imports.carry_out", row.pk)
    return row


def carry_on(actor: Any, trial: Import) -> Import:
    """The import that a dry run foretold, with its source and login. Raises Refusal `trial_over`."""
    require(actor, "imports.run", trial.project)
    with transaction.atomic():
        found = Import.objects.select_for_update(no_key=True).get(pk=trial.pk)
        is_over = found.state != ImportState.COMPLETED or not found.options.get("dry_run")
        if is_over or not (found.address or found.archive_id):
            raise Refusal(
                "trial_over",
                _("This import cannot be carried out from here any more."),
                hint=_("Start it anew, with the source."),
                status=409,
            )
        row = start_import(
            actor,
            found.project,
            address=found.address,
            archive=found.archive,
            file_name=found.file_name,
            source=found.source,
            user=found.user,
            secret=unseal(found.secret),
            options=msgspec.convert(found.options | {"dry_run": False}, Options),
        )
        Import.objects.filter(pk=found.pk).update(secret="", archive=None)
    return row


def cancel_import(actor: Any, row: Import) -> None:
    """What was taken stays; its worker stops at its next look. One that has ended stays as it is."""
    require(actor, "imports.run", row.project)
    now = timezone.now()
    with transaction.atomic():
        done = Import.objects.filter(pk=row.pk, state__in=UNDER_WAY).update(
            state=ImportState.CANCELLED,
            state_since=now,
            ended_at=now,
            reason=_("%(who)s cancelled it.") % {"who": actor.get_username()},
            hint=_("What was taken stays. Import again to go on."),
            stage="",
            lease_owner="",
            lease_until=None,
            secret="",
            archive=None,
        )
        row.refresh_from_db()
        if done:
            tell(actor, row, "mlops.import.cancelled")


def _without_secret(address: str, user: str, secret: str) -> tuple[str, str, str]:
    """What an address says of a login goes where secrets are kept."""
    if len(address) > LONGEST_ADDRESS or "\0" in address:
        raise _unknown(address)
    try:
        parts = urlsplit(address)
        host, told = parts.hostname or "", (parts.username or "", parts.password or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise _unknown(address) from error
    scheme = parts.scheme.lower().partition("+")[0]
    if len(scheme) > 1 and scheme not in (*DATABASES, "http", "https", "file"):
        raise _unknown(address)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    login = {key.lower(): value for key, value in asked if key.lower() in IN_QUERIES}
    if not (told[0] or told[1] or login):
        return address, user, secret
    host = f"[{host}]" if ":" in host else host
    query = urlencode([(key, value) for key, value in asked if key.lower() not in IN_QUERIES]) if login else parts.query
    plain = urlunsplit((parts.scheme, f"{host}{port}", parts.path, query, ""))
    found = [login[key] for key in IN_QUERIES if key in login and key != "user"]
    return (
        plain,
        user or unquote(told[0]) or login.get("user", ""),
        secret or unquote(told[1]) or next(iter(found), ""),
    )


def _named(address: str, file_name: str) -> str:
    """The address, which is the same next time; of what was sent, the file's name."""
    return address.rstrip("/") or PurePosixPath(file_name.replace("\\", "/")).name or "MLflow"


def _unknown(address: str) -> Refusal:
    return Refusal(
        "source_unknown",
        _("“%(address)s” is no store of MLflow's that can be read.")
        % {"address": address[:200].partition("@")[2] or address[:200]},
        hint=_("Give sqlite:///FILE, postgresql://USER@HOST/NAME, http(s)://HOST:PORT, or the folder mlruns."),
        status=422,
        where=Where(parameter="source"),
    )
