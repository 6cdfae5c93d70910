"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import path

from mlops.jobs import api

urlpatterns = [
    path("jobs/", api.Jobs.as_view(), name="jobs"),
    path("jobs/validate/", api.Validation.as_view(), name="job-validate"),
    path("jobs/schedules/", api.JobSchedules.as_view(), name="job-schedules"),
    path("jobs/<str:job>/", api.OneJob.as_view(), name="job"),
    path("jobs/<str:job>/cancel/", api.Act.as_view(act="cancel"), name="job-cancel"),
    path("jobs/<str:job>/archive/", api.Act.as_view(act="archive"), name="job-archive"),
    path("jobs/<str:job>/restore/", api.Act.as_view(act="restore"), name="job-restore"),
    path("jobs/<str:job>/files/", api.Files.as_view(), name="job-files"),
    path("jobs/<str:job>/files/<path:path>", api.OneFile.as_view(), name="job-file"),
]
