"""The routes of the product, and some with faults; a middleware that meets with one before any view."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from mlops.access.databases import NoConnection
from mlops.urls import handler500
from mlops.urls import urlpatterns as ours

__all__ = ["handler500", "urlpatterns"]


def fails(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("A fault of the test.")


def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection refused") from None


def unknown(request: HttpRequest) -> HttpResponse:
    try:
        sqlite3.connect(":memory:").execute("SELECT * FROM nowhere")
    except sqlite3.OperationalError as error:
        raise OperationalError(str(error)) from error
    raise AssertionError


def full(request: HttpRequest) -> HttpResponse:
    kept = sqlite3.connect(":memory:")
    kept.execute("PRAGMA max_page_count = 1")
    try:
        kept.execute("CREATE TABLE told (text)")
    except sqlite3.OperationalError as error:
        raise OperationalError(str(error)) from error
    raise AssertionError


def full_folder(request: HttpRequest) -> HttpResponse:
    raise OSError(errno.ENOSPC, "No space left on device")


class AllInUse:
    """Before any view, as a session is read."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None: ...

    def __call__(self, request: HttpRequest) -> HttpResponse:
        raise NoConnection(most=30, waited_seconds=10)


urlpatterns = [
    path("fails/", fails),
    path("away/", away),
    path("api/v1/away/", away),
    path("unknown/", unknown),
    path("full/", full),
    path("api/v1/full/", full_folder),
    *ours,
]
