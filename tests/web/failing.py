"""The routes of the product, and one with a fault."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from mlops.urls import urlpatterns as ours


def fails(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("A fault of the test.")


urlpatterns = [path("fails/", fails), *ours]
