"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.uploads import api

urlpatterns: list[URLPattern] = [
    path("sent-files/", api.UploadsView.as_view()),
    path("sent-files/<uuid:sent_id>/", api.OneUploadView.as_view()),
]
