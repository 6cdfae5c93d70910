"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import path

from mlops.jobs import api

urlpatterns = [
    path("jobs/", api.Jobs.as_view(), name="jobs"),
    path("jobs/validate/", api.Validation.as_view(), name="job-validate"),
    path("jobs/<str:job>/", api.OneJob.as_view(), name="job"),
]
