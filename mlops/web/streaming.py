"""An answer that flows for minutes to somebody far away has no connection to the database meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponseBase


class LetGo:
    """Above every middleware that asks the database after the view. What a stream asks opens another."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.streaming and not connection.in_atomic_block:
            connection.close()
        return response
