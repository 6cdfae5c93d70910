"""Routes below /odata/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.analytics.odata import api

urlpatterns: list[URLPattern] = [
    path("", api.ServiceView.as_view()),
    path("$metadata", api.MetadataView.as_view()),
    path("<str:segment>/$count", api.CountView.as_view()),
    path("<str:segment>", api.SetView.as_view()),
]
