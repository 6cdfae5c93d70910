"""JSON of the REST API, whose stored reasons, hints and errors are in the language of whoever asks."""

from __future__ import annotations

from typing import Any

from rest_framework.renderers import JSONRenderer

from mlops.access.retold import retold

SENTENCES = frozenset({"reason", "hint", "message"})
CONTAINERS = (dict, list, tuple)


class ToldJson(JSONRenderer):
    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        told: bytes = super().render(_told(data), accepted_media_type, renderer_context)
        return told


def _told(value: Any) -> Any:
    """Lists of many small things are common: only what can hold a sentence is looked into."""
    if isinstance(value, dict):
        return {
            name: _told(one)
            if isinstance(one, CONTAINERS)
            else (retold(one) if name in SENTENCES and isinstance(one, str) else one)
            for name, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_told(one) if isinstance(one, CONTAINERS) else one for one in value]
    return value
