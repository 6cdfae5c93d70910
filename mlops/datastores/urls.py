"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.datastores import api

urlpatterns: list[URLPattern] = [
    path("datastores/", api.DatastoresView.as_view()),
    path("datastores/default/", api.DefaultView.as_view()),
    path("datastores/<uuid:datastore_id>/", api.DatastoreView.as_view()),
    path("datastores/<uuid:datastore_id>/test/", api.TestView.as_view()),
    path("datastores/<uuid:datastore_id>/content/", api.ContentView.as_view()),
]
