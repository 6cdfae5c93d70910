"""JSON that arrives at the REST API: refused where it is too deep to read, or holds texts that no database keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from mlops.formats.plain_text import require_plain
from mlops.formats.refusal import Refusal


class PlainJson(JSONParser):
    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Raises ParseError, and Refusal `text_unusable`."""
        try:
            found = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The JSON lies too deep within itself.") from error
        require_plain(found)
        return found


def given_object(data: Any) -> dict[str, Any]:
    """Settings of a body or a form by their names. Raises Refusal `body_invalid`."""
    if not isinstance(data, Mapping):
        raise Refusal("body_invalid", _("The body is no object."), hint=_("Send settings by their names."))
    return {name: data[name] for name in data if name != "csrfmiddlewaretoken"}
