"""Reading a REST body by its shape."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request


class Reason(serializers.Serializer[Any]):
    """The body of acts that need nothing but may say why."""

    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


def checked(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    reader = shape(data=request.data)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)
