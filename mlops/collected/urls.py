"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.collected import api, forgetting_api, labels_api, saving_api

ONE = "online-endpoints/<uuid:endpoint_id>/"
COLLECTED = f"{ONE}collected/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(COLLECTED, api.CollectedView.as_view()),
    path(f"{COLLECTED}rows/", api.CollectedRowsView.as_view()),
    path(f"{COLLECTED}export/", api.CollectedExportView.as_view()),
    path(f"{COLLECTED}datasets/", saving_api.SavedWindowsView.as_view()),
    path(f"{COLLECTED}datasets/<uuid:saved_id>/", saving_api.OneSavedWindowView.as_view()),
    path(f"{COLLECTED}refreshes/", saving_api.RefreshesView.as_view()),
    path(f"{COLLECTED}refreshes/<uuid:refresh_id>/", saving_api.OneRefreshView.as_view()),
    path(f"{COLLECTED}removals/", forgetting_api.ForgettingsView.as_view()),
    path(f"{COLLECTED}removals/<uuid:forgetting_id>/", forgetting_api.OneForgettingView.as_view()),
    path(f"{ONE}labels/", labels_api.LabelsView.as_view()),
]
