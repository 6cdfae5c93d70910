"""What a request names of files that were sent before: `[{"id": …, "path": …}]`, as JSON or as text in a form."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal

MOST = 50_000


def sent_in(value: Any) -> list[tuple[str, str]]:
    """Ids of uploads, and the paths that they shall have. Raises Refusal `sent_invalid`."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else []
        except ValueError:
            value = None
    if not isinstance(value, list) or len(value) > MOST or not all(isinstance(one, dict) for one in value):
        message = _('What was sent before is a list such as [{"id": …, "path": …}].')
        raise Refusal("sent_invalid", message, status=422)
    return [(str(one.get("id", "")), str(one.get("path") or "")) for one in value]
