"""What the routes of collected data read and answer alike."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

MOST_LISTED = 200


def read(form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    reader = form(data=request.data)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)


def page(rows: Any) -> dict[str, Any]:
    return {"results": rows, "next": None, "previous": None}
