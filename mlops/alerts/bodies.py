"""The body of a REST request as fields."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request

from mlops.formats.refusal import Refusal


def fields_of(request: Request) -> dict[str, Any]:
    """Raises Refusal `body_invalid` for a list or a single value."""
    if not isinstance(request.data, dict):
        raise Refusal("body_invalid", _("The body is no object."), hint=_("Send a JSON object with fields."))
    return {name: request.data[name] for name in request.data}
