"""Whether this process has the secret key of the others: with another one on the same database, sessions end at each
request to the next process, and what one has sealed the other cannot open.

The database keeps a check value that tells nothing of the key. One machine's SQLite needs none: there the key is a file
beside it."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from mlops.access.models import ServerFact
from mlops.formats.refusal import Refusal

FACT = "secret-key"
PURPOSE = b"mlops.which-secret-key"


def require_same_key() -> None:
    """At the start of a process. The first one decides. Raises Refusal `secret_key_differs`."""
    if connection.vendor == "sqlite":
        return
    kept, _made = ServerFact.objects.get_or_create(name=FACT, defaults={"value": _check_value()})
    if not hmac.compare_digest(str(kept.value), _check_value()):
        raise Refusal(
            "secret_key_differs",
            _("MLOPS_SECRET_KEY of this process is not the one that this database was used with."),
            hint=_(
                "Give all processes the same MLOPS_SECRET_KEY. Where the old one is lost: `python manage.py newkey`;"
                " then everybody signs in again, and stored secrets and keys of endpoints are given anew."
            ),
        )


def use_this_key() -> None:
    """The old one is lost."""
    ServerFact.objects.update_or_create(name=FACT, defaults={"value": _check_value()})


def _check_value() -> str:
    return hmac.new(settings.SECRET_KEY.encode(), PURPOSE, hashlib.sha256).hexdigest()
