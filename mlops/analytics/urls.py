"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.analytics import api

urlpatterns: list[URLPattern] = [
    path("tables/", api.TablesView.as_view()),
    path("tables/<str:table>/export/", api.TableExportView.as_view()),
    path("sql/", api.SqlView.as_view()),
    path("sql/export/", api.SqlExportView.as_view()),
    path("queries/", api.SavedQueriesView.as_view()),
    path("queries/<uuid:query_id>/", api.SavedQueryView.as_view()),
]
