"""JSON of the REST API, whose stored reasons, hints and errors are in the language of whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

from mlops.access.retold import retold

SENTENCES = ("reason", "hint", "message")


class ToldJson(JSONRenderer):
    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        told: bytes = super().render(_told(data), accepted_media_type, renderer_context)
        return told


def _told(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: retold(one) if name in SENTENCES and isinstance(one, str) else _told(one)
            for name, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_told(one) if isinstance(one, dict | list | tuple) else one for one in value]
    return value
